import ConversationModel
import Evaluation

/// Cuts the context a reviewer needs out of a judged conversation.
enum CaseBuilder {
    /// Messages shown before and after each place of evidence.
    static let before = 3
    static let after = 2
    /// Messages shown of a stretch in which something is missing: its beginning and its end.
    static let head = 40
    static let tail = 20

    /// The finding with its context; `bytes` is about what it takes in a report.
    static func make(
        _ index: Int, of row: ConversationRow, group: String, day: CalendarDay?, defaultShop: String,
        version: Int? = nil, scheme: String? = nil, exemption: String? = nil, _ rows: JudgementRows,
        in evaluator: Evaluator
    ) -> (findingCase: FindingCase, bytes: Int) {
        let table = evaluator.table
        let record = rows.findings[index]
        let part = rows.parts[Int(rows.units[Int(record.unit)].part)]
        let finding = evaluator.finding(index, conversation: row, defaultShop: defaultShop)
        let shown = messagesShown(of: record, in: part.messages, rows, evaluator)
        var bytes = 300
        let context = shown.map { i -> ContextMessage in
            var marks: [Span] = []
            var labels: [String] = []
            for evidenceIndex in record.evidence {
                let entry = rows.evidence[Int(evidenceIndex)]
                guard Int(entry.message) == i else { continue }
                marks += rows.spans[Int(entry.spans.lowerBound)..<Int(entry.spans.upperBound)]
                let label = evaluator.rules.label(of: entry)
                if !labels.contains(label) { labels.append(label) }
            }
            let text = evaluator.maskedText(i)
            bytes += text.utf8.count + 80
            let agent = table.agents[i]
            return ContextMessage(
                index: Int(table.positions[i]),
                time: table.times[i] == MessageTable.noTime ? nil : Instant(milliseconds: table.times[i]),
                speaker: Speaker(rawValue: table.speakers[i]) ?? .system,
                agent: agent >= 0 ? evaluator.names.name(agent) : nil,
                kind: MessageKind(rawValue: table.kinds[i]) ?? .other, isAutomatic: table.automatic[i],
                text: text, marks: Span.union(marks), labels: labels)
        }
        func optional(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
            bytes.baseAddress == nil ? nil : String(decoding: bytes, as: UTF8.self)
        }
        return (
            FindingCase(
                finding: finding, shop: optional(row.shop), buyer: optional(row.buyer), group: group, day: day,
                context: context, messageCount: part.messages.count, version: version,
                scheme: scheme, exemption: exemption), bytes
        )
    }

    /// The messages a reviewer needs, in order: those around each place of evidence and, where the finding
    /// is that something did not come, all of the stretch in which it could have come.
    private static func messagesShown(
        of record: Judgement.FindingRecord, in unit: Range<Int>, _ rows: JudgementRows, _ evaluator: Evaluator
    ) -> [Int] {
        let entries = record.evidence.map { rows.evidence[Int($0)] }
        var shown: Set<Int> = []
        for entry in entries {
            let place = Int(entry.message)
            let first = max(unit.lowerBound, place - before)
            shown.formUnion(first..<max(first, min(unit.upperBound, place + after + 1)))
        }
        if let stretch = stretchOfMissing(record, entries, unit, evaluator) {
            if stretch.count <= head + tail {
                shown.formUnion(stretch)
            } else {
                shown.formUnion(stretch.prefix(head))
                shown.formUnion(stretch.suffix(tail))
            }
        }
        return shown.sorted()
    }

    /// Where something was looked for and not found: from the trigger to the time that decided it, or the
    /// whole unit where no trigger did; nil where the evidence says all.
    private static func stretchOfMissing(
        _ record: Judgement.FindingRecord, _ entries: [Judgement.EvidenceRecord], _ unit: Range<Int>,
        _ evaluator: Evaluator
    ) -> Range<Int>? {
        if entries.allSatisfy({ $0.label == .context }) { return unit }
        guard !entries.contains(where: { $0.label == .answer }),
            let trigger = entries.first(where: { $0.label == .trigger }), unit.contains(Int(trigger.message))
        else { return nil }
        let start = Int(trigger.message)
        guard record.gap >= 0, evaluator.table.times[start] != MessageTable.noTime else {
            return start..<unit.upperBound
        }
        let end = evaluator.table.times[start].addingReportingOverflow(record.gap)
        let last = unit[start...].last { end.overflow || evaluator.table.times[$0] <= end.partialValue } ?? start
        return start..<last + 1
    }
}
