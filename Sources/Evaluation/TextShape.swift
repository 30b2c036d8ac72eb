import ConversationModel
import Diagnostics
import RuleLanguage

/// How much the static checks of one rule may still compare; hostile rules must not make them slow.
final class CheckBudget {
    private var left: Int

    init(_ comparisons: Int) { left = comparisons }

    /// False where nothing is left: the check is then given up, and says nothing.
    func take(_ count: Int = 1) -> Bool {
        left -= count
        return left > 0
    }
}

/// A condition whose truth no text and no conversation can change.
struct ConstantTruth {
    var value: Bool
    /// The condition that makes it so, which may stand inside, and what that one comes to.
    var place: Place
    var isTrueThere: Bool
    var reason: Phrase

    init(_ value: Bool, at place: Place, _ reason: Phrase) {
        self.value = value
        self.place = place
        self.isTrueThere = value
        self.reason = reason
    }

    /// The same cause seen from behind a negation.
    var negated: ConstantTruth {
        var result = self
        result.value.toggle()
        return result
    }
}

/// A condition on a text for static checks: its normal form, and what follows from it.
///
/// All answers are on the safe side: `implies` is true only where it holds for every text.
final class TextShape {
    let place: Place
    /// In normal form, places left as they are.
    let normal: TextCondition
    /// Equal for conditions of the same meaning.
    let key: [UInt8]
    /// Of its parts, in their order.
    let children: [TextShape]
    /// Folded phrases of keywords, whole messages, example sentences.
    private(set) lazy var phrases: Set<[UInt8]> = Set(words.map { Array($0.utf8) })

    init(_ written: TextCondition, _ form: NormalText) {
        let condition = TextShape.unwrapped(written)
        place = condition.place
        children = condition.parts.map { TextShape($0, form) }
        let kind: TextCondition.Kind
        switch condition.kind {
        case .all: kind = .all(TextShape.sorted(children))
        case .any: kind = .any(TextShape.sorted(children))
        case .not: kind = .not(children[0].normal)
        case .unless: kind = .unless(children[0].normal, TextShape.sorted(Array(children.dropFirst())))
        default: kind = form.leaf(condition.kind)
        }
        normal = TextCondition(kind, place: condition.place)
        key = conditionKey(normal)
    }

    /// A list of one condition is that condition.
    private static func unwrapped(_ condition: TextCondition) -> TextCondition {
        switch condition.kind {
        case .all(let parts) where parts.count == 1, .any(let parts) where parts.count == 1:
            unwrapped(parts[0])
        default: condition
        }
    }

