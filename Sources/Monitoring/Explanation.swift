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
        /// M6, M15, and the mean of a group's answers.
        case response(Scope)
        /// M7, M12, M14: the pending conversations.
        case pending(Scope)
        /// M8, M12.
        case online(Scope)
        case suspended(Scope)
        /// M9, M10.
        case consulted
        case handed
        /// M11.
        case clicks(entry: String)
        /// 转出未回, 关闭未回 and 留言回复: how many, each with its length.
        case transferred(Scope)
        case closedUnanswered(Scope)
        case afterHours(Scope)

        /// Whose it is.
        public var scope: Scope {
            switch self {
            case .served(let scope), .response(let scope), .pending(let scope), .online(let scope),
                .suspended(let scope), .transferred(let scope), .closedUnanswered(let scope), .afterHours(let scope):
                scope
            case .guidedSales, .guidedPayers, .conversion, .consulted, .handed, .clicks: .shop
            }
        }
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
        /// The buyer, or the agent where the figure counts agents.
        public var subject: String
        /// Whose answer it is, where the figure is about answers.
        public var agent: String?
        /// Milliseconds, an amount, or 1.
        public var value: Int64
        /// Ids of the events behind it, in their order.
        public var events: [String]
        /// Whether these are all: some may be from before the horizon, and are not known.
        public var isComplete: Bool

        init(subject: String, agent: String? = nil, value: Int64 = 1, events: [String?]) {
            self.subject = subject
            self.agent = agent
            self.value = value
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
            /// He had placed an order in the 21 days before.
            case hasBought = "has-bought"
            /// Read, where pending ends with that.
            case read
            case closed
            case offline
        }

        public var subject: String
        public var reason: Reason
        public var events: [String]
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
    public var terms: [Term] = []
    /// What is divided by, where the arithmetic is a ratio.
    public var others: [Term] = []
    /// The first 1,000, and how many there are.
    public var leftOut: [LeftOut] = []
    public var leftOutCount = 0

    /// The figure, by the arithmetic; nil where it is undefined.
    public var value: Int64? {
        switch arithmetic {
        case .count: return Int64(terms.count)
        case .sum: return terms.reduce(0) { $0.addingUpTo($1.value) }
        case .mean: return terms.isEmpty ? nil : terms.reduce(0) { $0 + $1.value } / Int64(terms.count)
        case .meanOfMeans:
            var means: [String: MeanDuration] = [:]
            for term in terms {
                means[term.agent ?? "", default: MeanDuration()].sum += term.value
                means[term.agent ?? ""]?.count += 1
            }
            guard !means.isEmpty else { return nil }
            return means.values.reduce(0) { $0 + ($1.microseconds ?? 0) } / Int64(means.count) / 1000
        case .ratio: return Ratio(Int64(terms.count), Int64(others.count)).perMille
        }
    }

    mutating func leaveOut(_ subject: String, _ reason: LeftOut.Reason, _ events: [String?]) {
        leftOutCount += 1
        guard leftOut.count < 1_000 else { return }
        leftOut.append(LeftOut(subject: subject, reason: reason, events: events.compactMap { $0 }))
    }
}
