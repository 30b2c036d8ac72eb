import ChineseText
import ConversationModel
import Patterns

/// Folds and scans messages one by one, for any number of sessions. One per thread.
public final class SessionReader {
    public let rules: CompiledRules
    let breaker = WordBreaker()
    let plan: SessionPlan
    private let scanner: Scanner
    /// The levels that rules look at, and for which senders (bit `speaker * 2 + automatic`).
    private let levels: [(level: TextLevel, senders: UInt8, heads: LeafHeads?)]
    private var line: [UInt8] = []
    /// Per leaf the parts of it that were found in the message; zero between messages.
    private let parts: UnsafeMutablePointer<UInt32>
    private var touched: [Int32] = []
    private var candidates: [Int32] = []

    /// Makes a reader; throws where the scanner gets no memory.
    public init(_ rules: CompiledRules) throws(ScannerError) {
        self.rules = rules
        plan = SessionPlan(rules)
        scanner = try Scanner(rules.patterns)
        levels = TextLevel.allCases.compactMap { level in
            rules.textSenders[level].map { (level, $0, rules.heads[level]) }
        }
        parts = .allocate(capacity: max(1, rules.leaves.count))
        parts.initialize(repeating: 0, count: rules.leaves.count)
    }

    deinit { parts.deallocate() }

    /// Reads a message once; its session keeps what was found.
    func read(_ message: Message) -> RowText {
        var result = RowText()
        let sender = message.speaker.rawValue &* 2 &+ (message.isAutomatic ? 1 : 0)
        let side = Lane.Side(speaker: message.speaker.rawValue)
        var text = message.text
        text.withUTF8 { original in
            scanner.reset()
            candidates.removeAll(keepingCapacity: true)
            for (level, senders, heads) in levels where senders >> sender & 1 != 0 {
                if level == .evasion {
                    line = rules.skeletons?.skeleton(of: original) ?? []
                } else {
                    let folded = rules.table.foldMapped(original, level: level)
                    line.removeAll(keepingCapacity: true)
                    line.append(contentsOf: folded.bytes)
                    if level == .exact { result.exact = folded } else { result.folded = folded }
                }
                if let heads { line.withUnsafeBufferPointer { candidates += heads.leaves(for: $0) } }
                let end = UInt32(truncatingIfNeeded: line.count)
                line.append(0x0A)
                withUnsafePointer(to: end) { end in
                    line.withUnsafeBufferPointer {
                        scanner.scan(
                            $0, ends: UnsafeBufferPointer(start: end, count: 1), lane: Lane(level: level, side: side))
                    }
                }
            }
            addCandidates()
            for leaf in candidates where holds(leaf, in: original, result) { result.leaves.append(leaf) }
        }
        return result
    }

    /// The leaves of which something of all parts was found, and those that are asked in any case; ascending, each once.
    private func addCandidates() {
        for hit in scanner.found {
            for place in rules.placesOfAtom[Int(hit.atom)] {
                let leaf = Int(place.leaf)
                if parts[leaf] == 0 { touched.append(place.leaf) }
                parts[leaf] |= place.bit
                if parts[leaf] == place.all { candidates.append(place.leaf) }
            }
        }
        for leaf in touched { parts[Int(leaf)] = 0 }
        touched.removeAll(keepingCapacity: true)
        for leaf in rules.unscannedLeaves { candidates.append(Int32(leaf)) }
        candidates.sort()
        var kept = 0
        for place in candidates.indices where kept == 0 || candidates[kept - 1] != candidates[place] {
            candidates[kept] = candidates[place]
            kept += 1
        }
        candidates.removeLast(candidates.count - kept)
    }

    /// The closer look at a candidate.
    private func holds(_ number: Int32, in original: UnsafeBufferPointer<UInt8>, _ text: RowText) -> Bool {
        let traits = rules.leafTraits[Int(number)]
        guard traits.needsVerification else { return true }
        if traits.level == .evasion { return confirms(number, in: original) }
        return text.at(traits.level)?.bytes.withUnsafeBufferPointer { bytes in
            if case .regex(let regex) = traits.question { regex.holds(in: bytes) } else { confirms(number, in: bytes) }
        } ?? false
    }

    private func confirms(_ number: Int32, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch rules.leaves[Int(number)].kind {
        case .regex(let matcher): return matcher.spans(in: text) != nil
        case .evasion(let matcher): return matcher.spans(in: text, breaker: breaker) != nil
        case .equals(let matcher): return matcher.match(text) != nil
        case .entity(let matcher): return matcher.holds(text)
        case .similar(let matcher): return matcher.match(text) != nil
        case .keywords(let matcher):
            var phrases: [Int] = []
            for hit in scanner.found {
                for place in rules.placesOfAtom[Int(hit.atom)] where place.leaf == number {
                    if matcher.needed > 1 {
                        phrases.append(Int(place.part))
                    } else if matcher.counts(Int(place.part), in: text, breaker: breaker) {
                        return true
                    }
                }
            }
            return !phrases.isEmpty && matcher.spans(in: text, phrases: phrases, breaker: breaker) != nil
        }
    }
}

extension SessionReader {
    /// A text with personal data masked: same bytes in length, so that spans fit.
    public func masked(_ text: String) -> String { PersonalData.masked(text) }
}
