import ConversationModel

/// What a corpus looks like: the usual mix, or one of the cases that are hard on an engine.
public enum CorpusShape: String, Sendable, Hashable, CaseIterable {
    /// Simplified text with some traditional shops and some full-width digits.
    case everyday
    /// Every text is traditional and full-width, so that folding changes all of it.
    case folding
    /// Everything beyond ASCII is written as `\uXXXX`.
    case escaped
    /// Every message of an agent breaks a rule.
    case hits
    /// Every conversation has 100,000 messages.
    case endless
}

/// The shops, people and days that generated conversations are spread over.
public struct CorpusOptions: Sendable, Hashable {
    /// Shops, some of them with traditional text, some with epoch times.
    public var shops: Int
    /// Agents of all shops together; each shop has at least one.
    public var agents: Int
    /// The first day, in Beijing time.
    public var firstDay: CalendarDay
    /// Days from the first one on in which conversations begin.
    public var days: Int
    /// The mix of text.
    public var shape: CorpusShape
    /// Messages of one conversation, nil for the shape's own length.
    public var messages: Int?

    /// Options with every number brought into 1…1,000,000.
    public init(
        shops: Int = 40, agents: Int = 240,
        firstDay: CalendarDay = CalendarDay(year: 2026, month: 3, day: 1), days: Int = 30,
        shape: CorpusShape = .everyday, messages: Int? = nil
    ) {
        func bounded(_ number: Int) -> Int { min(max(number, 1), 1_000_000) }
        self.shops = bounded(shops)
        self.agents = bounded(agents)
        self.firstDay = firstDay
        self.days = bounded(days)
        self.shape = shape
        self.messages = messages.map(bounded) ?? (shape == .endless ? 100_000 : nil)
    }
}
