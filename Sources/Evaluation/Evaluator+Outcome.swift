import ConversationModel
import RuleLanguage

extension Evaluator {
    /// Judges one conversation of the table; the result is in `judgement` until the next call.
    ///
    /// - Parameter chosen: judge these parts only; `judgement.parts` holds them all.
    public func judge(_ row: ConversationRow, parts chosen: Range<Int>? = nil) {
        judgement.removeAll()
        identity.begin()
        cutIntoParts(row)
        let parts = judgement.parts
        for number in chosen?.clamped(to: parts.indices) ?? parts.indices {
            // Units refer to their part by number.
            judge(part: parts[number], number: Int32(number), row)
        }
    }

    /// The parts of a conversation of the table; nothing is judged, and nothing need have been scanned.
    public func parts(of row: ConversationRow) -> [Judgement.Part] {
        judgement.removeAll()
        cutIntoParts(row)
        return judgement.parts
    }

    private func judge(part: Judgement.Part, number: Int32, _ row: ConversationRow) {
        partNumber = number
        load(part, conversation: row)
        // Where something may be unknown no rule may sleep: it would read clean.
        let isWhole = hasTimes && !part.isCutAtStart && !part.isCutAtEnd
        isWholePart = isWhole
        wake(all: !isWhole)
        let unitNumber = Int32(judgement.units.count)
        judgement.units.append(
            Judgement.Unit(part: number, agent: OwnerNumber.none, start: count > 0 ? Int32(base) : -1))
        enterConversation(number: unitNumber)
        judgeUnit(.conversation)
        if rules.hasStayRules || collectsStays {
            forEachStay {
                judgeUnit(.stay)
                if collectsStays { noteStay() }
            }
        } else if countsStays {
            countStays()
        }
    }

    /// Collects the rules that must be looked at, in their order.
    private func wake(all: Bool) {
        wokenRules.removeAll(keepingCapacity: true)
        if all {
            for rule in rules.rules.indices { wokenRules.append(Int32(rule)) }
            return
        }
        ruleMark &+= 1
        for leaf in candidates.leaves {
            for rule in rules.rulesOfLeaf[Int(leaf)] where ruleMarks[Int(rule)] != ruleMark {
                ruleMarks[Int(rule)] = ruleMark
                wokenRules.append(rule)
            }
        }
        let sleeping = wokenRules.count
        wokenRules.append(contentsOf: rules.alwaysRules)
        if sleeping > 0 { wokenRules.sort() }
    }

    private func judgeUnit(_ kind: UnitKind) {
        for number in kind == .stay ? stayClasses : conversationClasses {
            let first = Int32(judgement.exposures.count)
            addExposures(rules.exposureClasses[number].source)
            judgement.classUnits.append(
                Judgement.ClassUnit(
                    exposureClass: Int32(number), unit: unit.number,
                    exposures: first..<Int32(judgement.exposures.count)))
        }
        let isStay = kind == .stay
        guard evidenceNeeds.isEmpty else { return judgeCompared(isStay: isStay) }
        evidenceScope = collectsEvidence ? .all : .none
        for number in wokenRules where rules.rules[Int(number)].isOfStays == isStay { judge(rule: Int(number)) }
    }

    /// Judges a rule on the unit at hand by the shortest way there is.
    @inline(__always)
    func judge(rule number: Int) {
        let rule = rules.rules[number]
        if isWholePart, let plain = rule.plain {
            judge(plain: plain, rule: number)
        } else {
            judge(rule, number: number)
        }
    }

    /// The short way for one message condition over one leaf: no node is walked.
    private func judge(plain: CompiledRule.PlainRule, rule: Int) {
        guard let (rows, checked) = candidates.masks(of: plain.leaf) else { return }
        let firstFinding = Int32(judgement.findings.count)
        let firstExposure = Int32(judgement.exposures.count)
        var i = rows.first(from: 0)
        while i >= 0 {
            let row = base + i
            if plain.population.contains(
                speaker: table.speakers[row], isAutomatic: table.automatic[row], kind: table.kinds[row]),
                unit.members.contains(i)
            {
                addPlainHit(rule: rule, leaf: plain.leaf, row: i, isCertain: checked.contains(i))
            }
            i = rows.first(from: i + 1)
        }
        // Clean: its class counts it, as if it had not been looked at.
        guard judgement.findings.count > Int(firstFinding) else { return }
        addExposures(of: plain.populationNumber, from: firstExposure)
        for index in Int(firstFinding)..<judgement.findings.count {
            let finding = judgement.findings[index]
            expose(finding.owner, finding.anchor, from: firstExposure)
        }
        add(
            Judgement.RuleUnit(
                rule: Int32(rule), unit: unit.number, outcome: .hit, reasons: [],
                exposures: firstExposure..<Int32(judgement.exposures.count),
                findings: firstFinding..<Int32(judgement.findings.count), sharesExposures: true))
    }

