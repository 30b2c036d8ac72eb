import ConversationModel
import RuleLanguage

/// Steps that follow one another.
extension Evaluator {
    /// The value of a sequence; its runs are in `sequenceRuns`: completed ones, and the first.
    func value(_ steps: StepList, node: Int) -> Value {
        sequenceRuns[node] = nil
        var result = Value(matches: arena.empty())
        var masks: [Mask] = []
        var populations: [Mask?] = []
        for step in steps {
            let value = value(step.node)
            masks.append(value.matches)
            populations.append(step.messages == nil ? nil : countedPopulation(step.node))
            result.unknowns.formUnion(value.unknowns)
        }
        let stepUnknowns = result.unknowns
        if !hasTimes, steps.contains(where: { $0.time != nil || $0.earliest > 0 }) {
            result.unknowns.insert(.noTimes)
            return result
        }
        var walk = SequenceWalk(steps)
        var ended: [SequenceRun] = []
        // What others write is neither a step nor counted, and time is looked at when it matters.
        var i = unit.members.first(from: 0)
        while i >= 0 {
            self.steps += 1
            guard self.steps <= Evaluator.stepLimit else { break }
            let now = hasTimes ? time(i) : MessageTable.noTime
            if let deadline = walk.deadline, now > deadline {
                // What comes after a hand-over is nothing to the stay.
                guard isOverdue(deadline) else { break }
                ended.append(walk.diverged(.late, at: deadline))
            }
            walk.observe(i, time: now, holds: { masks[$0].contains(i) }) { step in
                populations[step]?.contains(i) ?? false
            } ended: {
                ended.append($0)
            }
            i = unit.members.first(from: i + 1)
        }
        if self.steps > Evaluator.stepLimit {
            result.unknowns.insert(.limit)
        } else if walk.isFirstRun, let run = atEnd(walk) {
            ended.append(run)
        }
        var kept: [SequenceRun] = []
        for var run in ended where run.fate == .met || run.isFirst {
            run.node = node
            if run.fate == .met {
                run.owner = charge(steps[steps.count - 1].node, anchor: run.last).owner
                result.matches.insert(run.last)
            } else if run.fate == .missed {
                if run.owner == OwnerNumber.none { run.owner = debtor(of: run) }
                var open = stepUnknowns
                if unit.startIsCut { open.insert(.cutOff) }
                if !open.isEmpty {
                    run.fate = .unknown
                    run.unknowns = open
                }
            }
            result.unknowns.formUnion(run.unknowns)
            kept.append(run)
        }
        sequenceRuns[node] = kept
        return result
    }

    /// Who owed the step that ran out.
    private func debtor(of run: SequenceRun) -> Int32 {
        if run.exhausted >= 0 { return debtor(before: run.exhausted) }
        return debtor(at: run.at, from: max(0, run.last), before: count)
    }

    /// What the end of the unit makes of the first run.
    private func atEnd(_ walk: SequenceWalk) -> SequenceRun? {
        var walk = walk
        if let deadline = walk.deadline, isOverdue(deadline) { return walk.diverged(.late, at: deadline) }
        var run = walk.diverged(.missing, at: unit.endInstant)
        switch unit.end {
        case .handedOver: return nil
        case .cutOff:
            run.fate = .unknown
            run.unknowns = .cutOff
        case .closed: run.owner = debtor(before: count)
        }
        return run
    }

    /// Whether a deadline passed before the unit's end.
    private func isOverdue(_ deadline: Int64) -> Bool {
        let end = unit.endInstant
        guard end != MessageTable.noTime else { return false }
        if case .closed = unit.end { return deadline <= end }
        return deadline < end
    }

    // MARK: Findings

    func completedRun(of node: Int, at anchor: Int) -> SequenceRun? {
        sequenceRuns[node]?.completed(at: anchor)
    }

    /// The spans of all steps that a completed run took at its last row.
    func spans(of steps: StepList, _ node: Int, at anchor: Int) -> [Span] {
        guard let run = completedRun(of: node, at: anchor) else { return [] }
        return Span.union(
            steps.indices.filter { run.rows[$0] == anchor }.flatMap { spans(node: steps[$0].node, at: anchor) })
    }

    /// The time from the first step to the last, or -1.
    func length(of run: SequenceRun) -> Int64 { hasTimes ? time(run.last) - time(run.first) : -1 }

    /// The steps taken, and what was out of order.
    func addEvidence(_ run: SequenceRun) {
        guard case .sequence(let steps) = rules.nodes[run.node].kind else { return }
        for (step, row) in run.rows.enumerated() where row >= 0 { addEvidence(steps[step], row: row) }
        if run.fate == .missed, run.kind == .outOfOrder { addEvidence(steps[run.step], row: run.message) }
    }

    private func addEvidence(_ step: StepNode, row: Int) {
        addEvidence(row: row, .step, step: step.name, spans: spans(node: step.node, at: row))
    }

    /// The miss of a positive rule: the first run's divergence.
    func addDivergence(of node: Int, rule: Int) {
        guard case .sequence(let steps) = rules.nodes[node].kind,
            let run = sequenceRuns[node]?.first, run.fate == .missed
        else { return }
        let isTimed = hasTimes && run.at != MessageTable.noTime && run.last >= 0
        addFinding(
            rule, .missed, owner: run.owner, anchor: run.last, gap: isTimed ? run.at - time(run.last) : -1
        ) { addEvidence(run) }
        judgement.divergences.append(
            Judgement.DivergenceRecord(
                step: Int32(run.step), name: steps[run.step].name, kind: run.kind,
                message: run.message < 0 ? -1 : Int32(base + run.message)))
        judgement.findings[judgement.findings.count - 1].divergence = Int32(judgement.divergences.count - 1)
    }

    /// Notes how far the first run came, for the funnel.
    func addProcedure(_ node: Int, rule: Int) {
        guard let run = sequenceRuns[node]?.first, run.isFirst, run.fate == .met || run.fate == .missed
        else { return }
        judgement.procedures.append(
            Judgement.ProcedureRecord(
                rule: Int32(rule), unit: unit.number, owner: run.owner, taken: run.taken,
                step: run.fate == .met ? -1 : Int32(run.step), kind: run.kind))
    }
}
