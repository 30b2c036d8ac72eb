import ConversationModel
import RuleLanguage

/// One run of a sequence, from its first step to its end.
struct OracleRun {
    enum Fate: Hashable {
        case completed
        /// Whom it is charged to.
        case missed(Owner)
        case unknown(Set<String>)
        /// Neither ended nor the unit's first: nothing is said of it.
        case void
    }

    /// Steps and rows, in the order of taking.
    var taken: [(step: Int, row: Int)] = []
    var fate = Fate.void

    var lastRow: Int? { taken.last?.row }

    /// Spans on the anchor: of all steps taken there.
    func spans(of sequence: StepSequence, _ judge: OracleJudge) -> [Span] {
        Span.union(
            taken.filter { $0.row == lastRow }.flatMap { step in
                judge.value(of: sequence.steps[step.step].condition).matches.first { $0.anchor == step.row }?.spans
                    ?? []
            })
    }
}

extension OracleJudge {
    /// How the window of the next required step ran out.
    private enum Close {
        case time(Int64)
        case messages(Int)
    }

    /// The runs of a sequence, and what is unknown of it whatever they came to.
    func runs(of sequence: StepSequence) -> (runs: [OracleRun], unknowns: Set<String>) {
        let steps = sequence.steps
        let values = steps.map { value(of: $0.condition) }
        var unknowns = Set(values.flatMap(\.unknowns))
        if !unit.hasTimes, steps.contains(where: { $0.time != nil || $0.earliest > 0 }) {
            unknowns.insert("no-times")
            return ([], unknowns)
        }
        let rows = values.map { $0.matches.compactMap(\.anchor) }
        let counted = steps.map { population(of: $0.condition, positioned: false) ?? [] }
        var open = unknowns
        if unit.startIsCut { open.insert("cut-off") }

        var result: [OracleRun] = []
        var start = unit.part.rows.lowerBound
        while true {
            var run = OracleRun()
            var close: Close?
            // One step after the other.
            while run.taken.last?.step != steps.count - 1 {
                let next = run.taken.last.map { $0.step + 1 } ?? 0
                let required = steps.indices.first { $0 >= next && !steps[$0].isOptional } ?? steps.count - 1
                let last = run.taken.last
                /// Whether a step may be taken at a row, seen from the last one.
                func fits(_ step: Int, _ row: Int) -> Bool {
                    guard let last else { return row >= start }
                    if row < last.row || row == last.row && !steps[step].sharesMessage { return false }
                    let wait = unit.time(row) - unit.time(last.row)
                    if steps[step].earliest > 0, wait < steps[step].earliest { return false }
                    if let time = steps[step].time, wait > time { return false }
                    return counted[step].count { $0 > last.row && $0 <= row } <= steps[step].messages ?? .max
                }
                let choices = (next...required).flatMap { step in
                    rows[step].filter { fits(step, $0) }.map { (row: $0, step: step) }
                }
                // At one message the required step comes first, unless it may share what an earlier one took.
                let first = choices.map { $0.row }.min()
                let here = choices.filter { $0.row == first }
                let isPreferred = !steps[required].sharesMessage && here.contains { $0.step == required }
                let choice = isPreferred ? here.first { $0.step == required } : here.min { $0.step < $1.step }
                close = last.flatMap { windowEnd(of: steps[required], counted[required], after: $0.row) }
                if let choice, !isPast(choice.row, close) {
                    run.taken.append((choice.step, choice.row))
                    close = nil
                    continue
                }
                break
            }
            let isFirst = result.isEmpty
            if run.taken.last?.step == steps.count - 1, let row = run.lastRow {
                run.fate = .completed
                result.append(run)
                start = row + 1
                continue
            }
            let (fate, restart) = self.fate(of: close, open)
            if isFirst || restart != nil {
                run.fate = isFirst ? fate : .void
                result.append(run)
            }
            guard let restart else { return (result, unknowns) }
            start = restart
        }
    }

    /// When the next required step can no longer come; nil while it can.
    private func windowEnd(of step: StepSequence.Step, _ counted: [Int], after row: Int) -> Close? {
        let deadline = step.time.map { unit.time(row) + $0 }
        let last = step.messages.flatMap { messages in counted.filter { $0 > row }.dropFirst(messages - 1).first }
        if let last, deadline.map({ unit.time(last) <= $0 }) ?? true { return .messages(last) }
        return deadline.map { .time($0) }
    }

    private func isPast(_ row: Int, _ close: Close?) -> Bool {
        switch close {
        case nil: false
        case .time(let deadline): unit.time(row) > deadline
        case .messages(let last): row > last
        }
    }

    /// What becomes of a run that took no further step, and from which row the next may begin; nil: none.
    private func fate(of close: Close?, _ open: Set<String>) -> (OracleRun.Fate, restart: Int?) {
        func missed(_ owner: Owner) -> OracleRun.Fate { open.isEmpty ? .missed(owner) : .unknown(open) }
        switch close {
        case .messages(let row): return (missed(unit.debtor(before: row)), row)
        case .time(let deadline):
            let isOverdue: Bool =
                switch unit.end {
                case .handedOver(let at): at.map { deadline < $0 } ?? false
                case .cutOff(let seen): seen.map { deadline < $0 } ?? false
                case .closed(let at, _): at.map { deadline <= $0 } ?? false
                }
            guard isOverdue else { return fate(of: nil, open) }
            return (missed(unit.debtor(at: deadline)), unit.part.rows.first { unit.time($0) > deadline })
        case nil:
            switch unit.end {
            case .handedOver: return (.void, nil)
            case .cutOff: return (.unknown(open.union(["cut-off"])), nil)
            case .closed: return (missed(unit.lastDebtor), nil)
            }
        }
    }

    /// "the last step; … restarts after its end".
    func value(of sequence: StepSequence) -> OracleValue {
        let (runs, unknowns) = runs(of: sequence)
        var result = OracleValue(unknowns: unknowns)
        for run in runs {
            switch run.fate {
            case .completed:
                guard let row = run.lastRow else { continue }
                let last = sequence.steps.last.map { value(of: $0.condition) } ?? OracleValue()
                let owner = last.matches.first { $0.anchor == row }?.owner ?? unit.owner(of: row)
                result.matches.append(OracleMatch(anchor: row, owner: owner, spans: run.spans(of: sequence, self)))
            case .unknown(let reasons): result.unknowns.formUnion(reasons)
            case .missed, .void: break
            }
        }
        return result
    }

    func exposures(of sequence: StepSequence) -> [OracleExposure] {
        let completed = value(of: sequence).matches.map { OracleExposure(owner: $0.owner, anchor: $0.anchor) }
        guard let first = runs(of: sequence).runs.first, case .missed(let owner) = first.fate else { return completed }
        return completed + [OracleExposure(owner: owner, anchor: first.lastRow)]
    }

    /// The sequence whose divergence is the rule's miss.
    func procedure(of condition: Condition, isRoot: Bool) -> (StepSequence, Bool)? {
        switch condition.kind {
        case .sequence(let sequence): return (sequence, isRoot)
        case .all(let children):
            let marked = children.first(where: \.isSubject)
            let positive = children.first { if case .not = $0.kind { false } else { true } }
            return (marked ?? positive).flatMap { procedure(of: $0, isRoot: false) }
        case .unless(let child, _): return procedure(of: child, isRoot: false)
        default: return nil
        }
    }
}
