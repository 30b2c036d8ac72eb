import ConversationModel

/// The coverage of a run in words (requirement Q18), for every renderer alike.
package struct CoverageNote: Sendable {
    /// One statement of the coverage.
    package struct Item: Sendable, Hashable {
        package var label: String
        package var text: String
        /// Something was lost or left open: reports colour it.
        package var isWarning: Bool
    }

    /// Short facts that always stand there, in order.
    package let items: [Item]

    package init(_ report: Report) {
        let coverage = report.coverage
        var items: [Item] = []
        func add(_ label: String, _ text: String, isWarning: Bool = false) {
            items.append(Item(label: label, text: text, isWarning: isWarning))
        }
        func add(_ label: String, count: Int, reasons: [String: Int], unit: String) {
            guard count > 0 || !reasons.isEmpty else { return }
            let list = CoverageNote.list(reasons)
            add(
                label, "\(grouped(count)) \(unit)" + (list.isEmpty ? "" : "（\(list)）"),
                isWarning: true)
        }
        if let first = coverage.firstInstant, let last = coverage.lastInstant {
            let zone = report.zone
            add(
                "数据范围",
                "\(zone.text(of: first)) 至 \(zone.text(of: last))（\(singleLine(zone.name))）")
        } else {
            add("数据范围", "没有时间", isWarning: true)
        }
        add(
            "记录",
            "读取 \(grouped(coverage.recordsRead)) = 检查 \(grouped(coverage.recordsInspected))"
                + " + 损坏 \(grouped(coverage.recordsBad)) + 过滤 \(grouped(coverage.recordsFiltered))")
        if !coverage.filteredByReason.isEmpty {
            add("其中策略排除", CoverageNote.list(coverage.filteredByReason))
        }
        add(
            "检查",
            "会话 \(grouped(coverage.conversations))，接待段 \(grouped(coverage.stays))，"
                + "消息 \(grouped(coverage.messages))")
        add("损坏", count: coverage.recordsBad, reasons: coverage.badByReason, unit: "条")
        add(
            "异常但保留", count: coverage.defectsByReason.values.reduce(0, +),
            reasons: coverage.defectsByReason, unit: "处")
        add(
            "未判定", count: coverage.notEvaluatedByReason.values.reduce(0, +),
            reasons: coverage.notEvaluatedByReason, unit: "个会话 × 规则")
        if coverage.conversationsWithoutTimes > 0 {
            add(
                "没有时间",
                "\(grouped(coverage.conversationsWithoutTimes)) 个会话，时效规则对其不作判定",
                isWarning: true)
        }
        if coverage.unknownAgents > 0 {
            add("客服未知", "\(grouped(coverage.unknownAgents)) 条客服消息", isWarning: true)
        }
        if !coverage.unmappedAccounts.isEmpty {
            let names = coverage.unmappedAccounts.prefix(5).map {
                shortened(singleLine($0), to: 24)
            }
            let count = coverage.unmappedAccounts.count
            add(
                "不在花名册",
                "\(grouped(count)) 个账号：" + names.joined(separator: "、")
                    + (count > names.count ? " 等" : ""), isWarning: true)
        }
        self.items = items
    }

    /// `无效 3，重复 1`: most first, then by code; at most 12 are named.
    static func list(_ reasons: [String: Int]) -> String {
        let sorted = reasons.filter { $0.value > 0 }.sorted {
            $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key
        }
        var parts = sorted.prefix(12).map {
            "\(shortened(singleLine(reasonLabel($0.key)), to: 40)) \(grouped($0.value))"
        }
        let rest = sorted.dropFirst(12).reduce(0) { $0 + $1.value }
        if rest > 0 { parts.append("其他 \(grouped(rest))") }
        return parts.joined(separator: "，")
    }

    /// All statements in one line.
    package var line: String {
        items.map { "\($0.label)：\($0.text)" }.joined(separator: "；")
    }
}
