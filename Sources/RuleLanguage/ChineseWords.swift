/// What Chinese authors write where the rule language has an English word.
enum ChineseWords {
    /// The word of `words` that `text` says in Chinese.
    static func meant(by text: String, among words: [String]) -> String? {
        table[text]?.first { words.contains($0) }
    }

    /// In the words of the reports first; several where they differ by place.
    private static let table: [String: [String]] = [
        "客服": ["agent"], "人工": ["agent"], "人工客服": ["agent"], "坐席": ["agent"],
        "买家": ["buyer"], "客户": ["buyer"], "顾客": ["buyer"], "用户": ["buyer"], "消费者": ["buyer"],
        "机器人": ["assistant", "bot"], "助手": ["assistant", "bot"], "服务助手": ["assistant", "bot"],
        "系统": ["system"],
        "正面": ["positive"], "正向": ["positive"], "加分": ["positive"],
        "负面": ["negative"], "负向": ["negative"], "扣分": ["negative"],
        "提示": ["info"], "轻微": ["minor"], "一般": ["minor"], "严重": ["major"], "致命": ["critical"],
        "会话": ["conversation"], "接待段": ["stay"],
        "是": ["any"], "否": ["no"], "任意": ["any"], "任一": ["any"], "全部": ["all"], "所有": ["all"], "都不": ["none"],
        "第一条": ["first"], "首次": ["first"], "最后一条": ["last"], "最后一次": ["last"], "每次": ["each"], "每条": ["each"],
        "达成": ["met"], "做到": ["met"], "未达成": ["missed"], "没做到": ["missed"],
        "营业时间": ["business", "inside-hours"], "工作时间": ["business", "inside-hours"], "自然时间": ["wall"],
        "手机号": ["phone"], "电话": ["phone"], "手机": ["phone"], "网址": ["url"], "链接": ["url", "link"],
        "邮箱": ["email"], "微信号": ["wechat-id"], "微信": ["wechat-id"], "QQ号": ["qq-number"],
        "银行卡": ["bank-card"], "银行卡号": ["bank-card"], "身份证": ["identity-card"], "身份证号": ["identity-card"],
        "订单号": ["order-number"], "金额": ["amount"], "日期": ["date"], "时长": ["duration"], "整数": ["integer"],
        "关键词": ["keywords"], "文本": ["text"], "文字": ["text"], "图片": ["image"], "表情": ["emoji"],
        "周一": ["mon"], "周二": ["tue"], "周三": ["wed"], "周四": ["thu"], "周五": ["fri"], "周六": ["sat"], "周日": ["sun"],
    ]
}
