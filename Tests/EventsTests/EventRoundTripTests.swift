import ConversationModel
import Foundation
import TestSupport
import Testing

@testable import Events

struct EventRoundTripTests {
    @Test(
        "what is written reads as the same event, and is written as the same bytes", arguments: 0..<60 as Range<UInt64>)
    func eventsReadBack(seed: UInt64) {
        var draw = RandomEvent(seed: seed)
        let events = (0..<RandomEvent.kinds * 4).map { draw.event($0 % RandomEvent.kinds) }
        var bytes: [UInt8] = []
        for event in events { EventWriter.append(event, to: &bytes) }
        let records = EventReader().read(bytes)
        #expect(records == events.map { .event($0) }, "seed \(seed)")
        var again: [UInt8] = []
        for case .event(let event) in records { EventWriter.append(event, to: &again) }
        #expect(again == bytes, "seed \(seed)")
    }

    @Test("a receipt that is stamped wins over the one that is written")
    func receiptIsStamped() {
        let line = Array(
            #"{"id":"1","shop":"s","time":"2026-03-02T09:04:12.5+08:00","received":1,"type":"tick"}"#.utf8)
        // 1 is no time: whatever is written must be one.
        guard case .refused(let refusal)? = EventReader().read(line, received: Instant(milliseconds: 5)).first
        else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.code == .badTime && refusal.field == "received" && refusal.line == 1)
        let stamp = Instant(milliseconds: 1_772_413_452_900)
        let other = Array(#"{"id":"1","shop":"s","time":"2026-03-02T09:04:12.5+08:00","type":"tick"}"#.utf8)
        guard case .event(let event)? = EventReader().read(other, received: stamp).first else {
            Issue.record("refused")
            return
        }
        #expect(event.received == stamp && event.time.milliseconds == 1_772_413_452_500)
        #expect(EventReader().read(other).first == .refused(EventRefusal(.missingField, field: "received", line: 1)))
    }

    @Test("the published schema has the reader's types, and of each the fields that are written")
    func schemaEqualsReader() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent("schema/event.schema.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        let types = (schema["oneOf"] as? [[String: String]] ?? []).compactMap { $0["$ref"]?.dropFirst(8) }
        #expect(types.map(String.init) == EventType.allCases.map(\.rawValue))
        var draw = RandomEvent(seed: 1)
        var written: [String: Set<String>] = [:]
        for index in 0..<RandomEvent.kinds * 60 {
            let line = Data(EventWriter.line(draw.event(index % RandomEvent.kinds)).utf8)
            let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let type = try #require(object["type"] as? String)
            written[type, default: []].formUnion(object.keys)
            let required = definitions[type]?["required"] as? [String] ?? []
            #expect(Set(required).isSubset(of: object.keys), "\(type)")
        }
        for type in EventType.allCases {
            let properties = definitions[type.rawValue]?["properties"] as? [String: Any] ?? [:]
            #expect(
                Set(properties.keys) == written[type.rawValue, default: []].union(["$schema", "version"]), "\(type)")
        }
    }
}
