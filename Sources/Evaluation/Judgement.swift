import ConversationModel

/// Why something could not be decided; several may hold.
public struct UnknownReasons: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A message has no time.
    public static let noTimes = UnknownReasons(rawValue: 1)
    /// The archive ends before the answer is known, or begins after it was.
    public static let cutOff = UnknownReasons(rawValue: 2)
    /// A limit was reached.
    public static let limit = UnknownReasons(rawValue: 4)

    /// The archive does not say what a rule asks for.
    public static let noFact = UnknownReasons(rawValue: 8)

    /// Stable words for reports.
    public var names: [String] {
        var names: [String] = []
        if contains(.noTimes) { names.append("no-times") }
        if contains(.cutOff) { names.append("cut-off") }
        if contains(.limit) { names.append("limit") }
        if contains(.noFact) { names.append("no-fact") }
        return names
    }
}

/// What a rule says of a unit (`semantics.md` section 4).
public enum Outcome: UInt8, Sendable, Hashable {
    case notApplicable, notEvaluated, hit, clean

    public var name: String {
        switch self {
        case .notApplicable: "notApplicable"
        case .notEvaluated: "notEvaluated"
        case .hit: "hit"
        case .clean: "clean"
        }
    }
}

/// What the place of an evidence is to the rule.
public enum EvidenceLabel: UInt8, Sendable, Hashable {
    case match, trigger, answer, excuse, earlier, later, context
    /// A step of a sequence: reports show the step's own name.
    case step

    public var name: String {
        switch self {
        case .match: "match"
        case .trigger: "trigger"
        case .answer: "answer"
        case .excuse: "excuse"
        case .earlier: "earlier"
        case .later: "later"
        case .context: "context"
        case .step: "step"
        }
    }
}

/// Everything decided about one conversation, in arrays that are used again for the next.
///
/// Messages are positions in the evaluator's table.
public struct Judgement {
    /// A piece of the conversation between two closes; `id#2` is the second.
    public struct Part {
        public var messages: Range<Int>
        /// Milliseconds, or `MessageTable.noTime` where times are unknown.
        public var closeInstant: Int64
        /// Closed by an event or the archive's `closedAt`, not by silence.
        public var isClosedExplicitly: Bool
        /// The archive lacks what follows.
        public var isCutAtEnd: Bool
        /// The record says so itself: nothing is known behind its last message, however far the archive reaches.
        public var isTruncated = false
        public var isCutAtStart: Bool
    }

    /// A conversation's part, or one agent's stay in it.
    public struct Unit {
        public var part: Int32
        /// Number of the stay's agent; `OwnerNumber.none` where the unit is the part.
        public var agent: Int32
        /// The message that started the stay; the part's first for a conversation, -1 if it has none.
        public var start: Int32
    }

    /// A rule's outcome on a unit.
    public struct RuleUnit {
        public var rule: Int32
        public var unit: Int32
        public var outcome: Outcome
        public var reasons: UnknownReasons
        /// In `exposures`.
        public var exposures: Range<Int32>
        /// In `findings`.
        public var findings: Range<Int32>
        /// Exposures are counted by the rule's class; these are only those beyond it.
        public var sharesExposures: Bool
    }

    /// The exposures of one class on a unit.
    public struct ClassUnit {
        public var exposureClass: Int32
        public var unit: Int32
        public var exposures: Range<Int32>
    }

    /// Somebody who could have been charged, and the message that made it so.
    public struct Exposure: Hashable, Sendable {
        public var owner: Int32
        /// -1: the whole unit.
        public var anchor: Int32
    }

    /// A hit or a miss, by numbers.
    public struct FindingRecord {
        public var rule: Int32
        public var unit: Int32
        public var outcome: FindingOutcome
        public var owner: Int32
        /// -1: the whole unit.
        public var anchor: Int32
        /// Milliseconds, -1 where time decided nothing.
        public var gap: Int64
        public var isPartial: Bool
        public var evidence: Range<Int32>
        /// In `divergences`, or -1.
        public var divergence: Int32 = -1
    }

    /// Where a sequence left its steps, by numbers.
    public struct DivergenceRecord {
        /// From 0.
        public var step: Int32
        /// Number of the step's name (`CompiledRules.stepNames`).
        public var name: Int32
        public var kind: Divergence.Kind
        /// Position in the table; -1: none.
        public var message: Int32
    }

    /// How far the first run of a rule's sequence came on a unit that it decided.
    public struct ProcedureRecord {
        public var rule: Int32
        public var unit: Int32
        public var owner: Int32
        /// Bit by step.
        public var taken: UInt32
        /// The step that was missed, from 0; -1: all was done.
        public var step: Int32
        public var kind: Divergence.Kind
    }

    /// A message that a finding rests on, with its spans.
    public struct EvidenceRecord {
        public var message: Int32
        public var label: EvidenceLabel
        public var spans: Range<Int32>
        /// Of a step the number of its name.
        public var step: Int32 = -1
    }

    public internal(set) var parts: [Part] = []
    public internal(set) var units: [Unit] = []
    /// Only rules that were looked at: those asleep are clean or not applicable, by their class.
    public internal(set) var ruleUnits: [RuleUnit] = []
    public internal(set) var classUnits: [ClassUnit] = []
    public internal(set) var exposures: [Exposure] = []
    public internal(set) var findings: [FindingRecord] = []
    public internal(set) var evidence: [EvidenceRecord] = []
    public internal(set) var spans: [Span] = []
    public internal(set) var divergences: [DivergenceRecord] = []
    public internal(set) var procedures: [ProcedureRecord] = []
    /// Only where the evaluator collects them.
    public internal(set) var stays: [StayRecord] = []

    mutating func removeAll() {
        parts.removeAll(keepingCapacity: true)
        units.removeAll(keepingCapacity: true)
        ruleUnits.removeAll(keepingCapacity: true)
        classUnits.removeAll(keepingCapacity: true)
        exposures.removeAll(keepingCapacity: true)
        findings.removeAll(keepingCapacity: true)
        evidence.removeAll(keepingCapacity: true)
        spans.removeAll(keepingCapacity: true)
        divergences.removeAll(keepingCapacity: true)
        procedures.removeAll(keepingCapacity: true)
        if !stays.isEmpty { stays.removeAll(keepingCapacity: true) }
    }
}

extension Judgement {
    /// How much of what rules decide on units is there: all but the parts, units, classes and stays, which stand whatever a
    /// rule says.
    struct Extent {
        fileprivate let ruleUnits: Int
        fileprivate let exposures: Int
        let findings: Int
        fileprivate let evidence: Int
        fileprivate let spans: Int
        fileprivate let divergences: Int
        fileprivate let procedures: Int
    }

    var extent: Extent {
        Extent(
            ruleUnits: ruleUnits.count, exposures: exposures.count, findings: findings.count, evidence: evidence.count,
            spans: spans.count, divergences: divergences.count, procedures: procedures.count)
    }

    /// Takes back what rules decided since.
    mutating func removeAll(since start: Extent) {
        ruleUnits.removeSubrange(start.ruleUnits...)
        exposures.removeSubrange(start.exposures...)
        findings.removeSubrange(start.findings...)
        evidence.removeSubrange(start.evidence...)
        spans.removeSubrange(start.spans...)
        divergences.removeSubrange(start.divergences...)
        procedures.removeSubrange(start.procedures...)
    }
}
