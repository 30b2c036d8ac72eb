import ChineseText
import ConversationModel
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import TestSupport

/// Feeds a random case to sessions, one a part, and gathers what they say.
struct SessionDriver {
    /// How the messages of a part come.
    struct Manner {
        /// The time is told at random instants between messages too.
        var hasAdvances = false
        /// Some messages come late; those of one instant keep their order.
        var isShuffled = false
        /// Only findings are asked for, and nothing is kept where all messages have times.
        var isLean = false
    }

    let random: RandomCase
    let reader: SessionReader
    let manner: Manner
    private var generator: SeededGenerator

    /// Findings that stand, by id, with positions of the whole record.
    private(set) var standing: [String: Finding] = [:]
    private(set) var outcomes: [OracleOutcome] = []
    /// Ids that were withdrawn.
    private(set) var retracted: [String] = []

    /// Parts that close after this instant are left open there.
    private let asOf: Instant?

    init(
        _ random: RandomCase, _ reader: SessionReader, _ manner: Manner = Manner(), asOf: Instant? = nil
    ) {
        self.asOf = asOf
        self.random = random
        self.reader = reader
        self.manner = manner
        generator = SeededGenerator(seed: random.seed)
    }

    /// Runs every part: the messages of each are those of the oracle's own cutting.
    mutating func run() {
        let parts = RecordParts(random)
        for (number, part) in parts.list.enumerated() { run(part, number: number + 1) }
        outcomes.sort { ($0.firstMessage, $0.conversation) < ($1.firstMessage, $1.conversation) }
    }

    private mutating func run(_ part: RecordParts.Part, number: Int) {
        let conversation = random.conversation
        let session = Session(
            SessionOrigin(
                id: conversation.id, part: number, shop: conversation.shop, buyer: conversation.buyer,
                group: conversation.group, agent: conversation.agent, groups: random.groups,
                isTruncatedAtStart: part.startIsCut, facts: facts(ofPart: number)), reader: reader,
            tellsOutcomes: !manner.isLean,
            keepsMessages: !manner.isLean || conversation.messages.contains { $0.time == nil })
        var order = Array(part.rows)
        if manner.isShuffled, part.close != nil { order = shuffled(order) }
        func take(_ events: [SessionEvent], _ driver: inout SessionDriver) {
            for event in events { driver.note(event, order: order, first: part.rows.lowerBound) }
        }
        for row in order {
            if manner.hasAdvances, let last = conversation.messages[row].time {
                // Not beyond the message itself: that would make it late.
                let earlier = last.advanced(by: -Int64.random(in: 0...400_000, using: &generator))
                take(session.advance(to: earlier), &self)
                if let next = session.nextDeadline, next <= last { take(session.advance(to: next), &self) }
            }
            take(session.observe(conversation.messages[row]), &self)
        }
        if let asOf, let close = part.close, close > asOf, !part.isCutAtEnd {
            take(session.cutOff(at: asOf), &self)
            return
        }
        // Where nothing is kept the end may not lie before the time that was told.
        if manner.hasAdvances, !(manner.isLean && part.isCutAtEnd), let close = part.close {
            let span = max(
                0, close.milliseconds - (conversation.messages[part.rows.upperBound - 1].time?.milliseconds ?? 0))
            let before = close.advanced(by: -Int64.random(in: 0...span, using: &generator))
            take(session.advance(to: before), &self)
        }
        if part.isCutAtEnd {
            take(session.cutOff(), &self)
        } else {
            take(
                session.close(
                    at: part.close ?? Instant(milliseconds: 0), explicitly: part.isExplicit), &self)
        }
    }

    /// Of a later part the previous conversation is the part before.
    private func facts(ofPart number: Int) -> Facts {
        var facts = random.conversation.facts
        guard number > 1 else { return facts }
        let messages = random.conversation.messages[RecordParts(random).list[number - 2].rows]
        let human = messages.last { message in
            message.speaker == .agent && !message.isAutomatic
                && ![MessageKind.recall, .transfer, .event].contains(message.kind)
        }
        let agent = human.map { $0.agent ?? random.conversation.agent ?? OwnerNumber.unknownAgent }
        facts.previous = messages.last?.time.map { .ended($0, agent: agent) }
        return facts
    }

