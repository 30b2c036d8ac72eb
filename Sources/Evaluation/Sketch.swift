import RuleLanguage

/// What pairs of neighbouring characters a message holds, in so little room that two messages are
/// compared in a few instructions.
///
/// Each pair sets one of 256 bits. A bit of one message that the other lacks stands for at least one
/// pair that they do not share, so that what they share can be bounded, never underestimated.
struct Sketch {
    private var bits = SIMD4<UInt64>()
    /// How many pairs there are; -1 in an empty message.
    private(set) var pairs: Int32 = -1

    init() {}

    /// Of the beginning of a text that is compared.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let bytes = LikenessTable.compared(bytes)
        var count: Int32 = bytes.isEmpty ? -1 : 0
        var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        withUnsafeMutableBytes(of: &words) { room in
            let words = room.bindMemory(to: UInt64.self)
            forEachPair(of: bytes, orLone: true) { pair in
                let bit = (pair &* 0x9E37_79B9_7F4A_7C15) >> 56
                words[Int(bit >> 6)] |= 1 << (bit & 63)
                count += 1
            }
        }
        bits = SIMD4(words.0, words.1, words.2, words.3)
        pairs = count
    }

    /// Whether two messages can be alike at `percent`, as far as their sketches tell.
    @inline(__always)
    func mayBeAlike(_ other: Sketch, percent: Int) -> Bool {
        let mine = Int(pairs) - Sketch.count(bits & ~other.bits)
        let its = Int(other.pairs) - Sketch.count(other.bits & ~bits)
        return isAlike(common: min(mine, its), Int(pairs) + Int(other.pairs), floor: percent)
    }

    @inline(__always)
    private static func count(_ bits: SIMD4<UInt64>) -> Int {
        bits[0].nonzeroBitCount + bits[1].nonzeroBitCount + bits[2].nonzeroBitCount + bits[3].nonzeroBitCount
    }
}

/// The sketches of a part's messages, each made once. One per thread.
final class SketchTable {
    private var sketches: [Sketch] = []
    private var epochs: [UInt32] = []
    private var epoch: UInt32 = 0

    /// Forgets the part before; rows below `count` may be asked for.
    func begin(count: Int) {
        epoch &+= 1
        if epoch == 0 {
            for row in epochs.indices { epochs[row] = 0 }
            epoch = 1
        }
        guard epochs.count < count else { return }
        let more = count * 2 - epochs.count
        sketches += [Sketch](repeating: Sketch(), count: more)
        epochs += [UInt32](repeating: 0, count: more)
    }

    /// The sketch of a row, whose text is `text`.
    @inline(__always)
    func sketch(_ row: Int, _ text: () -> UnsafeBufferPointer<UInt8>) -> Sketch {
        if epochs[row] != epoch {
            sketches[row] = Sketch(text())
            epochs[row] = epoch
        }
        return sketches[row]
    }
}
