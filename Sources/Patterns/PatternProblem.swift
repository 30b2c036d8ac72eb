import Diagnostics

/// Why a pattern is refused, with the place inside the pattern.
public struct PatternProblem: Error, Hashable, Sendable {
    /// `bad-regex`, `unsupported-regex`, `costly-regex`, `empty-regex`.
    public var code: String
    public var message: Phrase
    public var help: Phrase?
    /// UTF-8 offsets in the pattern's text.
    public var range: Range<Int>

    public init(code: String, message: Phrase, help: Phrase? = nil, range: Range<Int>) {
        self.code = code
        self.message = message
        self.help = help
        self.range = range
    }
}
