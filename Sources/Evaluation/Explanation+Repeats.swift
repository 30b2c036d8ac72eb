import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

extension Evaluator {
    /// How near a message came to repeating earlier ones: how often it was said, and what was not alike enough.
    func near(_ plan: Repeats, _ compiled: MessageNode, in rows: Mask) -> [Phrase] {
        guard !plan.needsTimes || hasTimes else { return [] }
        var best: Repetition?
        var left = Evaluator.nearLimit * 20
        var row = rows.first(from: 0)
        while row >= 0, left > 0 {
            let found = repetition(of: row, rules.repeats[Int(compiled.repeats)], &left)
            if best.map({ $0.rank < found.rank }) ?? (found.rank > (0, 0)) { best = found }
            row = rows.first(from: row + 1)
        }
        guard let best else { return [Phrase("nothing is said again", "没有重复的内容")] }
        let later = "#\(position(best.row))"
        var notes: [Phrase] = []
        if best.times > 1 {
            notes.append(
                Phrase(
                    "with \(later) it is said \(best.times) times, and \(plan.times) are asked for",
                    "\(later) 只算第 \(best.times) 次，要到第 \(plan.times) 次才算"))
        }
        guard best.nearest >= 0 else { return notes }
        let earlier = "#\(position(best.nearest))"
        if best.times == 1,
            let reason = leftOut(best.row, best.nearest, rules.repeats[Int(compiled.repeats)], best.percent)
        {
            return [reason]
        }
        notes.append(
            best.times > 1
                ? Phrase(
                    "not alike enough is \(earlier), \(best.percent) %", "\(earlier) 不够相似，\(best.percent)%")
                : Phrase(
                    "most alike are \(later) and \(earlier), \(best.percent) %",
                    "最相似的是 \(later) 与 \(earlier)，\(best.percent)%"))
        return notes
    }

    /// Why a message that is alike to an earlier one does not repeat it; nil where it is not alike.
    private func leftOut(_ row: Int, _ earlier: Int, _ test: RepeatsTest, _ percent: Int) -> Phrase? {
        guard percent >= test.plan.similarity else { return nil }
        let pair = ("#\(position(row))", "#\(position(earlier))")
        let uncounted = [row, earlier].first { !test.counts(foldedBytes($0, .folded)) }
        if let uncounted {
            let place = "#\(position(uncounted))"
            return Phrase(
                "\(pair.0) is alike to \(pair.1), \(percent) %, but \(place) does not count: it is too short, or may be repeated",
                "\(pair.0) 与 \(pair.1) 相似 \(percent)%，但 \(place) 太短，或允许重复，不计")
        }
        return Phrase(
            "\(pair.0) is alike to \(pair.1), \(percent) %, but comes too soon after it",
            "\(pair.0) 与 \(pair.1) 相似 \(percent)%，但相隔太近，不计")
    }

    /// How often a message was said, and the most alike of those that do not count.
    private struct Repetition {
        var row: Int
        /// Itself among them.
        var times = 1
        var nearest = -1
        var percent = 0
        var rank: (Int, Int) { (times - 1, percent) }
    }

    private func repetition(of row: Int, _ test: RepeatsTest, _ left: inout Int) -> Repetition {
        var result = Repetition(row: row)
        let compared = self.rows(of: test.populationNumber)
        likeness.load(foldedBytes(row, .folded))
        let mayRepeat = test.counts(foldedBytes(row, .folded))
        var looked = 0
        var i = compared.last(upTo: row - 1)
        while i >= 0, looked < test.plan.lookBack, left > 0 {
            left -= 1
            if test.isSameSource(base + row, base + i, table) {
                looked += 1
                let bytes = foldedBytes(i, .folded)
                let isLater = !test.needsTimes || time(row) - time(i) >= test.plan.minimumGap
                if mayRepeat, isLater, test.counts(bytes),
                    likeness.isAlike(bytes, percent: test.plan.similarity).isAlike
                {
                    result.times += 1
                } else {
                    let percent = likeness.percent(bytes)
                    if percent > result.percent { (result.nearest, result.percent) = (i, percent) }
                }
            }
            i = compared.last(upTo: i - 1)
        }
        return result
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
        var (english, chinese) = ("", "")
        if repeats.minimumLength > 0 {
            english += ", of \(repeats.minimumLength) characters or more"
            chinese += "，至少 \(repeats.minimumLength) 个字"
        }
        if repeats.minimumGap > 0 {
            english += ", at least \(duration(repeats.minimumGap)) apart"
            chinese += "，至少相隔 \(duration(repeats.minimumGap))"
        }
        return Phrase(
            "said \(repeats.times) times with this one, \(repeats.similarity) % alike to what \(source.english) said\(english)",
            "第 \(repeats.times) 次重复\(source.chinese)说过的（相似 \(repeats.similarity)%\(chinese)）")
    }
}
