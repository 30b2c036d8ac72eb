import ConversationModel
import Diagnostics
import Foundation
import Monitoring

/// The figures of a shop as text: shop, groups, agents. What is undefined is `—`.
struct LiveBoard {
    let zone: Zone
    let isColored: Bool
    /// From where on figures are marked; nil: none is.
    var thresholds: BoardThresholds?

    /// What stands in a table, and how it is marked.
    struct Cell: ExpressibleByStringInterpolation {
        var text: String
        var level = FigureLevel.normal

        init(_ text: String, _ level: FigureLevel = .normal) { (self.text, self.level) = (text + level.sign, level) }
        init(stringLiteral text: String) { self.text = text }
    }

    /// The board; in `room` it has no more lines than that, without the end of the last one, and no longer ones.
    func text(
        _ figures: ShopFigures, shop: String, sequence: UInt64, room: (columns: Int, rows: Int)? = nil
    ) -> String {
        let blocks = [
            head(figures, shop, sequence), days(figures), present(figures), groups(figures), agents(figures),
        ].filter { !$0.isEmpty }
        guard let room else { return lines(of: blocks, isSpaced: true, columns: nil).joined(separator: "\n") + "\n" }
        return fitted(blocks, columns: room.columns, rows: room.rows).joined(separator: "\n")
    }

    private func head(_ figures: ShopFigures, _ shop: String, _ sequence: UInt64) -> [Part] {
        var parts = [
            Part([
                emphasis(clean(shop)), stamp(figures.asOf),
                "时段 \(clock(figures.slot.start))–\(clock(figures.slot.end))"
                    + (figures.isSlotAmended ? "（已修正）" : ""),
                "水位 \(figures.watermark.map(stamp) ?? "—")", "序号 \(sequence)",
            ])
        ]
        if figures.isSilent {
            let level: FigureLevel = thresholds == nil ? .normal : .warning
            parts.append(Part([paint(Cell("数据源静默：许久没有新事件，下面的数字只含已收到的，可能已经过时", level))]))
        }
        if let since = figures.since,
            !figures.isKnown(before: figures.asOf) || !figures.yesterdayUntilThisTime.isKnown
        {
            parts.append(Part(["记录始于 \(stamp(since))，此前没有数据"]))
        }
        return parts
    }

    private func days(_ figures: ShopFigures) -> [Part] {
        var parts = [
            Part(
                ["", "接待", "引导销售额（分）", "引导付款人数", "转化率", "迟到"],
                [
                    row("今日", figures.today), row("昨日同时", figures.yesterdayUntilThisTime),
                    row("昨日全天", figures.yesterday),
                ])
        ]
        if !figures.today.areOrdersKnown || !figures.yesterday.areOrdersKnown {
            parts.append(
                Part([
                    figures.firstDayWithConversion.map { "转化率自 \($0) 起有定义：此前 21 天的订单未齐" }
                        ?? "转化率无定义：还没有任何订单"
                ]))
        }
        return parts
    }

    private func present(_ figures: ShopFigures) -> [Part] {
        let isKnown = figures.isKnown(before: figures.asOf)
        /// Of the time before the first event nobody knows anything.
        func now(_ value: Int64) -> String { isKnown ? String(value) : "—" }
        let isWaited = isKnown && figures.openBuyerWaits.count > 0
        var parts = [
            Part([
                "人均响应 "
                    + paint(marked(duration(figures.meanResponse), .meanResponse, figures.meanResponse, figures.alarms))
                    + "（客服 \(figures.respondingAgents)）",
                "待回复 \(now(figures.pending.open.count))，最久 "
                    + paint(oldest(figures.pending.open, figures.asOf, figures.alarms))
                    + "，已读未回 \(now(figures.pending.readUnanswered))",
                "人均待回复 " + paint(perAgent(figures.pendingPerAgent, figures.alarms)),
            ]),
            Part([
                "在线 "
                    + paint(
                        active(
                            now(figures.online), figures.online - figures.suspended, isWaited: isWaited,
                            figures.alarms)),
                "挂起 \(now(figures.suspended))", "排队 \(now(figures.queued))", "离线池 \(now(figures.pooled))",
                "未分配 \(now(figures.unassigned))",
                "买家等待 \(mean(figures.buyerWaits))，未结束 \(now(figures.openBuyerWaits.count))，最久 "
                    + paint(oldest(figures.openBuyerWaits, figures.asOf, nil)),
            ]),
        ]
        parts += assistant(figures)
        if let alarms = figures.alarms { parts.append(Part([text(alarms, "店铺")], isExtra: true)) }
        for group in figures.groups {
            guard let alarms = group.alarms else { continue }
            parts.append(Part([text(alarms, group.group.map(clean) ?? "")], isExtra: true))
        }
        return parts
    }

