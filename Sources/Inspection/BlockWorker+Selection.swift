import ConversationModel
import Evaluation

/// Why a conversation is not judged.
enum Drop: Equatable {
    /// It is none of those that were asked for.
    case unasked
    /// The time policy leaves its buyer out.
    case leftOut
    /// An exemption excludes its buyer, for this reason.
    case excluded(String)
}

/// Which conversations are judged. A conversation is a part of a record: the day, the group, the agents and the policy are
/// those of the part.
extension BlockWorker {
    private var asksForDays: Bool { options.firstDay != nil || options.lastDay != nil }

    /// Whether something may be dropped from a record, so that its parts have to be looked at.
    func selects(_ row: ConversationRow) -> Bool {
        asksForDays || !wantedGroups.isOff || !wantedAgents.isOff || mayDropBuyer(of: row)
    }

    private func mayDropBuyer(of row: ConversationRow) -> Bool {
        guard row.buyer.baseAddress != nil else { return false }
        return matcher?.excludes(row.buyer) == true || leftOut.contains { $0.count > 0 && $0.known(row.buyer) != nil }
    }

    /// Why nothing of a record is judged, as far as that is certain before it is known who judges it.
    func drop(of row: ConversationRow, _ table: MessageTable) -> Drop? {
        if mayDropBuyer(of: row) {
            let isAlways = leftOut.count == 1 && leftOut[0].known(row.buyer) != nil
            return isAlways ? .leftOut : nil
        }
        guard asksForDays else { return nil }
        guard row.hasTimes, let first = row.messages.first, let last = row.messages.last else { return .unasked }
        // A clock that is put back over midnight makes the day of a later message an earlier one: parts say it exactly.
        if let end = options.lastDay, day(of: first, table).daysSince1970 > end.daysSince1970 + 1 { return .unasked }
        if let start = options.firstDay, day(of: last, table).daysSince1970 + 1 < start.daysSince1970 {
            return .unasked
        }
        return nil
    }

    private func day(of message: Int, _ table: MessageTable) -> CalendarDay {
        zone.day(of: Instant(milliseconds: table.times[message]))
    }

    /// Why a part with these messages, which the set judges, is not to be judged.
    func drop(of messages: Range<Int>, _ row: ConversationRow, _ table: MessageTable, set: Int) -> Drop? {
        let first = row.hasTimes ? messages.first : nil
        let day = first.map { self.day(of: $0, table) }
        if mayDropBuyer(of: row) {
            if leftOut[leftOut.count > 1 ? rules.versionIndex(set) : 0].known(row.buyer) != nil { return .leftOut }
            let ends = ExemptionMatcher.ends(of: messages, row, table)
            let reason = matcher?.exclusion(buyer: row.buyer, day: day, first: ends?.first, last: ends?.last)
            if let reason { return .excluded(reason) }
        }
        if asksForDays {
            guard let day else { return .unasked }
            if let first = options.firstDay, day < first { return .unasked }
            if let last = options.lastDay, day > last { return .unasked }
        }
        if !wantedGroups.isOff {
            let group = groups.pin(row, messages, day: day, table)
            if !wantedGroups.takes(group, names: { [groups.name($0)] }) { return .unasked }
        }
        if !wantedAgents.isOff {
            func isWanted(_ agent: Int32) -> Bool { wantedAgents.takes(agent, on: day) }
            if !messages.contains(where: { isWanted(table.agents[$0]) || isWanted(table.assignments[$0]) }) {
                return .unasked
            }
        }
        return nil
    }

    /// Leaves of the record that was placed since `first` the parts that are judged; without any it is dropped.
    func select(since first: Int, _ index: Int, in result: BlockResult) {
        var chosen: [PlacedRow] = []
        var left = 0
        var reason: Drop?
        func keep(_ placed: PlacedRow, _ parts: Range<Int>?) {
            var kept = placed
            kept.parts = parts
            kept.isFirst = chosen.isEmpty
            chosen.append(kept)
        }
        for placed in rows[first...] {
            let (evaluator, row) = (placed.judge.evaluator, placed.row)
            evaluator.cutBy = placed.cutBy
            let parts = evaluator.parts(of: row)
            evaluator.cutBy = nil
            func drop(of messages: Range<Int>) -> Drop? {
                self.drop(of: messages, row, evaluator.table, set: placed.judge.set)
            }
            guard !parts.isEmpty else {
                // Without messages it has no parts.
                if let why = drop(of: row.messages) { reason = reason ?? why } else { keep(placed, placed.parts) }
                continue
            }
            let range = placed.parts ?? parts.indices
            let drops = range.map { drop(of: parts[$0].messages) }
            if drops.allSatisfy({ $0 == nil }) {
                keep(placed, placed.parts)
                continue
            }
            reason = reason ?? drops.lazy.compactMap { $0 }.first
            left += drops.count { $0 != nil }
            var start = range.lowerBound
            while start < range.upperBound {
                var end = start
                while end < range.upperBound, drops[end - range.lowerBound] == nil { end += 1 }
                if start < end { keep(placed, start..<end) }
                start = end + 1
            }
        }
        if let reason, chosen.isEmpty {
            note(reason, of: rows[first].row, index, in: result)
            for placed in rows[first...].reversed() {
                placed.judge.evaluator.table.removeLast(from: placed.row.messages.lowerBound)
            }
        } else {
            result.conversationsFiltered += left
        }
        rows.replaceSubrange(first..., with: chosen)
    }
}
