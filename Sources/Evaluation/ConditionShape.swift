import ConversationModel
import Diagnostics
import RuleLanguage

/// A condition on a unit for static checks: its normal form, and what follows from it.
///
/// Conditions that the checks do not know are looked at for equality only.
final class ConditionShape {
    let place: Place
    /// In normal form.
    let normal: Condition
    /// Equal for conditions of the same meaning.
    let key: [UInt8]
    /// Of its parts, in their order.
    let children: [ConditionShape]
    /// Of a `message`: what it asks of the text.
    let text: TextShape?

    init(_ written: Condition, _ form: NormalText) {
        let condition = ConditionShape.unwrapped(written)
        place = condition.place
        children = condition.parts.map { ConditionShape($0, form) }
        var kind = condition.kind
        var text: TextShape?
        switch condition.kind {
        case .message(var message):
            text = message.text.map { TextShape($0, form) }
            message.text = text?.normal
            kind = .message(message)
        case .expectation(var plan):
            plan.after = children[0].normal
            plan.expect = children[1].normal
            if children.count > 2 { plan.excuse?.condition = children[2].normal }
            kind = .expectation(plan)
        case .count(var count):
            count.of = children[0].normal
            kind = .count(count)
        case .scope(var scope):
            scope.anchor = children[0].normal
            scope.find = children[1].normal
            kind = .scope(scope)
        case .all(let conditions):
            // Their order decides whose matches count.
            kind = .all(zip(children, conditions).map { $0.marked($1.isSubject) })
        case .any: kind = .any(ConditionShape.sorted(children))
        case .not: kind = .not(children[0].normal)
        case .unless: kind = .unless(children[0].normal, ConditionShape.sorted(Array(children.dropFirst())))
        default: break
        }
        self.text = text
        normal = Condition(kind, place: condition.place)
        key = conditionKey(normal)
    }

    private static func unwrapped(_ condition: Condition) -> Condition {
        switch condition.kind {
        case .all(let parts) where parts.count == 1, .any(let parts) where parts.count == 1:
            unwrapped(parts[0])
        default: condition
        }
    }

