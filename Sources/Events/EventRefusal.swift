import Diagnostics

/// Why a line is no event. The line is left out, the others count.
public struct EventRefusal: Hashable, Sendable, Error {
    /// What is wrong: stable names, for programs.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case invalidJSON = "invalid-json"
        case invalidUTF8 = "invalid-utf8"
        case notAnObject = "not-an-object"
        case tooDeep = "too-deep"
        case tooLarge = "too-large"
        case missingField = "missing-field"
        case unknownField = "unknown-field"
        case duplicateField = "duplicate-field"
        case wrongType = "wrong-type"
        case unknownValue = "unknown-value"
        case badName = "bad-name"
        case badTime = "bad-time"
        case outOfRange = "out-of-range"
        case tooMany = "too-many"
        case tooOld = "too-old"
        case outOfMemory = "out-of-memory"
    }

    public var code: Code
    /// 1-based number of the line in the block.
    public var line: Int
    /// Where in the event: `to.agent`, for example; empty where it is about the whole line.
    public var field: String
    /// The beginning of what was written, at most 40 characters.
    public var written: String?
    /// What was probably meant.
    public var suggestion: String?

    init(_ code: Code, field: String = "", written: String? = nil, suggestion: String? = nil, line: Int = 0) {
        self.code = code
        self.line = line
        self.field = String(field.prefix(80))
        self.written = written.map { String($0.prefix(40)) }
        self.suggestion = suggestion
    }

    /// The same for a line with this number.
    func at(_ line: Int) -> EventRefusal {
        var result = self
        result.line = line
        return result
    }

    /// The reason as a sentence. Contains no more of the event than `written`.
    public var phrase: Phrase {
        let about = Phrase(
            field.isEmpty ? "" : " '\(field)'", field.isEmpty ? "" : " “\(field)”")
        let value = Phrase(written.map { ": '\($0)'" } ?? "", written.map { "：“\($0)”" } ?? "")
        let meant = Phrase(
            suggestion.map { "; did you mean '\($0)'?" } ?? "", suggestion.map { "；是不是 “\($0)”？" } ?? "")
        // Of a field it is its text that is too long.
        let reason = code == .tooLarge && !field.isEmpty ? Phrase("the text is too long:", "文本过长：") : code.reason
        return Phrase(
            reason.english + about.english + value.english + meant.english,
            reason.chinese + about.chinese + value.chinese + meant.chinese)
    }
}

extension EventRefusal.Code {
    /// What the code means, without the particulars.
    public var reason: Phrase {
        switch self {
        case .invalidJSON: Phrase("the line is not valid JSON", "这一行不是合法的 JSON")
        case .invalidUTF8: Phrase("the line is not UTF-8", "这一行不是 UTF-8 编码")
        case .notAnObject: Phrase("the line is no JSON object", "这一行不是 JSON 对象")
        case .tooDeep: Phrase("nested more than 6 deep", "嵌套超过 6 层")
        case .tooLarge: Phrase("longer than 256 KiB, or more than 4,096 values", "超过 256 KiB 或 4096 个值")
        case .missingField: Phrase("a field is missing:", "缺少字段")
        case .unknownField: Phrase("unknown field", "未知字段")
        case .duplicateField: Phrase("the field stands twice", "字段重复")
        case .wrongType: Phrase("a value of another type is expected", "值的类型不对")
        case .unknownValue: Phrase("unknown value", "未知的值")
        case .badName:
            Phrase(
                "a name has 1 to 128 bytes and no control characters", "名称应为 1 到 128 字节，且不含控制字符")
        case .badTime:
            Phrase(
                "no time: RFC 3339 with an offset, or milliseconds since 1970", "不是时间：应为带时区偏移的 RFC 3339，或 1970 年起的毫秒数")
        case .outOfRange: Phrase("the number is out of range", "数值超出范围")
        case .tooMany: Phrase("the list is too long", "列表过长")
        case .tooOld: Phrase("more than 48 h older than its receipt", "比接收时间早 48 小时以上")
        case .outOfMemory: Phrase("no memory left to read it", "内存不足，无法读取")
        }
    }
}
