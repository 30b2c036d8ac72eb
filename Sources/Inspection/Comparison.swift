import ConversationModel
import Evaluation

/// Findings of an owner and a rule by both sides; a block or a run has fewer than `Int32` holds.
struct ComparedCounts: BitwiseCopyable {
    /// Of one outcome.
    struct Sides: BitwiseCopyable {
        var old: Int32 = 0
        var new: Int32 = 0
        var gained: Int32 = 0
        var lost: Int32 = 0
        var changed: Int32 = 0

        static func += (a: inout Sides, b: Sides) {
            a.old &+= b.old
            a.new &+= b.new
            a.gained &+= b.gained
            a.lost &+= b.lost
            a.changed &+= b.changed
        }

        var counts: BacktestCounts {
            var counts = BacktestCounts()
            counts.old = Int(old)
            counts.new = Int(new)
            counts.gained = Int(gained)
            counts.lost = Int(lost)
            counts.changed = Int(changed)
            return counts
        }
    }

    /// Hits by what the rule is on the side that made them: a draft may turn a rule round.
    var negativeHits = Sides()
    var positiveHits = Sides()
    var missed = Sides()

    static func += (a: inout ComparedCounts, b: ComparedCounts) {
        a.negativeHits += b.negativeHits
        a.positiveHits += b.positiveHits
        a.missed += b.missed
    }
}

/// Counts by (owner, rule).
final class ComparedTable {
    var pairs = PairTable<ComparedCounts>()
    var scores = ComparedScoreCounter()
    /// Of the rules by their numbers.
    let summaries: [RuleSummary]

    init(_ summaries: [RuleSummary]) {
        self.summaries = summaries
    }

    @inline(__always)
    func add(_ one: ComparedCounts.Sides, of finding: Judgement.FindingRecord) {
        let owner = max(finding.owner, OwnerNumber.unassigned)
        let position = pairs.insert(PairKey.make(owner, finding.rule), ComparedCounts()).position
        if finding.outcome == .missed {
            pairs[position].missed += one
        } else if summaries[Int(finding.rule)].polarity == .negative {
            pairs[position].negativeHits += one
        } else {
            pairs[position].positiveHits += one
        }
    }
}

/// For which rules and kinds cases are still wanted: of what was merged so far.
struct ComparisonRoom {
    private let perRule: Int
    private var kept: [RuleID: [Int]] = [:]
    private var decisive = 0
    /// No case is wanted any more.
    var isFull = false

    /// Cases that a verdict tells against the draft are kept beyond the limit of their rule, but so many.
    private static let decisiveLimit = 500

    init(perRule: Int) {
        self.perRule = perRule
    }

    func takes(_ kind: BacktestCase.Kind, of rule: RuleID, isDecisive: Bool = false) -> Bool {
        if isFull { return false }
        if isDecisive, decisive < ComparisonRoom.decisiveLimit { return true }
        return (kept[rule]?[kind.index] ?? 0) < perRule
    }

    mutating func keep(_ made: BacktestCase, of rule: RuleID) {
        if made.isDecisive, decisive < ComparisonRoom.decisiveLimit {
            decisive += 1
        } else {
            kept[rule, default: [0, 0, 0]][made.kind.index] += 1
        }
    }
}

extension BacktestCase.Kind {
    fileprivate var index: Int {
        switch self {
        case .gained: 0
        case .lost: 1
        case .changed: 2
        }
    }
}

/// What the comparison of one block came to.
final class ComparisonBlock {
    let options: ComparisonOptions
    private(set) var tables: [(set: Int, table: ComparedTable)] = []
    private(set) var cases: [(rule: RuleID, case: BacktestCase, bytes: Int)] = []
    /// Places of verdicts whose finding was there, with the sides that made it: 1 old, 2 new, 3 both.
    var found: [(verdict: Int32, sides: UInt8)] = []
    var conversationsAffected = 0
    private var room: ComparisonRoom
    private var own: ComparisonRoom

