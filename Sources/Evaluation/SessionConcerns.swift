import ConversationModel
import RuleLanguage

/// What concerns one rule while a unit goes on.
struct SessionConcerns {
    /// By sender (`speaker * 2 + automatic`), a bit for each kind of row that concerns it whatever its text.
    private(set) var kinds = [UInt16](repeating: 0, count: 8)
    /// Leaves that concern it where they hold in such rows.
    private(set) var mentions: [SessionPlan.Mention] = []
    /// It says nothing before the end.
    private(set) var isLate = false
    /// Leaves one of which must hold for it to find anything but messages that are missing; nil: none need.
    private(set) var needs: [Int32]?
    private let number: Int32
    private let rules: CompiledRules

    init(_ number: Int, in rules: CompiledRules) {
        self.number = Int32(number)
        self.rules = rules
        let rule = rules.rules[number]
        if let appliesTo = rule.appliesTo { look(at: appliesTo, keepsScope: false) }
        look(at: rule.root, keepsScope: false)
        isLate = !speaksEarly(rule.root) || !(rule.appliesTo.map { isTrueEarly($0) } ?? true)
        // What a duty misses is found whatever its neighbours come to.
        needs = needs(rule.isPositive ? rule.duty?.node ?? rule.root : rule.root)
    }

    // MARK: Rows

    private mutating func add(_ rows: SessionPlan.Rows) {
        for sender in kinds.indices where rows.senders >> UInt8(sender) & 1 != 0 { kinds[sender] |= rows.kinds }
    }

    private mutating func look(at node: Int, keepsScope: Bool) {
        switch rules.nodes[node].kind {
        case .message(let message): look(at: message, keepsScope: keepsScope)
        case .silence, .gap: add(SessionPlan.Rows(senders: 0b0101_0101, kinds: PopulationTest.contentKinds))
        case .unit: break
        case .sequence(let steps):
            for (place, step) in steps.enumerated() {
                look(at: step.node, keepsScope: keepsScope && place == steps.count - 1)
                if step.messages != nil { addCounted(step.node) }
                // It may run out at any row.
                if let messages = step.messages, messages < 1 { add(.all) }
            }
        case .expectation(let expectation):
            look(at: expectation.after, keepsScope: false)
            look(at: expectation.expect, keepsScope: keepsScope)
            if let excuse = expectation.excuse { look(at: excuse, keepsScope: false) }
            let timing = expectation.timing
            if timing.messages != nil { addCounted(expectation.expect) }
            if timing.onTransfer == .restart, timing.hasTime {
                add(SessionPlan.Rows(senders: .max, kinds: 1 << UInt16(MessageKind.transfer.rawValue)))
            }
        case .count(let of, let bound):
            switch bound {
            case .share, .every: look(at: of, keepsScope: true)
            case .atLeast, .atMost: look(at: of, keepsScope: keepsScope)
            }
        case .distinct(let of, _): look(at: of, keepsScope: keepsScope)
        case .scope(let scope):
            look(at: scope.anchor, keepsScope: false)
            look(at: scope.find, keepsScope: keepsScope)
            if scope.plan.messages != nil { addCounted(scope.find) }
        case .all(let children, _), .any(let children):
            for child in children { look(at: child, keepsScope: keepsScope) }
        case .not(let child): look(at: child, keepsScope: false)
        }
    }

    private mutating func look(at message: MessageNode, keepsScope: Bool) {
        let rows = SessionPlan.Rows(message.population)
        if message.repeats >= 0 { add(SessionPlan.Rows(rules.repeats[Int(message.repeats)].population)) }
        let countsRows =
            switch message.position {
            case .firstMessages, .lastMessages, .lastMilliseconds: true
            case .firstMilliseconds, nil: false
            }
        guard !countsRows, !keepsScope, let leaves = message.text.flatMap({ needs($0) }) else { return add(rows) }
        mentions += Set(leaves).sorted().map { SessionPlan.Mention(leaf: $0, rule: number, rows: rows) }
    }

    /// The populations that the messages of an answer are counted by.
    private mutating func addCounted(_ node: Int) {
        switch rules.nodes[node].kind {
        case .message(let message): add(SessionPlan.Rows(message.population))
        case .any(let children): for child in children { addCounted(child) }
        case .all(let children, let subject): addCounted(children[subject])
        case .count(let of, _), .distinct(let of, _): addCounted(of)
        case .scope(let scope): addCounted(scope.find)
        case .expectation(let inner): addCounted(inner.expect)
        case .sequence(let steps): addCounted(steps[steps.count - 1].node)
        case .silence, .gap, .unit, .not: break
        }
    }

