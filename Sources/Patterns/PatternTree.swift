/// A regular expression as a tree: what the parser makes, folding and rewriting change, printers write.
indirect enum PatternTree: Hashable, Sendable {
    case empty
    case set(ScalarSet)
    case sequence([PatternTree])
    case alternation([PatternTree])
    /// `maximum` nil: without limit.
    case repetition(PatternTree, minimum: Int, maximum: Int?)
    case textStart
    case textEnd
    case wordBoundary
    case notWordBoundary

    /// Whether it can match without taking a character.
    var matchesEmpty: Bool {
        switch self {
        case .empty, .textStart, .textEnd, .wordBoundary, .notWordBoundary: true
        case .set(let set): set.isEmpty
        case .sequence(let parts): parts.allSatisfy(\.matchesEmpty)
        case .alternation(let branches): branches.contains(where: \.matchesEmpty)
        case .repetition(let body, let minimum, _): minimum == 0 || body.matchesEmpty
        }
    }

    /// Whether every match begins where the text does.
    var isAnchored: Bool {
        switch self {
        case .textStart: true
        case .sequence(let parts): parts.first?.isAnchored ?? false
        case .alternation(let branches): branches.allSatisfy(\.isAnchored)
        case .repetition(let body, let minimum, _): minimum > 0 && body.isAnchored
        default: false
        }
    }

    /// Whether it can match at all: an empty set cannot.
    var canMatch: Bool {
        switch self {
        case .set(let set): !set.isEmpty
        case .sequence(let parts): parts.allSatisfy(\.canMatch)
        case .alternation(let branches): branches.contains(where: \.canMatch)
        case .repetition(let body, let minimum, _): minimum == 0 || body.canMatch
        default: true
        }
    }

    /// A sequence of trees, flattened.
    static func joined(_ parts: [PatternTree]) -> PatternTree {
        var flat: [PatternTree] = []
        for part in parts {
            switch part {
            case .empty: continue
            case .sequence(let inner): flat += inner
            default: flat.append(part)
            }
        }
        return flat.isEmpty ? .empty : flat.count == 1 ? flat[0] : .sequence(flat)
    }
}
