import Archives
import ConversationModel

extension RunTotals {
    /// The counts as reports read them: keys are names, sorted by bytes, rules those of the newest set first.
    func tally(roster: Roster?) throws -> Tally { try tally(of: counts, roster: roster) }

    /// The same of some counts by rule set.
    func tally(of counts: [Int: TallyCounter], roster: Roster?) throws -> Tally {
        var sets = counts.keys.sorted(by: >)
        // A report of nothing still names the rules, where it is clear which.
        if sets.isEmpty, !rules.differ { sets = [0] }
        var tallies: [Tally] = []
        for set in sets {
            let facts = try rules.facts(set)
            let counter = counts[set] ?? TallyCounter(layout: facts.layout)
            tallies.append(SetTally(counter, agentNames, groupNames, facts.summaries, roster).tally)
        }
        var merged = Tally.merged(tallies)
        merged.groupOfAgent = mainGroups(merged.byAgent.keys, in: counts, roster: roster)
        return merged
    }

    /// The scores as reports read them, accounts by person; nil: nothing was scored.
    func scores(roster: Roster?) -> Scores? {
        scores?.scores(
            label: { number in
                let account = agentNames.name(number)
                return RunTotals.label(account: account, roster: roster)
            }, group: { groupNames.name($0) })
    }

    /// The digest of the rules that judged; empty where several sets did.
    func rulesDigest() throws -> String {
        let sets = counts.keys.sorted()
        if sets.count > 1 || (sets.isEmpty && rules.differ) { return "" }
        return try rules.facts(sets.first ?? 0).digest
    }

    /// The person behind an account or the holder of one, else the account in its normal form: nobody is listed, or it
    /// was nobody's on the days of what is counted.
    static func label(account: String, roster: Roster?) -> String {
        guard let roster else { return account }
        if let holder = AccountHolder(account), roster.people(account: holder.account).contains(holder.person) {
            return holder.person
        }
        let person = roster.isDated(account: account) ? nil : roster.people(account: account).first
        return person ?? Roster.normalForm(account)
    }

    /// Numbers of the agents, or holders of accounts, of whom a unit was counted.
    var countedAgents: Set<Int32> {
        Set(
            counts.values.flatMap { counter in
                (0..<counter.groupsOfAgent.count).map { PairKey.first(counter.groupsOfAgent.entry($0).key) }
            })
    }

    /// Per agent the group of most of its units; the lesser name among equals.
    func mainGroups(_ agents: [String], in counts: [Int: TallyCounter], roster: Roster?) -> [String] {
        var units: [String: [String: Int]] = [:]
        var labels: [Int32: String] = [:]
        for counter in counts.values {
            for i in 0..<counter.groupsOfAgent.count {
                let entry = counter.groupsOfAgent.entry(i)
                let number = PairKey.first(entry.key)
                let label =
                    labels[number] ?? SetTally.agentLabel(Int(number) + TallyCounter.ownerOffset, agentNames, roster)
                labels[number] = label
                units[label, default: [:]][groupNames.name(PairKey.second(entry.key)), default: 0] += Int(entry.value)
            }
        }
        return agents.map { agent in
            units[agent]?.min { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }?.key ?? ""
        }
    }
}

/// The tally of one rule set.
private struct SetTally {
    private let counts: TallyCounter
    private let layout: TallyLayout
    private(set) var tally: Tally

    init(
        _ counts: TallyCounter, _ agentNames: NameTable, _ groupNames: NameTable, _ rules: [RuleSummary],
        _ roster: Roster?
    ) {
        self.counts = counts
        layout = counts.layout
        let none = TallyTable(keys: [], counts: [], exposures: [], classOfRule: [])
        tally = Tally(rules: rules, byAgent: none, groupOfAgent: [], byGroup: none, byDay: none, total: none)
        let agentLabels = (0..<counts.agents.keyCount).map { SetTally.agentLabel($0, agentNames, roster) }
        let agents = LabelledRows(agentLabels, of: counts.agents)
        let cells = (0..<counts.cellCount).map { counts.cell($0) }
        let groupLabels = cells.map { groupNames.name($0.group) }
        let dayLabels = cells.map { cell in
            cell.day == .min ? "日期未知" : CalendarDay(daysSince1970: cell.day).description
        }
        tally.byAgent = table(counts.agents, agents)
        tally.byGroup = sum(by: groupLabels)
        tally.byDay = sum(by: dayLabels)
        tally.total = sum(by: cells.map { _ in "全部" })
        tally.funnels = counts.funnels(
            layout.funnels, agentLabel: { SetTally.agentLabel($0, agentNames, roster) }, groupLabel: { groupLabels[$0] }
        )
    }

