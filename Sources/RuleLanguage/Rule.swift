import ConversationModel
import Diagnostics

/// How much a text is folded before it is compared; `semantics.md` section 5.
public enum FoldLevel: String, Sendable, Hashable, CaseIterable {
    case exact, folded
    /// Folded, with separators, look-alikes, repeats and homophones seen through: keywords, and numbers of entities.
    case evasion
}

/// A rule as its author wrote it, checked for shape, with its parameters put in.
///
/// Patterns and phrases are still text: what they match is decided by Patterns and Evaluation.
public struct Rule: Sendable, Hashable {
    public var id: RuleID
    /// Chinese first: this is what reports show.
    public var name: String
    public var polarity: Polarity
    public var category: String
    public var severity: Severity
    /// Points for a finding, within -100...100; nil takes the formula's for the severity.
    public var score: Int?
    /// Rules that say the same fact, from both sides or more narrowly: what they take together may be capped.
    public var family: String?
    public var summary: String
    public var unit: UnitKind
    public var parameters: [Parameter]
    /// The rule judges only the units for which this is true.
    public var appliesTo: Condition?
    public var when: Condition
    public var examples: Examples
    /// Examples run as variants too, but for those named here.
    public var withoutVariants: [String]
    public var place: Place

    public init(
        id: RuleID, name: String, polarity: Polarity, category: String = "custom",
        severity: Severity = .minor, score: Int? = nil, family: String? = nil,
        summary: String = "",
        unit: UnitKind = .conversation, parameters: [Parameter] = [], appliesTo: Condition? = nil,
        when: Condition, examples: Examples = Examples(), withoutVariants: [String] = [],
        place: Place = Place(path: "")
    ) {
        self.id = id
        self.name = name
        self.polarity = polarity
        self.category = category
        self.severity = severity
        self.score = score
        self.family = family
        self.summary = summary
        self.unit = unit
        self.parameters = parameters
        self.appliesTo = appliesTo
        self.when = when
        self.examples = examples
        self.withoutVariants = withoutVariants
        self.place = place
    }
}

/// A value that a scheme may override: `"limit": {"type": "duration", "default": "30s", …}`.
public struct Parameter: Sendable, Hashable {
    /// What values it takes.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Milliseconds.
        case duration
        case integer
        /// A list of keywords.
        case keywords
    }

    /// A value of a parameter.
    public enum Value: Sendable, Hashable {
        case number(Int64)
        case strings([String])
    }

    public var name: String
    public var kind: Kind
    public var value: Value
    public var minimum: Int64?
    public var maximum: Int64?
    /// What it is, in Chinese, for the console.
    public var title: String

    public init(
        name: String, kind: Kind, value: Value, minimum: Int64? = nil, maximum: Int64? = nil,
        title: String = ""
    ) {
        self.name = name
        self.kind = kind
        self.value = value
        self.minimum = minimum
        self.maximum = maximum
        self.title = title
    }
}

/// A condition over the messages of a unit; its value is a set of matches (`semantics.md` section 2).
public struct Condition: Sendable, Hashable {
    /// The forms of a condition.
    public indirect enum Kind: Sendable, Hashable {
        case message(MessageCondition)
        case expectation(Expectation)
        case silence(Silence)
        case gap(Gap)
        case sequence(StepSequence)
        case count(Count)
        case scope(Scope)
        case unit(UnitCondition)
        case all([Condition])
        case any([Condition])
        case not(Condition)
        /// `condition`, and none of the others anywhere in the unit.
        case unless(Condition, [Condition])
    }

    public var kind: Kind
    /// In an `all`: the matches are this child's (`"subject": true`).
    public var isSubject: Bool
    public var place: Place

    public init(_ kind: Kind, isSubject: Bool = false, place: Place = Place(path: "")) {
        self.kind = kind
        self.isSubject = isSubject
        self.place = place
    }
}

/// Which messages a condition looks at.
public struct Population: Sendable, Hashable {
    /// Whether automatic replies belong to a population.
    public enum Automatic: String, Sendable, Hashable {
        /// Automatic replies are left out (the default).
        case no
        /// Both.
        case any
        /// Automatic replies only.
        case only
    }

    /// Sorted, without repeats. Default: buyer, agent, assistant.
    public var speakers: [Speaker]
    public var automatic: Automatic
    /// Nil: all that carry content (not recall, transfer, event).
    public var kinds: [MessageKind]?

    public init(
        speakers: [Speaker] = [.buyer, .agent, .assistant], automatic: Automatic = .no,
        kinds: [MessageKind]? = nil
    ) {
        self.speakers = speakers
        self.automatic = automatic
        self.kinds = kinds
    }
}

