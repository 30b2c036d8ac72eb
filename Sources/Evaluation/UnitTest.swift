import ChineseText
import ConversationModel
import RuleLanguage

/// A condition on the unit as a whole, compiled.
enum UnitTest: @unchecked Sendable {
    case fact(FactTest)
    case measure(MeasureCondition)
    case started(Moment)
}

/// What a condition on the whole comes to.
enum UnitTruth: Equatable {
    case isTrue, isFalse
    /// True or false, but nobody could have been charged.
    case withoutExposure
    case unknown(UnknownReasons)
}

/// A condition on a fact, its texts folded.
struct FactTest: @unchecked Sendable {
    let name: FactName
    /// The attribute's name as the archive writes it.
    let key: [UInt8]
    private let texts: [[UInt8]]
    private let numbers: [Int64]
    private let flags: [Bool]
    private let range: (minimum: Int64, maximum: Int64)?
    private let isAnyValue: Bool
    private let table: FoldTable

    init(_ condition: FactCondition, table: FoldTable) {
        name = condition.fact
        if case .attribute(let key) = condition.fact { self.key = Array(key.utf8) } else { key = [] }
        var texts: [[UInt8]] = []
        var numbers: [Int64] = []
        var flags: [Bool] = []
        var range: (minimum: Int64, maximum: Int64)?
        var isAnyValue = false
        switch condition.test {
        case .oneOf(let values):
            for value in values {
                switch value {
                case .text(let text):
                    let folded = Array(table.folded(text).utf8)
                    texts.append(folded)
                    // Sources write one attribute as 3 here and as "3" there.
                    if condition.fact.form == .any, case .number(let number, false)? = FactValue(number: folded) {
                        numbers.append(number)
                    }
                case .number(let number, _): numbers.append(number)
                case .flag(let flag): flags.append(flag)
                }
            }
        case .range(let minimum, let maximum): range = (minimum ?? .min, maximum ?? .max)
        case .present: isAnyValue = true
        }
        self.texts = texts
        self.numbers = numbers
        self.flags = flags
        self.range = range
        self.isAnyValue = isAnyValue
        self.table = table
    }

    // MARK: One value

    /// Whether a text satisfies the test.
    func holds(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if isAnyValue { return true }
        if texts.isEmpty { return false }
        // Mostly it is written as the rule writes it.
        if texts.contains(where: { $0.count == text.count && $0.elementsEqual(text) }) { return true }
        let folded = Array(table.folded(String(decoding: text, as: UTF8.self)).utf8)
        return texts.contains(folded)
    }

    /// Whether a number does; `hasFraction`: a little more than the number.
    func holds(_ number: Int64, hasFraction: Bool = false) -> Bool {
        if isAnyValue { return true }
        if let range {
            return number >= range.minimum && (number < range.maximum || number == range.maximum && !hasFraction)
        }
        return !hasFraction && numbers.contains(number)
    }

    /// Nil: nobody knows; how much is 高?
    private func holds(_ entry: FactEntry) -> Bool? {
        switch entry.form {
        case .text:
            if holds(entry.text) { return true }
            guard name.form == .any, range != nil || !numbers.isEmpty else { return false }
            let folded = table.folded(String(decoding: entry.text, as: UTF8.self)).utf8
            guard case .number(let number, let hasFraction)? = FactValue(number: folded) else {
                return range == nil ? false : nil
            }
            return holds(number, hasFraction: hasFraction)
        case .number: return holds(entry.number, hasFraction: entry.hasFraction)
        case .flag: return isAnyValue || flags.contains(entry.number != 0)
        }
    }

    // MARK: A conversation

    /// What the test comes to on a conversation.
    ///
    /// - Parameters:
    ///   - start: of its part, in milliseconds; `MessageTable.noTime` without times.
    ///   - previous: the conversation before the part.
    func truth(
        of row: ConversationRow, in table: MessageTable, names: NameTable, start: Int64,
        previous: Facts.Previous?
    ) -> UnitTruth {
        switch name {
        case .group: return truth(row.group)
        case .buyer: return truth(row.buyer)
        case .shop: return truth(row.shop)
        case .agent:
            guard row.agent >= 0 else { return .unknown(.noFact) }
            return Array(names.nameBytes(row.agent)).withUnsafeBufferPointer { truth($0) }
        case .channel: return truth(of: .channel, known: 1, row, table)
        case .category: return truth(of: .category, known: 1, row, table)
        case .tag: return truth(of: .tag, known: row.facts.knowsTags ? 0 : -1, row, table)
        case .attribute: return truth(of: .attribute, known: 1, row, table)
        case .orderCount:
            return row.facts.orderCount < 0 ? .unknown(.noFact) : decided(holds(Int64(row.facts.orderCount)))
        case .orderID: return ofOrders(.orderID, row, table)
        case .orderState: return ofOrders(.orderState, row, table)
        case .orderAmount: return ofOrders(.orderAmount, row, table)
        case .orderCreatedAt: return ofOrders(.orderCreatedAt, row, table)
        case .orderPaidAt: return ofOrders(.orderPaidAt, row, table)
        case .orderPhone: return ofOrders(.orderPhone, row, table)
        case .orderAddress: return ofOrders(.orderAddress, row, table)
        case .previousGap: return gapTruth(previous, start)
        case .previousAgent:
            guard case .ended(_, let agent?) = previous else { return .unknown(.noFact) }
            var text = agent
            return text.withUTF8 { truth($0) }
        }
    }

