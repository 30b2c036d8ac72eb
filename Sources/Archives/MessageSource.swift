import Diagnostics

/// Message lines in NDJSON with the numbers of the records they come from.
package final class MessageBlock {
    package private(set) var bytes: UnsafeMutableRawBufferPointer
    package var count = 0
    /// The record of each line; empty where lines are the records, from `firstRecord` on.
    package var records: [Int] = []
    package var firstRecord = 1
    /// The last line has no end, because the input breaks off there.
    package var isBrokenOff = false
    private static let padding = 64

    /// Room beyond `count`, without the padding that the parser reads.
    package var capacity: Int { bytes.count - MessageBlock.padding }

    package init(capacity: Int = 1 << 20) {
        bytes = .allocate(byteCount: capacity + MessageBlock.padding, alignment: 64)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        bytes.deallocate()
    }

    /// The number of the record that a line of the block holds.
    package func record(ofLine number: Int) -> Int {
        records.isEmpty ? firstRecord + number : records[min(number, records.count - 1)]
    }

    /// Makes room for `capacity` bytes; keeps the first `count`.
    package func reserve(_ capacity: Int) {
        guard capacity > self.capacity else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: capacity + MessageBlock.padding, alignment: 64)
        larger.initializeMemory(as: UInt8.self, repeating: 0)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        bytes.deallocate()
        bytes = larger
    }

    /// Adds a piece of a record that is longer than what was read at once.
    package func append(_ piece: [UInt8]) {
        if count + piece.count > capacity { reserve(max(count + piece.count, 2 * capacity)) }
        piece.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: source)
        }
        count += piece.count
    }
}

/// A source of messages, one a line, whatever it is written in.
package protocol MessageSource: AnyObject {
    /// Replaces what `block` holds by the next lines; false at the end, with nothing in it.
    ///
    /// Records that give no line are put into `log`. Where the input breaks off, what stands before
    /// that place comes first, the torn record as a bad one, then the error.
    func next(_ block: MessageBlock, log: RecordLog) throws(ArchiveError) -> Bool
}

/// The message lines of an NDJSON file.
package final class LineMessages: MessageSource {
    private let stream: any ByteStream
    private let source: Int
    private let name: String
    private let largestRecord: Int
    private var carry: [UInt8] = []
    private var nextRecord = 1
    private var isAtEnd = false
    private var failure: ArchiveError?

    /// Reads `stream`, which is UTF-8 without a mark; `source` and `name` stand in diagnostics.
    package init(_ stream: any ByteStream, source: Int, name: String, largestRecord: Int) {
        self.stream = stream
        self.source = source
        self.name = name
        self.largestRecord = largestRecord
    }

    package func next(_ block: MessageBlock, log: RecordLog) throws(ArchiveError) -> Bool {
        block.count = 0
        block.records = []
        block.firstRecord = nextRecord
        block.isBrokenOff = false
        block.append(carry)
        carry = []
        while true {
            if !isAtEnd {
                let room = UnsafeMutableRawBufferPointer(
                    rebasing: block.bytes[block.count..<block.capacity])
                let count = try stream.fill(room, failure: &failure)
                isAtEnd = count < room.count
                block.count += count
            }
            if isAtEnd, block.count == 0 {
                if let failure { throw failure }
                return false
            }
            let whole = UnsafeRawBufferPointer(rebasing: block.bytes[..<block.count])
            let lines = isAtEnd ? block.count : (whole.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
            if lines == 0 {
                if block.count > largestRecord {
                    try skipLine(block, log)
                } else {
                    block.reserve(2 * block.capacity)
                }
                continue
            }
            carry = Array(whole[lines...])
            block.count = lines
            nextRecord += whole[..<lines].count { $0 == 0x0A }
            if whole[lines - 1] != 0x0A {
                nextRecord += 1
                block.isBrokenOff = failure != nil
            }
            return true
        }
    }

    // The line that fills the block is too large: reads on to its end and leaves what follows.
    private func skipLine(_ block: MessageBlock, _ log: RecordLog) throws(ArchiveError) {
        log.recordsRead += 1
        log.bad(.tooLarge, at: RecordNumber(source: source, record: nextRecord), in: name)
        nextRecord += 1
        block.firstRecord = nextRecord
        while true {
            let count = try stream.fill(
                UnsafeMutableRawBufferPointer(rebasing: block.bytes[..<block.capacity]), failure: &failure)
            if count == 0 {
                isAtEnd = true
                block.count = 0
                return
            }
            let piece = UnsafeRawBufferPointer(rebasing: block.bytes[..<count])
            guard let newline = piece.firstIndex(of: 0x0A) else { continue }
            let rest = Array(piece[(newline + 1)...])
            block.count = 0
            block.append(rest)
            return
        }
    }
}
