import ConversationModel
import TestSupport

extension SampleReport {
    /// One line of a scripted conversation; `⟦ ⟧` mark the evidence, `delay` is in seconds.
    struct Line {
        var speaker: Speaker
        var text: String
        var delay: Int64
        var label: String?
        var kind = MessageKind.text
        var isAutomatic = false

        init(
            _ speaker: Speaker, _ text: String, _ delay: Int64, label: String? = nil,
            kind: MessageKind = .text, auto: Bool = false
        ) {
            self.speaker = speaker
            self.text = text
            self.delay = delay
            self.label = label
            self.kind = kind
            self.isAutomatic = auto
        }
    }

    struct Script {
        var rule: String
        var outcome: FindingOutcome
        var lines: [Line]
        /// How often it is drawn.
        var weight = 1
    }

    static let scripts: [Script] = [
        Script(
            rule: "off-platform-contact", outcome: .hit,
            lines: [
                Line(.buyer, "这款保温杯还有别的颜色吗？想要雾霾蓝的", 0),
                Line(.agent, "您好，欢迎光临，有什么可以帮您", 1, auto: true),
                Line(.agent, "亲，雾霾蓝目前缺货，下周二补货哦", 21),
                Line(.buyer, "那到货了能提醒我吗", 35),
                Line(.agent, "可以的，您⟦加我微信⟧ cici8866，到货第一时间通知您，还能便宜 5 块～", 18, label: "match"),
                Line(.buyer, "好", 12),
            ], weight: 2),
        Script(
            rule: "slow-reply", outcome: .hit,
            lines: [
                Line(.system, "买家进入会话，已分配客服", 0, kind: .event),
                Line(.buyer, "我的快递三天没动了，帮我查一下", 3, label: "trigger"),
                Line(.agent, "您好，客服正忙，稍后为您服务", 1, auto: true),
                Line(.buyer, "在吗？？", 120),
                Line(.buyer, "订单截图", 11, kind: .image),
                Line(.agent, "您好亲，让您久等了，这边马上帮您核实物流", 312, label: "answer"),
                Line(.buyer, "嗯", 20),
            ], weight: 5),
        Script(
            rule: "opening-greeting", outcome: .missed,
            lines: [
                Line(.assistant, "您好，我是智能助手小鉴，请问要咨询什么？", 0),
                Line(.buyer, "转人工", 8),
                Line(.system, "已转接人工客服", 1, kind: .transfer),
                Line(.buyer, "你们家羽绒服能机洗吗", 4, label: "trigger"),
                Line(.agent, "不能 要干洗", 64),
                Line(.buyer, "洗标上写着可以手洗啊", 22),
                Line(.agent, "那就手洗", 40),
            ], weight: 6),
        Script(
            rule: "opening-greeting", outcome: .hit,
            lines: [
                Line(.buyer, "有货吗", 0, label: "trigger"),
                Line(.agent, "⟦您好，很高兴为您服务⟧，这款有现货，今天 18 点前付款当天发出", 12, label: "answer"),
            ], weight: 9),
        Script(
            rule: "closing-words", outcome: .hit,
            lines: [
                Line(.agent, "已经给您备注好了，发顺丰", 0),
                Line(.buyer, "好的谢谢", 9, label: "trigger"),
                Line(.agent, "不客气呢，⟦祝您生活愉快⟧，有问题随时联系我 😊", 7, label: "answer"),
            ], weight: 8),
        Script(
            rule: "closing-words", outcome: .missed,
            lines: [
                Line(.buyer, "退款几天到账", 0),
                Line(.agent, "1-3 个工作日，原路返回", 31),
                Line(.buyer, "知道了", 15, label: "trigger"),
            ], weight: 4),
        Script(
            rule: "bribed-review", outcome: .hit,
            lines: [
                Line(.buyer, "东西收到了，还可以", 0),
                Line(.agent, "亲，麻烦给个⟦五星好评⟧并晒图，截图发我⟦返现 3 元⟧哦", 40, label: "match"),
                Line(.buyer, "怎么返", 25),
            ], weight: 2),
        Script(
            rule: "absolute-promise", outcome: .hit,
            lines: [
                Line(.buyer, "周五之前能到吗，生日要用", 0),
                Line(.agent, "放心，⟦一定能到⟧", 16, label: "match"),
                Line(.buyer, "到不了怎么办", 11),
                Line(.agent, "不会的亲", 19),
            ], weight: 3),
        Script(
            rule: "perfunctory-word", outcome: .hit,
            lines: [
                Line(.buyer, "上次买的也是这样，用两天就坏了，你们质量真的有问题", 0),
                Line(.agent, "⟦哦⟧", 44, label: "match"),
                Line(.buyer, "哦是什么意思？？", 6),
                Line(.agent, "⟦呵呵⟧", 30, label: "match"),
            ], weight: 2),
        Script(
            rule: "agent-insult", outcome: .hit,
            lines: [
                Line(.buyer, "说好的赠品没有", 0),
                Line(.agent, "活动页写得清清楚楚，你是⟦脑残⟧吗", 51, label: "match"),
                Line(.buyer, "？？？我要投诉", 8),
            ]),
        Script(
            rule: "passing-the-buck", outcome: .hit,
            lines: [
                Line(.buyer, "快递员把包裹扔门口丢了", 0),
                Line(.agent, "这个⟦不归我们管⟧，您⟦找快递⟧吧", 37, label: "match"),
                Line(.buyer, "我在你们家买的东西", 12),
            ], weight: 2),
        Script(
            rule: "internal-terms", outcome: .hit,
            lines: [
                Line(.buyer, "处理得怎么样了", 0),
                Line(.agent, "已经给您升级到⟦二线⟧了，⟦工单⟧号 20260304118，后台同事会跟进", 26, label: "match"),
            ]),
    ]

