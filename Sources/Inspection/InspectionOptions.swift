import Archives
import ConversationModel

/// How a batch inspection runs.
public struct InspectionOptions: Sendable {
    public var threads = 1
    /// Conversations by the day of their first message, inclusive.
    public var firstDay: CalendarDay?
    public var lastDay: CalendarDay?
    /// Only conversations pinned to one of these groups; empty: all.
    public var groups: Set<String> = []
    /// Only conversations in which one of these agents spoke or was assigned; empty: all.
    public var agents: Set<String> = []
    /// Conversations that close after this instant are cut off there.
    public var asOf: Instant?
    /// Stands in a finding's identity where the archive names no shop.
    public var defaultShop = ""
    public var roster: Roster?
    /// What is judged and not counted, and whose conversations are left out.
    public var exemptions = Exemptions()
    /// The same (shop, id) may stand in the archive twice.
    public var allowsDuplicates = false
    public var isStrict = false
    public var largestRecord = 16 << 20
    /// Write a line for each finding.
    public var writesFindings = false
    /// Keep up to so many findings with their context, and so many bytes of it.
    public var caseLimit = 0
    public var caseBytes = 30_000_000
    /// Of each owner and grade of gravity at most so many, in the order of the input, exempt ones left out; nil: no such limit.
    public var casesPerOwner: Int?
    /// The rule sets hold two sides each, to be compared: no tallies and no lines then.
    public var comparison: ComparisonOptions?
    /// Figures of these days and of those before are counted, and only findings of the former kept.
    public var period: Period?
    /// Bytes of a block; smaller ones are for tests.
    public var blockSize = 1 << 20

    public init() {}
}

/// How far a run has come; times are the caller's business.
public struct InspectionProgress: Sendable {
    public var bytesRead: Int
    public var records: Int
    public var conversations: Int
    public var findings: Int
}