    init(_ options: ComparisonOptions) {
        self.options = options
        room = ComparisonRoom(perRule: options.casesPerRule)
        own = room
    }

    /// Makes ready for a block; `room` is what was wanted when it began.
    func begin(_ room: ComparisonRoom) {
        tables.removeAll(keepingCapacity: true)
        cases.removeAll(keepingCapacity: true)
        found.removeAll(keepingCapacity: true)
        conversationsAffected = 0
        self.room = room
        own = ComparisonRoom(perRule: options.casesPerRule)
    }

    func counts(of set: Int, _ summaries: [RuleSummary]) -> ComparedTable {
        if let known = tables.first(where: { $0.set == set }) { return known.table }
        let table = ComparedTable(summaries)
        tables.append((set, table))
        return table
    }

    func takes(_ kind: BacktestCase.Kind, of rule: RuleID, isDecisive: Bool) -> Bool {
        room.takes(kind, of: rule, isDecisive: isDecisive) && own.takes(kind, of: rule, isDecisive: isDecisive)
    }

    /// - Parameter bytes: about those it takes.
    func keep(_ made: BacktestCase, of rule: RuleID, bytes: Int) {
        own.keep(made, of: rule)
        cases.append((rule, made, bytes))
    }
}

/// What a comparison came to so far: blocks merged in their order.
struct ComparisonTotals {
    let options: ComparisonOptions
    private let byteLimit: Int
    private(set) var room: ComparisonRoom
    private(set) var conversationsAffected = 0
    private var cases: [BacktestCase] = []
    private var bytes = 0
    /// By the run's numbers of owners and rules; copies of the totals share it.
    private let counts = ComparedTable([])
    private var numbers: [RuleID: Int32] = [:]
    /// By the run's number; as the newest set that was seen describes it.
    private var summaries: [RuleSummary] = []
    private var newestSet: [Int] = []
    /// Per set its rules' numbers.
    private var ruleMaps: [Int: [Int32]] = [:]
    private var sidesOfVerdict: [UInt8]
    private var scores = ComparedScoreTotals()

    init(_ options: ComparisonOptions, byteLimit: Int) {
        self.options = options
        self.byteLimit = byteLimit
        room = ComparisonRoom(perRule: options.casesPerRule)
        sidesOfVerdict = Array(repeating: 0, count: options.verdicts?.count ?? 0)
    }

    /// Adds a block's; the maps give the run's numbers of its agents and groups.
    mutating func merge(_ block: ComparisonBlock, agentMap: [Int32], groupMap: [Int32]) {
        conversationsAffected += block.conversationsAffected
        for (set, table) in block.tables {
            let map = ruleMaps[set] ?? numbered(table.summaries, of: set)
            scores.merge(
                table.scores, ids: table.summaries.map(\.id), agentMap: agentMap, groupMap: groupMap)
            for i in 0..<table.pairs.count {
                let entry = table.pairs.entry(i)
                let owner = PairKey.first(entry.key)
                let key = PairKey.make(
                    owner < 0 ? owner : agentMap[Int(owner)], map[Int(PairKey.second(entry.key))])
                let (position, isNew) = counts.pairs.insert(key, entry.value)
                if !isNew { counts.pairs[position] += entry.value }
            }
        }
        for (verdict, sides) in block.found { sidesOfVerdict[Int(verdict)] |= sides }
        for (rule, made, size) in block.cases
        where room.takes(made.kind, of: rule, isDecisive: made.isDecisive) {
            guard bytes + size <= byteLimit else {
                room.isFull = true
                break
            }
            bytes += size
            room.keep(made, of: rule)
            cases.append(made)
        }
    }

