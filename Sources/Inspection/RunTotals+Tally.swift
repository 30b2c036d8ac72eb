import Archives
import ConversationModel

extension RunTotals {
    /// The counts as reports read them: keys are names, sorted by bytes.
    func tally(rules: [RuleSummary], roster: Roster?) -> Tally {
        let agentLabels = (0..<agents.keyCount).map { agentLabel($0, roster: roster) }
        let byAgent = table(agents, labels: agentLabels)
        let groupLabels = cellKeys.map { groupNames.name($0.group) }
        let dayLabels = cellKeys.map { cell in
            cell.day == .min ? "日期未知" : CalendarDay(daysSince1970: cell.day).description
        }
        return Tally(
            rules: rules, byAgent: byAgent,
            groupOfAgent: byAgent.keys.map { mainGroup(ofAgentLabelled: $0, labels: agentLabels) },
            byGroup: table(cells, labels: groupLabels), byDay: table(cells, labels: dayLabels),
            total: table(cells, labels: cellKeys.map { _ in "全部" }))
    }

    private func agentLabel(_ key: Int, roster: Roster?) -> String {
        let number = Int32(key - TallyCounter.ownerOffset)
        guard number >= 0 else { return OwnerNumber.owner(number, names: agentNames).label }
        let account = agentNames.name(number)
        return roster.map { RunTotals.label(account: account, roster: $0) } ?? account
    }

    /// The person behind an account, else the account in its normal form.
    static func label(account: String, roster: Roster) -> String {
        roster.entry(account: account, on: nil)?.person ?? Roster.normalForm(account)
    }

    private func mainGroup(ofAgentLabelled label: String, labels: [String]) -> String {
        var units: [String: Int32] = [:]
        for (key, n) in groupsOfAgent {
            let agent = Int(key >> 32) + TallyCounter.ownerOffset
            guard agent < labels.count, labels[agent] == label else { continue }
            units[groupNames.name(Int32(truncatingIfNeeded: UInt32(truncatingIfNeeded: key))), default: 0] += n
        }
        return units.min { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }?.key ?? ""
    }

    /// Sums the dimension's keys by label.
    private func table(_ dimension: TallyCounter.Dimension, labels: [String]) -> TallyTable {
        var used = [Bool](repeating: false, count: labels.count)
        for key in 0..<dimension.keyCount where key < labels.count {
            let first = key * dimension.denseCount
            let firstClass = key * dimension.classCount
            used[key] =
                !dimension.dense[first..<first + dimension.denseCount].allSatisfy(\.isZero)
                || !dimension.classes[firstClass..<firstClass + dimension.classCount].allSatisfy { $0 == 0 }
        }
        for pair in dimension.sparse.keys { used[Int(pair >> 32)] = true }
        let names = Set(labels.indices.filter { used[$0] }.map { labels[$0] })
        let keys = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let rowOf = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
        var counts = [[Int32: TallyCounts]](repeating: [:], count: keys.count)
        var exposures = [[Int]](
            repeating: [Int](repeating: 0, count: dimension.classCount), count: keys.count)
        for key in labels.indices where used[key] {
            guard let row = rowOf[labels[key]] else { continue }
            for (position, rule) in layout.denseRules.enumerated() {
                let cell = dimension.dense[key * dimension.denseCount + position]
                if !cell.isZero { counts[row][Int32(rule), default: TallyCounts()] += cell.counts }
            }
            for i in 0..<dimension.classCount {
                exposures[row][i] += Int(dimension.classes[key * dimension.classCount + i])
            }
        }
        for (pair, cell) in dimension.sparse {
            guard let row = rowOf[labels[Int(pair >> 32)]] else { continue }
            counts[row][Int32(truncatingIfNeeded: pair & 0xFFFF_FFFF), default: TallyCounts()] += cell.counts
        }
        return TallyTable(keys: keys, counts: counts, exposures: exposures, classOfRule: layout.classOfRule)
    }
}

extension TallyCounter.Cell {
    var counts: TallyCounts {
        var counts = TallyCounts()
        counts.hits = Int(hits)
        counts.unitsHit = Int(unitsHit)
        counts.unitsApplicable = Int(unitsApplicable)
        counts.missed = Int(missed)
        counts.notEvaluated = Int(notEvaluated)
        return counts
    }
}
