import ConversationModel

/// Writes kept findings as bytes of a form of this engine's own, which only checkpoints read back.
struct CaseWriter {
    private(set) var bytes: [UInt8] = []

    /// Appends an entry with its grade.
    mutating func append(_ entry: KeptCases.Entry, grade: Int) {
        integer(grade)
        integer(entry.number)
        integer(entry.bytes)
        let one = entry.findingCase
        append(one.finding)
        optional(one.shop) { $0.text($1) }
        optional(one.buyer) { $0.text($1) }
        text(one.group)
        optional(one.day) { $0.integer($1.daysSince1970) }
        list(one.context) { $0.append($1) }
        integer(one.messageCount)
        optional(one.version) { $0.integer($1) }
        optional(one.scheme) { $0.text($1) }
        optional(one.exemption) { $0.text($1) }
        optional(one.severity?.rawValue) { $0.text($1) }
    }

    private mutating func append(_ finding: Finding) {
        text(finding.id)
        text(finding.rule.value)
        flag(finding.outcome == .missed)
        switch finding.owner {
        case .agent(let name):
            bytes.append(0)
            text(name)
        case .assistant: bytes.append(1)
        case .shop: bytes.append(2)
        case .unassigned: bytes.append(3)
        }
        text(finding.conversation)
        optional(finding.anchor) { $0.integer($1) }
        list(finding.evidence) { writer, evidence in
            writer.integer(evidence.message)
            writer.text(evidence.label)
            writer.append(evidence.spans)
        }
        optional(finding.gap) { $0.integer($1) }
        flag(finding.isPartial)
        optional(finding.divergence) { writer, divergence in
            writer.integer(divergence.step)
            writer.text(divergence.name)
            writer.text(divergence.kind.rawValue)
            writer.optional(divergence.message) { $0.integer($1) }
        }
    }

    private mutating func append(_ message: ContextMessage) {
        integer(message.index)
        optional(message.time) { $0.integer($1.milliseconds) }
        bytes.append(message.speaker.rawValue)
        optional(message.agent) { $0.text($1) }
        bytes.append(message.kind.rawValue)
        flag(message.isAutomatic)
        text(message.text)
        append(message.marks)
        list(message.labels) { $0.text($1) }
    }

    private mutating func append(_ spans: [Span]) {
        list(spans) { writer, span in
            writer.integer(span.start)
            writer.integer(span.end)
        }
    }

