import ConversationModel

/// One line of a table by key and rule.
package struct TallyRow: Sendable {
    /// Index in the table's keys.
    package var key: Int
    /// Index in the tally's rules.
    package var rule: Int
    package var counts: TallyCounts
}

extension Tally {
    /// The rows of one key that show something: a hit, or a duty missed.
    ///
    /// Gravest first, then by count, then by rule id; only of one polarity where it is named.
    /// O(*n* log *n*) for *n* rules that counted something for the key.
    package func rows(of table: TallyTable, key: Int, _ polarity: Polarity? = nil) -> [TallyRow] {
        // A table by agents has tens of thousands of rows: what they are sorted by is read once a row.
        var ranked: [(group: Int, weight: Int, row: TallyRow)] = []
        for index in table.counts[key].keys {
            let rule = Int(index)
            guard rules.indices.contains(rule) else { continue }
            let own = rules[rule].polarity
            if let polarity, own != polarity { continue }
            let counts = table[key, rule]
            guard counts.hits > 0 || (own == .positive && counts.missed > 0) else { continue }
            let group = (own == .negative ? 0 : 8) - rules[rule].severity.rank
            ranked.append((group, counts.weight(own), TallyRow(key: key, rule: rule, counts: counts)))
        }
        ranked.sort { a, b in
            if a.group != b.group { return a.group < b.group }
            return a.weight != b.weight ? a.weight > b.weight : rules[a.row.rule].id < rules[b.row.rule].id
        }
        return ranked.map(\.row)
    }

    /// Keys of a table with the most to look at first, then in the table's own order.
    package func keysByWeight(of table: TallyTable) -> [Int] {
        let weights = table.keys.indices.map { summary(of: table, key: $0).weight }
        return table.keys.indices.sorted {
            weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1
        }
    }

    /// Keys of a table with the gravest first: by hits of critical rules, then of major, minor and info
    /// rules, then by misses, then in the table's own order.
    package func keysByGravity(of table: TallyTable) -> [Int] {
        let weights = table.keys.indices.map { key in
            let sum = summary(of: table, key: key)
            return sum.negativeHits.reversed() + [sum.missed]
        }
        return table.keys.indices.sorted { a, b in
            for (x, y) in zip(weights[a], weights[b]) where x != y { return x > y }
            return a < b
        }
    }
}

extension TallyCounts {
    /// What brings a row to the top: hits of a negative rule, misses of a positive one.
    func weight(_ polarity: Polarity) -> Int {
        polarity == .negative ? hits : missed
    }
}

/// What one key comes to over all rules.
package struct TallySummary: Sendable, Hashable {
    /// Hits of negative rules by severity, info first.
    package var negativeHits = [0, 0, 0, 0]
    /// Units × negative rules: those that could have been hit, and those that were.
    package var negativeApplicable = 0
    package var negativeUnitsHit = 0
    /// Units × positive rules.
    package var applicable = 0
    package var met = 0
    /// Duties of positive rules that were missed.
    package var missed = 0
    package var notEvaluated = 0

    /// Hits of negative rules, all severities.
    package var totalNegativeHits: Int { negativeHits.reduce(0, +) }

    /// 命中率 over all negative rules.
    package var negativeRate: Rate { Rate(negativeUnitsHit, of: negativeApplicable) }

    /// 达成率 over all positive rules.
    package var attainment: Rate { Rate(met, of: applicable) }

    var weight: Int { totalNegativeHits + missed }
}

extension Tally {
    /// Sums one key of a table over all rules. O(rules).
    package func summary(of table: TallyTable, key: Int) -> TallySummary {
        var result = TallySummary()
        for (index, counts) in table.counts[key] {
            let rule = Int(index)
            guard rules.indices.contains(rule) else { continue }
            result.notEvaluated += counts.notEvaluated
            switch rules[rule].polarity {
            case .negative:
                result.negativeHits[rules[rule].severity.rank] += counts.hits
                result.negativeUnitsHit += counts.unitsHit
            case .positive:
                result.met += counts.unitsHit
                result.missed += counts.missed
            }
        }
        for rule in rules.indices {
            let units = table[key, rule].unitsApplicable
            switch rules[rule].polarity {
            case .negative: result.negativeApplicable += units
            case .positive: result.applicable += units
            }
        }
        return result
    }

    /// The whole run over all rules.
    package var overall: TallySummary {
        total.keys.isEmpty ? TallySummary() : summary(of: total, key: 0)
    }
}
