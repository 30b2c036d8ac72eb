import ConversationModel

/// Conditions side by side: the same operator is entered, another one replaces the whole.
extension RuleWalk {
    mutating func condition(_ path: String, _ old: Condition, _ new: Condition) {
        switch (old.kind, new.kind) {
        case (.message(let old), .message(let new)): message("\(path).message", old, new)
        case (.expectation(let old), .expectation(let new)): expectation(path, old, new)
        case (.silence(let old), .silence(let new)): silence("\(path).silence", old, new)
        case (.gap(let old), .gap(let new)): gap("\(path).gap", old, new)
        case (.sequence(let old), .sequence(let new)): sequence("\(path).sequence", old, new)
        case (.count(let old), .count(let new)): count("\(path).count", old, new)
        case (.scope(let old), .scope(let new)) where old.direction == new.direction:
            scope("\(path).scope", old, new)
        case (.not(let old), .not(let new)): condition("\(path).not", old, new)
        case (.unless(let base, let exceptions), .unless(let newBase, let newExceptions)):
            condition(path, base, newBase)
            conditions("\(path).unless", exceptions, newExceptions)
        case (.unless(let base, let exceptions), _):
            condition(path, base, new.withoutSubject)
            conditions("\(path).unless", exceptions, [])
        case (_, .unless(let base, let exceptions)):
            condition(path, old.withoutSubject, base)
            conditions("\(path).unless", [], exceptions)
        default:
            if let lists = Condition.lists(old, new) {
                conditions("\(path).\(lists.key)", lists.old, lists.new)
            } else {
                value(path, RuleText.condition(old.withoutSubject), RuleText.condition(new.withoutSubject))
            }
        }
        let (before, after) = (old.isSubject, new.isSubject)
        value("\(path).subject", before ? .bool(true) : nil, after ? .bool(true) : nil)
    }

    private mutating func scope(_ path: String, _ old: Scope, _ new: Scope) {
        condition("\(path).\(new.direction.rawValue)", old.anchor, new.anchor)
        value("\(path).which", RuleText.which(old.which), RuleText.which(new.which))
        value("\(path).within.messages", old.messages.map(RuleText.number), new.messages.map(RuleText.number))
        value("\(path).within.time", RuleText.duration(old.time), RuleText.duration(new.time))
        condition("\(path).find", old.find, new.find)
    }

    private mutating func conditions(_ path: String, _ old: [Condition], _ new: [Condition]) {
        let alignment = Alignment(old.map(RuleShape.init), new.map(RuleShape.init))
        for at in alignment.removed { value("\(path)[\(at + 1)]", RuleText.condition(old[at]), nil) }
        for (index, other) in alignment.partner.enumerated() {
            let place = "\(path)[\(index + 1)]"
            if let other {
                condition(place, old[other], new[index])
            } else {
                value(place, nil, RuleText.condition(new[index]))
            }
        }
        if alignment.isReordered { changes.append(RuleChange(path: path, kind: .order)) }
    }

    private mutating func expectation(_ path: String, _ old: Expectation, _ new: Expectation) {
        condition("\(path).after", old.after, new.after)
        value("\(path).trigger", RuleText.trigger(old.trigger), RuleText.trigger(new.trigger))
        condition("\(path).expect", old.expect, new.expect)
        value("\(path).within.time", RuleText.time(old), RuleText.time(new))
        value("\(path).within.vague", RuleText.vague(old.promise), RuleText.vague(new.promise))
        value("\(path).within.cap", RuleText.duration(old.cap), RuleText.duration(new.cap))
        value("\(path).within.earliest", RuleText.duration(old.earliest), RuleText.duration(new.earliest))
        value("\(path).within.messages", old.messages.map(RuleText.number), new.messages.map(RuleText.number))
        text("\(path).within.clock", old.clock.rawValue, new.clock.rawValue)
        value(
            "\(path).within.only", old.onlyInsideHours ? .string("inside-hours") : nil,
            new.onlyInsideHours ? .string("inside-hours") : nil)
        switch (old.excuse, new.excuse) {
        case (let old?, let new?):
            condition("\(path).excuse.when", old.condition, new.condition)
            value("\(path).excuse.extend", RuleText.duration(old.extend), RuleText.duration(new.extend))
            value("\(path).excuse.times", RuleText.number(old.times), RuleText.number(new.times))
        case (let old, let new):
            value("\(path).excuse", old.map(RuleText.excuse), new.map(RuleText.excuse))
        }
        value(
            "\(path).atClose", old.atClose.map { .string($0.rawValue) }, new.atClose.map { .string($0.rawValue) })
        text("\(path).report", old.report.rawValue, new.report.rawValue)
        text("\(path).onTransfer", old.onTransfer.rawValue, new.onTransfer.rawValue)
    }

