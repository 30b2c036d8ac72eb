import ConversationModel

/// One step of a compiled sequence.
struct StepNode: BitwiseCopyable {
    let node: Int
    /// Number of its name in `CompiledRules.stepNames`.
    let name: Int32
    let earliest: Int64
    let time: Int64?
    let messages: Int?
    let isOptional: Bool
    let sharesMessage: Bool
}

/// A run of a sequence that has ended.
struct SequenceRun {
    var node = -1
    /// Per step its row, or -1.
    var rows: [Int]
    /// The rows of the first and of the last step that were taken, or -1.
    var first = -1
    var last = -1
    /// The first run of its unit, which decides on it.
    var isFirst: Bool
    var fate = Obligation.Fate.met
    /// The required step that could not be taken.
    var step = -1
    var kind = Divergence.Kind.missing
    /// What was out of order, else the last step's row; -1: none.
    var message = -1
    /// `OwnerNumber.none` until it is known.
    var owner = OwnerNumber.none
    /// When it was decided, where times are known.
    var at = MessageTable.noTime
    var unknowns: UnknownReasons = []
    /// The row at which the messages of a step ran out, or -1: then whoever owed before it is charged.
    var exhausted = -1

    /// Bit by step.
    var taken: UInt32 {
        rows.indices.reduce(0) { rows[$1] >= 0 ? $0 | 1 << UInt32($1) : $0 }
    }
}

extension [SequenceRun] {
    /// The completed run that ended at a row. Runs of a unit end in ascending order. O(log n).
    func completed(at row: Int) -> SequenceRun? {
        let place = partitioningIndex { $0.last >= row }
        guard place < endIndex, self[place].last == row, self[place].fate == .met else { return nil }
        return self[place]
    }
}

/// Walks the rows of a unit and takes steps greedily, at the first row that fits.
///
/// Both the batch path and the session walk with it. Cost: O(steps) a row.
struct SequenceWalk {
    let steps: StepList
    private var run: SequenceRun
    private var next = 0
    private var lastTime = Int64.min
    /// Per step the messages of its population since the last step taken.
    private var counted: [Int]
    /// Per step the latest row that fitted it; `before` leaves out the row of the last step taken.
    private var latest: [Int]
    private var before: [Int]

    init(_ steps: StepList) {
        self.steps = steps
        run = SequenceRun(rows: Array(repeating: -1, count: steps.count), isFirst: true)
        counted = Array(repeating: 0, count: steps.count)
        latest = Array(repeating: -1, count: steps.count)
        before = latest
    }

    /// The row of the step taken last; -1 before the first.
    var last: Int { run.last }
    /// The run that decides on the unit is still under way.
    var isFirstRun: Bool { run.isFirst }

    /// The step that must come next: those before it may be passed over.
    private var required: Int {
        var step = next
        while steps[step].isOptional { step += 1 }
        return step
    }

    /// The last instant at which the next required step may be taken; nil: no limit.
    var deadline: Int64? {
        guard run.last >= 0, let time = steps[required].time else { return nil }
        return Instant(milliseconds: lastTime).advanced(by: time).milliseconds
    }

    /// Takes a row; runs that end at it are handed to `ended`. Times matter only where a step has some.
    mutating func observe(
        _ row: Int, time: Int64, holds: (Int) -> Bool, isCounted: (Int) -> Bool, ended: (SequenceRun) -> Void
    ) {
        if run.last >= 0 {
            for step in steps.indices where steps[step].messages != nil && isCounted(step) { counted[step] += 1 }
        }
        if !offer(row, time, holds, ended), let messages = steps[required].messages, run.last >= 0,
            run.last != row, counted[required] >= messages
        {
            var over = diverged(.late, at: time)
            over.exhausted = row
            ended(over)
            // What ends a run by not fitting may begin the next.
            _ = offer(row, time, holds, ended)
        }
        for step in steps.indices where holds(step) { latest[step] = row }
    }

    /// Takes what fits; true where the run has ended with its last step.
    private mutating func offer(
        _ row: Int, _ time: Int64, _ holds: (Int) -> Bool, _ ended: (SequenceRun) -> Void
    ) -> Bool {
        var isSameMessage = false
        while let step = choice(time, isSameMessage, holds) {
            isSameMessage = true
            run.rows[step] = row
            if run.first < 0 { run.first = row }
            run.last = row
            lastTime = time
            before = latest
            for step in counted.indices { counted[step] = 0 }
            next = step + 1
            guard next == steps.count else { continue }
            var done = run
            done.message = row
            done.at = time
            restart()
            ended(done)
            return true
        }
        return false
    }

    /// The step to take: the earliest that fits, but the required one before those that may be passed over,
    /// unless it may have their message as well.
    private func choice(_ time: Int64, _ isSameMessage: Bool, _ holds: (Int) -> Bool) -> Int? {
        func fits(_ step: Int) -> Bool {
            holds(step) && (!isSameMessage || steps[step].sharesMessage) && isInBounds(step, time)
        }
        let required = required
        if !steps[required].sharesMessage, fits(required) { return required }
        return (next...required).first(where: fits)
    }

    private func isInBounds(_ step: Int, _ time: Int64) -> Bool {
        guard run.last >= 0 else { return true }
        let plan = steps[step]
        if plan.earliest > 0, time < Instant(milliseconds: lastTime).advanced(by: plan.earliest).milliseconds {
            return false
        }
        if let limit = plan.time, time > Instant(milliseconds: lastTime).advanced(by: limit).milliseconds {
            return false
        }
        return counted[step] <= plan.messages ?? .max
    }

    /// Ends the run without its last step; the next may begin.
    mutating func diverged(_ kind: Divergence.Kind, at instant: Int64) -> SequenceRun {
        var result = run
        let step = required
        result.fate = .missed
        result.step = step
        result.kind = kind
        result.message = run.last
        result.at = instant
        if run.last >= 0, before[step] >= 0 {
            result.kind = .outOfOrder
            result.message = before[step]
        }
        restart()
        return result
    }

    private mutating func restart() {
        run = SequenceRun(rows: Array(repeating: -1, count: steps.count), isFirst: false)
        next = 0
        lastTime = .min
    }
}
