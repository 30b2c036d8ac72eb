import ConversationModel
import Diagnostics

/// What conditions are recognised by when two lists of them are laid side by side.
///
/// Most are the same on both sides, which `key` tells: what else they are recognised by is found when it is asked for.
struct RuleShape {
    /// Equal for conditions that mean the same.
    let key: [UInt8]
    private let source: Source

    private enum Source {
        case condition(Condition)
        case text(TextCondition)
    }

    init(_ condition: Condition) {
        var content = CanonicalBytes()
        content.add(condition)
        key = content.bytes
        source = .condition(condition)
    }

    init(_ condition: TextCondition) {
        var content = CanonicalBytes()
        content.add(condition)
        key = content.bytes
        source = .text(condition)
    }

    private var text: JSONText {
        switch source {
        case .condition(let condition): RuleText.condition(Condition(condition.kind))
        case .text(let condition): RuleText.text(condition)
        }
    }

    /// The operator.
    var operation: String { RuleShape.operation(of: text) }

    /// Phrases and patterns anywhere below.
    var words: Set<[UInt8]> { RuleShape.words(in: text) }

    /// The same, or the same operator with some word in common.
    func isLike(_ other: RuleShape) -> Bool {
        key == other.key || (operation == other.operation && !words.isDisjoint(with: other.words))
    }

    private static func operation(of text: JSONText) -> String {
        guard case .object(let members) = text else { return "" }
        return members.first?.key ?? ""
    }

    private static func words(in text: JSONText) -> Set<[UInt8]> {
        switch text {
        case .string(let text): [Array(text.utf8)]
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(words(in: $1)) }
        case .object(let members):
            members.reduce(into: []) { words, member in
                let isPlain = ["from", "auto", "kind", "boundary", "fold", "match"].contains(member.key)
                if !isPlain { words.formUnion(self.words(in: member.value)) }
            }
        default: []
        }
    }

    /// Equal for rules that differ in nothing that a diff shows.
    static func key(_ rule: Rule) -> [UInt8] {
        var content = CanonicalBytes()
        content.add(rule)
        content.add(rule.withoutVariants)
        for parameter in rule.parameters {
            content.add([parameter.name, parameter.title, RuleText.parameter(parameter).compact])
        }
        return content.bytes
    }

    /// An example as it is compared: wherever it stands.
    static func placeless(_ example: Example) -> Example {
        Example(conversation: example.conversation, marks: example.marks, place: Place(path: ""))
    }
}

/// Two lists of conditions side by side: equal ones first, then those of one operator by the words
/// they share. O(n²) in the lists, which hold at most 128 conditions.
struct Alignment {
    /// By the index in the new list: the one in the old, nil where the condition is new.
    private(set) var partner: [Int?]
    /// Indices in the old list.
    private(set) var removed: [Int] = []

    init(_ old: [RuleShape], _ new: [RuleShape]) {
        partner = Array(repeating: nil, count: new.count)
        var isTaken = [Bool](repeating: false, count: old.count)
        for index in new.indices {
            if let same = old.indices.first(where: { !isTaken[$0] && old[$0].key == new[index].key }) {
                partner[index] = same
                isTaken[same] = true
            }
        }
        let open = new.indices.filter { partner[$0] == nil }
        let left = open.isEmpty ? [] : old.indices.filter { !isTaken[$0] }
        let candidates = left.map { (at: $0, operation: old[$0].operation, words: old[$0].words) }
        for index in open {
            let (operation, words) = (new[index].operation, new[index].words)
            let shared =
                candidates
                .filter { !isTaken[$0.at] && $0.operation == operation }
                .map { (at: $0.at, words: $0.words.intersection(words).count) }
            // The first of the best, so that order decides between equals.
            guard let most = shared.map(\.words).max(), let best = shared.first(where: { $0.words == most })
            else { continue }
            partner[index] = best.at
            isTaken[best.at] = true
        }
        removed = old.indices.filter { !isTaken[$0] }
    }

    /// Whether kept conditions stand in another order.
    var isReordered: Bool {
        let kept = partner.compactMap { $0 }
        return zip(kept, kept.dropFirst()).contains { $0 > $1 }
    }
}
