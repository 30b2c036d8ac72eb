import ConversationModel

/// The coverage of a run in words, for every renderer alike.
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
        self.init(report.coverage, zone: report.zone)
    }

    /// The statements of a coverage; times are shown as clocks of `zone` do.
    package init(_ coverage: Coverage, zone: Zone) {
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
            add("其中按名单排除", CoverageNote.list(coverage.filteredByReason))
        }
        add(
            "检查",
            "会话 \(grouped(coverage.conversations))，接待段 \(grouped(coverage.stays))，"
                + "消息 \(grouped(coverage.messages))"
                + (coverage.conversationsFiltered > 0
                    ? "；同一记录中另有 \(grouped(coverage.conversationsFiltered)) 个会话被过滤" : ""))
        if let exempt = CoverageNote.exempt(coverage) { add("豁免", exempt) }
        if let policy = coverage.policy { add("时间策略", shortened(singleLine(policy), to: 80)) }
        if let schemes = CoverageNote.schemes(coverage) { add("方案", schemes.text, isWarning: schemes.isWarning) }
        if let rules = CoverageNote.rules(coverage) { add("规则版本", rules.text, isWarning: rules.isWarning) }
        if let broken = coverage.brokenOff { add("未读完", CoverageNote.text(of: broken), isWarning: true) }
        add("损坏", count: coverage.recordsBad, reasons: coverage.badByReason, unit: "条")
        let foreign = coverage.sources.filter { $0.shape == Coverage.SourceNote.foreign }
        if !foreign.isEmpty {
            let names = foreign.prefix(5).map { shortened(singleLine($0.name), to: 60) }
            add(
                "跳过",
                "\(grouped(foreign.count)) 个文件不是聊天存档：" + names.joined(separator: "、")
                    + (foreign.count > names.count ? " 等" : ""), isWarning: true)
        }
        let encodings = Set(coverage.sources.filter { $0.shape != Coverage.SourceNote.foreign }.map(\.encoding))
            .subtracting(["utf-8"])
        if !encodings.isEmpty { add("编码", encodings.sorted().joined(separator: "、") + "：已转换后读取") }
        // What was passed over was not kept.
        let defects = coverage.defectsByReason.filter { $0.key != "foreign-file" }
        add("异常但保留", count: defects.values.reduce(0, +), reasons: defects, unit: "处")
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

    /// Where an input broke off, and the inputs behind it; at most five of them.
    private static func text(of broken: Coverage.BreakNote) -> String {
        let reason = shortened(singleLine(broken.chinese), to: 300)
        guard !broken.unread.isEmpty else { return reason + "，其后的内容没有读" }
        // The end of a path says more than its beginning.
        let names = broken.unread.prefix(5).map { path in
            let name = singleLine(path)
            return name.count > 60 ? "…" + name.suffix(59) : name
        }.joined(separator: "、")
        return reason + "，其后的内容没有读；还有 \(grouped(broken.unread.count)) 个输入没有读：\(names)"
            + (broken.unread.count > 5 ? " 等" : "")
    }

    /// What was judged and not counted, by reason.
    private static func exempt(_ coverage: Coverage) -> String? {
        let (stays, findings) = coverage.exemptByReason
        func part(_ label: String, _ counts: [String: Int]) -> String? {
            let sum = counts.values.reduce(0, +)
            return sum == 0 ? nil : "\(label) \(grouped(sum))（\(list(counts))）"
        }
        let parts = [part("接待段", stays), part("判定结果", findings)].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "，") + "：照常判定并展示，不计入评分与比率"
    }

    /// Which schemes judged how many conversations, and the groups that none names; at most 12 of each.
    private static func schemes(_ coverage: Coverage) -> (text: String, isWarning: Bool)? {
        guard !coverage.schemes.isEmpty else { return nil }
        let byCount = coverage.schemes.sorted { ($1.conversations, $0.id) < ($0.conversations, $1.id) }
        var parts = byCount.prefix(12).map {
            "\(shortened(singleLine($0.name), to: 40)) \(grouped($0.conversations)) 个会话"
        }
        if byCount.count > 12 { parts.append("其余 \(grouped(byCount.count - 12)) 个方案") }
        let without = coverage.groupsWithoutScheme.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard !without.isEmpty else { return (parts.joined(separator: "，"), false) }
        let names = without.prefix(12).map { shortened(singleLine($0), to: 40) }.joined(separator: "、")
        return (
            parts.joined(separator: "，") + "；没有方案写到、按默认处理的分组：\(names)" + (without.count > 12 ? " 等" : ""), true
        )
    }

    /// Which rules judged how many conversations, where they are not just files; at most 12 versions are named.
    private static func rules(_ coverage: Coverage) -> (text: String, isWarning: Bool)? {
        let versions = coverage.versions
        func named(_ version: Coverage.VersionNote) -> String {
            var remarks: [String] = []
            if version.retroactive > 0 { remarks.append("追溯 \(grouped(version.retroactive))") }
            if version.withoutTimes > 0, coverage.rulesOrigin == .versionOfDay {
                remarks.append("没有时间、按运行日 \(grouped(version.withoutTimes))")
            }
            if let reason = version.emergencyReason { remarks.append("紧急：\(shortened(singleLine(reason), to: 60))") }
            return "第 \(version.number) 版 \(grouped(version.conversations)) 个会话"
                + (remarks.isEmpty ? "" : "（\(remarks.joined(separator: "，"))）")
        }
        var parts = versions.prefix(12).map(named)
        if versions.count > 12 {
            let rest = versions.dropFirst(12)
            parts.append(
                "其余 \(grouped(rest.count)) 版 \(grouped(rest.reduce(0) { $0 + $1.conversations })) 个会话")
        }
        let list = parts.joined(separator: "，")
        switch coverage.rulesOrigin {
        case .files: return nil
        case .draft: return ("草稿，不计入评分", true)
        case .namedVersion: return (list.isEmpty ? "指定版本，不计入评分" : "\(list)；指定版本，不计入评分", true)
        case .versionOfDay:
            let isOdd = versions.contains {
                $0.retroactive > 0 || $0.withoutTimes > 0 || $0.emergencyReason != nil
            }
            return list.isEmpty ? nil : (list, isOdd)
        }
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
