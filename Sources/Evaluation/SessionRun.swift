import ConversationModel
import RuleLanguage

/// Who could have been charged, in the order of finding, without repeats.
struct SessionExposures {
    private(set) var list: [Judgement.Exposure] = []
    private(set) var missedDuties: [Judgement.Exposure] = []
    private var known: Set<Judgement.Exposure> = []

    mutating func add(_ owner: Int32, _ anchor: Int) {
        let exposure = Judgement.Exposure(owner: owner, anchor: Int32(anchor))
        if known.insert(exposure).inserted { list.append(exposure) }
    }

    /// Adds the exposure of an obligation that was missed.
    mutating func addMissed(_ owner: Int32, _ anchor: Int) {
        missedDuties.append(Judgement.Exposure(owner: owner, anchor: Int32(anchor)))
        add(owner, anchor)
    }

    /// Each owner's first message in a population, or the debtor at messages of others.
    mutating func add(_ population: PopulationTest, in unit: SessionUnit) {
        let rows = unit.rows
        let isOthers = !population.hasAgents && !population.hasAssistant
        var owners: Set<Int32> = []
        for row in unit.firstRow..<unit.rowCount where unit.isMember(row) && rows.isIn(population, row) {
            let speaker = rows.table.speakers[row]
            guard isOthers || speaker == Speaker.agent.rawValue || speaker == Speaker.assistant.rawValue
            else { continue }
            let owner = unit.owner(of: row)
            if owners.insert(owner).inserted { add(owner, row) }
        }
    }

    /// Those that depend on the form of a rule alone.
    mutating func add(_ source: ExposureSource, in unit: SessionUnit) {
        switch source {
        case .populations(let populations):
            for number in populations { add(unit.rows.rules.populations[number], in: unit) }
        case .lastAgent: add(unit.ownerOfWhole, -1)
        case .own: break
        }
    }
}

/// One rule at work on one unit.
final class SessionRun {
    let number: Int
    /// Owns this run; unchecked, since every row asks for it.
    unowned(unsafe) let unit: SessionUnit
    let rule: CompiledRule
    /// Children before parents.
    private(set) var tracks: [SessionTrack] = []
    /// The same, walked for every row without counting references.
    private var shown: [Unmanaged<SessionTrack>] = []
    private(set) var isClosed = false
    private var root: SessionTrack?
    private var appliesTo: SessionTrack?
    /// The track whose missed obligations are findings of their own.
    private var duty: ExpectationTrack?
    /// The track whose divergence is a finding of its own.
    private var procedure: SequenceTrack?
    private var deadlines: [SessionDeadline] = []
    /// What is final but waits for `appliesTo`.
    private var heldHits: [Int] = []
    private var heldMisses: [Obligation] = []
    private var heldDivergences: [SequenceRun] = []
    /// The latest of each id, and where those of many are.
    private var emitted: [Finding] = []
    private var places: [String: Int] = [:]

    init(_ number: Int, _ unit: SessionUnit) {
        self.number = number
        self.unit = unit
        rule = unit.rows.rules.rules[number]
        appliesTo = rule.appliesTo.map { make($0, keepsScope: false) }
        root = make(rule.root, keepsScope: false)
        shown = tracks.map { Unmanaged.passUnretained($0) }
    }

    private func make(_ node: Int, keepsScope: Bool) -> SessionTrack {
        let nodes = unit.rows.rules.nodes
        let track: SessionTrack
        switch nodes[node].kind {
        case .message(let message): track = MessageTrack(self, message, keepsScope: keepsScope)
        case .silence(let silence): track = GapTrack(self, GapPlan(silence))
        case .gap(let gap): track = GapTrack(self, gap)
        case .sequence(let steps):
            let children = steps.enumerated().map { place, step in
                make(step.node, keepsScope: keepsScope && place == steps.count - 1)
            }
            let made = SequenceTrack(
                self, steps, children,
                counted: steps.map { $0.messages == nil ? [] : countedPopulations($0.node) })
            if rule.duty?.node == node { procedure = made }
            track = made
        case .expectation(let expectation):
            let after = make(expectation.after, keepsScope: false)
            let expect = make(expectation.expect, keepsScope: keepsScope)
            let excuse = expectation.excuse.map { make($0, keepsScope: false) }
            let made = ExpectationTrack(
                self, expectation, after: after, expect: expect, excuse: excuse,
                counted: countedPopulations(expectation.expect))
            if rule.duty?.node == node { duty = made }
            track = made
        case .count(let of, let bound):
            var needsScope = keepsScope
            switch bound {
            case .share, .every: needsScope = true
            case .atLeast, .atMost: break
            }
            track = CountTrack(self, of: make(of, keepsScope: needsScope), bound)
        case .distinct(let of, let bound): track = DistinctTrack(self, of: make(of, keepsScope: keepsScope), bound)
        case .scope(let scope):
            track = ScopeTrack(
                self, scope.plan, anchor: make(scope.anchor, keepsScope: false),
                find: make(scope.find, keepsScope: keepsScope), counted: countedPopulations(scope.find))
        case .unit(let test): track = UnitTrack(self, unit.rows.rules.unitTests[Int(test)])
        case .all(let children, let subject):
            track = AllTrack(self, children.map { make($0, keepsScope: keepsScope) }, subject: subject)
        case .any(let children): track = AnyTrack(self, children.map { make($0, keepsScope: keepsScope) })
        case .not(let child): track = NotTrack(self, make(child, keepsScope: false))
        }
        tracks.append(track)
        return track
    }

