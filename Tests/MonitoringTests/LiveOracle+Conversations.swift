import ConversationModel

extension LiveOracle {
    /// Something counted in the slot that holds `time`.
    struct Fact: Hashable {
        enum What { case answer, uncounted, afterHours, transferred, closedUnanswered, buyerWait, consulted, handed }
        var what: What
        /// The agent, or the buyer of whom each counts once.
        var who: String
        var time: Int64
        var length: Int64 = 0
    }

    /// A conversation as it is read from its events.
    struct Reading {
        var owner = "nobody" {
            didSet {
                if owner != oldValue {
                    readAt = nil
                    givenBy = nil
                }
            }
        }
        /// From whom the owner has it.
        var givenBy: String?

        var isOpen = false
        var last: Int64?
        /// Buyer messages that need an answer and have none: for anyone, and for people.
        var forAnyone: Int64?
        var forPeople: Int64?
        /// Since when people owe an answer, and when it was given to each of them since.
        var clock: Int64? { didSet { if clock == nil { given = [:] } } }
        var given: [String: Int64] = [:]
        var lastNeed: Int64?
        var readAt: Int64?
        var hasBuyer = false
        /// The buyer spoke while nobody had the conversation.
        var waitsForOwner = false

        var agent: String? { owner.hasPrefix("agent:") ? String(owner.dropFirst(6)) : nil }
        var since: Int64? { since(of: agent) }

        func since(of agent: String?) -> Int64? { forPeople == nil ? nil : clock(of: agent) ?? forPeople }

        /// M15: from the later of the message and the hand-over to this agent.
        func clock(of agent: String?) -> Int64? {
            guard var clock else { return nil }
            if let agent, let time = given["agent:" + agent] { clock = max(clock, time) }
            let isAnyones = owner == "queue" || owner == "pool" || owner.hasPrefix("group:")
            if isAnyones, let time = given["anyone"] { clock = max(clock, time) }
            return clock
        }

        func closes(_ settings: Settings) -> Int64 {
            let waits = forAnyone != nil || (forPeople != nil && owner != "assistant")
            return (last ?? 0) + (waits ? settings.closeAfterOpenWait : settings.closeAfter)
        }

        mutating func end() {
            self = Reading(owner: owner, isOpen: false, last: last, hasBuyer: hasBuyer)
        }
    }

    /// What a buyer did: replies and messages with their times.
    struct Spoken {
        var buyer: String
        var messages: [Int64] = []
        /// (agent, or nil for the assistant; when)
        var replies: [(agent: String?, time: Int64)] = []
    }

    func name(_ party: Party) -> String {
        switch party {
        case .agent(let agent): "agent:" + agent
        case .group(let group): "group:" + group
        case .assistant: "assistant"
        }
    }

    func key(_ event: Event) -> (buyer: String, conversation: String)? {
        switch event.content {
        case .message(let message): (message.buyer, message.conversation)
        case .conversation(let change): (change.buyer, change.conversation)
        default: nil
        }
    }

    /// All conversations by what happened before `time`, with what is counted of them.
    func read(before time: Int64) -> (readings: [[String]: Reading], facts: [Fact], spoken: [String: Spoken]) {
        var readings: [[String]: Reading] = [:]
        var facts: [Fact] = []
        var spoken: [String: Spoken] = [:]
        for (at, event) in events where at < time {
            guard let key = key(event) else { continue }
            let id = [key.buyer, key.conversation]
            var reading = readings[id] ?? Reading()
            if reading.isOpen, at > reading.closes(settings) {
                reading.end()
                if reading.agent == nil, reading.owner != "assistant" { reading.owner = "nobody" }
            }
            if !reading.isOpen, let last = reading.last {
                if at - last > 48 * LiveOracle.hour { reading.owner = "nobody" }
                if at - last > 72 * LiveOracle.hour { reading.hasBuyer = false }
            }
            reading.isOpen = true
            reading.last = at
            switch event.content {
            case .conversation(let change): apply(change, at, &reading, &facts)
            case .message(let message):
                var buyer = spoken[key.buyer] ?? Spoken(buyer: key.buyer)
                apply(message, at, &reading, &facts, &buyer)
                spoken[key.buyer] = buyer
            default: break
            }
            readings[id] = reading
        }
        // Of a buyer each counts once a slot.
        var seen: Set<Fact> = []
        facts = facts.filter { fact in
            guard fact.what == .consulted || fact.what == .handed else { return true }
            return seen.insert(Fact(what: fact.what, who: fact.who, time: slotStart(fact.time))).inserted
        }
        return (readings, facts, spoken)
    }

    func facts(before time: Int64) -> [Fact] { read(before: time).facts }

    private func measure(_ from: Int64, _ to: Int64) -> Int64? {
        let start = opening(from)
        guard start <= to else { return nil }
        return min(to - start, settings.cap ?? .max)
    }

    private func leave(
        _ reading: Reading, giver: String?, isGiverSaid: Bool, fromAssistant: Bool, to target: String, _ at: Int64,
        _ buyer: String,
        _ facts: inout [Fact]
    ) {
        if let agent = isGiverSaid ? giver : reading.agent, let since = reading.since(of: agent) {
            facts.append(Fact(what: .transferred, who: agent, time: at, length: measure(since, at) ?? 0))
        }
        if fromAssistant, target != "assistant" { facts.append(Fact(what: .handed, who: buyer, time: at)) }
    }

