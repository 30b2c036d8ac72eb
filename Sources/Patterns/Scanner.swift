import CVectorscan
import ChineseText

/// One message in which a pattern occurs.
public struct ScanHit: Sendable {
    /// Number of the message in the block.
    public var message: UInt32
    public var atom: Int32

    public init(message: UInt32, atom: Int32) {
        self.message = message
        self.atom = atom
    }
}

/// What the process was linked with.
public enum ScannerLibrary {
    /// The library's own word for its version.
    public static var version: String { String(cString: hs_version()) }

    /// Whether it is a version that loses matches: Vectorscan before 5.4.12 on x86-64
    /// (decision 0004). Hyperscan ends at 5.4.2 and is sound.
    public static var losesMatches: Bool {
        #if arch(x86_64)
        let parts = version.split(separator: " ").first?.split(separator: ".").compactMap { Int($0) } ?? []
        return parts.count == 3 && parts[0] == 5 && parts[1] == 4 && (6..<12).contains(parts[2])
        #else
        return false
        #endif
    }
}

/// Finds which messages of a block hold which patterns. One per thread.
///
/// A block is folded messages joined by line feeds; no pattern matches across one. Each (message,
/// pattern) pair is reported once, in the order in which the matches end.
public final class Scanner {
    private let patterns: CompiledPatterns
    private let scratch: OpaquePointer?
    /// What the matches are noted in: at a fixed place, since the library calls back into it.
    private let notes: UnsafeMutablePointer<ScanNotes>

    public init(_ patterns: CompiledPatterns) throws(ScannerError) {
        self.patterns = patterns
        var scratch: OpaquePointer?
        for database in patterns.databases {
            guard hs_alloc_scratch(database.pointer, &scratch) == HS_SUCCESS else {
                throw .failed("hs_alloc_scratch")
            }
        }
        self.scratch = scratch
        notes = .allocate(capacity: 1)
        notes.initialize(to: ScanNotes(atoms: patterns.atomCount))
    }

    deinit {
        hs_free_scratch(scratch)
        notes.pointee.lastMessage.deallocate()
        notes.pointee.hits.deallocate()
        notes.deallocate()
    }

    /// Forgets the hits of the block before.
    public func reset() {
        if notes.pointee.count < patterns.atomCount {
            for hit in found { notes.pointee.lastMessage[Int(hit.atom)] = 0 }
        } else {
            notes.pointee.lastMessage.update(repeating: 0, count: patterns.atomCount + 1)
        }
        notes.pointee.count = 0
    }

    /// Scans one block of one lane; `ends[i]` is where message i ends in `bytes`, before its line feed.
    /// Hits are appended to `found`.
    public func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, ends: UnsafeBufferPointer<UInt32>, lane: Lane
    ) {
        guard let base = bytes.baseAddress, let firstEnd = ends.baseAddress, !ends.isEmpty else { return }
        for database in patterns.databases where database.lane == lane {
            notes.pointee.ends = firstEnd
            notes.pointee.lastMessageNumber = ends.count - 1
            notes.pointee.cursor = 0
            let status = base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
                hs_scan(database.pointer, text, UInt32(bytes.count), 0, scratch, onMatch, notes)
            }
            precondition(status == HS_SUCCESS, "the scanner failed with status \(status)")
        }
    }

    /// What was found since the last reset; valid until the next call.
    public var found: UnsafeBufferPointer<ScanHit> {
        UnsafeBufferPointer(start: notes.pointee.hits, count: notes.pointee.count)
    }
}

/// What a scan has found so far. Plain memory: a match costs two dozen instructions, and there are many.
private struct ScanNotes {
    /// Per atom the last message it was reported for, plus one; zero before any.
    let lastMessage: UnsafeMutablePointer<UInt32>
    var hits: UnsafeMutablePointer<ScanHit>
    var capacity = 4096
    var count = 0
    var ends: UnsafePointer<UInt32>
    var lastMessageNumber = 0
    /// The message of the match before.
    var cursor = 0

    init(atoms: Int) {
        lastMessage = .allocate(capacity: atoms + 1)
        lastMessage.initialize(repeating: 0, count: atoms + 1)
        hits = .allocate(capacity: capacity)
        ends = UnsafePointer(lastMessage)
    }

    @inline(never)
    mutating func grow() {
        let larger = UnsafeMutablePointer<ScanHit>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: hits, count: count)
        hits.deallocate()
        hits = larger
        capacity *= 2
    }
}

/// Called for every match; ends come nearly in order, so a cursor that moves both ways finds the message.
private func onMatch(
    id: UInt32, from: UInt64, to: UInt64, flags: UInt32, context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let notes = context?.assumingMemoryBound(to: ScanNotes.self) else { return 0 }
    let end = UInt32(truncatingIfNeeded: to)
    let ends = notes.pointee.ends
    let last = notes.pointee.lastMessageNumber
    var cursor = notes.pointee.cursor
    while cursor < last, ends[cursor] < end { cursor &+= 1 }
    while cursor > 0, ends[cursor &- 1] >= end { cursor &-= 1 }
    notes.pointee.cursor = cursor
    let mark = UInt32(truncatingIfNeeded: cursor &+ 1)
    let lastMessage = notes.pointee.lastMessage
    if lastMessage[Int(id)] == mark { return 0 }
    lastMessage[Int(id)] = mark
    if notes.pointee.count == notes.pointee.capacity { notes.pointee.grow() }
    let count = notes.pointee.count
    notes.pointee.hits[count] = ScanHit(
        message: UInt32(truncatingIfNeeded: cursor), atom: Int32(truncatingIfNeeded: id))
    notes.pointee.count = count &+ 1
    return 0
}
