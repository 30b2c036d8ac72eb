import ConversationModel

/// What differs between two rule sets, in the language of rules: which rule, which condition of it,
/// which words and limits. Layout, order of files and places do not matter.
public struct RuleDiff: Sendable, Hashable {
    /// A rule that both sets have, with what differs.
    public struct Changed: Sendable, Hashable {
        public var old: Rule
        public var new: Rule
        /// Not empty; in the order of a rule's keys.
        public var changes: [RuleChange]
    }

    /// By id.
    public var added: [Rule] = []
    public var removed: [Rule] = []
    public var changed: [Changed] = []
    /// Rules that are the same in both.
    public var unchanged = 0

    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

    /// Compares by id. O(size of the rules), and conditions of one list with each other.
    public init(from old: [Rule], to new: [Rule]) {
        let before = Dictionary(old.map { ($0.id, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.id, $0) }) { first, _ in first }
        for id in Set(before.keys).union(after.keys).sorted() {
            switch (before[id], after[id]) {
            case (let old?, let new?):
                let changes = RuleChange.changes(from: old, to: new)
                if changes.isEmpty {
                    unchanged += 1
                } else {
                    changed.append(Changed(old: old, new: new, changes: changes))
                }
            case (let old?, nil): removed.append(old)
            case (nil, let new?): added.append(new)
            case (nil, nil): break
            }
        }
    }
}

/// One thing about a rule that differs.
public struct RuleChange: Sendable, Hashable {
    /// What differs there.
    public enum Kind: Sendable, Hashable {
        /// A value, or a whole condition; nil where there is none.
        case value(old: JSONText?, new: JSONText?)
        /// Words of a list; what moved only is not listed.
        case words(added: [String], removed: [String])
        /// Numbers of examples, and how many of them are new or gone.
        case examples(old: Int, new: Int, added: Int, removed: Int)
        /// The order, or the spelling of a text that reads the same.
        case order
    }

    /// Keys as in the rule, numbers in lists from 1: `when.any[2].message.keywords`.
    public var path: String
    public var kind: Kind

    /// Everything that differs between two rules with the same id; empty exactly where they mean
    /// the same, carry the same examples and declare the same parameters.
    static func changes(from old: Rule, to new: Rule) -> [RuleChange] {
        var walk = RuleWalk()
        walk.rule(old, new)
        if walk.changes.isEmpty, RuleShape.key(old) != RuleShape.key(new) {
            walk.changes.append(RuleChange(path: "", kind: .order))
        }
        return walk.changes
    }
}

/// Walks two rules side by side and collects what differs.
struct RuleWalk {
    var changes: [RuleChange] = []

    mutating func value(_ path: String, _ old: JSONText?, _ new: JSONText?) {
        if old != new { changes.append(RuleChange(path: path, kind: .value(old: old, new: new))) }
    }

    mutating func text(_ path: String, _ old: String, _ new: String) {
        value(path, .string(old), .string(new))
    }

    mutating func words(_ path: String, _ old: [String], _ new: [String]) {
        // By their bytes: texts that Swift calls equal need not be so for the level `exact`.
        let before = Set(old.map { Array($0.utf8) })
        let after = Set(new.map { Array($0.utf8) })
        let added = new.filter { !before.contains(Array($0.utf8)) }
        let removed = old.filter { !after.contains(Array($0.utf8)) }
        if !added.isEmpty || !removed.isEmpty {
            changes.append(RuleChange(path: path, kind: .words(added: added, removed: removed)))
        } else if !old.elementsEqual(new, by: { $0.utf8.elementsEqual($1.utf8) }) {
            changes.append(RuleChange(path: path, kind: .order))
        }
    }

    mutating func rule(_ old: Rule, _ new: Rule) {
        text("name", old.name, new.name)
        text("polarity", old.polarity.rawValue, new.polarity.rawValue)
        text("category", old.category, new.category)
        text("severity", old.severity.rawValue, new.severity.rawValue)
        value("score", old.score.map(RuleText.number), new.score.map(RuleText.number))
        value("family", old.family.map(JSONText.string), new.family.map(JSONText.string))
        text("summary", old.summary, new.summary)
        text("unit", old.unit.rawValue, new.unit.rawValue)
        parameters(old.parameters, new.parameters)
        switch (old.appliesTo, new.appliesTo) {
        case (let old?, let new?): condition("appliesTo", old, new)
        case (let old, let new):
            value("appliesTo", old.map(RuleText.condition), new.map(RuleText.condition))
        }
        condition("when", old.when, new.when)
        examples("examples.hit", old.examples.hit, new.examples.hit)
        examples("examples.clean", old.examples.clean, new.examples.clean)
        examples("examples.notApplicable", old.examples.notApplicable, new.examples.notApplicable)
        words("withoutVariants", old.withoutVariants, new.withoutVariants)
    }

    private mutating func parameters(_ old: [Parameter], _ new: [Parameter]) {
        let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.name, $0) }) { first, _ in first }
        for name in Set(before.keys).union(after.keys).sorted() {
            let path = "parameters.\(name)"
            guard let old = before[name], let new = after[name], old.kind == new.kind else {
                value(path, before[name].map(RuleText.parameter), after[name].map(RuleText.parameter))
                continue
            }
            if case .strings(let before) = old.value, case .strings(let after) = new.value {
                words("\(path).default", before, after)
            } else {
                value("\(path).default", RuleText.value(of: old), RuleText.value(of: new))
            }
            value("\(path).min", RuleText.bound(old.minimum, of: old), RuleText.bound(new.minimum, of: new))
            value("\(path).max", RuleText.bound(old.maximum, of: old), RuleText.bound(new.maximum, of: new))
            text("\(path).title", old.title, new.title)
        }
    }

    private mutating func examples(_ path: String, _ old: [Example], _ new: [Example]) {
        let before = Set(old.map(RuleShape.placeless))
        let after = Set(new.map(RuleShape.placeless))
        let added = new.count { !before.contains(RuleShape.placeless($0)) }
        let removed = old.count { !after.contains(RuleShape.placeless($0)) }
        guard added > 0 || removed > 0 || old.count != new.count else { return }
        changes.append(
            RuleChange(
                path: path, kind: .examples(old: old.count, new: new.count, added: added, removed: removed)))
    }
}
