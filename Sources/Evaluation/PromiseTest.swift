import ChineseText
import RuleLanguage

/// A compiled `Promise`: how long a message gives its sender.
final class PromiseTest: Sendable {
    private let words: [(bytes: [UInt8], limit: Int64)]
    private let finder = EntityFinder()

    init(_ promise: Promise, table: FoldTable) {
        words = promise.words.map { (Array(table.folded($0.text).utf8), $0.limit) }.filter { !$0.0.isEmpty }
    }

    /// Milliseconds, or nil where an original text promises no time.
    func limit(in text: UnsafeBufferPointer<UInt8>, _ table: FoldTable) -> Int64? {
        table.foldMapped(text, level: .folded).bytes.withUnsafeBufferPointer { folded in
            let named = finder.entities(of: .duration, in: folded).first { !$0.isProbable }
            if let value = named?.value { return min(value, DurationText.maximum) }
            return word(in: folded)
        }
    }

    /// What the first word promises; of several at one place the longest.
    private func word(in text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard !words.isEmpty else { return nil }
        for start in text.indices {
            let rest = text[start...]
            let here = words.filter { rest.starts(with: $0.bytes) }.max { $0.bytes.count < $1.bytes.count }
            if let here { return here.limit }
        }
        return nil
    }
}
