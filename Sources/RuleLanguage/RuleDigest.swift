import ConversationModel
import Crypto

/// The SHA-256 of what `rules` mean, as 64 hexadecimal digits.
///
/// Two rule sets with the same digest give the same findings and the same reports: everything that
/// they rest on is hashed, with overridden parameters put in. Places in files, examples and the
/// order of the rules are not. O(size of the rules).
public func rulesDigest(_ rules: [Rule]) -> String {
    let parts = rules.map { rule in
        var content = CanonicalBytes()
        content.add(rule)
        return content.bytes
    }
    var hash = SHA256()
    hash.update(data: Array("mingjian rules 1".utf8))
    for part in parts.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        var length = CanonicalBytes()
        length.add(part.count)
        hash.update(data: length.bytes)
        hash.update(data: part)
    }
    let digits = Array("0123456789abcdef")
    return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

/// A form of a rule in which different rules never look alike.
///
/// Every text and list comes after its length, every case of an enum after a tag of its own. The
/// tags are part of the format: a changed one changes every digest.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: Int) {
        add(Int64(number))
    }

    mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    mutating func add(_ text: String) {
        add(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func add(_ number: Int64?) {
        add(number != nil)
        if let number { add(number) }
    }

    mutating func add(_ texts: [String]) {
        add(texts.count)
        for text in texts { add(text) }
    }

    mutating func add(_ rule: Rule) {
        add([
            rule.id.value, rule.name, rule.polarity.rawValue, rule.category,
            rule.severity.rawValue, rule.summary, rule.unit.rawValue,
        ])
        add(rule.score.map(Int64.init))
        if let family = rule.family { add(["family", family]) }
        add(rule.appliesTo != nil)
        if let condition = rule.appliesTo { add(condition) }
        add(rule.when)
    }

    // MARK: Conditions

    mutating func add(_ conditions: [Condition]) {
        add(conditions.count)
        for condition in conditions { add(condition) }
    }

    mutating func add(_ condition: Condition) {
        add(condition.isSubject)
        switch condition.kind {
        case .message(let message):
            add("message")
            add(message)
        case .expectation(let expectation):
            add("after")
            add(expectation)
        case .silence(let silence):
            add("silence")
            add(silence.of.name)
            add(silence.minimum)
            add(silence.maximum)
        case .gap(let gap):
            add(["gap", gap.of.name, gap.since.rawValue])
            add(gap.after.map(\.name))
            add(gap.minimum)
            add(gap.maximum)
        case .sequence(let sequence):
            add("sequence")
            add(sequence)
        case .count(let count):
            add(count.isDistinct ? "count distinct" : "count")
            add(count.of)
            add(count.bound)
        case .scope(let scope):
            add("scope")
            add(scope)
        case .unit(let unit): add(unit)
        case .all(let children):
            add("all")
            add(children)
        case .any(let children):
            add("any")
            add(children)
        case .not(let inner):
            add("not")
            add(inner)
        case .unless(let base, let exceptions):
            add("unless")
            add(base)
            add(exceptions)
        }
    }

    mutating func add(_ scope: Scope) {
        add(scope.anchor)
        add(scope.direction.rawValue)
        switch scope.which {
        case .each: add("each")
        case .first: add("first")
        case .last: add("last")
        case .nth(let number): add("nth \(number)")
        }
        add(scope.messages.map(Int64.init))
        add(scope.time)
        add(scope.find)
    }

    mutating func add(_ sequence: StepSequence) {
        add(sequence.steps.count)
        for step in sequence.steps {
            add(step.name)
            add(step.condition)
            add(step.earliest)
            add(step.time)
            add(step.messages.map(Int64.init))
            add(step.isOptional)
            add(step.sharesMessage)
        }
    }

    mutating func add(_ bound: Count.Bound) {
        switch bound {
        case .atLeast(let count): add(["atLeast", String(count)])
        case .atMost(let count): add(["atMost", String(count)])
        case .share(let percent): add(["share", String(percent)])
        case .every: add(["every"])
        }
    }

    mutating func add(_ expectation: Expectation) {
        add(expectation.after)
        switch expectation.trigger {
        case .run: add("run")
        case .each: add("each")
        case .first: add("first")
        case .last: add("last")
        case .nth(let number): add("nth \(number)")
        }
        add(expectation.expect)
        add(expectation.earliest)
        add(expectation.time)
        add(expectation.messages.map(Int64.init))
        add(expectation.clock.rawValue)
        add(expectation.onlyInsideHours)
        add(expectation.excuse != nil)
        if let excuse = expectation.excuse {
            add(excuse.condition)
            add(excuse.extend)
            add(excuse.times)
        }
        add(expectation.atClose?.rawValue ?? "")
        add(expectation.report.rawValue)
        add(expectation.onTransfer.rawValue)
        // Only where there is one: rules without it keep their digest.
        if let promise = expectation.promise {
            add("promised")
            add(promise.words.map(\.text))
            for word in promise.words { add(word.limit) }
        }
        if let cap = expectation.cap {
            add("cap")
            add(cap)
        }
    }

    mutating func add(_ message: MessageCondition) {
        add(message.population.speakers.map(\.name))
        add(message.population.automatic.rawValue)
        add(message.population.kinds != nil)
        add(message.population.kinds?.map(\.name) ?? [])
        switch message.position {
        case nil: add("")
        case .firstMessages(let count): add("first \(count)")
        case .lastMessages(let count): add("last \(count)")
        case .firstMilliseconds(let time): add("first \(time)ms")
        case .lastMilliseconds(let time): add("last \(time)ms")
        }
        add(message.text != nil)
        if let text = message.text { add(text) }
        // Only where there is one: rules without it keep their digest.
        if let repeats = message.repeats { add(repeats) }
        if let sent = message.sent {
            add("sent")
            add(sent)
        }
        if message.hasStrangersPhone { add("phone of others") }
    }

    mutating func add(_ repeats: Repeats) {
        add("repeats")
        switch repeats.of {
        case .sender: add("self")
        case .side: add("side")
        case .speaker(let speaker): add(speaker.name)
        }
        add([repeats.similarity, repeats.lookBack, repeats.times, repeats.minimumLength].map { String($0) })
        add(repeats.minimumGap)
        add(repeats.allow)
    }

    // MARK: Text

    mutating func add(_ conditions: [TextCondition]) {
        add(conditions.count)
        for condition in conditions { add(condition) }
    }

    mutating func add(_ condition: TextCondition) {
        switch condition.kind {
        case .keywords(let keywords):
            add(["keywords", keywords.boundary.rawValue, keywords.fold.rawValue])
            switch keywords.quantity {
            case .any: add("any")
            case .all: add("all")
            case .atLeast(let count): add("atLeast \(count)")
            case .none: add("none")
            }
            add(keywords.phrases)
            add(keywords.allow)
            if !keywords.homophones { add("no homophones") }
        case .regex(let regex):
            add(["regex", regex.pattern, regex.fold.rawValue])
            add(regex.except != nil)
            add(regex.except ?? "")
        case .equals(let equals):
            add(["equals", equals.fold.rawValue])
            add(equals.texts)
        case .entity(let entity):
            add("entity")
            add(entity.kinds.map(\.rawValue))
            add(entity.allowedDomains)
            add(entity.includesProbable)
            // Not written where there is none: rules from before keep their digests.
            if entity.fold != .folded { add(entity.fold.rawValue) }
            if !entity.allow.isEmpty {
                add("allow")
                add(entity.allow)
            }
        case .similar(let similar):
            add(["similar", String(similar.floor)])
            add(similar.texts)
        case .length(let minimum, let maximum):
            add("length")
            add(minimum.map(Int64.init))
            add(maximum.map(Int64.init))
        case .all(let children):
            add("all")
            add(children)
        case .any(let children):
            add("any")
            add(children)
        case .not(let inner):
            add("not")
            add(inner)
        case .unless(let base, let exceptions):
            add("unless")
            add(base)
            add(exceptions)
        }
    }
}
