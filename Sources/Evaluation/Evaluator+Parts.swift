import ChineseText
import ConversationModel
import Patterns

/// A unit under judgement: the part itself, or one agent's stay in it.
struct UnitScope {
    enum End {
        case closed(bySilence: Bool)
        /// Unknown what follows.
        case cutOff
        case handedOver
    }

    var number: Int32 = 0
    var isStay = false
    var agent: Int32 = OwnerNumber.none
    /// The row that started it, in the part; -1 in an empty part.
    var start = -1
    /// Earlier times count as this one (`semantics.md` section 1); the least for a conversation.
    var leastTime = Int64.min
    var members = Mask.none
    var end = End.cutOff
    /// Milliseconds; `MessageTable.noTime` without times.
    var endInstant = MessageTable.noTime
    var startIsCut = false
    /// The row that handed a stay over; -1.
    var takenAt = -1

    var isCutOff: Bool {
        if case .cutOff = end { return true }
        return false
    }
}

extension Evaluator {
    /// Cuts the conversation's messages into parts at its close instants (`semantics.md` section 1).
    func cutIntoParts(_ row: ConversationRow) {
        var start = row.messages.lowerBound
        let end = row.messages.upperBound
        guard start < end else { return }
        if row.hasTimes {
            let cutting = cutBy ?? rules
            let shortest = min(cutting.policy.closeAfter, cutting.policy.closeAfterOpenWait)
            let closesAt = row.closedAt
            var closedBy = MessageTable.noTime
            let times = table.times
            let assignments = table.assignments
            for i in start..<end {
                if assignments[i] == OwnerNumber.closed, closedBy == MessageTable.noTime { closedBy = times[i] }
                guard i + 1 < end else { break }
                let next = times[i + 1]
                let close: Int64
                if closesAt != MessageTable.noTime, closesAt >= times[start] {
                    close = closesAt
                } else if closedBy != MessageTable.noTime {
                    close = closedBy
                } else if next - times[i] <= shortest {
                    continue
                } else {
                    close = closeInstant(start..<i + 1)
                }
                if next > close {
                    appendPart(row, start..<i + 1, closedBy: closedBy, isLast: false)
                    start = i + 1
                    closedBy = MessageTable.noTime
                }
            }
            appendPart(row, start..<end, closedBy: closedBy, isLast: true)
        } else {
            let closed =
                row.closedAt != MessageTable.noTime
                || (start..<end).contains { table.assignments[$0] == OwnerNumber.closed }
            judgement.parts.append(
                Judgement.Part(
                    messages: start..<end, closeInstant: MessageTable.noTime, isClosedExplicitly: closed,
                    isCutAtEnd: row.isTruncatedAtEnd, isTruncated: row.isTruncatedAtEnd,
                    isCutAtStart: row.isTruncatedAtStart))
        }
    }

    /// When silence closes what consists of these messages.
    private func closeInstant(_ range: Range<Int>) -> Int64 {
        let rules = cutBy ?? rules
        let isOpen = WaitTracker.isOpen(after: range, of: table, assistantAnswers: rules.policy.waits.assistantAnswers)
        {
            rules.acknowledgements.needsAnswer($0, kind: $1)
        }
        let last = Instant(milliseconds: table.times[range.upperBound - 1])
        return last.advanced(by: isOpen ? rules.policy.closeAfterOpenWait : rules.policy.closeAfter).milliseconds
    }

    private func appendPart(
        _ row: ConversationRow, _ range: Range<Int>, closedBy: Int64, isLast: Bool
    ) {
        let close: Int64
        var isExplicit = true
        if row.closedAt != MessageTable.noTime, row.closedAt >= table.times[range.lowerBound] {
            close = row.closedAt
        } else if closedBy != MessageTable.noTime {
            close = closedBy
        } else {
            isExplicit = false
            close = closeInstant(range)
        }
        let beyond = asOf != MessageTable.noTime && close > asOf
        let isTruncated = isLast && row.isTruncatedAtEnd
        judgement.parts.append(
            Judgement.Part(
                messages: range, closeInstant: close, isClosedExplicitly: isExplicit,
                isCutAtEnd: isTruncated || beyond, isTruncated: isTruncated,
                isCutAtStart: judgement.parts.isEmpty && row.isTruncatedAtStart))
    }

    // MARK: Rows of the part

    @inline(__always)
    func hasContent(_ i: Int) -> Bool {
        PopulationTest.contentKinds >> UInt16(table.kinds[base + i]) & 1 != 0
    }

    /// A message that an agent typed.
    @inline(__always)
    func isHuman(_ i: Int) -> Bool {
        table.speakers[base + i] == Speaker.agent.rawValue && !table.automatic[base + i] && hasContent(i)
    }