/// Which messages of the population are looked at, counted before the text test.
public enum Position: Sendable, Hashable {
    /// The first or last N messages of the population; N ≥ 1.
    case firstMessages(Int)
    case lastMessages(Int)
    /// Messages of the population at most this many ms after the first, before the last message of the unit.
    case firstMilliseconds(Int64)
    case lastMilliseconds(Int64)
}

/// Judges one message at a time; every message for which it holds is a match.
public struct MessageCondition: Sendable, Hashable {
    public var population: Population
    public var position: Position?
    /// Nil: every message of the population.
    public var text: TextCondition?
    /// Taken last, of the messages whose text holds.
    public var repeats: Repeats?
    /// When it was sent; taken before `repeats`.
    public var sent: Moment?
    /// It holds a mobile number that is no number of the conversation: none of its orders', and not said by
    /// the buyer before. Taken before `repeats`; unknown where the orders' numbers are not known.
    public var hasStrangersPhone: Bool

    public init(
        population: Population, position: Position? = nil, text: TextCondition? = nil, repeats: Repeats? = nil,
        sent: Moment? = nil, hasStrangersPhone: Bool = false
    ) {
        self.population = population
        self.position = position
        self.text = text
        self.repeats = repeats
        self.sent = sent
        self.hasStrangersPhone = hasStrangersPhone
    }
}

/// A condition on the text of one message.
public struct TextCondition: Sendable, Hashable {
    /// The forms of a condition on text.
    public indirect enum Kind: Sendable, Hashable {
        case keywords(Keywords)
        case regex(RegexCondition)
        case equals(EqualsCondition)
        /// Something that is told by its form; folded text.
        case entity(EntityCondition)
        case similar(SimilarCondition)
        /// Unicode scalars of the folded text without spaces, both bounds inclusive.
        case length(minimum: Int?, maximum: Int?)
        case all([TextCondition])
        case any([TextCondition])
        case not(TextCondition)
        /// `condition`, and none of the others in the same message.
        case unless(TextCondition, [TextCondition])
    }

    public var kind: Kind
    public var place: Place

    public init(_ kind: Kind, place: Place = Place(path: "")) {
        self.kind = kind
        self.place = place
    }
}

/// Phrases looked for in a message.
public struct Keywords: Sendable, Hashable {
    /// How many of the phrases must occur.
    public enum Quantity: Sendable, Hashable {
        case any
        case all
        /// At least so many different ones, ≥ 1.
        case atLeast(Int)
        case none
    }

    /// Where a phrase may begin and end.
    public enum Boundary: String, Sendable, Hashable {
        /// Word boundaries at ends that are Latin letters or digits, none at others (the default).
        case automatic = "auto"
        case substring
        case word
    }

    public var phrases: [String]
    /// Where each phrase stands, same count as `phrases` (or empty for rules made in code).
    public var places: [Place]
    public var quantity: Quantity
    public var boundary: Boundary
    public var fold: FoldLevel
    /// A keyword covered by one of these at its own place does not count.
    public var allow: [String]
    /// Where each of `allow` stands, as `places`.
    public var allowPlaces: [Place] = []
    /// At level `evasion`: other characters that read alike count for up to half of a keyword.
    public var homophones: Bool

    public init(
        phrases: [String], places: [Place] = [], quantity: Quantity = .any,
        boundary: Boundary = .automatic, fold: FoldLevel = .folded, allow: [String] = [],
        homophones: Bool = true
    ) {
        self.phrases = phrases
        self.places = places
        self.quantity = quantity
        self.boundary = boundary
        self.fold = fold
        self.allow = allow
        self.homophones = homophones
    }
}

/// A regular expression, and one that vetoes the message.
public struct RegexCondition: Sendable, Hashable {
    public var pattern: String
    public var except: String?
    public var fold: FoldLevel
    /// Where the pattern's text stands (inside the quotes).
    public var patternPlace: Place
    public var exceptPlace: Place?

    public init(
        pattern: String, except: String? = nil, fold: FoldLevel = .folded,
        patternPlace: Place = Place(path: ""), exceptPlace: Place? = nil
    ) {
        self.pattern = pattern
        self.except = except
        self.fold = fold
        self.patternPlace = patternPlace
        self.exceptPlace = exceptPlace
    }
}

/// The whole message is one of these, outer white space, emoji and punctuation stripped.
public struct EqualsCondition: Sendable, Hashable {
    public var texts: [String]
    public var fold: FoldLevel

    public init(texts: [String], fold: FoldLevel = .folded) {
        self.texts = texts
        self.fold = fold
    }
}

/// After X, Y is expected within a time or a number of messages (`semantics.md` section 3).
public struct Expectation: Sendable, Hashable {
    /// Which matches of the trigger own an obligation.
    public enum Trigger: Sendable, Hashable {
        /// The first trigger opens one obligation, further ones join it until the first answer.
        case run
        case each, first, last
        /// 1-based.
        case nth(Int)
    }

