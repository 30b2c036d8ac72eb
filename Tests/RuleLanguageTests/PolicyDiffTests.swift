import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

struct PolicyDiffTests {
    private func policy(_ text: String) throws -> TimePolicy {
        let source = SourceFile(path: "policy.json", bytes: Array(text.utf8))
        let (policy, diagnostics) = loadPolicy(source, base: TimePolicy()) { Zone.fixed(name: $0, offset: 0) }
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        return try #require(policy)
    }

    @Test(
        "each key of a policy is told under its own name",
        arguments: [
            (#"{"zone": "UTC"}"#, ["zone"]), (#"{"closeAfter": "45m"}"#, ["closeAfter"]),
            (#"{"closeAfterOpenWait": "48h"}"#, ["closeAfterOpenWait"]),
            (
                #"{"hours": [{"from": "09:00", "to": "18:00", "on": ["mon", "sun"]}]}"#,
                (1...7).map { "hours.\(Self.days[$0 - 1])" }
            ),
            (#"{"leaveOut": {"buyers": ["员工"]}}"#, ["leaveOut.buyers"]),
            (#"{"waits": {"answeredBy": ["agent", "assistant"]}}"#, ["waits.answeredBy"]),
            (#"{"waits": {"noAnswer": ["收到啦"]}}"#, ["waits.noAnswer"]),
            (#"{"waits": {"clock": "business"}}"#, ["waits.clock"]),
            (#"{"waits": {"onTransfer": "carry"}}"#, ["waits.onTransfer"]),
            (#"{"waits": {"cap": "10m", "unanswered": "cap"}}"#, ["waits.cap", "waits.unanswered"]),
            (
                #"{"waits": {"assessed": {"hours": [{"from": "08:00", "to": "23:00", "on": ["tue"]}], "by": "both"}}}"#,
                ["waits.assessed.by"] + days.map { "waits.assessed.hours.\($0)" }
            ),
        ] as [(String, [String])])
    func tellsEachKey(text: String, paths: [String]) throws {
        let (plain, other) = (TimePolicy(), try policy(text))
        #expect(PolicyDiff(from: plain, to: other).changes.map(\.path) == paths)
        #expect(PolicyDiff(from: other, to: plain).changes.map(\.path) == paths)
        #expect(PolicyDiff(from: other, to: other).changes.isEmpty)
        let lines = PolicyDiff(from: plain, to: other).text(in: .chinese).split(separator: "\n")
        #expect(lines.count == paths.count && lines.allSatisfy { $0.hasPrefix("~ 时间策略：") && !$0.contains("waits") })
    }

    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
}
