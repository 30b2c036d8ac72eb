import ConversationModel

/// Where a figure comes from: what was counted, what was left out and why, and the arithmetic.
public struct Explanation: Hashable, Sendable {
    /// A figure that can be explained.
    public enum Figure: Hashable, Sendable {
        /// M1, M13, and buyers served by the assistant.
        case served(Scope)
        /// M2, M3, M4.
        case guidedSales
        case guidedPayers
        case conversion
        /// What of M2 and M3 people led, and what the assistant alone.
        case guidedSalesLed(by: Lead)
        case guidedPayersLed(by: Lead)
        /// What M4 is divided by, and M4 among those only.
        case inquiring
        case strictConversion
        /// 迟到: events of the day that came later than the lateness allows, as far as they have come; the instant plays no part.
        case lateEvents
        /// M6, M15, and the mean of a group's answers.
        case response(Scope)
        /// The mean of all answers; of an agent and of a group the same as `response`.
        case answers(Scope)
        /// 未计入: answers that count in no mean.
        case uncounted(Scope)
        /// M14: the pending conversations.
        case pending(Scope)
        /// M7, M12.
        case pendingPerAgent(Scope)
        /// 已读未回, and 下班未清: agents who are offline with something pending.
        case readUnanswered(Scope)
        case leftPending(Scope)
        /// The buyers' own waits that ended in the slot, and those that have not ended.
        case buyerWaits
        case openBuyerWaits
        /// 排队, 离线池, 未分配.
        case queued
        case pooled
        case unassigned
        /// M8, M12.
        case online(Scope)
        case suspended(Scope)
        /// M9, M10.
        case consulted
        case handed
        case handOverRate
        /// M11: of one entry; nil: of all.
        case clicks(entry: String?)
        /// 转出未回, 关闭未回 and 留言回复: how many, each with its length.
        case transferred(Scope)
        case closedUnanswered(Scope)
        case afterHours(Scope)

        /// Whose it is.
        public var scope: Scope {
            switch self {
            case .served(let scope), .response(let scope), .answers(let scope), .uncounted(let scope),
                .pending(let scope), .pendingPerAgent(let scope), .readUnanswered(let scope), .leftPending(let scope),
                .online(let scope), .suspended(let scope), .transferred(let scope), .closedUnanswered(let scope),
                .afterHours(let scope):
                scope
            case .guidedSales, .guidedPayers, .guidedSalesLed, .guidedPayersLed, .conversion, .inquiring,
                .strictConversion, .lateEvents, .buyerWaits, .openBuyerWaits, .queued, .pooled, .unassigned, .consulted,
                .handed,
                .handOverRate, .clicks:
                .shop
            }
        }

        /// Whether it is counted for a whole day, and may be asked for of yesterday, too.
        public var isOfDay: Bool {
            switch self {
            case .served, .guidedSales, .guidedPayers, .guidedSalesLed, .guidedPayersLed, .conversion, .inquiring,
                .strictConversion, .lateEvents:
                true
            default: false
            }
        }
    }

    /// Who led a buyer to pay: people, where an agent had replied by then, else the assistant alone.
    public enum Lead: String, Hashable, Sendable, CaseIterable {
        case people, assistant
    }

    /// Of which day a figure is that is counted for days.
    public enum Day: String, Hashable, Sendable, CaseIterable {
        /// Of the day of the instant, up to it.
        case today
        /// M5: the whole day before, and that day until the clock showed the same.
        case yesterday
        case yesterdayUntilThisTime = "yesterday-until-this-time"
    }

    /// Whose figure it is.
    public enum Scope: Hashable, Sendable {
        case shop
        /// By who is in it then; nil: those who are in no group.
        case group(String?)
        case agent(String)
        case assistant
    }

