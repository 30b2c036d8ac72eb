import ConversationModel

/// The findings as JSON lines for the page's script: what lists need, then the context, two lines each.
///
/// The first line describes the rules. The context is parsed only when a finding is opened or searched.
/// Members are positional to keep 20,000 findings small; `HTMLReport+Script.swift` reads them.
struct FindingLines {
    private(set) var bytes: [UInt8]
    /// Findings that fitted.
    private(set) var count = 0

    /// Bytes of one message and of one line of the list that are kept.
    private static let messageLimit = 4_000
    private static let snippetLimit = 150
    /// Messages kept of one context.
    private static let contextLimit = 200

    private let zone: Zone

    /// Takes findings, the gravest first, until the next one would not fit.
    init(_ report: Report, limitBytes: Int, limit: Int) {
        zone = report.zone
        var writer = JSONWriter(isForMarkup: true)
        writer.array { writer in
            for rule in report.tally.rules { FindingLines.rule(rule, &writer) }
        }
        writer.newline()
        bytes = writer.take()
        var indices: [RuleID: Int] = [:]
        for (index, rule) in report.tally.rules.enumerated() { indices[rule.id] = index }
        for entry in FindingLines.gravestFirst(report, indices).prefix(max(0, limit)) {
            index(entry, indices[entry.finding.rule], &writer)
            writer.newline()
            context(entry, &writer)
            writer.newline()
            if bytes.count + writer.bytes.count > limitBytes { break }
            bytes += writer.take()
            count += 1
        }
    }

    /// Hits of negative rules, then misses, then what went well; each by severity and in its order.
    private static func gravestFirst(_ report: Report, _ indices: [RuleID: Int]) -> [FindingCase] {
        let grades = report.cases.map { entry in
            guard let rule = indices[entry.finding.rule].map({ report.tally.rules[$0] }) else { return 0 }
            let isBad = rule.polarity == .negative ? 8 : entry.finding.outcome == .missed ? 4 : 0
            return isBad + (entry.severity ?? rule.severity).rank
        }
        return report.cases.indices
            .sorted { grades[$0] != grades[$1] ? grades[$0] > grades[$1] : $0 < $1 }
            .map { report.cases[$0] }
    }

    private static func rule(_ rule: RuleSummary, _ writer: inout JSONWriter) {
        writer.array { writer in
            writer.value(rule.id.value)
            writer.value(nameLabel(rule.name))
            writer.value(rule.polarity == .positive ? 1 : 0)
            writer.value(rule.severity.rank)
            writer.value(rule.unit.label)
            writer.value(shortened(rule.summary, to: 600))
        }
    }

    private func index(_ entry: FindingCase, _ rule: Int?, _ writer: inout JSONWriter) {
        let finding = entry.finding
        let shown = shownMessage(of: entry)
        writer.array { writer in
            writer.value(shortened(finding.id, to: 64))
            writer.value(rule ?? -1)
            writer.value(finding.outcome == .missed ? 1 : 0)
            writer.value(nameLabel(finding.owner.label))
            writer.value(nameLabel(entry.group))
            writer.value(entry.day?.description ?? "")
            writer.value((shown?.time ?? entry.context.first?.time).map(zone.local))
            writer.value(finding.gap)
            writer.value(finding.isPartial ? 1 : 0)
            writer.value(shortened(finding.conversation, to: 120))
            writer.value(entry.shop.map { shortened($0, to: 80) })
            writer.value(entry.buyer.map { shortened($0, to: 80) })
            writer.value(entry.messageCount)
            if let shown {
                pieces(shown, limit: FindingLines.snippetLimit, lead: 36, &writer)
            } else {
                writer.value("")
            }
            writer.value(shown.map { $0.kind == .text ? "" : $0.kind.name } ?? "")
            writer.value(FindingLines.isOverdue(finding) ? 1 : 0)
            // What few findings have stands at the end, and only where it is.
            let divergence = finding.divergence.map {
                "步骤 \($0.step) \(nameLabel($0.name))：\($0.kind.label)"
            }
            if divergence == nil, entry.version == nil, entry.exemption == nil { return }
            writer.value(divergence)
            if entry.version == nil, entry.exemption == nil { return }
            writer.value(entry.version)
            if let exemption = entry.exemption { writer.value(shortened(exemption, to: 120)) }
        }
    }

    /// Whether the gap says how long nothing came, and not after what time something did.
    private static func isOverdue(_ finding: Finding) -> Bool {
        let labels = finding.evidence.map(\.label)
        return finding.gap != nil
            && (finding.outcome == .missed || labels.contains("trigger") && !labels.contains("answer"))
    }

    private func context(_ entry: FindingCase, _ writer: inout JSONWriter) {
        writer.array { writer in
            for message in entry.context.prefix(FindingLines.contextLimit) {
                writer.array { writer in
                    writer.value(message.index)
                    writer.value(message.time.map(zone.local))
                    writer.value(message.speaker.rawValue)
                    writer.value(message.agent.map { shortened($0, to: 80) })
                    writer.value(message.kind == .text ? "" : message.kind.name)
                    writer.value(message.isAutomatic ? 1 : 0)
                    pieces(message, limit: FindingLines.messageLimit, lead: 1_000, &writer)
                    writer.array { writer in
                        for label in message.labels.prefix(8) {
                            writer.value(shortened(label, to: 40))
                        }
                    }
                }
            }
        }
    }

    /// A string where nothing is marked or cut, else `[leftOutBefore, leftOutAfter, plain, marked, …]`.
    private func pieces(
        _ message: ContextMessage, limit: Int, lead: Int, _ writer: inout JSONWriter
    ) {
        let text = MarkedText(message.text, marks: message.marks, limit: limit, lead: lead)
        if text.pieces.count == 1, text.leftOutBefore + text.leftOutAfter == 0 {
            writer.value(text.pieces[0])
            return
        }
        writer.array { writer in
            writer.value(text.leftOutBefore)
            writer.value(text.leftOutAfter)
            for piece in text.pieces { writer.value(piece) }
        }
    }

    /// The message that stands for a finding in lists: its anchor, else the first piece of evidence.
    private func shownMessage(of entry: FindingCase) -> ContextMessage? {
        entry.context.first { $0.index == entry.finding.anchor }
            ?? entry.context.first { !$0.marks.isEmpty }
            ?? entry.context.first { !$0.labels.isEmpty } ?? entry.context.first
    }
}
