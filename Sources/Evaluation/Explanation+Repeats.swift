import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

extension Evaluator {
    /// The message that was most alike to an earlier one.
    func near(_ plan: Repeats, _ compiled: MessageNode, in rows: Mask) -> [Phrase] {
        guard !plan.needsTimes || hasTimes else { return [] }
        let test = rules.repeats[Int(compiled.repeats)]
        let compared = self.rows(of: test.populationNumber)
        var best = (row: -1, earlier: -1, percent: 0)
        var left = Evaluator.nearLimit * 20
        var row = rows.first(from: 0)
        while row >= 0, left > 0 {
            likeness.load(foldedBytes(row, .folded))
            var looked = 0
            var i = compared.last(upTo: row - 1)
            while i >= 0, looked < plan.lookBack, left > 0 {
                left -= 1
                if test.isSameSource(base + row, base + i, table) {
                    looked += 1
                    let percent = likeness.percent(foldedBytes(i, .folded))
                    if percent > best.percent { best = (row, i, percent) }
                }
                i = compared.last(upTo: i - 1)
            }
            row = rows.first(from: row + 1)
        }
        guard best.row >= 0 else { return [Phrase("nothing is said again", "没有重复的内容")] }
        let (later, earlier) = ("#\(position(best.row))", "#\(position(best.earlier))")
        return [
            Phrase(
                "most alike are \(later) and \(earlier), \(best.percent) %",
                "最相似的是 \(later) 与 \(earlier)，\(best.percent)%")
        ]
    }
}

extension Repeats {
    /// Without times it cannot be judged.
    var needsTimes: Bool { minimumGap > 0 }
}

extension ConditionWords {
    static func label(_ repeats: Repeats) -> Phrase {
        let source: Phrase =
            switch repeats.of {
            case .sender: Phrase("the same speaker", "同一人")
            case .side: Phrase("the same side", "同一方")
            case .speaker(let speaker): name(speaker)
            }
        return Phrase(
            "said the \(repeats.times). time, \(repeats.similarity) % alike to what \(source.english) said",
            "第 \(repeats.times) 次重复\(source.chinese)说过的（相似 \(repeats.similarity)%）")
    }
}
