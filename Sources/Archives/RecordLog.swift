import Diagnostics

/// Counts of what was wrong in records, and the first of them as diagnostics.
package final class RecordLog {
    package static let keptLimit = 1_000

    package var recordsRead = 0
    package private(set) var recordsBad = 0
    package private(set) var badByReason: [String: Int] = [:]
    package private(set) var defectsByReason: [String: Int] = [:]
    // The first of all by place, whatever the order in which they were found.
    private var kept: [(order: RecordNumber, diagnostic: Diagnostic)] = []

    package init() {}

    /// In order of the sources and the records in them; at most `keptLimit`.
    package var diagnostics: [Diagnostic] { kept.map(\.diagnostic) }

    /// Counts `count` bad records, the first of which is `record`.
    package func bad(
        _ issue: RecordIssue, at record: RecordNumber, in source: String, count: Int = 1,
        detail: Phrase? = nil
    ) {
        recordsBad += count
        badByReason[issue.rawValue, default: 0] += count
        keep(issue, .error, record, source, detail)
    }

    /// Counts something odd about a record that is kept.
    package func defect(
        _ issue: RecordIssue, at record: RecordNumber, in source: String, detail: Phrase? = nil
    ) {
        defectsByReason[issue.rawValue, default: 0] += 1
        keep(issue, .warning, record, source, detail)
    }

    private func keep(
        _ issue: RecordIssue, _ severity: Diagnostic.Severity, _ record: RecordNumber,
        _ source: String, _ detail: Phrase?
    ) {
        if kept.count == RecordLog.keptLimit {
            guard let last = kept.last, record < last.order else { return }
            kept.removeLast()
        }
        var phrase = issue.phrase
        if let detail {
            phrase.english += " (\(detail.english))"
            phrase.chinese += "（\(detail.chinese)）"
        }
        let place = Place(path: source, record: record.record)
        let diagnostic = Diagnostic(issue.rawValue, severity: severity, phrase, at: place)
        var index = kept.count
        while index > 0, record < kept[index - 1].order { index -= 1 }
        kept.insert((record, diagnostic), at: index)
    }
}

/// Which record of which source, in one word that sorts in reading order.
package struct RecordNumber: Hashable, Comparable, Sendable {
    package let value: UInt64

    package init(value: UInt64) {
        self.value = value
    }

    /// Record numbers count from 1; beyond 2⁴⁰ they stay at the last.
    package init(source: Int, record: Int) {
        value = UInt64(source) << 40 | UInt64(min(max(0, record), 1 << 40 - 1))
    }

    package var source: Int { Int(value >> 40) }
    package var record: Int { Int(value & (1 << 40 - 1)) }

    package static func < (a: RecordNumber, b: RecordNumber) -> Bool { a.value < b.value }
}
