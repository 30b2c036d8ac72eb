import ConversationModel
import RuleLanguage

/// §2: "A match = anchor (a message, or ∅ for the whole), spans, owner".
struct OracleMatch: Hashable {
    var anchor: Int?
    var owner: Owner
    var spans: [Span]
}

/// §2: "A condition's value = its matches and a set of unknowns".
struct OracleValue {
    enum Truth { case `true`, `false`, unknown }

    /// By anchor, ∅ first; at most one an anchor.
    var matches: [OracleMatch] = []
    var isMarkedTrue = false
    var unknowns: Set<String> = []

    /// "T if there is a match or it is marked true; else U if there is an unknown; else F."
    var truth: Truth {
        if isMarkedTrue || !matches.isEmpty { return .true }
        return unknowns.isEmpty ? .false : .unknown
    }
}

/// Values, exposures and misses of conditions on one unit.
struct OracleJudge {
    let unit: OracleUnit

    func value(of condition: Condition) -> OracleValue {
        switch condition.kind {
        case .message(let message): return value(of: message)
        case .expectation(let expectation): return value(of: expectation)
        case .silence(let silence): return value(of: silence)
        case .sequence(let sequence): return value(of: sequence)
        case .gap(let gap): return value(of: gap)
        case .count(let count): return value(of: count)
        case .scope(let scope): return value(of: scope)
        case .unit(let condition): return value(of: condition)
        case .any(let children):
            // §2: "`any` unites by anchor"; "T decides `any`, … whatever is unknown".
            let values = children.map { value(of: $0) }
            return OracleValue(
                matches: united(values.flatMap(\.matches)),
                isMarkedTrue: values.contains { $0.truth == .true },
                unknowns: Set(values.flatMap(\.unknowns)))
        case .not(let child):
            // §2: "`not` has no matches".
            let value = value(of: child)
            switch value.truth {
            case .true: return OracleValue()
            case .false: return OracleValue(isMarkedTrue: true)
            case .unknown: return OracleValue(unknowns: value.unknowns)
            }
        case .all(let children): return conjunction(children, subject: subject(of: children))
        case .unless(let child, let others):
            // §2: "`unless X` is `all` with `not X`".
            return conjunction([child] + others.map { Condition(.not($0)) }, subject: 0)
        }
    }

    /// §2: "`all` is Kleene's AND, its matches are those of its subject"; "F decides `all`".
    private func conjunction(_ children: [Condition], subject: Int?) -> OracleValue {
        let values = children.map { value(of: $0) }
        if values.contains(where: { $0.truth == .false }) { return OracleValue() }
        let unknowns = Set(values.flatMap(\.unknowns))
        if values.contains(where: { $0.truth == .unknown }) {
            return OracleValue(unknowns: unknowns)
        }
        let matches = subject.map { values[$0].matches } ?? []
        return OracleValue(matches: matches, isMarkedTrue: true, unknowns: unknowns)
    }

    /// §2: "the first positive child, or the one marked"; what is asked of the whole unit is no subject
    /// while there is another positive child.
    private func subject(of children: [Condition]) -> Int? {
        children.firstIndex(where: \.isSubject)
            ?? children.firstIndex { !isDenial($0) && !looksAtTheWholeUnit($0) }
            ?? children.firstIndex { !isDenial($0) }
    }

    private func isDenial(_ condition: Condition) -> Bool {
        if case .not = condition.kind { return true }
        return false
    }

    /// A fact, a measure, when the unit began; or a condition that is made of nothing else.
    private func looksAtTheWholeUnit(_ condition: Condition) -> Bool {
        switch condition.kind {
        case .unit: return true
        case .any(let children): return !children.contains { !looksAtTheWholeUnit($0) }
        case .unless(let child, _): return looksAtTheWholeUnit(child)
        case .all(let children):
            let positive = children.filter { !isDenial($0) }
            return !positive.isEmpty && !positive.contains { !looksAtTheWholeUnit($0) }
        default: return false
        }
    }

    private func united(_ matches: [OracleMatch]) -> [OracleMatch] {
        var result: [OracleMatch] = []
        for match in matches {
            if let known = result.firstIndex(where: { $0.anchor == match.anchor }) {
                result[known].spans = Span.union(result[known].spans + match.spans)
            } else {
                result.append(match)
            }
        }
        return result.sorted { ($0.anchor ?? -1) < ($1.anchor ?? -1) }
    }

