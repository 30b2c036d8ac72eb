import CSimdJSON
import ConversationModel
import Diagnostics

/// Makes conversation lines of the messages of a set of keys that are in memory.
///
/// All messages of a key must be there; what is wrong with a whole conversation goes into the log.
package final class ConversationAssembler {
    /// What an assembler needs to know of the run.
    package struct Options {
        package var cutting: CutPolicy?
        package var allowsDuplicates = false
        package var largestRecord = 16 << 20
        package var largestConversation = 200_000
        package init() {}
    }

    /// One conversation that is to be written: where its messages stand in `offsets`.
    private struct Piece {
        var order: RecordNumber
        var messages: Range<Int>
        /// When the first message of a cut conversation was sent; nil for one that has its id.
        var begin: Begin
    }

    private enum Begin {
        case own
        case cut(Instant, ordinal: Int)
        case uncut
    }

    private let options: Options
    private let log: RecordLog
    private let name: (Int) -> String
    private var line: [UInt8] = []

    /// `name` gives the name of a source by its number.
    package init(options: Options, log: RecordLog, name: @escaping (Int) -> String) {
        self.options = options
        self.log = log
        self.name = name
    }

    /// Calls `emit` with each conversation of the messages in `bytes`, in the order of first records.
    ///
    /// - Complexity: O(*n* log *n*) for *n* messages; beside the messages about 16 bytes for each.
    package func assemble(
        _ bytes: UnsafeRawBufferPointer,
        emit: (RecordNumber, [UInt8]) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var (offsets, groups) = ConversationAssembler.grouped(bytes)
        var pieces: [Piece] = []
        for group in groups { plan(group, &offsets, bytes, into: &pieces) }
        pieces.sort { $0.order < $1.order }
        for piece in pieces {
            compose(piece, offsets, bytes)
            if line.count > options.largestRecord {
                log.bad(
                    .tooLarge, at: piece.order, in: name(piece.order.source),
                    count: piece.messages.count)
                continue
            }
            try emit(piece.order, line)
        }
    }

    /// Adds what the logs in `bytes` would become to `preview`.
    package func measure(
        _ bytes: UnsafeRawBufferPointer, policy: TimePolicy, _ preview: inout CutPreview
    ) {
        var (offsets, groups) = ConversationAssembler.grouped(bytes)
        for group in groups {
            let messages = withoutDuplicates(group, offsets, bytes)
            offsets.replaceSubrange(group.prefix(messages.count), with: messages)
            let kept = group.lowerBound..<group.lowerBound + messages.count
            guard SpilledMessage(bytes, at: Int(offsets[kept.lowerBound])).traits.contains(.isLog)
            else {
                preview.conversationsWithIDs += 1
                continue
            }
            preview.logs += 1
            preview.messages += kept.count
            guard sortByTime(kept, &offsets, bytes) else {
                preview.logsWithoutTimes += 1
                for index in preview.candidates.indices {
                    preview.candidates[index].conversations += 1
                }
                continue
            }
            var cutters = preview.candidates.map { candidate in
                var policy = policy
                policy.closeAfter = candidate.closeAfter
                policy.closeAfterOpenWait = max(policy.closeAfterOpenWait, candidate.closeAfter)
                return Cutter(policy: policy)
            }
            var last: Instant?
            for offset in offsets[kept] {
                let message = SpilledMessage(bytes, at: Int(offset))
                guard let time = message.time else { continue }
                if let last { preview.add(gap: time.milliseconds - last.milliseconds) }
                last = time
                for index in cutters.indices where cutters[index].begins(message, at: time) {
                    preview.candidates[index].conversations += 1
                }
            }
        }
    }

    // Offsets of all messages, those of one key together and in reading order, with their ranges.
    private static func grouped(
        _ bytes: UnsafeRawBufferPointer
    ) -> (offsets: [UInt32], groups: [Range<Int>]) {
        var offsets: [UInt32] = []
        var groupOf: [UInt32] = []
        // First message, next group of the same hash, number of messages.
        var groups: [(first: UInt32, next: Int, count: Int)] = []
        var byHash: [UInt64: Int] = [:]
        var offset = 0
        while offset < bytes.count {
            let message = SpilledMessage(bytes, at: offset)
            var index = byHash[message.hash] ?? -1
            while index >= 0,
                !message.hasSameKey(as: SpilledMessage(bytes, at: Int(groups[index].first)))
            { index = groups[index].next }
            if index < 0 {
                index = groups.count
                groups.append((UInt32(offset), byHash[message.hash] ?? -1, 0))
                byHash[message.hash] = index
            }
            groups[index].count += 1
            offsets.append(UInt32(offset))
            groupOf.append(UInt32(index))
            offset += message.size
        }
        var ranges: [Range<Int>] = []
        var starts: [Int] = []
        var start = 0
        for group in groups {
            starts.append(start)
            ranges.append(start..<start + group.count)
            start += group.count
        }
        var sorted = [UInt32](repeating: 0, count: offsets.count)
        for (index, offset) in offsets.enumerated() {
            sorted[starts[Int(groupOf[index])]] = offset
            starts[Int(groupOf[index])] += 1
        }
        return (sorted, ranges)
    }

    private func plan(
        _ group: Range<Int>, _ offsets: inout [UInt32], _ bytes: UnsafeRawBufferPointer,
        into pieces: inout [Piece]
    ) {
        let kept = options.allowsDuplicates ? nil : withoutDuplicates(group, offsets, bytes)
        var group = group
        if let kept, kept.count < group.count {
            offsets.replaceSubrange(group.prefix(kept.count), with: kept)
            group = group.lowerBound..<group.lowerBound + kept.count
        }
        let first = SpilledMessage(bytes, at: Int(offsets[group.lowerBound]))
        if first.traits.contains(.isLog), let cutting = options.cutting {
            let order = first.order
            guard sortByTime(group, &offsets, bytes) else {
                log.defect(.uncutWithoutTimes, at: order, in: name(order.source))
                add(Piece(order: order, messages: group, begin: .uncut), to: &pieces)
                return
            }
            cut(group, offsets, bytes, cutting, into: &pieces)
        } else {
            add(Piece(order: first.order, messages: group, begin: .own), to: &pieces)
        }
    }

    private func cut(
        _ group: Range<Int>, _ offsets: [UInt32], _ bytes: UnsafeRawBufferPointer,
        _ cutting: CutPolicy, into pieces: inout [Piece]
    ) {
        var cutter = Cutter(policy: cutting.policy, policyAt: cutting.policyAt)
        var current: Piece?
        var lastSecond: Int64?
        var ordinal = 1
        for index in group {
            let message = SpilledMessage(bytes, at: Int(offsets[index]))
            guard let time = message.time else { continue }
            if cutter.begins(message, at: time) {
                if let current { add(current, to: &pieces) }
                let second = time.milliseconds / 1000
                ordinal = second == lastSecond ? ordinal + 1 : 1
                lastSecond = second
                current = Piece(
                    order: message.order, messages: index..<index,
                    begin: .cut(time, ordinal: ordinal))
            }
            if let piece = current {
                current?.order = min(piece.order, message.order)
                current?.messages = piece.messages.lowerBound..<index + 1
            }
        }
        if let current { add(current, to: &pieces) }
    }

    private func add(_ piece: Piece, to pieces: inout [Piece]) {
        if piece.messages.count > options.largestConversation {
            log.bad(
                .tooManyMessages, at: piece.order, in: name(piece.order.source),
                count: piece.messages.count)
        } else {
            pieces.append(piece)
        }
    }

    // The first message of each id, and all without one.
    private func withoutDuplicates(
        _ group: Range<Int>, _ offsets: [UInt32], _ bytes: UnsafeRawBufferPointer
    ) -> [UInt32] {
        var seen: Set<[UInt8]> = []
        return offsets[group].filter { offset in
            let message = SpilledMessage(bytes, at: Int(offset))
            guard let id = message.piece(.id), !id.isEmpty else { return true }
            if seen.insert(Array(id)).inserted { return true }
            log.bad(.duplicateMessage, at: message.order, in: name(message.order.source))
            return false
        }
    }

    // By time, then by place in the source; false where a time is missing, and nothing is moved.
    private func sortByTime(
        _ group: Range<Int>, _ offsets: inout [UInt32], _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        var keyed: [(time: Instant, order: RecordNumber, offset: UInt32)] = []
        keyed.reserveCapacity(group.count)
        for offset in offsets[group] {
            let message = SpilledMessage(bytes, at: Int(offset))
            guard let time = message.time else { return false }
            keyed.append((time, message.order, offset))
        }
        keyed.sort { $0.time != $1.time ? $0.time < $1.time : $0.order < $1.order }
        offsets.replaceSubrange(group, with: keyed.map(\.offset))
        return true
    }

    private func compose(_ piece: Piece, _ offsets: [UInt32], _ bytes: UnsafeRawBufferPointer) {
        var facts = Facts()
        for index in piece.messages {
            facts.add(SpilledMessage(bytes, at: Int(offsets[index])))
        }
        if facts.isConflicting {
            log.defect(.conflictingFacts, at: piece.order, in: name(piece.order.source))
        }
        line.removeAll(keepingCapacity: true)
        line.append(contentsOf: "{\"id\":".utf8)
        let first = SpilledMessage(bytes, at: Int(offsets[piece.messages.lowerBound]))
        JSONString.append(id(of: first, begin: piece.begin), to: &line)
        append("shop", first.piece(.shop))
        append("buyer", facts.buyer)
        append("group", facts.group)
        append("agent", facts.agentsDiffer ? nil : facts.agent)
        for (index, fact) in facts.facts.enumerated() {
            guard let fact, index != Facts.orders || !facts.ordersDiffer else { continue }
            line.append(contentsOf: ",\"\(Facts.names[index])\":".utf8)
            line.append(contentsOf: fact)
        }
        line.append(contentsOf: ",\"messages\":[".utf8)
        for index in piece.messages {
            line.append(contentsOf: SpilledMessage(bytes, at: Int(offsets[index])).line)
            line.append(0x2C)
        }
        line[line.count - 1] = 0x5D
        line.append(contentsOf: [0x7D, 0x0A])
    }

    private func id(of message: SpilledMessage, begin: Begin) -> [UInt8] {
        var id: [UInt8] = []
        if case .own = begin {
        } else if let shop = message.piece(.shop) {
            id.append(contentsOf: shop)
            id.append(0x2F)
        }
        if let key = message.piece(.key) { id.append(contentsOf: key) }
        switch begin {
        case .own: break
        case .uncut: id.append(contentsOf: "/undated".utf8)
        case .cut(let time, let ordinal):
            id.append(0x2F)
            let marks: [UInt8] = [0x2D, 0x3A]
            id.append(contentsOf: utcText(time).utf8.filter { !marks.contains($0) }.prefix(15))
            if ordinal > 1 { id.append(contentsOf: "-\(ordinal)".utf8) }
        }
        return id
    }

    private func append(_ key: String, _ value: UnsafeRawBufferPointer?) {
        guard let value else { return }
        line.append(contentsOf: ",\"\(key)\":".utf8)
        JSONString.append(value, to: &line)
    }
}

