import ChineseText
import ConversationModel
import RuleLanguage

/// Conditions on the unit as a whole.
extension Evaluator {
    func value(unitTest number: Int32) -> Value {
        var result = Value(matches: arena.empty())
        switch truth(unitTest: number) {
        case .isTrue: result.matchesWhole = true
        case .isFalse, .withoutExposure: break
        case .unknown(let reasons): result.unknowns = reasons
        }
        return result
    }

    /// Whether somebody could have been charged.
    func isExposed(unitTest number: Int32) -> Bool {
        if case .withoutExposure = truth(unitTest: number) { return false }
        return true
    }

    private func truth(unitTest number: Int32) -> UnitTruth {
        switch rules.unitTests[Int(number)] {
        case .fact(let fact):
            guard let conversation else { return .unknown(.noFact) }
            return fact.truth(
                of: conversation, in: table, names: names,
                start: hasTimes && count > 0 ? table.times[base] : MessageTable.noTime,
                previous: previousConversation)
        case .measure(let measure): return truth(measure)
        case .started(let moment):
            guard hasTimes else { return .unknown(.noTimes) }
            if unit.startIsCut { return .unknown(.cutOff) }
            guard unit.start >= 0 else { return .isFalse }
            let start = Instant(milliseconds: table.times[base + unit.start])
            return moment.holds(at: start, policy: rules.policy) ? .isTrue : .isFalse
        }
    }

    /// The rows of `rows` that were sent at such a moment. Only with times.
    func sent(_ moment: Moment, in rows: Mask) -> Mask {
        let result = arena.copy(rows)
        var i = result.first(from: 0)
        while i >= 0 {
            let time = Instant(milliseconds: table.times[base + i])
            if !moment.holds(at: time, policy: rules.policy) { result.remove(i) }
            i = result.first(from: i + 1)
        }
        return result
    }

    // MARK: Measures

    private func truth(_ measure: MeasureCondition) -> UnitTruth {
        let unknowns = measure.unknowns(
            isCut: unit.isCutOff || unit.startIsCut, hasTimes: hasTimes, policy: rules.policy)
        if !unknowns.isEmpty { return .unknown(unknowns) }
        let measures = unitMeasures
        return measures.truth(measure) { speaker in
            let mask = arena.copy(senderMasks[Int(speaker.rawValue) * 2])
            mask.formIntersection(unit.members)
            return mask.count
        }
    }

    /// What is measured of the unit at hand: found once.
    var unitMeasures: UnitMeasures {
        if let measures { return measures }
        var result = UnitMeasures()
        if hasTimes || rules.policy.waits.assessment == nil { result.waits = waits() }
        if unit.isStay {
            result.transfers = unit.takenAt >= 0 && newDebtor(unit.takenAt) >= 0 ? 1 : 0
        } else {
            var owner = OwnerNumber.none
            for i in 0..<count {
                let next = newDebtor(i)
                guard next >= 0 else { continue }
                if owner >= 0, next != owner { result.transfers += 1 }
                owner = next
            }
        }
        if hasTimes {
            let last = unit.members.last(upTo: count - 1)
            result.duration = unit.start >= 0 && last >= 0 ? max(0, time(last) - time(unit.start)) : 0
        }
        measures = result
        return result
    }

    private func waits() -> WaitMeter {
        var meter = WaitMeter(rules.policy)
        let carries = rules.policy.waits.onTransfer == .carry
        var i = unit.members.first(from: 0)
        while i >= 0 {
            let row = base + i
            if let speaker = Speaker(rawValue: table.speakers[row]), let kind = MessageKind(rawValue: table.kinds[row])
            {
                let asks =
                    speaker == .buyer && !meter.isWaiting
                    && rules.acknowledgements.needsAnswer(table.texts[row], kind: kind)
                // Without times only the number of waits is asked for: the order is enough.
                let instant = !hasTimes ? Int64(i) : carries ? table.times[row] : time(i)
                meter.observe(
                    speaker: speaker, isAutomatic: table.automatic[row], kind: kind, needsAnswer: asks,
                    at: Instant(milliseconds: instant))
            }
            i = unit.members.first(from: i + 1)
        }
        if case .handedOver = unit.end { meter.finish(.handedOver) } else { meter.finish(.closed) }
        return meter
    }

    // MARK: Facts

    /// The conversation of the same buyer before the part at hand: for a later part, the part before.
    var previousConversation: Facts.Previous? {
        guard partNumber > 0 else { return conversation?.facts.previous }
        let messages = judgement.parts[Int(partNumber) - 1].messages
        guard hasTimes, let last = messages.last else { return nil }
        let human = messages.last { isHuman($0 - base) }
        let agent = human.map { table.agents[$0] } ?? OwnerNumber.none
        return .ended(
            Instant(milliseconds: table.times[last]), agent: agent >= 0 ? names.name(agent) : nil)
    }
}

extension MessageTable {
    /// Adds the facts of a conversation; `bytes` keeps their texts.
    func append(_ facts: Facts, bytes: ConversationBytes) -> FactRow {
        let first = self.facts.count
        func add(_ kind: FactEntry.Kind, _ text: String?) {
            guard let text else { return }
            self.facts.append(FactEntry(kind: kind, form: .text, text: bytes.hold(text)))
        }
        func add(_ kind: FactEntry.Kind, number: Int64?) {
            guard let number else { return }
            self.facts.append(FactEntry(kind: kind, form: .number, number: number))
        }
        add(.channel, facts.channel)
        add(.category, facts.category)
        for tag in facts.tags ?? [] { add(.tag, tag) }
        for (key, value) in facts.attributes {
            let key = bytes.hold(key)
            switch value {
            case .text(let text):
                self.facts.append(FactEntry(kind: .attribute, form: .text, key: key, text: bytes.hold(text)))
            case .number(let number, let hasFraction):
                self.facts.append(
                    FactEntry(kind: .attribute, form: .number, hasFraction: hasFraction, key: key, number: number))
            case .flag(let flag):
                self.facts.append(FactEntry(kind: .attribute, form: .flag, key: key, number: flag ? 1 : 0))
            }
        }
        for order in facts.orders ?? [] {
            add(.orderID, order.id)
            add(.orderState, order.state)
            add(.orderAmount, number: order.amount)
            add(.orderCreatedAt, number: order.createdAt?.milliseconds)
            add(.orderPaidAt, number: order.paidAt?.milliseconds)
            add(.orderPhone, order.phone)
            add(.orderAddress, order.address)
        }
        return FactRow(
            entries: first..<self.facts.count, knowsTags: facts.tags != nil,
            orderCount: facts.orders.map { Int32(truncatingIfNeeded: $0.count) } ?? -1, previous: facts.previous)
    }
}
