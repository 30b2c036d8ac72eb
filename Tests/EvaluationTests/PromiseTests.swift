import ConversationModel
import Diagnostics
import Evaluation
import Testing

/// Limits that the trigger names, caps, and who owes after a hand-over.
struct PromiseTests {
    private func say(_ speaker: Speaker, _ text: String, _ seconds: Int64, by agent: String = "甲") -> Message {
        WrittenRule.say(speaker, text, seconds, by: agent)
    }

    /// A promise that nothing follows up in time.
    private func broken(_ within: String = #""time": "promised""#) throws -> WrittenRule {
        try WrittenRule(
            #"""
            {"after": {"message": {"from": "agent", "keywords": ["回复您", "稍等", "处理"]}},
             "expect": {"message": {"from": "agent", "keywords": ["查到", "好了"]}},
             "within": {\#(within)}, "atClose": "missed", "report": "missed"}
            """#)
    }

    @Test(
        "the length of time in the trigger is the limit",
        arguments: [
            ("10分钟内回复您", 600), ("半小时回复您", 1800), ("１分钟３０秒回复您", 90), ("1-2小时回复您", 7200), ("30秒或者5分钟回复您", 30),
        ] as [(String, Int64)])
    func isTheLimit(text: String, seconds: Int64) throws {
        let rule = try broken()
        #expect(try rule.anchors([say(.agent, text, 0), say(.agent, "查到了", seconds)], closed: 90_000) == [])
        #expect(try rule.anchors([say(.agent, text, 0), say(.agent, "查到了", seconds + 1)], closed: 90_000) == [0])
    }

    @Test("without a length there is no duty", arguments: ["稍等，回复您", "明天回复您", "10多分钟回复您", "几分钟回复您", "第3天回复您"])
    func noLength(text: String) throws {
        #expect(try broken().outcomes([say(.agent, text, 0)], closed: 90_000) == ["notApplicable"])
        let reason = try broken().reason([say(.agent, text, 0)], closed: 90_000)
        #expect(reason.chinese.contains("触发的消息没有承诺时间"))
    }

    @Test("vague words promise what the rule says, a length before them")
    func vagueWords() throws {
        let rule = try broken(#""time": "promised", "vague": {"稍等": "3m", "稍等一下": "5m", "明天": "1d"}"#)
        func late(_ text: String, _ seconds: Int64) throws -> Bool {
            try !rule.anchors([say(.agent, text, 0), say(.agent, "好了", seconds)], closed: 200_000).isEmpty
        }
        #expect(try !late("亲稍等", 180))
        #expect(try late("亲稍等", 181))
        #expect(try !late("稍等一下，明天处理", 300))
        #expect(try late("稍等一下，明天处理", 301))
        #expect(try late("稍等，1分钟", 61))
        #expect(try !late("明天处理", 86_400))
    }

    @Test("a promise is missed live when its own time has passed")
    func isTimely() throws {
        let session = try broken().session()
        _ = session.observe(say(.agent, "1小时内处理", 0))
        _ = session.observe(say(.buyer, "好", 5))
        #expect(session.nextDeadline == WrittenRule.instant(3_600).advanced(by: 1))
        let found = WrittenRule.asserted(session.advance(to: WrittenRule.instant(4_000)))
        #expect(found.map(\.anchor) == [0])
        #expect(found.first?.gap == 3_600_000)
    }

    // MARK: Caps

    private func wait(_ within: String, report: String) throws -> WrittenRule {
        try WrittenRule(
            #"""
            {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
             "within": {\#(within)}, "report": "\#(report)", "atClose": "missed"}
            """#)
    }

    @Test("a longer wait and one without an answer count as the cap")
    func capsWaits() throws {
        let answered = [say(.buyer, "在吗", 0), say(.agent, "在", 500)]
        #expect(try wait(#""messages": 3"#, report: "met").findings(answered).map(\.gap) == [500_000])
        #expect(try wait(#""messages": 3, "cap": "5m""#, report: "met").findings(answered).map(\.gap) == [300_000])
        let open = [say(.buyer, "在吗", 0)]
        #expect(try wait(#""messages": 3"#, report: "missed").findings(open, closed: 9).map(\.gap) == [9_000])
        #expect(
            try wait(#""messages": 3, "cap": "5m""#, report: "missed").findings(open, closed: 9).map(\.gap) == [300_000]
        )
        // Missed at its deadline, it has waited as long as that.
        #expect(
            try wait(#""time": "3m", "cap": "5m""#, report: "missed").findings(open, closed: 900).map(\.gap) == [
                180_000
            ])
    }

    @Test("the session counts waits as the batch path does")
    func capsWaitsLive() throws {
        let session = try wait(#""messages": 3, "cap": "5m""#, report: "missed").session()
        _ = session.observe(say(.buyer, "在吗", 0))
        let found = WrittenRule.asserted(session.close(at: WrittenRule.instant(9), explicitly: true))
        #expect(found.map(\.gap) == [300_000])
    }

    // MARK: Hand-overs

    @Test("a duty handed to a group is nobody's until somebody takes it, and the receiver's after")
    func handOverToAGroup() throws {
        let rule = try wait(#""time": "3m""#, report: "missed")
        let start = [say(.agent, "您好", 0), say(.buyer, "退款呢", 10), WrittenRule.transfer(to: "售后组", 20)]
        let owner = try rule.findings(start, closed: 900, groups: ["售后组"]).first?.owner
        #expect(owner == .unassigned)
        var assigned = Message(
            time: WrittenRule.instant(60), speaker: .system, kind: .event, eventType: "assigned", eventValue: "乙")
        assigned.text = ""
        #expect(try rule.findings(start + [assigned], closed: 900, groups: ["售后组"]).first?.owner == .agent("乙"))
        // To an agent it is his at once.
        let toAgent = Array(start.prefix(2)) + [WrittenRule.transfer(to: "乙", 20)]
        #expect(try rule.findings(toAgent, closed: 900, groups: ["售后组"]).first?.owner == .agent("乙"))
    }

    @Test("restart gives the whole time anew, carry does not")
    func onTransfer() throws {
        func rule(_ onTransfer: String) throws -> WrittenRule {
            try WrittenRule(
                #"""
                {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
                 "within": {"time": "3m"}, "onTransfer": "\#(onTransfer)", "report": "missed"}
                """#)
        }
        let messages = [
            say(.buyer, "在吗", 0), WrittenRule.transfer(to: "乙", 100), say(.agent, "在", 250, by: "乙"),
        ]
        #expect(try rule("carry").findings(messages, closed: 900).map(\.owner) == [.agent("乙")])
        #expect(try rule("restart").findings(messages, closed: 900).isEmpty)
    }
}
