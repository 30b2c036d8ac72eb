import ConversationModel

/// Parts of rules as the rule language writes them, for people who compare versions.
///
/// What has its default is left out. Named parameters stand with their values.
enum RuleText {
    static func duration(_ milliseconds: Int64) -> JSONText { .string(DurationText.text(milliseconds)) }

    static func duration(_ milliseconds: Int64?) -> JSONText? { milliseconds.map { duration($0) } }

    static func number(_ value: Int) -> JSONText { .number(Int64(value)) }

    static func value(of parameter: Parameter) -> JSONText {
        switch parameter.value {
        case .strings(let texts): .strings(texts)
        case .number(let number): bound(number, of: parameter) ?? .null
        }
    }

    /// A value or a bound of `parameter`, in its own unit.
    static func bound(_ number: Int64?, of parameter: Parameter) -> JSONText? {
        number.map { parameter.kind == .duration ? duration($0) : .number($0) }
    }

    static func parameter(_ parameter: Parameter) -> JSONText {
        .object([
            "type": .string(parameter.kind.rawValue), "default": value(of: parameter),
            "min": bound(parameter.minimum, of: parameter), "max": bound(parameter.maximum, of: parameter),
            "title": parameter.title.isEmpty ? nil : .string(parameter.title),
        ])
    }

    // MARK: Conditions

    static func condition(_ condition: Condition) -> JSONText {
        guard condition.isSubject else { return .object(members(condition)) }
        return .object(members(condition) + [.init("subject", .bool(true))])
    }

    private static func members(_ condition: Condition) -> [JSONText.Member] {
        switch condition.kind {
        case .message(let message): return [.init("message", .object(members(message)))]
        case .expectation(let expectation): return members(expectation)
        case .silence(let silence):
            return [
                .init(
                    "silence",
                    .object([
                        "of": .string(silence.of.name), "min": duration(silence.minimum),
                        "max": duration(silence.maximum),
                    ]))
            ]
        case .sequence(let sequence): return [.init("sequence", self.sequence(sequence))]
        case .gap(let gap): return [.init("gap", self.gap(gap))]
        case .count(let count):
            let distinct: [JSONText.Member] = count.isDistinct ? [.init("distinct", .bool(true))] : []
            return [
                .init("count", .object([.init("of", self.condition(count.of))] + distinct + [bound(count.bound)]))
            ]
        case .scope(let scope): return [.init("scope", self.scope(scope))]
        case .unit(let unit): return [self.unit(unit)]
        case .all(let children): return [.init("all", .array(children.map { self.condition($0) }))]
        case .any(let children): return [.init("any", .array(children.map { self.condition($0) }))]
        case .not(let inner): return [.init("not", self.condition(inner))]
        case .unless(let base, let exceptions):
            return members(base) + [.init("unless", .array(exceptions.map { self.condition($0) }))]
        }
    }

    static func sequence(_ sequence: StepSequence) -> JSONText {
        .object(["steps": .array(sequence.steps.map(step))])
    }

    static func step(_ step: StepSequence.Step) -> JSONText {
        let bounds = within(step)
        let rest: [JSONText.Member?] = [
            bounds.map { .init("within", $0) }, step.isOptional ? .init("optional", .bool(true)) : nil,
            step.sharesMessage ? .init("sameMessage", .bool(true)) : nil,
        ]
        return .object([.init("name", .string(step.name))] + members(step.condition) + rest.compactMap { $0 })
    }

    private static func within(_ step: StepSequence.Step) -> JSONText? {
        guard step.hasTime || step.messages != nil else { return nil }
        return .object([
            "time": duration(step.time), "earliest": step.earliest == 0 ? nil : duration(step.earliest),
            "messages": step.messages.map(number),
        ])
    }

    static func gap(_ gap: Gap) -> JSONText {
        .object([
            "of": .string(gap.of.name), "after": gap.isAfterOthers ? nil : sides(gap.after),
            "since": gap.since == .previous ? nil : .string(gap.since.rawValue), "min": duration(gap.minimum),
            "max": duration(gap.maximum),
        ])
    }

    static func sides(_ sides: [Speaker]) -> JSONText {
        sides.count == 1 ? .string(sides[0].name) : .strings(sides.map(\.name))
    }

    static func scope(_ scope: Scope) -> JSONText {
        let within = JSONText.object(["messages": scope.messages.map(number), "time": duration(scope.time)])
        let isOpen = scope.messages == nil && scope.time == nil
        var members: [JSONText.Member] = [.init(scope.direction.rawValue, condition(scope.anchor))]
        if scope.which != .each { members.append(.init("which", which(scope.which))) }
        if !isOpen { members.append(.init("within", within)) }
        return .object(members + [.init("find", condition(scope.find))])
    }

