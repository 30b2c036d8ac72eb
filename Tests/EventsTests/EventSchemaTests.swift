import ConversationModel
import Foundation
import TestSupport
import Testing

@testable import Events

/// The published schema says what the reader takes, and the reader takes what the schema says.
struct EventSchemaTests {
    /// What a schema cannot say, or not sensibly: all that the reader refuses beyond it.
    enum Unsayable: CaseIterable {
        /// More than 48 hours older than its receipt.
        case age
        /// A member stands twice.
        case twice
        /// Sizes count bytes of UTF-8, the schema's count code points.
        case bytes
        /// An integer is written without fraction and exponent.
        case digits
        /// The offset moves a time over the first or the last instant.
        case ends
        /// Depth, values and bytes of a line.
        case line

        /// Whether it is why the reader refuses what the schema takes.
        func explains(_ refusal: EventRefusal, of event: JSONForm) -> Bool {
            var found = false
            switch self {
            case .age: return refusal.code == .tooOld
            case .twice:
                event.visit(twice: { found = true })
                return found && refusal.code == .duplicateField
            case .bytes:
                let limit = refusal.code == .badName ? 128 : refusal.field == "text" ? 65_536 : 512
                event.visit(text: { found = found || $0.utf8.count > limit && $0.unicodeScalars.count <= limit })
                return found && (refusal.code == .badName || refusal.code == .tooLarge && !refusal.field.isEmpty)
            case .digits:
                event.visit(number: { found = found || $0.contains { ".eE".contains($0) } })
                return found && (refusal.code == .wrongType || refusal.code == .badTime)
            case .ends:
                let ends = ["1970-", "1971-01-01", "9998-12-31", "9999-"]
                event.visit(text: { text in found = found || ends.contains { text.hasPrefix($0) } })
                return found && refusal.code == .badTime
            case .line: return refusal.field.isEmpty && [.tooDeep, .tooLarge].contains(refusal.code)
            }
        }
    }

    private let evaluator: SchemaEvaluator
    private let stamp = Instant(milliseconds: 1_772_413_452_000)

