import ConversationModel
import Evaluation

/// Lays the findings of two rule sets on a conversation side by side. One for each worker and rule set.
///
/// Findings are the same where their ids are. Ids are computed where places do not settle it, and for verdicts.
final class FindingComparer {
    let sides: [ComparedRules.Side]
    let partners: [Int32]
    let summaries: [RuleSummary]
    /// The schemes of both sides.
    private let schemes: (old: String?, new: String?)
    /// Findings of rules that differ, on the conversation at hand.
    private var pending: [Pending] = []
    /// Messages at which findings of one rule stand.
    private var anchors: [Int32] = []

    private struct Pending {
        /// The old form's rule number.
        var pair: Int32
        var isNew: Bool
        var index: Int
    }

    /// What the id of a finding rests on within one conversation, without messages' keys.
    private struct Place: Hashable {
        var isHit: Bool
        var anchor: Int32
        /// What stands for the whole unit.
        var whole: Int32
        /// What started the stay; -1 outside one.
        var stay: Int32
    }

    init(_ comparison: ComparedRules, summaries: [RuleSummary]) {
        sides = comparison.sides
        partners = comparison.partners
        schemes = comparison.schemes
        self.summaries = summaries
    }

    /// Which findings of a rule need what they rest on: to see whether it changed, or to be shown.
    func evidenceNeed(of rule: Int, _ block: ComparisonBlock) -> EvidenceNeed {
        func isShown(_ kind: BacktestCase.Kind) -> Bool {
            block.options.verdicts != nil || block.takes(kind, of: summaries[rule].id, isDecisive: false)
        }
        let ofUnshared =
            switch sides[rule] {
            case .both: false
            case .old: isShown(.lost)
            case .new: isShown(.gained)
            }
        return EvidenceNeed(partner: partners[rule], ofUnshared: ofUnshared)
    }

    /// Adds the findings of the last judgement to the block's comparison.
    ///
    /// - Parameters:
    ///   - exempting: knows which findings are exempt and are not compared; nil: none is.
    ///   - makeCase: a finding with its context, and about the bytes it takes.
    func compare(
        _ row: ConversationRow, _ rows: JudgementRows, _ evaluator: Evaluator, defaultShop: String,
        exempting: ExemptionFilter?, into block: ComparisonBlock, set: Int,
        makeCase: (Int) -> (findingCase: FindingCase, bytes: Int)
    ) {
        let counts = block.counts(of: set, summaries)
        pending.removeAll(keepingCapacity: true)
        var affected: Set<Int32> = []
        func part(_ index: Int) -> Int32 { rows.units[Int(rows.findings[index].unit)].part }
        func key(_ index: Int) -> FindingKey? {
            FindingKey(
                hexadecimal: evaluator.findingID(index, conversation: row, defaultShop: defaultShop))
        }
        /// Counts a finding of one side or of both; `kind` is what the draft does to it.
        func add(_ kind: BacktestCase.Kind?, old: Int?, new: Int?) {
            guard let index = new ?? old else { return }
            count(kind, old: old, new: new, rows, in: counts)
            var verdict: Int32 = -1
            if let verdicts = block.options.verdicts, let key = key(index) {
                verdict = verdicts.place(key)
                if verdict >= 0 { block.found.append((verdict, (old != nil ? 1 : 0) | (new != nil ? 2 : 0))) }
            }
            guard let kind else { return }
            affected.insert(part(index))
            let rule = summaries[Int(rows.findings[index].rule)].id
            var made = BacktestCase(kind: kind, old: nil, new: nil)
            if verdict >= 0 { made.verdict = block.options.verdicts?.verdicts[Int(verdict)] }
            guard block.takes(kind, of: rule, isDecisive: made.isDecisive) else { return }
            let (before, after) = (old.map(makeCase), new.map(makeCase))
            made.old = before?.findingCase
            made.new = after?.findingCase
            // A draft has no version.
            made.new?.version = nil
            made.old?.scheme = schemes.old
            made.new?.scheme = schemes.new
            block.keep(made, of: rule, bytes: (before?.bytes ?? 0) + (after?.bytes ?? 0))
        }
        for index in rows.findings.indices where exempting?.isExempt(finding: index) != true {
            let rule = Int(rows.findings[index].rule)
            switch sides[rule] {
            case .both: add(nil, old: index, new: index)
            case .old where partners[rule] < 0: add(.lost, old: index, new: nil)
            case .new where partners[rule] < 0: add(.gained, old: nil, new: index)
            case .old: pending.append(Pending(pair: Int32(rule), isNew: false, index: index))
            case .new: pending.append(Pending(pair: partners[rule], isNew: true, index: index))
            }
        }
        if !pending.isEmpty {
            pending.sort { ($0.pair, $0.isNew ? 1 : 0, $0.index) < ($1.pair, $1.isNew ? 1 : 0, $1.index) }
            var start = 0
            while start < pending.count {
                var end = start
                while end < pending.count, pending[end].pair == pending[start].pair { end += 1 }
                let old = pending[start..<end].filter { !$0.isNew }.map(\.index)
                let new = pending[start..<end].filter(\.isNew).map(\.index)
                match(old, new, rows, evaluator.table, key: key, add)
                start = end
            }
        }
        block.conversationsAffected += affected.count
    }