    /// Swaps neighbours at random, never two of one instant.
    private mutating func shuffled(_ rows: [Int]) -> [Int] {
        var result = rows
        for _ in 0..<rows.count * 2 where rows.count > 1 {
            let place = Int.random(in: 0..<rows.count - 1, using: &generator)
            let (a, b) = (result[place], result[place + 1])
            if random.conversation.messages[a].time != random.conversation.messages[b].time {
                result.swapAt(place, place + 1)
            }
        }
        return result
    }

    private mutating func note(_ event: SessionEvent, order: [Int], first: Int) {
        switch event {
        case .assert(var finding):
            finding.anchor = finding.anchor.map { order[$0] }
            let diverged = finding.divergence?.message.map { order[$0] }
            finding.divergence?.message = diverged
            for place in finding.evidence.indices {
                finding.evidence[place].message = order[finding.evidence[place].message]
            }
            standing[finding.id] = finding
        case .retract(let id):
            standing[id] = nil
            retracted.append(id)
        case .outcome(let outcome):
            var result = OracleOutcome(
                rule: outcome.rule, conversation: outcome.conversation, firstMessage: first,
                stay: outcome.stay.map { OracleOutcome.Stay(owner: $0.agent, start: order[$0.start]) },
                exposures: outcome.exposures.map {
                    OracleExposure(owner: $0.owner, anchor: $0.anchor.map { order[$0] })
                })
            switch outcome.outcome {
            case .notApplicable: result.verdict = .notApplicable
            case .clean: result.verdict = .clean
            case .notEvaluated: result.verdict = .notEvaluated(outcome.reasons.names.sorted())
            case .hit: result.verdict = .hit
            }
            result.isPartial = outcome.outcome == .hit && !outcome.reasons.isEmpty
            outcomes.append(result)
        }
    }
}

/// Where a record closes and begins again, by the text of the semantics.
struct RecordParts {
    struct Part {
        var rows: Range<Int>
        /// Nil without times.
        var close: Instant?
        var isExplicit: Bool
        var startIsCut: Bool
        var isCutAtEnd: Bool
    }

    private(set) var list: [Part] = []

    init(_ random: RandomCase) {
        let conversation = random.conversation
        let messages = conversation.messages
        guard !messages.isEmpty else { return }
        let times = messages.compactMap(\.time)
        guard times.count == messages.count else {
            list = [
                Part(
                    rows: 0..<messages.count, close: nil, isExplicit: conversation.closedAt != nil,
                    startIsCut: conversation.isTruncatedAtStart, isCutAtEnd: conversation.isTruncatedAtEnd)
            ]
            return
        }
        var wait = WaitTracker(random.policy.waits)
        var start = 0
        let acknowledgements = Comparison.acknowledgements(random.policy)
        for (row, message) in messages.enumerated() {
            wait.observe(
                speaker: message.speaker, isAutomatic: message.isAutomatic, kind: message.kind,
                needsAnswer: acknowledgements.needsAnswer(message.text, kind: message.kind), at: times[row])
            var close = wait.closeInstant(after: times[row], policy: random.policy)
            var isExplicit = false
            if let closed = conversation.closedAt, closed >= times[start] {
                close = closed
                isExplicit = true
            }
            let isLast = row + 1 == messages.count
            guard isLast || times[row + 1] > close else { continue }
            list.append(
                Part(
                    rows: start..<row + 1, close: close, isExplicit: isExplicit,
                    startIsCut: start == 0 && conversation.isTruncatedAtStart,
                    isCutAtEnd: isLast && conversation.isTruncatedAtEnd))
            start = row + 1
            wait = WaitTracker(random.policy.waits)
        }
    }
}
