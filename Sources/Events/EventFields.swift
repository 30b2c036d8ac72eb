import CSimdJSON
import ConversationModel
import Diagnostics

/// The members of one JSON object, taken one after the other; what nobody takes is refused at the end.
struct EventFields {
    let nodes: UnsafePointer<mj_node>
    let path: String
    /// Whether the names that were asked for are remembered: what a refusal of a member that nobody takes says, and a
    /// good event never needs.
    let isTelling: Bool
    private var members: [Int] = []
    private var taken: [String] = []

    init(nodes: UnsafePointer<mj_node>, object: Int, path: String, isTelling: Bool) {
        self.nodes = nodes
        self.path = path
        self.isTelling = isTelling
        members.reserveCapacity(16)
        var next = object + 1
        let end = Int(nodes[object].end)
        while next < end {
            members.append(next)
            next = Int(nodes[next].end)
        }
    }

    /// The name of a field for a refusal.
    func place(_ name: String) -> String { path.isEmpty ? name : path + "." + name }

    /// The node of a member, which is taken; nil where it is absent or null.
    mutating func take(_ name: String) -> Int? {
        if isTelling { taken.append(name) }
        var name = name
        let found = name.withUTF8 { key in members.firstIndex { EventFields.equals(nodes[$0].key, key) } }
        guard let found else { return nil }
        let node = members.remove(at: found)
        return nodes[node].type == UInt32(MJ_NODE_NULL) ? nil : node
    }

    /// Refuses members that were not taken. Those that begin with `x-` are the sender's own. Says which and what was
    /// probably meant only where it is telling.
    func finish() throws(EventRefusal) {
        for member in members {
            let name = EventFields.string(nodes[member].key)
            // Byte by byte: a mark behind the hyphen makes another character of it.
            if name.utf8.starts(with: "x-".utf8) { continue }
            if taken.contains(name) { throw EventRefusal(.duplicateField, field: place(name)) }
            throw EventRefusal(
                .unknownField, field: place(name), suggestion: didYouMean(name, among: taken))
        }
    }

    // MARK: Values

    /// The text of a member, at most `limit` bytes.
    mutating func text(_ name: String, limit: Int) throws(EventRefusal) -> String? {
        guard let node = take(name) else { return nil }
        try expect(MJ_NODE_STRING, node, name)
        guard nodes[node].text.length <= limit else { throw EventRefusal(.tooLarge, field: place(name)) }
        return EventFields.string(nodes[node].text)
    }

    /// A name (id, account, group) where there is one.
    mutating func name(_ name: String) throws(EventRefusal) -> String? {
        guard let node = take(name) else { return nil }
        return try self.name(at: node, name)
    }

    func name(at node: Int, _ name: String) throws(EventRefusal) -> String {
        try expect(MJ_NODE_STRING, node, name)
        let text = nodes[node].text
        guard (1...EventLimits.nameBytes).contains(Int(text.length)),
            UnsafeBufferPointer(start: text.data, count: Int(text.length)).allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw EventRefusal(.badName, field: place(name)) }
        return EventFields.string(text)
    }

    mutating func requiredName(_ name: String) throws(EventRefusal) -> String {
        guard let value = try self.name(name) else { throw EventRefusal(.missingField, field: place(name)) }
        return value
    }

    mutating func flag(_ name: String) throws(EventRefusal) -> Bool? {
        guard let node = take(name) else { return nil }
        try expect(MJ_NODE_BOOLEAN, node, name)
        return nodes[node].number != 0
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int64>) throws(EventRefusal) -> Int64? {
        guard let node = take(name) else { return nil }
        try expect(MJ_NODE_INTEGER, node, name)
        guard range.contains(nodes[node].number) else { throw EventRefusal(.outOfRange, field: place(name)) }
        return nodes[node].number
    }

    /// A time: RFC 3339 with an offset, or milliseconds since 1970.
    mutating func time(_ name: String) throws(EventRefusal) -> Instant? {
        guard let node = take(name) else { return nil }
        var milliseconds = nodes[node].number
        switch Int(nodes[node].type) {
        case Int(MJ_NODE_INTEGER): break
        case Int(MJ_NODE_STRING):
            let text = nodes[node].text
            guard mj_parse_time(text.data, Int(text.length), &milliseconds) == 0 else {
                throw EventRefusal(.badTime, field: place(name), written: EventFields.string(text))
            }
        default: throw EventRefusal(.badTime, field: place(name))
        }
        // Whoever sends seconds lands in January 1970.
        guard EventLimits.times.contains(milliseconds) else {
            throw EventRefusal(.badTime, field: place(name), written: String(milliseconds))
        }
        return Instant(milliseconds: milliseconds)
    }

    /// What one of the words stands for.
    mutating func choice<Value>(_ name: String, among words: Words<Value>) throws(EventRefusal) -> Value? {
        guard let node = take(name) else { return nil }
        try expect(MJ_NODE_STRING, node, name)
        let text = nodes[node].text
        for index in words.names.indices {
            let isIt = words.names[index].withUnsafeBufferPointer { EventFields.equals(text, $0) }
            if isIt { return words.values[index] }
        }
        let written = EventFields.string(text)
        throw EventRefusal(
            .unknownValue, field: place(name), written: written,
            suggestion: didYouMean(written, among: words.names.map { String(decoding: $0, as: UTF8.self) }))
    }

    mutating func object(_ name: String) throws(EventRefusal) -> EventFields? {
        guard let node = take(name) else { return nil }
        try expect(MJ_NODE_OBJECT, node, name)
        return EventFields(nodes: nodes, object: node, path: place(name), isTelling: isTelling)
    }

    /// The elements of a list of at most `limit`.
    mutating func list(_ name: String, limit: Int) throws(EventRefusal) -> [Int]? {
        guard let node = take(name) else { return nil }
        try expect(MJ_NODE_ARRAY, node, name)
        var elements: [Int] = []
        var next = node + 1
        while next < Int(nodes[node].end) {
            guard elements.count < limit else { throw EventRefusal(.tooMany, field: place(name)) }
            elements.append(next)
            next = Int(nodes[next].end)
        }
        return elements
    }

    func expect(_ type: some BinaryInteger, _ node: Int, _ name: String) throws(EventRefusal) {
        guard Int(nodes[node].type) == Int(type) else { throw EventRefusal(.wrongType, field: place(name)) }
    }

    static let objectType = Int(MJ_NODE_OBJECT)

    static func string(_ bytes: mj_bytes) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes.data, count: Int(bytes.length)), as: UTF8.self)
    }

    @inline(__always)
    private static func equals(_ a: mj_bytes, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Int(a.length) == b.count, let data = a.data else { return false }
        for index in 0..<b.count where data[index] != b[index] { return false }
        return true
    }
}

/// Words that a field may have, and what each stands for.
struct Words<Value: Sendable>: Sendable {
    let names: [[UInt8]]
    let values: [Value]

    init(_ values: [Value], _ name: (Value) -> String) {
        self.values = values
        names = values.map { Array(name($0).utf8) }
    }
}

/// What an event may hold.
enum EventLimits {
    static let nameBytes = 128
    static let textBytes = 65_536
    static let titleBytes = 512
    static let entries = 200
    static let receivers = 10
    /// From 1971 to the year 9999.
    static let times: ClosedRange<Int64> = 31_536_000_000...253_370_764_800_000
    static let amounts: ClosedRange<Int64> = 0...1_000_000_000_000_000
}
