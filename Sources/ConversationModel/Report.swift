/// One message as a reader of a report sees it.
public struct ContextMessage: Sendable, Hashable, Codable {
    /// Index in the conversation.
    public var index: Int
    public var time: Instant?
    public var speaker: Speaker
    public var agent: String?
    public var kind: MessageKind
    public var isAutomatic: Bool
    /// Personal data masked; same length in bytes as the original, so spans fit.
    public var text: String
    /// What the evidence marks in it, sorted and disjoint UTF-8 ranges.
    public var marks: [Span]
    /// Labels of the evidence that rests on this message.
    public var labels: [String]

    public init(
        index: Int, time: Instant?, speaker: Speaker, agent: String?, kind: MessageKind,
        isAutomatic: Bool, text: String, marks: [Span], labels: [String]
    ) {
        self.index = index
        self.time = time
        self.speaker = speaker
        self.agent = agent
        self.kind = kind
        self.isAutomatic = isAutomatic
        self.text = text
        self.marks = marks
        self.labels = labels
    }
}

/// A finding together with what a reviewer needs to judge it.
public struct FindingCase: Sendable, Hashable, Codable {
    public var finding: Finding
    public var shop: String?
    public var buyer: String?
    public var group: String
    public var day: CalendarDay?
    /// The conversation folded around the evidence, in order; gaps in `index` are left-out messages.
    public var context: [ContextMessage]
    /// Messages of the whole conversation.
    public var messageCount: Int
    /// The version of the rules that judged; nil where rules have none.
    public var version: Int?
    /// The id of the scheme whose rules judged; nil where there are no schemes.
    public var scheme: String?
    /// Why the finding is neither scored nor counted (豁免); nil: it is.
    public var exemption: String?
    /// How grave the rule was that judged; nil: as the report describes it.
    public var severity: Severity?

    public init(
        finding: Finding, shop: String?, buyer: String?, group: String, day: CalendarDay?,
        context: [ContextMessage], messageCount: Int, version: Int? = nil, scheme: String? = nil,
        exemption: String? = nil
    ) {
        self.finding = finding
        self.shop = shop
        self.buyer = buyer
        self.group = group
        self.day = day
        self.context = context
        self.messageCount = messageCount
        self.version = version
        self.scheme = scheme
        self.exemption = exemption
    }
}

/// What a run of the inspection hands to the renderers.
public struct Report: Sendable {
    /// Where the archive came from, as the user named it (no absolute paths are added).
    public var title: String
    /// The engine's version and the digest of the rules, pinned by every finding.
    public var engine: String
    public var rulesDigest: String
    public var zone: Zone
    public var tally: Tally
    public var coverage: Coverage
    /// In input order; at most the renderer's limit.
    public var cases: [FindingCase]
    /// Findings that are counted in the tally and not kept in `cases`.
    public var casesLeftOut: Int
    /// What stays got; nil: nothing was scored.
    public var scores: Scores?

    public init(
        title: String, engine: String, rulesDigest: String, zone: Zone, tally: Tally,
        coverage: Coverage, cases: [FindingCase], casesLeftOut: Int, scores: Scores? = nil
    ) {
        self.title = title
        self.engine = engine
        self.rulesDigest = rulesDigest
        self.zone = zone
        self.tally = tally
        self.coverage = coverage
        self.cases = cases
        self.casesLeftOut = casesLeftOut
        self.scores = scores
    }

    /// `2026-03-01 至 2026-03-30`, the days of the zone that the messages span; one day stands alone, and nil
    /// is for a run without times.
    public var dayRange: String? {
        guard let first = coverage.firstInstant, let last = coverage.lastInstant else { return nil }
        let days = (zone.day(of: first).description, zone.day(of: last).description)
        return days.0 == days.1 ? days.0 : "\(days.0) 至 \(days.1)"
    }
}