/// What the messages of one conversation say about it.
private struct Facts {
    static let names = [
        "closedAt", "truncated", "channel", "category", "tags", "attributes", "orders",
    ]
    static let orders = 6

    /// The ids in a list of orders, as they are written; one without an id has none.
    private static func orderIDs(_ list: UnsafeRawBufferPointer) -> Set<[UInt8]> {
        let key = Array("\"id\"".utf8)
        var result: Set<[UInt8]> = []
        var rest = list[...]
        while let start = rest.firstIndex(of: key[0]) {
            rest = rest[start...]
            guard rest.starts(with: key) else {
                rest = rest.dropFirst()
                continue
            }
            let value = rest.dropFirst(key.count).drop { [0x20, 0x3A].contains($0) }
            let isText = value.first == key[0]
            let end = (isText ? value.dropFirst() : value).firstIndex {
                isText ? $0 == key[0] : [0x2C, 0x7D].contains($0)
            }
            result.insert(Array(value[..<(end ?? value.endIndex)]))
            rest = value[(end ?? value.endIndex)...].dropFirst()
        }
        return result
    }

    var buyer: UnsafeRawBufferPointer?
    var group: UnsafeRawBufferPointer?
    /// Named on a message that is not the agent's own: whom the conversation is with.
    var agent: UnsafeRawBufferPointer?
    var agentsDiffer = false
    var isConflicting = false
    /// Which of them are all, nobody knows.
    var ordersDiffer = false
    var facts = [UnsafeRawBufferPointer?](repeating: nil, count: names.count)

    mutating func add(_ message: SpilledMessage) {
        take(message.piece(.buyer), into: \.buyer)
        take(message.piece(.group), into: \.group)
        if message.speaker != .agent, message.speaker != .assistant,
            let named = message.piece(.agent)
        {
            if let agent { agentsDiffer = agentsDiffer || !agent.elementsEqual(named) }
            agent = agent ?? named
        }
        for index in facts.indices {
            guard let fact = message.fact(index) else { continue }
            // A later message knows better when the conversation was closed.
            guard index > 0, let known = facts[index] else {
                facts[index] = fact
                continue
            }
            if known.elementsEqual(fact) { continue }
            isConflicting = true
            if index == Facts.orders, !Facts.orderIDs(fact).isSubset(of: Facts.orderIDs(known)) { ordersDiffer = true }
        }
    }

    private mutating func take(
        _ value: UnsafeRawBufferPointer?,
        into field: WritableKeyPath<Facts, UnsafeRawBufferPointer?>
    ) {
        guard let value else { return }
        if let known = self[keyPath: field] {
            if !known.elementsEqual(value) { isConflicting = true }
        } else {
            self[keyPath: field] = value
        }
    }
}