    private func addPlainHit(rule: Int, leaf number: Int, row i: Int, isCertain: Bool) {
        let firstEvidence = Int32(judgement.evidence.count)
        let traits = rules.leafTraits[number]
        if traits.needsVerification, !isCertain, !confirms(number, at: i) { return }
        if collectsEvidence(of: .hit, anchor: i) {
            let found = foundSpans(number, at: i)
            let firstSpan = Int32(judgement.spans.count)
            for range in found ?? [] { appendUnited(original(range, of: i, traits.level), from: Int(firstSpan)) }
            judgement.evidence.append(
                Judgement.EvidenceRecord(
                    message: Int32(base + i), label: .match, spans: firstSpan..<Int32(judgement.spans.count)))
        }
        judgement.findings.append(
            Judgement.FindingRecord(
                rule: Int32(rule), unit: unit.number, outcome: .hit, owner: owner(of: i),
                anchor: Int32(base + i), gap: -1, isPartial: false,
                evidence: firstEvidence..<Int32(judgement.evidence.count)))
    }

    /// Adds a span to those since `first`, which are sorted and disjoint; it begins no earlier.
    private func appendUnited(_ span: Span, from first: Int) {
        if judgement.spans.count > first, let last = judgement.spans.last, span.start <= last.end {
            judgement.spans[judgement.spans.count - 1].end = max(last.end, span.end)
        } else {
            judgement.spans.append(span)
        }
    }

    /// Judges a rule on the unit at hand, asleep or not.
    func judge(_ rule: CompiledRule, number: Int) {
        obligations.removeAll(keepingCapacity: true)
        if !sequenceRuns.isEmpty { sequenceRuns.removeAll(keepingCapacity: true) }
        indexedNode = -1
        if !heldAnchors.isEmpty { heldAnchors.removeAll(keepingCapacity: true) }
        steps = 0
        var result = Judgement.RuleUnit(
            rule: Int32(number), unit: unit.number, outcome: .notApplicable, reasons: [],
            exposures: 0..<0, findings: 0..<0, sharesExposures: rule.exposureClass >= 0)
        if let appliesTo = rule.appliesTo {
            let value = value(appliesTo)
            if !value.isTrue {
                if value.unknowns.isEmpty { return add(result) }
                result.outcome = .notEvaluated
                result.reasons = value.unknowns
                return add(result)
            }
            obligations.removeAll(keepingCapacity: true)
        }
        evaluatesAllChildren = rule.exposures == .own || rule.duty != nil
        let value = value(rule.root)
        evaluatesAllChildren = false
        let firstExposure = Int32(judgement.exposures.count)
        let firstFinding = Int32(judgement.findings.count)
        addStructuralExposures(rule)
        let structural = firstExposure..<Int32(judgement.exposures.count)
        if value.isTrue { addHits(rule, number, value) }
        for finding in judgement.findings[Int(firstFinding)...] {
            expose(finding.owner, finding.anchor, from: firstExposure)
        }
        if rule.isPositive {
            addMisses(rule, number, value, firstExposure: firstExposure, firstFinding: firstFinding)
        }
        result.findings = firstFinding..<Int32(judgement.findings.count)
        result.exposures = firstExposure..<Int32(judgement.exposures.count)
        if value.isTrue {
            result.outcome = .hit
            result.reasons = value.unknowns
        } else if !value.unknowns.isEmpty {
            result.outcome = .notEvaluated
            result.reasons = value.unknowns
        } else {
            result.outcome = structural.isEmpty ? .notApplicable : .clean
        }
        add(result)
        if rule.procedure >= 0, result.outcome == .hit || result.outcome == .clean {
            addProcedure(rule.procedure, rule: number)
        }
    }

    private func add(_ result: Judgement.RuleUnit) {
        judgement.ruleUnits.append(result)
    }

