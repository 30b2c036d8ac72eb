import Archives
import ConversationModel
import Evaluation
import RuleLanguage

/// A finding that no event can take back any more.
public struct SettledFinding: Hashable, Sendable {
    public var shop: String
    public var id: String
}

/// The rules on conversations while they go on. One per thread; it is told the time and reads no clock.
///
/// Feed it the events of a shop's log in their order (`apply`) and tell it the time (`advance`). What it says goes out at once, in order, as
/// assertions and retractions by the id of the finding. Once all is closed, what stands is what a batch run finds in the same
/// conversations (`EventMapping.conversations`), whatever the order of arrival was, as long as no event came more than `lateness` after
/// the latest one.
public final class LiveInspection {
    /// How an inspection runs.
    public struct Options: Sendable {
        /// Milliseconds by which an event may be earlier than the latest; what closed longer ago is dropped.
        public var lateness: Int64 = 5 * 60_000
        /// How far ahead of its receipt an event is believed, in milliseconds.
        public var skew: Int64 = EventMapping.skew
        /// How long a closed conversation's place is remembered, so that a return under the same name is its next part.
        public var memory: Int64 = 7 * 86_400_000
        /// Conversations at once, remembered ones included. Events of others beyond are refused and counted.
        public var conversationLimit = 1_000_000
        /// Messages of a conversation that late ones may cause to be read again; beyond, it is judged once nothing can be late any more.
        public var rebuildLimit = 2_000_000
        /// Stands for an unknown shop in ids of findings.
        public var defaultShop = ""
        /// Whether `takeSettled` is going to be called.
        public var tellsSettled = false
        /// Whose groups choose among schemes.
        public var roster: Roster?

        public init() {}
    }

    /// Events by what became of them.
    public struct Counts: Hashable, Sendable {
        /// Lines of conversations.
        public var taken = 0
        /// The same id stood in the conversation already.
        public var duplicates = 0
        /// Their part of the conversation was dropped already.
        public var tooLate = 0
        /// Beyond the messages of a conversation, or the conversations of an inspection.
        public var overLimit = 0
        /// Of buyers whom the time policy leaves out.
        public var leftOut = 0
        /// About no conversation.
        public var others = 0

        public init() {}
    }

    private let options: Options
    private var context: LiveContext
    /// Deadlines and closes, which time of any kind fires.
    private var expiries = LiveWakes()
    /// Conversations that are done with, or forgotten, once the events tell that nothing late can reach them.
    private var ends = LiveWakes()
    private var settled: [SettledFinding] = []
    private var numbers: [LiveConversationKey: Int] = [:]
    private var conversations: [LiveConversation?] = []
    private var freeNumbers: [Int] = []
    /// Events that told a later time than all before, for a restart: those from `firstTeller` on are later than the watermark.
    private var tellers: [(position: UInt64, time: Int64)] = []
    private var firstTeller = 0

    /// What became of the events so far.
    public private(set) var counts = Counts()

    /// An inspection by the rules of a run: versions and schemes choose as in a batch run.
    ///
    /// Throws `LiveInspectionError`, or what loading the rules of now throws.
    ///
    /// - Parameter memory: of the inspection that this one goes on for: apply the log from its position on.
    public init(_ rules: RunRules, options: Options = Options(), memory: LiveMemory? = nil) throws {
        self.options = options
        context = LiveContext(
            sets: try LiveRuleSets(rules, roster: options.roster),
            lateness: max(0, options.lateness), rebuildLimit: options.rebuildLimit, defaultShop: options.defaultShop)
        for record in memory?.conversations ?? [] {
            let number = add(LiveConversation(record.key, settled: record))
            schedule(number)
        }
    }

    /// The same with one set of rules.
    public convenience init(_ rules: CompiledRules, options: Options = Options(), memory: LiveMemory? = nil) throws {
        try self.init(RunRules(RuleSet(rules)), options: options, memory: memory)
    }

    /// Why rules could not be had; what was said since is not to be used.
    public var failure: (any Error)? { context.sets.failure }

    /// The time told so far; nil before the first.
    public var now: Instant? { context.now == .min ? nil : Instant(milliseconds: context.now) }

    /// When `advance` will do something next: a deadline, a close, or a conversation that is done with; nil: never.
    public var nextDeadline: Instant? {
        [expiries.first?.at, ends.first?.at].compactMap { $0 }.min().map { Instant(milliseconds: $0) }
    }

    /// When `expire` will do something next: a deadline or a close; nil: never.
    public var nextExpiry: Instant? { expiries.first.map { Instant(milliseconds: $0.at) } }

    /// Conversations that are open, or that late events may still change.
    public private(set) var liveConversations = 0

    /// Takes an event; the time advances to its own first, if that is later than the time told.
    ///
    /// - Parameters:
    ///   - position: its place in the log; ascending.
    ///   - emit: gets what changes, in order.
    public func apply(_ event: Event, position: UInt64, emit: (LiveChange) throws -> Void) rethrows {
        // Deadlines before the event fire as of the event that told the time.
        context.position = position
        noteTeller(position, event.effectiveTime(skew: options.skew).milliseconds)
        try advance(to: event.effectiveTime(skew: options.skew), emit: emit)
        guard let line = EventMapping.line(event, skew: options.skew) else {
            counts.others += 1
            return
        }
        guard !context.sets.policy.buyersLeftOut.contains(line.key.buyer) else {
            counts.leftOut += 1
            return
        }
        guard line.order.time > forgotten else {
            counts.tooLate += 1
            return
        }
        guard let number = number(of: line.key), let conversation = conversations[number] else {
            counts.overLimit += 1
            return
        }
        switch conversation.take(line, context) {
        case .taken: counts.taken += 1
        case .duplicate: counts.duplicates += 1
        case .tooLate: counts.tooLate += 1
        case .overLimit: counts.overLimit += 1
        }
        schedule(number)
        try hand(conversation, to: emit)
    }

