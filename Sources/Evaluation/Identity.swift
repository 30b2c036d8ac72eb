import ConversationModel
import Crypto

/// Makes the ids of findings (`semantics.md` section 6).
///
/// Id = first 128 bits of SHA-256 over (shop, buyer, rule, outcome, anchor key), each field with its
/// length before it, so that no two lists of fields give the same bytes.
struct Identity {
    private var buffer: [UInt8] = []

    /// Hexadecimal digits of the id.
    mutating func id(
        of finding: Judgement.FindingRecord, unit: Judgement.Unit, rule: RuleID,
        conversation: ConversationRow, defaultShop: String, in evaluator: Evaluator
    ) -> [UInt8] {
        buffer.removeAll(keepingCapacity: true)
        if conversation.shop.baseAddress == nil { field(defaultShop) } else { field(conversation.shop) }
        field(conversation.buyer.baseAddress == nil ? conversation.id : conversation.buyer)
        field(rule.value)
        field(finding.outcome == .hit ? "hit" : "missed")
        let first = evaluator.judgement.parts[Int(unit.part)].messages.lowerBound
        if finding.anchor >= 0 {
            key(of: Int(finding.anchor), conversation, evaluator)
        } else {
            field("whole")
            key(of: unit.start >= 0 ? Int(unit.start) : first, conversation, evaluator)
        }
        if unit.agent != OwnerNumber.none {
            field("stay")
            key(of: Int(unit.start), conversation, evaluator)
        }
        return Identity.hexadecimal(SHA256.hash(data: buffer).prefix(16))
    }

    /// A message's key: its id, else time, sender and digest of the text, with an ordinal among equals.
    private mutating func key(of i: Int, _ conversation: ConversationRow, _ evaluator: Evaluator) {
        let table = evaluator.table
        guard i < conversation.messages.upperBound else { return field("none") }
        if table.ids[i].baseAddress != nil {
            field("id")
            return field(table.ids[i])
        }
        field("at")
        number(table.times[i])
        number(Int64(table.speakers[i]))
        let agent = table.agents[i]
        if agent >= 0 { field(evaluator.names.nameBytes(agent)) } else { field("") }
        field(Array(SHA256.hash(data: table.texts[i])))
        number(ordinal(of: i, conversation, table))
    }

    private func ordinal(of i: Int, _ conversation: ConversationRow, _ table: MessageTable) -> Int64 {
        var ordinal: Int64 = 0
        var k = i - 1
        // Equal messages have equal times, so with times only neighbours are looked at; without, at
        // most a thousand, so that one endless conversation stays linear.
        let floor = max(conversation.messages.lowerBound, i - 1000)
        while k >= floor, table.times[k] == table.times[i] {
            if table.speakers[k] == table.speakers[i], table.agents[k] == table.agents[i],
                table.texts[k].count == table.texts[i].count, table.texts[k].elementsEqual(table.texts[i])
            {
                ordinal += 1
            }
            k -= 1
        }
        return ordinal
    }

    private mutating func number(_ n: Int64) {
        withUnsafeBytes(of: n.littleEndian) { buffer.append(contentsOf: $0) }
    }

    private mutating func field(_ text: String) {
        number(Int64(text.utf8.count))
        buffer.append(contentsOf: text.utf8)
    }

    private mutating func field(_ bytes: some Collection<UInt8>) {
        number(Int64(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] { digits.append(nibble < 10 ? 48 + nibble : 87 + nibble) }
        }
        return digits
    }
}
