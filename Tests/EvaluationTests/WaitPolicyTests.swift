import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// What a wait is, under each policy that ships.
struct WaitPolicyTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func preset(_ name: String) throws -> TimePolicy {
        let path = root + "/Policies/\(name).json"
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        return try #require(loadPolicy(SourceFile(path: path, bytes: bytes)) { _ in .chinaStandard }.policy)
    }

    private static func conditions(_ measure: String, _ bounds: String, unit: String) -> String {
        #"{"id": "r", "name": "规则", "polarity": "negative", "unit": "\#(unit)", "when": {"measure": {"of": "\#(measure)", \#(bounds)}}}"#
    }

    /// Whether the measure of the only unit lies within the bounds; nil: the rule is not applicable there.
    private func holds(
        _ measure: String, _ bounds: String, _ conversation: Conversation, _ policy: TimePolicy,
        unit: String = "conversation"
    ) throws -> Bool? {
        let text = Self.conditions(measure, bounds, unit: unit)
        let file = RuleFile(SourceFile(path: "r.json", bytes: Array(text.utf8)))
        let rules = RuleCompiler.compile(
            file.rules, digest: "", policy: policy, table: Comparison.table, cache: DiskCache(directory: nil)
        ).rules
        let evaluator = try Evaluator(try #require(rules, "\(file.diagnostics)"))
        _ = evaluator.judge(conversation)
        let outcome = evaluator.judgement.ruleUnits.first?.outcome
        return outcome == .notApplicable ? nil : outcome == .hit
    }

    /// Minutes and seconds after ten, and who speaks.
    private func talk(_ lines: [(String, Speaker)], closed: String? = nil) throws -> Conversation {
        func instant(_ clock: String) throws -> Instant {
            let parts = try clock.split(separator: ":").map { try #require(Int64($0)) }
            // 2026-03-02, a Monday, in Shanghai.
            return Instant(milliseconds: 1_772_380_800_000 + ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000)
        }
        return Conversation(
            id: "c", shop: "s", buyer: "b", closedAt: try closed.map { try instant($0) },
            messages: try lines.map { clock, speaker in
                Message(
                    time: try instant(clock), speaker: speaker, agent: speaker == .agent ? "甲" : nil,
                    text: speaker == .buyer ? "发货了吗" : "亲，发了")
            })
    }

    private static let one: [(String, Speaker)] = [("10:10:15", .buyer), ("10:15:20", .buyer), ("10:18:10", .agent)]
    private static let two: [(String, Speaker)] = one + [("10:18:30", .buyer), ("10:19:00", .agent)]

    @Test("475 s: the clock starts at the first unanswered message", arguments: ["taobao", "jd", "douyin", ""])
    func theGoldenWaits(name: String) throws {
        let policy = name.isEmpty ? TimePolicy() : try Self.preset(name)
        let first = try talk(Self.one)
        #expect(try holds("rounds", #""min": 1, "max": 1"#, first, policy) == true)
        #expect(try holds("longest-response", #""min": "475s", "max": "475s""#, first, policy) == true)
        #expect(try holds("first-response", #""min": "475s", "max": "475s""#, first, policy) == true)
        // 0/1 within three minutes, then 1/2.
        #expect(try holds("longest-response", #""max": "3m""#, first, policy) == false)
        let both = try talk(Self.two)
        #expect(try holds("rounds", #""min": 2, "max": 2"#, both, policy) == true)
        #expect(try holds("first-response", #""min": "475s", "max": "475s""#, both, policy) == true)
        // (475 + 30) / 2 = 252.5 s: more than 252 s, less than 253 s, in whole numbers.
        #expect(try holds("mean-response", #""over": "252s499ms""#, both, policy) == true)
        #expect(try holds("mean-response", #""over": "252s500ms""#, both, policy) == false)
        #expect(try holds("mean-response", #""min": "252s500ms", "max": "252s500ms""#, both, policy) == true)
    }

    @Test("ten questions in three minutes, never answered: one wait", arguments: ["taobao", "jd", "douyin", ""])
    func tenQuestionsAreOneWait(name: String) throws {
        let policy = name.isEmpty ? TimePolicy() : try Self.preset(name)
        let questions = (0..<10).map { (String(format: "10:%02d:%02d", $0 / 3, $0 % 3 * 18), Speaker.buyer) }
        let conversation = try talk(questions)
        #expect(try holds("rounds", #""min": 1, "max": 1"#, conversation, policy) == true)
        // Never answered: the cap where the policy says so, else no length and nobody exposed.
        let capped = try holds("mean-response", #""min": "10m", "max": "10m""#, conversation, policy)
        #expect(capped == (name == "taobao" ? true : nil))
    }

    @Test(arguments: ["taobao", "jd", "douyin", ""])
    func theRuleOfThreeMinutesCountsTheSameWaits(name: String) throws {
        let policy = name.isEmpty ? TimePolicy() : try Self.preset(name)
        let text = #"""
            {"id": "r", "name": "规则", "polarity": "negative", "when": {"after": {"message": {"from": "buyer"}},
             "expect": {"message": {"from": "agent"}}, "within": {"time": "3m"}, "report": "missed"}}
            """#
        let file = RuleFile(SourceFile(path: "r.json", bytes: Array(text.utf8)))
        let rules = RuleCompiler.compile(
            file.rules, digest: "", policy: policy, table: Comparison.table, cache: DiskCache(directory: nil)
        ).rules
        let evaluator = try Evaluator(try #require(rules))
        for (lines, waits) in [(Self.one, 1), (Self.two, 2)] {
            let found = evaluator.judge(try talk(lines))
            #expect(found.map(\.anchor) == [0])
            #expect(evaluator.judgement.ruleUnits.first?.exposures.count == waits)
        }
    }

    @Test(
        "a picture, a card or a file without a text asks for an answer",
        arguments: [MessageKind.image, .card, .file, .other])
    func picturesAsk(kind: MessageKind) throws {
        var conversation = try talk([("10:00:00", .buyer), ("10:05:00", .agent)])
        conversation.messages[0].kind = kind
        conversation.messages[0].text = ""
        #expect(try holds("rounds", #""min": 1, "max": 1"#, conversation, TimePolicy()) == true)
        #expect(try holds("longest-response", #""min": "300s", "max": "300s""#, conversation, TimePolicy()) == true)
        conversation.messages[0].kind = .text
        #expect(try holds("rounds", #""max": 0"#, conversation, TimePolicy()) == true)
    }

    @Test func automaticRepliesAndThanksAreNoPartOfAWait() throws {
        var conversation = try talk([
            ("10:00:00", .buyer), ("10:00:01", .agent), ("10:01:00", .agent), ("10:02:00", .buyer),
        ])
        conversation.messages[1].isAutomatic = true
        conversation.messages[3].text = "好的，谢谢"
        #expect(try holds("rounds", #""min": 1, "max": 1"#, conversation, TimePolicy()) == true)
        #expect(try holds("longest-response", #""min": "60s", "max": "60s""#, conversation, TimePolicy()) == true)
        // The shop's own words need no answer either.
        conversation.messages[0].text = "我先逛逛"
        var policy = TimePolicy()
        policy.waits.noAnswer = ["我先逛逛"]
        #expect(try holds("rounds", #""max": 0"#, conversation, policy) == true)
    }

    @Test func theAssistantAnswersWhereThePolicySaysSo() throws {
        let conversation = try talk([("10:00:00", .buyer), ("10:00:10", .assistant), ("10:01:00", .agent)])
        var policy = TimePolicy()
        #expect(try holds("first-response", #""min": "60s""#, conversation, policy) == true)
        policy.waits.assistantAnswers = true
        #expect(try holds("first-response", #""max": "10s""#, conversation, policy) == true)
    }

    @Test func onlyAssessedHoursCount() throws {
        let hours = [TimePolicy.OpenHours(start: 8 * 3_600_000, end: 24 * 3_600_000)]
        let conversation = try talk([("07:59:00", .buyer), ("08:01:00", .agent)])
        for (by, counts) in [(WaitPolicy.Assessment.By.start, false), (.answer, true), (.both, false)] {
            var policy = TimePolicy()
            policy.waits.assessment = WaitPolicy.Assessment(hours: Array(repeating: hours, count: 7), by: by)
            #expect(try holds("rounds", #""min": 1"#, conversation, policy) == counts, "\(by)")
        }
    }

    @Test func openHoursAndTheCapShortenAWait() throws {
        let conversation = try talk([("08:00:00", .buyer), ("09:30:00", .agent)])
        var policy = TimePolicy()
        policy.openHours = Array(repeating: [.init(start: 9 * 3_600_000, end: 18 * 3_600_000)], count: 7)
        #expect(try holds("longest-response", #""min": "90m""#, conversation, policy) == true)
        policy.waits.countsOpenHours = true
        #expect(try holds("longest-response", #""min": "30m", "max": "30m""#, conversation, policy) == true)
        policy.waits.cap = 600_000
        #expect(try holds("longest-response", #""min": "10m", "max": "10m""#, conversation, policy) == true)
    }

    @Test func aHandOverBeginsTheNextAgentsWait() throws {
        var conversation = try talk([("10:00:00", .buyer), ("10:05:00", .system), ("10:05:20", .agent)])
        conversation.messages[1].kind = .transfer
        conversation.messages[1].transferTarget = "甲"
        var policy = TimePolicy()
        #expect(try holds("first-response", #""max": "20s""#, conversation, policy, unit: "stay") == true)
        #expect(try holds("first-response", #""min": "320s""#, conversation, policy) == true)
        policy.waits.onTransfer = .carry
        #expect(try holds("first-response", #""min": "320s""#, conversation, policy, unit: "stay") == true)
    }

    @Test func openTimeIsTheInverseOfAddingIt() {
        let policy = TimePolicy(
            openHours: (0..<7).map {
                $0 < 5 ? [.init(start: 36_000_000, end: 43_200_000), .init(start: 46_800_000, end: 64_800_000)] : []
            })
        for seed in 0..<2_000 {
            var random = RandomTime(seed: UInt64(seed))
            let start = Instant(milliseconds: 1_772_380_800_000 + random.below(9 * 86_400_000))
            let span = random.below(40 * 3_600_000)
            let end = policy.addingOpenTime(span, to: start)
            #expect(policy.openTime(from: start, to: end) == span, "seed \(seed)")
        }
    }
}

/// Draws for one property (SplitMix64).
private struct RandomTime {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func below(_ bound: Int64) -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int64((z ^ (z >> 31)) % UInt64(bound))
    }
}
