import Archives
import ConversationModel

extension RunTotals {
    /// The figures of the period as reports read them; nil where none was asked for.
    func periodFigures(roster: Roster?, exemptions: [Exemption]) throws -> PeriodFigures? {
        guard let totals = period else { return nil }
        let label = { (number: Int32) -> String in
            let account = agentNames.name(number)
            return RunTotals.label(account: account, roster: roster)
        }
        let period = totals.period
        func counts(_ bucket: Int) -> [Int: TallyCounter] {
            var counts: [Int: TallyCounter] = [:]
            for (slot, counter) in totals.tallies where slot.bucket == bucket { counts[slot.set] = counter }
            return counts
        }
        func tally(_ bucket: Int) throws -> Tally { try self.tally(of: counts(bucket), roster: roster) }
        let (now, before) = (try tally(0), try tally(1))
        var result = PeriodFigures(period: period)
        result.rules = Tally.merged([now, before]).rules
        result.countsBuyers = totals.countsBuyers
        let scores = self.scores(roster: roster)
        result.hasScores = scores != nil

        var agents: [String: PeriodFigures.Agent] = [:]
        var days: [Int32: PeriodSide] = [:]
        for (key, work) in totals.complete {
            let day = CalendarDay(daysSince1970: key.day)
            let isNow = period.days.contains(day)
            if key.agent == PeriodBlock.everybody {
                if key.isExempt {
                    if isNow { result.totalExempt += work }
                    continue
                }
                days[key.day, default: PeriodSide()].add(day: work)
                if isNow { result.total.add(day: work) } else { result.totalBefore.add(day: work) }
                continue
            }
            let name = label(key.agent)
            var agent = agents[name] ?? PeriodFigures.Agent(name: name, group: "")
            if key.isExempt {
                if isNow { agent.exempt += work }
            } else if isNow {
                agent.now.add(day: work)
            } else {
                agent.before.add(day: work)
            }
            agents[name] = agent
        }
        addAttainment(now, \.now, to: &agents)
        addAttainment(before, \.before, to: &agents)
        for agent in agents.values {
            result.total.met += agent.now.met
            result.total.applicable += agent.now.applicable
            result.totalBefore.met += agent.before.met
            result.totalBefore.applicable += agent.before.applicable
        }
        for (name, byDay) in scores?.byAgentDay ?? [:] {
            for (text, sum) in byDay {
                guard let day = CalendarDay(text), period.all.contains(day), agents[name] != nil else { continue }
                let isNow = period.days.contains(day)
                if isNow { agents[name]?.now.score += sum } else { agents[name]?.before.score += sum }
                if isNow { result.total.score += sum } else { result.totalBefore.score += sum }
                days[day.daysSince1970]?.score += sum
            }
        }
        let apart = agentsApart(roster: roster, exemptions: exemptions, on: period.days.upperBound, label)
        for name in agents.keys where apart.contains(name) { agents[name]?.isNew = true }
        // The group of the period, else the one before: of exempt units, too, in which nothing is counted.
        let names = Array(agents.keys)
        for bucket in [1, 0] {
            for (name, group) in zip(names, mainGroups(names, in: counts(bucket), roster: roster)) where !group.isEmpty
            {
                agents[name]?.group = group
            }
        }
        result.agents = agents.values.sorted {
            if $0.isAbsent != $1.isAbsent { return $1.isAbsent }
            return $0.group != $1.group
                ? $0.group.utf8.lexicographicallyPrecedes($1.group.utf8)
                : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }
        rank(&result.agents)
        result.days = try dayRows(days, roster: roster)
        addRules(now, before, to: &result)
        return result
    }

    /// Persons on probation on a day, and those who are exempt as persons then: by name, whatever they do.
    private func agentsApart(
        roster: Roster?, exemptions: [Exemption], on day: CalendarDay, _ label: (Int32) -> String
    ) -> Set<String> {
        var result: Set<String> = []
        for number in 0..<Int32(agentNames.count) {
            let name = agentNames.name(number)
            let holder = AccountHolder(name)
            let entry = roster?.entry(account: holder?.account ?? name, on: day)
            // Of a dated account only whose it is on the day.
            if let holder, entry?.person != holder.person { continue }
            if holder == nil, roster?.isDated(account: name) == true { continue }
            if let until = entry?.probationUntil, day <= until { result.insert(label(number)) }
        }
        for (key, counts) in exempt where key.owner >= 0 && counts.stays > 0 {
            if exemptions[Int(key.exemption)].isOfPersons(on: day) { result.insert(label(key.owner)) }
        }
        return result
    }

    private func addAttainment(
        _ tally: Tally, _ side: WritableKeyPath<PeriodFigures.Agent, PeriodSide>,
        to agents: inout [String: PeriodFigures.Agent]
    ) {
        for (key, name) in tally.byAgent.keys.enumerated() {
            agents[name]?[keyPath: side].addAttainment(tally.byAgent, key, tally.rules)
        }
    }

