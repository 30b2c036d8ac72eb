import ChineseText
import ConversationModel
import Patterns

/// Folds and scans messages one by one, for any number of sessions. One per thread.
public final class SessionReader {
    public let rules: CompiledRules
    let breaker = WordBreaker()
    private let scanner: Scanner
    private var line: [UInt8] = []

    /// Makes a reader; throws where the scanner gets no memory.
    public init(_ rules: CompiledRules) throws(ScannerError) {
        self.rules = rules
        scanner = try Scanner(rules.patterns)
    }

    /// Reads a message once; its session keeps what was found.
    func read(_ message: Message) -> RowText {
        var result = RowText()
        let sender = message.speaker.rawValue &* 2 &+ (message.isAutomatic ? 1 : 0)
        var text = message.text
        scanner.reset()
        let side = Lane.Side(speaker: message.speaker.rawValue)
        for level in TextLevel.allCases {
            guard let senders = rules.textSenders[level], senders >> sender & 1 != 0 else { continue }
            line.removeAll(keepingCapacity: true)
            if level == .evasion {
                line.append(contentsOf: rules.skeletons?.skeleton(of: text) ?? [])
            } else {
                let folded = text.withUTF8 { rules.table.foldMapped($0, level: level) }
                if level == .exact { result.exact = folded } else { result.folded = folded }
                line.append(contentsOf: folded.bytes)
            }
            let end = [UInt32(truncatingIfNeeded: line.count)]
            line.append(0x0A)
            line.withUnsafeBufferPointer { bytes in
                end.withUnsafeBufferPointer { scanner.scan(bytes, ends: $0, lane: Lane(level: level, side: side)) }
            }
        }
        var leaves = Set(rules.unscannedLeaves.map { Int32($0) })
        for (level, heads) in rules.heads {
            result.at(level)?.bytes.withUnsafeBufferPointer { leaves.formUnion(heads.leaves(for: $0)) }
        }
        for hit in scanner.found { leaves.formUnion(rules.placesOfAtom[Int(hit.atom)].map(\.leaf)) }
        result.leaves = leaves.filter { number in
            let leaf = rules.leaves[Int(number)]
            guard leaf.needsVerification else { return true }
            if leaf.readsOriginal { return leaf.spans(in: Array(text.utf8), breaker: breaker) != nil }
            return result.at(leaf.level).flatMap { leaf.spans(in: $0.bytes, breaker: breaker) } != nil
        }.sorted()
        return result
    }
}

extension SessionReader {
    /// A text with personal data masked: same bytes in length, so that spans fit.
    public func masked(_ text: String) -> String { PersonalData.masked(text) }
}