    /// Something that was counted.
    public struct Term: Hashable, Sendable {
        /// The buyer; the agent where the figure counts agents, the entry where it counts clicks, the event's id where
        /// it counts events.
        public var subject: String
        /// Whose answer it is, or who has the conversation, where the figure is about such.
        public var agent: String?
        /// The conversation, where the figure counts conversations or waits.
        public var conversation: String?
        /// Milliseconds, an amount, or 1.
        public var value: Int64
        /// Since when it lasts, where the figure counts what has not ended and somebody waits.
        public var since: Instant?
        /// Why an answer counts in no mean, where the figure counts those.
        public var reason: LeftOut.Reason?
        /// Ids of the events behind it, in their order.
        public var events: [String]
        /// Whether these are all: some may be from before the horizon, and are not known.
        public var isComplete: Bool

        init(
            subject: String, agent: String? = nil, conversation: String? = nil, value: Int64 = 1, since: Int64? = nil,
            reason: LeftOut.Reason? = nil, events: [String?]
        ) {
            self.subject = subject
            self.agent = agent
            self.conversation = conversation
            self.value = value
            self.since = since.map { Instant(milliseconds: $0) }
            self.reason = reason
            self.events = events.compactMap { $0 }
            isComplete = !events.contains(nil)
        }
    }

    /// Something that looks as if it should have been counted, and was not.
    public struct LeftOut: Hashable, Sendable {
        /// Why it was left out: stable names, for programs.
        public enum Reason: String, Hashable, Sendable, CaseIterable {
            /// Sent by no one's decision.
            case automatic
            /// Nothing waited for an answer.
            case noOpenWait = "no-open-wait"
            /// A recall or a notice.
            case noContent = "no-content"
            /// Nobody can say when the wait became his.
            case noClock = "no-clock"
            /// Outside the assessed hours, or answered before the shop opened.
            case outsideHours = "outside-hours"
            /// The buyer spoke, and nobody answered on that day.
            case noReply = "no-reply"
            /// There was nothing but automatic messages.
            case onlyAutomatic = "only-automatic"
            /// Answered, but the buyer did not speak on that day.
            case notSpoken = "not-spoken"
            /// The payer was not served on that day, or paid before he was.
            case notServed = "not-served"
            case paidBefore = "paid-before"
            /// A payment of a day long past, as an import tells it, is nobody's doing today.
            case imported
            /// The payment was led by others than those whose figure it is.
            case ledByPeople = "led-by-people"
            case ledByAssistant = "led-by-assistant"
            /// He had placed an order in the 21 days before.
            case hasBought = "has-bought"
            /// Whether he had is not known.
            case ordersUnknown = "orders-unknown"
            /// The buyer spoke while the assistant did not have the conversation.
            case notToAssistant = "not-to-assistant"
            /// The assistant's message, where the policy says that it ends no wait.
            case assistantMessage = "assistant-message"
            /// Read, where pending ends with that; not read, where only what was read counts.
            case read
            case unread
            /// Closed, by an event or by silence.
            case closed
            case offline, online
        }

        /// The buyer, or the agent.
        public var subject: String
        public var reason: Reason
        /// Ids of events, in their order; of an order none: it is known by its number.
        public var events: [String]
        /// The order that is the reason, and when it was placed, or paid.
        public var order: String?
        public var orderTime: Instant?
    }

    /// Why a figure has no value.
    public enum Undefined: String, Hashable, Sendable, CaseIterable {
        /// All of it lies before the first event of the shop.
        case beforeFirstEvent = "before-first-event"
        /// Not all orders of the 21 days before the day are known.
        case ordersUnknown = "orders-unknown"
        /// Nobody who spoke had placed no order before.
        case nobodyInquiring = "nobody-inquiring"
        /// There was no answer in the slot, no wait of a buyer that ended in it.
        case noAnswer = "no-answer"
        case noWaitEnded = "no-wait-ended"
        case nobodyOnline = "nobody-online"
        case nobodyConsulted = "nobody-consulted"
    }

