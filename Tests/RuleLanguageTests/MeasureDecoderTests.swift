import ConversationModel
import Diagnostics
import RuleLanguage
import Testing

@Suite struct MeasureDecoderTests {
    private func unit(_ condition: String) -> UnitCondition? {
        guard case .unit(let unit)? = decodeWhen(condition).kind else { return nil }
        return unit
    }

    @Test func readsMeasures() {
        #expect(
            unit(#"{"measure": {"of": "mean-response", "over": "45s"}}"#)
                == .measure(MeasureCondition(of: .meanResponse, over: 45_000)))
        #expect(
            unit(#"{"measure": {"of": "messages", "from": "buyer", "min": 2, "max": 9}}"#)
                == .measure(MeasureCondition(of: .messages(.buyer), minimum: 2, maximum: 9)))
        #expect(
            unit(#"{"measure": {"of": "rounds", "max": 0}}"#) == .measure(MeasureCondition(of: .rounds, maximum: 0)))
    }

    @Test func readsMoments() {
        #expect(
            unit(#"{"started": {"from": "22:00", "to": "08:00", "on": ["sun", "sat"], "hours": "outside"}}"#)
                == .started(Moment(start: 79_200_000, end: 28_800_000, weekdays: [6, 7], hours: .outside)))
        guard case .message(let message)? = decodeWhen(#"{"message": {"from": "agent", "sent": {"on": "mon"}}}"#).kind
        else {
            Issue.record("no message")
            return
        }
        #expect(message.sent == Moment(weekdays: [1]))
    }

    @Test(arguments: [
        (#"{"measure": {"of": "speed", "max": 1}}"#, ["bad-value"]),
        (#"{"measure": {"max": "1s"}}"#, ["missing-field"]),
        (#"{"measure": {"of": "rounds"}}"#, ["missing-field"]),
        (#"{"measure": {"of": "rounds", "min": "3s"}}"#, ["wrong-type"]),
        (#"{"measure": {"of": "duration", "min": 3}}"#, ["wrong-type"]),
        (#"{"measure": {"of": "messages", "min": 3}}"#, ["missing-field"]),
        (#"{"measure": {"of": "rounds", "from": "buyer", "min": 3}}"#, ["conflicting-fields"]),
        (#"{"measure": {"of": "rounds", "min": 3, "over": 2}}"#, ["conflicting-fields"]),
        (#"{"measure": {"of": "rounds", "over": 3, "max": 3}}"#, ["impossible-window"]),
        (#"{"started": {}}"#, ["missing-field"]), (#"{"started": {"from": "25:00"}}"#, ["bad-value"]),
        (#"{"started": {"from": "09:00", "to": "09:00"}}"#, ["impossible-window"]),
        (#"{"started": {"on": ["monday"]}}"#, ["bad-value"]),
        (#"{"message": {"sent": {"hours": "closed"}}}"#, ["bad-value"]),
    ])
    func saysWhatIsWrong(condition: String, codes: [String]) {
        #expect(decodeWhen(condition).codes == codes)
    }

    @Test func everyPartIsInTheDigest() throws {
        let conditions = [
            #"{"fact": {"name": "tag", "is": "a"}}"#, #"{"fact": {"name": "tag", "is": "b"}}"#,
            #"{"fact": {"name": "tag", "present": true}}"#, #"{"fact": {"name": "order.amount", "min": 1}}"#,
            #"{"fact": {"name": "order.amount", "max": 1}}"#, #"{"fact": {"name": "attributes.a", "is": 1}}"#,
            #"{"fact": {"name": "attributes.a", "is": "1"}}"#, #"{"measure": {"of": "rounds", "min": 1}}"#,
            #"{"measure": {"of": "rounds", "max": 1}}"#, #"{"measure": {"of": "rounds", "over": 1}}"#,
            #"{"measure": {"of": "messages", "from": "buyer", "min": 1}}"#,
            #"{"measure": {"of": "messages", "from": "agent", "min": 1}}"#, #"{"started": {"from": "01:00"}}"#,
            #"{"started": {"to": "01:00"}}"#, #"{"started": {"on": "mon"}}"#, #"{"started": {"hours": "inside"}}"#,
            #"{"message": {}}"#, #"{"message": {"sent": {"hours": "inside"}}}"#,
        ]
        let digests = try conditions.map { rulesDigest([try #require(decode(ruleText(when: $0)).rule, "\($0)")]) }
        #expect(Set(digests).count == conditions.count)
    }
}
