import ConversationModel
import Evaluation

/// What all conversations of a live inspection share while one of them works.
struct LiveContext {
    let sets: LiveRuleSets
    let lateness: Int64
    let rebuildLimit: Int
    let defaultShop: String
    /// Place in the log of the event applied last.
    var position: UInt64 = 0
    /// Deadlines and closes up to here have been fired; milliseconds.
    var now = Int64.min
    /// The time that events and `advance` told, by which something is late; never later than `now`.
    var told = Int64.min

    /// What closed before is done with.
    var watermark: Int64 { Instant(milliseconds: told).advanced(by: -lateness).milliseconds }
}

/// One conversation with its messages that late ones may still come between.
///
/// The messages kept are in the order of events, cut into parts as the batch path cuts them, with one session each. What comes
/// in order goes into the last session; what comes late has all of them judged anew, and the difference is what changed.
final class LiveConversation {
    /// A message that is kept, and its place in the log.
    private struct Entry {
        let order: EventOrder
        let message: Message
        let position: UInt64
    }

    private struct Part {
        /// Nil once it has ended.
        var session: Session?
        /// Its first message among those kept.
        var first: Int
        let number: Int
        /// When it closed, once it did; milliseconds.
        var close: Int64?
        /// By whose rules; until the group is known by some, and nothing is said.
        var judge: LiveRuleSets.Judge
        /// Where the rules rest on it: nil until it is known.
        var group: String?
        /// Whether what its session says is said.
        var isPinned: Bool
    }

    /// An object, so that a table of them stays small.
    private final class Standing {
        let finding: LiveFinding
        let part: Int

        init(finding: LiveFinding, part: Int) { (self.finding, self.part) = (finding, part) }
    }

    let key: LiveConversationKey
    private(set) var settled: LiveMemory.Record?
    private var entries: [Entry] = []
    private var ids: Set<String> = []
    private var parts: [Part] = []
    private var standing: [String: Standing] = [:]
    /// The entries before were given to their sessions.
    private var fed = 0
    /// What was told to the last session; milliseconds.
    private var told = Int64.min
    private var rebuilt = 0
    /// Judged once nobody can be late any more.
    private var isStale = false
    private var changes: [LiveChange] = []
    private var settledIDs: [String] = []
    /// Whether its owner counts it among those that live.
    var isCounted = false

    init(_ key: LiveConversationKey, settled: LiveMemory.Record? = nil) {
        self.key = key
        self.settled = settled
    }

    /// Nothing is open and nothing can change.
    var isSettled: Bool { entries.isEmpty }
    /// The least place in the log that is still needed.
    private(set) var firstPosition: UInt64?

    /// What became of an event.
    enum Reception {
        case taken, duplicate, tooLate, overLimit
    }

    /// Takes a line of the conversation; the time told is in `context`.
    func take(_ line: MappedEvent, _ context: LiveContext) -> Reception {
        if let settled, line.order.time <= settled.closedAt.milliseconds { return .tooLate }
        guard !ids.contains(line.order.id) else { return .duplicate }
        // One more than a session judges, so that it knows of the limit.
        guard entries.count <= Session.messageLimit else { return .overLimit }
        ids.insert(line.order.id)
        let entry = Entry(order: line.order, message: line.message, position: context.position)
        // Later events have later places.
        if firstPosition == nil { firstPosition = context.position }
        let isInOrder = entries.last.map { $0.order < line.order } ?? true
        if isInOrder, line.order.time >= told, !isStale {
            entries.append(entry)
            observe(entries.count - 1, context)
            return .taken
        }
        if isInOrder { entries.append(entry) } else { entries.insert(entry, at: place(of: line.order)) }
        guard !isStale else { return .taken }
        if rebuilt + entries.count > context.rebuildLimit {
            isStale = true
            parts = []
        } else {
            rebuild(context)
        }
        return .taken
    }

    private func place(of order: EventOrder) -> Int { entries.partitioningIndex { !($0.order < order) } }

    // MARK: Time

    /// The next instant at which a deadline or a close is due, in milliseconds.
    var nextExpiry: Int64? { isStale ? nil : nextOfSession }

    /// The time told at which something is done with, or judged because nothing late can reach it; milliseconds.
    func nextEnd(_ context: LiveContext) -> Int64? {
        if isStale {
            let policy = context.sets.policy
            let silence = max(policy.closeAfter, policy.closeAfterOpenWait)
            return entries.last.map { LiveConversation.sum($0.order.time, silence, context.lateness, 1) }
        }
        return parts.first?.close.map { LiveConversation.sum($0, context.lateness, 1) }
    }

    private var nextOfSession: Int64? {
        guard let session = parts.last?.session, let close = session.closeInstant?.at.milliseconds else { return nil }
        let end = LiveConversation.sum(close, 1)
        return session.nextDeadline.map { min($0.milliseconds, end) } ?? end
    }

    /// Does what is due at `instant`, its `nextExpiry` or `nextEnd`. Instants of one conversation ascend.
    func step(at instant: Int64, _ context: LiveContext) {
        if isStale {
            isStale = false
            rebuilt = 0
            rebuild(context)
        } else if let next = nextOfSession, next <= instant {
            stepSession(to: next, context)
        }
        settle(before: context.watermark)
    }

