import ConversationModel
import Evaluation

/// Scores the stays of one conversation after another by the formula of a rule set.
///
/// A finding counts in the stay of its owner that holds its anchor: the last one of his in that part that began at
/// or before it, else his first; without an anchor in his last. What nobody, the shop or the assistant owns counts nowhere.
struct StayScorer {
    private let formula: ScoreFormula
    /// Per rule its points for a hit and a miss, the findings of it that count in a stay, and its family's place or -1.
    private let hit: [Int]
    private let missed: [Int]
    private let repeats: [Int]
    private let family: [Int]
    private let caps: [Int]
    private let isVeto: [Bool]
    /// Per rule whether it counts; nil: all do.
    private let counts: [Bool]?

    /// The findings of the conversation at hand that count: the unit, twice the rule's number, and one more for a miss.
    private var counted: [UInt64] = []
    private var byFamily: [Int]
    /// Where a conversation has many units, its stays by part and owner, in their order.
    private var staysOfOwner: [UInt64: [Int32]] = [:]
    private static let fewUnits = 32

    /// - Parameter counts: per rule whether its findings count; nil: all do.
    init(_ formula: ScoreFormula, _ rules: [RuleSummary], counts: [Bool]? = nil) {
        self.formula = formula
        self.counts = counts
        hit = rules.map { formula.points($0, .hit) }
        missed = rules.map { formula.points($0, .missed) }
        repeats = rules.map { max(1, formula.repeats[$0.id] ?? 1) }
        let families = formula.familyCaps.keys.sorted()
        family = rules.map { rule in rule.family.flatMap { families.firstIndex(of: $0) } ?? -1 }
        caps = families.map { formula.familyCaps[$0] ?? 0 }
        byFamily = caps
        isVeto = rules.map { formula.veto.contains($0.id) && $0.polarity == .negative }
    }

    /// Adds the conversation's stays to `counter`; `parts` are those that are judged here, `places` those of all.
    mutating func add(
        _ rows: JudgementRows, parts: Range<Int>, places: [PartPlace], conversation: (Judgement.Unit) -> String,
        to counter: inout ScoreCounter
    ) {
        counted.removeAll(keepingCapacity: true)
        if !staysOfOwner.isEmpty { staysOfOwner.removeAll(keepingCapacity: true) }
        if rows.units.count > StayScorer.fewUnits {
            for (number, unit) in rows.units.enumerated() where unit.agent >= 0 {
                staysOfOwner[PairKey.make(unit.part, unit.agent), default: []].append(Int32(number))
            }
        }
        for index in rows.findings.indices {
            let finding = rows.findings[index]
            if let counts, !counts[Int(finding.rule)] { continue }
            guard finding.owner >= 0, let unit = stay(of: finding, rows) else { continue }
            let rule = UInt64(finding.rule) * 2 + (finding.outcome == .hit ? 0 : 1)
            counted.append(UInt64(unit) << 32 | rule)
        }
        counted.sort()
        var next = 0
        for (number, unit) in rows.units.enumerated() where unit.agent >= 0 && parts.contains(Int(unit.part)) {
            while next < counted.count, counted[next] >> 32 < number { next += 1 }
            score(UInt64(number), from: &next, unit, places[Int(unit.part)], conversation, &counter)
        }
    }

    /// Scores a unit, whose findings stand from `next` on, behind which it is left.
    private mutating func score(
        _ number: UInt64, from next: inout Int, _ unit: Judgement.Unit, _ place: PartPlace,
        _ conversation: (Judgement.Unit) -> String, _ counter: inout ScoreCounter
    ) {
        var taken = 0
        var given = 0
        for family in byFamily.indices { byFamily[family] = 0 }
        var raw = 0
        var vetoes: [Int32] = []
        while next < counted.count, counted[next] >> 32 == number {
            let rule = Int(counted[next] & 0xFFFF_FFFF) / 2
            var ofRule = 0
            // Hits first, then misses: each count once, or as often as the formula says.
            while next < counted.count, counted[next] >> 1 == number << 31 | UInt64(rule) {
                let key = counted[next]
                let first = next
                while next < counted.count, counted[next] == key { next += 1 }
                let isHit = key % 2 == 0
                let points = (isHit ? hit[rule] : missed[rule]) * min(next - first, repeats[rule])
                ofRule += points
                if isHit, isVeto[rule] { vetoes.append(Int32(rule)) }
                if points > 0 {
                    given += points
                } else if family[rule] >= 0 {
                    byFamily[family[rule]] -= points
                } else {
                    taken -= points
                }
            }
            raw += ofRule
            counter.add(rule: Int32(rule), agent: unit.agent, points: ofRule)
        }
        for (place, points) in byFamily.enumerated() { taken += min(points, caps[place]) }
        let score = vetoes.isEmpty ? max(0, formula.base - taken + min(given, formula.bonusCap)) : 0
        counter.add(
            stay: unit.agent, group: place.group, day: place.day?.daysSince1970 ?? .min, score: score,
            isVetoed: !vetoes.isEmpty, adjustment: score - formula.base - raw)
        for rule in vetoes.sorted() {
            counter.add(
                ScoreCounter.Veto(
                    agent: unit.agent, rule: rule, conversation: conversation(unit), day: place.day?.description))
        }
    }

    /// The unit of the owner's stay in which a finding counts.
    private func stay(of finding: Judgement.FindingRecord, _ rows: JudgementRows) -> Int32? {
        let part = rows.units[Int(finding.unit)].part
        if rows.units[Int(finding.unit)].agent == finding.owner { return finding.unit }
        if !staysOfOwner.isEmpty {
            guard let stays = staysOfOwner[PairKey.make(part, finding.owner)], let first = stays.first else {
                return nil
            }
            if finding.anchor < 0 { return stays.last }
            // They ascend by their starts: the last that began at or before the anchor.
            let later = stays.partitioningIndex { rows.units[Int($0)].start > finding.anchor }
            return later == 0 ? first : stays[later - 1]
        }
        var found: Int32?
        for (number, unit) in rows.units.enumerated() where unit.part == part && unit.agent == finding.owner {
            if found == nil || finding.anchor < 0 || unit.start <= finding.anchor { found = Int32(number) }
        }
        return found
    }
}
