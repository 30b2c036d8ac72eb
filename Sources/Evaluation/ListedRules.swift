import ChineseText
import Diagnostics
import Patterns
import RuleLanguage

/// Rules made of a plain list of keywords or regexes, one a line.
///
/// Blank lines and lines that begin with `#` are skipped; nothing is trimmed but a carriage return.
/// Each entry becomes a negative rule on the agents' own messages whose name is the entry.
public struct ListedRules: Sendable {
    /// What the entries of a list are.
    public enum Kind: String, Sendable, Hashable {
        case keyword, regex
    }

    /// NDJSON, one rule a line; empty where no entry was taken.
    public private(set) var text = ""
    /// Entries that became rules.
    public private(set) var count = 0
    /// One error for each entry that was left out, at its line.
    public private(set) var diagnostics: [Diagnostic] = []

    /// Reads the list in `source`; `fold` is that of all its rules.
    public init(_ source: SourceFile, kind: Kind, fold: FoldLevel, table: FoldTable) {
        var start = 0
        var number = 0
        while start < source.bytes.count {
            let end = source.bytes[start...].firstIndex(of: 0x0A) ?? source.bytes.count
            defer { start = end + 1 }
            var range = start..<end
            if start == 0, source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { range = 3..<max(3, end) }
            if range.last.map({ source.bytes[$0] }) == 0x0D { range.removeLast() }
            let line = source.bytes[range]
            let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            if isBlank || line.first == UInt8(ascii: "#") { continue }
            number += 1
            let place = Place(
                path: source.path, range: SourceRange(range.lowerBound, range.upperBound))
            guard let entry = String(validating: line, as: UTF8.self) else {
                diagnostics.append(
                    Diagnostic(
                        .notUTF8, Phrase("the line is not UTF-8", "这一行不是 UTF-8 编码"),
                        help: Phrase("save the list as UTF-8", "请把列表另存为 UTF-8 编码"), at: place))
                continue
            }
            if let problem = ListedRules.problem(entry, kind, fold, table, at: place) {
                diagnostics.append(problem)
                continue
            }
            count += 1
            text += ListedRules.rule(entry, kind, fold, number: number) + "\n"
        }
    }

    /// Why an entry makes no rule; nil where it does.
    private static func problem(
        _ entry: String, _ kind: Kind, _ fold: FoldLevel, _ table: FoldTable, at place: Place
    ) -> Diagnostic? {
        switch kind {
        case .regex:
            do throws(PatternProblem) {
                _ = try Pattern(entry, level: TextLevel(fold), table: table)
                return nil
            } catch {
                var place = place
                if let line = place.range {
                    let start = min(line.end, line.start + error.range.lowerBound)
                    place.range = SourceRange(
                        start, min(line.end, max(start + 1, line.start + error.range.upperBound)))
                }
                return Diagnostic(error.code, error.message, help: error.help, at: place)
            }
        case .keyword:
            let limit = RuleLimits.phraseScalars
            if entry.unicodeScalars.count > limit {
                return Diagnostic(
                    .limit,
                    Phrase(
                        "a keyword longer than \(limit) characters", "关键词超过 \(limit) 个字符"),
                    at: place)
            }
            if entry.hasPrefix("${"), entry.hasSuffix("}") {
                return Diagnostic(
                    .badValue,
                    Phrase(
                        "a rule would read this keyword as a parameter", "规则会把这个关键词当作参数"), at: place)
            }
            let folded = table.folded(entry, level: TextLevel(fold))
            guard folded.allSatisfy({ $0 == " " }) else { return nil }
            return Diagnostic(
                .badValue,
                Phrase("nothing of the keyword is left by folding", "关键词折叠后什么也不剩"), at: place)
        }
    }

    private static func rule(
        _ entry: String, _ kind: Kind, _ fold: FoldLevel, number: Int
    ) -> String {
        let digits = String(number)
        let id =
            kind.rawValue + "-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        // A name is shown to people; the entry itself may hold what it likes.
        var name = visible(entry)
        if name.unicodeScalars.count > RuleLimits.nameScalars {
            var short = String.UnicodeScalarView(
                name.unicodeScalars.prefix(RuleLimits.nameScalars - 1))
            short.append("…")
            name = String(short)
        }
        let condition =
            switch kind {
            case .keyword:
                "\"keywords\":[\(JSONString.quoted(writtenPhrase(entry)))],\"boundary\":\"substring\""
            case .regex: "\"regex\":\(JSONString.quoted(entry))"
            }
        return "{\"id\":\"\(id)\",\"name\":\(JSONString.quoted(name)),\"polarity\":\"negative\","
            + "\"when\":{\"message\":{\"from\":\"agent\",\"auto\":\"no\",\(condition),"
            + "\"fold\":\"\(fold.rawValue)\"}}}"
    }
}
