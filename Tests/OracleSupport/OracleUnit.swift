import ConversationModel
import RuleLanguage

/// A conversation or a stay: the rows a rule may look at, with their times.
struct OracleUnit: Sendable {
    let record: OracleRecord
    let part: OraclePart
    let stay: OracleStay?
    /// Rows that populations are taken from, ascending.
    let members: [Int]
    let end: OracleEnd
    let startIsCut: Bool

    var messages: [Message] { record.conversation.messages }
    var hasTimes: Bool { record.times != nil }

    /// §1: "with max(own time, start) as their time". Asked only where times are known.
    func time(_ row: Int) -> Int64 {
        guard let times = record.times else { return 0 }
        guard let stay else { return times[row] }
        return max(times[row], times[stay.start])
    }

    /// Rows that carry content and lie in the population (§2: `from`, `auto`, `kind`).
    func rows(of population: Population) -> [Int] {
        members.filter { row in
            let message = messages[row]
            guard population.speakers.contains(message.speaker) else { return false }
            switch population.automatic {
            case .no: if message.isAutomatic { return false }
            case .only: if !message.isAutomatic { return false }
            case .any: break
            }
            guard let kinds = population.kinds else { return record.hasContent(row) }
            return kinds.contains(message.kind)
        }
    }

    /// The rows in scope after `position`, or nil with the reason why they are not known.
    func scope(of condition: MessageCondition) -> (rows: [Int]?, unknown: String) {
        let rows = rows(of: condition.population)
        switch condition.position {
        case nil: return (rows, "")
        case .firstMessages(let count):
            return startIsCut ? (nil, "cut-off") : (Array(rows.prefix(count)), "")
        case .lastMessages(let count):
            return end.isCutOff ? (nil, "cut-off") : (Array(rows.suffix(count)), "")
        case .firstMilliseconds(let span):
            guard hasTimes else { return (nil, "no-times") }
            guard !startIsCut else { return (nil, "cut-off") }
            guard let first = members.first else { return ([], "") }
            // A stay starts at its hand-over or assignment, whoever wrote first in it.
            let start = time(stay?.start ?? first)
            return (rows.filter { time($0) - start <= span }, "")
        case .lastMilliseconds(let span):
            guard hasTimes else { return (nil, "no-times") }
            guard !end.isCutOff else { return (nil, "cut-off") }
            guard let last = members.last else { return ([], "") }
            return (rows.filter { time(last) - time($0) <= span }, "")
        }
    }

    // MARK: Owners

    /// In a stay its agent owes; in a conversation the latest who took it before `row`.
    func debtor(before row: Int) -> Owner {
        stay?.owner ?? record.debtor(in: part) { $0 < row }
    }

    /// The debtor at an instant. A message stamped exactly then comes before it (§3: "a message
    /// stamped exactly then still meets it").
    func debtor(at instant: Int64, before row: Int = .max) -> Owner {
        stay?.owner ?? record.debtor(in: part) { $0 < row && time($0) <= instant }
    }

    /// The debtor when the unit ends.
    var lastDebtor: Owner { debtor(before: .max) }

    /// §3: "Met, and message matches: the speaker; of a buyer's or system message: the debtor at
    /// it"; "Automatic messages … are charged to the shop".
    func owner(of row: Int) -> Owner {
        let message = messages[row]
        switch message.speaker {
        case .agent: return message.isAutomatic ? .shop : record.speaker(row)
        case .assistant: return message.isAutomatic ? .shop : .assistant
        case .buyer, .system: return debtor(before: row)
        }
    }

    /// The debtor at a message; an agent who types owes from that message on.
    func debtor(at row: Int) -> Owner {
        record.isHuman(row) ? record.speaker(row) : debtor(before: row)
    }

    /// §3: "Anchor ∅: the last human agent who spoke."
    var ownerOfWhole: Owner {
        if let row = members.last(where: { record.isHuman($0) }) { return record.speaker(row) }
        return lastDebtor
    }
}