    // MARK: Messages

    private func value(of condition: MessageCondition) -> OracleValue {
        let (rows, reason) = unit.scope(of: condition)
        guard let rows else { return OracleValue(unknowns: [reason]) }
        if let repeats = condition.repeats, repeats.minimumGap > 0, !unit.hasTimes {
            return OracleValue(unknowns: ["no-times"])
        }
        if condition.sent != nil, !unit.hasTimes { return OracleValue(unknowns: ["no-times"]) }
        var unknowns: Set<String> = []
        let matches = rows.compactMap { row -> OracleMatch? in
            if let sent = condition.sent, let times = unit.record.times, !isAt(sent, times[row]) { return nil }
            var spans: [Span]? = []
            if let text = condition.text {
                spans = OracleText(
                    original: unit.messages[row].text, folded: unit.record.folded[row]
                ).spans(of: text)
            }
            if condition.hasStrangersPhone, spans != nil {
                switch hasStrangersPhone(row) {
                case true?: break
                case false?: return nil
                case nil:
                    unknowns.insert("no-fact")
                    return nil
                }
            }
            if let repeats = condition.repeats, !self.repeats(row, repeats, condition.population) { return nil }
            return spans.map { OracleMatch(anchor: row, owner: unit.owner(of: row), spans: $0) }
        }
        return OracleValue(matches: matches, unknowns: unknowns)
    }

    /// The messages a condition chooses from, `position` applied or not; nil where not known.
    func population(of condition: Condition, positioned: Bool) -> [Int]? {
        switch condition.kind {
        case .message(let message):
            return positioned ? unit.scope(of: message).rows : unit.rows(of: message.population)
        case .any(let children):
            let rows = children.map { population(of: $0, positioned: positioned) }
            return rows.contains(nil) ? nil : Set(rows.compactMap { $0 }.flatMap { $0 }).sorted()
        case .all(let children):
            guard let subject = subject(of: children) else { return [] }
            return population(of: children[subject], positioned: positioned)
        case .unless(let child, _): return population(of: child, positioned: positioned)
        case .count(let count): return population(of: count.of, positioned: positioned)
        case .scope(let scope): return population(of: scope.find, positioned: positioned)
        case .expectation(let e): return population(of: e.expect, positioned: positioned)
        case .sequence(let sequence):
            return sequence.steps.last.flatMap { population(of: $0.condition, positioned: positioned) } ?? []
        case .silence, .gap, .unit, .not: return []
        }
    }

    // MARK: Silence

    /// Each message that starts a stretch without `side`, and the message of the side that ends it.
    private func stretches(of silence: Silence) -> [(start: Int, end: Int?)] {
        let talk = unit.rows(of: Population())
        return talk.indices.filter { place in
            unit.messages[talk[place]].speaker != silence.of
                && (place == 0 || unit.messages[talk[place - 1]].speaker == silence.of)
        }.map { place in
            let end = talk[place...].first { unit.messages[$0].speaker == silence.of }
            return (talk[place], end)
        }
    }

    /// §3: anchor "the earlier message", decided "at min; with max: at the later message".
    private func value(of silence: Silence) -> OracleValue {
        guard unit.hasTimes else { return OracleValue(unknowns: ["no-times"]) }
        var result = OracleValue()
        for (start, end) in stretches(of: silence) {
            let due = unit.time(start) + silence.minimum
            let isMatch: Bool
            if let end {
                let gap = unit.time(end) - unit.time(start)
                isMatch = gap >= silence.minimum && gap <= silence.maximum ?? .max
            } else if let maximum = silence.maximum {
                // It counts only once it has ended; one that may still end in time is unknown.
                if case .cutOff(let seen) = unit.end,
                    seen.map({ $0 <= unit.time(start) + maximum }) ?? true
                {
                    result.unknowns.insert("cut-off")
                }
                isMatch = false
            } else {
                // Nobody of the side came back: it lasts to the end, which "fires d ≤ c" (§7).
                let last: Int64?
                switch unit.end {
                case .closed(let at, _), .handedOver(let at): last = at
                case .cutOff(let seen): last = seen
                }
                isMatch = last.map { due <= $0 } ?? false
                if !isMatch, unit.end.isCutOff { result.unknowns.insert("cut-off") }
            }
            guard isMatch else { continue }
            let owner = unit.debtor(at: due, before: end ?? .max)
            result.matches.append(OracleMatch(anchor: start, owner: owner, spans: []))
        }
        return result
    }