    private mutating func silence(_ path: String, _ old: Silence, _ new: Silence) {
        text("\(path).of", old.of.name, new.of.name)
        value("\(path).min", RuleText.duration(old.minimum), RuleText.duration(new.minimum))
        value("\(path).max", RuleText.duration(old.maximum), RuleText.duration(new.maximum))
    }

    private mutating func gap(_ path: String, _ old: Gap, _ new: Gap) {
        text("\(path).of", old.of.name, new.of.name)
        value("\(path).after", RuleText.sides(old.after), RuleText.sides(new.after))
        text("\(path).since", old.since.rawValue, new.since.rawValue)
        value("\(path).min", RuleText.duration(old.minimum), RuleText.duration(new.minimum))
        value("\(path).max", RuleText.duration(old.maximum), RuleText.duration(new.maximum))
    }

    private mutating func count(_ path: String, _ old: Count, _ new: Count) {
        condition("\(path).of", old.of, new.of)
        value("\(path).distinct", old.isDistinct ? .bool(true) : nil, new.isDistinct ? .bool(true) : nil)
        let (before, after) = (RuleText.bound(old.bound), RuleText.bound(new.bound))
        if before.key == after.key {
            value("\(path).\(before.key)", before.value, after.value)
        } else {
            value("\(path).\(before.key)", before.value, nil)
            value("\(path).\(after.key)", nil, after.value)
        }
    }

    private mutating func message(_ path: String, _ old: MessageCondition, _ new: MessageCondition) {
        value("\(path).from", RuleText.speakers(old.population), RuleText.speakers(new.population))
        text("\(path).auto", old.population.automatic.rawValue, new.population.automatic.rawValue)
        value(
            "\(path).kind", old.population.kinds.map { .strings($0.map(\.name)) },
            new.population.kinds.map { .strings($0.map(\.name)) })
        value("\(path).position", old.position.map(RuleText.position), new.position.map(RuleText.position))
        value(
            "\(path).phone", old.hasStrangersPhone ? .string("of-others") : nil,
            new.hasStrangersPhone ? .string("of-others") : nil)
        value("\(path).sent", old.sent.map(RuleText.moment), new.sent.map(RuleText.moment))
        value("\(path).repeats", old.repeats.map(RuleText.repeats), new.repeats.map(RuleText.repeats))
        switch (old.text, new.text) {
        case (let old?, let new?): textCondition(path, old, new)
        case (let old?, nil): value(path, RuleText.text(old), nil)
        case (nil, let new?): value(path, nil, RuleText.text(new))
        case (nil, nil): break
        }
    }

    // MARK: Text

    private mutating func textCondition(_ path: String, _ old: TextCondition, _ new: TextCondition) {
        switch (old.kind, new.kind) {
        case (.keywords(let old), .keywords(let new)): keywords(path, old, new)
        case (.regex(let old), .regex(let new)):
            text("\(path).regex", old.pattern, new.pattern)
            value("\(path).except", old.except.map { .string($0) }, new.except.map { .string($0) })
            text("\(path).fold", old.fold.rawValue, new.fold.rawValue)
        case (.equals(let old), .equals(let new)):
            words("\(path).equals", old.texts, new.texts)
            text("\(path).fold", old.fold.rawValue, new.fold.rawValue)
        case (.similar(let old), .similar(let new)):
            words("\(path).similar.to", old.texts, new.texts)
            value("\(path).similar.floor", RuleText.number(old.floor), RuleText.number(new.floor))
        case (.entity(let old), .entity(let new)):
            words("\(path).entity.kinds", old.kinds.map(\.rawValue), new.kinds.map(\.rawValue))
            words("\(path).entity.allowedDomains", old.allowedDomains, new.allowedDomains)
            words("\(path).entity.allow", old.allow, new.allow)
            value(
                "\(path).entity.probable", old.includesProbable ? .bool(true) : nil,
                new.includesProbable ? .bool(true) : nil)
            text("\(path).entity.fold", old.fold.rawValue, new.fold.rawValue)
        case (.length(let least, let most), .length(let newLeast, let newMost)):
            value("\(path).length.min", least.map(RuleText.number), newLeast.map(RuleText.number))
            value("\(path).length.max", most.map(RuleText.number), newMost.map(RuleText.number))
        case (.not(let old), .not(let new)): textCondition("\(path).not", old, new)
        case (.unless(let base, let exceptions), .unless(let newBase, let newExceptions)):
            textCondition(path, base, newBase)
            textConditions("\(path).unless", exceptions, newExceptions)
        case (.unless(let base, let exceptions), _):
            textCondition(path, base, new)
            textConditions("\(path).unless", exceptions, [])
        case (_, .unless(let base, let exceptions)):
            textCondition(path, old, base)
            textConditions("\(path).unless", [], exceptions)
        default:
            guard let lists = TextCondition.lists(old, new) else {
                value(path, RuleText.text(old), RuleText.text(new))
                break
            }
            let isSideBySide = RuleText.isSideBySide(lists.old) && RuleText.isSideBySide(lists.new)
            textConditions(
                isSideBySide ? path : "\(path).\(lists.key)", lists.old, lists.new, isNumbered: !isSideBySide)
        }
    }

