import RuleLanguage

extension RandomRules {
    /// What conversations say now and then.
    static let sentences = [
        "您好在吗", "你好请稍等", "退款退货", "加微信支付", "好的谢谢", "謝謝您好", "sbsb", "vx vx", "垃圾袋垃圾", "您 好", "发货了",
    ]

    /// Repeats of what is said in random conversations: texts are short, so floors are low.
    func repeats(_ draw: inout Draw) -> Repeats {
        Repeats(
            of: draw.one(of: [.sender, .sender, .side, .speaker(.buyer), .speaker(.agent), .speaker(.assistant)]),
            similarity: draw.one(of: [1, 10, 25, 50, 100]), lookBack: draw.one(of: [1, 2, 3, 20]),
            times: draw.one(of: [2, 2, 2, 3]), minimumLength: draw.one(of: [0, 0, 0, 2, 3]),
            minimumGap: draw.one(of: [0, 0, 0, 1_000, 30_000]),
            allow: draw.chance(20) ? ["好的", "谢谢！"] : [])
    }

    /// Sentences near to what is said in random conversations.
    func similar(_ draw: inout Draw) -> TextCondition {
        let texts = draw.some(of: RandomRules.sentences, atMost: 3)
        let floor = draw.one(of: [1, 20, 34, 50, 60, 67, 80, 100])
        return TextCondition(.similar(SimilarCondition(texts: texts, floor: floor)))
    }
}
