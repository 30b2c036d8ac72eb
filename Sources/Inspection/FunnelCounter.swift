import ConversationModel
import Evaluation

/// Where the counts of a procedure stand: units, then per step those that took it, then per step and
/// kind those that left there.
struct FunnelLayout: Sendable {
    struct Procedure: Sendable {
        let rule: Int
        let steps: Int
        let first: Int32

        var applicable: Int32 { first }
        func reached(_ step: Int) -> Int32 { first + 1 + Int32(step) }
        func diverged(_ step: Int, _ kind: Divergence.Kind) -> Int32 {
            first + 1 + Int32(steps) + Int32(step) * 3 + FunnelLayout.place(of: kind)
        }
    }

    let procedures: [Procedure]
    /// Per rule its place among the procedures, or -1.
    let placeOfRule: [Int32]

    init(_ rules: [RuleSummary]) {
        var procedures: [Procedure] = []
        var next: Int32 = 0
        var places = [Int32](repeating: -1, count: rules.count)
        for (number, rule) in rules.enumerated() where !rule.steps.isEmpty {
            places[number] = Int32(procedures.count)
            procedures.append(Procedure(rule: number, steps: rule.steps.count, first: next))
            next += 1 + Int32(rule.steps.count) * 4
        }
        self.procedures = procedures
        placeOfRule = places
    }

    /// The order of kinds in counts and reports.
    static func place(of kind: Divergence.Kind) -> Int32 {
        switch kind {
        case .missing: 0
        case .late: 1
        case .outOfOrder: 2
        }
    }
}

/// Counts of funnels by a key (an agent's or a cell's number) and a place of the layout.
///
/// Small: only procedures are counted, and only where they decided on a unit.
struct FunnelCounts: ~Copyable {
    private var table = PairTable<Int32>()

    mutating func removeAll() { table.removeAll() }

    mutating func add(_ units: Int32 = 1, key: Int, place: Int32) {
        let (position, isNew) = table.insert(PairKey.make(Int32(key), place), units)
        if !isNew { table[position] &+= units }
    }

    /// Counts what a procedure came to on a unit.
    mutating func add(_ record: Judgement.ProcedureRecord, _ procedure: FunnelLayout.Procedure, key: Int) {
        add(key: key, place: procedure.applicable)
        for step in 0..<procedure.steps where record.taken >> UInt32(step) & 1 != 0 {
            add(key: key, place: procedure.reached(step))
        }
        if record.step >= 0 { add(key: key, place: procedure.diverged(Int(record.step), record.kind)) }
    }

    /// Adds another's counts; `key` gives our number of its keys.
    mutating func merge(_ other: borrowing FunnelCounts, key: (Int) -> Int) {
        for i in 0..<other.table.count {
            let entry = other.table.entry(i)
            add(entry.value, key: key(Int(PairKey.first(entry.key))), place: PairKey.second(entry.key))
        }
    }

    /// Keys, places and counts in the order of their first use.
    var entries: [(key: Int, place: Int32, units: Int32)] {
        (0..<table.count).map { i in
            let entry = table.entry(i)
            return (Int(PairKey.first(entry.key)), PairKey.second(entry.key), entry.value)
        }
    }
}

extension TallyCounter {
    /// The funnels as reports read them.
    func funnels(
        _ layout: FunnelLayout, agentLabel: (Int) -> String, groupLabel: (Int) -> String
    ) -> [Funnel] {
        guard !layout.procedures.isEmpty else { return [] }
        let agents = FunnelSums(funnelOfAgents.entries, agentLabel)
        let groups = FunnelSums(funnelOfCells.entries, groupLabel)
        let whole = FunnelSums(funnelOfCells.entries) { _ in "全部" }
        return layout.procedures.compactMap { procedure in
            guard let total = whole.rows(procedure).first else { return nil }
            return Funnel(
                rule: procedure.rule, total: total, byAgent: agents.rows(procedure), byGroup: groups.rows(procedure))
        }
    }
}

/// Counts summed by label.
private struct FunnelSums {
    private var sums: [String: [Int32: Int]] = [:]

    init(_ entries: [(key: Int, place: Int32, units: Int32)], _ label: (Int) -> String) {
        for entry in entries { sums[label(entry.key), default: [:]][entry.place, default: 0] += Int(entry.units) }
    }

    /// The rows of labels for which the procedure decided on something, sorted by bytes.
    func rows(_ procedure: FunnelLayout.Procedure) -> [Funnel.Row] {
        let labels = sums.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return labels.compactMap { label in
            let counts = sums[label] ?? [:]
            guard let applicable = counts[procedure.applicable], applicable > 0 else { return nil }
            let steps = 0..<procedure.steps
            return Funnel.Row(
                key: label, applicable: applicable, reached: steps.map { counts[procedure.reached($0)] ?? 0 },
                diverged: steps.map { step in
                    Divergence.Kind.allCases.map { counts[procedure.diverged(step, $0)] ?? 0 }
                })
        }
    }
}