    // MARK: Exposures

    private func addStructuralExposures(_ rule: CompiledRule) {
        if !missedDuties.isEmpty { missedDuties.removeAll(keepingCapacity: true) }
        if rule.exposures == .own {
            addOwnExposures(rule.root, from: Int32(judgement.exposures.count))
        } else {
            addExposures(rule.exposures)
        }
    }

    /// Exposures that depend on the form of the rule alone.
    private func addExposures(_ source: ExposureSource) {
        switch source {
        case .populations(let populations):
            let first = Int32(judgement.exposures.count)
            for population in populations { addExposures(of: population, from: first) }
        case .lastAgent:
            judgement.exposures.append(Judgement.Exposure(owner: ownerOfWhole, anchor: -1))
        case .own: break
        }
    }

    /// The exposures of a population: found once a unit.
    private func addExposures(of number: Int, from first: Int32) {
        let range = memo.exposures(of: number) ?? findExposures(of: number)
        let isFirst = judgement.exposures.count == Int(first)
        for index in range {
            let exposure = memo.exposures[index]
            if isFirst {
                judgement.exposures.append(exposure)
            } else {
                expose(exposure.owner, exposure.anchor, from: first)
            }
        }
    }

    private func findExposures(of number: Int) -> Range<Int> {
        let start = memo.exposures.count
        let population = rules.populations[number]
        let rows = rows(of: number)
        let isOthers = !population.hasAgents && !population.hasAssistant
        // At most once an owner: his first message in the population. Looking at the latest keeps
        // this linear; whoever counts takes each owner once.
        var latest: (Int32, Int32) = (OwnerNumber.none, OwnerNumber.none)
        exposedOwners.removeAll(keepingCapacity: true)
        var i = rows.first(from: 0)
        while i >= 0 {
            let speaker = table.speakers[base + i]
            if isOthers || speaker == Speaker.agent.rawValue || speaker == Speaker.assistant.rawValue {
                let owner = owner(of: i)
                if owner != latest.0, owner != latest.1 {
                    if !exposedOwners.suffix(256).contains(owner) {
                        exposedOwners.append(owner)
                        memo.exposures.append(Judgement.Exposure(owner: owner, anchor: Int32(base + i)))
                    }
                    latest = (owner, latest.0)
                }
            }
            i = rows.first(from: i + 1)
        }
        let range = start..<memo.exposures.count
        memo.keep(range, ofPopulation: number)
        return range
    }

    private func addOwnExposures(_ node: Int, from first: Int32) {
        switch rules.nodes[node].kind {
        case .expectation:
            for obligation in obligations where obligation.node == node {
                switch obligation.fate {
                case .met: expose(obligation.owner, Int32(base + obligation.answer), from: first)
                case .missed: exposeMissed(obligation.owner, Int32(base + obligation.trigger), from: first)
                default: break
                }
            }
        case .silence(let silence): addExposures(GapPlan(silence), from: first)
        case .gap(let gap): addExposures(gap, from: first)
        case .sequence:
            for run in sequenceRuns[node] ?? [] {
                switch run.fate {
                case .met: expose(run.owner, Int32(base + run.last), from: first)
                case .missed: exposeMissed(run.owner, run.last < 0 ? -1 : Int32(base + run.last), from: first)
                default: break
                }
            }
        case .message(let message): addExposures(of: message.populationNumber, from: first)
        case .count(let of, let bound):
            switch bound {
            case .atLeast: addOwnExposures(of, from: first)
            case .atMost: expose(ownerOfWhole, -1, from: first)
            case .share, .every:
                if let population = positionedPopulation(of), !population.isEmpty {
                    expose(ownerOfWhole, -1, from: first)
                }
            }
        case .distinct(let of, .atLeast): addOwnExposures(of, from: first)
        case .distinct: expose(ownerOfWhole, -1, from: first)
        case .scope(let scope): addOwnExposures(scope.find, from: first)
        case .unit(let test): if isExposed(unitTest: test) { expose(ownerOfWhole, -1, from: first) }
        case .any(let children):
            for child in children { addOwnExposures(child, from: first) }
        case .all(let children, let subject): addOwnExposures(children[subject], from: first)
        case .not: expose(ownerOfWhole, -1, from: first)
        }
    }

