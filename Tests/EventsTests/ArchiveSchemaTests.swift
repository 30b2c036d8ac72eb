import Archives
import ConversationModel
import Foundation
import Testing

/// The published schema of an archive's lines says what its reader takes without a defect. Beside the schema of events,
/// since both are asked by the same evaluator.
struct ArchiveSchemaTests {
    enum Shape: String, CaseIterable {
        case conversation, message
    }

    private let root: JSONForm

    init() throws {
        let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appendingPathComponent("schema/archive.schema.json"))
        root = try JSONDecoder().decode(JSONForm.self, from: data)
    }

    private func schemaAccepts(_ line: String, as shape: Shape?) throws -> Bool {
        guard case .object(var members) = root else { return false }
        if let shape {
            members.removeAll { $0.name == "anyOf" }
            members.append(.init(name: "$ref", value: .text("#/$defs/\(shape.rawValue)")))
        }
        let value = try JSONDecoder().decode(JSONForm.self, from: Data(line.utf8))
        return try SchemaEvaluator(.object(members)).accepts(value)
    }

    /// Reads the line behind one that tells the shape, with all facts asked for: the reasons of what is bad or odd.
    private func faults(of line: String, as shape: Shape) throws -> [String] {
        let first =
            shape == .conversation
            ? #"{"id":"first","messages":[]}"# : #"{"conversation":"first","from":"buyer","text":"在吗"}"#
        let path = FileManager.default.temporaryDirectory.path + "/archive-schema-\(UUID().uuidString).ndjson"
        try Data("\(first)\n\(line)\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lines = try openArchive([ArchiveInput(path: ArchivePath(path))], options: ArchiveOptions())
        let reader = BlockReader(lines)
        let parser = NDJSONParser(facts: [.channel, .category, .tags, .attributes, .orders])
        let block = ArchiveBlock()
        var found: [String] = []
        while try reader.next(block) {
            parser.parse(block)
            found += parser.badRecords.map(\.issue.rawValue)
            if parser.defects.unknownKind > 0 { found.append("unknown-kind") }
            if parser.defects.oddFact > 0 { found.append("odd-fact") }
        }
        return found + lines.badByReason.keys + lines.defectsByReason.keys
    }

    private func expect(_ isAccepted: Bool, _ line: String, _ shape: Shape) throws {
        #expect(try schemaAccepts(line, as: shape) == isAccepted, "schema, \(shape): \(line)")
        let faults = try faults(of: line, as: shape)
        #expect(faults.isEmpty == isAccepted, "reader, \(shape), \(faults): \(line)")
        // Whoever does not know the shape asks the whole.
        if isAccepted { #expect(try schemaAccepts(line, as: nil), "\(line)") }
    }

    /// Values of a field and whether they are taken, in a conversation and in a message.
    static let times = [
        (#""2026-03-01T10:10:15+08:00""#, true), (#""2026-03-01T10:10:15.123Z""#, true),
        (#""2026-03-01t10:10:15,5z""#, true), (#""2026-03-01 10:10""#, true), (#""2026-03-01T10:10+0800""#, true),
        (#""2024-02-29T00:00:60""#, true), (#""0001-01-02T00:00Z""#, true), (#""2000-02-29 00:00""#, true),
        ("1772331030000", true), ("100000000000", true), ("253402300799999", true), ("null", true),
        (#""2026-02-29T10:10:15""#, false), (#""1900-02-29 10:10""#, false), (#""2026-3-1 10:10""#, false),
        (#""2026-03-01""#, false), (#""2026-03-01T24:00""#, false), (#""2026-03-01T10:60""#, false),
        (#""2026-03-01T10:10:61""#, false), (#""2026-03-01T10:10:15+24:00""#, false), (#""0000-01-01T00:00Z""#, false),
        (#""2026-13-01T10:10""#, false), (#""2026-03-01T10:10:15.""#, false), (#""""#, false),
        ("1772331030", false), ("-5", false), ("253402300800000", false), ("1772331030000.5", false),
        ("true", false), ("{}", false), ("[]", false),
    ]
    static let identifiers = [
        (#""a""#, true), (#""""#, true), ("7", true), ("-7", true), ("9223372036854775807", true), ("null", true),
        ("99999999999999999999", false), ("1.5", false), ("true", false), ("{}", false), (#"["a"]"#, false),
    ]
    static let texts = [(#""a""#, true), ("null", true), ("1", false), ("false", false), ("[]", false), ("{}", false)]

    /// Fields of a message.
    static let ofMessages: [(field: String, values: [(String, Bool)])] = [
        ("time", times), ("agent", identifiers), ("id", identifiers), ("to", identifiers), ("text", texts),
        (
            "from",
            [
                (#""buyer""#, true), (#""agent""#, true), (#""assistant""#, true), (#""bot""#, true),
                (#""system""#, true), (#""客服""#, false), (#""Buyer""#, false), (#""""#, false), ("null", false),
                ("1", false),
            ]
        ),
        (
            "kind",
            [
                (#""text""#, true), (#""image""#, true), (#""transfer""#, true), (#""event""#, true), ("null", true),
                (#""sticker""#, false), (#""""#, false), ("2", false), ("[]", false),
            ]
        ),
        ("auto", [("true", true), ("false", true), ("null", true), (#""true""#, false), ("1", false), ("{}", false)]),
        (
            "event",
            [
                (#""closed""#, true), ("null", true), (#"{"type":"rating","value":"5"}"#, true),
                (#"{"value":5}"#, true), (#"{"type":null,"value":[1,{"a":2}],"more":1}"#, true), ("{}", true),
                (#"{"type":5}"#, false), (#"{"type":[]}"#, false), ("5", false), ("[]", false), ("true", false),
            ]
        ),
        ("mood", [("1", true), ("{\"a\":[[]]}", true), ("null", true)]),
    ]

    /// Fields of a conversation, which stand beside those of the message where that is a line.
    static let ofConversations: [(field: String, values: [(String, Bool)])] = [
        ("shop", identifiers), ("buyer", identifiers), ("group", identifiers), ("channel", identifiers),
        ("category", identifiers), ("closedAt", times),
        (
            "truncated",
            [
                (#""start""#, true), (#""both""#, true), (#"["start","end"]"#, true), ("[]", true), ("[null]", true),
                ("true", true), ("null", true), ("1", false), ("{}", false), ("[1]", false), ("[[]]", false),
            ]
        ),
        (
            "tags",
            [
                (#"["vip",7]"#, true), ("[]", true), (#""vip""#, true), ("7", true), ("null", true), ("[null]", true),
                ("true", false), ("{}", false), (#"[["vip"]]"#, false), ("[1.5]", false), ("[true]", false),
            ]
        ),
        (
            "attributes",
            [
                (#"{"level":3,"vip":true,"name":"a","gone":null,"share":0.5}"#, true), ("{}", true), ("null", true),
                (#"{"big":99999999999999999999}"#, true), (#"{"a":{}}"#, false), (#"{"a":[1]}"#, false), ("[]", false),
                (#""vip""#, false), ("7", false),
            ]
        ),
        (
            "orders",
            [
                (
                    #"[{"id":"o-9","state":"paid","amount":1990,"createdAt":1772331030000,"paidAt":null,"phone":"139"}]"#,
                    true
                ),
                ("[]", true), ("null", true), (#"[{}]"#, true), (#"[{"id":7,"more":[1]}]"#, true),
                (#"[{"amount":19.9}]"#, false), (#"[{"amount":"1990"}]"#, false), (#"[{"createdAt":"昨天"}]"#, false),
                (#"[{"paidAt":5}]"#, false), (#"[{"id":{}}]"#, false), ("[7]", false), ("{}", false),
                (#""o-9""#, false),
            ]
        ),
        ("remark", [("[1]", true), (#"{"a":1}"#, true)]),
    ]

    @Test("schema and reader take the same conversations and messages, value by value", arguments: Shape.allCases)
    func sameValues(shape: Shape) throws {
        for (field, values) in Self.ofMessages {
            for (value, isAccepted) in values {
                let from = field == "from" ? "" : #""from":"buyer","#
                let fields = #"\#(from)"\#(field)":\#(value)"#
                let line =
                    shape == .conversation
                    ? #"{"id":"c","messages":[{\#(fields)}]}"# : #"{"conversation":"c",\#(fields)}"#
                try expect(isAccepted, line, shape)
            }
        }
        for (field, values) in Self.ofConversations {
            for (value, isAccepted) in values {
                let rest = shape == .conversation ? #""id":"c","messages":[]"# : #""conversation":"c","from":"agent""#
                try expect(isAccepted, #"{"\#(field)":\#(value),\#(rest)}"#, shape)
            }
        }
    }

    @Test(
        "what a record needs, schema and reader ask for alike",
        arguments: [
            (Shape.conversation, #"{"id":"c","messages":[]}"#, true),
            (.conversation, #"{"id":7,"messages":[{"from":"agent","agent":"a"}],"agent":"a"}"#, true),
            (.conversation, #"{"id":"c"}"#, false), (.conversation, #"{"messages":[]}"#, false),
            (.conversation, #"{"id":null,"messages":[]}"#, false), (.conversation, #"{"id":1.5,"messages":[]}"#, false),
            (.conversation, #"{"id":"c","messages":null}"#, false),
            (.conversation, #"{"id":"c","messages":{}}"#, false),
            (.conversation, #"{"id":"c","messages":[7]}"#, false),
            (.conversation, #"{"id":"c","messages":[[]]}"#, false),
            (.conversation, #"{"id":"c","messages":[null]}"#, false),
            (.conversation, #"{"id":"c","messages":[{}]}"#, false),
            (.conversation, #"{"id":"c","agent":[],"messages":[]}"#, false),
            (.conversation, "[]", false), (.conversation, "7", false), (.conversation, "null", false),
            (.message, #"{"conversation":"c","from":"buyer"}"#, true),
            (.message, #"{"conversation":7,"from":"system","kind":"transfer","to":"b"}"#, true),
            (.message, #"{"conversation":"c"}"#, false), (.message, #"{"from":"buyer"}"#, false),
            (.message, #"{"conversation":null,"from":"buyer"}"#, false),
            (.message, #"{"conversation":[],"from":"buyer"}"#, false), (.message, "[]", false),
        ])
    func neededFields(shape: Shape, line: String, isAccepted: Bool) throws {
        try expect(isAccepted, line, shape)
    }

    @Test("each line of the demo is what the schema describes, and so is what stands in the docs")
    func shippedLines() throws {
        let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        func text(_ path: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        }
        let lines = try text("Corpora/demo/conversations.ndjson").split(separator: "\n")
        #expect(lines.count > 80)
        for line in lines { #expect(try schemaAccepts(String(line), as: .conversation), "\(line.prefix(80))") }
        let documented = try text("docs/archive-formats.md").split(separator: "\n").filter {
            $0.hasPrefix(#"{"id":"#) || $0.hasPrefix(#"{"conversation":"#)
        }
        #expect(documented.count == 2)
        for line in documented { #expect(try schemaAccepts(String(line), as: nil), "\(line)") }
    }
}