    static func which(_ which: Scope.Which) -> JSONText {
        switch which {
        case .each: .string("each")
        case .first: .string("first")
        case .last: .string("last")
        case .nth(let number): .object(["nth": self.number(number)])
        }
    }

    static func bound(_ bound: Count.Bound) -> JSONText.Member {
        switch bound {
        case .atLeast(let count): .init("atLeast", number(count))
        case .atMost(let count): .init("atMost", number(count))
        case .share(let percent): .init("share", .object(["atLeast": number(percent)]))
        case .every: .init("every", .bool(true))
        }
    }

    private static func members(_ expectation: Expectation) -> [JSONText.Member] {
        let standard = Expectation(after: expectation.after, expect: expectation.expect)
        func changed<Value: Equatable>(_ path: KeyPath<Expectation, Value>, _ text: JSONText) -> JSONText? {
            expectation[keyPath: path] == standard[keyPath: path] ? nil : text
        }
        let text = JSONText.object([
            "after": condition(expectation.after),
            "trigger": changed(\.trigger, trigger(expectation.trigger)),
            "expect": condition(expectation.expect), "within": within(expectation),
            "excuse": expectation.excuse.map(excuse),
            "atClose": expectation.atClose.map { .string($0.rawValue) },
            "report": changed(\.report, .string(expectation.report.rawValue)),
            "onTransfer": changed(\.onTransfer, .string(expectation.onTransfer.rawValue)),
        ])
        if case .object(let members) = text { return members }
        return []
    }

    static func trigger(_ trigger: Expectation.Trigger) -> JSONText {
        switch trigger {
        case .run: .string("run")
        case .each: .string("each")
        case .first: .string("first")
        case .last: .string("last")
        case .nth(let number): .object(["nth": self.number(number)])
        }
    }

    private static func within(_ expectation: Expectation) -> JSONText? {
        let bounds = JSONText.object([
            "time": time(expectation), "vague": vague(expectation.promise),
            "earliest": expectation.earliest == 0 ? nil : duration(expectation.earliest),
            "messages": expectation.messages.map(number),
            "clock": expectation.clock == .wall ? nil : .string(expectation.clock.rawValue),
            "only": expectation.onlyInsideHours ? .string("inside-hours") : nil,
            "cap": duration(expectation.cap),
        ])
        return bounds == .object([] as [JSONText.Member]) ? nil : bounds
    }

    static func time(_ expectation: Expectation) -> JSONText? {
        expectation.promise == nil ? duration(expectation.time) : .string("promised")
    }

    static func vague(_ promise: Promise?) -> JSONText? {
        guard let promise, !promise.words.isEmpty else { return nil }
        return .object(promise.words.map { JSONText.Member($0.text, duration($0.limit)) })
    }

    static func excuse(_ excuse: Expectation.Excuse) -> JSONText {
        .object([
            "when": condition(excuse.condition), "extend": duration(excuse.extend),
            "times": excuse.times == 1 ? nil : number(excuse.times),
        ])
    }

    // MARK: Messages and their text

    static func speakers(_ population: Population) -> JSONText {
        population.speakers.count == 1
            ? .string(population.speakers[0].name) : .strings(population.speakers.map(\.name))
    }

    static func position(_ position: Position) -> JSONText {
        switch position {
        case .firstMessages(let count): .object(["first": number(count)])
        case .lastMessages(let count): .object(["last": number(count)])
        case .firstMilliseconds(let time): .object(["first": duration(time)])
        case .lastMilliseconds(let time): .object(["last": duration(time)])
        }
    }

    private static func members(_ message: MessageCondition) -> [JSONText.Member] {
        let population = message.population
        let text = JSONText.object([
            "from": population.speakers == Population().speakers ? nil : speakers(population),
            "auto": population.automatic == .no ? nil : .string(population.automatic.rawValue),
            "kind": population.kinds.map { .strings($0.map(\.name)) },
            "position": message.position.map(position), "sent": message.sent.map(moment),
            "phone": message.hasStrangersPhone ? .string("of-others") : nil,
            "repeats": message.repeats.map(repeats),
        ])
        guard case .object(let members) = text else { return [] }
        return members + (message.text.map { self.members($0) } ?? [])
    }

    static func repeats(_ repeats: Repeats) -> JSONText {
        let of: String =
            switch repeats.of {
            case .sender: "self"
            case .side: "side"
            case .speaker(let speaker): speaker.name
            }
        return .object([
            "of": .string(of), "similarity": number(repeats.similarity), "lookBack": number(repeats.lookBack),
            "times": number(repeats.times),
            "minLength": repeats.minimumLength == 0 ? nil : number(repeats.minimumLength),
            "minGap": repeats.minimumGap == 0 ? nil : duration(repeats.minimumGap),
            "allow": repeats.allow.isEmpty ? nil : .strings(repeats.allow),
        ])
    }

