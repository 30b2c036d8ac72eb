/// Messages on disk, divided by their key into parts that can be looked at one by one.
package final class SpillParts {
    /// One part of the spill: the messages of some keys.
    package final class Part {
        package let run: SpillRun
        package fileprivate(set) var messages = 0
        package fileprivate(set) var first: RecordNumber?
        package fileprivate(set) var hasManyKeys = false
        fileprivate var hash: UInt64 = 0

        fileprivate init(_ spill: SpillFile) {
            run = SpillRun(spill)
        }

        /// Reads the whole part into memory for the time of `body`.
        package func withBytes(
            _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
        ) throws(ArchiveError) {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: run.count, alignment: 16)
            defer { buffer.deallocate() }
            _ = try run.read(into: buffer)
            try body(UnsafeRawBufferPointer(buffer))
        }

        /// Reads past the part, so that its room is free again.
        package func discard() throws(ArchiveError) {
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: SpillFile.extentSize, alignment: 16)
            defer { buffer.deallocate() }
            while try run.read(into: buffer) > 0 {}
        }
    }

    private static let fanOut = 64
    private static let bitsPerLevel = 6

    package let parts: [Part]
    private let level: Int

    /// Parts of `level`, each of which looks at six more bits of the keys' hashes.
    package init(_ spill: SpillFile, level: Int) {
        self.level = level
        parts = (0..<SpillParts.fanOut).map { _ in Part(spill) }
    }

    /// Appends whole messages, each to its part.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        var offset = 0
        while offset < bytes.count {
            let message = SpilledMessage(bytes, at: offset)
            let end = offset + message.size
            let bits = message.hash >> UInt64(level * SpillParts.bitsPerLevel)
            let part = parts[Int(truncatingIfNeeded: bits) & (SpillParts.fanOut - 1)]
            if part.first == nil {
                part.first = message.order
                part.hash = message.hash
            } else if part.hash != message.hash {
                part.hasManyKeys = true
            }
            part.messages += 1
            try part.run.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
            offset = end
        }
    }

    /// Writes what is still in memory; nothing may be added after it.
    package func finish() throws(ArchiveError) {
        for part in parts { try part.run.finish() }
    }

    /// The messages of `part`, one of these, divided further; nil when the hash has no bits left.
    package func divided(_ part: Part, _ spill: SpillFile) throws(ArchiveError) -> SpillParts? {
        guard (level + 2) * SpillParts.bitsPerLevel <= UInt64.bitWidth else { return nil }
        let smaller = SpillParts(spill, level: level + 1)
        var message = [UInt8](repeating: 0, count: 4096)
        while true {
            var size = 0
            var failure: ArchiveError?
            if message.count < SpilledMessage.sizePrefix { break }
            message.withUnsafeMutableBytes { bytes in
                do throws(ArchiveError) {
                    let prefix = UnsafeMutableRawBufferPointer(
                        rebasing: bytes[..<SpilledMessage.sizePrefix])
                    guard try part.run.read(into: prefix) == prefix.count else { return }
                    size = SpilledMessage.size(UnsafeRawBufferPointer(prefix))
                } catch { failure = error }
            }
            if let failure { throw failure }
            if size == 0 { break }
            if size > message.count {
                message.append(contentsOf: repeatElement(0, count: size - message.count))
            }
            message.withUnsafeMutableBytes { bytes in
                do throws(ArchiveError) {
                    let rest = UnsafeMutableRawBufferPointer(
                        rebasing: bytes[SpilledMessage.sizePrefix..<size])
                    _ = try part.run.read(into: rest)
                    try smaller.append(UnsafeRawBufferPointer(rebasing: bytes[..<size]))
                } catch { failure = error }
            }
            if let failure { throw failure }
        }
        return smaller
    }
}

/// Runs of lines, each in order, read as one in order.
///
/// A line in a run has its order and length before it; only these are held, lines pass through.
package final class RunMerge {
    private struct Head {
        var order: RecordNumber
        var length: Int
        var run: SpillRun
    }

    private var heads: [Head] = []
    private var waiting: [SpillRun]
    private var current: Head?

    package init(_ runs: [SpillRun]) {
        waiting = runs
    }

    /// Appends a message to a part.
    package static func append(
        _ order: RecordNumber, _ line: [UInt8], to run: SpillRun
    ) throws(ArchiveError) {
        try run.append(header(order, line.count))
        try run.append(line)
    }

    /// Reads lines without what stands before them; 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard buffer.count > 0, try advance(), var head = current else { return 0 }
        let piece = UnsafeMutableRawBufferPointer(
            rebasing: buffer[..<min(buffer.count, head.length)])
        let count = try head.run.read(into: piece)
        head.length -= count
        current = head
        return count
    }

    /// Writes all lines into one run, in order.
    package func copy(to run: SpillRun) throws(ArchiveError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: SpillFile.extentSize, alignment: 16)
        defer { buffer.deallocate() }
        while try advance(), let head = current {
            try run.append(RunMerge.header(head.order, head.length))
            while let length = current?.length, length > 0 {
                let count = try read(into: buffer)
                try run.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    // Makes `current` a line with something left; false at the end.
    private func advance() throws(ArchiveError) -> Bool {
        if let current, current.length > 0 { return true }
        if let run = current?.run { waiting.append(run) }
        current = nil
        for run in waiting {
            if let head = try next(of: run) { heads.append(head) }
        }
        waiting = []
        guard let least = heads.indices.min(by: { heads[$0].order < heads[$1].order }) else {
            return false
        }
        current = heads.remove(at: least)
        return true
    }

    private func next(of run: SpillRun) throws(ArchiveError) -> Head? {
        var words: (UInt64, UInt64) = (0, 0)
        var failure: ArchiveError?
        var count = 0
        withUnsafeMutableBytes(of: &words) { bytes in
            do throws(ArchiveError) { count = try run.read(into: bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        guard count == 16 else { return nil }
        return Head(order: RecordNumber(value: words.0), length: Int(words.1), run: run)
    }

    private static func header(_ order: RecordNumber, _ length: Int) -> [UInt8] {
        withUnsafeBytes(of: (order.value, UInt64(length))) { Array($0) }
    }
}
