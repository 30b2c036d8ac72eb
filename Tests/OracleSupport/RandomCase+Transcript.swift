import ConversationModel
import RuleLanguage

extension RandomCase {
    /// Conversation and rules, a line each: what a failing test prints.
    public var transcript: String {
        let first = conversation.messages.compactMap(\.time).first?.milliseconds ?? 0
        var lines = [
            "seed \(seed), group \(conversation.group ?? "-"), agent \(conversation.agent ?? "-"), "
                + "open hours \(policy.openHours.isEmpty ? "always" : "set"), +0 is \(first)"
        ]
        lines += conversation.messages.enumerated().map { row, message in
            let time = message.time.map { "+\($0.milliseconds - first)" } ?? "-"
            var line = "\(row) \(time) \(message.speaker.name) \(message.agent ?? "")"
            if message.kind != .text { line += " \(message.kind.name)" }
            if message.isAutomatic { line += " auto" }
            if let target = message.transferTarget { line += " to \(target)" }
            if let value = message.eventValue { line += " \(message.eventType ?? "") \(value)" }
            return line + " " + message.text.debugDescription
        }
        if let closed = conversation.closedAt {
            lines.append("closed +\(closed.milliseconds - first)")
        }
        if conversation.isTruncatedAtStart { lines.append("truncated at start") }
        if conversation.isTruncatedAtEnd { lines.append("truncated at end") }
        if conversation.facts != Facts() { lines.append("\(conversation.facts)") }
        lines += rules.map { rule in
            var line = "\(rule.id) \(rule.polarity.rawValue) \(rule.unit.rawValue): "
            line += rule.when.sketch
            if let appliesTo = rule.appliesTo { line += " appliesTo \(appliesTo.sketch)" }
            return line
        }
        return lines.joined(separator: "\n")
    }
}

extension Condition {
    fileprivate var sketch: String {
        (isSubject ? "*" : "") + plain
    }

    private var plain: String {
        switch kind {
        case .message(let message):
            var words = [message.population.speakers.map(\.name).joined(separator: "+")]
            if message.population.automatic != .no {
                words.append("auto:\(message.population.automatic.rawValue)")
            }
            if let kinds = message.population.kinds {
                words.append("kinds:" + kinds.map(\.name).joined(separator: "+"))
            }
            if let position = message.position { words.append("\(position)") }
            if let text = message.text { words.append(text.sketch) }
            if let repeats = message.repeats { words.append("\(repeats)") }
            if let sent = message.sent { words.append("\(sent)") }
            if message.hasStrangersPhone { words.append("phone:of-others") }
            return "{\(words.joined(separator: " "))}"
        case .expectation(let e):
            var words = ["after \(e.after.sketch) expect \(e.expect.sketch) \(e.trigger)"]
            if let time = e.time { words.append("within \(time)") }
            if let promise = e.promise { words.append("promised \(promise.words)") }
            if let cap = e.cap { words.append("cap \(cap)") }
            if let messages = e.messages { words.append("K \(messages)") }
            if e.earliest > 0 { words.append("earliest \(e.earliest)") }
            if e.clock == .business { words.append("business") }
            if e.onlyInsideHours { words.append("inside-hours") }
            if let excuse = e.excuse {
                words.append("excuse \(excuse.condition.sketch)×\(excuse.times)")
                if let extend = excuse.extend { words.append("extend \(extend)") }
            }
            if let atClose = e.atClose { words.append("atClose \(atClose.rawValue)") }
            if e.onTransfer == .restart { words.append("restart") }
            return "(\(words.joined(separator: " ")) report \(e.report.rawValue))"
        case .silence(let silence):
            let maximum = silence.maximum.map { "\($0)" } ?? "∞"
            return "silence(\(silence.of.name) \(silence.minimum)...\(maximum))"
        case .sequence(let sequence):
            let steps = sequence.steps.map(\.sketch)
            return "sequence[\(steps.joined(separator: " → "))]"
        case .gap(let gap): return "\(gap)"
        case .count(let count): return "count(\(count.of.sketch) \(count.bound)\(count.isDistinct ? " distinct" : ""))"
        case .scope(let scope):
            var words = ["\(scope.direction.rawValue) \(scope.which) \(scope.anchor.sketch) find \(scope.find.sketch)"]
            if let messages = scope.messages { words.append("K \(messages)") }
            if let time = scope.time { words.append("within \(time)") }
            return "scope(\(words.joined(separator: " ")))"
        case .unit(let unit): return "\(unit)"
        case .all(let children): return "all[\(children.map(\.sketch).joined(separator: ", "))]"
        case .any(let children): return "any[\(children.map(\.sketch).joined(separator: ", "))]"
        case .not(let child): return "not \(child.sketch)"
        case .unless(let child, let others):
            return "\(child.sketch) unless [\(others.map(\.sketch).joined(separator: ", "))]"
        }
    }
}

extension StepSequence.Step {
    fileprivate var sketch: String {
        var words = [condition.sketch]
        if let time { words.append("within \(time)") }
        if earliest > 0 { words.append("earliest \(earliest)") }
        if let messages { words.append("K \(messages)") }
        if isOptional { words.append("optional") }
        if sharesMessage { words.append("same message") }
        return words.joined(separator: " ")
    }
}

extension TextCondition {
    fileprivate var sketch: String {
        switch kind {
        case .keywords(let k):
            var words = ["\(k.quantity)", k.phrases.joined(separator: "|")]
            if k.boundary != .automatic { words.append(k.boundary.rawValue) }
            if k.fold != .folded { words.append(k.fold.rawValue) }
            if !k.allow.isEmpty { words.append("allow \(k.allow.joined(separator: "|"))") }
            return "keywords(\(words.joined(separator: " ")))"
        case .regex(let regex):
            return "/\(regex.pattern)/" + (regex.except.map { " except /\($0)/" } ?? "")
        case .entity(let entity):
            return "entity(\(entity.kinds.map(\.rawValue).joined(separator: "|")) allow \(entity.allow) \(entity.fold))"
        case .equals(let equals): return "equals(\(equals.texts.joined(separator: "|")))"
        case .similar(let similar): return "similar(\(similar.floor) \(similar.texts.joined(separator: "|")))"
        case .length(let minimum, let maximum):
            return "length(\(minimum ?? 0)...\(maximum.map { "\($0)" } ?? "∞"))"
        case .all(let children): return "all[\(children.map(\.sketch).joined(separator: ", "))]"
        case .any(let children): return "any[\(children.map(\.sketch).joined(separator: ", "))]"
        case .not(let child): return "not \(child.sketch)"
        case .unless(let child, let others):
            return "\(child.sketch) unless [\(others.map(\.sketch).joined(separator: ", "))]"
        }
    }
}