    private func assistant(_ figures: ShopFigures) -> [Part] {
        let assistant = figures.assistant
        let isSlotKnown = figures.isKnown(before: figures.slot.end)
        func slot(_ value: Int64) -> String { isSlotKnown ? String(value) : "—" }
        guard assistant.isShown else {
            return [Part([assistant.isOn == true ? "服务助手：今日无接待" : "服务助手：未开启"])]
        }
        let rate = marked(
            percent(assistant.handOverRate), .handOverRate, isSlotKnown ? assistant.handOverRate.perMille : nil,
            figures.alarms, count: assistant.consulted)
        return [
            Part([
                "服务助手：今日接待 \(assistant.servedToday)", "咨询 \(slot(assistant.consulted))",
                "转交 \(slot(assistant.handed))", "转人工率 " + paint(rate),
            ])
        ] + assistant.clicks.map { Part(["  首问语 \(clean($0.entry))：\($0.clicks)"], isExtra: true) }
    }

    private func groups(_ figures: ShopFigures) -> [Part] {
        if figures.groups.isEmpty { return [] }
        let rows = figures.groups.map { group in
            let (count, settings) = (group.pending.open.count, group.alarms ?? figures.alarms)
            return [
                Cell(group.group.map(clean) ?? "（未分组）"), marked(String(count), .pending, count, settings),
                oldest(group.pending.open, figures.asOf, settings), perAgent(group.pendingPerAgent, settings),
                active(String(group.online), group.online - group.suspended, isWaited: count > 0, settings),
                Cell(String(group.suspended)), response(group.response.answers, settings),
            ]
        }
        return [
            Part(
                ["组", "待回复", "最久", "人均待回复", "在线", "挂起", "平均响应"], rows, unit: "个组",
                weights: figures.groups.map(\.pending.open.count))
        ]
    }

    private func agents(_ figures: ShopFigures) -> [Part] {
        let rows = figures.agents.map { agent in
            let count = agent.pending.open.count
            let settings = figures.groups.first { $0.group == agent.group }?.alarms ?? figures.alarms
            return [
                Cell(clean(agent.agent)), Cell(agent.group.map(clean) ?? "—"),
                agent.isSuspended ? "挂起" : agent.isOnline ? "在线" : agent.leftPending ? "下班未清" : "离线",
                Cell(String(agent.servedToday)),
                marked(String(count), .agentPending, count, settings),
                oldest(agent.pending.open, figures.asOf, settings), response(agent.response.answers, settings),
                Cell(String(agent.response.transferredUnanswered.count)),
            ]
        }
        var parts: [Part] = []
        if !rows.isEmpty {
            parts.append(
                Part(
                    ["客服", "组", "状态", "今日接待", "待回复", "最久", "平均响应", "转出未回"], rows, unit: "位客服",
                    weights: figures.agents.map(\.pending.open.count)))
        }
        for agent in figures.agents {
            guard let dispatch = agent.dispatch else { continue }
            parts.append(Part(["调度 \(clean(agent.agent))：" + text(dispatch)], isExtra: true))
        }
        for unknown in figures.unknownAgents {
            parts.append(
                Part(["调度 \(clean(unknown.agent))：" + text(unknown.dispatch) + "（没有这位客服）"], isExtra: true))
        }
        return parts
    }