    private func stepSession(to next: Int64, _ context: LiveContext) {
        guard let session = parts.last?.session, let close = session.closeInstant?.at.milliseconds else { return }
        told = max(told, next)
        // What is due at the close itself is the close's.
        if next <= close {
            note(session.advance(to: Instant(milliseconds: next)), parts.count - 1, at: next, context)
        } else {
            closeLast(context)
        }
    }

    private func closeLast(_ context: LiveContext) {
        let last = parts.count - 1
        if !parts[last].isPinned {
            let messages = entries[parts[last].first..<fed].lazy.map(\.message)
            pin(last, to: context.sets.group(withoutAgent: messages), at: told, context)
        }
        guard let session = parts[last].session, let close = session.closeInstant else { return }
        // Some, where it was pinned just now.
        while let next = session.nextDeadline, next <= close.at {
            note(session.advance(to: next), last, at: next.milliseconds, context)
        }
        note(session.close(at: close.at, explicitly: close.isExplicit), last, at: close.at.milliseconds, context)
        parts[last].session = nil
        parts[last].close = close.at.milliseconds
        told = max(told, LiveConversation.sum(close.at.milliseconds, 1))
    }

    /// Drops the parts that closed before the watermark: no event in time can reach them.
    private func settle(before watermark: Int64) {
        while let part = parts.first, let close = part.close, close < watermark {
            let end = parts.count > 1 ? parts[1].first : entries.count
            settled = record(of: part, end: end, close: close)
            for entry in entries[..<end] { ids.remove(entry.order.id) }
            entries.removeFirst(end)
            firstPosition = entries.lazy.map(\.position).min()
            parts.removeFirst()
            fed -= end
            for place in parts.indices { parts[place].first -= end }
            settledIDs += standing.filter { $0.value.part == part.number }.keys.sorted()
            standing = standing.filter { $0.value.part != part.number }
            rebuilt = 0
        }
    }

    private func record(of part: Part, end: Int, close: Int64) -> LiveMemory.Record {
        let previous = self.previous(before: end, from: part.first)
        return LiveMemory.Record(
            key: key, parts: part.number, messages: messageOffset + end, closedAt: Instant(milliseconds: close),
            lastMessage: previous.end, lastAgent: previous.agent)
    }

    // MARK: Judging

    /// Messages of the settled parts.
    private var messageOffset: Int { settled?.messages ?? 0 }

    /// Feeds an entry, the next in order, to the part it belongs to.
    private func observe(_ place: Int, _ context: LiveContext) {
        let entry = entries[place]
        stepSessions(through: entry.order.time, context)
        if parts.last?.session == nil { open(at: place, context) }
        let last = parts.count - 1
        if !parts[last].isPinned,
            let group = context.sets.group(pinnedBy: entry.message, on: day(of: parts[last], context))
        {
            pin(last, to: group, at: entry.order.time, context)
            // What was due before is said now, too.
            let said = changes.count
            stepSessions(through: entry.order.time, context)
            for index in said..<changes.count { changes[index].at = Instant(milliseconds: entry.order.time) }
        }
        feed(place, context)
    }

    /// Fires the session's own deadlines at their instants, so that each says when it was.
    private func stepSessions(through instant: Int64, _ context: LiveContext) {
        while let next = nextOfSession, next <= instant { stepSession(to: next, context) }
    }

    private func feed(_ place: Int, _ context: LiveContext) {
        let (entry, last) = (entries[place], parts.count - 1)
        stepSessions(through: entry.order.time, context)
        told = max(told, entry.order.time)
        fed = place + 1
        if let session = parts[last].session {
            note(session.observe(entry.message), last, at: entry.order.time, context)
        }
    }

    /// The group of the last part is known: what was fed of it is judged by its rules, and said at `instant`.
    private func pin(_ part: Int, to group: String, at instant: Int64, _ context: LiveContext) {
        let (said, end) = (changes.count, fed)
        parts[part].group = group
        parts[part].judge = context.sets.judge(at: start(of: parts[part]), for: group)
        parts[part].isPinned = true
        guard let origin = parts[part].session?.origin else { return }
        parts[part].session = Session(
            origin, reader: parts[part].judge.reader, tellsOutcomes: false, keepsMessages: false)
        for place in parts[part].first..<end { feed(place, context) }
        let at = Instant(milliseconds: max(told, instant))
        for index in said..<changes.count { changes[index].at = at }
    }

    private func open(at place: Int, _ context: LiveContext) {
        let number = (parts.last?.number ?? settled?.parts ?? 0) + 1
        var facts = Facts()
        if let part = parts.last {
            let previous = self.previous(before: place, from: part.first)
            facts.previous = .ended(previous.end, agent: previous.agent)
        } else if let settled {
            facts.previous = .ended(settled.lastMessage, agent: settled.lastAgent)
        }
        let origin = SessionOrigin(
            id: key.conversation, part: number, shop: key.shop, buyer: key.buyer, groups: context.sets.groups,
            defaultShop: context.defaultShop, facts: facts)
        let judge = context.sets.judge(at: Instant(milliseconds: entries[place].order.time))
        parts.append(
            Part(
                session: Session(origin, reader: judge.reader, tellsOutcomes: false, keepsMessages: false),
                first: place, number: number,
                judge: judge, isPinned: !context.sets.needsGroup))
    }

