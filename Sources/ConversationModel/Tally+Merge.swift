extension Tally {
    /// Sums of tallies over rule sets that may differ, rules by their ids; `groupOfAgent` stays empty.
    ///
    /// A rule is described as the first tally that has it describes it, and stands where it stands there; a procedure has
    /// the steps of all. Rules share exposures where they do so in every tally. One tally comes back as it is.
    public static func merged(_ tallies: [Tally]) -> Tally {
        if tallies.count == 1 { return tallies[0] }
        var rules: [RuleSummary] = []
        var indices: [RuleID: Int] = [:]
        for rule in tallies.lazy.flatMap(\.rules) {
            if let known = indices[rule.id] {
                rules[known].steps = joined(rules[known].steps, rule.steps)
            } else {
                indices[rule.id] = rules.count
                rules.append(rule)
            }
        }
        let places = tallies.map { tally in tally.rules.map { indices[$0.id] ?? 0 } }
        func table(_ path: KeyPath<Tally, TallyTable>) -> TallyTable {
            MergedTable(tallies.map { $0[keyPath: path] }, places: places, ruleCount: rules.count).table
        }
        return Tally(
            rules: rules, byAgent: table(\.byAgent), groupOfAgent: [], byGroup: table(\.byGroup),
            byDay: table(\.byDay), total: table(\.total), funnels: mergedFunnels(tallies, rules, places))
    }

    /// The steps of the first list, and of the second those that the first has not, each behind the one that it follows.
    private static func joined(_ first: [String], _ second: [String]) -> [String] {
        var result = first
        var place = 0
        for step in second {
            if let known = result.firstIndex(of: step) {
                place = known + 1
            } else {
                result.insert(step, at: place)
                place += 1
            }
        }
        return result
    }

    /// Funnels of procedures by rule; steps are the same where they have the same name.
    private static func mergedFunnels(
        _ tallies: [Tally], _ rules: [RuleSummary], _ places: [[Int]]
    ) -> [Funnel] {
        var merged: [Int: Funnel] = [:]
        for (number, tally) in tallies.enumerated() {
            for funnel in tally.funnels {
                let rule = places[number][funnel.rule]
                let steps = rules[rule].steps.map { tally.rules[funnel.rule].steps.firstIndex(of: $0) }
                let rows = { (row: Funnel.Row) in row.rearranged(steps) }
                let own = Funnel(
                    rule: rule, total: rows(funnel.total), byAgent: funnel.byAgent.map(rows),
                    byGroup: funnel.byGroup.map(rows))
                merged[rule] = merged[rule].map { $0.adding(own) } ?? own
            }
        }
        return merged.values.sorted { $0.rule < $1.rule }
    }
}

extension Funnel.Row {
    /// The counts of the steps at these places; nil: nothing was counted.
    fileprivate func rearranged(_ steps: [Int?]) -> Funnel.Row {
        let none = [Int](repeating: 0, count: diverged.first?.count ?? 3)
        return Funnel.Row(
            key: key, applicable: applicable, asked: steps.map { step in step.map { asked[$0] } ?? 0 },
            reached: steps.map { step in step.map { reached[$0] } ?? 0 },
            diverged: steps.map { step in step.map { diverged[$0] } ?? none })
    }

    fileprivate func adding(_ other: Funnel.Row) -> Funnel.Row {
        Funnel.Row(
            key: key, applicable: applicable + other.applicable, asked: zip(asked, other.asked).map { $0 + $1 },
            reached: zip(reached, other.reached).map { $0 + $1 },
            diverged: zip(diverged, other.diverged).map { zip($0, $1).map { $0 + $1 } })
    }
}

extension Funnel {
    fileprivate func adding(_ other: Funnel) -> Funnel {
        func rows(_ a: [Row], _ b: [Row]) -> [Row] {
            var sums = Dictionary(uniqueKeysWithValues: a.map { ($0.key, $0) })
            for row in b { sums[row.key] = sums[row.key].map { $0.adding(row) } ?? row }
            return sums.values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        }
        return Funnel(
            rule: rule, total: total.adding(other.total), byAgent: rows(byAgent, other.byAgent),
            byGroup: rows(byGroup, other.byGroup))
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