    private func decided(_ isTrue: Bool) -> UnitTruth { isTrue ? .isTrue : .isFalse }

    private func truth(_ text: UnsafeBufferPointer<UInt8>) -> UnitTruth {
        text.baseAddress == nil ? .unknown(.noFact) : decided(holds(text))
    }

    private func ofOrders(_ kind: FactEntry.Kind, _ row: ConversationRow, _ table: MessageTable) -> UnitTruth {
        truth(of: kind, known: Int(row.facts.orderCount), row, table)
    }

    /// - Parameter known: how many values there are if all are known; 0: any number, -1: nobody knows.
    private func truth(
        of kind: FactEntry.Kind, known: Int, _ row: ConversationRow, _ table: MessageTable
    ) -> UnitTruth {
        var found = 0
        for place in row.facts.entries {
            let entry = table.facts[place]
            guard entry.kind == kind, key.isEmpty || entry.key.elementsEqual(key) else { continue }
            switch holds(entry) {
            case true?: return .isTrue
            case false?: found += 1
            case nil: break
            }
        }
        return known < 0 || found < known ? .unknown(.noFact) : .isFalse
    }

    /// Whoever was not here for longer than any gap that is asked for did not return within it.
    private func gapTruth(_ previous: Facts.Previous?, _ start: Int64) -> UnitTruth {
        guard let previous else { return .unknown(.noFact) }
        guard start != MessageTable.noTime else { return .unknown(.noTimes) }
        switch previous {
        case .ended(let end, _):
            let gap = start.subtractingReportingOverflow(end.milliseconds)
            return decided(holds(gap.overflow ? .max : max(0, gap.partialValue)))
        case .noneSince(let instant):
            guard let range, range.maximum < .max, start - range.maximum >= instant.milliseconds else {
                return .unknown(.noFact)
            }
            return .isFalse
        }
    }
}

extension UnitTest {
    /// It may be false without anybody having been judged by it.
    var isOftenVoid: Bool {
        if case .measure(let measure) = self { measure.of.isResponse } else { false }
    }
}

/// What is measured of one unit.
struct UnitMeasures {
    /// Its waits; nil where they rest on times that are not known.
    var waits: WaitMeter?
    var transfers = 0
    /// Milliseconds; nil without times.
    var duration: Int64?

    /// Whether a measure lies within its bounds; `messages` counts the messages of a side.
    func truth(_ measure: MeasureCondition, messages: (Speaker) -> Int) -> UnitTruth {
        func decided(_ value: Int64, count: Int64 = 1) -> UnitTruth {
            measure.holds(total: value, count: count) ? .isTrue : .isFalse
        }
        switch measure.of {
        case .transfers: return decided(Int64(transfers))
        case .messages(let speaker): return decided(Int64(messages(speaker)))
        case .duration: return duration.map { decided($0) } ?? .unknown(.noTimes)
        case .rounds: return waits.map { decided(Int64($0.rounds)) } ?? .unknown(.noTimes)
        case .firstResponse:
            guard let waits else { return .unknown(.noTimes) }
            return waits.first.map { decided($0) } ?? .withoutExposure
        case .meanResponse, .longestResponse:
            guard let waits else { return .unknown(.noTimes) }
            if waits.responses == 0 { return .withoutExposure }
            return measure.of == .meanResponse
                ? decided(waits.total, count: Int64(waits.responses)) : decided(waits.longest)
        }
    }
}

extension MeasureCondition {
    /// What it rests on is not known where a part of the unit is missing, or its times.
    func unknowns(isCut: Bool, hasTimes: Bool, policy: TimePolicy) -> UnknownReasons {
        var result: UnknownReasons = isCut ? .cutOff : []
        let needsTimes = of.isDuration || of == .rounds && policy.waits.assessment != nil
        if needsTimes, !hasTimes { result.insert(.noTimes) }
        return result
    }
}