    private func start(of part: Part) -> Instant { Instant(milliseconds: entries[part.first].order.time) }

    private func day(of part: Part, _ context: LiveContext) -> CalendarDay {
        context.sets.policy.zone.day(of: start(of: part))
    }

    /// When the part of these messages ended, and its last human agent.
    private func previous(before end: Int, from first: Int) -> (end: Instant, agent: String?) {
        let messages = entries[first..<end].lazy.map(\.message)
        let human = messages.last { message in
            message.speaker == .agent && !message.isAutomatic
                && ![MessageKind.recall, .transfer, .event].contains(message.kind)
        }
        return (
            Instant(milliseconds: entries[end - 1].order.time),
            human.map { $0.agent ?? OwnerNumber.unknownAgent }
        )
    }

    /// Judges all that is kept anew and leaves the difference.
    private func rebuild(_ context: LiveContext) {
        rebuilt += entries.count
        let before = standing
        let unsaid = changes
        parts = []
        standing = [:]
        told = .min
        fed = 0
        for place in entries.indices { observe(place, context) }
        while let next = nextOfSession, next <= context.now { stepSession(to: next, context) }
        let said = changes.dropFirst(unsaid.count)
        changes = unsaid
        let at = Instant(milliseconds: context.now)
        for id in before.keys.sorted() where standing[id] == nil {
            guard let old = before[id] else { continue }
            changes.append(LiveChange(kind: .retract, finding: old.finding, position: context.position, at: at))
        }
        var seen: Set<String> = []
        for change in said where change.kind == .assert {
            let id = change.finding.finding.id
            guard let now = standing[id], now.finding == change.finding, seen.insert(id).inserted else { continue }
            if let old = before[id], old.finding.says(theSameAs: now.finding) {
                standing[id] = Standing(finding: old.finding, part: now.part)
            } else {
                changes.append(
                    LiveChange(kind: .assert, finding: now.finding, position: context.position, at: at))
            }
        }
    }

    // MARK: Findings

    /// Hands out what was said since the last call, in its order.
    func takeChanges() -> [LiveChange] {
        guard !changes.isEmpty else { return [] }
        defer { changes = [] }
        return changes
    }

    /// Hands out the findings that nothing can take back any more, since the last call.
    func takeSettled() -> [String] {
        defer { settledIDs = [] }
        return settledIDs
    }

    private func note(_ events: [SessionEvent], _ place: Int, at instant: Int64, _ context: LiveContext) {
        guard parts[place].isPinned else { return }
        let at = Instant(milliseconds: instant)
        for event in events {
            switch event {
            case .assert(let finding):
                guard let made = live(finding, place, at: at, context) else { continue }
                standing[finding.id] = Standing(finding: made, part: parts[place].number)
                changes.append(LiveChange(kind: .assert, finding: made, position: context.position, at: at))
            case .retract(let id):
                guard let old = standing.removeValue(forKey: id) else { continue }
                changes.append(LiveChange(kind: .retract, finding: old.finding, position: context.position, at: at))
            case .outcome: break
            }
        }
    }

    private func live(_ finding: Finding, _ place: Int, at instant: Instant, _ context: LiveContext) -> LiveFinding? {
        let judge = parts[place].judge
        guard let rule = judge.rules[finding.rule] else { return nil }
        let first = parts[place].first
        func message(_ position: Int) -> Message { entries[first + position].message }
        let scalars = finding.evidence.map { evidence in
            let text = message(evidence.message).text.utf8
            return evidence.spans.map { Span(scalarCount(text, $0.start), scalarCount(text, $0.end)) }
        }
        let excerpt = finding.anchor.map { judge.reader.masked(message($0).text) } ?? ""
        var finding = finding
        let offset = messageOffset + first
        if let anchor = finding.anchor { finding.anchor = anchor + offset }
        for index in finding.evidence.indices { finding.evidence[index].message += offset }
        if let diverged = finding.divergence?.message { finding.divergence?.message = diverged + offset }
        return LiveFinding(
            finding: finding, rule: rule, version: judge.version, scheme: judge.scheme, group: parts[place].group,
            shop: key.shop, day: day(of: parts[place], context), scalarSpans: scalars,
            excerpt: String(String.UnicodeScalarView(excerpt.unicodeScalars.prefix(80))), position: context.position,
            decidedAt: instant)
    }

    /// Unicode scalars that begin in the first `bytes` bytes.
    private func scalarCount(_ text: String.UTF8View, _ bytes: Int) -> Int {
        text.prefix(bytes).count { $0 & 0xC0 != 0x80 }
    }

    /// A sum that stays at the ends of the range.
    private static func sum(_ terms: Int64...) -> Int64 {
        terms.dropFirst().reduce(Instant(milliseconds: terms[0])) { $0.advanced(by: $1) }.milliseconds
    }
}
