/// How large what a rule file holds may be; beyond it stands the diagnostic `limit`.
///
/// Rule files are untrusted: every list and every nesting has an end, so that no file makes a run
/// slow or takes its memory.
public enum RuleLimits {
    public static let fileBytes = 1 << 20
    /// Of a `.ndjson` file, one rule a line.
    public static let listFileBytes = 16 << 20
    /// Diagnostics kept of one file.
    public static let diagnosticsPerFile = 1000
    /// Nested conditions, conditions on text included.
    public static let conditionDepth = 16
    /// Conditions of one rule, conditions on text included.
    public static let conditions = 128
    /// Phrases of one list of keywords, allow-phrases or whole messages.
    public static let phrases = 10_000
    /// Steps of one sequence.
    public static let steps = 32
    /// Phrases of one list of entities that do not count.
    public static let allowedEntities = 1000
    /// Words of one table of vague promises.
    public static let promiseWords = 100
    /// Earlier messages that a `repeats` compares with.
    public static let lookBack = 200
    /// Example sentences of one `similar`: each message is compared with every one.
    public static let sentences = 100
    /// Unicode scalars of one phrase.
    public static let phraseScalars = 200
    /// UTF-8 bytes of a regular expression.
    public static let regexBytes = 4096
    /// UTF-8 bytes of shared conditions and word lists that the rules of a run put in, all together.
    public static let splicedBytes = 64 << 20
    public static let parameters = 64
    /// Examples of one rule, all lists together.
    public static let examples = 200
    public static let messagesPerExample = 1000
    /// Messages, matches and positions that a rule may count to.
    public static let count = 200_000
    /// UTF-8 bytes of a rule's id.
    public static let idBytes = 64
    /// Unicode scalars of a name, a category, a title.
    public static let nameScalars = 100
    public static let summaryScalars = 2000
}
