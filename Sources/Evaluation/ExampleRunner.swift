import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// What running the examples of a rule set came to.
public struct ExampleReport: Sendable, Hashable {
    public var rules = 0
    public var examples = 0
    /// Variants of examples that were run beside them.
    public var variants = 0
    /// One for each example that fails, at its place; the first failure of an example only.
    public var diagnostics: [Diagnostic] = []
    /// Of examples that pass and yet show nothing: clean ones that `appliesTo` leaves out.
    public var warnings: [Diagnostic] = []

    public init() {}
}

/// Runs the examples that rules carry, each as written and in variants, by the batch path.
///
/// Every rule is judged as in an inspection with all rules, so that an example also shows that no
/// short cut of the batch path loses it. Not safe to share between threads.
public final class ExampleRunner {
    /// The list in which an example stands, and so what it must show.
    enum Promise {
        case hit, clean, notApplicable
    }

    /// One conversation to judge: an example as written, or a variant of it.
    struct Trial {
        var rule: Int
        var promise: Promise
        var example: Example
        /// Nil: as written.
        var variant: ExampleVariant?
        var conversation: Conversation
    }

    /// Conversations that are folded and scanned together.
    private static let blockSize = 512

    let rules: [Rule]
    let evaluator: Evaluator
    private lazy var texts = VariantTexts(table: evaluator.rules.table)

    /// - Parameters:
    ///   - rules: the rules that `compiled` was made of, in the same order.
    public init(_ rules: [Rule], compiled: CompiledRules) throws(ScannerError) {
        self.rules = rules
        evaluator = try Evaluator(compiled)
    }

    /// Runs all examples; with `variants` each also in the variants that its rule does not leave out.
    ///
    /// O(rules × examples).
    public func run(variants: Bool = true) -> ExampleReport {
        var report = ExampleReport()
        var failed: Set<Place> = []
        var trials: [Trial] = []
        report.rules = rules.count
        for (number, rule) in rules.enumerated() {
            let lists: [(Promise, [Example])] = [
                (.hit, rule.examples.hit), (.clean, rule.examples.clean),
                (.notApplicable, rule.examples.notApplicable),
            ]
            for (promise, examples) in lists {
                for example in examples {
                    let written = Trial(
                        rule: number, promise: promise, example: example,
                        conversation: example.conversation(in: evaluator.rules.policy.zone))
                    trials.append(written)
                    report.examples += 1
                    guard variants else { continue }
                    for variant in ExampleVariant.allCases
                    where !rule.withoutVariants.contains(variant.rawValue) {
                        var varied = written
                        varied.variant = variant
                        for i in varied.conversation.messages.indices {
                            varied.conversation.messages[i].text = texts.text(
                                varied.conversation.messages[i].text, variant)
                        }
                        trials.append(varied)
                        report.variants += 1
                    }
                }
            }
            if trials.count >= ExampleRunner.blockSize {
                judge(trials, failed: &failed, into: &report)
                trials.removeAll(keepingCapacity: true)
            }
        }
        judge(trials, failed: &failed, into: &report)
        report.diagnostics.sort(by: Diagnostic.precedes)
        report.warnings.sort(by: Diagnostic.precedes)
        return report
    }

    private func judge(
        _ trials: [Trial], failed: inout Set<Place>, into report: inout ExampleReport
    ) {
        let bytes = ConversationBytes()
        evaluator.begin()
        let rows = trials.map { evaluator.append($0.conversation, bytes: bytes) }
        evaluator.scan()
        withExtendedLifetime(bytes) {
            for (trial, row) in zip(trials, rows) where !failed.contains(trial.example.place) {
                evaluator.judge(row)
                guard let diagnostic = failure(of: trial, row) else {
                    if let warning = warning(of: trial, row) { report.warnings.append(warning) }
                    continue
                }
                failed.insert(trial.example.place)
                report.diagnostics.append(diagnostic)
            }
        }
    }
}
