import ConversationModel

/// Sums of scores by numbers of names: those of one rule set in one block.
struct ScoreCounter {
    struct Key: Hashable {
        var agent: Int32
        var group: Int32
        /// Days since 1970, `Int32.min` where it is not known.
        var day: Int32
    }

    struct Veto {
        var agent: Int32
        var rule: Int32
        var conversation: String
        var day: String?
    }

    private(set) var sums: [Key: Scores.Sum] = [:]
    /// Keys are pairs of agent and rule.
    private(set) var rules: [UInt64: Scores.RulePoints] = [:]
    private(set) var adjustments: [Int32: Int] = [:]
    private(set) var vetoes: [Veto] = []

    mutating func removeAll() {
        sums.removeAll(keepingCapacity: true)
        rules.removeAll(keepingCapacity: true)
        adjustments.removeAll(keepingCapacity: true)
        vetoes.removeAll(keepingCapacity: true)
    }

    mutating func add(rule: Int32, agent: Int32, points: Int) {
        var sum = rules[PairKey.make(agent, rule)] ?? Scores.RulePoints()
        sum.stays += 1
        sum.points += points
        rules[PairKey.make(agent, rule)] = sum
    }

    mutating func add(stay agent: Int32, group: Int32, day: Int32, score: Int, isVetoed: Bool, adjustment: Int) {
        let key = Key(agent: agent, group: group, day: day)
        var sum = sums[key] ?? Scores.Sum()
        sum.stays += 1
        sum.points += score
        if isVetoed { sum.vetoed += 1 }
        sums[key] = sum
        if adjustment != 0 { adjustments[agent, default: 0] += adjustment }
    }

    mutating func add(_ veto: Veto) {
        if vetoes.count < Scores.vetoLimit { vetoes.append(veto) }
    }
}

/// The scores of a run by account, in a form that a checkpoint keeps; reports sum them by person.
struct ScoreTotals: Codable {
    struct Key: Hashable, Codable {
        var agent: Int32
        var group: Int32
        var day: Int32
    }

    struct RuleKey: Hashable, Codable {
        var agent: Int32
        var rule: String
    }

    struct Veto: Codable {
        var agent: Int32
        var rule: String
        var conversation: String
        var day: String?
    }

    private(set) var sums: [Key: Scores.Sum] = [:]
    private(set) var rules: [RuleKey: Scores.RulePoints] = [:]
    private(set) var adjustments: [Int32: Int] = [:]
    private(set) var vetoes: [Veto] = []

    /// Adds the sums of a block; the maps give our numbers of its agents and groups.
    mutating func merge(
        _ block: ScoreCounter, ids: [RuleID], agentMap: [Int32], groupMap: [Int32]
    ) {
        for (key, sum) in block.sums {
            sums[
                Key(agent: agentMap[Int(key.agent)], group: groupMap[Int(key.group)], day: key.day),
                default: Scores.Sum()] += sum
        }
        for (pair, points) in block.rules {
            let key = RuleKey(
                agent: agentMap[Int(PairKey.first(pair))], rule: ids[Int(PairKey.second(pair))].value)
            rules[key, default: Scores.RulePoints()] += points
        }
        for (agent, points) in block.adjustments { adjustments[agentMap[Int(agent)], default: 0] += points }
        for veto in block.vetoes where vetoes.count < Scores.vetoLimit {
            vetoes.append(
                Veto(
                    agent: agentMap[Int(veto.agent)], rule: ids[Int(veto.rule)].value, conversation: veto.conversation,
                    day: veto.day))
        }
    }

    /// As reports read them; `label` names an account's person, `group` a group.
    func scores(label: (Int32) -> String, group: (Int32) -> String) -> Scores {
        var scores = Scores()
        for (key, sum) in sums {
            let agent = label(key.agent)
            let day = key.day == .min ? "日期未知" : CalendarDay(daysSince1970: key.day).description
            scores.byAgent[agent, default: Scores.Sum()] += sum
            scores.byGroup[group(key.group), default: Scores.Sum()] += sum
            scores.byDay[day, default: Scores.Sum()] += sum
            scores.byAgentDay[agent, default: [:]][day, default: Scores.Sum()] += sum
            scores.total += sum
        }
        for (key, points) in rules {
            scores.rules[label(key.agent), default: [:]][key.rule, default: Scores.RulePoints()] += points
        }
        for (agent, points) in adjustments { scores.adjustments[label(agent), default: 0] += points }
        scores.vetoes = vetoes.map {
            Scores.Veto(agent: label($0.agent), rule: $0.rule, conversation: $0.conversation, day: $0.day)
        }
        return scores
    }
}
