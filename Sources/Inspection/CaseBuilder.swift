import ConversationModel
import Evaluation

/// Cuts the context a reviewer needs out of a judged conversation.
enum CaseBuilder {
    /// Messages shown before and after each place of evidence.
    static let before = 3
    static let after = 2

    /// The finding with its context; `bytes` is about what it takes in a report.
    static func make(
        _ index: Int, of row: ConversationRow, group: String, day: CalendarDay?, defaultShop: String,
        version: Int? = nil, scheme: String? = nil, _ rows: JudgementRows, in evaluator: Evaluator
    ) -> (findingCase: FindingCase, bytes: Int) {
        let table = evaluator.table
        let record = rows.findings[index]
        let part = rows.parts[Int(rows.units[Int(record.unit)].part)]
        let finding = evaluator.finding(index, conversation: row, defaultShop: defaultShop)
        var shown: Set<Int> = []
        let places = record.evidence.map { Int(rows.evidence[Int($0)].message) }
        for place in places.isEmpty ? [part.messages.lowerBound] : places {
            for i in max(part.messages.lowerBound, place - before)...min(part.messages.upperBound - 1, place + after) {
                shown.insert(i)
            }
        }
        var bytes = 300
        let context = shown.sorted().map { i -> ContextMessage in
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
                scheme: scheme), bytes
        )
    }
}
