/// Bytes that are read once, front to back.
///
/// Files, pipes, decompression, conversion of encodings and of archive shapes are all streams, so
/// that they can be put on top of one another.
public protocol ByteStream: AnyObject {
    /// Reads at least one byte into `buffer` and returns how many; 0 only at the end.
    ///
    /// An empty `buffer` reads nothing and returns 0. After an error or the end every further call
    /// gives the same again.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int
}

extension ByteStream {
    /// Reads until `buffer` is full or the stream ends, and returns how many bytes it read.
    ///
    /// Where the stream breaks off, `failure` says why, and what came before that is in the buffer.
    /// Only an interruption is thrown: then nobody wants what was read.
    package func fill(
        _ buffer: UnsafeMutableRawBufferPointer, failure: inout ArchiveError?
    ) throws(ArchiveError) -> Int {
        var count = 0
        do throws(ArchiveError) {
            while count < buffer.count {
                let read = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                if read == 0 { break }
                count += read
            }
        } catch {
            if error == .interrupted { throw error }
            failure = error
        }
        return count
    }
}

/// A stream over bytes in memory: tests, and the beginning of a stream that was looked at.
public final class MemoryStream: ByteStream {
    private let bytes: [UInt8]
    private var position = 0
    private let largestRead: Int

    /// A stream of `bytes` that gives at most `largestRead` of them to one call.
    public init(_ bytes: [UInt8], largestRead: Int = .max) {
        self.bytes = bytes
        self.largestRead = max(1, largestRead)
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        let count = min(buffer.count, bytes.count - position, largestRead)
        guard count > 0 else { return 0 }
        bytes.withUnsafeBytes { source in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source[position..<position + count]))
        }
        position += count
        return count
    }
}

/// A stream whose beginning was read already, put back in front of it.
///
/// Once the beginning is used up, reads go straight through: no copy is added.
package final class PeekedStream: ByteStream {
    private var head: [UInt8]
    private var position = 0
    private let rest: any ByteStream

    package init(head: [UInt8], rest: any ByteStream) {
        self.head = head
        self.rest = rest
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        if position == head.count {
            if !head.isEmpty {
                head = []
                position = 0
            }
            return try rest.read(into: buffer)
        }
        let count = min(buffer.count, head.count - position)
        head.withUnsafeBytes { source in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source[position..<position + count]))
        }
        position += count
        return count
    }
}
