import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Patterns
import RuleLanguage
import TestSupport
import Testing

/// Promises by the clock: which instant a message means, by the clocks of the shop.
struct PromisedMomentTests {
    /// The rule whose trigger promises, judged by a policy.
    private struct Duty {
        let compiled: CompiledRules
        let zone: Zone

        init(_ policy: TimePolicy, more: String = "") throws {
            let text = #"""
                {"id": "r", "name": "规则", "polarity": "negative",
                 "when": {"after": {"message": {"from": "agent"}}, "trigger": "first",
                  "expect": {"message": {"from": "agent", "keywords": ["好了"]}},
                  "within": {"time": "promised", "vague": {"稍等": "3m"}\#(more)}, "atClose": "missed", "report": "missed"}}
                """#
            let file = RuleFile(SourceFile(path: "r.json", bytes: Array(text.utf8)))
            let errors = file.diagnostics.filter { $0.severity == .error }
            try #require(errors.isEmpty, "\(errors)")
            compiled = try #require(
                RuleCompiler.compile(
                    file.rules, digest: "", policy: policy, table: Comparison.table, cache: DiskCache(directory: nil)
                ).rules)
            zone = policy.zone
        }

        /// When what a message of `time` promises is due, by the gap of its miss; nil: it promises nothing.
        func due(_ text: String, at time: Int64) throws -> Int64? {
            let message = Message(
                time: Instant(milliseconds: time), speaker: .agent, agent: "甲", text: text)
            var conversation = Conversation(id: "c", messages: [message])
            conversation.closedAt = Instant(milliseconds: time + 40 * 86_400_000)
            return try Evaluator(compiled).judge(conversation).first?.gap.map { time + $0 }
        }
    }

    private static func local(_ text: String, _ zone: Zone) -> Int64 {
        let parts = text.split { "- :T".contains($0) }.compactMap { Int64($0) }
        let day = CalendarDay(year: Int(parts[0]), month: Int(parts[1]), day: Int(parts[2]))
        return zone.instant(
            local: Int64(day.daysSince1970) * 86_400_000 + parts[3] * 3_600_000 + parts[4] * 60_000
        ).milliseconds
    }

    /// 2026-03-04 is a Wednesday. Open from 9 to 23, on Sundays to 18, on Mondays not at all.
    private static let policy: TimePolicy = {
        let hour: Int64 = 3_600_000
        let day = [TimePolicy.OpenHours(start: 9 * hour, end: 12 * hour), .init(start: 13 * hour, end: 23 * hour)]
        return TimePolicy(
            openHours: [[]] + Array(repeating: day, count: 5) + [[.init(start: 9 * hour, end: 18 * hour)]])
    }()

    @Test(
        "a point of time is told by the day and clock of its message",
        arguments: [
            ("今天18点前给您处理", "03-04 10:00", "03-04 18:00"), ("今天18点之前给您处理", "03-04 10:00", "03-04 18:00"),
            ("今天１８：３０前给您处理", "03-04 10:00", "03-04 18:30"), ("今日18时30分以前回复", "03-04 10:00", "03-04 18:30"),
            ("18点左右给您回复", "03-04 10:00", "03-04 18:00"), ("18点前给您回复", "03-04 19:00", "03-05 18:00"),
            ("今天18点前给您回复", "03-04 19:00", nil), ("今晚八点前处理", "03-04 10:00", "03-04 20:00"),
            ("今晚8点半之前处理", "03-04 10:00", "03-04 20:30"), ("今天晚上八点一刻前处理", "03-04 10:00", "03-04 20:15"),
            ("今晚12点前处理", "03-04 10:00", "03-05 00:00"), ("今晚零点前处理", "03-04 10:00", "03-05 00:00"),
            ("今晚两点前处理", "03-04 22:00", "03-05 02:00"), ("今晚2点前处理", "03-05 00:30", "03-05 02:00"),
            ("今天24点前处理", "03-04 10:00", "03-05 00:00"), ("明天上午10点前发您", "03-04 10:00", "03-05 10:00"),
            ("明早9点前发您", "03-04 10:00", "03-05 09:00"), ("明晚九点前发您", "03-04 10:00", "03-05 21:00"),
            ("明天中午前发您", "03-04 10:00", "03-05 12:00"), ("明天中午12点前发您", "03-04 10:00", "03-05 12:00"),
            ("明天中午1点前发您", "03-04 10:00", "03-05 13:00"), ("中午前发您", "03-04 10:00", "03-04 12:00"),
            ("中午前发您", "03-04 13:00", "03-05 12:00"), ("下午三点前发您", "03-04 10:00", "03-04 15:00"),
            ("下午3点05分前发您", "03-04 10:00", "03-04 15:05"), ("傍晚6点前发您", "03-04 10:00", "03-04 18:00"),
            ("凌晨1点前发您", "03-04 22:00", "03-05 01:00"), ("3点前发您", "03-04 10:00", "03-04 15:00"),
            ("8点前发您", "03-04 07:00", "03-04 08:00"), ("8点前发您", "03-04 15:00", "03-04 20:00"),
            ("8点前发您", "03-04 21:00", "03-05 08:00"), ("明天3点前发您", "03-04 10:00", "03-05 15:00"),
            ("明天8点前发您", "03-04 10:00", "03-05 08:00"), ("8-10点前发您", "03-04 07:00", "03-04 10:00"),
            ("明天8点到10点前发您", "03-04 07:00", "03-05 10:00"), ("后天10点前发您", "03-04 10:00", "03-06 10:00"),
            ("大后天10点前发您", "03-04 10:00", "03-07 10:00"), ("周五18点前退款", "03-04 10:00", "03-06 18:00"),
            ("周三18点前退款", "03-04 10:00", "03-04 18:00"), ("周三18点前退款", "03-04 19:00", "03-11 18:00"),
            ("星期一上午9点前退款", "03-04 10:00", "03-09 09:00"), ("这周五18点前退款", "03-04 10:00", "03-06 18:00"),
            ("本周二18点前退款", "03-04 10:00", nil), ("下周二18点前退款", "03-04 10:00", "03-10 18:00"),
            ("下周五前退款", "03-04 10:00", "03-14 00:00"), ("周日前退款", "03-04 10:00", "03-09 00:00"),
            ("今天内给您处理", "03-04 10:00", "03-05 00:00"), ("今日之内处理", "03-04 10:00", "03-05 00:00"),
            ("当天给您处理", "03-04 10:00", "03-05 00:00"), ("当天内处理", "03-04 23:59", "03-05 00:00"),
            ("今晚内处理", "03-04 10:00", "03-05 00:00"), ("明天内处理", "03-04 10:00", "03-06 00:00"),
            ("明天之前处理", "03-04 10:00", "03-06 00:00"), ("下班前给您处理", "03-04 10:00", "03-04 23:00"),
            ("今天下班之前给您", "03-04 10:00", "03-04 23:00"), ("明天下班前给您", "03-04 10:00", "03-05 23:00"),
            ("周日下班前给您", "03-04 10:00", "03-08 18:00"), ("下班前给您", "03-04 23:30", nil),
            ("周一下班前给您", "03-04 10:00", nil),
            // The first of lengths and points counts.
            ("2小时内，今天18点前一定处理", "03-04 10:00", "03-04 12:00"), ("今天18点前，大概2小时", "03-04 10:00", "03-04 18:00"),
            ("今天9点前没来得及，10分钟内处理", "03-04 22:00", "03-04 22:10"), ("稍等，今天18点前", "03-04 10:00", "03-04 18:00"),
            ("晚点稍等", "03-04 10:00", "03-04 10:03"),
        ] as [(String, String, String?)])
    func golden(text: String, at: String, expected: String?) throws {
        let zone = Self.policy.zone
        let due = try Duty(Self.policy).due(text, at: Self.local("2026-" + at, zone))
        #expect(due == expected.map { Self.local("2026-" + $0, zone) }, "\(text): \(due ?? -1)")
    }

    @Test(
        "what names no point of time promises none",
        arguments: [
            "明天给您处理", "今天给您处理", "今晚给您回复", "晚点回复您", "尽快处理", "月底前退款", "15号18点前退款", "3月5日上午10点前退款",
            "2026-03-05 18:00前退款", "每天18点前发货", "次日18点前发货", "周末18点前", "上周五18点前就退了", "下下周五18点前",
            "今天18点前下单，当天发货", "18点前您付款的话", "今天16点前拍的", "3点前提是要有货", "第3点前面说过", "满25点前", "二十八点前", "1.5点前",
            "当天的订单已经发了", "18点前端页面", "型号a18点前", "今天18点给您", "18：75前", "25：00前", "今天18点前几分钟",
        ])
    func untold(text: String) throws {
        #expect(try Duty(Self.policy).due(text, at: Self.local("2026-03-04 10:00", Self.policy.zone)) == nil, "\(text)")
    }

    @Test("without hours nobody knows when the shop closes")
    func closingWithoutHours() throws {
        #expect(try Duty(TimePolicy()).due("下班前给您", at: Self.local("2026-03-04 10:00", .chinaStandard)) == nil)
    }

    @Test("a moment is one of the clocks in the shop, over a change of theirs")
    func daylightSaving() throws {
        // Berlin: forward on 2026-03-29 from 2 to 3, back on 2026-10-25 from 3 to 2.
        let hour: Int64 = 3_600_000
        let zone = Zone(
            name: "Europe/Berlin",
            transitions: [
                .init(start: Instant(milliseconds: .min), offset: hour),
                .init(start: Instant(milliseconds: 1_774_746_000_000), offset: 2 * hour),
                .init(start: Instant(milliseconds: 1_792_890_000_000), offset: hour),
            ])
        let duty = try Duty(TimePolicy(zone: zone))
        func hours(_ text: String, _ from: String) throws -> Double? {
            let start = Self.local(from, zone)
            return try duty.due(text, at: start).map { Double($0 - start) / Double(hour) }
        }
        #expect(try hours("明天18点前", "2026-03-28 18:00") == 23)
        #expect(try hours("明天18点前", "2026-10-24 18:00") == 25)
        #expect(try hours("今天内", "2026-03-29 00:00") == 23)
        #expect(try hours("今天内", "2026-10-25 00:00") == 25)
        // Skipped: with the offset from before. Twice: the first.
        #expect(try hours("凌晨2点半前", "2026-03-29 01:00") == 1.5)
        #expect(try hours("凌晨2点半前", "2026-10-25 01:00") == 1.5)
    }

    @Test("a moment stays where it is: hours, hand-overs and excuses do not move it")
    func staysWhereItIs() throws {
        let zone = Self.policy.zone
        let start = Self.local("2026-03-04 10:00", zone)
        #expect(
            try Duty(Self.policy, more: #", "clock": "business""#).due("今晚12点前", at: start)
                == Self.local("2026-03-05 00:00", zone))
        let rule = try WrittenRule(
            #"""
            {"after": {"message": {"from": "agent", "keywords": ["点前"]}},
             "expect": {"message": {"from": "agent", "keywords": ["好了"]}},
             "within": {"time": "promised"}, "onTransfer": "restart", "atClose": "missed", "report": "missed",
             "excuse": {"when": {"message": {"from": "agent", "keywords": ["稍等"]}}}}
            """#)
        // WrittenRule begins at ten in the morning.
        let messages = [
            WrittenRule.say(.agent, "11点前给您", 0), WrittenRule.transfer(to: "乙", 600),
            WrittenRule.say(.agent, "稍等", 900, by: "乙"),
        ]
        func late(_ seconds: Int64) throws -> Bool {
            try !rule.anchors(messages + [WrittenRule.say(.agent, "好了", seconds, by: "乙")], closed: 90_000).isEmpty
        }
        #expect(try !late(3_600))
        #expect(try late(3_601))
        // Live it is missed when its time has come.
        let session = try rule.session()
        for message in messages { _ = session.observe(message) }
        #expect(session.nextDeadline == WrittenRule.instant(3_600).advanced(by: 1))
        let found = WrittenRule.asserted(session.advance(to: WrittenRule.instant(4_000)))
        #expect(found.map(\.anchor) == [0] && found.first?.gap == 3_600_000)
    }

    @Test("any text is read to its end, and each moment lies in it", arguments: 1...40 as ClosedRange<UInt64>)
    func hostileTexts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "今", "明", "天", "晚", "周", "五", "下", "班", "前", "内", "18", "点", "半", ":", "30", "之", "左右", "当", "日", "十", "二",
            "-", " ",
            "上午", "中午", "\u{0}", "😀", "a", "分", "一刻", "钟",
        ]
        let duty = try Duty(Self.policy)
        let start = Self.local("2026-03-04 10:00", Self.policy.zone)
        for _ in 0..<200 {
            let text = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            if let due = try duty.due(text, at: start) {
                #expect(due > start && due <= start + 40 * 86_400_000, "seed \(seed): \(text)")
            }
        }
    }
}