    /// Places by score in each group, of those whose score rests on enough stays.
    private func rank(_ agents: inout [PeriodFigures.Agent]) {
        for group in Set(agents.map(\.group)) {
            let ranked = agents.indices.filter {
                agents[$0].group == group && !agents[$0].isNew && agents[$0].now.score.stays >= Scores.smallNumber
            }
            for index in ranked {
                let own = agents[index].now.score
                // Means are compared as fractions.
                let better = ranked.count { other in
                    agents[other].now.score.points * own.stays > own.points * agents[other].now.score.stays
                }
                agents[index].rank = PeriodFigures.Rank(place: better + 1, of: ranked.count)
            }
        }
    }

    private func dayRows(_ days: [Int32: PeriodSide], roster: Roster?) throws -> [PeriodFigures.Day] {
        let tally = try tally(roster: roster)
        let keys = Dictionary(uniqueKeysWithValues: tally.byDay.keys.enumerated().map { ($1, $0) })
        return days.keys.sorted().map { number in
            let day = CalendarDay(daysSince1970: number)
            var side = days[number] ?? PeriodSide()
            if let key = keys[day.description] { side.addAttainment(tally.byDay, key, tally.rules) }
            return PeriodFigures.Day(day: day, side: side)
        }
    }

    // MARK: Rules

    private func addRules(_ now: Tally, _ before: Tally, to result: inout PeriodFigures) {
        let sides = [RuleCounts(now), RuleCounts(before)]
        for (index, rule) in result.rules.enumerated() {
            let counts = sides.map { $0.total(rule.id) }
            guard counts.contains(where: { $0.hits + $0.missed > 0 }) else { continue }
            var row = PeriodFigures.RuleRow(
                agent: "", rule: index, now: counts[0], before: counts[1], daysBefore: result.totalBefore.countedDays)
            row.agents = result.agents.count { agent in
                let own = sides[0].agent(agent.name, rule.id)
                return own.hits + own.missed > 0
            }
            result.ruleRows.append(row)
        }
        func weight(_ counts: TallyCounts, _ rule: Int) -> Int {
            result.rules[rule].polarity == .negative ? counts.hits : counts.missed
        }
        func precedes(_ a: PeriodFigures.RuleRow, _ b: PeriodFigures.RuleRow, gravestFirst: Bool) -> Bool {
            let (x, y) = (result.rules[a.rule], result.rules[b.rule])
            if x.polarity != y.polarity { return x.polarity == .negative }
            if gravestFirst, x.severity != y.severity { return x.severity > y.severity }
            let (left, right) = (weight(a.now, a.rule), weight(b.now, b.rule))
            return left != right ? left > right : x.id < y.id
        }
        result.ruleRows.sort { precedes($0, $1, gravestFirst: false) }
        for agent in result.agents {
            var rows: [PeriodFigures.RuleRow] = []
            for (index, rule) in result.rules.enumerated() {
                let counts = sides.map { $0.agent(agent.name, rule.id) }
                guard counts.contains(where: { $0.hits + $0.missed > 0 }) else { continue }
                rows.append(
                    PeriodFigures.RuleRow(
                        agent: agent.name, rule: index, now: counts[0], before: counts[1],
                        daysBefore: agent.before.countedDays))
            }
            result.agentRules += rows.sorted { precedes($0, $1, gravestFirst: true) }
        }
    }
}

/// Counts of a tally by names.
private struct RuleCounts {
    private let tally: Tally
    private let agents: [String: Int]
    private let rules: [RuleID: Int]

    init(_ tally: Tally) {
        self.tally = tally
        agents = Dictionary(uniqueKeysWithValues: tally.byAgent.keys.enumerated().map { ($1, $0) })
        rules = Dictionary(tally.rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func agent(_ name: String, _ rule: RuleID) -> TallyCounts {
        guard let key = agents[name], let rule = rules[rule] else { return TallyCounts() }
        return tally.byAgent[key, rule]
    }

    func total(_ rule: RuleID) -> TallyCounts {
        guard !tally.total.keys.isEmpty, let rule = rules[rule] else { return TallyCounts() }
        return tally.total[0, rule]
    }
}

extension PeriodSide {
    /// Adds what positive rules came to for a key of a table.
    mutating func addAttainment(_ table: TallyTable, _ key: Int, _ rules: [RuleSummary]) {
        guard table.keys.indices.contains(key) else { return }
        for (index, rule) in rules.enumerated() where rule.polarity == .positive {
            let counts = table[key, index]
            met += counts.unitsHit
            applicable += counts.unitsApplicable
        }
    }
}
