import ChineseText
import Diagnostics
import RuleLanguage

extension Evaluator {
    /// The message that came closest to one of the sentences.
    func near(_ condition: SimilarCondition, _ matcher: SimilarityMatcher, in scope: Mask) -> [Phrase] {
        var best = (row: -1, sentence: 0, percent: 0)
        var looked = 0
        var i = scope.first(from: 0)
        while i >= 0, looked < Evaluator.nearLimit {
            let found = matcher.nearest(to: foldedBytes(i, .folded))
            if found.percent > best.percent { best = (i, found.sentence, found.percent) }
            looked += 1
            i = scope.first(from: i + 1)
        }
        guard best.row >= 0 else { return [] }
        let (row, text) = (position(best.row), ConditionWords.short(condition.texts[best.sentence]))
        return [
            Phrase(
                "#\(row) is nearest: \(best.percent) % alike to '\(text)'",
                "最接近的是 #\(row)：与 “\(text)” 相似 \(best.percent)%")
        ]
    }
}