    private static func sorted(_ shapes: [ConditionShape]) -> [Condition] {
        var seen: Set<[UInt8]> = []
        return shapes.filter { seen.insert($0.key).inserted }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.normal)
    }

    private func marked(_ isSubject: Bool) -> Condition {
        var condition = normal
        condition.isSubject = isSubject
        return condition
    }

    /// Of an `all`: the child whose matches are its own.
    var subject: ConditionShape? {
        guard case .all(let conditions) = normal.kind, !conditions.isEmpty else { return nil }
        return children[RuleCompiler.subject(among: conditions)]
    }

    /// The message condition that it is.
    var message: MessageCondition? {
        if case .message(let message) = normal.kind { return message }
        return nil
    }

    // MARK: What follows

    /// Whether in each unit its matches are matches of `other`, and `other` is true where it is.
    func implies(_ other: ConditionShape, _ budget: CheckBudget) -> Bool {
        guard budget.take() else { return false }
        if key == other.key { return true }
        if case .any = other.normal.kind, other.children.contains(where: { implies($0, budget) }) { return true }
        switch normal.kind {
        case .all: return subject?.implies(other, budget) ?? false
        case .any: return children.allSatisfy { $0.implies(other, budget) }
        case .unless: return children[0].implies(other, budget)
        case .message(let mine):
            guard let theirs = other.message else { return false }
            return implies(mine, theirs, of: other, budget)
        default: return false
        }
    }

    private func implies(
        _ mine: MessageCondition, _ theirs: MessageCondition, of other: ConditionShape, _ budget: CheckBudget
    ) -> Bool {
        guard mine.population.isWithin(theirs.population) else { return false }
        if let position = theirs.position {
            guard mine.position == position, mine.population == theirs.population else { return false }
        }
        if let repeats = theirs.repeats, mine.repeats != repeats { return false }
        if let sent = theirs.sent, mine.sent != sent { return false }
        if theirs.hasStrangersPhone, !mine.hasStrangersPhone { return false }
        guard let needed = other.text else { return true }
        return text?.implies(needed, budget) ?? false
    }

    // MARK: Constants

    /// What the condition comes to in every unit; nil where conversations decide.
    func constant(_ budget: CheckBudget) -> ConstantTruth? {
        switch normal.kind {
        case .message:
            guard let constant = text?.constant(budget), !constant.value else { return nil }
            return constant
        case .count(let count): return constant(count, budget)
        case .scope(let scope):
            for child in children {
                if let never = child.constant(budget), !never.value { return never }
            }
            return hasNothing(scope)
        case .expectation(let plan):
            if let never = children[0].constant(budget), !never.value { return never }
            guard plan.report == .met, let never = children[1].constant(budget), !never.value else { return nil }
            return never
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

    private func constant(_ count: Count, _ budget: CheckBudget) -> ConstantTruth? {
        let never = children[0].constant(budget).flatMap { $0.value ? nil : $0 }
        var most: Int?
        switch children[0].message?.position {
        case .firstMessages(let number)?, .lastMessages(let number)?: most = number
        default: break
        }
        switch count.bound {
        case .atLeast(let needed):
            if let never { return never }
            guard let most, needed > most else { return nil }
            return ConstantTruth(
                false, at: place,
                Phrase(
                    "\(needed) are asked for among \(counted(most, "message"))", "要求至少 \(needed) 条，而只看 \(most) 条消息"))
        case .atMost(let allowed):
            if let never { return never.negated }
            guard let most, allowed >= most else { return nil }
            return ConstantTruth(
                true, at: place,
                Phrase("\(allowed) are allowed among \(counted(most, "message"))", "至多 \(allowed) 条，而只看 \(most) 条消息"))
        default: return nil
        }
    }

    /// Nothing stands before the first message of a population, or after the last.
    private func hasNothing(_ scope: Scope) -> ConstantTruth? {
        guard let anchor = children[0].message, let found = children[1].message,
            found.population.isWithin(anchor.population)
        else { return nil }
        let reason: Phrase
        switch (scope.direction, anchor.position) {
        case (.before, .firstMessages(1)?):
            reason = Phrase("nothing comes before the first of these messages", "这些消息的第一条之前没有消息")
        case (.after, .lastMessages(1)?):
            reason = Phrase("nothing comes after the last of these messages", "这些消息的最后一条之后没有消息")
        default: return nil
        }
        return ConstantTruth(false, at: children[1].place, reason)
    }

    /// The answer of a duty that none can give: it would have to be the first message of those among
    /// which the trigger stands before it.
    var answerThatNeverComes: ConstantTruth? {
        guard case .expectation = normal.kind, let trigger = children[0].message, let answer = children[1].message,
            answer.position == .firstMessages(1), trigger.population.isWithin(answer.population)
        else { return nil }
        return ConstantTruth(
            false, at: children[1].place,
            Phrase("an answer after the trigger is never the first of these messages", "触发之后的回复不可能是这些消息的第一条"))
    }

    private func allConstant(_ budget: CheckBudget) -> ConstantTruth? {
        let constants = children.map { $0.constant(budget) }
        if let never = constants.lazy.compactMap({ $0 }).first(where: { !$0.value }) { return never }
        if !constants.isEmpty, constants.allSatisfy({ $0?.value == true }) { return constants[0] }
        for (first, second) in ConstantTruth.pairs(children) {
            for (negation, positive) in [(first, second), (second, first)] {
                guard case .not = negation.normal.kind, let inner = negation.children.first,
                    positive.implies(inner, budget)
                else { continue }
                return ConstantTruth(false, at: second.place, ConstantTruth.contradiction)
            }
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
}

extension Population {
    /// Whether every message of this population is one of `other`.
    func isWithin(_ other: Population) -> Bool {
        Set(speakers).isSubset(of: other.speakers)
            && (automatic == other.automatic || other.automatic == .any)
            && (kinds == other.kinds
                || (kinds.map { mine in other.kinds.map { Set(mine).isSubset(of: $0) } ?? false } ?? false))
    }
}
