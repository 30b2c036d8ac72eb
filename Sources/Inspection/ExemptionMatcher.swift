import Archives
import ConversationModel
import Evaluation

/// Finds the exemptions that hold for a part of a conversation. One per worker.
///
/// Those that name conversations or buyers are found by them, those that name agents by the agent, so that a long
/// file costs a conversation no more than a short one.
final class ExemptionMatcher {
    /// What an exemption looks at.
    struct Part {
        /// Of the conversation, and with the part's number.
        var ids: (whole: String, part: String)
        var buyer: String?
        var day: CalendarDay?
        var first: Instant?
        var last: Instant?
    }

    let exemptions: [Exemption]
    private let excluded: [ExcludedBuyers]
    private let names: AgentNames
    private let roster: Roster?
    /// Exemptions of anybody, by what finds them; ascending.
    private var byConversation: [String: [Int]] = [:]
    private var byBuyer: [String: [Int]] = [:]
    private var general: [Int] = []
    /// Exemptions by the names that they give to agents.
    private var byName: [String: [Int]] = [:]
    /// The same by numbers that were asked for.
    private var byAgent: [Int32: [Int]] = [:]
    private var excludedByBuyer: [String: [Int]] = [:]

    /// nil where nothing is exempted.
    init?(_ exemptions: Exemptions, names: AgentNames, roster: Roster?) {
        if exemptions.isEmpty { return nil }
        self.exemptions = exemptions.exemptions
        excluded = exemptions.excludedBuyers
        self.names = names
        self.roster = roster
        for (index, exemption) in self.exemptions.enumerated() {
            if !exemption.agents.isEmpty {
                for name in exemption.agents {
                    for form in Set([name, Roster.normalForm(name)]) { byName[form, default: []].append(index) }
                }
            } else if !exemption.conversations.isEmpty {
                for id in exemption.conversations { byConversation[id, default: []].append(index) }
            } else if !exemption.buyers.isEmpty {
                for buyer in exemption.buyers { byBuyer[buyer, default: []].append(index) }
            } else {
                general.append(index)
            }
        }
        for (index, entry) in excluded.enumerated() {
            for buyer in entry.buyers { excludedByBuyer[buyer, default: []].append(index) }
        }
    }

    /// The first and the last instant of some messages of a conversation; nil without times.
    static func ends(
        of messages: Range<Int>, _ row: ConversationRow, _ table: MessageTable
    ) -> (first: Instant, last: Instant)? {
        guard row.hasTimes, let first = messages.first, let last = messages.last else { return nil }
        return (Instant(milliseconds: table.times[first]), Instant(milliseconds: table.times[last]))
    }

    /// Whether some exemption is of agents.
    var namesAgents: Bool { !byName.isEmpty }

    /// Whether a buyer is excluded at some time.
    func excludes(_ buyer: UnsafeBufferPointer<UInt8>) -> Bool {
        !excludedByBuyer.isEmpty && excludedByBuyer[String(decoding: buyer, as: UTF8.self)] != nil
    }

    /// Why the conversation's buyer is excluded; nil: he is not.
    func exclusion(buyer: UnsafeBufferPointer<UInt8>, day: CalendarDay?, first: Instant?, last: Instant?) -> String? {
        if excludedByBuyer.isEmpty || buyer.baseAddress == nil { return nil }
        let entries = excludedByBuyer[String(decoding: buyer, as: UTF8.self)] ?? []
        let found = entries.first { excluded[$0].window?.holds(day: day, first: first, last: last) ?? true }
        return found.map { excluded[$0].reason }
    }

    /// Exemptions that hold for whoever takes part, ascending.
    func ofAnyone(_ part: Part) -> [Int] {
        var candidates = general
        if !byConversation.isEmpty {
            candidates += byConversation[part.ids.whole] ?? []
            if part.ids.part != part.ids.whole { candidates += byConversation[part.ids.part] ?? [] }
        }
        if !byBuyer.isEmpty, let buyer = part.buyer { candidates += byBuyer[buyer] ?? [] }
        return held(candidates, part)
    }

    /// Those that name an agent and hold, ascending.
    func of(_ agent: Int32, _ part: Part) -> [Int] {
        if byName.isEmpty || agent < 0 { return [] }
        if let known = byAgent[agent] { return held(known, part) }
        let name = names.table.name(agent)
        let holder = AccountHolder(name)
        let account = holder?.account ?? name
        var forms: Set = [account, Roster.normalForm(account)]
        let people = holder.map { [$0.person] } ?? roster?.people(account: account) ?? []
        // Of an account that is not always the same person's it is the person of the day.
        let isDated = holder == nil && roster?.isDated(account: account) == true
        forms.formUnion(
            isDated ? [roster?.entry(account: account, on: part.day)?.person].compactMap { $0 } : people)
        let found = Set(forms.flatMap { byName[$0] ?? [] }).sorted()
        if !isDated { byAgent[agent] = found }
        return held(found, part)
    }

    private func held(_ candidates: [Int], _ part: Part) -> [Int] {
        if candidates.isEmpty { return [] }
        return Set(candidates).sorted().filter { index in
            let one = exemptions[index]
            if !one.conversations.isEmpty, !one.conversations.contains(part.ids.whole),
                !one.conversations.contains(part.ids.part)
            {
                return false
            }
            if !one.buyers.isEmpty, !(part.buyer.map { one.buyers.contains($0) } ?? false) { return false }
            return one.window?.holds(day: part.day, first: part.first, last: part.last) ?? true
        }
    }
}
