import ConversationModel
import Diagnostics
import TestSupport
import Testing

@testable import Events

struct HostileEventTests {
    private static let head = #""id":"1","shop":"s","time":1772413452000,"received":1772413452000"#

    static let bad: [(String, EventRefusal.Code, String)] = [
        ("{", .invalidJSON, ""), ("nonsense", .notAnObject, ""), ("[1]", .notAnObject, ""),
        ("{\(head),\"type\":\"tick\"} {}", .invalidJSON, ""), ("{\(head),\"type\":tick}", .invalidJSON, ""),
        ("{\(head),\"type\":\"tick\",}", .invalidJSON, ""), ("{\"id\":\"\\ud800\"}", .invalidJSON, ""),
        ("{}", .missingField, "id"), ("{\(head)}", .missingField, "type"),
        ("{\(head),\"type\":\"tik\"}", .unknownValue, "type"),
        ("{\(head),\"type\":\"tick\",\"type\":\"tick\"}", .duplicateField, "type"),
        ("{\(head),\"type\":\"tick\",\"receivd\":1}", .unknownField, "receivd"),
        ("{\(head),\"type\":\"tick\",\"version\":2}", .outOfRange, "version"),
        ("{\(head),\"type\":\"message\",\"conversation\":\"c\",\"from\":\"buyer\"}", .missingField, "buyer"),
        ("{\(head),\"type\":\"message\",\"conversation\":\"c\",\"buyer\":7,\"from\":\"buyer\"}", .wrongType, "buyer"),
        (
            "{\(head),\"type\":\"message\",\"conversation\":\"c\",\"buyer\":\"b\",\"from\":\"agent\"}", .missingField,
            "agent"
        ),
        (
            "{\(head),\"type\":\"conversation-assigned\",\"conversation\":\"c\",\"buyer\":\"b\",\"to\":{}}",
            .unknownValue, "to"
        ),
        (
            "{\(head),\"type\":\"conversation-assigned\",\"conversation\":\"c\",\"buyer\":\"b\",\"to\":{\"agnt\":\"a\"}}",
            .unknownField, "to.agnt"
        ),
        ("{\(head),\"type\":\"order-paid\",\"order\":\"o\",\"buyer\":\"b\",\"amount\":1.5}", .wrongType, "amount"),
        ("{\(head),\"type\":\"order-paid\",\"order\":\"o\",\"buyer\":\"b\",\"amount\":-1}", .outOfRange, "amount"),
        (
            "{\(head),\"type\":\"order-paid\",\"order\":\"o\",\"buyer\":\"b\",\"amount\":99999999999999999999}",
            .wrongType, "amount"
        ),
        ("{\(head),\"type\":\"agent-online\",\"agent\":\"\"}", .badName, "agent"),
        ("{\(head),\"type\":\"agent-online\",\"agent\":\"a\\nb\"}", .badName, "agent"),
        ("{\"id\":\"1\",\"shop\":\"s\",\"time\":\"2026-03-02 09:04\",\"type\":\"tick\"}", .badTime, "time"),
        ("{\"id\":\"1\",\"shop\":\"s\",\"time\":1772413452,\"type\":\"tick\"}", .badTime, "time"),
        (
            "{\"id\":\"1\",\"shop\":\"s\",\"time\":1772240651999,\"received\":1772413452000,\"type\":\"tick\"}",
            .tooOld, "time"
        ),
        (
            "{\(head),\"type\":\"settings-changed\",\"receivers\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]}",
            .tooMany, "receivers"
        ),
        (String(repeating: "[", count: 100_000), .notAnObject, ""),
        ("{\"a\":" + String(repeating: "[", count: 30) + String(repeating: "]", count: 30) + "}", .tooDeep, ""),
        ("{\"a\":[" + String(repeating: "1,", count: 5_000) + "1]}", .tooLarge, ""),
        ("{\"a\":\"" + String(repeating: "x", count: 300_000) + "\"}", .tooLarge, ""),
    ]

    @Test("a bad line is refused with its code and field, and costs no other line")
    func badLinesAreRefused() {
        let good = "{\(Self.head),\"type\":\"tick\",\"x-trace\":{\"any\":[1]}}"
        var text = ""
        for (line, _, _) in Self.bad { text += line + "\n" + good + "\r\n\n" }
        let records = EventReader().read(Array(text.utf8))
        #expect(records.count == Self.bad.count * 2)
        for (index, (line, code, field)) in Self.bad.enumerated() where records.count > 2 * index + 1 {
            guard case .refused(let refusal) = records[2 * index] else {
                Issue.record("accepted: \(line.prefix(200))")
                continue
            }
            #expect(refusal.code == code && refusal.field == field, "\(line.prefix(200)): \(refusal)")
            #expect(refusal.line == 3 * index + 1)
            #expect(refusal.phrase.english.utf8.count < 400)
            guard case .event(let event) = records[2 * index + 1] else {
                Issue.record("refused after \(line.prefix(200))")
                continue
            }
            #expect(event.content == .tick)
        }
    }

    @Test("bytes that are no UTF-8 are refused, and a near word is offered")
    func oddBytesAndSuggestions() {
        let reader = EventReader()
        #expect(reader.read([0x7B, 0xFF, 0x7D]) == [.refused(EventRefusal(.invalidUTF8, line: 1))])
        func suggestion(_ line: String) -> String? {
            guard case .refused(let refusal)? = reader.read(Array(line.utf8)).first else { return nil }
            return refusal.suggestion
        }
        #expect(suggestion("{\(Self.head),\"type\":\"agent_online\",\"agent\":\"a\"}") == "agent-online")
        #expect(suggestion("{\(Self.head),\"type\":\"tick\",\"recieved\":1}") == "received")
        #expect(
            suggestion("{\(Self.head),\"type\":\"message\",\"conversation\":\"c\",\"buyer\":\"b\",\"from\":\"agents\"}")
                == "agent")
        #expect(suggestion("{\(Self.head),\"type\":\"tick\",\"zzz\":1}") == nil)
    }

    @Test("imported orders may be older than the horizon, others not")
    func importedOrdersMayBeOld() {
        let line =
            "{\"id\":\"1\",\"shop\":\"s\",\"time\":1770000000000,\"received\":1772413452000,\"type\":\"order-placed\",\"order\":\"o\",\"buyer\":\"b\""
        let reader = EventReader()
        guard case .event? = reader.read(Array((line + ",\"imported\":true}").utf8)).first else {
            Issue.record("refused")
            return
        }
        #expect(reader.read(Array((line + "}").utf8)) == [.refused(EventRefusal(.tooOld, field: "time", line: 1))])
    }

    @Test("changed bytes give an event or a refusal for each line, never a crash", arguments: 0..<40 as Range<UInt64>)
    func changedBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var draw = RandomEvent(seed: seed)
        var bytes: [UInt8] = []
        for kind in 0..<RandomEvent.kinds { EventWriter.append(draw.event(kind), to: &bytes) }
        let reader = EventReader()
        for _ in 0..<50 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let lines = changed.split(separator: 0x0A).filter { line in
                !line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
            }
            #expect(reader.read(changed).count == lines.count, "seed \(seed)")
        }
    }
}
