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
    "no-times": "没有时间", "cut-off": "首尾不完整", "open": "尚未结束", "limit": "超出上限",
    "no-reading": "缺少数据", "invalid-json": "JSON 无效", "invalid-utf8": "编码无效",
    "missing-id": "缺少会话号", "missing-from": "缺少发送方", "missing-messages": "缺少消息",
    "missing-conversation": "缺少会话号", "bad-time": "时间无法识别", "bad-from": "发送方无法识别",
    "too-large": "单条过大", "too_large": "单条过大", "too-deep": "嵌套过深",
    "too-many-messages": "消息过多", "duplicate": "重复", "blank": "空行", "truncated": "截断",
    "unknown-kind": "未知消息类型", "missing-agent": "缺少客服", "bad-row": "行无效",
    "missing-text": "缺少正文", "missing-time": "缺少时间",
]
