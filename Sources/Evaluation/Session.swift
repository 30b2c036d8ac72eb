import ConversationModel
import RuleLanguage

/// One open conversation that is judged while it goes on. It is told the time and reads no clock.
///
/// Feed it messages as they arrive (`observe`), tell it the time (`advance`), end it (`close`). What
/// it asserts is final: nothing is withdrawn unless a message arrives late, or the end turns out to
/// be missing (`cutOff`). After the end the assertions that stand are the findings of the batch path
/// on the same messages, whatever their order of arrival and whatever advances came between.
///
/// Message conditions, `count` at least, silences, gaps, sequences and expectations over messages are decided at the
/// message or the deadline that decides them, and so are `any` of those, and `all` once its other
/// children are true. Decided at the end only: last positions, the trigger `last`, count at most,
/// share and every, whatever has `not` or `unless` in it unless that is refuted before (as first positions are when
/// all of them have come), expectations
/// whose parts are decided late themselves, hits of a whole unit, and misses of positive rules other
/// than those of an expectation at the root.
///
/// Cost: O(1) amortised a node and message that concerns it, O(log n) a deadline. A late message costs a rebuild.
/// Memory is bounded by `messageLimit` messages.
public final class Session {
    /// Messages beyond are counted, not judged: every rule then has the unknown `limit`.
    public static let messageLimit = 200_000
    /// Messages that may be read again for late ones before rebuilding waits for the end.
    static let rebuildLimit = 2_000_000

    public let origin: SessionOrigin
    private let reader: SessionReader
    private let tellsOutcomes: Bool
    private let keepsMessages: Bool
    private var kept: [KeptMessage] = []
    private var count = 0
    private var lastTime = MessageTable.noTime
    private var timeline: SessionTimeline
    private var hasTimes = true
    private var isOverLimit = false
    /// Late messages are no longer sorted in before the end.
    private var isStale = false
    private var rebuilt = 0
    /// Deadlines before this instant have been fired; milliseconds.
    private var now = Int64.min
    /// What stands, by id; only where messages are kept.
    private var asserted: [String: Finding] = [:]
    public private(set) var isClosed = false

    /// Opens a session. `reader` may serve many sessions of one thread, not of several. Without `tellsOutcomes` only findings are
    /// said, which costs less. Without `keepsMessages` all have a time and none comes late, nor does the end: nothing is kept to
    /// begin again.
    public init(
        _ origin: SessionOrigin, reader: SessionReader, tellsOutcomes: Bool = true, keepsMessages: Bool = true
    ) {
        self.origin = origin
        self.reader = reader
        self.tellsOutcomes = tellsOutcomes
        self.keepsMessages = keepsMessages
        timeline = SessionTimeline(reader, origin, hasTimes: true, tellsOutcomes: tellsOutcomes)
    }

    /// The least instant at which `advance` fires a deadline; nil where none is pending.
    public var nextDeadline: Instant? {
        guard !isClosed, !isStale else { return nil }
        return timeline.nextDeadline().map { Instant(milliseconds: $0).advanced(by: 1) }
    }

    /// When this conversation closes by what was seen so far, and whether an event said so.
    ///
    /// A later message begins the next part, which is another session. Nil without times.
    public var closeInstant: (at: Instant, isExplicit: Bool)? { isClosed ? nil : timeline.close }

    /// Takes a message: the time advances to its own, then it is judged.
    ///
    /// One that is earlier than the time told already is late: all are judged anew and the
    /// difference is returned. Messages of one instant keep their order of arrival. After the end
    /// nothing happens.
    public func observe(_ message: Message) -> [SessionEvent] {
        guard !isClosed else { return [] }
        guard count < Session.messageLimit else {
            isOverLimit = true
            return []
        }
        let entry = KeptMessage(message: message, text: reader.read(message), position: count)
        count += 1
        if keepsMessages { kept.append(entry) }
        if let time = message.time { lastTime = max(lastTime, time.milliseconds) }
        var isLate = false
        if let time = message.time?.milliseconds {
            isLate = hasTimes && time < now
            now = max(now, time)
        } else if hasTimes {
            hasTimes = false
            isLate = true
        }
        if isStale { return [] }
        if isLate, keepsMessages {
            guard rebuilt + kept.count <= Session.rebuildLimit else {
                isStale = true
                return []
            }
            return rebuild(advancingTo: now)
        }
        timeline.observe(entry)
        return settled(timeline.takeChanges())
    }