    /// The answer's populations without their positions.
    private func countedPopulations(_ node: Int) -> [PopulationTest] {
        switch unit.rows.rules.nodes[node].kind {
        case .message(let message): [message.population]
        case .any(let children): children.flatMap { countedPopulations($0) }
        case .all(let children, let subject): countedPopulations(children[subject])
        case .count(let of, _), .distinct(let of, _): countedPopulations(of)
        case .scope(let scope): countedPopulations(scope.find)
        case .expectation(let inner): countedPopulations(inner.expect)
        case .sequence(let steps): countedPopulations(steps[steps.count - 1].node)
        case .silence, .gap, .unit, .not: []
        }
    }

    // MARK: Events

    func schedule(_ instant: Int64, anchor: Int, track: Int) {
        deadlines.append(
            SessionDeadline(at: instant, rule: number, anchor: anchor, run: self, track: track))
    }

    /// Hands what was scheduled since the last call to a queue.
    func moveDeadlines(to queue: inout SessionDeadlines) {
        guard !deadlines.isEmpty else { return }
        for deadline in deadlines { queue.insert(deadline) }
        deadlines.removeAll(keepingCapacity: true)
    }

    /// The next row of the unit; every deadline before it has been fired.
    func observe(_ row: Int) {
        for track in shown {
            track._withUnsafeGuaranteedRef { track in
                track.forgetFresh()
                track.observe(row)
            }
        }
        release()
    }

    /// A deadline has passed after `seen` rows.
    func fire(_ deadline: SessionDeadline, seen: Int) {
        for track in tracks { track.forgetFresh() }
        tracks[deadline.track].fire(deadline.anchor, seen: seen)
        for track in tracks[(deadline.track + 1)...] { track.combine() }
        release()
    }

    /// An obligation was missed: a finding, where it is the duty that a positive rule is about.
    func missed(_ obligation: Obligation, track: Int) {
        guard !isClosed, rule.duty?.isRoot == true, duty === tracks[track] else { return }
        heldMisses.append(obligation)
    }

    /// The first run of a sequence left its steps: a finding, where a positive rule is about it.
    func diverged(_ sequence: SequenceRun, track: Int) {
        guard !isClosed, rule.duty?.isRoot == true, procedure === tracks[track] else { return }
        heldDivergences.append(sequence)
    }

    private func release() {
        guard let root else { return }
        if !root.fresh.isEmpty { heldHits += root.fresh }
        guard !heldHits.isEmpty || !heldMisses.isEmpty || !heldDivergences.isEmpty, appliesTo?.isTrue ?? true else {
            return
        }
        for anchor in heldHits { emit(hit(anchor)) }
        for obligation in heldMisses { emit(miss(obligation)) }
        heldHits.removeAll()
        heldMisses.removeAll()
        for run in heldDivergences { emit(miss(run)) }
        heldDivergences.removeAll()
    }

    private func emit(_ finding: Finding) {
        if let place = place(of: finding.id) {
            if emitted[place] == finding { return }
            emitted[place] = finding
        } else {
            emitted.append(finding)
        }
        unit.emit(.assert(finding))
    }

    /// Where a finding of this id was emitted. Most runs have few, which are looked through.
    private func place(of id: String) -> Int? {
        guard emitted.count > 8 else { return emitted.firstIndex { $0.id == id } }
        for place in places.count..<emitted.count { places[emitted[place].id] = place }
        return places[id]
    }

    // MARK: Findings

    private func hit(_ anchor: Int) -> Finding {
        guard let root else { return finding(.hit, owner: OwnerNumber.unassigned, anchor: anchor) }
        let (owner, gap) = anchor < 0 ? (unit.ownerOfWhole, -1) : root.charge(anchor)
        var evidence: [Evidence] = []
        root.addEvidence(anchor, to: &evidence)
        return finding(
            .hit, owner: owner, anchor: anchor, gap: gap, isPartial: !reasons.isEmpty, evidence)
    }