    private static func sorted(_ shapes: [TextShape]) -> [TextCondition] {
        var seen: Set<[UInt8]> = []
        return shapes.filter { seen.insert($0.key).inserted }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.normal)
    }

    private var words: [String] {
        switch normal.kind {
        case .keywords(let keywords): keywords.phrases
        case .equals(let equals): equals.texts
        case .similar(let similar): similar.texts
        default: []
        }
    }

    // MARK: What follows

    /// Whether each text for which this holds is one for which `other` holds.
    func implies(_ other: TextShape, _ budget: CheckBudget) -> Bool {
        guard budget.take() else { return false }
        if key == other.key { return true }
        switch other.normal.kind {
        case .any:
            if other.children.contains(where: { implies($0, budget) }) { return true }
        case .all:
            if other.children.allSatisfy({ implies($0, budget) }) { return true }
        default: break
        }
        switch normal.kind {
        case .all: return children.contains { $0.implies(other, budget) }
        case .any: return children.allSatisfy { $0.implies(other, budget) }
        case .unless: return children[0].implies(other, budget)
        case .not:
            if case .not = other.normal.kind, let inner = children.first, let otherInner = other.children.first {
                return otherInner.implies(inner, budget)
            }
            return false
        default: return impliesLeaf(other, budget)
        }
    }

    private func impliesLeaf(_ other: TextShape, _ budget: CheckBudget) -> Bool {
        switch (normal.kind, other.normal.kind) {
        case (.keywords(let mine), .keywords(let theirs)):
            return implies(mine, theirs, of: other, budget)
        case (.regex(let mine), .regex(let theirs)):
            return mine.pattern == theirs.pattern && mine.fold == theirs.fold && theirs.except == nil
        case (.equals(let mine), .equals(let theirs)):
            return mine.fold == theirs.fold && isSubset(of: other, budget)
        case (.similar(let mine), .similar(let theirs)):
            return mine.floor >= theirs.floor && isSubset(of: other, budget)
        case (.entity(let mine), .entity(let theirs)):
            return Set(mine.kinds).isSubset(of: theirs.kinds)
                && Set(theirs.allowedDomains).isSubset(of: mine.allowedDomains)
                && Set(theirs.allow).isSubset(of: mine.allow)
                && (!mine.includesProbable || theirs.includesProbable)
                && (mine.fold == .folded || theirs.fold == .evasion)
        case (.length(let minimum, let maximum), .length(let floor, let ceiling)):
            return (minimum ?? 0) >= (floor ?? 0) && (maximum ?? .max) <= (ceiling ?? .max)
        default: return false
        }
    }

    private func isSubset(of other: TextShape, _ budget: CheckBudget) -> Bool {
        budget.take(phrases.count) && phrases.isSubset(of: other.phrases)
    }

    private func implies(
        _ mine: Keywords, _ theirs: Keywords, of other: TextShape, _ budget: CheckBudget
    ) -> Bool {
        func strictness(_ boundary: Keywords.Boundary) -> Int {
            switch boundary {
            case .substring: 0
            case .automatic: 1
            case .word: 2
            }
        }
        guard mine.fold == theirs.fold, mine.homophones == theirs.homophones,
            strictness(mine.boundary) >= strictness(theirs.boundary), theirs.quantity == .any,
            budget.take(phrases.count + theirs.allow.count + mine.allow.count),
            Set(theirs.allow.map { Array($0.utf8) }).isSubset(of: mine.allow.map { Array($0.utf8) })
        else { return false }
        let needed: Int
        switch mine.quantity {
        case .any: needed = 1
        case .all: needed = phrases.count
        case .atLeast(let count): needed = count
        case .none: return false
        }
        return phrases.count { !other.phrases.contains($0) } < needed
    }

    // MARK: Constants

    /// What the condition comes to for every text; nil where texts decide.
    func constant(_ budget: CheckBudget) -> ConstantTruth? {
        switch normal.kind {
        case .length(let minimum, nil) where (minimum ?? 0) == 0:
            return ConstantTruth(true, at: place, Phrase("every length is at least 0", "任何长度都不小于 0"))
        case .keywords(let keywords):
            guard case .atLeast(let count) = keywords.quantity, count > keywords.phrases.count else { return nil }
            let left = keywords.phrases.count
            return ConstantTruth(
                false, at: place,
                Phrase(
                    "\(count) different keywords must occur, and folded only \(left) are different",
                    "要求出现 \(count) 个不同的关键词，而折叠后只剩 \(left) 个"))
        case .regex(let regex) where regex.except == regex.pattern:
            return ConstantTruth(false, at: place, Phrase("'except' is the pattern itself", "“except” 就是正则本身"))
        case .not: return children[0].constant(budget)?.negated
        case .all: return allConstant(budget)
        case .any: return anyConstant(budget)
        case .unless:
            if let base = children[0].constant(budget), !base.value { return base }
            for exception in children.dropFirst() {
                if let constant = exception.constant(budget), constant.value { return constant.negated }
                if children[0].implies(exception, budget) {
                    return ConstantTruth(false, at: exception.place, ConstantTruth.swallowed)
                }
            }
            return nil
        default: return nil
        }
    }

    private func allConstant(_ budget: CheckBudget) -> ConstantTruth? {
        let constants = children.map { $0.constant(budget) }
        if let never = constants.lazy.compactMap({ $0 }).first(where: { !$0.value }) { return never }
        if !constants.isEmpty, constants.allSatisfy({ $0?.value == true }) { return constants[0] }
        for (first, second) in ConstantTruth.pairs(children) where first.excludes(second, budget) {
            return ConstantTruth(false, at: second.place, ConstantTruth.contradiction)
        }
        return nil
    }

    private func anyConstant(_ budget: CheckBudget) -> ConstantTruth? {
        let constants = children.map { $0.constant(budget) }
        if let always = constants.lazy.compactMap({ $0 }).first(where: \.value) { return always }
        if !constants.isEmpty, constants.allSatisfy({ $0?.value == false }) { return constants[0] }
        for (first, second) in ConstantTruth.pairs(children) {
            for (negation, other) in [(first, second), (second, first)] {
                guard case .not = negation.normal.kind, let inner = negation.children.first,
                    inner.implies(other, budget)
                else { continue }
                return ConstantTruth(true, at: second.place, ConstantTruth.tautology)
            }
        }
        return nil
    }

    /// Whether no text fulfils both.
    private func excludes(_ other: TextShape, _ budget: CheckBudget) -> Bool {
        for (negation, positive) in [(self, other), (other, self)] {
            if case .not = negation.normal.kind, let inner = negation.children.first,
                positive.implies(inner, budget)
            {
                return true
            }
        }
        switch (normal.kind, other.normal.kind) {
        case (.length(let a, let b), .length(let c, let d)):
            return (a ?? 0) > (d ?? .max) || (c ?? 0) > (b ?? .max)
        case (.equals(let mine), .equals(let theirs)):
            return mine.fold == theirs.fold && budget.take(phrases.count) && phrases.isDisjoint(with: other.phrases)
        case (.equals(let equals), .keywords(let keywords)): return equals.excludes(keywords, budget)
        case (.keywords(let keywords), .equals(let equals)): return equals.excludes(keywords, budget)
        case (.keywords(let keywords), .length(_, let maximum?)), (.length(_, let maximum?), .keywords(let keywords)):
            return keywords.shortest > maximum
        default: return false
        }
    }
}

