/// The limit of an expectation that is named in its trigger: 10分钟内回复您.
///
/// The first length of time in the trigger's text counts (the entity `duration`, its upper end, vague
/// ones such as 10多分钟 left out); without one, the first of `words` that stands there. A trigger with
/// neither opens no obligation.
public struct Promise: Sendable, Hashable {
    /// What a word that names no number is taken to promise.
    public struct Word: Sendable, Hashable {
        public var text: String
        /// Milliseconds, more than 0.
        public var limit: Int64

        public init(_ text: String, limit: Int64) {
            self.text = text
            self.limit = limit
        }
    }

    /// Sorted by text.
    public var words: [Word]

    public init(words: [Word] = []) {
        self.words = words.sorted { ($0.text, $0.limit) < ($1.text, $1.limit) }
    }
}