    init() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent("schema/event.schema.json"))
        evaluator = SchemaEvaluator(try JSONDecoder().decode(JSONForm.self, from: data))
    }

    /// Why the reader refuses an event; nil where it takes it. Where the event says no receipt it is stamped.
    private func refusal(_ event: JSONForm) -> EventRefusal? {
        let line = Array(event.line.utf8)
        var stamped: Instant? = stamp
        if case .object(let members) = event {
            let receipts = members.filter { $0.name == "received" }
            if receipts.count == 1, case .text = receipts[0].value { stamped = nil }
        }
        guard case .refused(let refusal)? = EventReader().read(line, received: stamped).first else { return nil }
        return refusal
    }

    @Test(
        "of events and of changed events schema and reader take the same, but for what a schema cannot say",
        arguments: 0..<12 as Range<UInt64>)
    func schemaEqualsReader(seed: UInt64) throws {
        var draw = MutatedEvent(seed: seed)
        var codes: Set<EventRefusal.Code> = []
        var taken = 0
        for number in 0..<RandomEvent.kinds * 12 {
            let plain = try draw.event(number % RandomEvent.kinds)
            #expect(try evaluator.accepts(plain) && refusal(plain) == nil, "seed \(seed): \(plain.line)")
            let event = draw.mutated(plain)
            let isInSchema = try evaluator.accepts(event)
            guard let refusal = refusal(event) else {
                taken += 1
                #expect(isInSchema, "seed \(seed), the reader takes \(event.line)")
                continue
            }
            codes.insert(refusal.code)
            guard isInSchema, !Unsayable.allCases.contains(where: { $0.explains(refusal, of: event) }) else { continue }
            Issue.record(
                "seed \(seed), the schema takes \(event.line), refused: \(refusal.code.rawValue) \(refusal.field)")
        }
        #expect(
            taken > 20 && codes.isSuperset(of: [.missingField, .unknownField, .wrongType, .badTime, .unknownValue]))
    }

    @Test("each thing that a schema cannot say is there, and the reader refuses it")
    func unsayable() throws {
        let head = #""id":"1","shop":"s","time":1772413452000,"type":"#
        let bytes = String(repeating: "界", count: 43)
        for (line, reason) in [
            (#"{"id":"1","shop":"s","time":1772240651999,"type":"tick"}"#, Unsayable.age),
            (#"{"id":"1","shop":"s","time":1772413452000.0,"type":"tick"}"#, .digits),
            (#"{"id":"1","shop":"s","time":"1971-01-01T02:00:00+08:00","type":"tick"}"#, .ends),
            (#"{\#(head)"agent-online","agent":"\#(bytes)"}"#, .bytes),
            (#"{\#(head)"tick","x-deep":[[[[[[[]]]]]]]}"#, .line),
        ] {
            let event = try JSONDecoder().decode(JSONForm.self, from: Data(line.utf8))
            // The decoder reads 1.0 as 1: as it was written.
            let form = reason == .digits ? Self.withFraction(event) : event
            let refusal = try #require(self.refusal(form), "\(line)")
            #expect(try evaluator.accepts(form) && reason.explains(refusal, of: form), "\(line): \(refusal)")
        }
        var twice = try JSONDecoder().decode(JSONForm.self, from: Data("{\(head)\"tick\"}".utf8))
        twice.add("type", .text("tick"))
        let refusal = try #require(self.refusal(twice))
        #expect(try evaluator.accepts(twice) && Unsayable.twice.explains(refusal, of: twice))
    }

    private static func withFraction(_ event: JSONForm) -> JSONForm {
        var event = event
        event.change([][...]) { members in
            for place in members.indices where members[place].name == "time" {
                members[place].value = .number("1772413452000.0")
            }
        }
        return event
    }

    @Test(
        "what stands in the docs of an event is what the schema says",
        arguments: [
            (#"{"type":"message","conversation":"c","buyer":"b","from":"agent"}"#, false),
            (#"{"type":"message","conversation":"c","buyer":"b","from":"agent","agent":"a"}"#, true),
            (#"{"type":"message","conversation":"c","buyer":"b","from":"agent","agent":null}"#, false),
            (#"{"type":"message","conversation":"c","buyer":"b","from":"buyer","agent":"a"}"#, false),
            (
                #"{"type":"message","conversation":"c","buyer":"b","from":"agent","agent":"a","needsAnswer":true}"#,
                false
            ),
            (#"{"type":"message","conversation":"c","buyer":"b","from":"assistant","to":{"agent":"a"}}"#, false),
            (#"{"type":"dispatch-commanded","command":"1","agent":"a","action":"move","by":"b"}"#, false),
            (#"{"type":"dispatch-commanded","command":"1","agent":"a","action":"move","by":"b","group":"g"}"#, true),
            (#"{"type":"dispatch-commanded","command":"1","agent":"a","action":"resume","by":"b","group":"g"}"#, false),
            (#"{"type":"conversation-opened","conversation":"c","buyer":"b","to":null}"#, true),
            (#"{"type":"conversation-opened","conversation":"c","buyer":"b","to":{"agent":"a","x-y":1}}"#, true),
            (#"{"type":"settings-changed","entries":null,"assistant":{"on":null}}"#, true),
            (#"{"type":"order-paid","order":"o","buyer":"b","amount":1.5}"#, false),
            (#"{"type":"tick","x-\u0301":1}"#, true),
            (#"{"type":"tick","$schema":7}"#, true),
            (#"{"type":"tick","version":null}"#, true),
        ])
    func clauses(line: String, isEvent: Bool) throws {
        let whole = #"{"id":"1","shop":"s","time":1772413452000,"# + line.dropFirst()
        let event = try JSONDecoder().decode(JSONForm.self, from: Data(whole.utf8))
        #expect(try evaluator.accepts(event) == isEvent)
        guard case .event? = EventReader().read(Array(whole.utf8), received: stamp).first else {
            #expect(!isEvent)
            return
        }
        #expect(isEvent)
    }
}