    private mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func integer(_ value: some FixedWidthInteger & SignedInteger) {
        let value = Int64(value)
        unsigned(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    private mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    private mutating func text(_ text: String) {
        unsigned(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func optional<Value>(_ value: Value?, _ write: (inout CaseWriter, Value) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }

    private mutating func list<Element>(_ elements: [Element], _ write: (inout CaseWriter, Element) -> Void) {
        unsigned(UInt64(elements.count))
        for element in elements { write(&self, element) }
    }
}

/// Reads what `CaseWriter` wrote; anything else throws, and nothing is trusted.
struct CaseReader {
    /// Bytes that are not what was written.
    struct Damaged: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next entry with its grade; nil at the end.
    mutating func next() throws(Damaged) -> (grade: Int, entry: KeptCases.Entry)? {
        if position == bytes.count { return nil }
        let grade = try integer()
        guard (0..<KeptCases.grades).contains(grade) else { throw Damaged() }
        let (number, size) = (try integer(), try integer())
        let finding = try self.finding()
        let shop = try optional { reader throws(Damaged) in try reader.text() }
        let buyer = try optional { reader throws(Damaged) in try reader.text() }
        let group = try text()
        let day = try optional { reader throws(Damaged) in
            CalendarDay(daysSince1970: Int32(truncatingIfNeeded: try reader.integer()))
        }
        let context = try list { reader throws(Damaged) in try reader.message() }
        let count = try integer()
        let version = try optional { reader throws(Damaged) in try reader.integer() }
        let scheme = try optional { reader throws(Damaged) in try reader.text() }
        let exemption = try optional { reader throws(Damaged) in try reader.text() }
        let severity = try optional { reader throws(Damaged) in try reader.text() }
        var one = FindingCase(
            finding: finding, shop: shop, buyer: buyer, group: group, day: day, context: context, messageCount: count,
            version: version, scheme: scheme, exemption: exemption)
        one.severity = severity.flatMap(Severity.init(rawValue:))
        return (grade, KeptCases.Entry(findingCase: one, number: number, bytes: size))
    }

    private mutating func finding() throws(Damaged) -> Finding {
        let (id, rule) = (try text(), RuleID(try text()))
        let outcome: FindingOutcome = try flag() ? .missed : .hit
        let owner: Owner
        switch try byte() {
        case 0: owner = .agent(try text())
        case 1: owner = .assistant
        case 2: owner = .shop
        case 3: owner = .unassigned
        default: throw Damaged()
        }
        let conversation = try text()
        let anchor = try optional { reader throws(Damaged) in try reader.integer() }
        let evidence = try list { reader throws(Damaged) in
            Evidence(message: try reader.integer(), label: try reader.text(), spans: try reader.spans())
        }
        let gap = try optional { reader throws(Damaged) in Int64(try reader.integer()) }
        let isPartial = try flag()
        let divergence = try optional { reader throws(Damaged) in
            let (step, name) = (try reader.integer(), try reader.text())
            guard let kind = Divergence.Kind(rawValue: try reader.text()) else { throw Damaged() }
            let message = try reader.optional { reader throws(Damaged) in try reader.integer() }
            return Divergence(step: step, name: name, kind: kind, message: message)
        }
        return Finding(
            id: id, rule: rule, outcome: outcome, owner: owner, conversation: conversation, anchor: anchor,
            evidence: evidence, gap: gap, isPartial: isPartial, divergence: divergence)
    }

    private mutating func message() throws(Damaged) -> ContextMessage {
        let index = try integer()
        let time = try optional { reader throws(Damaged) in Instant(milliseconds: Int64(try reader.integer())) }
        guard let speaker = Speaker(rawValue: try byte()) else { throw Damaged() }
        let agent = try optional { reader throws(Damaged) in try reader.text() }
        guard let kind = MessageKind(rawValue: try byte()) else { throw Damaged() }
        let isAutomatic = try flag()
        let text = try self.text()
        let marks = try spans()
        let labels = try list { reader throws(Damaged) in try reader.text() }
        return ContextMessage(
            index: index, time: time, speaker: speaker, agent: agent, kind: kind, isAutomatic: isAutomatic,
            text: text, marks: marks, labels: labels)
    }

    private mutating func spans() throws(Damaged) -> [Span] {
        try list { reader throws(Damaged) in Span(try reader.integer(), try reader.integer()) }
    }

    private mutating func byte() throws(Damaged) -> UInt8 {
        guard position < bytes.count else { throw Damaged() }
        position += 1
        return bytes[position - 1]
    }

    private mutating func flag() throws(Damaged) -> Bool {
        let value = try byte()
        guard value < 2 else { throw Damaged() }
        return value == 1
    }

    private mutating func unsigned() throws(Damaged) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try self.byte()
            guard shift < 64 else { throw Damaged() }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    private mutating func integer() throws(Damaged) -> Int {
        let raw = try unsigned()
        return Int(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
    }

    /// How many things follow: never more than there are bytes.
    private mutating func count() throws(Damaged) -> Int {
        let count = try unsigned()
        guard count <= UInt64(bytes.count - position) else { throw Damaged() }
        return Int(count)
    }

    private mutating func text() throws(Damaged) -> String {
        let count = try self.count()
        position += count
        return String(decoding: bytes[position - count..<position], as: UTF8.self)
    }

    private mutating func optional<Value>(
        _ read: (inout CaseReader) throws(Damaged) -> Value
    ) throws(Damaged) -> Value? {
        try flag() ? try read(&self) : nil
    }

    private mutating func list<Element>(
        _ read: (inout CaseReader) throws(Damaged) -> Element
    ) throws(Damaged) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<(try count()) { elements.append(try read(&self)) }
        return elements
    }
}
