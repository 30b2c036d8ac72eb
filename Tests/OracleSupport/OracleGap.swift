import ConversationModel
import RuleLanguage

extension OracleJudge {
    /// Pairs of a message that could start a gap and the message that would end it, nil where nobody does.
    private func pairs(of gap: Gap) -> [(start: Int, end: Int?)] {
        let talk = unit.rows(of: Population())
        func speaker(_ row: Int) -> Speaker { unit.messages[row].speaker }
        return talk.compactMap { row in
            guard gap.after.contains(speaker(row)) else { return nil }
            switch gap.since {
            case .previous: return (row, talk.first { $0 > row })
            case .firstUnanswered:
                // Unanswered already: some earlier message of `after` that the side has not spoken since.
                let spoke = talk.last { $0 < row && speaker($0) == gap.of } ?? -1
                let isFirst = !talk.contains { $0 > spoke && $0 < row && gap.after.contains(speaker($0)) }
                return isFirst ? (row, talk.first { $0 > row && speaker($0) == gap.of }) : nil
            }
        }
    }

    /// "the earlier message", decided "at min; with max: at the later message".
    func value(of gap: Gap) -> OracleValue {
        guard unit.hasTimes else { return OracleValue(unknowns: ["no-times"]) }
        var result = OracleValue()
        let last: Int64? =
            switch unit.end {
            case .closed(let at, _), .handedOver(let at): at
            case .cutOff(let seen): seen
            }
        for (start, end) in pairs(of: gap) {
            let due = unit.time(start) + gap.minimum
            let isMatch: Bool
            if let end {
                let length = unit.time(end) - unit.time(start)
                // With a maximum the side itself must have come back in time.
                let isInTime =
                    gap.maximum.map { length <= $0 && unit.messages[end].speaker == gap.of } ?? true
                isMatch = length >= gap.minimum && isInTime
            } else if let maximum = gap.maximum {
                let mayCome = unit.end.isCutOff && last.map { $0 <= unit.time(start) + maximum } ?? true
                if mayCome { result.unknowns.insert("cut-off") }
                isMatch = false
            } else {
                isMatch = last.map { due <= $0 } ?? false
                if !isMatch, unit.end.isCutOff { result.unknowns.insert("cut-off") }
            }
            guard isMatch else { continue }
            let owner = unit.debtor(at: due, before: end ?? .max)
            result.matches.append(OracleMatch(anchor: start, owner: owner, spans: []))
        }
        return result
    }

    /// "for silence and gaps the debtor at each message that could start one".
    func exposures(of gap: Gap) -> [OracleExposure] {
        guard unit.hasTimes else { return [] }
        return pairs(of: gap).map { OracleExposure(owner: unit.debtor(at: $0.start), anchor: $0.start) }
    }
}
