/// What was read, judged and left out (requirement Q18). Stands on every report.
public struct Coverage: Sendable, Hashable, Codable {
    /// Records read: lines of an archive, rows of a CSV file.
    public var recordsRead: Int = 0
    public var recordsBad: Int = 0
    /// Left out by `--from --to --group --agent`, or by the time policy.
    public var recordsFiltered: Int = 0
    /// Of those, the ones that were left out for another reason than an option (`buyer-left-out`).
    public var filteredByReason: [String: Int] = [:]
    /// Always `recordsRead - recordsBad - recordsFiltered`.
    public var recordsInspected: Int = 0
    /// Conversations judged, parts counted apart.
    public var conversations: Int = 0
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
    /// Accounts that the roster does not list, sorted; at most 1,000 are kept.
    public var unmappedAccounts: [String] = []
    /// First and last instant among the inspected messages.
    public var firstInstant: Instant?
    public var lastInstant: Instant?
    /// How the bytes were read: `utf-8`, `gb18030` …, compression and shape; one entry a source.
    public var sources: [SourceNote] = []

    /// How one source was read.
    public struct SourceNote: Sendable, Hashable, Codable {
        public var name: String
        /// `conversations`, `messages` or `csv`.
        public var shape: String
        /// `utf-8`, `utf-16le`, `utf-16be` or `gb18030`.
        public var encoding: String
        /// `none`, `gzip` or `zstd`.
        public var compression: String

        public init(name: String, shape: String, encoding: String, compression: String) {
            self.name = name
            self.shape = shape
            self.encoding = encoding
            self.compression = compression
        }
    }

    public init() {}
}
