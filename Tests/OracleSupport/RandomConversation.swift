import ConversationModel

/// Draws conversations: 1–14 messages, 1–3 agents, an assistant, hand-overs, assignments.
struct RandomConversation {
    let features: RandomCase.Features
    let groups: [String]

    /// Texts are built of these. No combining sequences, no dots, commas or colons beside digits:
    /// there the oracle's folding and word ends are exact.
    private static let pieces = [
        "您好", "你好", "在吗", "好的", "谢谢", "嗯", "请稍等", "请稍等", "退款", "退货", "退了款",
        "加微信", "微信支付", "加v信", "ＶＸ", "vx", "sb", "SBc", "69", "695", "１３812345678", "壹叁捌零零一三⑧〇00", "23812345678", "滾",
        "滚筒", "發貨",
        "发货", "謝謝", "垃圾", "垃圾袋", "！", "。", "？", " ", "\u{3000}", "\n", "😊", "❤️",
        "微\u{200B}信", "退\u{200B}款", "６９",
    ]

    func make(_ draw: inout Draw) -> Conversation {
        let agents = Array(["甲", "乙", "丙"].prefix(draw.number(1...3)))
        let odd = features.contains(.oddities)
        let count = odd && draw.chance(3) ? 0 : max(draw.number(1...14), draw.number(1...10))
        // 2026-03-02, a Monday, 09:50–10:10 in Shanghai: opening time lies among the messages.
        var time = 1_772_416_200_000 + Int64(draw.number(0...20)) * 60_000
        var owner: String?
        var messages: [Message] = []
        for _ in 0..<count {
            if !messages.isEmpty { time += gap(&draw) }
            var message = line(agents, owner: &owner, &draw)
            message.time = Instant(milliseconds: time)
            if features.contains(.likeness) { repeatSomething(in: &message, after: messages, &draw) }
            messages.append(message)
        }
        if features.contains(.missingTimes), draw.chance(8), !messages.isEmpty {
            messages[draw.number(0...messages.count - 1)].time = nil
        }
        var result = Conversation(
            id: "c", shop: "s", buyer: "b", group: draw.chance(50) ? "售前组" : nil,
            agent: draw.chance(30) ? draw.one(of: agents) : nil, messages: messages)
        if draw.chance(15) {
            let base = draw.chance(70) ? time : messages.randomTime(&draw) ?? time
            let wait = draw.one(of: [0, 1] + Limits.all) + Int64(draw.number(-1...1))
            result.closedAt = Instant(milliseconds: base + max(0, wait))
        }
        if features.contains(.truncation) {
            result.isTruncatedAtStart = draw.chance(6)
            result.isTruncatedAtEnd = draw.chance(8)
        }
        return result
    }

    /// Some messages say a sentence of the rules, or what was said before, now and then with an addition.
    private func repeatSomething(in message: inout Message, after earlier: [Message], _ draw: inout Draw) {
        guard !message.text.isEmpty else { return }
        switch draw.number(0...99) {
        case 0..<15: message.text = draw.one(of: RandomRules.sentences)
        case 15..<45:
            guard !earlier.isEmpty else { return }
            message.text = draw.one(of: earlier).text
        default: return
        }
        if draw.chance(30) { message.text += draw.one(of: RandomConversation.pieces) }
    }

    private func gap(_ draw: inout Draw) -> Int64 {
        let shift = Int64(draw.number(-1...1))
        switch draw.number(0...99) {
        case 0..<15: return 0
        case 15..<45: return Int64(draw.number(1...20)) * 1_000
        case 45..<85: return draw.one(of: Limits.short) + shift
        case 85..<93: return 600_000 + shift
        default:
            guard features.contains(.parts) else { return draw.one(of: Limits.short) + shift }
            let hour: Int64 = 3_600_000
            return draw.one(of: [hour / 2, hour / 2, 2 * hour, 24 * hour, 26 * hour]) + shift
        }
    }

    private func line(_ agents: [String], owner: inout String?, _ draw: inout Draw) -> Message {
        switch draw.number(0...99) {
        case 0..<40:
            let isImage = draw.chance(5)
            return Message(
                speaker: .buyer, kind: isImage ? .image : .text, text: isImage ? "" : text(&draw))
        case 40..<70:
            // Most answers come from whoever owns the conversation.
            let other = draw.one(of: agents)
            var agent: String? = draw.chance(80) ? owner ?? other : other
            owner = agent
            if features.contains(.oddities), draw.chance(5) { agent = nil }
            return Message(speaker: .agent, agent: agent, text: text(&draw))
        case 70..<77:
            return Message(
                speaker: .agent, agent: draw.one(of: agents), isAutomatic: true, text: text(&draw))
        case 77..<86: return Message(speaker: .assistant, text: text(&draw))
        case 86..<90: return Message(speaker: .system, text: text(&draw))
        case 90..<95: return handOver(agents, owner: &owner, &draw)
        case 95..<98:
            owner = draw.one(of: agents)
            return Message(
                speaker: .system, kind: .event, eventType: "assigned", eventValue: owner)
        case 98:
            return Message(speaker: .system, kind: .event, eventType: "read", eventValue: "1")
        default:
            let agent = owner ?? draw.one(of: agents)
            return Message(speaker: .agent, agent: agent, kind: .recall, text: "您好")
        }
    }

    private func handOver(
        _ agents: [String], owner: inout String?, _ draw: inout Draw
    ) -> Message {
        let odd = features.contains(.oddities)
        let giver = owner
        let others = agents.filter { odd || $0 != giver }
        var target: String? = draw.one(of: others + groups + (draw.chance(30) ? ["售前组"] : []))
        owner = others.contains(target ?? "") ? target : nil
        if odd, draw.chance(10) { target = nil }
        let speaker: Speaker = giver == nil ? draw.one(of: [.assistant, .system]) : .agent
        return Message(speaker: speaker, agent: giver, kind: .transfer, transferTarget: target)
    }

    private func text(_ draw: inout Draw) -> String {
        (0..<draw.one(of: [1, 1, 1, 2, 2, 3])).map { _ in
            if features.contains(.promises), draw.chance(30) { return draw.one(of: RandomRules.promises) }
            return draw.one(of: RandomConversation.pieces)
        }.joined()
    }
}

extension [Message] {
    fileprivate func randomTime(_ draw: inout Draw) -> Int64? {
        isEmpty ? nil : draw.one(of: self).time?.milliseconds
    }
}