    private func sum(by labels: [String]) -> TallyTable { table(counts.cells, LabelledRows(labels, of: counts.cells)) }

    static func agentLabel(_ key: Int, _ names: NameTable, _ roster: Roster?) -> String {
        let number = Int32(key - TallyCounter.ownerOffset)
        guard number >= 0 else { return OwnerNumber.owner(number, names: names).label }
        let account = names.name(number)
        return RunTotals.label(account: account, roster: roster)
    }

    /// Sums the dimension's keys by label.
    private func table(_ dimension: borrowing TallyCounter.Dimension, _ rows: LabelledRows) -> TallyTable {
        var sums = [[Int32: TallyCounts]](repeating: [:], count: rows.names.count)
        var exposures = [[Int]](
            repeating: [Int](repeating: 0, count: dimension.classCount), count: rows.names.count)
        for (row, keys) in rows.keysOfRow.enumerated() {
            for key in keys {
                for (number, n) in dimension.classRow(key).enumerated() { exposures[row][number] += Int(n) }
            }
        }
        // One row at a time, summed by rule before it goes into the table: fewer look-ups.
        var places = SparsePlaces(dimension, rows)
        var ofRule = [TallyCounts](repeating: TallyCounts(), count: layout.ruleCount)
        var isCounted = [Bool](repeating: false, count: layout.ruleCount)
        var counted: [Int] = []
        for row in rows.names.indices {
            func add(_ cell: TallyCounter.Cell, _ rule: Int) {
                if !isCounted[rule] {
                    isCounted[rule] = true
                    counted.append(rule)
                }
                ofRule[rule] += cell.counts
            }
            for key in rows.keysOfRow[row] {
                for (position, cell) in dimension.denseRow(key).enumerated() where !cell.isZero {
                    add(cell, layout.denseRules[position])
                }
            }
            for place in places.next() {
                let entry = dimension.sparse.entry(Int(place))
                add(entry.value, Int(PairKey.second(entry.key)))
            }
            sums[row].reserveCapacity(counted.count)
            for rule in counted {
                sums[row][Int32(rule)] = ofRule[rule]
                ofRule[rule] = TallyCounts()
                isCounted[rule] = false
            }
            counted.removeAll(keepingCapacity: true)
        }
        return TallyTable(keys: rows.names, counts: sums, exposures: exposures, classOfRule: layout.classOfRule)
    }
}

/// The rows of a table: labels for which something was counted, sorted by bytes.
private struct LabelledRows {
    let names: [String]
    /// Per key the row of its label, -1 where that has none.
    let rowOfKey: [Int]
    /// Per row the keys in which something was counted.
    let keysOfRow: [[Int]]

    init(_ labels: [String], of dimension: borrowing TallyCounter.Dimension) {
        var isUsed = labels.indices.map { $0 < dimension.keyCount && dimension.hasRows($0) }
        for i in 0..<dimension.sparse.count {
            isUsed[Int(PairKey.first(dimension.sparse.entry(i).key))] = true
        }
        names = Set(labels.indices.filter { isUsed[$0] }.map { labels[$0] }).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        rowOfKey = labels.map { numbers[$0] ?? -1 }
        var keys = [[Int]](repeating: [], count: names.count)
        for key in labels.indices where isUsed[key] { keys[rowOfKey[key]].append(key) }
        keysOfRow = keys
    }
}

/// Positions of sparse counts in the order of their rows (a counting sort).
private struct SparsePlaces {
    private var places: [Int32]
    private var ends: [Int]
    private var row = 0

    init(_ dimension: borrowing TallyCounter.Dimension, _ rows: LabelledRows) {
        var next = [Int](repeating: 0, count: rows.names.count + 1)
        func row(_ i: Int) -> Int {
            rows.rowOfKey[Int(PairKey.first(dimension.sparse.entry(i).key))]
        }
        for i in 0..<dimension.sparse.count { next[row(i) + 1] += 1 }
        for i in rows.names.indices { next[i + 1] += next[i] }
        places = [Int32](repeating: 0, count: dimension.sparse.count)
        for i in 0..<dimension.sparse.count {
            let row = row(i)
            places[next[row]] = Int32(i)
            next[row] += 1
        }
        // Each beginning has moved to its row's end.
        ends = next
    }

    /// The places of the next row, the first at first.
    mutating func next() -> ArraySlice<Int32> {
        defer { row += 1 }
        return places[(row == 0 ? 0 : ends[row - 1])..<ends[row]]
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
