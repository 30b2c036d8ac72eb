import ChineseText
import ConversationModel

/// Owns the bytes of a `Conversation` while the evaluator reads them.
///
/// For sessions, examples and explanations; the batch path fills the table from its own buffers.
public final class ConversationBytes {
    private var strings: [UnsafeMutableBufferPointer<UInt8>] = []

    public init() {}

    deinit {
        for string in strings { string.deallocate() }
    }

    func hold(_ text: String?) -> UnsafeBufferPointer<UInt8> {
        guard let text else { return UnsafeBufferPointer(start: nil, count: 0) }
        // One byte more keeps the base address of an empty text from being nil.
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count + 1)
        _ = bytes.initialize(from: text.utf8)
        strings.append(bytes)
        return UnsafeBufferPointer(start: bytes.baseAddress, count: text.utf8.count)
    }
}

extension Evaluator {
    /// Adds a conversation to the table and returns its row; `bytes` must live until it is judged.
    ///
    /// `groups` are names that a hand-over may carry without meaning an agent.
    public func append(
        _ conversation: Conversation, groups: Set<String> = [], bytes: ConversationBytes
    ) -> ConversationRow {
        let groups = groups.union(conversation.group.map { [$0] } ?? [])
        let first = table.count
        table.reserve(conversation.messages.count)
        let fallback = conversation.agent.map { names.number(of: $0) } ?? OwnerNumber.none
        for (position, message) in conversation.messages.enumerated() {
            var agent = OwnerNumber.none
            if message.speaker == .agent {
                agent = message.agent.map { names.number(of: $0) } ?? fallback
                if agent == OwnerNumber.none { agent = names.number(of: OwnerNumber.unknownAgent) }
            }
            table.append(
                time: message.time?.milliseconds ?? MessageTable.noTime, speaker: message.speaker.rawValue,
                kind: message.kind.rawValue, isAutomatic: message.isAutomatic, agent: agent,
                assignment: names.assignment(message, groups: groups), position: Int32(position),
                text: bytes.hold(message.text), id: bytes.hold(message.id))
        }
        let range = first..<table.count
        let hasTimes = table.sortByTime(range)
        return ConversationRow(
            id: bytes.hold(conversation.id), shop: bytes.hold(conversation.shop),
            buyer: bytes.hold(conversation.buyer), group: bytes.hold(conversation.group), agent: fallback,
            closedAt: conversation.closedAt?.milliseconds ?? MessageTable.noTime,
            isTruncatedAtStart: conversation.isTruncatedAtStart,
            isTruncatedAtEnd: conversation.isTruncatedAtEnd, hasTimes: hasTimes, messages: range,
            facts: table.append(conversation.facts, bytes: bytes))
    }

    /// Judges one conversation by itself, for examples, tests and explanations.
    public func judge(_ conversation: Conversation, groups: Set<String> = []) -> [Finding] {
        let bytes = ConversationBytes()
        begin()
        let row = append(conversation, groups: groups, bytes: bytes)
        scan()
        judge(row)
        return withExtendedLifetime(bytes) {
            judgement.findings.indices.map { finding($0, conversation: row) }
        }
    }

    /// A finding of the last judgement as a value. Messages are positions in the source.
    public func finding(
        _ index: Int, conversation row: ConversationRow, defaultShop: String = ""
    ) -> Finding {
        let record = judgement.findings[index]
        let unit = judgement.units[Int(record.unit)]
        let rule = rules.summaries[Int(record.rule)].id
        return Finding(
            id: String(
                decoding: findingID(index, conversation: row, defaultShop: defaultShop), as: UTF8.self),
            rule: rule, outcome: record.outcome, owner: OwnerNumber.owner(record.owner, names: names),
            conversation: conversationID(unit, row),
            anchor: record.anchor < 0 ? nil : Int(table.positions[Int(record.anchor)]),
            evidence: judgement.evidence[Int(record.evidence.lowerBound)..<Int(record.evidence.upperBound)].map {
                Evidence(
                    message: Int(table.positions[Int($0.message)]), label: rules.label(of: $0),
                    spans: Array(judgement.spans[Int($0.spans.lowerBound)..<Int($0.spans.upperBound)]))
            },
            gap: record.gap < 0 ? nil : record.gap, isPartial: record.isPartial, divergence: divergence(of: record))
    }

    /// Where a missed sequence left its steps, as a value.
    private func divergence(of record: Judgement.FindingRecord) -> Divergence? {
        guard record.divergence >= 0 else { return nil }
        let found = judgement.divergences[Int(record.divergence)]
        return Divergence(
            step: Int(found.step) + 1, name: rules.stepNames[Int(found.name)], kind: found.kind,
            message: found.message < 0 ? nil : Int(table.positions[Int(found.message)]))
    }

    /// The id of a finding of the last judgement: 32 hexadecimal digits.
    public func findingID(
        _ index: Int, conversation row: ConversationRow, defaultShop: String = ""
    ) -> [UInt8] {
        let record = judgement.findings[index]
        return identity.id(
            of: record, unit: judgement.units[Int(record.unit)],
            rule: rules.summaries[Int(record.rule)].id, conversation: row,
            first: judgement.parts[Int(judgement.units[Int(record.unit)].part)].messages.lowerBound,
            defaultShop: defaultShop, table: table, names: names)
    }

    /// The conversation's id with the unit's part: `id#2` for the second.
    public func conversationID(_ unit: Judgement.Unit, _ row: ConversationRow) -> String {
        let id = String(decoding: row.id, as: UTF8.self)
        return unit.part == 0 ? id : "\(id)#\(unit.part + 1)"
    }

    /// A message's text with personal data masked: same bytes in length, so that spans fit.
    public func maskedText(_ message: Int) -> String {
        PersonalData.masked(String(decoding: table.texts[message], as: UTF8.self))
    }
}

extension NameTable {
    /// The owner that a message names (`MessageTable.assignments`).
    mutating func assignment(_ message: Message, groups: Set<String>) -> Int32 {
        switch message.kind {
        case .transfer:
            guard let target = message.transferTarget, !groups.contains(target) else {
                return OwnerNumber.unassigned
            }
            return number(of: target)
        case .event:
            if message.eventType == "closed" { return OwnerNumber.closed }
            guard message.eventType == "assigned", let agent = message.eventValue, !groups.contains(agent)
            else { return OwnerNumber.none }
            return number(of: agent)
        default: return OwnerNumber.none
        }
    }
}
