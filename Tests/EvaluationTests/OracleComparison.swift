import ChineseText
import ConversationModel
import Evaluation
import Foundation
import OracleSupport
import Patterns
import RuleLanguage

/// The product's result on a random case, in the oracle's terms.
enum Comparison {
    static let table = FoldTable()
    static let acknowledgements = Acknowledgements(table: table)

    /// With what the policy adds.
    static func acknowledgements(_ policy: TimePolicy) -> Acknowledgements {
        policy.waits.noAnswer.isEmpty
            ? acknowledgements
            : Acknowledgements(table: table, phrases: Acknowledgements.standard + policy.waits.noAnswer)
    }

    /// Seeds of a property: `PROPERTY_SEEDS` where that many are asked for.
    static func seeds(_ usual: UInt64) -> ClosedRange<UInt64> {
        let asked = ProcessInfo.processInfo.environment["PROPERTY_SEEDS"].flatMap { UInt64($0) }
        return 1...max(1, asked ?? usual)
    }

    /// Which messages want an answer is an input to both.
    static func oracle(_ random: RandomCase, asOf: Instant? = nil) -> Oracle {
        let acknowledgements = acknowledgements(random.policy)
        return Oracle(rules: random.rules, policy: random.policy, groups: random.groups, asOf: asOf) {
            acknowledgements.needsAnswer($0)
        }
    }

    /// Outcomes of the batch path, or a note of what refused the rules.
    static func batch(_ random: RandomCase) -> [OracleOutcome]? {
        guard
            let compiled = RuleCompiler.compile(
                random.rules, digest: "", policy: random.policy, table: table,
                cache: DiskCache(directory: nil)
            ).rules, let evaluator = try? Evaluator(compiled)
        else { return nil }
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(random.conversation, groups: random.groups, bytes: bytes)
        evaluator.scan()
        evaluator.judge(row)
        return withExtendedLifetime(bytes) { outcomes(evaluator, row, random) }
    }

    private static func outcomes(
        _ evaluator: Evaluator, _ row: ConversationRow, _ random: RandomCase
    ) -> [OracleOutcome] {
        let judgement = evaluator.judgement
        var result: [OracleOutcome] = []
        for part in judgement.parts.indices {
            for (number, rule) in random.rules.enumerated() {
                for (unitNumber, unit) in judgement.units.enumerated()
                where Int(unit.part) == part && (unit.agent != OwnerNumber.none) == (rule.unit == .stay) {
                    result.append(outcome(evaluator, row, rule, number, unitNumber))
                }
            }
        }
        return result
    }

    private static func outcome(
        _ evaluator: Evaluator, _ row: ConversationRow, _ rule: Rule, _ number: Int, _ unitNumber: Int
    ) -> OracleOutcome {
        let judgement = evaluator.judgement
        let unit = judgement.units[unitNumber]
        let first = judgement.parts[Int(unit.part)].messages.lowerBound
        func owner(_ number: Int32) -> Owner { OwnerNumber.owner(number, names: evaluator.names) }
        func exposures(_ range: Range<Int32>) -> [OracleExposure] {
            judgement.exposures[Int(range.lowerBound)..<Int(range.upperBound)].map {
                OracleExposure(owner: owner($0.owner), anchor: $0.anchor < 0 ? nil : Int($0.anchor))
            }
        }
        var result = OracleOutcome(
            rule: rule.id, conversation: evaluator.conversationID(unit, row), firstMessage: first,
            stay: unit.agent == OwnerNumber.none
                ? nil : OracleOutcome.Stay(owner: owner(unit.agent), start: Int(unit.start)))
        let found = judgement.ruleUnits.first { $0.rule == number && $0.unit == unitNumber }
        let exposureClass = Int32(evaluator.rules.classOfRule[number])
        let shared = judgement.classUnits.first {
            $0.exposureClass == exposureClass && $0.unit == unitNumber
        }
        guard let found else {
            // Asleep: clean or not applicable by the exposures of its class.
            result.exposures = Set(shared.map { exposures($0.exposures) } ?? []).sorted()
            result.verdict = result.exposures.isEmpty ? .notApplicable : .clean
            return result
        }
        result.exposures = Set(exposures(found.exposures)).sorted()
        switch found.outcome {
        case .notApplicable: result.verdict = .notApplicable
        case .clean: result.verdict = .clean
        case .notEvaluated: result.verdict = .notEvaluated(found.reasons.names.sorted())
        case .hit: result.verdict = .hit
        }
        result.isPartial = found.outcome == .hit && !found.reasons.isEmpty
        result.findings = (found.findings).map { index in
            let finding = evaluator.finding(Int(index), conversation: row)
            var spans: [Int: [Span]] = [:]
            for evidence in finding.evidence
            where evidence.message == finding.anchor && evidence.label != "context" && !evidence.spans.isEmpty {
                spans[evidence.message] = Span.union((spans[evidence.message] ?? []) + evidence.spans)
            }
            return OracleFinding(
                rule: finding.rule, outcome: finding.outcome, owner: finding.owner,
                conversation: finding.conversation, anchor: finding.anchor, spans: spans,
                isPartial: finding.isPartial)
        }.sorted()
        return result
    }
}
