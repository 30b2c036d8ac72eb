import ConversationModel
import Diagnostics
import Foundation
import Testing

@testable import RuleLanguage

@Suite struct PolicyFileTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    private let hour: Int64 = 3_600_000

    private func load(_ text: String) -> (policy: TimePolicy?, codes: [String]) {
        let (policy, diagnostics) = loadPolicy(source(text, path: "policy.json")) { name in
            name == "UTC" ? Zone.fixed(name: "UTC", offset: 0) : nil
        }
        return (policy, diagnostics.map(\.code))
    }

    @Test func readsEveryField() throws {
        let (policy, codes) = load(
            #"""
            {"$schema": "x", "summary": "说明", "zone": "UTC", "closeAfter": "10m", "closeAfterOpenWait": "2h",
             "hours": [{"from": "09:00", "to": "12:00", "on": ["mon", "tue"]}, {"from": "13:00", "to": "18:30", "on": "mon"}],
             "waits": {"answeredBy": ["agent", "assistant"], "noAnswer": ["收到哈"], "clock": "business",
               "onTransfer": "carry", "cap": "10m", "unanswered": "cap",
               "assessed": {"hours": [{"from": "08:00", "to": "24:00"}], "by": "both"}},
             "leaveOut": {"buyers": ["测试号"]}}
            """#)
        #expect(codes == [])
        let found = try #require(policy)
        #expect(found.zone.name == "UTC")
        #expect(found.closeAfter == 600_000 && found.closeAfterOpenWait == 2 * hour)
        #expect(
            found.openHours[0] == [
                TimePolicy.OpenHours(start: 9 * hour, end: 12 * hour),
                TimePolicy.OpenHours(start: 13 * hour, end: 18 * hour + hour / 2),
            ])
        #expect(found.openHours[1].count == 1 && found.openHours[2].isEmpty)
        #expect(found.waits.assistantAnswers && found.waits.countsOpenHours && found.waits.onTransfer == .carry)
        #expect(found.waits.noAnswer == ["收到哈"])
        #expect(found.waits.cap == 600_000 && found.waits.unansweredCountsAsCap)
        #expect(found.waits.assessment?.by == .both)
        #expect(found.waits.assessment?.hours.count == 7)
        #expect(found.buyersLeftOut == ["测试号"])
    }

    @Test func whatIsNotSaidStaysAsItWas() {
        #expect(load("{}").policy == TimePolicy())
        #expect(load(#"{"closeAfter": "2d"}"#).policy?.closeAfterOpenWait == 48 * hour)
    }

    @Test func hoursOverMidnightBelongToTwoDays() {
        let hours = load(
            #"{"hours": [{"from": "22:00", "to": "02:00", "on": "sun"}, {"from": "01:00", "to": "03:00"}]}"#
        )
        .policy?.openHours
        #expect(hours?[6] == [.init(start: hour, end: 3 * hour), .init(start: 22 * hour, end: 24 * hour)])
        #expect(hours?[0] == [.init(start: 0, end: 3 * hour)])
    }

    @Test(arguments: [
        (#"{"zone": "Mars"}"#, ["bad-value"]), (#"{"closeAfter": "8d"}"#, ["out-of-range"]),
        (#"{"closeAfter": "1h", "closeAfterOpenWait": "30m"}"#, ["out-of-range"]),
        (#"{"hours": [{"from": "9:00", "to": "12:00"}]}"#, ["bad-value"]),
        (#"{"hours": [{"from": "09:00"}]}"#, ["missing-field"]), (#"{"hours": []}"#, ["empty-list"]),
        (#"{"hours": [{"from": "09:00", "to": "09:00"}]}"#, ["impossible-window"]),
        (#"{"waits": {"unanswered": "cap"}}"#, ["missing-field"]),
        (#"{"waits": {"answeredBy": "assistant"}}"#, ["bad-value"]),
        (#"{"waits": {"cap": "0s"}}"#, ["out-of-range"]), (#"{"wait": {}}"#, ["unknown-field"]),
        (#"{"waits": {"assessed": {"by": "start"}}}"#, ["missing-field"]), ("[1", ["syntax"]), ("[]", ["wrong-type"]),
        (#"{"leaveOut": {}}"#, ["missing-field"]),
    ])
    func saysWhatIsWrong(text: String, codes: [String]) {
        let found = load(text)
        #expect(found.codes == codes)
        #expect(found.policy == nil)
    }

    @Test("a stretch of hours that adds nothing is warned of: shorter hours at weekends need days in both")
    func hoursThatAddNothing() {
        let weekend = #"{"from": "10:00", "to": "18:00", "on": ["sat", "sun"]}"#
        let daily = #"{"from": "09:00", "to": "23:00"}"#
        let weekdays = #"{"from": "09:00", "to": "23:00", "on": ["mon", "tue", "wed", "thu", "fri"]}"#
        let late = #"{"from": "22:00", "to": "24:00", "on": "sat"}"#
        for (entries, codes) in [
            ([daily, weekend], ["unreachable-branch"]), ([weekend, daily], ["unreachable-branch"]),
            ([daily, daily], ["unreachable-branch"]), ([weekdays, weekend], []), ([daily, late], []),
        ] as [([String], [String])] {
            let found = load("{\"hours\": [\(entries.joined(separator: ","))]}")
            #expect(found.codes == codes, "\(entries)")
            #expect(found.policy?.openHours.count == 7)
        }
    }

    @Test func theSchemaNamesTheKeysOfTheDecoder() throws {
        func member(_ value: JSONValue?, _ key: String) -> JSONValue? {
            guard case .object(let members)? = value?.content else { return nil }
            return members.first { $0.key == key }?.value
        }
        func keys(_ value: JSONValue?) -> Set<String> {
            guard case .object(let members)? = value?.content else { return [] }
            return Set(members.map(\.key))
        }
        let schema = try JSONReader.read(try bytes(at: Self.root + "/schema/policy.schema.json"))
        let properties = member(schema, "properties")
        #expect(keys(properties) == Set(RuleDecoder.policyKeys))
        #expect(keys(member(member(properties, "waits"), "properties")) == Set(RuleDecoder.waitKeys))
    }

    @Test(arguments: ["taobao", "jd", "douyin"])
    func presetsAreSound(name: String) throws {
        let path = Self.root + "/Policies/\(name).json"
        let file = SourceFile(path: path, bytes: try bytes(at: path))
        let (policy, diagnostics) = loadPolicy(file) { $0 == "Asia/Shanghai" ? .chinaStandard : nil }
        #expect(diagnostics.isEmpty)
        #expect(try #require(policy).waits.assessment != nil)
    }
}
