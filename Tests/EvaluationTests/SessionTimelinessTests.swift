import ConversationModel
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// When a session says what it says: at the message or the deadline that decides it.
struct SessionTimelinessTests {
    private static let start: Int64 = 1_772_416_200_000

    private func at(_ milliseconds: Int64) -> Instant {
        Instant(milliseconds: SessionTimelinessTests.start + milliseconds)
    }

    private func session(_ rules: Rule...) throws -> Session {
        let compiled = RuleCompiler.compile(
            rules, digest: "", table: Comparison.table, cache: DiskCache(directory: nil)
        ).rules
        return Session(
            SessionOrigin(id: "c", shop: "s", buyer: "b"), reader: try SessionReader(#require(compiled)))
    }

    private func buyer(_ text: String, _ time: Int64) -> Message {
        Message(time: at(time), speaker: .buyer, text: text)
    }

    private func agent(_ text: String, _ time: Int64, _ name: String = "甲") -> Message {
        Message(time: at(time), speaker: .agent, agent: name, text: text)
    }

    private func says(_ speaker: Speaker, _ phrases: String...) -> Condition {
        Condition(
            .message(
                MessageCondition(
                    population: Population(speakers: [speaker]),
                    text: phrases.isEmpty ? nil : TextCondition(.keywords(Keywords(phrases: phrases))))))
    }

    private func rule(_ when: Condition, polarity: Polarity = .negative, unit: UnitKind = .conversation) -> Rule {
        Rule(id: RuleID("r"), name: "r", polarity: polarity, unit: unit, when: when)
    }

    private func slowReply(_ report: RuleLanguage.Expectation.Report = .missed, messages: Int? = nil) -> Condition {
        Condition(
            .expectation(
                RuleLanguage.Expectation(
                    after: says(.buyer), expect: says(.agent), time: messages == nil ? 180_000 : nil,
                    messages: messages, report: report)))
    }

    private func findings(_ events: [SessionEvent]) -> [Finding] {
        events.compactMap { if case .assert(let finding) = $0 { finding } else { nil } }
    }

    @Test("a message that hits is reported when it arrives")
    func messageHit() throws {
        let session = try session(rule(says(.agent, "加微信")))
        #expect(findings(session.observe(buyer("在吗", 0))).isEmpty)
        let found = findings(session.observe(agent("您加微信聊", 1_000)))
        #expect(found.map(\.anchor) == [1])
        #expect(found.first?.evidence.first?.spans == [Span(3, 12)])
        #expect(findings(session.close(at: at(2_000), explicitly: true)).isEmpty)
    }

    @Test("a missed answer is reported when its deadline has passed, not before")
    func missedAtDeadline() throws {
        let session = try session(rule(slowReply()))
        #expect(session.nextDeadline == nil)
        #expect(findings(session.observe(buyer("在吗", 0))).isEmpty)
        #expect(session.nextDeadline == at(180_001))
        #expect(session.advance(to: at(180_000)).isEmpty)
        let found = findings(session.advance(to: at(180_001)))
        #expect(found.map(\.anchor) == [0])
        #expect(found.first?.gap == 180_000)
        #expect(session.nextDeadline == nil)
        #expect(findings(session.observe(agent("您好", 200_000))).isEmpty)
    }

    @Test("an answer stamped exactly at the deadline is in time")
    func answerAtDeadline() throws {
        let session = try session(rule(slowReply()))
        _ = session.observe(buyer("在吗", 0))
        #expect(findings(session.observe(agent("您好", 180_000))).isEmpty)
        #expect(session.nextDeadline == nil)
        #expect(findings(session.close(at: at(900_000), explicitly: true)).isEmpty)
    }

    @Test("the duty of a positive rule is reported missed at its deadline, met at its answer")
    func dutyOfPositiveRule() throws {
        let session = try session(rule(slowReply(.met), polarity: .positive))
        _ = session.observe(buyer("在吗", 0))
        let missed = findings(session.advance(to: at(180_001)))
        #expect(missed.map(\.outcome) == [.missed])
        _ = session.observe(agent("您好", 200_000))
        _ = session.observe(buyer("退款", 201_000))
        #expect(findings(session.observe(agent("好的", 202_000))).map(\.outcome) == [.hit])
    }

    @Test("what must not be in the first messages is settled when they have come: a miss is not held until the end")
    func refutedByFirstMessages() throws {
        var first = MessageCondition(
            population: Population(speakers: [.buyer]), text: TextCondition(.keywords(Keywords(phrases: ["机器人"]))))
        first.position = .firstMessages(2)
        var held = rule(slowReply())
        held.appliesTo = Condition(.not(Condition(.message(first))))
        let session = try session(held)
        _ = session.observe(buyer("在吗", 0))
        // Another first message may come until the deadline has passed, and then it is known.
        #expect(findings(session.advance(to: at(180_001))).isEmpty)
        #expect(findings(session.observe(buyer("人呢", 181_000))).map(\.anchor) == [0])
        let other = try self.session(held)
        _ = other.observe(buyer("在吗", 0))
        _ = other.observe(buyer("叫机器人来", 1_000))
        #expect(findings(other.advance(to: at(200_000))).isEmpty)
        #expect(findings(other.close(at: at(900_000), explicitly: true)).isEmpty)
    }

    @Test("the last message that an answer may be is what misses it")
    func missedAtLastMessage() throws {
        var expectation = RuleLanguage.Expectation(
            after: says(.buyer, "退款"), expect: says(.agent, "抱歉"), messages: 2, report: .missed)
        expectation.trigger = .each
        let session = try session(rule(Condition(.expectation(expectation))))
        _ = session.observe(buyer("我要退款", 0))
        #expect(findings(session.observe(agent("您好", 1_000))).isEmpty)
        #expect(findings(session.observe(agent("好的", 2_000))).map(\.anchor) == [0])
    }

    @Test("an excuse moves the deadline")
    func excuseMovesDeadline() throws {
        var expectation = RuleLanguage.Expectation(
            after: says(.buyer), expect: says(.agent, "查到"), time: 60_000, report: .missed)
        expectation.excuse = RuleLanguage.Expectation.Excuse(condition: says(.agent, "稍等"))
        let session = try session(rule(Condition(.expectation(expectation))))
        _ = session.observe(buyer("在吗", 0))
        _ = session.observe(agent("请稍等", 50_000))
        #expect(session.nextDeadline == at(110_001))
        #expect(findings(session.advance(to: at(110_000))).isEmpty)
        #expect(findings(session.advance(to: at(110_001))).map(\.anchor) == [0])
    }

    @Test("a silence is reported when it is long enough, and completed by the message that ends it")
    func silenceAtMinimum() throws {
        let session = try session(rule(Condition(.silence(Silence(of: .agent, minimum: 60_000)))))
        _ = session.observe(buyer("在吗", 0))
        let early = findings(session.advance(to: at(60_001)))
        #expect(early.map(\.anchor) == [0])
        let whole = findings(session.observe(agent("您好", 90_000)))
        #expect(whole.map(\.id) == early.map(\.id))
        #expect(whole.first?.gap == 90_000)
        #expect(whole.first?.evidence.map(\.label) == ["earlier", "later"])
    }

    @Test("the N-th match is reported at once")
    func countAtLeast() throws {
        let session = try session(rule(Condition(.count(Count(of: says(.agent, "嗯"), bound: .atLeast(2))))))
        #expect(findings(session.observe(agent("嗯", 0))).isEmpty)
        #expect(findings(session.observe(agent("嗯嗯", 1_000))).map(\.anchor) == [1])
        #expect(findings(session.observe(agent("嗯", 2_000))).isEmpty)
    }

    @Test("any reports a message and a missed answer each in its time")
    func anyOfMessageAndExpectation() throws {
        let session = try session(rule(Condition(.any([says(.agent, "滚"), slowReply()]))))
        #expect(findings(session.observe(agent("滚", 0))).map(\.anchor) == [0])
        _ = session.observe(buyer("在吗", 1_000))
        #expect(findings(session.advance(to: at(181_001))).map(\.anchor) == [1])
    }

    @Test("all reports its subject when the other condition becomes true; unless waits for the end")
    func allAndUnless() throws {
        let both = try session(rule(Condition(.all([says(.agent, "转账"), says(.buyer, "多少钱")]))))
        #expect(findings(both.observe(agent("请转账", 0))).isEmpty)
        #expect(findings(both.observe(buyer("多少钱", 1_000))).map(\.anchor) == [0])
        let unless = try session(rule(Condition(.unless(says(.agent, "转账"), [says(.agent, "开玩笑")]))))
        #expect(findings(unless.observe(agent("请转账", 0))).isEmpty)
        #expect(findings(unless.close(at: at(9_000), explicitly: true)).map(\.anchor) == [0])
    }

    @Test("the wait before an agent's first word belongs to the agent's stay")
    func waitBeforeFirstWord() throws {
        let session = try session(rule(slowReply(), unit: .stay))
        _ = session.observe(buyer("在吗", 0))
        #expect(session.nextDeadline == nil)
        let found = findings(session.observe(agent("您好", 600_000)))
        #expect(found.map(\.owner) == [.agent("甲")])
        #expect(found.first?.gap == 180_000)
    }

    @Test("a late answer withdraws the miss, in the same call")
    func lateAnswer() throws {
        let session = try session(rule(slowReply()))
        _ = session.observe(buyer("在吗", 0))
        let missed = findings(session.advance(to: at(300_000)))
        #expect(missed.count == 1)
        #expect(session.observe(agent("您好", 100_000)) == missed.map { .retract($0.id) })
    }

    @Test("deadlines fire in the order of instant, rule and anchor")
    func orderOfDeadlines() throws {
        func each(_ id: String, _ time: Int64) -> Rule {
            let expectation = RuleLanguage.Expectation(
                after: says(.buyer), trigger: .each, expect: says(.agent), time: time, report: .missed)
            return Rule(
                id: RuleID(id), name: id, polarity: .negative, when: Condition(.expectation(expectation)))
        }
        let session = try session(each("a", 60_000), each("b", 50_000), each("c", 60_000))
        _ = session.observe(buyer("一", 0))
        _ = session.observe(buyer("二", 0))
        let found = findings(session.advance(to: at(100_000)))
        #expect(found.map { "\($0.rule)\($0.anchor ?? -1)" } == ["b0", "b1", "a0", "a1", "c0", "c1"])
    }

    @Test("the close instant is silence's, longer while a wait is open, or the event's")
    func closeInstant() throws {
        let session = try session(rule(says(.agent, "加微信")))
        _ = session.observe(buyer("在吗", 0))
        #expect(session.closeInstant?.at == at(86_400_000))
        _ = session.observe(agent("您好", 1_000))
        #expect(session.closeInstant?.at == at(1_801_000))
        _ = session.observe(Message(time: at(2_000), speaker: .system, kind: .event, eventType: "closed"))
        #expect(session.closeInstant?.at == at(2_000))
        #expect(session.closeInstant?.isExplicit == true)
        _ = session.close(at: at(2_000), explicitly: true)
        #expect(session.isClosed)
        #expect(session.observe(buyer("还在吗", 3_000)).isEmpty)
    }
}
