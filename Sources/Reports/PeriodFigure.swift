import ConversationModel

/// A figure of a daily, weekly or monthly report; the same list for every renderer.
package enum PeriodFigure: String, Sendable, Hashable, CaseIterable {
    case buyers, conversations, messages, answerRatio, firstResponse, meanResponse, answeredIn30s, answeredIn3m
    case longestWait, unanswered, handedOver, handedOverWaiting, negativeHits, criticalHits, attainment, score, vetoed

    /// The word of reports.
    package var title: String {
        switch self {
        case .buyers: "接待"
        case .conversations: "会话"
        case .messages: "消息"
        case .answerRatio: "答问比"
        case .firstResponse: "人工首响"
        case .meanResponse: "平响"
        case .answeredIn30s: "30秒响应率"
        case .answeredIn3m: "3分钟响应率"
        case .longestWait: "最长等待"
        case .unanswered: "未回"
        case .handedOver: "转出"
        case .handedOverWaiting: "转出未回"
        case .negativeHits: "负面命中"
        case .criticalHits: "致命"
        case .attainment: "达成率"
        case .score: "得分"
        case .vetoed: "一票否决"
        }
    }

    /// What its `n` counts; nil for plain counts.
    package var basis: String? {
        switch self {
        case .answerRatio: "买家消息"
        case .firstResponse: "接待段"
        case .meanResponse, .longestWait: "答复"
        case .answeredIn30s, .answeredIn3m: "轮次"
        case .attainment: "适用"
        case .score: "接待段"
        default: nil
        }
    }

    /// What the figure comes to.
    ///
    /// - Parameter perDay: counts are means over the days on which something could be counted.
    package func value(of side: PeriodSide, perDay: Bool = false, countsBuyers: Bool = true) -> PeriodValue {
        let work = side.work
        // Where nobody worked, or all is exempt, there is nothing to count: that is not 0.
        func count(_ number: Int, of stays: Int, days: Int) -> PeriodValue {
            if stays == 0, number == 0 { return .unknown }
            return perDay ? .perDay(number, days: days) : .count(number)
        }
        switch self {
        case .buyers: return countsBuyers ? count(work.buyers, of: work.stays, days: side.days) : .unknown
        case .conversations: return count(work.conversations, of: work.stays, days: side.days)
        case .messages: return count(work.agentMessages, of: work.stays, days: side.days)
        case .answerRatio: return .ratio(work.agentMessages, n: work.buyerMessages)
        case .firstResponse: return .mean(work.firstTotal, n: work.firstResponses)
        case .meanResponse: return .mean(work.responseTotal, n: work.responses)
        case .answeredIn30s: return .rate(work.answeredIn30s, n: work.waits)
        case .answeredIn3m: return .rate(work.answeredIn3m, n: work.waits)
        case .longestWait:
            if perDay { return .meanOfDays(side.longestTotal, days: side.longestDays) }
            return work.responses > 0 ? .longest(work.longest, n: work.responses) : .unknown
        case .unanswered: return count(work.unanswered, of: work.measuredStays, days: side.measuredDays)
        case .handedOver: return count(work.handedOver, of: work.stays, days: side.days)
        case .handedOverWaiting:
            return count(work.handedOverWaiting, of: work.measuredStays, days: side.measuredDays)
        case .negativeHits: return count(work.negativeHits, of: work.countedStays, days: side.countedDays)
        case .criticalHits: return count(work.criticalHits, of: work.countedStays, days: side.countedDays)
        case .attainment: return .rate(side.met, n: side.applicable)
        case .score: return .points(side.score.points, n: side.score.stays)
        case .vetoed: return count(side.score.vetoed, of: side.score.stays, days: side.countedDays)
        }
    }
}

/// A figure's value, written from integers: what is not defined is `—`, never 0.
package enum PeriodValue: Sendable, Hashable {
    case count(Int)
    /// A mean over days.
    case perDay(Int, days: Int)
    /// A mean of milliseconds.
    case mean(Int64, n: Int)
    /// The same over days.
    case meanOfDays(Int64, days: Int)
    case longest(Int64, n: Int)
    case rate(Int, n: Int)
    /// A share that may be over 100 %.
    case ratio(Int, n: Int)
    case points(Int, n: Int)
    case unknown

    /// What a mean or a rate rests on; nil for counts.
    package var n: Int? {
        switch self {
        case .count, .unknown: nil
        case .perDay(_, let n), .mean(_, let n), .meanOfDays(_, let n), .longest(_, let n), .rate(_, let n),
            .ratio(_, let n),
            .points(_, let n):
            n
        }
    }

    /// Fewer than 30: it says little. Means over days rest on few days always.
    package var isSmall: Bool {
        switch self {
        case .count, .perDay, .meanOfDays, .longest, .unknown: false
        default: (n ?? 0) > 0 && (n ?? 0) < Rate.thinBelow
        }
    }

    /// The value in tenths (of a count, a percent, a point) or in milliseconds, halves up; nil where it is not defined.
    package var number: Int? {
        switch self {
        case .count(let count): count
        case .perDay(let total, let days): PeriodValue.divided(total, 10, days)
        case .mean(let total, let n), .meanOfDays(let total, let n): PeriodValue.divided(Int(total), 1, n)
        case .longest(let length, _): Int(length)
        case .rate(let part, let whole): Rate(part, of: whole).perMille
        case .ratio(let part, let whole): PeriodValue.divided(part, 1000, whole)
        case .points(let points, let stays): PeriodValue.divided(points, 10, stays)
        case .unknown: nil
        }
    }

    /// As reports write it, without its `n`.
    package var text: String {
        guard let number else { return "—" }
        switch self {
        case .count(let count): return grouped(count)
        case .perDay, .points: return PeriodValue.tenths(number)
        case .mean, .meanOfDays, .longest: return PeriodValue.duration(number)
        case .rate(let part, let whole): return Rate(part, of: whole).text
        case .ratio(let part, _): return number == 0 && part > 0 ? "<0.1%" : PeriodValue.tenths(number) + "%"
        case .unknown: return "—"
        }
    }

    /// `text` with `*` where it rests on few.
    package var markedText: String { text + (isSmall ? "*" : "") }

    /// total × scale / n, halves up.
    private static func divided(_ total: Int, _ scale: Int, _ n: Int) -> Int? {
        guard n > 0 else { return nil }
        let (product, overflow) = total.multipliedReportingOverflow(by: scale * 2)
        guard !overflow else { return nil }
        return (product + n) / (2 * n)
    }

    private static func tenths(_ number: Int) -> String { "\(grouped(number / 10)).\(number % 10)" }

    /// `12.3秒`, `3分05秒`, `2时07分` of milliseconds.
    static func duration(_ milliseconds: Int) -> String {
        let tenths = (milliseconds + 50) / 100
        if tenths < 600 { return "\(tenths / 10).\(tenths % 10)秒" }
        let seconds = (milliseconds + 500) / 1000
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        if seconds < 3600 { return "\(seconds / 60)分\(two(seconds % 60))秒" }
        return "\(grouped(seconds / 3600))时\(two(seconds / 60 % 60))分"
    }
}

