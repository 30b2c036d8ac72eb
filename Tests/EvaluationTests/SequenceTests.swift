import ConversationModel
import Diagnostics
import Evaluation
import Testing

/// Steps that follow one another, case by case.
struct SequenceTests {
    private func say(_ text: String, _ seconds: Int64, by agent: String = "甲") -> Message {
        WrittenRule.say(.agent, text, seconds, by: agent)
    }

    private func buyer(_ text: String, _ seconds: Int64) -> Message { WrittenRule.say(.buyer, text, seconds) }

    /// 问候 → 核实 (within 60 s) → 催付 (optional) → 结束.
    private func procedure(
        _ second: String = #", "within": {"time": "60s"}"#, polarity: String = "positive", unit: String = "conversation"
    ) throws -> WrittenRule {
        func step(_ name: String, _ word: String, _ more: String = "") -> String {
            #"{"name": "\#(name)", "message": {"from": "agent", "keywords": ["\#(word)"]}\#(more)}"#
        }
        let steps = [
            step("问候", "您好"), step("核实", "订单", second), step("催付", "付款", #", "optional": true"#), step("结束", "再见"),
        ]
        return try WrittenRule(
            #"{"sequence": {"steps": [\#(steps.joined(separator: ", "))]}}"#, polarity: polarity, unit: unit)
    }

    @Test("a completed run is a hit at its last step, with the steps as evidence")
    func completes() throws {
        let messages = [say("您好", 0), buyer("退款", 5), say("订单号多少", 30), say("再见", 90)]
        let found = try procedure().findings(messages, closed: 100)
        #expect(found.map(\.outcome) == [.hit])
        #expect(found.first?.anchor == 3)
        #expect(found.first?.gap == 90_000)
        #expect(found.first?.evidence.map(\.label) == ["问候", "核实", "结束"])
        #expect(found.first?.evidence.map(\.message) == [0, 2, 3])
        #expect(found.first?.evidence.map(\.spans) == [[Span(0, 6)], [Span(0, 6)], [Span(0, 6)]])
        #expect(found.first?.divergence == nil)
    }

    @Test("an optional step is taken where it comes, and passed over where it does not")
    func optionalStep() throws {
        let messages = [say("您好", 0), say("订单号", 9), say("麻烦付款", 20), say("再见", 30)]
        #expect(
            try procedure().findings(messages, closed: 40).first?.evidence.map(\.label) == ["问候", "核实", "催付", "结束"])
    }

    @Test("an optional step does not take the message of the required one behind it")
    func optionalStepYields() throws {
        let messages = [say("您好", 0), say("订单号", 9), say("付款后就发货，再见", 20)]
        #expect(try procedure().findings(messages, closed: 40).first?.evidence.map(\.label) == ["问候", "核实", "结束"])
    }

    private func divergence(_ messages: [Message], closed seconds: Int64 = 5_000) throws -> Divergence? {
        let found = try procedure().findings(messages, closed: seconds)
        #expect(found.map(\.outcome) == [.missed])
        return found.first?.divergence
    }

    @Test("the first step that could not be taken is named with how and where")
    func divergences() throws {
        #expect(
            try divergence([say("您好", 0), say("订单", 61), say("再见", 70)])
                == Divergence(step: 2, name: "核实", kind: .late, message: 0))
        #expect(
            try divergence([say("订单", 0), say("您好", 5), say("再见", 9)])
                == Divergence(step: 2, name: "核实", kind: .outOfOrder, message: 0))
        #expect(
            try divergence([say("您好", 0), say("订单", 60)]) == Divergence(step: 4, name: "结束", kind: .missing, message: 1)
        )
        #expect(try divergence([say("在的", 0)]) == Divergence(step: 1, name: "问候", kind: .missing, message: nil))
    }

    @Test("a miss is anchored at the step taken last, and charged to whoever owed the next")
    func missOfADivergence() throws {
        let messages = [say("您好", 0), WrittenRule.transfer(to: "乙", 30), say("在", 90, by: "乙")]
        let found = try #require(try procedure().findings(messages, closed: 900).first)
        #expect(found.anchor == 0)
        #expect(found.owner == .agent("乙"))
        #expect(found.gap == 60_000)
        #expect(found.evidence.map(\.label) == ["问候"])
        let never = try #require(try procedure().findings([say("在的", 0)], closed: 9).first)
        #expect(never.anchor == nil)
        #expect(never.owner == .agent("甲"))
    }

    @Test("out of order: the message is evidence, labelled with its step")
    func evidenceOfDisorder() throws {
        let found = try procedure().findings([say("订单", 0), say("您好", 5)], closed: 900).first
        #expect(found?.evidence.map(\.label) == ["问候", "核实"])
        #expect(found?.evidence.map(\.message) == [1, 0])
    }

    @Test("steps strictly increase, but where the same message may do")
    func sameMessage() throws {
        let messages = [say("您好，订单号多少", 0), say("再见", 9)]
        #expect(try procedure().findings(messages, closed: 99).map(\.outcome) == [.missed])
        let shared = try procedure(#", "sameMessage": true"#).findings(messages, closed: 99)
        #expect(shared.map(\.outcome) == [.hit])
        #expect(shared.first?.evidence.map(\.message) == [0, 0, 1])
    }

    @Test("messages of the step's own population run out")
    func countsMessages() throws {
        let rule = try procedure(#", "within": {"messages": 2}"#)
        let two = [say("您好", 0), buyer("喂", 1), buyer("喂", 2), say("稍等", 3), say("订单", 4), say("再见", 5)]
        #expect(try rule.findings(two, closed: 99).map(\.outcome) == [.hit])
        let three = [say("您好", 0), say("嗯", 1), say("稍等", 3), say("订单", 4), say("再见", 5)]
        #expect(try rule.findings(three, closed: 99).first?.divergence?.kind == .late)
    }

    @Test("after its end it may begin anew; only the first run is missed")
    func restarts() throws {
        let once = [say("您好", 0), say("订单", 5), say("再见", 9)]
        let again = [say("您好", 20), say("订单", 25), say("再见", 29)]
        #expect(try procedure().anchors(once + again, closed: 99) == [2, 5])
        #expect(try procedure().findings(once + [say("您好", 20)], closed: 999).map(\.outcome) == [.hit])
        // The first run was late: it is missed, and what comes later still counts.
        let late = [say("您好", 0)] + [say("您好", 100), say("订单", 105), say("再见", 109)]
        #expect(Set(try procedure().findings(late, closed: 999).map(\.outcome)) == [.hit, .missed])
    }

    @Test("a negative rule hits on completed runs alone")
    func negative() throws {
        let rule = try procedure(polarity: "negative")
        #expect(try rule.outcomes([say("您好", 0)], closed: 99) == ["clean"])
        #expect(try rule.outcomes([say("您好", 0), say("订单", 5), say("再见", 9)], closed: 99) == ["hit"])
    }

    @Test("a stay that is handed over owes no more steps")
    func handOver() throws {
        let rule = try procedure(unit: "stay")
        let messages = [buyer("在吗", 0), say("您好", 1), WrittenRule.transfer(to: "乙", 9), say("您好", 20, by: "乙")]
        #expect(try rule.outcomes(messages, closed: 900) == ["notApplicable", "clean"])
    }

    @Test("live: late at the deadline, missing at the end, completed at the last step")
    func isTimely() throws {
        let session = try procedure().session()
        _ = session.observe(say("您好", 0))
        #expect(session.nextDeadline == WrittenRule.instant(60).advanced(by: 1))
        let late = WrittenRule.asserted(session.advance(to: WrittenRule.instant(61)))
        #expect(late.map(\.outcome) == [.missed])
        #expect(late.first?.divergence == Divergence(step: 2, name: "核实", kind: .late, message: 0))
        #expect(WrittenRule.asserted(session.observe(say("您好", 70))).isEmpty)
        #expect(WrittenRule.asserted(session.observe(say("订单", 75))).isEmpty)
        #expect(WrittenRule.asserted(session.observe(say("再见", 79))).map(\.anchor) == [3])
        #expect(WrittenRule.asserted(session.close(at: WrittenRule.instant(80), explicitly: true)).isEmpty)
    }

    @Test("a long conversation of many runs is judged in time that grows with its length, live too")
    func manyRuns() throws {
        let rule = try WrittenRule(
            #"""
            {"sequence": {"steps": [{"name": "问", "message": {"from": "buyer"}},
                                    {"name": "答", "message": {"from": "agent"}, "within": {"time": "60s"}}]}}
            """#)
        let messages = (0..<60_000).map { place in
            WrittenRule.say(place % 2 == 0 ? .buyer : .agent, "好", Int64(place))
        }
        // Looking for each run among all of them would take minutes.
        #expect(try rule.findings(messages).count == 30_000)
        let session = try rule.session()
        var found = 0
        for message in messages { found += WrittenRule.asserted(session.observe(message)).count }
        #expect(found == 30_000)
    }

    @Test func explainsWhereItLeftTheSteps() throws {
        let late = try procedure().reason([say("您好", 0), say("订单", 61)], closed: 900)
        #expect(late.chinese.contains("步骤 2“核实”超时（#0 之后）"))
        let disorder = try procedure().reason([say("订单", 0), say("您好", 5)], closed: 900)
        #expect(disorder.english.contains("step 2 '核实' came out of order at #0"))
        let missing = try procedure().reason([say("您好", 0)], closed: 10)
        #expect(missing.chinese.contains("订单"))
    }
}