    private func miss(_ obligation: Obligation) -> Finding {
        return finding(
            .missed, owner: obligation.owner, anchor: obligation.trigger, gap: duty?.gap(of: obligation) ?? -1,
            duty.map { [$0.triggerEvidence(obligation)] } ?? [])
    }

    private func miss(_ run: SequenceRun) -> Finding {
        var result = finding(
            .missed, owner: run.owner, anchor: run.last, gap: procedure?.gap(of: run) ?? -1,
            procedure?.evidence(of: run) ?? [])
        result.divergence = procedure?.divergence(run)
        return result
    }

    private var reasons: UnknownReasons { (root?.reasons ?? []).union(isClosed ? unit.limits : []) }

    private func finding(
        _ outcome: FindingOutcome, owner: Int32, anchor: Int, gap: Int64 = -1, isPartial: Bool = false,
        _ evidence: [Evidence] = []
    ) -> Finding {
        let rows = unit.rows
        let record = Judgement.FindingRecord(
            rule: Int32(number), unit: 0, outcome: outcome, owner: owner, anchor: Int32(anchor),
            gap: gap, isPartial: isPartial, evidence: 0..<0)
        return Finding(
            id: rows.findingID(record, unit: unit.record, rule: number), rule: rows.rules.summaries[number].id,
            outcome: outcome, owner: OwnerNumber.owner(owner, names: rows.names),
            conversation: unit.conversation, anchor: anchor < 0 ? nil : Int(rows.table.positions[anchor]),
            evidence: evidence, gap: gap < 0 ? nil : gap, isPartial: isPartial)
    }

    // MARK: End

    /// Whether anybody asks for exposures: for the outcome, or because each without a hit is a miss.
    private var needsExposures: Bool {
        unit.rows.tellsOutcomes || rule.isPositive && duty == nil && procedure == nil
    }

    /// Decides the rest; the unit's end is set. Nil where outcomes are not told.
    func close() -> SessionOutcome? {
        for track in tracks { track.finish() }
        isClosed = true
        var exposures = SessionExposures()
        var findings: [Finding] = []
        var outcome = Outcome.notApplicable
        var unknown = unit.limits
        if let appliesTo, !appliesTo.isTrue {
            unknown.formUnion(appliesTo.unknowns)
            outcome = unknown.isEmpty ? .notApplicable : .notEvaluated
        } else if let root {
            unknown = reasons
            if !needsExposures {
                // Nobody is told.
            } else if rule.exposures == .own {
                root.addExposures(to: &exposures)
            } else {
                exposures = unit.exposures(of: rule.exposures)
            }
            let isExposed = !exposures.list.isEmpty
            findings = finals(root, &exposures)
            if root.isTrue {
                outcome = .hit
            } else if !unknown.isEmpty {
                outcome = .notEvaluated
            } else {
                outcome = isExposed ? .clean : .notApplicable
            }
        }
        if !emitted.isEmpty {
            let kept = Set(findings.map(\.id))
            for id in emitted.map(\.id).sorted() where !kept.contains(id) { unit.emit(.retract(id)) }
        }
        for finding in findings { emit(finding) }
        guard unit.rows.tellsOutcomes else { return nil }
        return unit.outcome(number, outcome, outcome == .clean ? [] : unknown, exposures)
    }

    /// All findings of the unit, the hits' owners added to the exposures.
    private func finals(_ root: SessionTrack, _ exposures: inout SessionExposures) -> [Finding] {
        var result: [Finding] = []
        var hitOwners: Set<Int32> = []
        if root.isTrue {
            let anchors = root.matchesWhole || root.found.isEmpty ? [-1] + root.found : root.found
            for anchor in anchors {
                let owner = anchor < 0 ? unit.ownerOfWhole : root.charge(anchor).owner
                hitOwners.insert(owner)
                if needsExposures { exposures.add(owner, anchor) }
                result.append(hit(anchor))
            }
        }
        guard rule.isPositive else { return result }
        if let duty {
            guard rule.duty?.isRoot == true || root.isTrue || root.unknowns.isEmpty else { return result }
            for obligation in duty.obligations where obligation.fate == .missed {
                result.append(miss(obligation))
            }
        } else if let procedure {
            guard rule.duty?.isRoot == true || root.isTrue || root.unknowns.isEmpty else { return result }
            for run in procedure.runs where run.fate == .missed { result.append(miss(run)) }
        } else if reasons.isEmpty {
            let misses =
                rule.isExposedByBranches ? exposures.list.misses(missedDuties: exposures.missedDuties) : nil
            for exposure in exposures.list where !hitOwners.contains(exposure.owner) {
                if let misses, !misses.contains(exposure) { continue }
                let anchor = Int(exposure.anchor)
                let context = anchor < 0 ? [] : [root.evidence(anchor, .context, [])]
                result.append(finding(.missed, owner: exposure.owner, anchor: anchor, context))
            }
        }
        return result
    }
}