    /// The condition where `level` is the one that what stands around it gives.
    static func text(_ condition: TextCondition, in level: FoldLevel = .folded) -> JSONText {
        .object(members(condition, in: level))
    }

    private static func members(_ condition: TextCondition, in level: FoldLevel = .folded) -> [JSONText.Member] {
        switch condition.kind {
        case .keywords(let keywords): return members(keywords, in: level)
        case .regex(let regex):
            return [.init("regex", .string(regex.pattern))]
                + (regex.except.map { [.init("except", .string($0))] } ?? []) + fold(regex.fold, in: level)
        case .equals(let equals): return [.init("equals", .strings(equals.texts))] + fold(equals.fold, in: level)
        case .similar(let similar):
            return [
                .init("similar", .object(["to": .strings(similar.texts), "floor": number(similar.floor)]))
            ]
        case .entity(let entity): return [.init("entity", self.entity(entity))]
        case .length(let minimum, let maximum):
            return [.init("length", .object(["min": minimum.map(number), "max": maximum.map(number)]))]
        case .all(let children):
            return merged(children, in: level) ?? [.init("all", .array(children.map { text($0, in: level) }))]
        case .any(let children): return [.init("any", .array(children.map { text($0, in: level) }))]
        case .not(let inner): return [.init("not", text(inner, in: level))]
        case .unless(let base, let exceptions):
            let members = members(base, in: level)
            // The level that is written beside the exceptions is theirs, too, until they say another.
            var inner = level
            if case .string(let written)? = members.first(where: { $0.key == "fold" })?.value {
                inner = FoldLevel(rawValue: written) ?? level
            }
            return members + [.init("unless", .array(exceptions.map { text($0, in: inner) }))]
        }
    }

    static func entity(_ entity: EntityCondition) -> JSONText {
        .object([
            "kinds": .strings(entity.kinds.map(\.rawValue)),
            "allowedDomains": entity.allowedDomains.isEmpty ? nil : .strings(entity.allowedDomains),
            "allow": entity.allow.isEmpty ? nil : .strings(entity.allow),
            "probable": entity.includesProbable ? .bool(true) : nil,
            "fold": entity.fold == .folded ? nil : .string(entity.fold.rawValue),
        ])
    }

    /// Conditions that may stand side by side in one object, each with a key of its own.
    private static func merged(_ children: [TextCondition], in level: FoldLevel) -> [JSONText.Member]? {
        let ranks = children.map(\.rank)
        guard children.count > 1, !ranks.contains(0), zip(ranks, ranks.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        let levels = Set(children.compactMap(\.fold))
        guard levels.count < 2 else { return nil }
        let members = children.flatMap { self.members($0) }.filter { $0.key != "fold" }
        return members + (levels.first.map { fold($0, in: level) } ?? [])
    }

    /// Whether `children` can be the keys of one object, as `merged` writes them.
    static func isSideBySide(_ children: [TextCondition]) -> Bool {
        children.count == 1 ? children[0].rank > 0 : merged(children, in: .folded) != nil
    }

    private static func members(_ keywords: Keywords, in level: FoldLevel) -> [JSONText.Member] {
        var members: [JSONText.Member] = [.init("keywords", .strings(keywords.phrases))]
        if keywords.quantity != .any { members.append(.init("match", quantity(keywords.quantity))) }
        if keywords.boundary != .automatic {
            members.append(.init("boundary", .string(keywords.boundary.rawValue)))
        }
        if !keywords.homophones { members.append(.init("homophones", .bool(false))) }
        if !keywords.allow.isEmpty { members.append(.init("allow", .strings(keywords.allow))) }
        return members + fold(keywords.fold, in: level)
    }

    static func quantity(_ quantity: Keywords.Quantity) -> JSONText {
        switch quantity {
        case .any: .string("any")
        case .all: .string("all")
        case .none: .string("none")
        case .atLeast(let count): .object(["atLeast": number(count)])
        }
    }

    private static func fold(_ level: FoldLevel, in around: FoldLevel) -> [JSONText.Member] {
        level == around ? [] : [.init("fold", .string(level.rawValue))]
    }
}

extension TextCondition {
    /// The order of keys in one object: two of the same rank, or of none (0), cannot share it.
    fileprivate var rank: Int {
        switch kind {
        case .keywords: 1
        case .regex: 2
        case .equals: 3
        case .similar: 4
        case .length: 5
        case .entity: 6
        default: 0
        }
    }

    /// The level at which a leaf compares.
    fileprivate var fold: FoldLevel? {
        switch kind {
        case .keywords(let keywords): keywords.fold
        case .regex(let regex): regex.fold
        case .equals(let equals): equals.fold
        default: nil
        }
    }
}
