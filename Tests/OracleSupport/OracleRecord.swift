import ConversationModel

/// The message table of one record and everything §1 says about it: parts, owners, stays.
///
/// Rows are indices of the whole record. Messages are in order of time, then position.
struct OracleRecord: Sendable {
    let conversation: Conversation
    let policy: TimePolicy
    let groups: Set<String>
    let needsAnswer: @Sendable (String) -> Bool
    /// §1: "If any message of a conversation lacks one, all its times are unknown".
    let times: [Int64]?
    let folded: [FoldedText]
    private(set) var parts: [OraclePart] = []

    init(
        _ conversation: Conversation, policy: TimePolicy, groups: Set<String>, asOf: Instant?,
        needsAnswer: @escaping @Sendable (String) -> Bool
    ) {
        self.needsAnswer = needsAnswer
        self.conversation = conversation
        self.policy = policy
        self.groups = groups.union(conversation.group.map { [$0] } ?? [])
        let known = conversation.messages.compactMap { $0.time?.milliseconds }
        times = known.count == conversation.messages.count ? known : nil
        folded = conversation.messages.map { FoldedText($0.text, level: .folded) }
        parts = cut(asOf: asOf, needsAnswer: needsAnswer)
    }

    // MARK: Parts

    /// What is no text and has none asks.
    func asks(_ message: Message, _ needsAnswer: (String) -> Bool) -> Bool {
        message.text.isEmpty && message.kind != .text || needsAnswer(message.text)
    }

    private func cut(asOf: Instant?, needsAnswer: (String) -> Bool) -> [OraclePart] {
        let count = conversation.messages.count
        guard count > 0 else { return [] }
        var starts = [0]
        if let times {
            // §1: "a message after C under the same id begins the next part". Without times nothing
            // is cut.
            while let start = starts.last,
                let next = (start + 1..<max(count, start + 1)).first(where: { row in
                    times[row] > close(of: start..<row, times, needsAnswer).at
                })
            {
                starts.append(next)
            }
        }
        return starts.enumerated().map { number, start in
            let isLast = number == starts.count - 1
            let rows = start..<(isLast ? count : starts[number + 1])
            let id = number == 0 ? conversation.id : "\(conversation.id)#\(number + 1)"
            var end = OracleEnd.closed(at: nil, bySilence: false)
            if let times {
                let close = close(of: rows, times, needsAnswer)
                end = .closed(at: close.at, bySilence: close.bySilence)
                // §1, Edges: "not closed by `--as-of`".
                if let asOf, close.at > asOf.milliseconds { end = .cutOff(asOf.milliseconds) }
            }
            // §1, Edges: "a conversation marked `truncated`"; nothing after its last message is known.
            if isLast, conversation.isTruncatedAtEnd { end = .cutOff(times?[count - 1]) }
            return OraclePart(
                id: id, rows: rows, end: end,
                startIsCut: number == 0 && conversation.isTruncatedAtStart)
        }
    }

    /// §1: "close instant C = an explicit close, else last message + the policy's `closeAfter`, or
    /// + 24 h while a buyer's wait is open".
    private func close(
        of rows: Range<Int>, _ times: [Int64], _ needsAnswer: (String) -> Bool
    ) -> (at: Int64, bySilence: Bool) {
        if let closed = conversation.closedAt, closed.milliseconds >= times[rows.lowerBound] {
            return (closed.milliseconds, false)
        }
        let waits = rows.contains { question in
            let message = conversation.messages[question]
            return message.speaker == .buyer && hasContent(question) && asks(message, needsAnswer)
                && !rows.contains { $0 > question && answers($0) }
        }
        let patience = waits ? policy.closeAfterOpenWait : policy.closeAfter
        return (times[rows.upperBound - 1] + patience, true)
    }

    /// Ends a wait: a human's message, or the assistant's where the policy says so.
    private func answers(_ row: Int) -> Bool {
        let message = conversation.messages[row]
        return isHuman(row)
            || policy.waits.assistantAnswers && message.speaker == .assistant && !message.isAutomatic && hasContent(row)
    }

    // MARK: Who

    /// Recall, transfer and event lines are bookkeeping, not messages to anybody.
    func hasContent(_ row: Int) -> Bool {
        switch conversation.messages[row].kind {
        case .recall, .transfer, .event: false
        default: true
        }
    }

    /// A message that an agent typed: not automatic, with content.
    func isHuman(_ row: Int) -> Bool {
        let message = conversation.messages[row]
        return message.speaker == .agent && !message.isAutomatic && hasContent(row)
    }

    /// The agent an agent's line is from; absent: the conversation's, else one unknown agent.
    func speaker(_ row: Int) -> Owner {
        let name = conversation.messages[row].agent ?? conversation.agent
        return .agent(name ?? OwnerNumber.unknownAgent)
    }

    func isHandOver(_ row: Int) -> Bool {
        conversation.messages[row].kind == .transfer
    }