extension PeriodFigures.RuleRow {
    /// A count of the days before; not defined where there was nobody then.
    func countBefore(_ number: Int, _ period: Period) -> PeriodValue {
        if period.comparesPerDay { return .perDay(number, days: daysBefore) }
        return daysBefore > 0 ? .count(number) : .unknown
    }
}

extension Period {
    /// 日报, 周报 or 月报.
    package var title: String {
        switch kind {
        case .daily: "日报"
        case .weekly: "周报"
        case .monthly: "月报"
        }
    }

    /// The days of the report in words.
    package var text: String { Period.text(days) }

    /// What it stands beside.
    package var beforeTitle: String {
        switch kind {
        case .daily: "前7日均"
        case .weekly: "上周"
        case .monthly: "上月"
        }
    }

    /// The days before in words.
    package var beforeText: String { Period.text(before) }

    /// Counts before the period are means over days.
    package var comparesPerDay: Bool { kind == .daily }

    private static func text(_ days: ClosedRange<CalendarDay>) -> String {
        days.lowerBound == days.upperBound
            ? days.lowerBound.description : "\(days.lowerBound) 至 \(days.upperBound)"
    }
}

/// What every rendering of a period says about itself.
enum PeriodNotes {
    /// What columns mean, and what is not there.
    static func all(_ report: PeriodReport) -> [String] {
        let figures = report.figures
        let period = figures.period
        var notes = [
            "每个均值与比率旁为样本数 n；n 不足 \(Rate.thinBelow) 标 *，仅供参考；没有样本为 —。",
            period.comparesPerDay
                ? "前7日均：\(period.beforeText)，计数与最长等待为当天有可计内容的日子的日均，其余按七天的样本合并计算。"
                : "\(period.beforeTitle)：\(period.beforeText)。",
            "一次等待从买家第一条待答消息起，到客服答复止（时间策略 \(nameLabel(report.coverage.policy ?? "默认"))）；响应率按轮次计，未回计入分母，转出未回另计。",
            "接待为有人工答复的不同买家，按天计；消息为客服手工发送的消息；达成率、负面命中、得分不含豁免，接待、会话、消息、转出含豁免。",
        ]
        notes.append("数据覆盖是本期与 \(period.before.lowerBound) 至 \(period.before.upperBound) 所读的全部。")
        if let last = report.coverage.lastInstant.map({ report.zone.day(of: $0) }), last < period.days.upperBound {
            notes.append("数据只到 \(last)：本期不完整。")
        }
        if !figures.countsBuyers { notes.append("买家过多，无法逐一区分：接待未计。") }
        // Where nothing was judged, it is not known what the rules have.
        if !figures.hasScores, !figures.days.isEmpty { notes.append("规则中没有计分公式：没有得分与名次。") }
        if period.kind == .monthly {
            notes.append("误判与申诉次数、封账需要复核记录的存储，目前没有：均未计（—），本月未封账。")
            notes.append("名次：同组内按均分，接待段不足 \(Scores.smallNumber) 或新人不排名，同分同名次。")
        }
        return notes
    }

    /// The best and the worst by score among those who are ranked, at most five of each, nobody twice, and none of one as good as one of the
    /// others.
    static func ends(_ figures: PeriodFigures) -> (best: [PeriodFigures.Agent], worst: [PeriodFigures.Agent]) {
        let ranked = figures.agents.filter { $0.rank != nil }.sorted { a, b in
            let (x, y) = (a.now.score, b.now.score)
            let (left, right) = (x.points * y.stays, y.points * x.stays)
            return left != right ? left > right : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
        let count = min(5, ranked.count / 2)
        // Who is as good as the best is not among the worst, nor the other way round.
        func isAlike(_ a: PeriodFigures.Agent, _ b: PeriodFigures.Agent) -> Bool {
            a.now.score.points * b.now.score.stays == b.now.score.points * a.now.score.stays
        }
        guard let first = ranked.first, let last = ranked.last, !isAlike(first, last) else { return ([], []) }
        let best = ranked.prefix(count).filter { !isAlike($0, last) }
        let worst = ranked.suffix(count).reversed().filter { agent in !best.contains { isAlike($0, agent) } }
        return (best, worst)
    }
}
