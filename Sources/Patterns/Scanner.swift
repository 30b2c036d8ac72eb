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
    /// Per atom the last message it was reported for, plus one; zero before any.
    private var lastMessage: UnsafeMutablePointer<UInt32>
    private var hits: UnsafeMutablePointer<ScanHit>
    private var capacity = 4096
    private var count = 0

    public init(_ patterns: CompiledPatterns) throws(ScannerError) {
        self.patterns = patterns
        var scratch: OpaquePointer?
        for database in patterns.databases {
            guard hs_alloc_scratch(database.pointer, &scratch) == HS_SUCCESS else {
                throw .failed("hs_alloc_scratch")
            }
        }
        self.scratch = scratch
        lastMessage = .allocate(capacity: patterns.atomCount + 1)
        lastMessage.initialize(repeating: 0, count: patterns.atomCount + 1)
        hits = .allocate(capacity: capacity)
    }

    deinit {
        hs_free_scratch(scratch)
        lastMessage.deallocate()
        hits.deallocate()
    }

    /// Forgets the hits of the block before.
    public func reset() {
        if count < patterns.atomCount {
            for hit in found { lastMessage[Int(hit.atom)] = 0 }
        } else {
            lastMessage.update(repeating: 0, count: patterns.atomCount + 1)
        }
        count = 0
    }

    /// Scans one block of one lane; `ends[i]` is where message i ends in `bytes`, before its line feed.
    /// Hits are appended to `found`.
    public func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, ends: UnsafeBufferPointer<UInt32>, lane: Lane
    ) {
        guard let base = bytes.baseAddress, let firstEnd = ends.baseAddress, !ends.isEmpty else { return }
        for database in patterns.databases where database.lane == lane {
            var context = ScanContext(
                scanner: Unmanaged.passUnretained(self).toOpaque(), ends: firstEnd, messageCount: ends.count,
                cursor: 0)
            let status = withUnsafeMutablePointer(to: &context) { pointer in
                base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
                    hs_scan(
                        database.pointer, text, UInt32(bytes.count), 0, scratch, onMatch, pointer)
                }
            }
            precondition(status == HS_SUCCESS, "the scanner failed with status \(status)")
        }
    }

    /// What was found since the last reset; valid until the next call.
    public var found: UnsafeBufferPointer<ScanHit> {
        UnsafeBufferPointer(start: hits, count: count)
    }

    @inline(__always)
    fileprivate func record(atom: Int, message: Int) {
        let mark = UInt32(truncatingIfNeeded: message &+ 1)
        if lastMessage[atom] == mark { return }
        lastMessage[atom] = mark
        if count == capacity { grow() }
        hits[count] = ScanHit(
            message: UInt32(truncatingIfNeeded: message), atom: Int32(truncatingIfNeeded: atom))
        count &+= 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<ScanHit>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: hits, count: count)
        hits.deallocate()
        hits = larger
        capacity *= 2
    }
}

private struct ScanContext {
    var scanner: UnsafeMutableRawPointer
    var ends: UnsafePointer<UInt32>
    var messageCount: Int
    var cursor: Int
}

/// Called for every match; ends come nearly in order, so a cursor that moves both ways finds the message.
private func onMatch(
    id: UInt32, from: UInt64, to: UInt64, flags: UInt32, context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = context?.assumingMemoryBound(to: ScanContext.self) else { return 0 }
    let end = UInt32(truncatingIfNeeded: to)
    var cursor = context.pointee.cursor
    let ends = context.pointee.ends
    while cursor < context.pointee.messageCount &- 1, ends[cursor] < end { cursor &+= 1 }
    while cursor > 0, ends[cursor &- 1] >= end { cursor &-= 1 }
    context.pointee.cursor = cursor
    let scanner = Unmanaged<Scanner>.fromOpaque(context.pointee.scanner)
    scanner._withUnsafeGuaranteedRef { $0.record(atom: Int(id), message: cursor) }
    return 0
}