    /// An event that is listed.
    public struct ListedEvent: Hashable, Sendable {
        public var id: String
        /// When it happened, as it counts.
        public var time: Instant
        /// What it is, by the word of the event schema: `message`, `conversation-assigned`, `order-paid`; nil where no
        /// more than its time is kept.
        public var type: String?
        public var buyer: String?
        /// Who speaks, of a message.
        public var speaker: Speaker?
        public var isAutomatic = false
        /// Who speaks, whom it is about, or to whom the conversation goes.
        public var agent: String?
        public var group: String?
        public var isToAssistant = false
        /// Who hands the conversation over, where the event says so.
        public var giver: String?
        /// What counts first in the same millisecond.
        var rank = UInt8.max
    }

    /// What is done with the values of the terms.
    public enum Arithmetic: String, Hashable, Sendable {
        case count, sum
        /// Sum over number, rounded down.
        case mean
        /// The mean of the means of the agents, each in whole microseconds, rounded down.
        case meanOfMeans = "mean-of-means"
        /// Number of the terms over number of the others, in thousandths, rounded down.
        case ratio
    }

    public var figure: Figure
    public var asOf: Instant
    /// What happened in it is counted; nil: what is so at that instant.
    public var span: Stretch?
    public var arithmetic: Arithmetic
    /// By the time of their last event.
    public var terms: [Term] = []
    /// What is divided by, where the arithmetic is a ratio.
    public var others: [Term] = []
    /// How many of what was left out are listed.
    public static let listedLeftOut = 1_000
    /// The first of them by the time of their last event, and how many there are.
    public var leftOut: [LeftOut] = []
    public var leftOutCount = 0
    /// The events that are listed, by their order.
    public var events: [ListedEvent] = []
    /// Whether anything had happened by then; the figure is undefined else.
    public var isKnown = true
    /// Whether the orders that the figure depends on are known; it is undefined else.
    public var areOrdersKnown = true
    /// Where they are not: the first day of which they will be; nil where no order was ever seen.
    public var definedFrom: CalendarDay?

    /// Why there is no value; nil where there is one.
    public var undefined: Undefined? {
        if !isKnown { return .beforeFirstEvent }
        if !areOrdersKnown { return .ordersUnknown }
        guard value == nil else { return nil }
        switch figure {
        case .conversion, .strictConversion: return .nobodyInquiring
        case .pendingPerAgent: return .nobodyOnline
        case .handOverRate: return .nobodyConsulted
        case .buyerWaits: return .noWaitEnded
        default: return .noAnswer
        }
    }

    /// The sum of the values of the terms.
    public var sum: Int64 { terms.reduce(0) { $0.addingUpTo($1.value) } }

    /// When the oldest of the terms that last began; nil where none lasts.
    public var oldest: Instant? { terms.compactMap(\.since).min() }

    /// Of a mean of means each agent with what it is the mean of, ascending by name.
    public var means: [(agent: String, mean: MeanDuration)] {
        guard arithmetic == .meanOfMeans else { return [] }
        var means: [String: MeanDuration] = [:]
        for term in terms {
            means[term.agent ?? "", default: MeanDuration()].sum += term.value
            means[term.agent ?? ""]?.count += 1
        }
        return means.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The figure, by the arithmetic; nil where it is undefined.
    public var value: Int64? {
        guard isKnown, areOrdersKnown else { return nil }
        switch arithmetic {
        case .count: return Int64(terms.count)
        case .sum: return sum
        case .mean: return terms.isEmpty ? nil : sum / Int64(terms.count)
        case .meanOfMeans:
            let means = means
            guard !means.isEmpty else { return nil }
            return means.reduce(0) { $0 + ($1.mean.microseconds ?? 0) } / Int64(means.count) / 1000
        case .ratio: return Ratio(Int64(terms.count), Int64(others.count)).perMille
        }
    }

    mutating func leaveOut(
        _ subject: String, _ reason: LeftOut.Reason, _ events: [String?], order: String? = nil,
        at orderTime: Int64? = nil
    ) {
        leftOutCount += 1
        leftOut.append(
            LeftOut(
                subject: subject, reason: reason, events: events.compactMap { $0 }, order: order,
                orderTime: orderTime.map { Instant(milliseconds: $0) }))
    }
}
