import ConversationModel
import Evaluation
import RuleLanguage

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
        /// About no conversation.
        public var others = 0
    }

    private let options: Options
    private var context: LiveContext
    private var wakes = LiveWakes()
    private var numbers: [LiveConversationKey: Int] = [:]
    private var conversations: [LiveConversation?] = []
    private var freeNumbers: [Int] = []
    /// Events that told a later time than all before, for a restart: those from `firstTeller` on are later than the watermark.
    private var tellers: [(position: UInt64, time: Int64)] = []
    private var firstTeller = 0

    /// What became of the events so far.
    public private(set) var counts = Counts()

    /// An inspection by one set of rules.
    ///
    /// - Parameter memory: of the inspection that this one goes on for: apply the log from its position on.
    public init(_ rules: CompiledRules, options: Options = Options(), memory: LiveMemory? = nil) throws {
        self.options = options
        context = LiveContext(
            reader: try SessionReader(rules),
            rules: Dictionary(rules.summaries.map { ($0.id, $0) }) { first, _ in first },
            lateness: max(0, options.lateness), rebuildLimit: options.rebuildLimit, defaultShop: options.defaultShop)
        for record in memory?.conversations ?? [] {
            let number = add(LiveConversation(record.key, settled: record))
            schedule(number)
        }
    }

    /// The same with the first set of `rules`.
    public convenience init(_ rules: RunRules, options: Options = Options(), memory: LiveMemory? = nil) throws {
        try self.init(rules.set(0).compiled, options: options, memory: memory)
    }

    /// The time told so far; nil before the first.
    public var now: Instant? { context.now == .min ? nil : Instant(milliseconds: context.now) }

    /// When `advance` will do something next: a deadline, a close, or a conversation that is done with; nil: never.
    public var nextDeadline: Instant? { wakes.first.map { Instant(milliseconds: $0.at) } }

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

    /// Tells the time: fires all deadlines before `instant` and closes what silence has closed by then, in order of their instants.
    public func advance(to instant: Instant, emit: (LiveChange) throws -> Void) rethrows {
        let target = max(instant.milliseconds, context.now)
        while let first = wakes.first, first.at <= target {
            context.now = max(context.now, first.at)
            try step(first.number, at: first.at, emit)
        }
        context.now = target
    }

    /// Lets the time pass until nothing is open any more: the end of a log that is whole.
    public func finish(emit: (LiveChange) throws -> Void) rethrows {
        while liveConversations > 0, let next = nextDeadline { try advance(to: next, emit: emit) }
    }

    /// What a later inspection needs beside the log to go on from here.
    ///
    /// - Parameter next: the position of the next event to come. O(messages kept).
    public func memory(next: UInt64) -> LiveMemory {
        let known = conversations.compactMap { $0 }
        let records = known.compactMap(\.settled).sorted {
            ($0.key.shop, $0.key.buyer, $0.key.conversation) < ($1.key.shop, $1.key.buyer, $1.key.conversation)
        }
        let position = known.compactMap(\.firstPosition).min() ?? next
        let told = firstTeller < tellers.count ? tellers[firstTeller].position : next
        return LiveMemory(position: min(position, told), conversations: records)
    }

    private func noteTeller(_ position: UInt64, _ time: Int64) {
        guard time > context.now else { return }
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
        context.now == .min ? .min : Instant(milliseconds: context.now).advanced(by: -options.memory).milliseconds
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
        guard let conversation = conversations[number] else { return wakes.set(number, at: nil) }
        if conversation.isSettled {
            // Its time to be remembered is over.
            numbers[conversation.key] = nil
            conversations[number] = nil
            freeNumbers.append(number)
            return wakes.set(number, at: nil)
        }
        conversation.step(at: instant, context)
        schedule(number)
        try hand(conversation, to: emit)
    }

    private func schedule(_ number: Int) {
        guard let conversation = conversations[number] else { return }
        if conversation.isSettled == conversation.isCounted {
            conversation.isCounted.toggle()
            liveConversations += conversation.isCounted ? 1 : -1
        }
        guard conversation.isSettled else { return wakes.set(number, at: conversation.wake(context)) }
        let closedAt = conversation.settled?.closedAt ?? Instant(milliseconds: context.now)
        wakes.set(number, at: closedAt.advanced(by: max(options.memory, options.lateness)).advanced(by: 1).milliseconds)
    }

    private func hand(_ conversation: LiveConversation, to emit: (LiveChange) throws -> Void) rethrows {
        for change in conversation.takeChanges() { try emit(change) }
    }
}
