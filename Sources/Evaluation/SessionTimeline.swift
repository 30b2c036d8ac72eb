import ChineseText
import ConversationModel
import RuleLanguage

/// One reading of a session's messages in their order: units, deadlines, close instant.
///
/// Rows come in order; a session whose messages turn out to be ordered otherwise makes a new one.
final class SessionTimeline {
    let rows: SessionRows
    private let origin: SessionOrigin
    private let breaker: WordBreaker
    private let conversation: SessionUnit
    private var stays: [SessionUnit] = []
    private var openStay: SessionUnit?
    /// The owner that a row named last.
    private var previousOwner = OwnerNumber.none
    private var queue = SessionDeadlines()
    private var wait: WaitTracker
    private var closedByEvent: Instant?
    /// Rows replayed into stays so far.
    private var replayed = 0
    private var changes: [SessionEvent] = []

    init(_ reader: SessionReader, _ origin: SessionOrigin, hasTimes: Bool, tellsOutcomes: Bool) {
        self.origin = origin
        breaker = reader.breaker
        wait = WaitTracker(reader.rules.policy.waits)
        rows = SessionRows(reader, origin, hasTimes: hasTimes, tellsOutcomes: tellsOutcomes)
        conversation = SessionUnit(
            conversation: origin.conversation, rows, breaker, startIsCut: origin.isTruncatedAtStart)
    }

    /// The next pending deadline.
    func nextDeadline() -> Int64? { queue.first()?.at }

    /// When the conversation closes by what was seen, and whether an event says so.
    var close: (at: Instant, isExplicit: Bool)? {
        guard rows.hasTimes, rows.count > 0 else { return nil }
        if let closedByEvent { return (closedByEvent, true) }
        let last = Instant(milliseconds: rows.table.times[rows.count - 1])
        return (wait.closeInstant(after: last, policy: rows.rules.policy), false)
    }

    /// Fires deadlines before `instant`, at it too where `inclusive`.
    func advance(to instant: Int64, inclusive: Bool = false) {
        while let deadline = queue.next(before: instant, inclusive: inclusive) {
            deadline.run.fire(deadline, seen: rows.count)
            deadline.run.moveDeadlines(to: &queue)
            changes += deadline.run.unit.takeChanges()
        }
    }

    func observe(_ kept: KeptMessage) {
        if rows.hasTimes, let time = kept.message.time { advance(to: time.milliseconds) }
        let row = rows.count
        rows.append(kept)
        track(kept.message)
        let owner = rows.newDebtor(row)
        if owner != OwnerNumber.none, let stay = openStay, stay.agent != owner {
            let time = rows.hasTimes ? rows.table.times[row] : MessageTable.noTime
            stay.close(.handedOver, at: time)
            changes += stay.takeChanges()
            openStay = nil
        }
        feed(conversation, row)
        if let stay = openStay { feed(stay, row) }
        guard owner != OwnerNumber.none else { return }
        if owner >= 0, owner != previousOwner, rows.rules.hasStayRules { enterStay(of: owner, at: row) }
        previousOwner = owner
    }

    private func feed(_ unit: SessionUnit, _ row: Int) {
        unit.feed(through: row, &queue)
        changes += unit.takeChanges()
    }

    private func enterStay(of agent: Int32, at row: Int) {
        let stay = SessionUnit(
            of: agent, at: row, isFirst: stays.isEmpty, conversation: origin.conversation, rows, breaker,
            startIsCut: origin.isTruncatedAtStart)
        stays.append(stay)
        replayed += row - stay.firstRow
        // Hand-overs without a word from anybody replay the same rows again and again.
        if replayed > Evaluator.stayLimit { return stay.skip() }
        openStay = stay
        feed(stay, row)
    }

    private func track(_ message: Message) {
        guard let time = message.time else { return }
        if message.kind == .event, message.eventType == "closed", closedByEvent == nil { closedByEvent = time }
        let mayOpen = message.speaker == .buyer && wait.openSince == nil
        wait.observe(
            speaker: message.speaker, isAutomatic: message.isAutomatic, kind: message.kind,
            needsAnswer: mayOpen && rows.rules.acknowledgements.needsAnswer(message.text, kind: message.kind), at: time)
    }

    /// Decides everything that is open; the deadlines before the end have been fired.
    func finish(_ end: UnitScope.End, at instant: Int64, limits: UnknownReasons) {
        guard rows.count > 0 else { return }
        conversation.close(end, at: instant, limits: limits)
        openStay?.close(end, at: instant, limits: limits)
        openStay = nil
        for unit in [conversation] + stays {
            changes += unit.takeChanges()
            changes += unit.outcomes.map { .outcome($0) }
        }
    }

    /// Hands out what was emitted since the last call.
    func takeChanges() -> [SessionEvent] {
        guard !changes.isEmpty else { return [] }
        defer { changes = [] }
        return changes
    }
}
