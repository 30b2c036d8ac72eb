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
        let counted = Asked(rows: arena.empty(), counted: arena.empty())
        var left = Evaluator.stepLimit
        var i = rows.first(from: 0)
        while i >= 0 {
            let found = repeated(by: i, test, compared, counted, &left)
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
    private func repeated(
        by row: Int, _ test: RepeatsTest, _ compared: Mask, _ counted: Asked, _ left: inout Int
    ) -> Int {
        let percent = test.plan.similarity
        guard counts(row, test, counted) else { return -1 }
        let sketch = sketch(row)
        var isLoaded = false
        var looked = 0
        var alike = 0
        var latest = -1
        var i = compared.last(upTo: row - 1)
        while i >= 0, looked < test.plan.lookBack, left >= 0 {
            defer { i = compared.last(upTo: i - 1) }
            left -= 1
            guard test.isSameSource(base + row, base + i, table) else { continue }
            looked += 1
            guard !test.needsTimes || time(row) - time(i) >= test.plan.minimumGap, counts(i, test, counted)
            else { continue }
            let other = self.sketch(i)
            guard LikenessTable.sizesAllow(Int(sketch.pairs), Int(other.pairs), percent: percent) else {
                left -= 1
                continue
            }
            left -= LikenessTable.steps(Int(other.pairs))
            guard sketch.mayBeAlike(other, percent: percent) else { continue }
            if !isLoaded { likeness.load(foldedBytes(row, .folded)) }
            isLoaded = true
            guard likeness.isAlike(foldedBytes(i, .folded), percent: percent).isAlike else { continue }
            if latest < 0 { latest = i }
            alike += 1
            if alike >= test.plan.times - 1 { return latest }
        }
        return -1
    }

    /// Rows that were asked whether they count, and those of them that do.
    private struct Asked {
        let rows: Mask
        let counted: Mask
    }

    private func counts(_ i: Int, _ test: RepeatsTest, _ asked: Asked) -> Bool {
        if !asked.rows.contains(i) {
            asked.rows.insert(i)
            if test.counts(foldedBytes(i, .folded)) { asked.counted.insert(i) }
        }
        return asked.counted.contains(i)
    }

    private func sketch(_ i: Int) -> Sketch { sketches.sketch(i) { foldedBytes(i, .folded) } }

    /// What a match of a message condition repeats, as evidence.
    func addRepeated(_ message: MessageNode, by row: Int) {
        guard message.repeats >= 0, row >= 0 else { return }
        let mark = arena.mark
        let test = rules.repeats[Int(message.repeats)]
        var left = Evaluator.stepLimit
        let counted = Asked(rows: arena.empty(), counted: arena.empty())
        let latest = repeated(by: row, test, rows(of: test.populationNumber), counted, &left)
        release(to: mark)
        if latest >= 0 { addEvidence(row: latest, .earlier, spans: []) }
    }
}
