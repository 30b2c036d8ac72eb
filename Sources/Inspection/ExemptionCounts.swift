import ConversationModel

/// What one exemption took out of the scores and rates of one owner.
struct ExemptionCounts: Codable {
    struct Key: Hashable, Codable {
        /// Its place among the run's exemptions.
        var exemption: Int32
        /// Number of an agent, or one of `OwnerNumber`.
        var owner: Int32
    }

    var stays = 0
    var findings = 0
    var negativeHits = 0
    var missed = 0

    static func += (a: inout ExemptionCounts, b: ExemptionCounts) {
        a.stays += b.stays
        a.findings += b.findings
        a.negativeHits += b.negativeHits
        a.missed += b.missed
    }
}

extension RunTotals {
    /// Adds what was exempt in a block; `agentMap` gives our numbers of its agents.
    mutating func merge(exempt block: [ExemptionCounts.Key: ExemptionCounts], agentMap: [Int32]) {
        for (key, counts) in block {
            let owner = key.owner < 0 ? key.owner : agentMap[Int(key.owner)]
            exempt[
                ExemptionCounts.Key(exemption: key.exemption, owner: owner), default: ExemptionCounts()] += counts
        }
    }

    /// Places of exemptions from all rules of which nothing was counted.
    func idleExemptions(_ exemptions: [Exemption]) -> [Int] {
        let used = Set(exempt.keys.map(\.exemption))
        return exemptions.indices.filter { exemptions[$0].rules.isEmpty && !used.contains(Int32($0)) }
    }

    /// What was exempt as reports read it: in the order of the exemptions, then by owner.
    func exemptionNotes(_ exemptions: [Exemption], label: (Int32) -> String) -> [Coverage.ExemptionNote] {
        var notes: [Int32: [String: Coverage.ExemptionNote]] = [:]
        for (key, counts) in exempt where exemptions.indices.contains(Int(key.exemption)) {
            let owner = label(key.owner)
            let exemption = exemptions[Int(key.exemption)]
            var note =
                notes[key.exemption]?[owner]
                ?? Coverage.ExemptionNote(reason: exemption.reason, author: exemption.author, owner: owner)
            note.stays += counts.stays
            note.findings += counts.findings
            note.negativeHits += counts.negativeHits
            note.missed += counts.missed
            notes[key.exemption, default: [:]][owner] = note
        }
        return notes.keys.sorted().flatMap { number in
            let owners = notes[number] ?? [:]
            return owners.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { owners[$0] }
        }
    }
}
