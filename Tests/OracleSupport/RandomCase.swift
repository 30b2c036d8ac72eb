import ConversationModel
import RuleLanguage

/// A conversation and rules drawn from one seed, small enough that rules often hit.
///
/// The same seed gives the same case on every machine. Limits and gaps come from one short list, so
/// that an answer at exactly its deadline, or a millisecond to either side, is common.
public struct RandomCase: Sendable {
    /// What a case may contain beyond plain talk with times.
    public struct Features: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Some conversations have a message without a time.
        public static let missingTimes = Features(rawValue: 1)
        /// Some are marked truncated.
        public static let truncation = Features(rawValue: 2)
        /// Regexes, whose spans the oracle does not vouch for.
        public static let regex = Features(rawValue: 4)
        /// Some gaps outlast the close instant, so that the record is split into parts.
        public static let parts = Features(rawValue: 8)
        /// Opening hours and the business clock.
        public static let hours = Features(rawValue: 16)
        /// What nobody writes and the text of the semantics hardly decides: hand-overs to oneself or
        /// to nobody, agents without a name, triggers that are no messages, no messages at all,
        /// excuses that shorten a window.
        public static let oddities = Features(rawValue: 32)

        /// Messages near an anchor.
        public static let scopes = Features(rawValue: 1 << 10)

        /// Messages alike to sentences, and to one another.
        public static let likeness = Features(rawValue: 1 << 11)

        /// Gaps between messages of any sides.
        public static let gaps = Features(rawValue: 1 << 16)

        /// Limits that the trigger promises, and caps of waits.
        public static let promises = Features(rawValue: 1 << 17)

        /// Steps that follow one another.
        public static let sequences = Features(rawValue: 1 << 18)

        /// Conditions on the unit as a whole, and facts for them.
        public static let wholes = Features(rawValue: 1 << 20)

        /// All but the oddities.
        public static let standard: Features = [
            .missingTimes, .truncation, .regex, .parts, .hours, .scopes, .likeness, .gaps, .promises, .sequences,
            .wholes,
        ]
    }

    public let seed: UInt64
    public let rules: [Rule]
    public let conversation: Conversation
    public let policy: TimePolicy
    /// Names of groups beside the conversation's own.
    public let groups: Set<String>

    /// The case of `seed`.
    public init(seed: UInt64, features: Features = .standard) {
        self.seed = seed
        var draw = Draw(seed: seed)
        groups = ["售后组"]
        var policy = TimePolicy()
        if features.contains(.hours), draw.chance(50) { policy.openHours = RandomCase.hours(&draw) }
        if features.contains(.wholes) { policy.waits = RandomFacts.waits(&draw) }
        self.policy = policy
        var conversation = RandomConversation(features: features, groups: ["售后组"]).make(&draw)
        if features.contains(.wholes) { conversation.facts = RandomFacts.make(for: &conversation, &draw) }
        self.conversation = conversation
        var random = RandomRules(features: features)
        rules = (0..<draw.number(3...6)).map { random.rule("r\($0)", &draw) }
    }

    /// A case put together by hand, or cut down from another.
    public init(
        seed: UInt64, rules: [Rule], conversation: Conversation, policy: TimePolicy = TimePolicy(),
        groups: Set<String> = []
    ) {
        self.seed = seed
        self.rules = rules
        self.conversation = conversation
        self.policy = policy
        self.groups = groups
    }

    /// Drops rules and messages one at a time as long as `fails` holds of what is left.
    public func shrunk(while fails: (RandomCase) -> Bool) -> RandomCase {
        for place in rules.indices {
            var fewer = rules
            fewer.remove(at: place)
            let smaller = RandomCase(
                seed: seed, rules: fewer, conversation: conversation, policy: policy, groups: groups
            )
            if fails(smaller) { return smaller.shrunk(while: fails) }
        }
        for place in conversation.messages.indices {
            var shorter = conversation
            shorter.messages.remove(at: place)
            let smaller = RandomCase(
                seed: seed, rules: rules, conversation: shorter, policy: policy, groups: groups)
            if fails(smaller) { return smaller.shrunk(while: fails) }
        }
        return self
    }

    /// Whether a buyer's text waits for an answer, for evaluators that are given this case.
    @Sendable public static func needsAnswer(_ text: String) -> Bool {
        !["好的", "谢谢", "嗯"].contains(text)
    }

    /// The oracle over the rules of this case.
    public var oracle: Oracle {
        Oracle(
            rules: rules, policy: policy, groups: groups, needsAnswer: RandomCase.needsAnswer)
    }

    private static func hours(_ draw: inout Draw) -> [[TimePolicy.OpenHours]] {
        let hour: Int64 = 3_600_000
        let split = [
            TimePolicy.OpenHours(start: 10 * hour, end: 12 * hour),
            TimePolicy.OpenHours(start: 13 * hour, end: 18 * hour),
        ]
        let whole = [TimePolicy.OpenHours(start: 9 * hour, end: 24 * hour)]
        return (0..<7).map { $0 < 5 ? split : draw.chance(50) ? whole : [] }
    }
}

/// Limits of the rules and gaps between messages, in milliseconds.
enum Limits {
    static let short: [Int64] = [1_000, 30_000, 180_000]
    static let long: [Int64] = [600_000, 1_800_000]
    static let all = short + long
}

/// Draws from one seed (SplitMix64, S. Vigna), the same on every machine.
struct Draw {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    mutating func chance(_ percent: Int) -> Bool {
        number(0...99) < percent
    }

    /// One of `choices`, which must not be empty.
    mutating func one<T>(of choices: [T]) -> T {
        choices[number(0...choices.count - 1)]
    }

    /// Between one and `count` different ones of `choices`, in their order.
    mutating func some<T>(of choices: [T], atMost count: Int) -> [T] {
        var places = Set<Int>()
        for _ in 0..<number(1...count) { places.insert(number(0...choices.count - 1)) }
        return places.sorted().map { choices[$0] }
    }
}
