import Diagnostics

/// What the parser of arguments says of a wrong one, in the language of the others.
///
/// The parser speaks English alone; its few sentences are known here, and one that is not stays as it is.
enum UsageErrors {
    /// The message of the parser, its lines kept.
    static func text(_ message: String, in language: Language) -> String {
        guard language == .chinese else { return message }
        return message.split(separator: "\n", omittingEmptySubsequences: false).map { chinese($0) }
            .joined(separator: "\n")
    }

    private static func chinese(_ line: Substring) -> String {
        for (label, own) in [("Error: ", "错误: "), ("Help:  ", "说明:  "), ("Usage: ", "用法: ")]
        where line.hasPrefix(label) {
            let rest = line.dropFirst(label.count)
            return own + (label == "Error: " ? sentence(String(rest)) : String(rest))
        }
        if let more = line.wholeMatch(of: /(\s*)See '(.+)' for more information\./) {
            return "\(more.1)详见 '\(more.2)'"
        }
        return String(line)
    }

    private static func sentence(_ text: String) -> String {
        if let found = text.wholeMatch(of: /Unknown option '(.+?)'(?:\. Did you mean '(.+)'\?)?/) {
            return "没有选项 '\(found.1)'" + (found.2.map { "；是不是想写 '\($0)'？" } ?? "")
        }
        if let found = text.wholeMatch(of: /Missing value for '(.+)'/) { return "'\(found.1)' 缺少取值" }
        if let found = text.wholeMatch(of: /Missing expected argument '(.+)'/) { return "缺少参数 '\(found.1)'" }
        if let found = text.wholeMatch(
            of: /The value '(.*)' is invalid for '(.+?)'(?:\. Please provide one of (.+)\.|: (.+))?/)
        {
            let names = found.3.map { "；可用：" + $0.replacing(" or ", with: "、").replacing(", ", with: "、") }
            return "'\(found.2)' 不能取 '\(found.1)'" + (names ?? found.4.map { "：\($0)" } ?? "")
        }
        if let found = text.wholeMatch(of: /Unexpected argument '(.+)'/) { return "多余的参数 '\(found.1)'" }
        if let found = text.wholeMatch(of: /(\d+) unexpected arguments: (.+)/) {
            return "\(found.1) 个多余的参数：\(found.2.replacing(", ", with: "、"))"
        }
        return text
    }
}
