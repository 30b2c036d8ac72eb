import ConversationModel

extension Severity {
    /// The word of reports.
    package var label: String {
        switch self {
        case .info: "提示"
        case .minor: "一般"
        case .major: "严重"
        case .critical: "致命"
        }
    }

    /// 0 for info to 3 for critical.
    package var rank: Int {
        switch self {
        case .info: 0
        case .minor: 1
        case .major: 2
        case .critical: 3
        }
    }
}

extension Polarity {
    /// The word of reports.
    package var label: String {
        switch self {
        case .positive: "正面"
        case .negative: "负面"
        }
    }
}

extension UnitKind {
    /// The word of reports.
    package var label: String {
        switch self {
        case .conversation: "会话"
        case .stay: "接待段"
        }
    }
}

/// The Chinese word for a reason code of the coverage; codes not listed stand for themselves.
package func reasonLabel(_ code: String) -> String {
    reasonLabels[code] ?? code
}

private let reasonLabels: [String: String] = [
    // Not evaluated.
    "no-times": "没有时间", "cut-off": "首尾不完整", "open": "尚未结束", "limit": "超出上限", "no-fact": "存档没有给出所需信息",
    // Bad records.
    "invalid-json": "JSON 无效", "invalid-utf8": "编码无效", "not-an-object": "不是 JSON 对象",
    "too-deep": "嵌套过深", "missing-id": "缺少会话号", "missing-messages": "缺少消息",
    "missing-from": "缺少说话方", "unknown-from": "说话方未知", "wrong-type": "值的类型不对",
    "bad-time": "时间无法读出", "time-in-seconds": "时间像是秒", "too-many-messages": "消息过多",
    "too-large": "记录过大", "too_large": "记录过大", "blank": "空行",
    "lone-surrogate": "代理码不成对", "missing-conversation": "缺少会话号", "missing-buyer": "缺少买家",
    "duplicate-message": "消息重复", "duplicate-conversation": "会话重复", "ragged-row": "列数不符",
    "unclosed-quote": "引号未闭合", "text-after-quote": "引号后有文字",
    "broken-off": "输入中断处不完整",
    // Kept, and counted as defects.
    "replaced-bytes": "替换了无法解码的字节", "rounded-id": "编号被取整", "conflicting-facts": "前后不一致",
    "uncut-without-times": "没有时间，未切分", "unknown-kind": "未知消息类型",
    "duplicate-key": "字段重复",
    "missing-agent": "缺少客服", "foreign-file": "不是聊天存档", "odd-fact": "会话信息的值无法使用",
    "out-of-order": "买家的会话次序颠倒", "buyers-forgotten": "买家太多，较早的已不记得",
    "buyer-left-out": "策略排除的买家",
]

extension MessageKind {
    /// The word of reports.
    var label: String {
        switch self {
        case .text: "文字"
        case .image: "图片"
        case .video: "视频"
        case .audio: "语音"
        case .card: "卡片"
        case .link: "链接"
        case .file: "文件"
        case .recall: "撤回"
        case .transfer: "转接"
        case .event: "事件"
        case .other: "其他"
        }
    }
}