    private func text(_ alarms: AlarmSettings, _ scope: String) -> String {
        let state = alarms.areOn.map { $0 ? "开" : "关" } ?? "—"
        let set = alarms.thresholds.filter { $0.value != nil }.map { "\($0.item.rawValue) \($0.value ?? 0)" }
        return "告警设置 \(scope)：\(state)  阈值 \(set.isEmpty ? "—" : set.joined(separator: "，"))"
            + "  接收人 \(alarms.receivers.count)"
    }

    private func text(_ dispatch: DispatchState) -> String {
        let action =
            switch dispatch.action {
            case .suspend: "挂起"
            case .resume: "解挂"
            case .move(let group): "换到 \(clean(group))"
            }
        let outcome =
            switch dispatch.outcome {
            case .waiting: "未答复"
            case .acknowledged: "已执行"
            case .failed(let reason): "失败 \(clean(reason))"
            }
        return "\(action)  \(clean(dispatch.author)) \(clock(dispatch.commanded))  \(outcome)"
    }

    private func row(_ title: String, _ day: DayFigures) -> [Cell] {
        func number(_ value: Int64) -> String { day.isKnown ? String(value) : "—" }
        return [
            title, number(day.served), number(day.guidedSales), number(day.guidedPayers),
            // With nobody who inquired the numbers say why there is none.
            day.isKnown && day.areOrdersKnown ? percent(Ratio(day.guidedPayers, day.inquiring)) : "—",
            number(day.lateEvents) + (day.isAmended ? "（已修正）" : ""),
        ].map { Cell($0) }
    }

    // MARK: Marks

    private func marked(
        _ text: String, _ item: BoardThresholds.Item, _ value: Int64?, _ settings: AlarmSettings?, count: Int64 = .max
    ) -> Cell {
        Cell(text, thresholds?.level(item, value, settings, count: count) ?? .normal)
    }

    private func oldest(_ waits: OpenWaits, _ now: Instant, _ settings: AlarmSettings?) -> Cell {
        let length = waits.oldest.map { max(0, now.milliseconds - $0.milliseconds) }
        return marked(duration(length), .longestWait, length, settings)
    }

    private func perAgent(_ ratio: Ratio, _ settings: AlarmSettings?) -> Cell {
        marked(self.ratio(ratio), .pendingPerAgent, ratio.perMille, settings)
    }

    private func response(_ answers: MeanDuration, _ settings: AlarmSettings?) -> Cell {
        marked(mean(answers), .meanResponse, answers.mean, settings)
    }

    /// That few are there is nothing to be told while nobody waits.
    private func active(_ text: String, _ active: Int64, isWaited: Bool, _ settings: AlarmSettings?) -> Cell {
        marked(text, .activeOnline, isWaited ? active : nil, settings)
    }

    func emphasis(_ text: String) -> String { isColored ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    private func stamp(_ instant: Instant) -> String { instant.localText(offset: zone.offset(at: instant)) }
    private func clock(_ instant: Instant) -> String { String(stamp(instant).suffix(8).prefix(5)) }

    private func duration(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "—" }
        let tenths = milliseconds / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }

    private func mean(_ mean: MeanDuration) -> String { "\(duration(mean.mean)) (n=\(mean.count))" }

    /// Two decimals, rounded down, and the two numbers.
    private func ratio(_ ratio: Ratio) -> String {
        guard ratio.denominator > 0 else { return "—（\(ratio.numerator)/0）" }
        let hundredths = ratio.numerator * 100 / ratio.denominator
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)（\(ratio.numerator)/\(ratio.denominator)）"
    }

    private func percent(_ ratio: Ratio) -> String {
        guard let value = ratio.perMille else { return "—（\(ratio.numerator)/0）" }
        return "\(value / 10).\(value % 10) %（\(ratio.numerator)/\(ratio.denominator)）"
    }

    /// Names come from outside: nothing in them reaches the terminal as a command.
    private func clean(_ text: String) -> String { visible(text) }
}
