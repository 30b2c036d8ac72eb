import ConversationModel

extension BacktestRule.Status {
    /// The word of reports.
    var label: String {
        switch self {
        case .added: "新增"
        case .removed: "删除"
        case .changed: "修改"
        case .described: "判定未变"
        case .unchanged: "未变"
        }
    }
}

extension BacktestCase.Kind {
    /// The word of reports.
    var label: String {
        switch self {
        case .gained: "新增"
        case .lost: "消失"
        case .changed: "变化"
        }
    }
}

extension BacktestCase {
    /// Who is charged: of a finding that changed its owner, both.
    var ownerLabel: String {
        guard let after = new?.finding.owner.label else { return old?.finding.owner.label ?? "" }
        guard let before = old?.finding.owner.label, before != after else { return after }
        return "\(before) → \(after)"
    }

    /// The lengths of time of a finding that changed by them alone or beside other things.
    var gapLabel: String? {
        guard kind == .changed, old?.finding.gap != new?.finding.gap else { return nil }
        return [old, new].map { $0?.gapLabel ?? "无" }.joined(separator: " → ")
    }
}

extension FindingCase {
    /// `间隔 62 秒`, or `超过 30 秒` where nothing came in time.
    var gapLabel: String? {
        finding.gap.map { gap in
            let seconds = gap % 1000 == 0 ? "\(grouped(Int(gap / 1000)))" : "\(gap / 1000).\(gap % 1000 / 100)"
            return (finding.isGapExceeded ? "超过 " : "间隔 ") + seconds + " 秒"
        }
    }
}

extension Verdict {
    /// The word of reports.
    var label: String {
        switch self {
        case .confirmed: "已确认"
        case .misjudged: "误判"
        }
    }
}

extension BacktestCounts {
    /// `+3 −1`, `改归 +1` for what is charged to somebody else or counted as something else, `变化 2` where only what
    /// findings rest on differs; a dash where nothing does.
    var movement: String {
        var parts = [(gained, "+"), (lost, "−")].filter { $0.0 > 0 }.map { "\($0.1)\(grouped($0.0))" }
        if moved != 0 { parts.append("改归 \(moved > 0 ? "+" : "−")\(grouped(abs(moved)))") }
        if parts.isEmpty, changed > 0 { parts.append("变化 \(grouped(changed))") }
        return parts.isEmpty ? "—" : parts.joined(separator: " ")
    }
}

extension BacktestReport {
    /// The three sums with their words.
    var sums: [(label: String, counts: BacktestCounts)] {
        let totals = totals
        return [("负面命中", totals.negativeHits), ("达成", totals.positiveHits), ("未达成", totals.missed)]
    }

    /// Rules in which the draft or its findings differ, those with most to look at first.
    var differingRules: [BacktestRule] {
        rules.filter { $0.weight > 0 || $0.status != .unchanged }.sorted {
            $0.weight != $1.weight ? $0.weight > $1.weight : $0.summary.id < $1.summary.id
        }
    }

    /// Owners with something gained, lost, changed or scored otherwise, most first.
    var affectedAgents: [BacktestAgent] {
        agents.filter(\.isAffected).sorted {
            $0.weight != $1.weight
                ? $0.weight > $1.weight : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }
    }

    /// What is said of the rules that no table lists.
    func sameRulesNote(_ count: Int) -> String {
        unjudged == nil ? "另有 \(grouped(count)) 条规则没有差别" : "另有 \(grouped(count)) 条规则没有改动，或没有差别"
    }

    /// What was read, and by which rules.
    var coverageItems: [(label: String, text: String, isWarning: Bool)] {
        var items = CoverageNote(coverage, zone: zone).items.map { ($0.label, $0.text, $0.isWarning) }
        if let comparedVersion {
            items.append(("规则对照", "会话各按当时的版本评判；规则的改动是与第 \(comparedVersion) 版比较的", false))
        }
        guard let unjudged else { return items }
        return items + [("评判范围", "只评判有改动的规则，另有 \(grouped(unjudged)) 条没有改动、未评判；不算得分", true)]
    }

    /// What becomes of reviewed findings, in words; what speaks against the draft is marked.
    var verdictFacts: [(label: String, count: Int, isAgainst: Bool)] {
        guard let verdicts else { return [] }
        return [
            ("已确认，仍命中", verdicts.confirmedKept, false), ("已确认，将消失", verdicts.confirmedLost, true),
            ("误判，将消除", verdicts.misjudgedGone, false), ("误判，仍存在", verdicts.misjudgedRemaining, false),
            ("误判，将重现", verdicts.misjudgedReturning, true),
            (unjudged == nil ? "未出现或已豁免" : "未出现、已豁免或未评判", verdicts.unseen, false),
        ]
    }
}

extension ComparedSums {
    /// The means of both sides; a dash where one does not score.
    var texts: [String] { [old, new].map { $0?.meanText ?? "–" } }
}

extension RuleSummary {
    /// What hits of the rule are called.
    var hitLabel: String { polarity == .negative ? "命中" : "达成" }
}