    /// - Parameter isNumbered: false where the conditions stand as keys of one object.
    private mutating func textConditions(
        _ path: String, _ old: [TextCondition], _ new: [TextCondition], isNumbered: Bool = true
    ) {
        let alignment = Alignment(old.map(RuleShape.init), new.map(RuleShape.init))
        for at in alignment.removed {
            value(isNumbered ? "\(path)[\(at + 1)]" : path, RuleText.text(old[at]), nil)
        }
        for (index, other) in alignment.partner.enumerated() {
            let place = isNumbered ? "\(path)[\(index + 1)]" : path
            if let other {
                textCondition(place, old[other], new[index])
            } else {
                value(place, nil, RuleText.text(new[index]))
            }
        }
        if alignment.isReordered { changes.append(RuleChange(path: path, kind: .order)) }
    }

    private mutating func keywords(_ path: String, _ old: Keywords, _ new: Keywords) {
        words("\(path).keywords", old.phrases, new.phrases)
        value("\(path).match", RuleText.quantity(old.quantity), RuleText.quantity(new.quantity))
        text("\(path).boundary", old.boundary.rawValue, new.boundary.rawValue)
        words("\(path).allow", old.allow, new.allow)
        value(
            "\(path).homophones", old.homophones ? nil : .bool(false), new.homophones ? nil : .bool(false))
        text("\(path).fold", old.fold.rawValue, new.fold.rawValue)
    }
}

extension Condition {
    fileprivate var withoutSubject: Condition { Condition(kind, place: place) }

    /// The lists to lay side by side where both are lists of one operator, or where one is a list
    /// that holds something like the other: then conditions were added to it, or taken away.
    fileprivate static func lists(
        _ old: Condition, _ new: Condition
    ) -> (key: String, old: [Condition], new: [Condition])? {
        switch (old.kind, new.kind) {
        case (.all(let old), .all(let new)): ("all", old, new)
        case (.any(let old), .any(let new)): ("any", old, new)
        case (.all(let list), _) where new.isLike(oneOf: list): ("all", list, [new])
        case (.any(let list), _) where new.isLike(oneOf: list): ("any", list, [new])
        case (_, .all(let list)) where old.isLike(oneOf: list): ("all", [old], list)
        case (_, .any(let list)) where old.isLike(oneOf: list): ("any", [old], list)
        default: nil
        }
    }

    private func isLike(oneOf list: [Condition]) -> Bool {
        let shape = RuleShape(self)
        return list.contains { RuleShape($0).isLike(shape) }
    }
}

extension TextCondition {
    /// The lists to lay side by side where both are lists of one operator, or where one is a list
    /// that holds something like the other: then conditions were added to it, or taken away.
    fileprivate static func lists(
        _ old: TextCondition, _ new: TextCondition
    ) -> (key: String, old: [TextCondition], new: [TextCondition])? {
        switch (old.kind, new.kind) {
        case (.all(let old), .all(let new)): ("all", old, new)
        case (.any(let old), .any(let new)): ("any", old, new)
        case (.all(let list), _) where new.isLike(oneOf: list): ("all", list, [new])
        case (.any(let list), _) where new.isLike(oneOf: list): ("any", list, [new])
        case (_, .all(let list)) where old.isLike(oneOf: list): ("all", [old], list)
        case (_, .any(let list)) where old.isLike(oneOf: list): ("any", [old], list)
        default: nil
        }
    }

    private func isLike(oneOf list: [TextCondition]) -> Bool {
        let shape = RuleShape(self)
        return list.contains { RuleShape($0).isLike(shape) }
    }
}