    @inline(__always)
    func isTransfer(_ i: Int) -> Bool { table.kinds[base + i] == MessageKind.transfer.rawValue }

    /// Whom a row makes the debtor, or `OwnerNumber.none`.
    @inline(__always)
    func newDebtor(_ i: Int) -> Int32 {
        let assigned = table.assignments[base + i]
        if assigned != OwnerNumber.none, assigned != OwnerNumber.closed { return assigned }
        guard isHuman(i) else { return OwnerNumber.none }
        let agent = table.agents[base + i]
        return agent == OwnerNumber.none ? OwnerNumber.unassigned : agent
    }

    /// The time of a row in the unit.
    @inline(__always)
    func time(_ i: Int) -> Int64 { max(table.times[base + i], unit.leastTime) }

    /// Loads a part: bit sets by sender, debtors, candidates of its leaves.
    func load(_ part: Judgement.Part, conversation row: ConversationRow) {
        self.part = part
        conversation = row
        base = part.messages.lowerBound
        count = part.messages.count
        hasTimes = row.hasTimes
        if !regexSpans.isEmpty { regexSpans.removeAll(keepingCapacity: regexSpans.count < 256) }
        arena.reset(count: count)
        memo.begin()
        if !rules.repeats.isEmpty { sketches.begin(count: count) }
        for sender in 0..<8 { senderMasks[sender] = arena.empty() }
        for place in rules.unscannedLeaves.indices {
            askedMasks[place] = arena.empty()
            heldMasks[place] = arena.empty()
        }
        reserveDebtors(count)
        let debtors = debtors
        var debtor = row.agent == OwnerNumber.none ? OwnerNumber.unassigned : row.agent
        for i in 0..<count {
            debtors[i] = debtor
            if hasContent(i) {
                let sender = Int(table.speakers[base + i]) * 2 + (table.automatic[base + i] ? 1 : 0)
                senderMasks[sender].insert(i)
            }
            let next = newDebtor(i)
            if next != OwnerNumber.none { debtor = next }
        }
        debtors[count] = debtor
        loadCandidates()
    }

    /// Makes a bit set for each leaf with a message in which something of all its parts occurs.
    private func loadCandidates() {
        candidates.begin(words: arena.words)
        var hit = hits + Int(firstHit[base])
        let end = hits + Int(firstHit[base + count])
        while hit < end {
            let message = hit.pointee.message
            let row = Int(message) - base
            for leaf in rules.leavesOfAtom[Int(hit.pointee.atom)] { candidates.insert(row, of: leaf, &arena) }
            for leaf in rules.certainLeavesOfAtom[Int(hit.pointee.atom)] {
                candidates.insert(row, of: leaf, &arena)
                candidates.confirm(row, of: leaf)
            }
            for place in rules.partsOfAtom[Int(hit.pointee.atom)] {
                // Hits come message by message: parts that were found in an earlier one are over.
                let found = partsFound + Int(place.leaf)
                let before = found.pointee.message == message ? found.pointee.parts : 0
                let parts = before | place.bit
                found.pointee = FoundParts(message: message, parts: parts)
                if parts == place.all { candidates.insert(row, of: place.leaf, &arena) }
            }
            hit += 1
        }
        for (level, senders, heads) in heads {
            // Of other senders nothing was folded: what stands in their block is of no message.
            for i in 0..<count
            where senders >> (table.speakers[base + i] &* 2 &+ (table.automatic[base + i] ? 1 : 0)) & 1 != 0 {
                for leaf in heads.leaves(for: foldedBytes(i, level)) { candidates.insert(i, of: leaf, &arena) }
            }
        }
    }

    /// Takes back the masks since `mark`, and what was kept of them.
    func release(to mark: Int) {
        arena.release(to: mark)
        memo.release(to: mark)
    }

    // MARK: Units

    /// The part as a unit.
    func enterConversation(number: Int32) {
        measures = nil
        unit = UnitScope()
        unit.number = number
        unit.start = count > 0 ? 0 : -1
        unit.members = arena.full(count)
        unit.startIsCut = part.isCutAtStart
        setEnd(handedOverAt: nil)
    }

    private func setEnd(handedOverAt row: Int?) {
        if let row {
            unit.end = .handedOver
            unit.takenAt = row
            unit.endInstant = hasTimes ? table.times[base + row] : MessageTable.noTime
        } else if part.isCutAtEnd {
            unit.end = .cutOff
            let reaches = asOf != MessageTable.noTime && part.closeInstant > asOf && !part.isTruncated
            let seen = reaches ? asOf : nil
            unit.endInstant = hasTimes ? seen ?? table.times[base + count - 1] : MessageTable.noTime
        } else {
            unit.end = .closed(bySilence: !part.isClosedExplicitly)
            unit.endInstant = part.closeInstant
        }
    }