    /// Counts a finding for the owners that it has on either side, as what it is there.
    private func count(
        _ kind: BacktestCase.Kind?, old: Int?, new: Int?, _ rows: JudgementRows, in counts: ComparedTable
    ) {
        var one = ComparedCounts.Sides()
        switch kind {
        case .gained: one.gained = 1
        case .lost: one.lost = 1
        case .changed: one.changed = 1
        case nil: break
        }
        func polarity(_ index: Int) -> Polarity { summaries[Int(rows.findings[index].rule)].polarity }
        if let old, let new, rows.findings[old].owner != rows.findings[new].owner || polarity(old) != polarity(new) {
            var before = ComparedCounts.Sides()
            before.old = 1
            counts.add(before, of: rows.findings[old])
            one.new = 1
            counts.add(one, of: rows.findings[new])
            return
        }
        if old != nil { one.old = 1 }
        if new != nil { one.new = 1 }
        if let index = new ?? old { counts.add(one, of: rows.findings[index]) }
    }

    /// Matches the findings of both forms of a rule.
    private func match(
        _ old: [Int], _ new: [Int], _ rows: JudgementRows, _ table: MessageTable, key: (Int) -> FindingKey?,
        _ add: (BacktestCase.Kind?, Int?, Int?) -> Void
    ) {
        func place(_ index: Int) -> Place {
            let finding = rows.findings[index]
            let unit = rows.units[Int(finding.unit)]
            return Place(
                isHit: finding.outcome == .hit, anchor: finding.anchor,
                whole: finding.anchor < 0 ? (unit.start < 0 ? unit.part : unit.start) : -1,
                stay: unit.agent == OwnerNumber.none ? -1 : unit.start)
        }
        func both(_ before: Int, _ after: Int) {
            add(isSame(rows.findings[before], rows.findings[after], rows) ? nil : .changed, before, after)
        }
        if old.count == new.count, zip(old, new).allSatisfy({ place($0) == place($1) }) {
            for (before, after) in zip(old, new) { both(before, after) }
            return
        }
        if placesTellIDs(of: old, new, rows, table) {
            match(old, new, by: place, both, add)
        } else {
            match(old, new, by: key, both, add)
        }
    }

    /// Matches the findings of both forms by what is theirs alone.
    private func match<Key: Hashable>(
        _ old: [Int], _ new: [Int], by key: (Int) -> Key, _ both: (Int, Int) -> Void,
        _ add: (BacktestCase.Kind?, Int?, Int?) -> Void
    ) {
        var known: [Key: Int] = [:]
        for index in old where known[key(index)] == nil { known[key(index)] = index }
        var isFound: Set<Int> = []
        var found: Set<Key> = []
        for index in new {
            let key = key(index)
            if let before = known[key] {
                // Of two findings with one id the second is neither gained nor lost.
                let isFirst = isFound.insert(before).inserted
                if isFirst { both(before, index) } else { add(nil, nil, index) }
            } else {
                add(.gained, nil, index)
            }
            found.insert(key)
        }
        for index in old where !isFound.contains(index) {
            add(found.contains(key(index)) ? nil : .lost, index, nil)
        }
    }

    /// Whether findings at different places have different ids, since no two of their messages could have one key.
    private func placesTellIDs(of old: [Int], _ new: [Int], _ rows: JudgementRows, _ table: MessageTable) -> Bool {
        anchors.removeAll(keepingCapacity: true)
        func note(_ message: Int32) -> Bool {
            if message < 0 || anchors.count == 32 { return false }
            if !anchors.contains(message) {
                if anchors.contains(where: { table.mayShareKey(Int($0), Int(message)) }) { return false }
                anchors.append(message)
            }
            return true
        }
        func isTold(_ index: Int) -> Bool {
            let finding = rows.findings[index]
            let unit = rows.units[Int(finding.unit)]
            return note(finding.anchor >= 0 ? finding.anchor : unit.start)
                && (unit.agent == OwnerNumber.none || note(unit.start))
        }
        return old.allSatisfy(isTold) && new.allSatisfy(isTold)
    }

    /// Whether two findings rest on the same places and are charged alike.
    private func isSame(
        _ a: Judgement.FindingRecord, _ b: Judgement.FindingRecord, _ rows: JudgementRows
    ) -> Bool {
        guard a.unit == b.unit, a.anchor == b.anchor, a.owner == b.owner, a.gap == b.gap, a.isPartial == b.isPartial,
            a.evidence.count == b.evidence.count
        else { return false }
        return zip(a.evidence, b.evidence).allSatisfy { first, second in
            let (x, y) = (rows.evidence[Int(first)], rows.evidence[Int(second)])
            guard x.message == y.message, x.label == y.label, x.spans.count == y.spans.count else { return false }
            return zip(x.spans, y.spans).allSatisfy { rows.spans[Int($0)] == rows.spans[Int($1)] }
        }
    }
}

extension MessageTable {
    /// Whether two messages may be one to whoever knows them by their keys (`semantics.md` section 6).
    fileprivate func mayShareKey(_ a: Int, _ b: Int) -> Bool {
        switch (ids[a].baseAddress, ids[b].baseAddress) {
        case (nil, nil):
            times[a] == times[b] && speakers[a] == speakers[b] && agents[a] == agents[b]
                && texts[a].elementsEqual(texts[b])
        case (_?, _?): ids[a].elementsEqual(ids[b])
        default: false
        }
    }
}