    /// Numbers the rules of a set that is seen for the first time.
    private mutating func numbered(_ rules: [RuleSummary], of set: Int) -> [Int32] {
        let map = rules.map { rule -> Int32 in
            guard let known = numbers[rule.id] else {
                numbers[rule.id] = Int32(summaries.count)
                summaries.append(rule)
                newestSet.append(set)
                return Int32(summaries.count - 1)
            }
            // A rule that is gone from the draft is described by the newest version that has it.
            if set >= newestSet[Int(known)] {
                newestSet[Int(known)] = set
                summaries[Int(known)] = rule
            }
            return known
        }
        ruleMaps[set] = map
        return map
    }

    /// The sums, owners by their labels.
    func result(agentNames: NameTable, groupNames: NameTable, label: (String) -> String) -> ComparisonOutcome {
        var rules: [RuleID: (hits: BacktestCounts, missed: BacktestCounts)] = [:]
        var agents: [String: BacktestAgent] = [:]
        for i in 0..<counts.pairs.count {
            let entry = counts.pairs.entry(i)
            let owner = OwnerNumber.owner(PairKey.first(entry.key), names: agentNames)
            let rule = summaries[Int(PairKey.second(entry.key))]
            var name = owner.label
            if case .agent(let account) = owner { name = label(account) }
            let (negative, positive) = (entry.value.negativeHits.counts, entry.value.positiveHits.counts)
            let missed = entry.value.missed.counts
            var ofRule = rules[rule.id] ?? (BacktestCounts(), BacktestCounts())
            ofRule.hits += negative
            ofRule.hits += positive
            ofRule.missed += missed
            rules[rule.id] = ofRule
            var agent = agents[name] ?? BacktestAgent(name: name)
            agent.negativeHits += negative
            agent.positiveHits += positive
            agent.missed += missed
            agents[name] = agent
        }
        func named(_ totals: ScoreTotals?) -> Scores? {
            totals?.scores(label: { label(agentNames.name($0)) }, group: { groupNames.name($0) })
        }
        let scored = (old: named(scores.old), new: named(scores.new))
        for name in Set(scored.old?.byAgent.keys.map { $0 } ?? []).union(scored.new?.byAgent.keys.map { $0 } ?? []) {
            var agent = agents[name] ?? BacktestAgent(name: name)
            agent.scores = ComparedSums(old: scored.old?.byAgent[name], new: scored.new?.byAgent[name])
            agents[name] = agent
        }
        return ComparisonOutcome(
            conversationsAffected: conversationsAffected,
            scores: ComparedSums(old: scored.old?.total, new: scored.new?.total),
            summaries: summaries, rules: rules,
            agents: agents.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }, cases: cases,
            verdicts: verdicts)
    }

    private var verdicts: BacktestVerdicts? {
        guard let table = options.verdicts else { return nil }
        var result = BacktestVerdicts()
        for (verdict, sides) in zip(table.verdicts, sidesOfVerdict) {
            switch (verdict, sides) {
            case (_, 0): result.unseen += 1
            case (.confirmed, 1): result.confirmedLost += 1
            case (.confirmed, _): result.confirmedKept += 1
            case (.misjudged, 1): result.misjudgedGone += 1
            case (.misjudged, 2): result.misjudgedReturning += 1
            case (.misjudged, _): result.misjudgedRemaining += 1
            }
        }
        return result
    }
}

/// What a comparison of two rule sets came to.
public struct ComparisonOutcome: Sendable {
    /// Conversations, parts counted apart, in which something was gained, lost or changed.
    public var conversationsAffected: Int
    /// Of all stays.
    public var scores: ComparedSums
    /// All rules of the sets that judged, those of a draft as it describes them.
    public var summaries: [RuleSummary]
    /// Findings of each rule by outcome.
    public var rules: [RuleID: (hits: BacktestCounts, missed: BacktestCounts)]
    /// By label.
    public var agents: [BacktestAgent]
    /// In the order of the archive, bounded.
    public var cases: [BacktestCase]
    /// Nil where no verdicts were given.
    public var verdicts: BacktestVerdicts?
}
