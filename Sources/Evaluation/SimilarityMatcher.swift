import ChineseText
import RuleLanguage

/// Whether a text is alike to one of some sentences: Dice over pairs of neighbouring characters, in integers.
///
/// The pairs of all sentences stand in one table, so that a message is read once, whatever their number.
final class SimilarityMatcher: Sendable {
    /// Percent.
    private let floor: Int
    /// Pairs of each sentence.
    private let sizes: [Int]
    /// Pairs that a message must have at least and at most to be alike to any sentence.
    private let bounds: ClosedRange<Int>
    /// Open addressing: a pair, or `SimilarityMatcher.free`, and its number.
    private let slots: [UInt64]
    private let numbers: [Int32]
    private let mask: Int
    /// Per pair the sentences that hold it, and how often.
    private let holders: FlatLists<Holder>
    let pairCount: Int
    var sentenceCount: Int { sizes.count }

    private struct Holder: BitwiseCopyable, Sendable {
        let sentence: Int32
        let times: Int32
    }

    private static let free = UInt64.max

    init(_ condition: SimilarCondition, table: FoldTable) {
        floor = condition.floor
        var sizes: [Int] = []
        var known: [UInt64: Int] = [:]
        var pairs: [UInt64] = []
        var holders: [[Holder]] = []
        for (sentence, text) in condition.texts.enumerated() {
            var times: [Int: Int32] = [:]
            var order: [Int] = []
            var size = 0
            Array(table.folded(text, level: .folded).utf8).withUnsafeBufferPointer { bytes in
                forEachPair(of: bytes) { pair in
                    let number = known[pair] ?? pairs.count
                    if number == pairs.count {
                        known[pair] = number
                        pairs.append(pair)
                        holders.append([])
                    }
                    if times[number] == nil { order.append(number) }
                    times[number, default: 0] += 1
                    size += 1
                }
            }
            for number in order {
                holders[number].append(Holder(sentence: Int32(sentence), times: times[number] ?? 0))
            }
            sizes.append(size)
        }
        self.sizes = sizes
        self.holders = FlatLists(holders)
        pairCount = pairs.count
        var capacity = 16
        while capacity < pairs.count * 2 { capacity *= 2 }
        mask = capacity - 1
        var slots = [UInt64](repeating: SimilarityMatcher.free, count: capacity)
        var numbers = [Int32](repeating: 0, count: capacity)
        for (number, pair) in pairs.enumerated() {
            var slot = SimilarityMatcher.slot(of: pair, mask)
            while slots[slot] != SimilarityMatcher.free { slot = (slot + 1) & mask }
            slots[slot] = pair
            numbers[slot] = Int32(number)
        }
        self.slots = slots
        self.numbers = numbers
        // 2 min(a, b) / (a + b) is the most that two texts of a and b pairs can have.
        let lengths = sizes.filter { $0 > 0 }
        let least = lengths.map { ($0 * condition.floor + 199 - condition.floor) / (200 - condition.floor) }.min()
        let most = lengths.map { $0 * (200 - condition.floor) / condition.floor }.max()
        if let least, let most, least <= most { bounds = least...most } else { bounds = Int.max...Int.max }
    }

    private static func slot(of pair: UInt64, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    }

    private func number(of pair: UInt64) -> Int {
        var slot = SimilarityMatcher.slot(of: pair, mask)
        while slots[slot] != pair {
            if slots[slot] == SimilarityMatcher.free { return -1 }
            slot = (slot + 1) & mask
        }
        return Int(numbers[slot])
    }

    /// Whether a text's length in bytes lets it be alike to a sentence.
    private func mayMatch(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // A text has no more scalars than bytes, and no fewer than a quarter of them.
        bytes.count > bounds.lowerBound && (bytes.count + 3) / 4 - 1 <= bounds.upperBound
    }

