import ConversationModel
import Diagnostics
import Reports

/// The coverage of a run in one line, for forms of output that have no place for it.
///
/// In Chinese it is the line of the reports; in English reasons are the codes of the documents.
func coverageLine(_ coverage: Coverage, zone: Zone) -> Phrase {
    Phrase(englishCoverage(coverage, zone: zone), CoverageNote(coverage, zone: zone).line)
}

private func englishCoverage(_ coverage: Coverage, zone: Zone) -> String {
    var parts = [
        "read \(coverage.recordsRead) = inspected \(coverage.recordsInspected) + bad \(coverage.recordsBad)"
            + " + filtered \(coverage.recordsFiltered)",
        "conversations \(coverage.conversations), stays \(coverage.stays), messages \(coverage.messages)"
            + (coverage.conversationsFiltered > 0
                ? ", \(coverage.conversationsFiltered) other conversations of the same records filtered" : ""),
    ]
    func add(_ label: String, _ counts: [String: Int]) {
        let counted = counts.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !counted.isEmpty else { return }
        let rest = counted.dropFirst(12).reduce(0) { $0 + $1.value }
        let list = counted.prefix(12).map { "\($0.key) \($0.value)" } + (rest > 0 ? ["others \(rest)"] : [])
        parts.append("\(label): " + list.joined(separator: ", "))
    }
    func add(_ label: String, _ names: [String], count: Int) {
        guard count > 0 else { return }
        parts.append("\(label): " + names.prefix(5).joined(separator: ", ") + (count > 5 ? ", … (\(count))" : ""))
    }
    if let first = coverage.firstInstant, let last = coverage.lastInstant {
        let (start, end) = (zone.offset(at: first), zone.offset(at: last))
        parts.append("from \(first.localText(offset: start)) to \(last.localText(offset: end)) (\(zone.name))")
    } else {
        parts.append("no times")
    }
    if let broken = coverage.brokenOff {
        parts.append("not read to the end: \(broken.english)")
        add("not read at all", broken.unread, count: broken.unread.count)
    }
    add("bad", coverage.badByReason)
    add("odd, kept", coverage.defectsByReason.filter { $0.key != "foreign-file" })
    add("excluded", coverage.filteredByReason)
    add("not evaluated, conversations × rules", coverage.notEvaluatedByReason)
    let (stays, findings) = coverage.exemptByReason
    add("exempt stays", stays)
    add("exempt findings", findings)
    if coverage.conversationsWithoutTimes > 0 {
        parts.append("conversations without times: \(coverage.conversationsWithoutTimes)")
    }
    if coverage.unknownAgents > 0 { parts.append("messages of unknown agents: \(coverage.unknownAgents)") }
    add("not in the roster", coverage.unmappedAccounts, count: coverage.unmappedAccounts.count)
    let groups = coverage.groupsWithoutScheme.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    add("groups without a scheme", groups, count: groups.count)
    let foreign = coverage.sources.filter { $0.shape == Coverage.SourceNote.foreign }
    let encodings = Set(coverage.sources.filter { $0.shape != Coverage.SourceNote.foreign }.map(\.encoding))
        .subtracting(["utf-8"]).sorted()
    add("converted from", encodings, count: encodings.count)
    add("passed over", foreign.map(\.name), count: foreign.count)
    return parts.joined(separator: "; ")
}
