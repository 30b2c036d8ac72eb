import ConversationModel
import Diagnostics
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// One rule as people write it, at work on small conversations: what cases of an operator need.
struct WrittenRule {
    /// The instant from which `say` counts: 2026-03-02, 10:00 in Shanghai.
    static let start: Int64 = 1_772_416_800_000

    let rule: Rule
    let compiled: CompiledRules

    /// - Parameter when: the rule's condition, in JSON.
    init(_ when: String, polarity: String = "negative", unit: String = "conversation") throws {
        let head = #""id": "r", "name": "规则", "polarity": "\#(polarity)", "unit": "\#(unit)""#
        let file = RuleFile(
            SourceFile(path: "rule.json", bytes: Array("{\(head), \"when\": \(when)}".utf8)))
        try #require(!file.diagnostics.contains { $0.severity == .error }, "\(file.diagnostics)")
        rule = try #require(file.rules.first)
        compiled = try #require(
            RuleCompiler.compile([rule], digest: "", table: Comparison.table, cache: DiskCache(directory: nil)).rules)
    }

    /// A message `seconds` after the start; nil: without a time.
    static func say(_ speaker: Speaker, _ text: String, _ seconds: Int64?, by agent: String = "甲") -> Message {
        Message(
            time: seconds.map { Instant(milliseconds: start + $0 * 1000) }, speaker: speaker,
            agent: speaker == .agent ? agent : nil, text: text)
    }

    /// A hand-over by the system.
    static func transfer(to target: String?, _ seconds: Int64) -> Message {
        Message(
            time: Instant(milliseconds: start + seconds * 1000), speaker: .system, kind: .transfer, text: "",
            transferTarget: target)
    }

    func findings(
        _ messages: [Message], closed seconds: Int64? = nil, groups: Set<String> = []
    ) throws -> [Finding] {
        try Evaluator(compiled).judge(conversation(messages, closed: seconds), groups: groups)
    }

    func anchors(_ messages: [Message], closed seconds: Int64? = nil) throws -> [Int?] {
        try findings(messages, closed: seconds).map(\.anchor)
    }

    func outcomes(_ messages: [Message], closed seconds: Int64? = nil) throws -> [String] {
        let evaluator = try Evaluator(compiled)
        _ = evaluator.judge(conversation(messages, closed: seconds))
        return evaluator.judgement.ruleUnits.map(\.outcome.name)
    }

    private func conversation(_ messages: [Message], closed seconds: Int64?) -> Conversation {
        var result = Conversation(id: "c", messages: messages)
        result.closedAt = seconds.map { Instant(milliseconds: WrittenRule.start + $0 * 1000) }
        return result
    }

    /// Why the rule does not hit.
    func reason(_ messages: [Message], closed seconds: Int64? = nil) throws -> Phrase {
        let evaluator = try Evaluator(compiled)
        let bytes = ConversationBytes()
        evaluator.begin()
        let row = evaluator.append(conversation(messages, closed: seconds), bytes: bytes)
        evaluator.scan()
        return try withExtendedLifetime(bytes) { try #require(evaluator.explain(rule, of: row).first).reason }
    }

    // MARK: Live

    func session(groups: Set<String> = []) throws -> Session {
        Session(SessionOrigin(id: "c", shop: "s", buyer: "b", groups: groups), reader: try SessionReader(compiled))
    }

    static func instant(_ seconds: Int64) -> Instant { Instant(milliseconds: start + seconds * 1000) }

    static func asserted(_ events: [SessionEvent]) -> [Finding] {
        events.compactMap { if case .assert(let finding) = $0 { finding } else { nil } }
    }
}
