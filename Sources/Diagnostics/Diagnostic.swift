/// A sentence in the two languages of the product.
public struct Phrase: Hashable, Sendable {
    public var english: String
    public var chinese: String

    public init(_ english: String, _ chinese: String) {
        self.english = english
        self.chinese = chinese
    }

    /// The sentence in `language`.
    public func text(in language: Language) -> String {
        language == .chinese ? chinese : english
    }
}

/// A number with its noun: `1 rule`, `2 rules`.
package func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// The language of messages, chosen by the composition root from `LC_ALL`, `LC_MESSAGES`, `LANG`.
public enum Language: Sendable, Hashable {
    case english, chinese
}

/// A stretch of a source file, in UTF-8 bytes from its start.
public struct SourceRange: Hashable, Sendable {
    public var start: Int
    public var end: Int

    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }
}

/// Where something stands: a file and, where known, a range in it or the number of a record.
public struct Place: Hashable, Sendable {
    /// As the user named it; `<stdin>` for standard input.
    public var path: String
    public var range: SourceRange?
    /// 1-based number of a line or CSV row, for archives that are not kept in memory.
    public var record: Int?

    public init(path: String, range: SourceRange? = nil, record: Int? = nil) {
        self.path = path
        self.range = range
        self.record = record
    }
}

/// Something wrong in what a person wrote or an archive contains: collected, never thrown.
public struct Diagnostic: Hashable, Sendable {
    /// Whether it stops what was asked for.
    public enum Severity: String, Sendable, Hashable {
        case error, warning
    }

    /// A stable slug: `unknown-field`, `bad-regex` …
    public var code: String
    public var severity: Severity
    /// Lower case, no full stop; quotes what was written and names the parent.
    public var message: Phrase
    /// What to do about it.
    public var help: Phrase?
    public var place: Place

    public init(
        _ code: String, severity: Severity = .error, _ message: Phrase, help: Phrase? = nil,
        at place: Place
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.help = help
        self.place = place
    }
}

/// A text with the table that turns byte offsets into lines and columns.
public struct SourceFile: Sendable {
    public let path: String
    public let bytes: [UInt8]
    private let lineStarts: [Int]
    /// 3 behind a byte-order mark, which is no character of the text; else 0.
    let textStart: Int

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        textStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == 0x0A { starts.append(offset + 1) }
        lineStarts = starts
    }

    /// 1-based line, and 1-based column counted in Characters, of a byte offset. O(log lines + line).
    public func position(of offset: Int) -> (line: Int, column: Int) {
        let offset = min(max(0, offset), bytes.count)
        let line = lineNumber(of: offset)
        let start = max(lineStarts[line - 1], textStart)
        let text = String(decoding: bytes[min(start, offset)..<offset], as: UTF8.self)
        return (line, text.count + 1)
    }

    /// The text of the 1-based `line` without its line end.
    public func line(_ line: Int) -> String {
        String(decoding: bytes[range(ofLine: line)], as: UTF8.self)
    }

    /// The 1-based line that holds the byte offset. O(log lines).
    public func lineNumber(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return low + 1
    }

    /// The bytes of the 1-based `line` without its line end; empty beyond the last line.
    public func range(ofLine line: Int) -> Range<Int> {
        guard line >= 1, line <= lineStarts.count else { return bytes.count..<bytes.count }
        let start = max(lineStarts[line - 1], textStart)
        var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return start..<max(start, end)
    }

    /// The byte offset at which the 1-based `line` begins.
    public func start(ofLine line: Int) -> Int {
        lineStarts[min(max(1, line), lineStarts.count) - 1]
    }
}