    // MARK: Sleep

    /// Leaves of which one must hold somewhere for a condition to be true or unknown; nil: none need.
    private func needs(_ node: Int) -> [Int32]? {
        switch rules.nodes[node].kind {
        case .message(let message): message.text.flatMap { needs($0) }
        case .expectation(let expectation): needs(expectation.after)
        case .count(let of, .atLeast(let least)), .distinct(let of, .atLeast(let least)): least > 0 ? needs(of) : nil
        case .scope(let scope): fewest([needs(scope.anchor), needs(scope.find)])
        case .all(let children, _): fewest(children.map { needs($0) })
        case .any(let children): union(children.map { needs($0) })
        case .silence, .gap, .sequence, .unit, .distinct, .count, .not: nil
        }
    }

    private func needs(_ text: TextNode) -> [Int32]? {
        switch text {
        case .leaf(let leaf): rules.leaves[leaf].isInverted ? nil : [Int32(leaf)]
        case .length, .not: nil
        case .all(let parts): fewest(parts.map { needs($0) })
        case .any(let parts): union(parts.map { needs($0) })
        }
    }

    private func fewest(_ sets: [[Int32]?]) -> [Int32]? {
        sets.lazy.compactMap { $0 }.min { $0.count < $1.count }
    }

    private func union(_ sets: [[Int32]?]) -> [Int32]? {
        var result: [Int32] = []
        for set in sets {
            guard let set else { return nil }
            result += set
        }
        return result
    }

    // MARK: What is said before the end
    // Each of these may say yes where it is not so: then rows are looked at for nothing.

    /// Whether a condition may find something before the end.
    private func speaksEarly(_ node: Int) -> Bool {
        switch rules.nodes[node].kind {
        case .message, .sequence, .expectation: isTimely(node)
        case .silence, .gap: true
        case .count(let of, .atLeast), .distinct(let of, .atLeast): speaksEarly(of)
        case .scope(let scope): scope.plan.which != .last && speaksEarly(scope.anchor) && speaksEarly(scope.find)
        case .all(let children, let subject):
            children.enumerated().allSatisfy { $0 == subject ? speaksEarly($1) : isTrueEarly($1) }
        case .any(let children): children.contains { speaksEarly($0) }
        case .count, .distinct, .unit, .not: false
        }
    }

    /// Whether a message, an expectation or a sequence is decided as its rows come.
    private func isTimely(_ node: Int) -> Bool {
        switch rules.nodes[node].kind {
        case .message(let message):
            switch message.position {
            case .lastMessages, .lastMilliseconds: false
            case .firstMessages, .firstMilliseconds, nil: true
            }
        case .sequence(let steps): steps.allSatisfy { isImmediate($0.node) }
        case .expectation(let plan):
            plan.timing.trigger != .last && isImmediate(plan.after) && isImmediate(plan.expect)
                && (plan.excuse.map { isImmediate($0) } ?? true)
        default: true
        }
    }

    /// Whether what a row comes to may be known with the row.
    private func isImmediate(_ node: Int) -> Bool {
        switch rules.nodes[node].kind {
        case .message, .sequence: isTimely(node)
        case .expectation(let plan): isTimely(node) && plan.timing.report == .met
        case .count(let of, .atLeast), .distinct(let of, .atLeast): isImmediate(of)
        case .scope(let scope): isImmediate(scope.anchor) && isImmediate(scope.find)
        case .any(let children): children.allSatisfy { isImmediate($0) }
        case .silence, .gap, .count, .distinct, .unit, .all, .not: false
        }
    }

    /// Whether a condition may be known to be true before the end.
    private func isTrueEarly(_ node: Int) -> Bool {
        switch rules.nodes[node].kind {
        case .unit: true
        case .not(let child): isFalseEarly(child)
        case .any(let children): children.contains { isTrueEarly($0) }
        default: speaksEarly(node)
        }
    }

    /// Whether a condition may be known to be false before the end.
    private func isFalseEarly(_ node: Int) -> Bool {
        switch rules.nodes[node].kind {
        case .message(let message):
            if case .firstMessages = message.position { true } else { false }
        case .count(let of, .atMost): speaksEarly(of)
        case .unit: true
        case .not(let child): isTrueEarly(child)
        case .all(let children, _): children.contains { isFalseEarly($0) }
        case .any(let children): children.allSatisfy { isFalseEarly($0) }
        default: false
        }
    }
}