    // MARK: Count

    /// §3: "at least N: the N-th; at most, share, every: ∅"; "empty population: share and every F
    /// without exposure, at most T".
    private func value(of count: Count) -> OracleValue {
        var inner = value(of: count.of)
        if count.isDistinct { inner.matches = distinct(inner.matches) }
        let whole = OracleMatch(anchor: nil, owner: unit.ownerOfWhole, spans: [])
        // Decided at the close, so not decided where the end is missing.
        var open = inner.unknowns
        if unit.end.isCutOff || unit.startIsCut { open.insert("cut-off") }
        switch count.bound {
        case .atLeast(let wanted):
            if inner.matches.count >= wanted {
                let nth = inner.matches[wanted - 1]
                return OracleValue(matches: [nth], unknowns: inner.unknowns)
            }
            return OracleValue(unknowns: open)
        case .atMost(let allowed):
            if inner.matches.count > allowed { return OracleValue() }
            return open.isEmpty ? OracleValue(matches: [whole]) : OracleValue(unknowns: open)
        case .share(let percent):
            guard open.isEmpty, let population = population(of: count.of, positioned: true) else {
                return OracleValue(unknowns: open)
            }
            let found = population.count { row in inner.matches.contains { $0.anchor == row } }
            let isTrue = !population.isEmpty && found * 100 >= percent * population.count
            return OracleValue(matches: isTrue ? [whole] : [])
        case .every:
            guard let population = population(of: count.of, positioned: true) else {
                return OracleValue(unknowns: open)
            }
            let isBroken = population.contains { row in
                !inner.matches.contains { $0.anchor == row }
            }
            if isBroken, inner.unknowns.isEmpty { return OracleValue() }
            guard open.isEmpty else { return OracleValue(unknowns: open) }
            return OracleValue(matches: population.isEmpty ? [] : [whole])
        }
    }

    // MARK: Exposures

    /// §4, by the form of the condition alone; the owners of hits come on top.
    func exposures(of condition: Condition) -> [OracleExposure] {
        switch condition.kind {
        case .message(let message): return exposures(of: message.population)
        case .expectation(let expectation):
            return obligations(of: expectation).compactMap { obligation in
                switch obligation.fate {
                case .met(let row): OracleExposure(owner: unit.owner(of: row), anchor: row)
                case .missed(let debtor): OracleExposure(owner: debtor, anchor: obligation.trigger)
                case .void, .unknown: nil
                }
            }
        case .silence(let silence):
            guard unit.hasTimes else { return [] }
            return stretches(of: silence).map {
                OracleExposure(owner: unit.debtor(at: $0.start), anchor: $0.start)
            }
        case .gap(let gap): return exposures(of: gap)
        case .sequence(let sequence): return exposures(of: sequence)
        case .count(let count):
            switch count.bound {
            case .atLeast: return exposures(of: count.of)
            case .atMost: return [OracleExposure(owner: unit.ownerOfWhole, anchor: nil)]
            case .share, .every:
                let population = population(of: count.of, positioned: true) ?? []
                return population.isEmpty
                    ? [] : [OracleExposure(owner: unit.ownerOfWhole, anchor: nil)]
            }
        case .scope(let scope): return exposures(of: scope.find)
        case .unit(let condition): return exposures(of: condition)
        case .any(let children): return children.flatMap { exposures(of: $0) }
        case .all(let children):
            guard let subject = subject(of: children) else {
                return [OracleExposure(owner: unit.ownerOfWhole, anchor: nil)]
            }
            return exposures(of: children[subject])
        case .unless(let child, _): return exposures(of: child)
        case .not: return [OracleExposure(owner: unit.ownerOfWhole, anchor: nil)]
        }
    }

    /// "for message matches each agent with a message in the subject's population, or, where that
    /// population is the buyer's or the system's, each debtor at one of its messages".
    private func exposures(of population: Population) -> [OracleExposure] {
        let isOthers = population.speakers.allSatisfy { $0 == .buyer || $0 == .system }
        let rows = unit.rows(of: population).filter { row in
            let speaker = unit.messages[row].speaker
            return isOthers || speaker == .agent || speaker == .assistant
        }
        let owners = Set(rows.map { unit.owner(of: $0) })
        return owners.map { owner in
            OracleExposure(owner: owner, anchor: rows.first { unit.owner(of: $0) == owner })
        }
    }

