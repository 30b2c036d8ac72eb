import ConversationModel
import TestSupport

/// A shop's week with some hundred findings, made from a seed; the tally is summed by brute force.
struct SampleReport {
    static let rules: [RuleSummary] = [
        rule("opening-greeting", "开始语", .positive, .minor, .stay, "接入后 30 秒内，客服前两条消息里有问候"),
        rule("closing-words", "结束语", .positive, .minor, .stay, "会话结束前，末位客服在最后三条消息里道别"),
        rule("handover-greeting", "转接问候", .positive, .info, .stay, "接手客服的首条消息问候并接续"),
        rule(
            "off-platform-contact", "引导站外联系", .negative, .critical, .conversation,
            "客服留下微信、QQ 或要求线下转账"),
        rule("agent-insult", "辱骂买家", .negative, .critical, .conversation, "客服使用侮辱性语言"),
        rule("bribed-review", "诱导好评", .negative, .major, .conversation, "以现金或红包换取好评"),
        rule("slow-reply", "三分钟未响应", .negative, .major, .conversation, "买家首个未答消息后 180 秒内没有人工回复"),
        rule("perfunctory-word", "敷衍单字", .negative, .minor, .conversation, "整条消息只有“哦”“呵呵”之类"),
        rule("absolute-promise", "绝对化承诺", .negative, .major, .conversation, "无条件保证到货时间或效果"),
        rule("passing-the-buck", "推诿", .negative, .minor, .conversation, "把问题推给他人且没有后续动作"),
        rule("internal-terms", "内部用语外露", .negative, .info, .conversation, "对买家说出工单、二线等内部词"),
    ]
    static let agents = [
        ("小雨", "售前组"), ("阿杰", "售前组"), ("林晓", "售前组"), ("Coco", "售前组"), ("大鹏", "售后组"),
        ("安安", "售后组"), ("李婉清", "售后组"), ("子墨", "夜班组"), ("阿May", "夜班组"), ("老周", "夜班组"),
    ]
    static let days = (0..<7).map { CalendarDay(daysSince1970: 20_513 + $0) }

    let report: Report

    init(seed: UInt64 = 7, findings count: Int = 360) {
        var random = SeededGenerator(seed: seed)
        var cases: [FindingCase] = []
        for number in 0..<count {
            cases.append(SampleReport.makeCase(number, &random))
        }
        cases.sort {
            $0.context[0].time ?? .init(milliseconds: 0) < $1.context[0].time
                ?? .init(milliseconds: 0)
        }
        report = SampleReport.report(cases)
    }

    /// A report whose tally is the brute-force sum of `cases`.
    static func report(_ cases: [FindingCase], leftOut: Int = 0) -> Report {
        let groupOf = Dictionary(uniqueKeysWithValues: agents)
        let agentTable = table(cases, agents.map(\.0), applicable: 130) { $0.finding.owner.label }
        var coverage = Coverage()
        coverage.recordsRead = 1_286
        coverage.recordsBad = 3
        coverage.recordsFiltered = 41
        coverage.recordsInspected = 1_242
        coverage.conversations = 1_242
        coverage.stays = 1_391
        coverage.messages = 23_480
        coverage.badByReason = ["invalid-json": 2, "missing-id": 1]
        coverage.notEvaluatedByReason = ["no-times": 44, "cut-off": 12]
        coverage.conversationsWithoutTimes = 4
        coverage.unknownAgents = 9
        coverage.unmappedAccounts = ["店铺:临时01", "店铺:客服小号"]
        coverage.firstInstant = start(of: days[0])
        coverage.lastInstant = start(of: days[6]).advanced(by: 80_000_000)
        coverage.sources = [
            .init(
                name: "demo.ndjson", shape: "conversations", encoding: "utf-8", compression: "none")
        ]
        let tally = Tally(
            rules: rules, byAgent: agentTable,
            groupOfAgent: agentTable.keys.map { groupOf[$0] ?? "未分组" },
            byGroup: table(cases, ["售前组", "售后组", "夜班组"], applicable: 430) { $0.group },
            byDay: table(cases, days.map(\.description), applicable: 180) {
                $0.day?.description ?? "日期未知"
            },
            total: table(cases, ["全部"], applicable: 1_242) { _ in "全部" })
        return Report(
            title: "demo.ndjson", engine: "1.0.0", rulesDigest: "9f2c4e8a71b03d5566aa",
            zone: .chinaStandard,
            tally: tally, coverage: coverage, cases: cases, casesLeftOut: leftOut)
    }

    /// `applicable` units a key and negative rule; hits + misses a key and positive rule.
    static func table(
        _ cases: [FindingCase], _ keys: [String], applicable: Int, key: (FindingCase) -> String
    ) -> TallyTable {
        let names = Set(keys).union(cases.map(key)).sorted {
            Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
        }
        var counts: [[Int32: TallyCounts]] = names.map { _ in [:] }
        for entry in cases {
            guard let row = names.firstIndex(of: key(entry)),
                let rule = rules.firstIndex(where: { $0.id == entry.finding.rule })
            else { continue }
            var added = TallyCounts()
            switch entry.finding.outcome {
            case .hit:
                added.hits = 1
                added.unitsHit = 1
            case .missed: added.missed = 1
            }
            if rules[rule].polarity == .positive { added.unitsApplicable = 1 }
            counts[row][Int32(rule), default: TallyCounts()] += added
        }
        return TallyTable(
            keys: names, counts: counts, exposures: names.map { _ in [applicable] },
            classOfRule: rules.map { $0.polarity == .negative ? 0 : -1 })
    }

    private static func rule(
        _ id: String, _ name: String, _ polarity: Polarity, _ severity: Severity, _ unit: UnitKind,
        _ summary: String
    ) -> RuleSummary {
        RuleSummary(
            id: RuleID(id), name: name, polarity: polarity, category: "demo", severity: severity,
            unit: unit, summary: summary)
    }

    static func start(of day: CalendarDay) -> Instant {
        Zone.chinaStandard.start(of: day).advanced(by: 9 * 3_600_000)
    }
}