    /// Which hours count.
    public enum Clock: String, Sendable, Hashable {
        case wall, business
    }

    /// What becomes of an obligation that is open at the close.
    public enum AtClose: String, Sendable, Hashable {
        case missed
        case void
    }

    /// Which obligations are the matches.
    public enum Report: String, Sendable, Hashable {
        case met, missed
    }

    /// What a hand-over does to a running window.
    public enum OnTransfer: String, Sendable, Hashable {
        case carry, restart
    }

    /// What the debtor may say to be given more time.
    public struct Excuse: Sendable, Hashable {
        public var condition: Condition
        /// Milliseconds after the excuse; nil takes the window's own time.
        public var extend: Int64?
        public var times: Int

        public init(condition: Condition, extend: Int64? = nil, times: Int = 1) {
            self.condition = condition
            self.extend = extend
            self.times = times
        }
    }

    public var after: Condition
    public var trigger: Trigger
    public var expect: Condition
    /// Milliseconds before which an answer does not count.
    public var earliest: Int64
    /// Milliseconds after the trigger; nil: no limit of time, or a promised one.
    public var time: Int64?
    /// The trigger says how long it may take; `time` is nil then.
    public var promise: Promise?
    /// A longer wait, and one that ends unanswered, counts as so many milliseconds.
    public var cap: Int64?
    /// Messages of the answer's population after the trigger; nil: no limit.
    public var messages: Int?
    public var clock: Clock
    /// Triggers outside open hours open no obligation.
    public var onlyInsideHours: Bool
    public var excuse: Excuse?
    /// Nil: `missed`, but `void` where `time` ends later than a close that came by silence.
    public var atClose: AtClose?
    public var report: Report
    public var onTransfer: OnTransfer

    public init(
        after: Condition, trigger: Trigger = .run, expect: Condition, earliest: Int64 = 0,
        time: Int64? = nil, messages: Int? = nil, clock: Clock = .wall,
        onlyInsideHours: Bool = false, excuse: Excuse? = nil, atClose: AtClose? = nil,
        report: Report = .met, onTransfer: OnTransfer = .carry, promise: Promise? = nil, cap: Int64? = nil
    ) {
        self.after = after
        self.trigger = trigger
        self.expect = expect
        self.earliest = earliest
        self.time = time
        self.messages = messages
        self.clock = clock
        self.onlyInsideHours = onlyInsideHours
        self.excuse = excuse
        self.atClose = atClose
        self.report = report
        self.onTransfer = onTransfer
        self.promise = promise
        self.cap = cap
    }

    /// Some time limits it, written or promised.
    public var hasTime: Bool { time != nil || promise != nil }
}

/// A stretch without a message of one side, after a message of another.
///
/// It begins at the first message of buyer, agent or assistant (automatic ones left out) that is not of
/// the side and follows a message of the side, or opens the unit; it ends at the side's next message.
public struct Silence: Sendable, Hashable {
    public var of: Speaker
    /// Milliseconds, inclusive.
    public var minimum: Int64
    /// Milliseconds, inclusive; with it the silence counts only once it has ended.
    public var maximum: Int64?

    public init(of: Speaker, minimum: Int64, maximum: Int64? = nil) {
        self.of = of
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// How many matches another condition has.
public struct Count: Sendable, Hashable {
    /// What is asked of the number of matches.
    public enum Bound: Sendable, Hashable {
        case atLeast(Int)
        case atMost(Int)
        /// Matches among the messages of the (message) condition's population, in percent, inclusive.
        case share(minimumPercent: Int)
        /// Every message of the population.
        case every
    }

    public var of: Condition
    public var bound: Bound
    /// Matches that say the same count once; of `atLeast` and `atMost` only.
    public var isDistinct: Bool

    public init(of: Condition, bound: Bound, isDistinct: Bool = false) {
        self.of = of
        self.bound = bound
        self.isDistinct = isDistinct
    }
}

/// The tests a rule carries with itself.
public struct Examples: Sendable, Hashable {
    public var hit: [Example]
    public var clean: [Example]
    public var notApplicable: [Example]

    public init(hit: [Example] = [], clean: [Example] = [], notApplicable: [Example] = []) {
        self.hit = hit
        self.clean = clean
        self.notApplicable = notApplicable
    }
}

/// One example: a small conversation, with the spans it must show where any are marked.
public struct Example: Sendable, Hashable {
    /// Texts are without the marks ⟦ ⟧. A bare string is one message of the subject's speaker.
    public var conversation: Conversation
    /// Spans by message index, for examples that mark any; nil where none is marked.
    public var marks: [Int: [Span]]?
    public var place: Place

    public init(conversation: Conversation, marks: [Int: [Span]]? = nil, place: Place) {
        self.conversation = conversation
        self.marks = marks
        self.place = place
    }
}
