import ChineseText
import ConversationModel
import RuleLanguage

/// A compiled `Promise`: how long a message gives its sender.
final class PromiseTest: Sendable {
    private let words: [(bytes: [UInt8], limit: Int64)]
    private let finder = EntityFinder()
    private let reader = MomentReader()

    init(_ promise: Promise, table: FoldTable) {
        words = promise.words.map { (Array(table.folded($0.text).utf8), $0.limit) }.filter { !$0.0.isEmpty }
    }

    /// What an original text promises that was written at `time` (milliseconds); nil: no time.
    ///
    /// The first length or point of time counts, whichever stands before the other; else a vague word.
    func limit(
        in text: UnsafeBufferPointer<UInt8>, at time: Int64, policy: TimePolicy, _ table: FoldTable
    ) -> PromisedLimit? {
        table.foldMapped(text, level: .folded).bytes.withUnsafeBufferPointer { folded in
            let named = finder.entities(of: .duration, in: folded).first { !$0.isProbable }
            for moment in reader.moments(in: folded) {
                if let named, named.range.lowerBound <= moment.range.lowerBound { break }
                if let instant = moment.instant(from: Instant(milliseconds: time), policy: policy) {
                    return .moment(instant.milliseconds)
                }
            }
            if let value = named?.value { return .span(min(value, DurationText.maximum)) }
            return word(in: folded).map { .span($0) }
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
