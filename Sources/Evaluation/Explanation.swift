import ConversationModel
import Diagnostics

/// Why a rule says what it says of one unit of a conversation: the evaluator's own values, node by node.
public struct Explanation: Sendable, Hashable {
    /// What a condition came to (`semantics.md` section 2).
    public enum Truth: String, Sendable, Hashable {
        case isTrue = "T"
        case isFalse = "F"
        case isUnknown = "U"
    }

    /// One message in which a condition held, or to which its match is anchored.
    public struct Match: Sendable, Hashable {
        /// Index in the conversation's messages, from 0; nil where the unit as a whole matches.
        public var message: Int?
        /// In the original text, UTF-8 bytes; empty where the whole message counts.
        public var spans: [Span]
        /// The texts of the spans, personal data masked.
        public var texts: [String]
        /// Milliseconds between the messages that decided it, where time decided.
        public var gap: Int64?
    }

    /// A condition with its value and what was near.
    public struct Node: Sendable, Hashable {
        /// What the condition is to the one above it: trigger, answer, exception …
        public var role: Phrase?
        /// What it asks for.
        public var label: Phrase
        public var truth: Truth
        /// Why it is unknown, or could have had more matches.
        public var reasons: UnknownReasons
        /// The first of its matches, in order.
        public var matches: [Match]
        /// All of its matches.
        public var matchCount: Int
        /// What was found on the way: populations, gaps, what came too late, what shielded a keyword.
        public var notes: [Phrase]
        public var children: [Node]
        /// The child that kept this condition from being true; nil where it is this one itself.
        public var blamedChild: Int?

        /// The condition to blame for this one: itself, or one below.
        var blamed: Node {
            guard let blamedChild, children.indices.contains(blamedChild) else { return self }
            return children[blamedChild].blamed
        }
    }

    public var rule: RuleSummary
    /// With its part: `id#2` is the second.
    public var conversation: String
    /// The agent of the stay; nil where the unit is the conversation.
    public var agent: String?
    /// Index of the message that starts the unit.
    public var start: Int?
    public var outcome: Outcome
    public var reasons: UnknownReasons
    public var appliesTo: Node?
    public var condition: Node
    /// Of this rule on this unit; messages are indices in the conversation.
    public var findings: [Finding]
    /// Which rules these are; nil where there are neither versions nor schemes.
    public var basis: Basis?

    /// The first condition that kept the rule from hitting; nil where it hit.
    ///
    /// A negation is blamed where what it forbids was found.
    public var firstFailure: Node? {
        if let appliesTo, appliesTo.truth != .isTrue { return appliesTo.blamed }
        return condition.truth == .isTrue ? nil : condition.blamed
    }

    /// The first failure in one line: what was asked for, and what was there instead.
    public var reason: Phrase {
        guard let failure = firstFailure else { return Phrase("it hits", "命中") }
        var english = failure.label.english
        var chinese = failure.label.chinese
        var notes = failure.notes.prefix(3).map { $0 }
        if failure.truth == .isUnknown {
            let names = failure.reasons.names.joined(separator: ", ")
            notes.append(Phrase("unknown: \(names)", "无法判定：\(names)"))
        }
        if !notes.isEmpty {
            english += " (" + notes.map(\.english).joined(separator: "; ") + ")"
            chinese += "（" + notes.map(\.chinese).joined(separator: "；") + "）"
        }
        return Phrase(english, chinese)
    }
}
