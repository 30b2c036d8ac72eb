import ConversationModel
import Diagnostics

/// How an endless log of a buyer is cut into conversations.
///
/// The same close as everywhere: silence of `policy.closeAfter` after the last message, longer while
/// the buyer waits; midnight does not cut.
public struct CutPolicy: Sendable {
    public var policy: TimePolicy
    /// The policy that says how long a conversation lasts that begins at an instant; nil: `policy` for all.
    public var policyAt: (@Sendable (Instant) -> TimePolicy)?
    /// Whether a text that a buyer sent as a message of a kind wants an answer: a function of ChineseText, passed in.
    public var needsAnswer: @Sendable (MessageKind, String) -> Bool

    public init(
        policy: TimePolicy, policyAt: (@Sendable (Instant) -> TimePolicy)? = nil,
        needsAnswer: @escaping @Sendable (MessageKind, String) -> Bool
    ) {
        self.policy = policy
        self.policyAt = policyAt
        self.needsAnswer = needsAnswer
    }
}

/// Where the conversations of one log begin, told message by message in the order of time.
package struct Cutter: Sendable {
    /// That of the conversation at hand.
    private var policy: TimePolicy
    private let policyAt: (@Sendable (Instant) -> TimePolicy)?
    private var tracker: WaitTracker
    private var closesAt: Instant?
    /// It was closed by an event: what bears the same instant belongs to it still, and opens it no more.
    private var isClosed = false

    /// - Parameter policyAt: the policy of a conversation that begins at an instant; nil: `policy` for all.
    package init(policy: TimePolicy, policyAt: (@Sendable (Instant) -> TimePolicy)? = nil) {
        self.policy = policy
        self.policyAt = policyAt
        tracker = WaitTracker(policy.waits)
    }

    /// Takes the next message; true if a new conversation begins with it.
    package mutating func begins(_ message: SpilledMessage, at time: Instant) -> Bool {
        let begins = closesAt.map { time > $0 } ?? true
        if begins {
            if let policyAt { policy = policyAt(time) }
            tracker = WaitTracker(policy.waits)
            isClosed = false
        }
        tracker.observe(
            speaker: message.speaker, isAutomatic: message.traits.contains(.automatic),
            kind: message.kind, needsAnswer: message.traits.contains(.needsAnswer), at: time)
        isClosed = isClosed || message.traits.contains(.closes)
        closesAt = isClosed ? time : tracker.closeInstant(after: time, policy: policy)
        return begins
    }
}

/// What cutting would do, before it is done.
public struct CutPreview: Hashable, Sendable {
    /// A class of gaps between neighbouring messages of one buyer with one shop.
    public struct Bucket: Hashable, Sendable {
        /// Milliseconds, inclusive; nil is without limit.
        public var upTo: Int64?
        public var gaps: Int
    }

    /// How many conversations one `closeAfter` would give.
    public struct Candidate: Hashable, Sendable {
        public var closeAfter: Int64
        public var conversations: Int
    }

    /// Ascending: 1, 5, 10, 30 min, 1, 2, 6, 24 h, more.
    public internal(set) var gaps: [Bucket]
    public internal(set) var candidates: [Candidate]
    /// Buyers with a shop whose messages were looked at.
    public internal(set) var logs = 0
    public internal(set) var messages = 0
    /// Logs that lack a time somewhere and cannot be cut.
    public internal(set) var logsWithoutTimes = 0
    /// Conversations that have their ids, of messages, and inputs of conversation lines: left out.
    public internal(set) var conversationsWithIDs = 0
    public internal(set) var inputsOfConversations = 0
    /// Why the inputs broke off: what was read before is counted.
    public internal(set) var failure: ArchiveError?
    /// Records of messages and tables that were read, and those of them that are bad.
    public internal(set) var recordsRead = 0
    public internal(set) var recordsBad = 0
    /// What was wrong or odd, the first 1,000.
    public internal(set) var diagnostics: [Diagnostic] = []
    /// How the inputs were read, as far as they were.
    public internal(set) var sources: [Coverage.SourceNote] = []

    package static let bounds: [Int64] = [1, 5, 10, 30, 60, 120, 360, 1440].map { $0 * 60_000 }

    package init(candidates: [Int64]) {
        gaps = CutPreview.bounds.map { Bucket(upTo: $0, gaps: 0) } + [Bucket(upTo: nil, gaps: 0)]
        self.candidates = candidates.map { Candidate(closeAfter: $0, conversations: 0) }
    }

    /// Counts a gap between two messages, in milliseconds.
    package mutating func add(gap: Int64) {
        let index = CutPreview.bounds.firstIndex { gap <= $0 } ?? CutPreview.bounds.count
        gaps[index].gaps += 1
    }
}