    static func makeCase(_ number: Int, _ random: inout SeededGenerator) -> FindingCase {
        let drawn = scripts.flatMap { Array(repeating: $0, count: $0.weight) }
        let script = drawn[Int.random(in: 0..<drawn.count, using: &random)]
        let (agent, group) = agents[
            min(Int.random(in: 0..<10, using: &random), Int.random(in: 0..<12, using: &random))]
        let day = days[Int.random(in: 0..<7, using: &random)]
        let before = Int.random(in: 0...14, using: &random)
        var time = start(of: day).advanced(by: Int64.random(in: 0..<43_000_000, using: &random))
        var context: [ContextMessage] = []
        var evidence: [Evidence] = []
        for (offset, line) in script.lines.enumerated() {
            time = time.advanced(by: line.delay * 1000)
            let (text, marks) = unmarked(line.text)
            let index = before + offset
            context.append(
                ContextMessage(
                    index: index, time: time, speaker: line.speaker,
                    agent: line.speaker == .agent ? agent : nil, kind: line.kind,
                    isAutomatic: line.isAutomatic, text: line.kind == .image ? "" : text,
                    marks: marks,
                    labels: line.label.map { [$0] } ?? []))
            if let label = line.label {
                evidence.append(Evidence(message: index, label: label, spans: marks))
            }
        }
        let anchor = script.outcome == .missed ? evidence.first : evidence.last
        let gap: Int64? =
            evidence.count == 2 && evidence[0].label == "trigger"
            ? (context[evidence[1].message - before].time?.milliseconds ?? 0)
                - (context[evidence[0].message - before].time?.milliseconds ?? 0) : nil
        let id = (0..<4).map { _ in hexadecimal(UInt32.random(in: 0...UInt32.max, using: &random)) }
        return FindingCase(
            finding: Finding(
                id: id.joined(), rule: RuleID(script.rule), outcome: script.outcome,
                owner: .agent(agent), conversation: "c-\(20_260_000 + number * 7)",
                anchor: anchor?.message, evidence: evidence, gap: gap, isPartial: number % 41 == 0),
            shop: "晴木家居旗舰店", buyer: "t_buyer\(1000 + number * 37 % 9000)", group: group, day: day,
            context: context,
            messageCount: before + context.count + Int.random(in: 0...3, using: &random))
    }

    /// The text without `⟦ ⟧`, and the UTF-8 ranges they enclosed.
    static func unmarked(_ text: String) -> (String, [Span]) {
        var result = ""
        var spans: [Span] = []
        var start = 0
        for character in text {
            switch character {
            case "⟦": start = result.utf8.count
            case "⟧": spans.append(Span(start, result.utf8.count))
            default: result.append(character)
            }
        }
        return (result, spans)
    }

    private static func hexadecimal(_ number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
