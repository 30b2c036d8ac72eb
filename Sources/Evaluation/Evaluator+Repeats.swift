import ChineseText
import ConversationModel
import RuleLanguage

/// Messages that are alike to earlier ones.
extension Evaluator {
    /// Those of `rows` that repeat earlier messages.
    ///
    /// Work is counted for this condition alone, so that what it comes to depends on the unit only.
    func repeating(_ number: Int, in rows: Mask) -> Value {
        let test = rules.repeats[number]
        var result = Value(matches: arena.empty())
        if test.needsTimes, !hasTimes {
            result.unknowns = .noTimes
            return result
        }
        let compared = self.rows(of: test.populationNumber)
        var left = Evaluator.stepLimit
        var i = rows.first(from: 0)
        while i >= 0 {
            let found = repeated(by: i, test, compared, &left)
            if left < 0 {
                result.unknowns = .limit
                return result
            }
            if found >= 0 { result.matches.insert(i) }
            i = rows.first(from: i + 1)
        }
        return result
    }

    /// The latest earlier message that a row repeats often enough, or -1; `left` is what may still be done.
    private func repeated(by row: Int, _ test: RepeatsTest, _ compared: Mask, _ left: inout Int) -> Int {
        let text = foldedBytes(row, .folded)
        guard test.counts(text) else { return -1 }
        likeness.load(text)
        var looked = 0
        var alike = 0
        var latest = -1
        var i = compared.last(upTo: row - 1)
        while i >= 0, looked < test.plan.lookBack, left >= 0 {
            left -= 1
            if test.isSameSource(base + row, base + i, table) {
                looked += 1
                let other = foldedBytes(i, .folded)
                if !test.needsTimes || time(row) - time(i) >= test.plan.minimumGap, test.counts(other) {
                    let (isAlike, steps) = likeness.isAlike(other, percent: test.plan.similarity)
                    left -= steps
                    if isAlike {
                        if latest < 0 { latest = i }
                        alike += 1
                        if alike >= test.plan.times - 1 { return latest }
                    }
                }
            }
            i = compared.last(upTo: i - 1)
        }
        return -1
    }

    /// What a match of a message condition repeats, as evidence.
    func addRepeated(_ message: MessageNode, by row: Int) {
        guard message.repeats >= 0, row >= 0 else { return }
        let mark = arena.mark
        let test = rules.repeats[Int(message.repeats)]
        var left = Evaluator.stepLimit
        let latest = repeated(by: row, test, rows(of: test.populationNumber), &left)
        release(to: mark)
        if latest >= 0 { addEvidence(row: latest, .earlier, spans: []) }
    }
}