    /// Tells the time: fires all deadlines before `instant` and closes what silence has closed by then, in order of their instants;
    /// what closed more than the lateness before is done with.
    public func advance(to instant: Instant, emit: (LiveChange) throws -> Void) rethrows {
        let target = max(instant.milliseconds, context.told)
        while true {
            let (expiry, end) = (expiries.first, ends.first)
            let isExpiry = (expiry?.at ?? .max) <= (end?.at ?? .max)
            guard let next = isExpiry ? expiry : end, next.at <= target else { break }
            context.told = max(context.told, next.at)
            context.now = max(context.now, next.at)
            try step(next.number, at: next.at, emit)
        }
        context.told = target
        context.now = max(context.now, target)
    }

    /// Fires deadlines and closes up to `instant` by a clock, without telling the time: whether an event is late, and what of a
    /// conversation is done with, is decided by the events alone, so that the same events decide it again.
    public func expire(to instant: Instant, emit: (LiveChange) throws -> Void) rethrows {
        while let first = expiries.first, first.at <= instant.milliseconds {
            context.now = max(context.now, first.at)
            try step(first.number, at: first.at, emit)
        }
        context.now = max(context.now, instant.milliseconds)
    }

    /// Lets the time pass until nothing is open any more: the end of a log that is whole.
    public func finish(emit: (LiveChange) throws -> Void) rethrows {
        while liveConversations > 0, let next = nextDeadline { try advance(to: next, emit: emit) }
    }

    /// What a later inspection needs beside the log to go on from here.
    ///
    /// - Parameters:
    ///   - next: the position of the next event to come.
    ///   - isSorted: false where the caller sorts, in another thread. O(conversations) without.
    public func memory(next: UInt64, isSorted: Bool = true) -> LiveMemory {
        var position = firstTeller < tellers.count ? tellers[firstTeller].position : next
        var memory = LiveMemory(position: next, conversations: [])
        for case let conversation? in conversations {
            if let record = conversation.settled { memory.conversations.append(record) }
            if let first = conversation.firstPosition { position = min(position, first) }
        }
        memory.position = min(position, next)
        if isSorted { memory.sort() }
        return memory
    }

    /// Hands out the findings that stand for good since the last call: their part of the conversation is done with.
    public func takeSettled() -> [SettledFinding] {
        defer { settled.removeAll(keepingCapacity: true) }
        return settled
    }

    private func noteTeller(_ position: UInt64, _ time: Int64) {
        guard time > context.told else { return }
        tellers.append((position, time))
        let watermark = Instant(milliseconds: time).advanced(by: -context.lateness).milliseconds
        while firstTeller < tellers.count, tellers[firstTeller].time <= watermark { firstTeller += 1 }
        guard firstTeller > 1_000, firstTeller * 2 > tellers.count else { return }
        tellers.removeFirst(firstTeller)
        firstTeller = 0
    }

    // MARK: Conversations

    /// What happened by then is refused: it may be of a conversation that was forgotten.
    private var forgotten: Int64 {
        context.told == .min ? .min : Instant(milliseconds: context.told).advanced(by: -options.memory).milliseconds
    }

    private func number(of key: LiveConversationKey) -> Int? {
        if let known = numbers[key] { return known }
        return numbers.count < options.conversationLimit ? add(LiveConversation(key)) : nil
    }

    private func add(_ conversation: LiveConversation) -> Int {
        let number = freeNumbers.popLast() ?? conversations.count
        if number == conversations.count { conversations.append(nil) }
        conversations[number] = conversation
        numbers[conversation.key] = number
        return number
    }

    private func step(_ number: Int, at instant: Int64, _ emit: (LiveChange) throws -> Void) rethrows {
        guard let conversation = conversations[number], !conversation.isSettled else {
            // Its time to be remembered is over.
            if let conversation = conversations[number] {
                numbers[conversation.key] = nil
                conversations[number] = nil
                freeNumbers.append(number)
            }
            expiries.set(number, at: nil)
            return ends.set(number, at: nil)
        }
        conversation.step(at: instant, context)
        for id in conversation.takeSettled() where options.tellsSettled {
            settled.append(SettledFinding(shop: conversation.key.shop, id: id))
        }
        schedule(number)
        try hand(conversation, to: emit)
    }

    private func schedule(_ number: Int) {
        guard let conversation = conversations[number] else { return }
        if conversation.isSettled == conversation.isCounted {
            conversation.isCounted.toggle()
            liveConversations += conversation.isCounted ? 1 : -1
        }
        expiries.set(number, at: conversation.nextExpiry)
        guard conversation.isSettled else { return ends.set(number, at: conversation.nextEnd(context)) }
        let closedAt = conversation.settled?.closedAt ?? Instant(milliseconds: context.told)
        ends.set(number, at: closedAt.advanced(by: max(options.memory, options.lateness)).advanced(by: 1).milliseconds)
    }

    private func hand(_ conversation: LiveConversation, to emit: (LiveChange) throws -> Void) rethrows {
        for change in conversation.takeChanges() { try emit(change) }
    }
}