    private func apply(_ change: ConversationChange, _ at: Int64, _ reading: inout Reading, _ facts: inout [Fact]) {
        var target: String?
        var giver: String?
        var isGiverSaid = false
        var fromAssistant = reading.owner == "assistant"
        switch change.kind {
        case .opened(let to): target = to.map(name)
        case .assigned(let to): target = name(to)
        case .handedOver(let from, let to):
            if from == to { return }
            target = name(to)
            if let from { fromAssistant = from == .assistant }
            isGiverSaid = from != nil
            if case .agent(let agent)? = from { giver = agent }
        case .queued: target = "queue"
        case .pooled: target = "pool"
        case .read(let by):
            if by == nil || by == reading.agent { reading.readAt = at }
        case .closed:
            if let agent = reading.agent, reading.since != nil {
                facts.append(Fact(what: .closedUnanswered, who: agent, time: at))
            }
            reading.end()
            reading.owner = "nobody"
        }
        guard let target else { return }
        let said = fromAssistant ? "assistant" : (isGiverSaid ? giver : reading.agent).map { "agent:" + $0 }
        if target == reading.owner, !isGiverSaid || said == nil || said == reading.givenBy { return }
        leave(
            reading, giver: giver, isGiverSaid: isGiverSaid, fromAssistant: fromAssistant, to: target, at, change.buyer,
            &facts)
        if target == "assistant", reading.waitsForOwner {
            facts.append(Fact(what: .consulted, who: change.buyer, time: at))
        }
        reading.owner = target
        reading.givenBy = said
        reading.waitsForOwner = false
        guard target != "assistant", reading.forPeople != nil else { return }
        if settings.carries {
            reading.clock = reading.clock ?? at
        } else if fromAssistant || reading.clock == nil {
            reading.clock = at
            reading.given = [:]
        } else {
            reading.given[target.hasPrefix("agent:") ? target : "anyone"] = at
        }
    }

    private func apply(
        _ message: EventMessage, _ at: Int64, _ reading: inout Reading, _ facts: inout [Fact], _ buyer: inout Spoken
    ) {
        if [.recall, .transfer, .event].contains(message.kind) { return }
        switch message.speaker {
        case .system: break
        case .buyer:
            if reading.owner == "nobody", let to = message.addressee {
                reading.owner = name(to)
                reading.waitsForOwner = false
            }
            buyer.messages.append(at)
            if reading.owner == "nobody" { reading.waitsForOwner = true }
            if reading.owner == "assistant" { facts.append(Fact(what: .consulted, who: message.buyer, time: at)) }
            reading.hasBuyer = true
            guard message.needsAnswer ?? true else { return }
            reading.forAnyone = reading.forAnyone ?? at
            reading.forPeople = reading.forPeople ?? at
            reading.clock = reading.clock ?? at
            reading.lastNeed = at
        case .assistant:
            if reading.owner == "nobody" {
                if reading.waitsForOwner { facts.append(Fact(what: .consulted, who: message.buyer, time: at)) }
                reading.owner = "assistant"
                reading.waitsForOwner = false
            }
            if message.isAutomatic { return }
            if reading.hasBuyer { buyer.replies.append((nil, at)) }
            if settings.assistantAnswers { answerBuyer(at, &reading, &facts) }
            if reading.owner == "assistant" {
                reading.clock = nil
            } else if settings.assistantAnswers, reading.forPeople != nil {
                reading.forPeople = nil
                reading.clock = nil
            }
        case .agent:
            let agent = message.agent ?? ""
            if message.isAutomatic {
                if reading.owner == "nobody" {
                    reading.owner = "agent:" + agent
                    reading.waitsForOwner = false
                }
                return
            }
            if reading.hasBuyer { buyer.replies.append((agent, at)) }
            let clock = reading.clock(of: agent)
            if reading.agent != agent {
                leave(
                    reading, giver: nil, isGiverSaid: false, fromAssistant: reading.owner == "assistant", to: "agent",
                    at, message.buyer,
                    &facts)
                let giver = reading.owner
                reading.owner = "agent:" + agent
                reading.givenBy = giver == "assistant" || giver.hasPrefix("agent:") ? giver : nil
                reading.waitsForOwner = false
            }
            answerBuyer(at, &reading, &facts)
            guard reading.forPeople != nil else { return }
            reading.forPeople = nil
            reading.clock = nil
            guard let clock else {
                facts.append(Fact(what: .uncounted, who: agent, time: at))
                return
            }
            if let length = measure(clock, at) {
                facts.append(Fact(what: .answer, who: agent, time: at, length: length))
            } else {
                facts.append(Fact(what: .uncounted, who: agent, time: at))
            }
            if opening(clock) > clock { facts.append(Fact(what: .afterHours, who: agent, time: at)) }
        }
    }

    private func answerBuyer(_ at: Int64, _ reading: inout Reading, _ facts: inout [Fact]) {
        guard let since = reading.forAnyone else { return }
        reading.forAnyone = nil
        if let length = measure(since, at) {
            facts.append(Fact(what: .buyerWait, who: "", time: at, length: length))
        }
    }
}
