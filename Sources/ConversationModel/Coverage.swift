/// What was read, judged and left out. Stands on every report.
public struct Coverage: Sendable, Hashable, Codable {
    /// Records read: lines of an archive, rows of a CSV file.
    public var recordsRead: Int = 0
    public var recordsBad: Int = 0
    /// Left out by `--from --to --group --agent`, or by the time policy.
    public var recordsFiltered: Int = 0
    /// Of those, the ones that were left out for another reason than an option: `buyer-left-out` (by the time
    /// policy), and the reasons for which buyers are excluded, as they were written.
    public var filteredByReason: [String: Int] = [:]
    /// Always `recordsRead - recordsBad - recordsFiltered`.
    public var recordsInspected: Int = 0
    /// Conversations judged, parts counted apart.
    public var conversations: Int = 0
    /// Conversations of inspected records that were left out, for the reasons that leave out whole records.
    public var conversationsFiltered: Int = 0
    public var stays: Int = 0
    public var messages: Int = 0
    public var bytesRead: Int = 0
    /// Bad records by reason (`invalid-json`, `missing-id` …).
    public var badByReason: [String: Int] = [:]
    /// Records kept although something in them was odd, by reason.
    public var defectsByReason: [String: Int] = [:]
    /// Units × rules that were not evaluated, by reason (`no-times`, `cut-off`, `no-fact`, `limit`).
    public var notEvaluatedByReason: [String: Int] = [:]
    /// Conversations without times: every rule of time on them is not evaluated.
    public var conversationsWithoutTimes: Int = 0
    /// Agent messages whose agent is not named anywhere.
    public var unknownAgents: Int = 0
    /// Accounts that the roster does not list, or not for some day on which they were judged, sorted; at most 1,000 are kept.
    public var unmappedAccounts: [String] = []
    /// First and last instant among the inspected messages.
    public var firstInstant: Instant?
    public var lastInstant: Instant?
    /// How the bytes were read: `utf-8`, `gb18030` …, compression and shape; one entry a source.
    public var sources: [SourceNote] = []
    /// Where an input broke off: what stood behind was not read. Nil: all was.
    public var brokenOff: BreakNote?
    /// The time policy as whoever started the run named it; nil: nobody told.
    public var policy: String?
    /// Where the rules came from.
    public var rulesOrigin = RulesOrigin.files
    /// The versions of rules that judged something, by number; empty where they came from files.
    public var versions: [VersionNote] = []

    /// What was judged and neither scored nor counted in rates, in the order of the exemptions, then by owner.
    public var exemptions: [ExemptionNote] = []
    /// The schemes that judged something, by id; empty where rules have none.
    public var schemes: [SchemeNote] = []
    /// Conversations, parts counted apart, by groups that no scheme names: the default one judged them.
    public var groupsWithoutScheme: [String: Int] = [:]

    /// An input that broke off, and what was not read because of it.
    public struct BreakNote: Sendable, Hashable, Codable {
        /// What happened and where, in both languages.
        public var english: String
        public var chinese: String
        /// Names of the inputs behind it, in order.
        public var unread: [String]

        public init(english: String, chinese: String, unread: [String]) {
            self.english = english
            self.chinese = chinese
            self.unread = unread
        }
    }

    /// What one scheme judged.
    public struct SchemeNote: Sendable, Hashable, Codable {
        public var id: String
        public var name: String
        /// Conversations that it judged, parts counted apart.
        public var conversations = 0

        /// A scheme that has judged nothing yet.
        public init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// Where the rules of a run came from.
    public enum RulesOrigin: String, Sendable, Hashable, Codable {
        /// Files as they are, without a version.
        case files
        /// Each conversation was judged by the version in force at its first message.
        case versionOfDay
        /// One version that was named judged everything; no run for scores.
        case namedVersion
        /// A draft judged everything; no run for scores.
        case draft
    }

    /// What one version of the rules judged.
    public struct VersionNote: Sendable, Hashable, Codable {
        public var number: Int
        /// What its rules mean.
        public var rulesDigest: String
        public var effectiveFrom: Instant
        /// Why it could not wait for midnight; nil for an ordinary version.
        public var emergencyReason: String?
        /// Conversations that it judged, parts counted apart.
        public var conversations = 0
        /// Those among them from before there was any version (追溯).
        public var retroactive = 0
        /// Those among them without times: they take the version of the run's day.
        public var withoutTimes = 0

        /// A version that has judged nothing yet.
        public init(number: Int, rulesDigest: String, effectiveFrom: Instant, emergencyReason: String?) {
            self.number = number
            self.rulesDigest = rulesDigest
            self.effectiveFrom = effectiveFrom
            self.emergencyReason = emergencyReason
        }
    }

    /// How one source was read.
    public struct SourceNote: Sendable, Hashable, Codable {
        public var name: String
        /// `conversations`, `messages` or `csv`; `foreign` for a file of a directory that was passed over,
        /// since it holds no chats.
        public var shape: String
        /// `utf-8`, `utf-16le`, `utf-16be` or `gb18030`.
        public var encoding: String
        /// `none`, `gzip` or `zstd`.
        public var compression: String

        /// The shape of what was passed over.
        public static let foreign = "foreign"

        public init(name: String, shape: String, encoding: String, compression: String) {
            self.name = name
            self.shape = shape
            self.encoding = encoding
            self.compression = compression
        }
    }

    public init() {}
}