    /// Whether a folded text is alike to a sentence. Allocates nothing once `counter` is large enough.
    func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ counter: PairCounter) -> Bool {
        guard mayMatch(bytes) else { return false }
        var size = -1
        for byte in bytes where byte & 0xC0 != 0x80 { size += 1 }
        guard bounds.contains(size) else { return false }
        count(bytes, counter)
        defer { counter.clear() }
        for (sentence, own) in sizes.enumerated()
        where isAlike(common: Int(counter.common[sentence]), own + size, floor: floor) {
            return true
        }
        return false
    }

    /// The whole text where it is alike to a sentence, for what is looked at closely.
    func match(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard mayMatch(bytes) else { return nil }
        let counter = PairCounter(pairs: pairCount, sentences: sentenceCount)
        return matches(bytes, counter) ? 0..<bytes.count : nil
    }

    /// The sentence that a folded text is most alike to, with the percentage, rounded down.
    func nearest(to bytes: UnsafeBufferPointer<UInt8>) -> (sentence: Int, percent: Int) {
        let counter = PairCounter(pairs: pairCount, sentences: sentenceCount)
        var size = 0
        forEachPair(of: bytes) { _ in size += 1 }
        count(bytes, counter)
        var best = (sentence: 0, percent: 0)
        for (sentence, own) in sizes.enumerated() where own + size > 0 {
            let percent = 200 * Int(counter.common[sentence]) / (own + size)
            if percent > best.percent { best = (sentence, percent) }
        }
        return best
    }

    /// Counts for each sentence the pairs that it shares with a text, each as often as both have it.
    private func count(_ bytes: UnsafeBufferPointer<UInt8>, _ counter: PairCounter) {
        forEachPair(of: bytes) { pair in
            let number = number(of: pair)
            guard number >= 0 else { return }
            let times = counter.add(number)
            for holder in holders[number] where holder.times >= times {
                counter.common[Int(holder.sentence)] += 1
            }
        }
    }
}

/// Whether texts that share `common` of their `total` pairs are alike to the percentage.
@inline(__always)
func isAlike(common: Int, _ total: Int, floor: Int) -> Bool { total > 0 && 200 * common >= floor * total }

/// Calls `body` with each two neighbouring scalars of a text.
///
/// - Parameter orLone: a text of one scalar has that scalar for a pair, so that it is alike to its equals only.
@inline(__always)
func forEachPair(of bytes: UnsafeBufferPointer<UInt8>, orLone: Bool = false, _ body: (UInt64) -> Void) {
    var earlier: UInt64 = 0
    var isFirst = true
    var isLone = true
    var i = 0
    while i < bytes.count {
        let lead = bytes[i]
        var scalar = UInt64(lead)
        i += 1
        if lead >= 0xC0 {
            scalar &= lead >= 0xF0 ? 0x07 : lead >= 0xE0 ? 0x0F : 0x1F
            while i < bytes.count, bytes[i] & 0xC0 == 0x80 {
                scalar = (scalar << 6 | UInt64(bytes[i] & 0x3F)) & 0x1F_FFFF
                i += 1
            }
        }
        if !isFirst {
            body(earlier << 32 | scalar)
            isLone = false
        }
        isFirst = false
        earlier = scalar
    }
    if orLone, isLone, !isFirst { body(1 << 63 | earlier) }
}

/// Room to count the pairs of one message. One per thread.
final class PairCounter {
    private let times: UnsafeMutablePointer<Int32>
    private let touched: UnsafeMutablePointer<Int32>
    private var touchedCount = 0
    /// Pairs that each sentence shares with the message.
    let common: UnsafeMutablePointer<Int32>
    private let sentences: Int

    init(pairs: Int, sentences: Int) {
        self.sentences = sentences
        times = .allocate(capacity: pairs + 1)
        times.initialize(repeating: 0, count: pairs + 1)
        touched = .allocate(capacity: pairs + 1)
        common = .allocate(capacity: sentences + 1)
        common.initialize(repeating: 0, count: sentences + 1)
    }

    /// Room for any of some leaves.
    convenience init(for leaves: [TextLeaf]) {
        var (pairs, sentences) = (0, 0)
        for leaf in leaves {
            guard case .similar(let matcher) = leaf.kind else { continue }
            pairs = max(pairs, matcher.pairCount)
            sentences = max(sentences, matcher.sentenceCount)
        }
        self.init(pairs: pairs, sentences: sentences)
    }

    deinit {
        times.deallocate()
        touched.deallocate()
        common.deallocate()
    }

    /// How often the pair with this number has come, this time included.
    @inline(__always)
    func add(_ number: Int) -> Int32 {
        if times[number] == 0 {
            touched[touchedCount] = Int32(number)
            touchedCount += 1
        }
        times[number] += 1
        return times[number]
    }

    /// Forgets the message.
    func clear() {
        for place in 0..<touchedCount { times[Int(touched[place])] = 0 }
        touchedCount = 0
        common.update(repeating: 0, count: sentences)
    }
}
