import ConversationModel
import RuleLanguage

extension OracleText {
    /// §5: "`similar`, `repeats`: Dice over folded character bigrams, in integers".
    func spans(of similar: SimilarCondition) -> [Span]? {
        let isAlike = similar.texts.contains { text in
            OracleText.isAlike(folded.scalars, FoldedText(text, level: .folded).scalars, percent: similar.floor)
        }
        return isAlike ? [folded.span(folded.units.indices)] : nil
    }

    /// Whether twice the common pairs are `percent` of the pairs of both; a text without a pair is alike
    /// to nothing.
    static func isAlike(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], percent: Int) -> Bool {
        guard a.count >= 2, b.count >= 2 else { return false }
        let (mine, theirs) = (pairs(a), pairs(b))
        var left = theirs
        var common = 0
        for pair in mine {
            guard let place = left.firstIndex(of: pair) else { continue }
            left.remove(at: place)
            common += 1
        }
        return 2 * common * 100 >= percent * (mine.count + theirs.count)
    }

    private static func pairs(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        text.indices.dropLast().map { [text[$0], text[$0 + 1]] }
    }
}
