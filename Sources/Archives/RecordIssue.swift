import CSimdJSON
import Diagnostics

/// Why a record is bad, or what is odd about one that is kept; the raw value is its stable code.
package enum RecordIssue: String, Sendable, Hashable, CaseIterable {
    case invalidJSON = "invalid-json"
    case invalidUTF8 = "invalid-utf8"
    case notAnObject = "not-an-object"
    case tooDeep = "too-deep"
    case missingID = "missing-id"
    case missingMessages = "missing-messages"
    case missingFrom = "missing-from"
    case unknownFrom = "unknown-from"
    case wrongType = "wrong-type"
    case badTime = "bad-time"
    case timeInSeconds = "time-in-seconds"
    case tooManyMessages = "too-many-messages"
    case tooLarge = "too-large"
    case blank
    case loneSurrogate = "lone-surrogate"
    case missingConversation = "missing-conversation"
    case missingBuyer = "missing-buyer"
    case duplicateMessage = "duplicate-message"
    case raggedRow = "ragged-row"
    case unclosedQuote = "unclosed-quote"
    case brokenOff = "broken-off"
    case textAfterQuote = "text-after-quote"
    // Kept, and counted as defects.
    case replacedBytes = "replaced-bytes"
    case roundedID = "rounded-id"
    case conflictingFacts = "conflicting-facts"
    case uncutWithoutTimes = "uncut-without-times"
    case foreignFile = "foreign-file"

    /// The issue behind a reason of `CSimdJSON`; nil for none.
    package init?(reason: UInt32) {
        switch Int(reason) {
        case MJ_OK: return nil
        case MJ_INVALID_UTF8: self = .invalidUTF8
        case MJ_NOT_AN_OBJECT: self = .notAnObject
        case MJ_TOO_DEEP: self = .tooDeep
        case MJ_MISSING_ID: self = .missingID
        case MJ_MISSING_MESSAGES: self = .missingMessages
        case MJ_MISSING_FROM: self = .missingFrom
        case MJ_UNKNOWN_FROM: self = .unknownFrom
        case MJ_WRONG_TYPE: self = .wrongType
        case MJ_BAD_TIME: self = .badTime
        case MJ_TIME_IN_SECONDS: self = .timeInSeconds
        case MJ_TOO_MANY_MESSAGES: self = .tooManyMessages
        case MJ_TOO_LARGE: self = .tooLarge
        case MJ_BLANK: self = .blank
        case MJ_LONE_SURROGATE: self = .loneSurrogate
        default: self = .invalidJSON
        }
    }

    /// What is wrong, without what was written: customers' words stay out of diagnostics.
    package var phrase: Phrase {
        switch self {
        case .invalidJSON: Phrase("not valid JSON", "不是合法的 JSON")
        case .invalidUTF8: Phrase("not valid UTF-8", "不是合法的 UTF-8")
        case .notAnObject: Phrase("not a JSON object", "不是 JSON 对象")
        case .tooDeep: Phrase("nested deeper than 64 levels", "嵌套超过 64 层")
        case .missingID: Phrase("conversation without 'id'", "会话缺少“id”")
        case .missingMessages: Phrase("conversation without 'messages'", "会话缺少“messages”")
        case .missingFrom: Phrase("message without 'from'", "消息缺少“from”")
        case .unknownFrom: Phrase("unknown speaker in 'from'", "“from”里的说话方未知")
        case .wrongType: Phrase("value of a wrong type", "值的类型不对")
        case .badTime: Phrase("time that cannot be read", "无法读出时间")
        case .timeInSeconds:
            Phrase(
                "time looks like seconds, milliseconds are expected", "时间像是秒，应为毫秒")
        case .tooManyMessages:
            Phrase("conversation of more than 200,000 messages", "会话超过 200,000 条消息")
        case .tooLarge:
            Phrase(
                "record is longer than --max-line allows, or has more than 32,768 fields",
                "记录长度超过 --max-line，或字段超过 32,768 个")
        case .blank: Phrase("blank line", "空行")
        case .loneSurrogate: Phrase("half a surrogate pair in a string", "字符串里有不成对的代理码")
        case .missingConversation:
            Phrase(
                "message without 'conversation' (logs of buyers without end are cut with --cut)",
                "消息缺少“conversation”（没有会话号的买家日志请用 --cut 切分）")
        case .missingBuyer: Phrase("message without 'buyer' in a log to cut", "待切分的记录缺少“buyer”")
        case .duplicateMessage:
            Phrase("message id seen before in this conversation", "会话中已有同一消息编号")
        case .raggedRow: Phrase("row with another number of fields than the header", "行的列数与表头不同")
        case .unclosedQuote: Phrase("quote that never closes", "引号没有闭合")
        case .brokenOff: Phrase("the input breaks off inside this record", "输入在这条记录中间断了")
        case .textAfterQuote: Phrase("text after a closing quote", "闭合引号之后还有文字")
        case .replacedBytes:
            Phrase("bytes outside the encoding, read as U+FFFD", "有编码之外的字节，读作 U+FFFD")
        case .roundedID:
            Phrase(
                "id in scientific notation: a spreadsheet has rounded its digits",
                "编号是科学计数法：数字已被表格软件舍入")
        case .conflictingFacts:
            Phrase(
                "messages of one conversation disagree about its buyer, group or facts; the first counts; of different orders none is known",
                "同一会话的消息对买家、分组或事实说法不一，取第一个；不同的订单视为未知")
        case .uncutWithoutTimes:
            Phrase("buyer's log without all times: not cut", "买家记录缺少时间，未切分")
        case .foreignFile: Phrase("no archive of chats: passed over", "不是聊天存档，已跳过")
        }
    }
}