    /// Calls `body` for each stay of the part, in order, with `unit` set to it.
    func forEachStay(_ body: () -> Void) {
        var previous = OwnerNumber.none
        var hadStay = false
        var judged = 0
        for i in 0..<count {
            let owner = newDebtor(i)
            guard owner != OwnerNumber.none else { continue }
            defer { previous = owner }
            guard owner >= 0, owner != previous else { continue }
            enterStay(agent: owner, at: i, isFirst: !hadStay)
            hadStay = true
            judged += count
            if judged > Evaluator.stayLimit, judged > count { return skipStays() }
            let mark = arena.mark
            memo.begin()
            body()
            arena.release(to: mark)
        }
        memo.begin()
    }

    /// Notes the stays without judging anything in them.
    func countStays() {
        var previous = OwnerNumber.none
        for i in 0..<count {
            let owner = newDebtor(i)
            guard owner != OwnerNumber.none else { continue }
            if owner >= 0, owner != previous {
                judgement.units.append(Judgement.Unit(part: partNumber, agent: owner, start: Int32(base + i)))
            }
            previous = owner
        }
    }

    /// Says of every stay rule that it was not evaluated on the stay at hand and those after it.
    private func skipStays() {
        for number in rules.rules.indices where rules.rules[number].isOfStays {
            judgement.ruleUnits.append(
                Judgement.RuleUnit(
                    rule: Int32(number), unit: unit.number, outcome: .notEvaluated, reasons: .limit,
                    exposures: 0..<0, findings: 0..<0, sharesExposures: false))
        }
    }

    private func enterStay(agent: Int32, at row: Int, isFirst: Bool) {
        measures = nil
        unit = UnitScope()
        unit.number = Int32(judgement.units.count)
        unit.isStay = true
        unit.agent = agent
        var start = row
        let isRecorded = !isHuman(row)
        if isFirst, !isRecorded {
            let before = row - 1
            let assistant = max(
                senderMasks[Int(Speaker.assistant.rawValue) * 2].last(upTo: before),
                senderMasks[Int(Speaker.assistant.rawValue) * 2 + 1].last(upTo: before))
            var buyer = assistant + 1
            while buyer < row, table.speakers[base + buyer] != Speaker.buyer.rawValue || !hasContent(buyer) {
                buyer += 1
            }
            start = buyer
        }
        unit.start = start
        unit.startIsCut = isFirst && !isRecorded && part.isCutAtStart
        if hasTimes { unit.leastTime = table.times[base + start] }
        var end = row + 1
        while end < count {
            let owner = newDebtor(end)
            if owner != OwnerNumber.none, owner != agent { break }
            end += 1
        }
        let members = arena.empty()
        var human = start - 1
        while human >= 0, !isHuman(human) { human -= 1 }
        for i in (human + 1)..<end {
            let speaker = table.speakers[base + i]
            if speaker == Speaker.buyer.rawValue {
                members.insert(i)
            } else if i >= start, speaker == Speaker.agent.rawValue, table.agents[base + i] == agent {
                members.insert(i)
            }
        }
        unit.members = members
        setEnd(handedOverAt: end < count ? end : nil)
        judgement.units.append(
            Judgement.Unit(part: partNumber, agent: agent, start: Int32(base + start)))
    }

    // MARK: Owners

    @inline(__always)
    func debtor(before i: Int) -> Int32 { unit.isStay ? unit.agent : debtors[i] }

    /// The debtor at an instant; rows stamped exactly then come before it.
    func debtor(at instant: Int64, from row: Int, before limit: Int) -> Int32 {
        if unit.isStay { return unit.agent }
        var i = row
        while i < limit, table.times[base + i] <= instant { i += 1 }
        steps += i - row
        return debtors[i]
    }

    /// Whom a match anchored at a row is charged to.
    func owner(of i: Int) -> Int32 {
        switch table.speakers[base + i] {
        case Speaker.agent.rawValue:
            if table.automatic[base + i] { return OwnerNumber.shop }
            let agent = table.agents[base + i]
            return agent == OwnerNumber.none ? OwnerNumber.unassigned : agent
        case Speaker.assistant.rawValue:
            return table.automatic[base + i] ? OwnerNumber.shop : OwnerNumber.assistant
        default: return debtor(before: i)
        }
    }

    /// Whom ∅ is charged to: the last human who spoke in the unit, else the debtor at its end.
    var ownerOfWhole: Int32 {
        var i = unit.members.last(upTo: count - 1)
        while i >= 0 {
            if isHuman(i) { return owner(of: i) }
            i = unit.members.last(upTo: i - 1)
        }
        return debtor(before: count)
    }
}
