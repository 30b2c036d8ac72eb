import RuleLanguage

extension RandomRules {
    /// Sentences near to what is said in random conversations.
    func similar(_ draw: inout Draw) -> TextCondition {
        let sentences = [
            "您好在吗", "你好请稍等", "退款退货", "加微信支付", "好的谢谢", "謝謝您好", "sbsb", "vx vx", "垃圾袋垃圾", "您 好", "发货了",
        ]
        return TextCondition(
            .similar(
                SimilarCondition(
                    texts: draw.some(of: sentences, atMost: 3), floor: draw.one(of: [1, 20, 34, 50, 60, 67, 80, 100]))))
    }
}
