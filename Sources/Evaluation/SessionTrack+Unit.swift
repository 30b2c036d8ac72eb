import ChineseText
import ConversationModel
import RuleLanguage

/// A condition on the unit as a whole: facts and the beginning are known when the unit begins, measures
/// when it ends.
final class UnitTrack: SessionTrack {
    private let test: UnitTest
    private var truth: UnitTruth?

    init(_ run: SessionRun, _ test: UnitTest) {
        self.test = test
        super.init(run, isImmediate: false, isOrdered: false)
        switch test {
        case .fact(let fact):
            let start = rows.hasTimes && rows.count > 0 ? rows.table.times[0] : MessageTable.noTime
            decide(
                fact.truth(
                    of: rows.row, in: rows.table, names: rows.names, start: start, previous: rows.row.facts.previous))
        case .started(let moment): decide(start(moment))
        case .measure(let measure):
            unknowns = measure.unknowns(isCut: unit.startIsCut, hasTimes: rows.hasTimes, policy: rows.rules.policy)
        }
    }

    private func start(_ moment: Moment) -> UnitTruth {
        if !rows.hasTimes { return .unknown(.noTimes) }
        if unit.startIsCut { return .unknown(.cutOff) }
        guard unit.start < rows.count else { return .isFalse }
        let start = Instant(milliseconds: rows.table.times[unit.start])
        return moment.holds(at: start, policy: rows.rules.policy) ? .isTrue : .isFalse
    }

    private func decide(_ truth: UnitTruth) {
        self.truth = truth
        switch truth {
        case .isTrue: matchesWhole = true
        case .isFalse, .withoutExposure: break
        case .unknown(let reasons): unknowns = reasons
        }
    }

    override func close() {
        guard case .measure(let measure) = test else { return }
        let open = measure.unknowns(
            isCut: unit.isCutOff || unit.startIsCut, hasTimes: rows.hasTimes, policy: rows.rules.policy)
        if !open.isEmpty { return decide(.unknown(open)) }
        decide(
            unit.measures.truth(measure) { speaker in
                (unit.firstRow..<unit.rowCount).count { row in
                    unit.isMember(row) && rows.table.speakers[row] == speaker.rawValue && !rows.table.automatic[row]
                        && rows.hasContent(row)
                }
            })
    }

    override var isRefuted: Bool {
        switch truth {
        case .isFalse, .withoutExposure: true
        default: false
        }
    }

    override func isSettled(_ anchor: Int) -> Bool { true }

    override func addExposures(to exposures: inout SessionExposures) {
        if truth != .withoutExposure { exposures.add(unit.ownerOfWhole, -1) }
    }
}

extension SessionUnit {
    /// What is measured of the unit; at its end only.
    var measures: UnitMeasures {
        var result = UnitMeasures()
        let policy = rows.rules.policy
        if rows.hasTimes || policy.waits.assessment == nil { result.waits = waits(policy) }
        if isStay {
            // The row that ended it has been taken, and is the last.
            if case .handedOver = end, rows.newDebtor(rows.count - 1) >= 0 { result.transfers = 1 }
        } else {
            let owners = (0..<rowCount).map { rows.newDebtor($0) }.filter { $0 >= 0 }
            result.transfers = zip(owners, owners.dropFirst()).count { $0 != $1 }
        }
        if rows.hasTimes {
            result.duration = lastMember >= 0 ? max(0, time(lastMember) - time(start)) : 0
        }
        return result
    }

    private func waits(_ policy: TimePolicy) -> WaitMeter {
        var meter = WaitMeter(policy)
        let table = rows.table
        for row in firstRow..<rowCount where isMember(row) {
            guard let speaker = Speaker(rawValue: table.speakers[row]),
                let kind = MessageKind(rawValue: table.kinds[row])
            else { continue }
            let instant =
                !rows.hasTimes ? Int64(row) : policy.waits.onTransfer == .carry ? table.times[row] : time(row)
            meter.observe(
                speaker: speaker, isAutomatic: table.automatic[row], kind: kind,
                needsAnswer: speaker == .buyer && !meter.isWaiting
                    && rows.rules.acknowledgements.needsAnswer(table.texts[row], kind: kind),
                at: Instant(milliseconds: instant))
        }
        if case .handedOver = end { meter.finish(.handedOver) } else { meter.finish(.closed) }
        return meter
    }
}
