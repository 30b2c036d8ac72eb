import Archives
import ConversationModel

/// Remembers when each buyer was last there, so that a conversation knows the one before it.
///
/// Rests on the order of the archive: conversations of one buyer are in order of time. One that begins
/// before another of the buyer's has ended knows nothing of the one before, and is counted. At most
/// `limit` buyers are remembered; beyond, it starts afresh, as at the beginning of an archive.
public struct PreviousVisits: Sendable {
    /// Buyers, about 100 MB of them.
    static let limit = 2_000_000

    private struct Entry: Sendable {
        var end: Int64
        /// Of `agents`; -1: none spoke.
        var agent: Int32
    }

    private var entries: [UInt64: Entry] = [:]
    private var agents = NameTable()
    /// From here on no visit of a buyer can be missing.
    private var completeSince: Int64?
    private var latest = Int64.min
    private let margin: Int64
    /// Conversations that began before an earlier one of the buyer's had ended.
    public private(set) var outOfOrder = 0
    public private(set) var isForgetful = false

    /// A conversation that began before the archive does is over `policy.closeAfterOpenWait` later.
    public init(_ policy: TimePolicy) {
        margin = policy.closeAfterOpenWait
    }

    /// What is known of the previous conversation of each of `visits`, in their order, which are then
    /// remembered themselves, but for those at the indices in `duplicates` (ascending).
    public mutating func take(_ visits: [NDJSONParser.Visit], except duplicates: [Int] = []) -> [Facts.Previous?] {
        var next = 0
        return visits.enumerated().map { index, visit in
            if next < duplicates.count, duplicates[next] == index {
                next += 1
                return nil
            }
            return take(visit)
        }
    }

    private mutating func take(_ visit: NDJSONParser.Visit) -> Facts.Previous? {
        guard visit.buyer != 0, visit.first != MessageTable.noTime else { return nil }
        if entries.count >= PreviousVisits.limit {
            entries.removeAll(keepingCapacity: true)
            agents = NameTable()
            completeSince = nil
            latest = .min
            isForgetful = true
        }
        let since = completeSince ?? Instant(milliseconds: visit.first).advanced(by: margin).milliseconds
        // An archive that goes back in time proves nothing of those who are not in it.
        completeSince = latest > .min && visit.first < latest - margin ? .max : since
        latest = max(latest, visit.first)
        let number = visit.agent.map { name in name.withUnsafeBufferPointer { agents.number(of: $0) } } ?? -1
        guard let known = entries[visit.buyer] else {
            entries[visit.buyer] = Entry(end: visit.last, agent: number)
            guard let completeSince, completeSince < visit.first else { return nil }
            return .noneSince(Instant(milliseconds: completeSince))
        }
        if visit.last >= known.end { entries[visit.buyer] = Entry(end: visit.last, agent: number) }
        guard known.end <= visit.first else {
            outOfOrder += 1
            return nil
        }
        return .ended(Instant(milliseconds: known.end), agent: known.agent >= 0 ? agents.name(known.agent) : nil)
    }
}
