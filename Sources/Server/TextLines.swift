#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where lines of a batch stand that are counted as the reader counts them: blank ones left out.
enum TextLines {
    /// A line: its 1-based number, blank ones counted, and its bytes without the line end.
    struct Place: Hashable {
        var number: Int
        var bytes: Range<Int>
    }

    /// The places of the lines with text that have these numbers, from 0, which ascend.
    ///
    /// One pass, and no memory but for what is given. Fewer where there are not as many lines.
    static func places(of ordinals: [Int], in bytes: [UInt8]) -> [Place] {
        var places: [Place] = []
        places.reserveCapacity(ordinals.count)
        bytes.withUnsafeBufferPointer { bytes in
            var (start, number, ordinal) = (0, 0, 0)
            while places.count < ordinals.count, start < bytes.count, let base = bytes.baseAddress {
                let rest = bytes.count - start
                let end =
                    memchr(base + start, 0x0A, rest).map { $0 - UnsafeMutableRawPointer(mutating: base) } ?? bytes.count
                number += 1
                if hasText(bytes[start..<end]) {
                    while places.count < ordinals.count, ordinals[places.count] == ordinal {
                        places.append(Place(number: number, bytes: start..<end))
                    }
                    ordinal += 1
                }
                start = end + 1
            }
        }
        return places
    }

    private static func hasText(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        line.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
    }
}