    /// Fires every deadline before `instant`, in order of (deadline, rule, anchor).
    public func advance(to instant: Instant) -> [SessionEvent] {
        guard !isClosed, instant.milliseconds > now else { return [] }
        now = instant.milliseconds
        guard !isStale, hasTimes else { return [] }
        timeline.advance(to: now)
        return settled(timeline.takeChanges())
    }

    /// Ends the conversation at `instant`: fires what is due by then and decides the rest.
    ///
    /// - Parameter explicitly: an event or the archive says so; otherwise it came by silence.
    public func close(at instant: Instant, explicitly: Bool) -> [SessionEvent] {
        finish(.closed(bySilence: !explicitly), at: instant.milliseconds)
    }

    /// Stops watching a conversation that goes on: what depends on the rest stays unknown.
    ///
    /// `instant` is the last that was seen; nil takes the last message's time. What was asserted and
    /// depends on the rest is asserted again as partial, or retracted.
    public func cutOff(at instant: Instant? = nil) -> [SessionEvent] {
        finish(.cutOff, at: instant?.milliseconds ?? lastTime)
    }

    private func finish(_ end: UnitScope.End, at instant: Int64) -> [SessionEvent] {
        guard !isClosed else { return [] }
        var events: [SessionEvent] = []
        // Deadlines after the end must not count, even if the time was told to be later.
        if keepsMessages, isStale || hasTimes && instant < now { events = rebuild(advancingTo: instant) }
        var isInclusive = true
        if case .cutOff = end { isInclusive = false }
        if hasTimes { timeline.advance(to: instant, inclusive: isInclusive) }
        timeline.finish(end, at: hasTimes ? instant : MessageTable.noTime, limits: isOverLimit ? .limit : [])
        isClosed = true
        events += settled(timeline.takeChanges())
        kept = []
        return events
    }

    /// Reads all messages anew in their order and gives the difference.
    private func rebuild(advancingTo instant: Int64) -> [SessionEvent] {
        rebuilt += kept.count
        isStale = false
        timeline = SessionTimeline(reader, origin, hasTimes: hasTimes, tellsOutcomes: tellsOutcomes)
        var order = kept
        if hasTimes {
            order.sort { a, b in
                let (x, y) = (a.message.time?.milliseconds ?? 0, b.message.time?.milliseconds ?? 0)
                return x != y ? x < y : a.position < b.position
            }
        }
        for entry in order { timeline.observe(entry) }
        if hasTimes { timeline.advance(to: instant) }
        var standing: [String: Finding] = [:]
        var sequence: [Finding] = []
        for change in timeline.takeChanges() {
            switch change {
            case .assert(let finding):
                standing[finding.id] = finding
                sequence.append(finding)
            case .retract(let id): standing[id] = nil
            case .outcome: break
            }
        }
        var events: [SessionEvent] = asserted.keys.sorted().filter { standing[$0] == nil }.map { .retract($0) }
        for event in events { if case .retract(let id) = event { asserted[id] = nil } }
        for finding in sequence where standing[finding.id] == finding && asserted[finding.id] != finding {
            asserted[finding.id] = finding
            events.append(.assert(finding))
        }
        return events
    }

    /// Notes what stands and leaves out what is known already.
    private func settled(_ changes: [SessionEvent]) -> [SessionEvent] {
        // What was said is said again only where all is judged anew.
        guard keepsMessages else { return changes }
        return changes.filter { event in
            switch event {
            case .assert(let finding):
                if asserted[finding.id] == finding { return false }
                asserted[finding.id] = finding
                return true
            case .retract(let id): return asserted.removeValue(forKey: id) != nil
            case .outcome: return true
            }
        }
    }
}
