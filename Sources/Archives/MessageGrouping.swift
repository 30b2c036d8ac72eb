import CSimdJSON
import ConversationModel

/// Messages of any order as conversation lines, in the order of their first records.
///
/// What fits in memory stays there; beyond that messages go to disk, divided by their key, until each
/// part fits. The lines are merged back in order, so that memory does not grow with the archive.
package final class MessageGrouping: ByteStream {
    /// How messages are grouped.
    package struct Options {
        package var assembly = ConversationAssembler.Options()
        package var zone: Zone = .chinaStandard
        package var isStrict = false
        /// Lines of one conversation are neighbours.
        package var isSorted = false
        package var spillDirectory = ArchivePath("/tmp")
        /// Bytes of messages that are held at once, and so the most that one key may have.
        package var memoryLimit = 24 << 20
        package var interruption = Interruption.never
        package init() {}
    }

    private let options: Options
    private let log: RecordLog
    private let assembler: ConversationAssembler
    private let name: (Int) -> String
    private let nextSource: () throws(ArchiveError) -> (source: any MessageSource, number: Int)?
    private let parser: OpaquePointer
    private let spill: SpillFile
    private let block = MessageBlock()

    private var source: (source: any MessageSource, number: Int)?
    private var held: [UInt8] = []
    private var parts: SpillParts?
    private var isCollected = false
    private var failure: ArchiveError?
    /// Why there are no more messages: thrown when the conversations of those before were given out.
    private var inputFailure: ArchiveError?
    /// The first record of a conversation in a sorted archive that grew too large.
    private var droppedFirst: RecordNumber?
    /// Lines that are ready, then what is still on disk.
    private var ready: [UInt8] = []
    private var readyPosition = 0
    private var merge: RunMerge?

    /// Groups the messages of the sources that `nextSource` gives one after another, each with its
    /// number among the sources of the run; `name` gives the name of a source.
    package init(
        options: Options, log: RecordLog, name: @escaping (Int) -> String,
        nextSource: @escaping () throws(ArchiveError) -> (source: any MessageSource, number: Int)?
    ) throws(ArchiveError) {
        guard let parser = mj_flat_parser_new() else { throw .outOfMemory(path: "") }
        self.parser = parser
        self.options = options
        self.log = log
        self.name = name
        self.nextSource = nextSource
        assembler = ConversationAssembler(options: options.assembly, log: log, name: name)
        spill = SpillFile(directory: options.spillDirectory)
    }

    deinit {
        mj_flat_parser_free(parser)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        if let failure { throw failure }
        do throws(ArchiveError) {
            while true {
                if readyPosition < ready.count {
                    let count = min(buffer.count, ready.count - readyPosition)
                    ready.withUnsafeBytes { bytes in
                        let piece = bytes[readyPosition..<readyPosition + count]
                        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece))
                    }
                    readyPosition += count
                    return count
                }
                ready.removeAll(keepingCapacity: ready.capacity <= 1 << 20)
                readyPosition = 0
                if let merge {
                    let count = try merge.read(into: buffer)
                    if count > 0 { return count }
                    self.merge = nil
                }
                if isCollected {
                    if let inputFailure { throw inputFailure }
                    return 0
                }
                try collect()
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// What cutting would do to the logs of the sources; reads them to the end.
    package func preview(
        policy: TimePolicy, candidates: [Int64]
    ) throws(ArchiveError) -> CutPreview {
        var preview = CutPreview(candidates: candidates)
        while try absorbNext() {}
        try settle { bytes throws(ArchiveError) in
            assembler.measure(bytes, policy: policy, &preview)
        }
        preview.failure = inputFailure
        return preview
    }

    // Unsorted: everything is read before the first line. Sorted: one conversation is.
    private func collect() throws(ArchiveError) {
        while try absorbNext() {
            if options.isSorted, !ready.isEmpty { return }
        }
        isCollected = true
        if let parts {
            self.parts = nil
            merge = RunMerge(try runs(of: parts))
        } else {
            try finishHeld()
        }
    }

    // False at the end, and where the input breaks off: then `inputFailure` is set.
    private func absorbNext() throws(ArchiveError) -> Bool {
        guard inputFailure == nil, let number = try nextBlock() else { return false }
        try absorb(number)
        return true
    }

    // Fills `block` and returns the number of its source.
    private func nextBlock() throws(ArchiveError) -> Int? {
        do throws(ArchiveError) {
            while true {
                if source == nil { source = try nextSource() }
                guard let current = source else { return nil }
                if try current.source.next(block, log: log) { return current.number }
                source = nil
            }
        } catch {
            if error == .interrupted { throw error }
            inputFailure = error
            return nil
        }
    }

    private func absorb(_ number: Int) throws(ArchiveError) {
        var lines = mj_lines()
        let status = mj_parse_messages(
            parser, block.bytes.baseAddress, block.count, options.isStrict ? Int32(MJ_STRICT) : 0,
            &lines)
        guard status == 0 else { throw .outOfMemory(path: name(number)) }
        let torn = block.isBrokenOff ? lines.count - 1 : -1
        for (index, row) in UnsafeBufferPointer(start: lines.lines, count: lines.count).enumerated() {
            let record = RecordNumber(
                source: number, record: block.record(ofLine: Int(row.number)))
            log.recordsRead += 1
            if let issue = RecordIssue(reason: row.reason) {
                log.bad(index == torn ? .brokenOff : issue, at: record, in: name(number))
            } else if Int(row.line.length) > options.assembly.largestRecord {
                log.bad(.tooLarge, at: record, in: name(number))
            } else {
                try hold(row, record)
            }
        }
    }

    private func hold(_ row: mj_line, _ record: RecordNumber) throws(ArchiveError) {
        var traits: SpilledMessage.Traits = []
        var key = row.conversation
        if row.conversation.length == .max {
            guard let cutting = options.assembly.cutting else {
                return log.bad(.missingConversation, at: record, in: name(record.source))
            }
            guard row.buyer.length != .max else {
                return log.bad(.missingBuyer, at: record, in: name(record.source))
            }
            key = row.buyer
            traits.insert(.isLog)
            if row.speaker == Speaker.buyer.rawValue, let kind = MessageKind(rawValue: row.kind) {
                let count = row.text.length == .max ? 0 : Int(row.text.length)
                let bytes = UnsafeBufferPointer(start: row.text.data, count: count)
                if cutting.needsAnswer(kind, String(decoding: bytes, as: UTF8.self)) {
                    traits.insert(.needsAnswer)
                }
            }
        }
        if Int32(row.flags) & Int32(MJ_AUTOMATIC) != 0 { traits.insert(.automatic) }
        if Int32(row.flags) & Int32(MJ_CLOSES) != 0 { traits.insert(.closes) }
        var time: Instant?
        if row.time != .min {
            let isLocal = Int32(row.flags) & Int32(MJ_LOCAL_TIME) != 0
            time =
                isLocal ? options.zone.instant(local: row.time) : Instant(milliseconds: row.time)
        }
        let start = held.count
        SpilledMessage.append(
            row, key: key, order: record, time: time, traits: traits, to: &held)
        if options.isSorted {
            try closeSorted(from: start)
        } else if held.count > min(options.memoryLimit, 8 << 20) || parts != nil {
            try spillHeld()
        }
    }

    // The message at `start` is of another conversation: what stands before it is complete.
    private func closeSorted(from start: Int) throws(ArchiveError) {
        guard start > 0 else { return }
        let isSame = held.withUnsafeBytes { bytes in
            SpilledMessage(bytes, at: 0).hasSameKey(as: SpilledMessage(bytes, at: start))
        }
        if isSame {
            guard held.count > options.memoryLimit else { return }
            // The key stays, so that the rest of the conversation is known and goes the same way.
            dropSorted()
            return
        }
        let next = Array(held[start...])
        held.removeSubrange(start...)
        try finishHeld()
        held = next
    }

    // Makes lines of what is held, all messages of its keys.
    private func finishHeld() throws(ArchiveError) {
        guard !held.isEmpty else { return }
        if droppedFirst != nil {
            dropSorted()
        } else {
            try withHeld { bytes throws(ArchiveError) in
                try assembler.assemble(bytes) { _, line in ready.append(contentsOf: line) }
            }
        }
        droppedFirst = nil
        held.removeAll(keepingCapacity: held.capacity <= 1 << 20)
    }

    private func dropSorted() {
        let (first, size, count) = held.withUnsafeBytes { bytes in
            let first = SpilledMessage(bytes, at: 0)
            var count = 0
            var offset = 0
            while offset < bytes.count {
                count += 1
                offset += SpilledMessage(bytes, at: offset).size
            }
            return (first.order, first.size, count)
        }
        // The message that stays as the key was counted with the first drop.
        let bad = droppedFirst == nil ? count : count - 1
        if bad > 0 { log.bad(.tooLarge, at: first, in: name(first.source), count: bad) }
        droppedFirst = first
        held.removeSubrange(size...)
    }

    private func withHeld(
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var failure: ArchiveError?
        let bytes = held
        bytes.withUnsafeBytes { pointer in
            do throws(ArchiveError) { try body(pointer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func spillHeld() throws(ArchiveError) {
        let parts = self.parts ?? SpillParts(spill, level: 0)
        self.parts = parts
        try withHeld { bytes throws(ArchiveError) in try parts.append(bytes) }
        held.removeAll(keepingCapacity: held.capacity <= 1 << 20)
    }

    // Calls `body` with each set of whole keys, in no particular order.
    private func settle(
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        guard let parts else { return try withHeld(body) }
        self.parts = nil
        try settle(parts, body)
    }

    private func settle(
        _ parts: SpillParts, _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        try parts.finish()
        for part in parts.parts where part.run.count > 0 {
            try options.interruption.check()
            if part.run.count <= options.memoryLimit {
                try part.withBytes(body)
            } else if part.hasManyKeys, let smaller = try parts.divided(part, spill) {
                try settle(smaller, body)
            } else {
                try reject(part)
            }
        }
    }

    // One run of lines for each part, in order of their first records.
    private func runs(of parts: SpillParts) throws(ArchiveError) -> [SpillRun] {
        try parts.finish()
        var runs: [SpillRun] = []
        for part in parts.parts where part.run.count > 0 {
            try options.interruption.check()
            let run = SpillRun(spill)
            if part.run.count <= options.memoryLimit {
                try part.withBytes { bytes throws(ArchiveError) in
                    try assembler.assemble(bytes) { order, line throws(ArchiveError) in
                        try RunMerge.append(order, line, to: run)
                    }
                }
            } else if part.hasManyKeys, let smaller = try parts.divided(part, spill) {
                try RunMerge(try self.runs(of: smaller)).copy(to: run)
            } else {
                try reject(part)
            }
            try run.finish()
            runs.append(run)
        }
        return runs
    }

    // One conversation that does not fit in memory.
    private func reject(_ part: SpillParts.Part) throws(ArchiveError) {
        guard let first = part.first else { return }
        try part.discard()
        log.bad(.tooLarge, at: first, in: name(first.source), count: part.messages)
    }
}