    // MARK: Misses

    /// §4: what a positive rule has missed, each as a match with its owner.
    func misses(
        of root: Condition, value: OracleValue, hits: [OracleMatch], exposures: [OracleExposure]
    ) -> [OracleMatch] {
        // "each missed obligation of an expectation that reports `met`"
        if let (expectation, isRoot) = duty(of: root, isRoot: true) {
            // Decided obligations stand for themselves at the root; below it "nothing undecided is a
            // miss".
            guard isRoot || value.truth != .unknown else { return [] }
            return obligations(of: expectation).compactMap { obligation in
                guard case .missed(let debtor) = obligation.fate else { return nil }
                return OracleMatch(
                    anchor: obligation.trigger, owner: debtor, spans: obligation.triggerSpans)
            }
        }
        // A sequence is missed where its first run left the steps.
        if let (sequence, isRoot) = procedure(of: root, isRoot: true) {
            guard isRoot || value.truth != .unknown else { return [] }
            guard let first = runs(of: sequence).runs.first, case .missed(let owner) = first.fate else { return [] }
            return [OracleMatch(anchor: first.lastRow, owner: owner, spans: first.spans(of: sequence, self))]
        }
        // "otherwise each exposure whose owner has no hit in that unit"
        guard value.unknowns.isEmpty else { return [] }
        let missed = exposures.filter { exposure in !hits.contains { $0.owner == exposure.owner } }
        // Branches of an `any` expose an owner more than once: each obligation that he missed, else once.
        let duties = missedDuties(of: root)
        let once = missed.filter { exposure in
            if !hasBranches(root) { return true }
            if duties.contains(where: { $0.owner == exposure.owner }) { return duties.contains(exposure) }
            return !missed.contains { $0.owner == exposure.owner && ($0.anchor ?? .max) < (exposure.anchor ?? .max) }
        }
        return once.map { OracleMatch(anchor: $0.anchor, owner: $0.owner, spans: []) }
    }

    /// The exposures of a condition that are obligations missed.
    private func missedDuties(of condition: Condition) -> [OracleExposure] {
        switch condition.kind {
        case .expectation(let expectation):
            return obligations(of: expectation).compactMap { obligation in
                guard case .missed(let debtor) = obligation.fate else { return nil }
                return OracleExposure(owner: debtor, anchor: obligation.trigger)
            }
        case .sequence(let sequence):
            guard let first = runs(of: sequence).runs.first, case .missed(let owner) = first.fate else { return [] }
            return [OracleExposure(owner: owner, anchor: first.lastRow)]
        case .any(let children): return children.flatMap { missedDuties(of: $0) }
        case .all(let children): return subject(of: children).map { missedDuties(of: children[$0]) } ?? []
        case .unless(let child, _): return missedDuties(of: child)
        case .scope(let scope): return missedDuties(of: scope.find)
        case .count(let count):
            if case .atLeast = count.bound { return missedDuties(of: count.of) }
            return []
        case .message, .silence, .gap, .unit, .not: return []
        }
    }

    /// Whether its exposures are those of the branches of an `any`.
    private func hasBranches(_ condition: Condition) -> Bool {
        switch condition.kind {
        case .any: return true
        case .all(let children): return subject(of: children).map { hasBranches(children[$0]) } ?? false
        case .unless(let child, _): return hasBranches(child)
        case .scope(let scope): return hasBranches(scope.find)
        case .count(let count):
            if case .atLeast = count.bound { return hasBranches(count.of) }
            return false
        case .message, .expectation, .silence, .gap, .sequence, .unit, .not: return false
        }
    }

    /// The expectation whose matches are the condition's own.
    private func duty(of condition: Condition, isRoot: Bool) -> (Expectation, Bool)? {
        switch condition.kind {
        case .expectation(let expectation):
            return expectation.report == .met ? (expectation, isRoot) : nil
        case .all(let children):
            guard let subject = subject(of: children) else { return nil }
            return duty(of: children[subject], isRoot: false)
        case .unless(let child, _): return duty(of: child, isRoot: false)
        case .message, .silence, .gap, .sequence, .count, .scope, .any, .unit, .not: return nil
        }
    }
}
