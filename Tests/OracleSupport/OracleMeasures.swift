import ConversationModel
import RuleLanguage

/// A wait of the unit: from the first buyer message that is not answered to its answer.
struct OracleWait {
    var start: Int
    var answer: Int?
}

/// Measures and moments, by quantifying over the unit's rows.
extension OracleJudge {
    /// Nothing that a measure rests on is missing.
    func isKnown(_ measure: MeasureCondition) -> Bool { unknowns(measure).isEmpty }

    private func unknowns(_ measure: MeasureCondition) -> Set<String> {
        var result: Set<String> = []
        if unit.end.isCutOff || unit.startIsCut { result.insert("cut-off") }
        let needsTimes = measure.of.isDuration || measure.of == .rounds && policy.waits.assessment != nil
        if needsTimes, !unit.hasTimes { result.insert("no-times") }
        return result
    }

    private var policy: TimePolicy { unit.record.policy }

    /// §3: "integers (sum > T·n, no float); n = 0: F".
    func value(of measure: MeasureCondition) -> OracleValue {
        let unknowns = unknowns(measure)
        guard unknowns.isEmpty else { return OracleValue(unknowns: unknowns) }
        let (total, count): (Int64, Int64)
        if let lengths = lengths(measure) {
            if lengths.isEmpty { return whole(false) }
            (total, count) = (lengths.reduce(0, +), Int64(lengths.count))
        } else {
            (total, count) = (Int64(number(measure.of)), 1)
        }
        var holds = true
        if let minimum = measure.minimum { holds = holds && total >= minimum * count }
        if let maximum = measure.maximum { holds = holds && total <= maximum * count }
        if let over = measure.over { holds = holds && total > over * count }
        return whole(holds)
    }

    /// The lengths that a measure of responses looks at; nil for other measures.
    func lengths(_ measure: MeasureCondition) -> [Int64]? {
        switch measure.of {
        case .meanResponse: return waits.compactMap { length($0) }
        case .longestResponse: return waits.compactMap { length($0) }.max().map { [$0] } ?? []
        case .firstResponse: return waits.first.map { length($0) }.flatMap { $0 }.map { [$0] } ?? []
        case .rounds, .transfers, .duration, .messages: return nil
        }
    }

    private func number(_ measure: MeasureCondition.Measure) -> Int {
        switch measure {
        case .rounds: return waits.count
        case .messages(let speaker):
            return unit.rows(of: Population(speakers: [speaker])).count
        case .transfers:
            if let stay = unit.stay {
                guard let row = stay.endRow, case .agent? = unit.record.newDebtor(row) else { return 0 }
                return 1
            }
            let owners = unit.part.rows.compactMap { row -> Owner? in
                if case .agent(let name)? = unit.record.newDebtor(row) { .agent(name) } else { nil }
            }
            return owners.indices.dropFirst().count { owners[$0] != owners[$0 - 1] }
        case .duration:
            guard let first = unit.stay?.start ?? unit.members.first, let last = unit.members.last else { return 0 }
            return Int(max(0, unit.time(last) - unit.time(first)))
        case .firstResponse, .meanResponse, .longestResponse: return 0
        }
    }

    // MARK: Waits

    private func asks(_ row: Int) -> Bool {
        let message = unit.messages[row]
        return message.speaker == .buyer && unit.record.hasContent(row)
            && unit.record.asks(message, unit.record.needsAnswer)
    }

    private func answers(_ row: Int) -> Bool {
        let message = unit.messages[row]
        guard !message.isAutomatic, unit.record.hasContent(row) else { return false }
        return message.speaker == .agent || message.speaker == .assistant && policy.waits.assistantAnswers
    }

    /// One wait for each message that asks while nothing that asked before it is open.
    var waits: [OracleWait] {
        let members = unit.members
        return members.filter { row in
            guard asks(row) else { return false }
            // Whatever asked before was answered in between.
            let earlier = members.last { $0 < row && asks($0) }
            guard let earlier else { return true }
            return members.contains { $0 > earlier && $0 < row && answers($0) }
        }.map { row in
            OracleWait(start: row, answer: members.first { $0 > row && answers($0) })
        }.filter { wait in
            guard let assessment = policy.waits.assessment else { return true }
            let start = isInside(assessment.hours, begin(wait.start))
            let answer = wait.answer.map { isInside(assessment.hours, begin($0)) } ?? start
            switch assessment.by {
            case .start: return start
            case .answer: return answer
            case .both: return start && answer
            }
        }
    }

    /// The time of a row: in a stay not before it began, unless the policy carries the wait over.
    private func begin(_ row: Int) -> Int64 {
        policy.waits.onTransfer == .carry ? unit.record.times?[row] ?? 0 : unit.time(row)
    }

    func length(_ wait: OracleWait) -> Int64? {
        guard let answer = wait.answer else {
            if case .handedOver = unit.end { return nil }
            return policy.waits.unansweredCountsAsCap ? policy.waits.cap : nil
        }
        return min(span(wait.start, answer), policy.waits.cap ?? .max)
    }

    /// Time from a message to another, whatever the cap.
    func span(_ start: Int, _ answer: Int) -> Int64 {
        let (start, end) = (begin(start), begin(answer))
        return policy.waits.countsOpenHours ? openTime(start, end) : end - start
    }

    /// Open time between two instants, second by second would be the same: stretches cut to the bounds.
    private func openTime(_ start: Int64, _ end: Int64) -> Int64 {
        let hours = OracleHours(policy: policy)
        if policy.openHours.allSatisfy(\.isEmpty) { return end - start }
        var total: Int64 = 0
        // Halves of an hour are what the hours of cases are made of; the rest is counted by the bounds.
        var from = start
        while from < end {
            let step = min(end, (from / 1_800_000 + 1) * 1_800_000)
            if hours.isOpen(at: from) { total += step - from }
            from = step
        }
        return total
    }

    // MARK: Moments

    func isInside(_ hours: [[TimePolicy.OpenHours]], _ instant: Int64) -> Bool {
        var policy = policy
        policy.openHours = hours
        return OracleHours(policy: policy).isOpen(at: instant)
    }

    func isAt(_ moment: Moment, _ instant: Int64) -> Bool {
        let zone = policy.zone
        let day = zone.day(of: Instant(milliseconds: instant))
        let time = instant - zone.start(of: day).milliseconds
        if !moment.weekdays.isEmpty, !moment.weekdays.contains(day.weekday) { return false }
        let start = moment.start ?? 0
        let end = moment.end ?? 24 * 3_600_000
        // What goes over midnight is all that does not lie from its end to its start.
        let isInside = start < end ? time >= start && time < end : !(time >= end && time < start)
        if moment.start != nil || moment.end != nil, !isInside { return false }
        let isOpen = OracleHours(policy: policy).isOpen(at: instant)
        switch moment.hours {
        case .inside: return isOpen
        case .outside: return !isOpen
        case nil: return true
        }
    }
}