    /// Whom this row makes the one who owes: §3 "hand-over target, human speaker, assignment".
    func newDebtor(_ row: Int) -> Owner? {
        let message = conversation.messages[row]
        if message.kind == .transfer {
            // §3: "A hand-over to a group leaves the debtor unassigned until somebody takes it."
            guard let target = message.transferTarget, !groups.contains(target) else {
                return .unassigned
            }
            return .agent(target)
        }
        if message.kind == .event {
            guard message.eventType == "assigned", let agent = message.eventValue,
                !groups.contains(agent)
            else { return nil }
            return .agent(agent)
        }
        return isHuman(row) ? speaker(row) : nil
    }

    /// §3: "the latest … of hand-over target, human speaker, assignment; else the conversation's
    /// agent; else unassigned", among the rows of `part` for which `isEarlier` holds.
    func debtor(in part: OraclePart, where isEarlier: (Int) -> Bool) -> Owner {
        if let row = part.rows.last(where: { isEarlier($0) && newDebtor($0) != nil }),
            let debtor = newDebtor(row)
        {
            return debtor
        }
        return conversation.agent.map { .agent($0) } ?? .unassigned
    }

    // MARK: Units

    func units(of kind: UnitKind, in part: OraclePart) -> [OracleUnit] {
        switch kind {
        case .conversation:
            [
                OracleUnit(
                    record: self, part: part, stay: nil, members: Array(part.rows), end: part.end,
                    startIsCut: part.startIsCut)
            ]
        case .stay: stays(in: part).map { unit(of: $0, in: part) }
        }
    }

    /// §1: "one conversation × one human agent × one unbroken ownership, until hand-over or close".
    private func stays(in part: OraclePart) -> [OracleStay] {
        let changes = part.rows.filter { newDebtor($0) != nil }
        var stays: [OracleStay] = []
        for (number, row) in changes.enumerated() {
            guard let owner = newDebtor(row), owner != .unassigned else { continue }
            // Unbroken: whoever owned it already goes on owning it.
            if number > 0, newDebtor(changes[number - 1]) == owner { continue }
            let after = changes[(number + 1)...].first { newDebtor($0) != owner }
            let isRecorded = !isHuman(row)
            var start = row
            // "It starts at the assignment or hand-over; where none is recorded, the conversation's
            // first stay starts at the first buyer message after the last assistant message before
            // the agent's first own (non-automatic) message, else, and for later stays, at that own
            // message."
            if !isRecorded, stays.isEmpty {
                let before = part.lowerRows(than: row)
                let assistant = before.last {
                    conversation.messages[$0].speaker == .assistant && hasContent($0)
                }
                let buyer = before.first {
                    $0 > (assistant ?? -1) && conversation.messages[$0].speaker == .buyer
                        && hasContent($0)
                }
                start = buyer ?? row
            }
            stays.append(
                OracleStay(
                    owner: owner, start: start, endRow: after,
                    startIsCut: part.startIsCut && stays.isEmpty && !isRecorded))
        }
        return stays
    }

    private func unit(of stay: OracleStay, in part: OraclePart) -> OracleUnit {
        let endRow = stay.endRow ?? part.rows.upperBound
        let inside = (stay.start..<endRow).filter { row in
            switch conversation.messages[row].speaker {
            case .buyer: true
            case .agent: speaker(row) == stay.owner
            case .assistant, .system: false
            }
        }
        // "Buyer messages since the last human one belong to the stay".
        let before = part.lowerRows(than: stay.start)
        let human = before.last { isHuman($0) }
        let waiting = before.filter {
            $0 > (human ?? -1) && conversation.messages[$0].speaker == .buyer
        }
        var end = part.end
        if let row = stay.endRow { end = .handedOver(at: times?[row]) }
        return OracleUnit(
            record: self, part: part, stay: stay, members: waiting + inside, end: end,
            startIsCut: stay.startIsCut)
    }
}

/// How a unit ends.
enum OracleEnd: Sendable, Hashable {
    /// At the close instant; nil without times.
    case closed(at: Int64?, bySilence: Bool)
    /// Unknown what follows; seen until this instant, nil without times.
    case cutOff(Int64?)
    /// A stay that another one, or a group, took over; nil without times.
    case handedOver(at: Int64?)

    /// Whether §1's "open / cut off" holds for what is decided at the end.
    var isCutOff: Bool {
        if case .cutOff = self { true } else { false }
    }
}

/// One conversation in the sense of §1: a record or, where silence cut it, a part of one.
struct OraclePart: Sendable {
    let id: String
    let rows: Range<Int>
    let end: OracleEnd
    let startIsCut: Bool

    func lowerRows(than row: Int) -> Range<Int> {
        rows.lowerBound..<max(rows.lowerBound, row)
    }
}

/// One agent's part of a conversation.
struct OracleStay: Sendable {
    let owner: Owner
    let start: Int
    /// The row that ended it before the conversation's end.
    let endRow: Int?
    let startIsCut: Bool
}
