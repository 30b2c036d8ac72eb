extension Tally {
    /// Sums of tallies over rule sets that may differ, rules by their ids; `groupOfAgent` stays empty.
    ///
    /// A rule is described as the first tally that has it describes it, and stands where it stands there. Rules
    /// share exposures where they do so in every tally. One tally comes back as it is.
    public static func merged(_ tallies: [Tally]) -> Tally {
        if tallies.count == 1 { return tallies[0] }
        var rules: [RuleSummary] = []
        var indices: [RuleID: Int] = [:]
        for rule in tallies.lazy.flatMap(\.rules) where indices[rule.id] == nil {
            indices[rule.id] = rules.count
            rules.append(rule)
        }
        let places = tallies.map { tally in tally.rules.map { indices[$0.id] ?? 0 } }
        func table(_ path: KeyPath<Tally, TallyTable>) -> TallyTable {
            MergedTable(tallies.map { $0[keyPath: path] }, places: places, ruleCount: rules.count).table
        }
        return Tally(
            rules: rules, byAgent: table(\.byAgent), groupOfAgent: [], byGroup: table(\.byGroup),
            byDay: table(\.byDay), total: table(\.total))
    }
}

/// Tables of several rule sets as one.
private struct MergedTable {
    let table: TallyTable

    /// - Parameter places: per table its rules' indices in the merged one.
    init(_ tables: [TallyTable], places: [[Int]], ruleCount: Int) {
        // What a rule's exposures are summed from: its class in each table.
        var parts = [[Int]](repeating: [Int](repeating: -1, count: tables.count), count: ruleCount)
        for (number, table) in tables.enumerated() {
            for (rule, place) in places[number].enumerated() { parts[place][number] = table.classOfRule[rule] }
        }
        var classes: [[Int]] = []
        var numbers: [[Int]: Int] = [:]
        let classOfRule = parts.map { part -> Int in
            guard part.contains(where: { $0 >= 0 }) else { return -1 }
            if let known = numbers[part] { return known }
            numbers[part] = classes.count
            classes.append(part)
            return classes.count - 1
        }
        let keys = Set(tables.lazy.flatMap(\.keys)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let rows = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
        var counts = [[Int32: TallyCounts]](repeating: [:], count: keys.count)
        var exposures = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: keys.count)
        for (number, table) in tables.enumerated() {
            for (key, name) in table.keys.enumerated() {
                guard let row = rows[name] else { continue }
                for (rule, count) in table.counts[key] {
                    counts[row][Int32(places[number][Int(rule)]), default: TallyCounts()] += count
                }
                for (merged, part) in classes.enumerated() where part[number] >= 0 {
                    exposures[row][merged] += table.exposures[key][part[number]]
                }
            }
        }
        table = TallyTable(keys: keys, counts: counts, exposures: exposures, classOfRule: classOfRule)
    }
}
