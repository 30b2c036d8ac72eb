import ChineseText
import ConversationModel
import Patterns

/// What was read in one message's text.
struct RowText {
    /// Leaves that hold, ascending; `match: none` is not turned round yet.
    var leaves: [Int32] = []
    /// The text at each level that a rule looks at.
    var folded: FoldedText?
    var exact: FoldedText?

    /// The text at a level; nil where no rule looks at it.
    func at(_ level: TextLevel) -> FoldedText? { level == .exact ? exact : folded }
}

/// A message as a session keeps it: what it needs to begin again when one comes late.
struct KeptMessage {
    let message: Message
    let text: RowText
    /// Place in the order of arrival: the index that is reported.
    let position: Int
}

/// The messages of a session in their order, as columns.
final class SessionRows {
    let rules: CompiledRules
    let plan: SessionPlan
    let table = MessageTable()
    private(set) var names: NameTable
    /// Every message has a time.
    let hasTimes: Bool
    /// Whether anybody asks what a rule came to where it found nothing.
    let tellsOutcomes: Bool
    /// Owner before each row, and after the last.
    private(set) var debtors: [Int32]
    private(set) var texts: [RowText] = []
    private let bytes = ConversationBytes()
    var likeness: LikenessTable { plan.likeness }
    private let groups: Set<String>
    private let fallback: Int32
    private(set) var row: ConversationRow
    private var identity = Identity()
    private let defaultShop: String

    init(_ reader: SessionReader, _ origin: SessionOrigin, hasTimes: Bool, tellsOutcomes: Bool) {
        rules = reader.rules
        plan = reader.plan
        self.hasTimes = hasTimes
        self.tellsOutcomes = tellsOutcomes
        groups = origin.groups.union(origin.group.map { [$0] } ?? [])
        var names = NameTable()
        let fallback = origin.agent.map { names.number(of: $0) } ?? OwnerNumber.none
        self.names = names
        self.fallback = fallback
        debtors = [fallback == OwnerNumber.none ? OwnerNumber.unassigned : fallback]
        defaultShop = origin.defaultShop
        row = ConversationRow(
            id: bytes.hold(origin.id), shop: bytes.hold(origin.shop), buyer: bytes.hold(origin.buyer),
            group: bytes.hold(origin.group), agent: fallback, closedAt: MessageTable.noTime,
            isTruncatedAtStart: origin.isTruncatedAtStart, isTruncatedAtEnd: false,
            hasTimes: hasTimes, messages: 0..<0)
        row.facts = table.append(origin.facts, bytes: bytes)
    }

    var count: Int { table.count }

    func append(_ kept: KeptMessage) {
        let message = kept.message
        var agent = OwnerNumber.none
        if message.speaker == .agent {
            agent = message.agent.map { names.number(of: $0) } ?? fallback
            if agent == OwnerNumber.none { agent = names.number(of: OwnerNumber.unknownAgent) }
        }
        let i = table.count
        table.reserve(1, atLeast: 8)
        table.append(
            time: message.time?.milliseconds ?? MessageTable.noTime, speaker: message.speaker.rawValue,
            kind: message.kind.rawValue, isAutomatic: message.isAutomatic, agent: agent,
            assignment: names.assignment(message, groups: groups), position: Int32(kept.position),
            text: bytes.hold(message.text), id: bytes.hold(message.id))
        texts.append(kept.text)
        row.messages = 0..<table.count
        let next = newDebtor(i)
        debtors.append(next == OwnerNumber.none ? debtors[i] : next)
    }

    // MARK: Who

    func hasContent(_ i: Int) -> Bool {
        PopulationTest.contentKinds >> UInt16(table.kinds[i]) & 1 != 0
    }

    /// A message that an agent typed.
    func isHuman(_ i: Int) -> Bool {
        table.speakers[i] == Speaker.agent.rawValue && !table.automatic[i] && hasContent(i)
    }

    func isTransfer(_ i: Int) -> Bool { table.kinds[i] == MessageKind.transfer.rawValue }

    /// Whom a row makes the debtor, or `OwnerNumber.none`.
    func newDebtor(_ i: Int) -> Int32 {
        let assigned = table.assignments[i]
        if assigned != OwnerNumber.none, assigned != OwnerNumber.closed { return assigned }
        guard isHuman(i) else { return OwnerNumber.none }
        let agent = table.agents[i]
        return agent == OwnerNumber.none ? OwnerNumber.unassigned : agent
    }

    func isIn(_ population: PopulationTest, _ i: Int) -> Bool {
        population.contains(
            speaker: table.speakers[i], isAutomatic: table.automatic[i], kind: table.kinds[i])
    }

    /// The id of a finding of `rule` in a unit.
    func findingID(_ record: Judgement.FindingRecord, unit: Judgement.Unit, rule: Int) -> String {
        // Rows were added, and may have been let go.
        identity.begin()
        let id = identity.id(
            of: record, unit: unit, rule: rules.summaries[rule].id, conversation: row, first: 0,
            defaultShop: defaultShop, table: table, names: names)
        return String(decoding: id, as: UTF8.self)
    }

    // MARK: Text

    /// Whether a row's text satisfies a condition.
    func holds(_ text: TextNode, at i: Int) -> Bool {
        switch text {
        case .leaf(let number): return holds(leaf: number, at: i) != rules.leaves[number].isInverted
        case .length(let minimum, let maximum):
            let length = texts[i].folded.map { text in
                text.bytes.withUnsafeBufferPointer { Evaluator.scalarsWithoutSpaces($0) }
            }
            return (length ?? 0) >= minimum && (length ?? 0) <= maximum
        case .all(let parts): return parts.allSatisfy { holds($0, at: i) }
        case .any(let parts): return parts.contains { holds($0, at: i) }
        case .not(let part): return !holds(part[0], at: i)
        }
    }

    private func holds(leaf: Int, at i: Int) -> Bool {
        let leaves = texts[i].leaves
        let place = leaves.firstPlace(notBefore: Int32(leaf))
        return place < leaves.count && leaves[place] == Int32(leaf)
    }

    /// The spans of a text condition in a row's original text, or nil where it does not hold.
    func spans(_ text: TextNode, at i: Int, _ breaker: WordBreaker) -> [Span]? {
        switch text {
        case .leaf(let number):
            let leaf = rules.leaves[number]
            guard holds(text, at: i) else { return nil }
            if leaf.readsOriginal, !leaf.isInverted {
                let found = leaf.spans(in: table.texts[i], phrases: nil, breaker: breaker) ?? []
                return found.map { Span($0.lowerBound, $0.upperBound) }
            }
            guard !leaf.isInverted, let folded = texts[i].at(leaf.level) else { return [] }
            return (leaf.spans(in: folded.bytes, breaker: breaker) ?? []).map { folded.original($0) }
        case .length: return holds(text, at: i) ? [] : nil
        case .all(let parts):
            var result: [Span] = []
            for part in parts {
                guard let spans = spans(part, at: i, breaker) else { return nil }
                result += spans
            }
            return result
        case .any(let parts):
            let found = parts.compactMap { spans($0, at: i, breaker) }
            return found.isEmpty ? nil : found.flatMap { $0 }
        case .not: return holds(text, at: i) ? [] : nil
        }
    }
}

extension Array where Element: Comparable {
    /// In an ascending array: the place of the first element that is not less. O(log n).
    func firstPlace(notBefore element: Element) -> Int { partitioningIndex { $0 >= element } }
}
