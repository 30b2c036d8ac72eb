import ConversationModel
import Diagnostics
import Foundation
import Testing

@testable import RuleLanguage

@Suite struct ExemptionFileTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    private static let note = #""reason": "新人", "author": "阿宁", "recorded": "2026-03-01""#

    private func load(_ text: String) -> (exemptions: Exemptions?, codes: [String]) {
        let (exemptions, diagnostics) = loadExemptions(source(text, path: "e.json"), zone: .chinaStandard)
        return (exemptions, diagnostics.map(\.code))
    }

    private func one(_ members: String) -> (exemptions: Exemptions?, codes: [String]) {
        load("{\"exemptions\": [{\(members)}]}")
    }

    @Test func readsEveryField() throws {
        let (found, codes) = load(
            #"""
            {"$schema": "x", "summary": "说明", "exemptions": [
              {"agent": "店:小安", "from": "2026-03-01", "to": "2026-03-31", \#(Self.note)},
              {"rule": ["slow-reply", "opening"], "conversation": "c#2", "buyer": ["b"],
               "from": "2026-03-08T20:00", "to": "2026-03-08T14:00:30Z", \#(Self.note)}],
             "excludedBuyers": [{"buyer": "测试", "to": "2026-03-05", \#(Self.note)}]}
            """#)
        #expect(codes == [])
        let exemptions = try #require(found)
        let day = { CalendarDay(year: 2026, month: 3, day: $0) }
        #expect(
            exemptions.exemptions[0]
                == Exemption(
                    agents: ["店:小安"], window: .days(day(1), day(31)), reason: "新人", author: "阿宁", recorded: day(1)))
        #expect(exemptions.exemptions[1].rules == [RuleID("slow-reply"), RuleID("opening")])
        #expect(exemptions.exemptions[1].conversations == ["c#2"] && exemptions.exemptions[1].buyers == ["b"])
        let start = try #require(Instant(utcText: "2026-03-08T12:00:00.000Z"))
        #expect(exemptions.exemptions[1].window == .instants(start, start.advanced(by: 7_230_000)))
        #expect(
            exemptions.excludedBuyers == [
                ExcludedBuyers(
                    buyers: ["测试"], window: .days(nil, day(5)), reason: "新人", author: "阿宁", recorded: day(1))
            ])
    }

    @Test(arguments: [
        ("2026-03-08T20:00:00+08:00", "2026-03-08T12:00:00.000Z"),
        ("2026-03-08T20:00-01:30", "2026-03-08T21:30:00.000Z"),
        ("2026-03-08T00:00", "2026-03-07T16:00:00.000Z"),
    ])
    func readsTimes(text: String, utc: String) {
        #expect(ClockText.instant(text, zone: .chinaStandard)?.utcText == utc)
    }

    @Test(arguments: [
        "2026-03-08 20:00", "2026-02-30T20:00", "2026-03-08T24:00", "2026-03-08T20:60", "2026-03-08T20:00:60",
        "2026-03-08T20:00+8", "2026-03-08T20:00+19:00", "2026-03-08T20:00Zx", "T20:00", "2026-03-08T", "今天",
        "2026-03-08T20:00:5", "2026-03-08T20:00:", "2026-03-08T2０:00", "2026-03-08T20:00T",
    ])
    func refusesOtherTimes(text: String) {
        #expect(ClockText.instant(text, zone: .chinaStandard) == nil)
        #expect(one("\"from\": \"\(text)\", \(Self.note)").codes == ["bad-value"])
    }

    @Test(arguments: [
        (Self.note, ["missing-field"]), (#""agent": "a""#, ["missing-field", "missing-field", "missing-field"]),
        (#""agent": [], \#(Self.note)"#, ["empty-list"]), (#""agent": 5, \#(Self.note)"#, ["wrong-type"]),
        (#""agents": "a", \#(Self.note)"#, ["unknown-field"]), (#""rule": "慢", \#(Self.note)"#, ["bad-id"]),
        (#""from": "2026-03-02", "to": "2026-03-01", \#(Self.note)"#, ["impossible-window"]),
        (#""from": "2026-03-02T01:00", "to": "2026-03-02T01:00", \#(Self.note)"#, ["impossible-window"]),
        (#""from": "2026-03-02T01:00", "to": "2026-03-02", \#(Self.note)"#, ["conflicting-fields"]),
        (#""agent": "a", "reason": "", "author": "b", "recorded": "2026-13-01""#, ["out-of-range", "bad-value"]),
    ])
    func saysWhatIsWrong(members: String, codes: [String]) {
        let found = one(members)
        #expect(found.codes == codes)
        #expect(found.exemptions == nil)
    }

    @Test("the first part of a conversation has no number: c#1 is warned of")
    func theFirstPartHasNoNumber() {
        #expect(one(#""conversation": "c3#1", \#(Self.note)"#).codes == ["bad-value"])
        #expect(one(#""conversation": "c3#1", \#(Self.note)"#).exemptions != nil)
        #expect(one(#""conversation": ["c3", "c3#2", "c3#11"], \#(Self.note)"#).codes == [])
    }

    @Test(arguments: [
        ("{}", ["missing-field"]), ("[]", ["wrong-type"]), ("{", ["syntax"]), (#"{"exemptions": {}}"#, ["wrong-type"]),
        (#"{"excludedBuyers": [{\#(note)}]}"#, ["missing-field"]),
    ])
    func refusesOtherFiles(text: String, codes: [String]) {
        #expect(load(text).codes == codes)
        #expect(load(text).exemptions == nil)
    }

    @Test func longListsAreRefused() {
        let names = (0...10_000).map { "\"a\($0)\"" }.joined(separator: ",")
        #expect(one("\"agent\": [\(names)], \(Self.note)").codes == ["limit"])
    }

    @Test func theSchemaNamesTheKeysOfTheDecoder() throws {
        func member(_ value: JSONValue?, _ path: String...) -> JSONValue? {
            path.reduce(value) { value, key in
                guard case .object(let members)? = value?.content else { return nil }
                return members.first { $0.key == key }?.value
            }
        }
        func keys(_ value: JSONValue?) -> Set<String> {
            guard case .object(let members)? = value?.content else { return [] }
            return Set(members.map(\.key))
        }
        let schema = try JSONReader.read(try bytes(at: Self.root + "/schema/exemptions.schema.json"))
        #expect(keys(member(schema, "properties")) == Set(RuleDecoder.exemptionFileKeys))
        #expect(
            keys(member(schema, "properties", "exemptions", "items", "properties")) == Set(RuleDecoder.exemptionKeys))
        #expect(
            keys(member(schema, "properties", "excludedBuyers", "items", "properties")) == Set(RuleDecoder.excludedKeys)
        )
    }
}
