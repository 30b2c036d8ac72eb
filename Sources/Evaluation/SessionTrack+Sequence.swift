import ConversationModel
import RuleLanguage

/// Steps that follow one another: a run is decided at its last step, at a deadline, or at the end.
///
/// Where some step is known only at the end, the rows are walked once more there.
final class SequenceTrack: SessionTrack {
    private let steps: StepList
    private let children: [SessionTrack]
    /// Per step what its `within.messages` counts.
    private let counted: [[PopulationTest]]
    private let isTimely: Bool
    private var walk: SequenceWalk
    /// Completed runs, and the first.
    private(set) var runs: [SequenceRun] = []
    /// The deadline that was announced last, and its anchor.
    private var announced: (at: Int64, anchor: Int)?
    private var isInert = false

    init(_ run: SessionRun, _ steps: StepList, _ children: [SessionTrack], counted: [[PopulationTest]]) {
        self.steps = steps
        self.children = children
        self.counted = counted
        walk = SequenceWalk(steps)
        isTimely = children.allSatisfy(\.isImmediate)
        super.init(run, isImmediate: isTimely, isOrdered: isTimely)
        if !rows.hasTimes, steps.contains(where: { $0.time != nil || $0.earliest > 0 }) { unknowns = .noTimes }
        isInert = !unknowns.isEmpty
    }

    override var knownUnknowns: UnknownReasons { children.reduce(unknowns) { $0.union($1.knownUnknowns) } }

    override func observe(_ row: Int) {
        guard isTimely, !isInert else { return }
        take(row) { !children[$0].fresh.isEmpty }
        guard let deadline = walk.deadline, announced?.at != deadline || announced?.anchor != walk.last else { return }
        announced = (deadline, walk.last)
        self.run.schedule(deadline, anchor: walk.last, track: number)
    }

    private func take(_ row: Int, holds: (Int) -> Bool) {
        var ended: [SequenceRun] = []
        let isMember = unit.isMember(row)
        let time = rows.hasTimes ? unit.time(row) : MessageTable.noTime
        walk.observe(row, time: time, holds: holds) { step in
            isMember && counted[step].contains { rows.isIn($0, row) }
        } ended: {
            ended.append($0)
        }
        for run in ended { decide(run, debtor: unit.debtor(before: row)) }
    }

    /// Keeps a run that has ended; `debtor` owed the step that was missed.
    private func decide(_ ended: SequenceRun, debtor: Int32) {
        guard ended.fate == .met || ended.isFirst else { return }
        var ended = ended
        if ended.fate == .met {
            ended.owner = children[children.count - 1].charge(ended.last).owner
        } else {
            ended.owner = debtor
            var open = children.reduce(UnknownReasons()) { $0.union($1.reasons) }
            if unit.startIsCut { open.insert(.cutOff) }
            if ended.fate == .missed, !open.isEmpty {
                ended.fate = .unknown
                ended.unknowns = open
            }
            unknowns.formUnion(ended.unknowns)
        }
        runs.append(ended)
        if ended.fate == .met { emit(ended.last) }
        if ended.fate == .missed { self.run.diverged(ended, track: number) }
    }

    override func awaits(_ anchor: Int, at instant: Int64) -> Bool {
        walk.last == anchor && walk.deadline == instant
    }

    override func fire(_ anchor: Int, seen: Int) {
        guard let deadline = walk.deadline else { return }
        decide(walk.diverged(.late, at: deadline), debtor: unit.debtor(before: seen))
    }

    override func isSettled(_ anchor: Int) -> Bool { isImmediate }

    // MARK: End

    override func close() {
        for child in children { unknowns.formUnion(child.unknowns) }
        if !isTimely, !isInert {
            for row in unit.firstRow..<unit.rowCount {
                if rows.hasTimes, let deadline = walk.deadline, unit.time(row) > deadline {
                    decide(walk.diverged(.late, at: deadline), debtor: unit.debtor(before: row))
                }
                take(row) { children[$0].contains(row) }
            }
        }
        if !isInert, walk.isFirstRun { decideFirst() }
        let open = children.reduce(UnknownReasons()) { $0.union($1.unknowns) }
        for place in runs.indices where runs[place].fate == .missed && !open.isEmpty {
            // A cut end can make a step unknown that was missed before.
            runs[place].fate = .unknown
            runs[place].unknowns = open
        }
        settle(Set(runs.filter { $0.fate == .met }.map(\.last)).sorted())
    }

    private func decideFirst() {
        let end = unit.endInstant
        let debtor = unit.debtor(before: unit.rowCount)
        var isClosed = false
        if case .closed = unit.end { isClosed = true }
        if end != MessageTable.noTime, let deadline = walk.deadline, isClosed ? deadline <= end : deadline < end {
            return decide(walk.diverged(.late, at: deadline), debtor: debtor)
        }
        if case .handedOver = unit.end { return }
        var run = walk.diverged(.missing, at: end)
        if !isClosed {
            run.fate = .unknown
            run.unknowns = .cutOff
        }
        decide(run, debtor: debtor)
    }

    // MARK: Evidence

    private func completed(_ anchor: Int) -> SequenceRun? { runs.completed(at: anchor) }

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) {
        guard let run = completed(anchor) else { return super.charge(anchor) }
        return (run.owner, rows.hasTimes ? unit.time(run.last) - unit.time(run.first) : -1)
    }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        if let run = completed(anchor) { evidence += self.evidence(of: run) }
    }

    /// The steps taken, and what was out of order.
    func evidence(of run: SequenceRun) -> [Evidence] {
        var result: [Evidence] = []
        for (step, row) in run.rows.enumerated() where row >= 0 {
            result.append(evidence(row, step: steps[step].name, children[step].spans(row)))
        }
        if run.fate == .missed, run.kind == .outOfOrder {
            result.append(evidence(run.message, step: steps[run.step].name, children[run.step].spans(run.message)))
        }
        return result
    }

    /// How long the missed step was waited for, or -1.
    func gap(of run: SequenceRun) -> Int64 {
        guard rows.hasTimes, run.at != MessageTable.noTime, run.last >= 0 else { return -1 }
        return run.at - unit.time(run.last)
    }

    func divergence(_ run: SequenceRun) -> Divergence {
        Divergence(
            step: run.step + 1, name: rows.rules.stepNames[Int(steps[run.step].name)], kind: run.kind,
            message: run.message < 0 ? nil : Int(rows.table.positions[run.message]))
    }

    override func spans(_ row: Int) -> [Span] {
        guard let run = completed(row) else { return [] }
        return Span.union(run.rows.indices.filter { run.rows[$0] == row }.flatMap { children[$0].spans(row) })
    }
    override func scope() -> [Int]? { children[children.count - 1].scope() }

    override func addExposures(to exposures: inout SessionExposures) {
        for run in runs {
            switch run.fate {
            case .met: exposures.add(run.owner, run.last)
            case .missed: exposures.addMissed(run.owner, run.last)
            default: break
            }
        }
    }
}