    /// Each message that could start a gap exposes its debtor.
    private func addExposures(_ gap: GapPlan, from first: Int32) {
        guard hasTimes else { return }
        forEachStretch(gap) { start, _ in
            let owner = isHuman(start) ? owner(of: start) : debtor(before: start)
            expose(owner, Int32(base + start), from: first)
        }
    }

    /// Adds the exposure of an obligation that was missed.
    private func exposeMissed(_ owner: Int32, _ anchor: Int32, from first: Int32) {
        missedDuties.append(Judgement.Exposure(owner: owner, anchor: anchor))
        expose(owner, anchor, from: first)
    }

    /// Adds an exposure unless it is among those since `first`.
    private func expose(_ owner: Int32, _ anchor: Int32, from first: Int32) {
        let exposure = Judgement.Exposure(owner: owner, anchor: anchor)
        // Looking at the latest keeps this linear; whoever counts takes each owner once.
        if judgement.exposures[Int(first)...].suffix(256).contains(exposure) { return }
        judgement.exposures.append(exposure)
    }

    // MARK: Findings

    private func addHits(_ rule: CompiledRule, _ number: Int, _ value: Value) {
        let isPartial = !value.unknowns.isEmpty
        var any = false
        if value.matchesWhole {
            any = true
            addFinding(number, .hit, owner: ownerOfWhole, anchor: -1, isPartial: isPartial) {
                addEvidence(rule.root, anchor: -1)
            }
        }
        var i = value.matches.first(from: 0)
        while i >= 0 {
            any = true
            let (owner, gap) = charge(rule.root, anchor: i)
            addFinding(number, .hit, owner: owner, anchor: i, gap: gap, isPartial: isPartial) {
                addEvidence(rule.root, anchor: i)
            }
            i = value.matches.first(from: i + 1)
        }
        if !any {
            addFinding(number, .hit, owner: ownerOfWhole, anchor: -1, isPartial: isPartial) {
                addEvidence(rule.root, anchor: -1)
            }
        }
    }

    private func addMisses(
        _ rule: CompiledRule, _ number: Int, _ value: Value, firstExposure: Int32, firstFinding: Int32
    ) {
        if let duty = rule.duty {
            guard duty.isRoot || value.isTrue || value.unknowns.isEmpty else { return }
            if case .sequence = rules.nodes[duty.node].kind { return addDivergence(of: duty.node, rule: number) }
            for obligation in obligations where obligation.node == duty.node && obligation.fate == .missed {
                addFinding(
                    number, .missed, owner: obligation.owner, anchor: obligation.trigger, gap: gap(of: obligation)
                ) {
                    addTriggerEvidence(duty.node, obligation)
                }
            }
            return
        }
        guard value.unknowns.isEmpty else { return }
        let hits = Int(firstFinding)..<judgement.findings.count
        // A set is for the rare unit with many hits: mostly there are none.
        let owners = hits.count > 16 ? Set(hits.map { judgement.findings[$0].owner }) : nil
        let exposures = judgement.exposures[Int(firstExposure)...]
        let misses = rule.isExposedByBranches ? exposures.misses(missedDuties: missedDuties) : nil
        for index in exposures.indices {
            let exposure = judgement.exposures[index]
            if let misses, !misses.contains(exposure) { continue }
            let hasHit =
                owners?.contains(exposure.owner)
                ?? hits.contains { judgement.findings[$0].owner == exposure.owner }
            if hasHit { continue }
            let anchor = exposure.anchor < 0 ? -1 : Int(exposure.anchor) - base
            addFinding(number, .missed, owner: exposure.owner, anchor: anchor) {
                if anchor >= 0 { addEvidence(row: anchor, .context, spans: []) }
            }
        }
    }

    func addFinding(
        _ rule: Int, _ outcome: FindingOutcome, owner: Int32, anchor: Int, gap: Int64 = -1,
        isPartial: Bool = false, evidence: () -> Void
    ) {
        let first = Int32(judgement.evidence.count)
        if collectsEvidence(of: outcome, anchor: anchor) { evidence() }
        judgement.findings.append(
            Judgement.FindingRecord(
                rule: Int32(rule), unit: unit.number, outcome: outcome, owner: owner,
                anchor: anchor < 0 ? -1 : Int32(base + anchor), gap: gap, isPartial: isPartial,
                evidence: first..<Int32(judgement.evidence.count)))
    }
}
