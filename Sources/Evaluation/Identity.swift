import ConversationModel
import Crypto

/// Makes the ids of findings (`semantics.md` section 6).
///
/// Id = first 128 bits of SHA-256 over (shop, buyer, rule, outcome, anchor key), each field with its
/// length before it, so that no two lists of fields give the same bytes.
struct Identity {
    private var buffer: [UInt8] = []
    /// The digits of the last id: handed out without a copy, and written in place for the next.
    private var digits = [UInt8](repeating: 0, count: 32)
    /// By message of these rows how many before it are equal; counted where neighbours do not tell.
    private var ordinals: [Int64] = []
    private var counted: Range<Int>?

    /// Forgets what was counted of the last conversation.
    mutating func begin() { counted = nil }

    /// Hexadecimal digits of the id; `first` is the first message of the conversation's part.
    mutating func id(
        of finding: Judgement.FindingRecord, unit: Judgement.Unit, rule: RuleID,
        conversation: ConversationRow, first: Int, defaultShop: String, table: MessageTable,
        names: NameTable
    ) -> [UInt8] {
        buffer.removeAll(keepingCapacity: true)
        if conversation.shop.baseAddress == nil { field(defaultShop) } else { field(conversation.shop) }
        field(conversation.buyer.baseAddress == nil ? conversation.id : conversation.buyer)
        field(rule.value)
        field(finding.outcome == .hit ? "hit" : "missed")
        if finding.anchor >= 0 {
            key(of: Int(finding.anchor), conversation, table, names)
        } else {
            field("whole")
            key(of: unit.start >= 0 ? Int(unit.start) : first, conversation, table, names)
        }
        if unit.agent != OwnerNumber.none {
            field("stay")
            key(of: Int(unit.start), conversation, table, names)
        }
        buffer.withUnsafeBytes { write(Identity.digest($0)) }
        return digits
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize()
    }

    /// A message's key: its id, else time, sender and digest of the text, with an ordinal among equals.
    private mutating func key(
        of i: Int, _ conversation: ConversationRow, _ table: MessageTable, _ names: NameTable
    ) {
        guard i < conversation.messages.upperBound else { return field("none") }
        if table.ids[i].baseAddress != nil {
            field("id")
            return field(table.ids[i])
        }
        field("at")
        number(table.times[i])
        number(Int64(table.speakers[i]))
        let agent = table.agents[i]
        if agent >= 0 { field(names.nameBytes(agent)) } else { field("") }
        number(32)
        Identity.digest(UnsafeRawBufferPointer(table.texts[i])).withUnsafeBytes { buffer.append(contentsOf: $0) }
        number(ordinal(of: i, conversation, table))
    }

    private mutating func ordinal(of i: Int, _ conversation: ConversationRow, _ table: MessageTable) -> Int64 {
        // Equal messages have equal times: where rows are in the order of time, few neighbours are looked at.
        if conversation.hasTimes {
            var ordinal: Int64 = 0
            var k = i - 1
            let floor = max(conversation.messages.lowerBound, i - 100)
            while k >= floor, table.times[k] == table.times[i] {
                if EqualMessage(i, table) == EqualMessage(k, table) { ordinal += 1 }
                k -= 1
            }
            if k < conversation.messages.lowerBound || table.times[k] != table.times[i] { return ordinal }
        }
        if counted != conversation.messages {
            counted = conversation.messages
            var seen: [EqualMessage: Int64] = [:]
            ordinals.removeAll(keepingCapacity: true)
            for k in conversation.messages {
                let before = seen[EqualMessage(k, table), default: 0]
                seen[EqualMessage(k, table)] = before + 1
                ordinals.append(before)
            }
        }
        return ordinals[i - conversation.messages.lowerBound]
    }

    private mutating func number(_ n: Int64) {
        withUnsafeBytes(of: n.littleEndian) { buffer.append(contentsOf: $0) }
    }

    private mutating func field(_ text: String) {
        var text = text
        text.withUTF8 { field($0) }
    }

    private mutating func field(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBufferPointer { field($0) }
    }

    private mutating func field(_ bytes: UnsafeBufferPointer<UInt8>) {
        number(Int64(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    /// Writes the first 128 bits as 32 digits.
    private mutating func write(_ digest: SHA256Digest) {
        digest.withUnsafeBytes { bytes in
            for i in 0..<16 {
                let high = bytes[i] >> 4
                let low = bytes[i] & 15
                digits[2 * i] = high < 10 ? 48 + high : 87 + high
                digits[2 * i + 1] = low < 10 ? 48 + low : 87 + low
            }
        }
    }
}

/// What makes messages without ids equal: time, sender and text.
private struct EqualMessage: Hashable {
    private let time: Int64
    private let speaker: UInt8
    private let agent: Int32
    private let text: UnsafeBufferPointer<UInt8>

    init(_ i: Int, _ table: MessageTable) {
        time = table.times[i]
        speaker = table.speakers[i]
        agent = table.agents[i]
        text = table.texts[i]
    }

    static func == (a: EqualMessage, b: EqualMessage) -> Bool {
        a.time == b.time && a.speaker == b.speaker && a.agent == b.agent && a.text.elementsEqual(b.text)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(time)
        hasher.combine(agent)
        hasher.combine(bytes: UnsafeRawBufferPointer(text))
    }
}