extension EqualsCondition {
    /// Whether none of the whole messages can hold a keyword. What `equals` strips at the ends is no letter and no
    /// digit, so keywords with other characters are not judged.
    fileprivate func excludes(_ keywords: Keywords, _ budget: CheckBudget) -> Bool {
        guard keywords.fold == fold, keywords.quantity != .none,
            budget.take(texts.count * keywords.phrases.count), keywords.phrases.allSatisfy(\.isWord)
        else { return false }
        return !texts.contains { text in keywords.phrases.contains { text.contains($0) } }
    }
}

extension Keywords {
    /// The least characters of a folded text that holds what is asked for; 0 where texts are read another way.
    fileprivate var shortest: Int {
        guard fold == .folded else { return 0 }
        let lengths = phrases.map { $0.unicodeScalars.count { $0 != " " } }
        switch quantity {
        case .any: return lengths.min() ?? 0
        case .all: return lengths.max() ?? 0
        case .atLeast(let count): return count > 0 && count <= lengths.count ? lengths.sorted()[count - 1] : 0
        case .none: return 0
        }
    }
}

extension String {
    /// Letters and digits alone.
    fileprivate var isWord: Bool {
        unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }
}

extension ConstantTruth {
    static let contradiction = Phrase(
        "it excludes another condition of the same 'all'", "它与同一个 all 里的另一个条件互相排斥")
    static let tautology = Phrase(
        "one of it and another condition of the same 'any' always holds", "它与同一个 any 里的另一个条件必有一个成立")
    static let swallowed = Phrase(
        "the exception holds wherever the condition does", "凡是条件成立的地方，例外也成立")

    /// All pairs of a list, the earlier first; lists hold at most 128 conditions.
    static func pairs<Element>(_ list: [Element]) -> [(Element, Element)] {
        list.indices.flatMap { i in list[(i + 1)...].map { (list[i], $0) } }
    }
}
