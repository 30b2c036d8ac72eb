import ConversationModel
import Diagnostics

/// What rules may name: the conditions and word lists of all files of a run, ready to be put in.
struct SharedNames {
    var conditions: [String: NamedCondition] = [:]
    var lists: [String: WordList] = [:]
    /// All names, those of definitions with errors too.
    var declared = NameUses()
    /// The same in order: for suggestions.
    var conditionNames: [String] = []
    var listNames: [String] = []
    /// What rules name, themselves and not through another definition.
    var used = NameUses()
    /// Bytes put in so far, over all rules of the run.
    var splicedBytes = 0
    /// Names that may still be compared for suggestions: no file of misspellings makes a run slow.
    private var comparisons = 200_000

    /// The name that `name` was probably meant to be.
    mutating func suggestion(for name: String, among names: [String]) -> String? {
        let candidates = Array(names.prefix(comparisons))
        comparisons -= candidates.count
        return didYouMean(name, among: candidates)
    }
}

/// The names that a rule or a definition uses.
struct NameUses {
    var conditions: Set<String> = []
    var lists: Set<String> = []

    mutating func formUnion(_ other: NameUses) {
        conditions.formUnion(other.conditions)
        lists.formUnion(other.lists)
    }
}

/// A condition with a name, decoded where it stands.
struct NamedCondition {
    /// What it judges.
    enum Value {
        /// A unit: it may stand wherever a condition may.
        case condition(Condition)
        /// One message: it may stand inside `message`.
        case text(TextCondition)
        /// It has an error, which stands at its own place.
        case broken
    }

    var value = Value.broken
    /// How many conditions it is when it is put in.
    var size = 1
    /// How many levels of conditions it has.
    var height = 1
    /// Bytes of everything in it.
    var bytes = 0
    /// See `RuleDecoder`.
    var firstSpeakers: [Place: Speaker] = [:]
    var missedReports: Set<Place> = []
}

/// A list of words with a name, other lists that it names put in.
struct WordList {
    /// Another way to write a word: added where the word stands in a list of keywords.
    struct Alias {
        var base: String
        var words: [PlacedPhrase]
    }

    var words: [PlacedPhrase] = []
    /// Phrases that shield the words, wherever the list is put in.
    var allow: [PlacedPhrase] = []
    var aliases: [Alias] = []
    /// It has an error, which stands at its own place.
    var isBroken = false
    var bytes = 0

    /// Phrases of all three kinds.
    var count: Int { words.count + allow.count + aliases.reduce(0) { $0 + $1.words.count } }

    /// Every phrase remembers that it stands in the file at `path`, unless it came from another.
    mutating func settle(in path: String) {
        func settled(_ phrases: [PlacedPhrase]) -> [PlacedPhrase] {
            phrases.map { phrase in
                var phrase = phrase
                if phrase.origin == nil {
                    phrase.origin = Place(path: path, range: phrase.range)
                }
                return phrase
            }
        }
        words = settled(words)
        allow = settled(allow)
        aliases = aliases.map { Alias(base: $0.base, words: settled($0.words)) }
    }
}
