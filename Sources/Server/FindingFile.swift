import ConversationModel
import EventLog
import Foundation

/// The file by which findings leave: a line a change, appended, synced batch by batch.
struct FindingFile: Sendable {
    /// May be read by others while it is written: what is before `end` never changes.
    let file: any LogFile
    /// The length that is written and synced.
    private(set) var end: Int

    /// Opens the file, or makes it; a line that a crash left unfinished is cut off.
    init(_ files: any FileLayer, _ name: String) throws(FileError) {
        try files.prepare()
        if try files.names().contains(name) {
            file = try files.open(name, forWriting: true)
        } else {
            file = try files.create(name)
            try files.syncDirectory()
        }
        let size = try file.size()
        end = size
        while end > 0 {
            let start = max(0, end - 65_536)
            let part = try file.bytes(at: start, count: end - start)
            if let last = part.lastIndex(of: 0x0A) {
                end = start + last + 1
                break
            }
            end = start
        }
        if end < size { try file.truncate(to: end) }
    }

    /// Appends whole lines and makes them durable.
    mutating func append(_ lines: [UInt8]) throws(FileError) {
        try file.write(lines, at: end)
        try file.sync()
        end += lines.count
    }

    /// Cuts off what is behind `offset`, the end of a line.
    mutating func cut(to offset: Int) throws(FileError) {
        guard offset < end else { return }
        try file.truncate(to: offset)
        end = offset
    }

    /// Whether a line ends at `offset`.
    static func endsLine(at offset: Int, in file: any LogFile) throws(FileError) -> Bool {
        guard offset > 0 else { return offset == 0 }
        return try file.bytes(at: offset - 1, count: 1) == [0x0A]
    }

    /// The lines from `offset`, the end of one, up to `end`, as far as about `limit` bytes go, at least one; with where each ends.
    static func lines(
        from offset: Int, to end: Int, limit: Int, in file: any LogFile
    ) throws(FileError) -> [(line: ArraySlice<UInt8>, end: Int)] {
        var limit = limit
        while offset < end {
            let part = try file.bytes(at: offset, count: min(limit, end - offset))
            var result: [(line: ArraySlice<UInt8>, end: Int)] = []
            var start = part.startIndex
            while let feed = part[start...].firstIndex(of: 0x0A) {
                result.append((part[start..<feed], offset + feed + 1))
                start = feed + 1
            }
            if !result.isEmpty || part.count < limit { return result }
            limit *= 2
        }
        return []
    }
}

/// A line of the file of findings, taken apart as far as a restart needs it.
///
/// No name or text in it can look like a member: in those quotes are escaped.
struct FindingLine: Sendable, Equatable {
    /// Without its line feed.
    let bytes: [UInt8]
    /// Asserted, not retracted.
    let holds: Bool
    /// The last event that was applied when it was said, and the instant of the change.
    let position: UInt64
    let at: Instant
    let id: String
    let shop: String
    /// Where the finding begins, and where it says when it was decided.
    private let finding: Int
    private let decided: Int

    /// Nil for what `LiveChangeWriter` did not write; who knows the shop says it.
    init?(_ bytes: some Collection<UInt8>, shop known: String? = nil) {
        let line = Array(bytes)
        var rest = line[...]
        func take(_ text: String) -> Bool {
            guard rest.starts(with: text.utf8) else { return false }
            rest = rest.dropFirst(text.utf8.count)
            return true
        }
        func word(endingWith end: UInt8) -> String? {
            guard let stop = rest.firstIndex(of: end) else { return nil }
            defer { rest = rest[stop...] }
            return String(decoding: rest[..<stop], as: UTF8.self)
        }
        guard line.last == UInt8(ascii: "}"), take("{\"change\":\""), let kind = word(endingWith: 0x22),
            kind == "assert" || kind == "retract", take("\",\"at\":\""), let time = word(endingWith: 0x22),
            let at = Instant(utcText: time), take("\",\"position\":"), let number = word(endingWith: 0x2C),
            let position = UInt64(number), take(",")
        else { return nil }
        finding = rest.startIndex
        guard take("\"v\":1,\"id\":\""), let id = word(endingWith: 0x22),
            let shop = FindingLine.place(of: ",\"shop\":\"", in: rest),
            let decided = FindingLine.place(of: ",\"decided\":{", in: rest[shop...])
        else { return nil }
        guard let name = known ?? FindingLine.text(at: shop + 8, in: line) else { return nil }
        self.bytes = line
        self.decided = decided
        self.shop = name
        self.position = position
        self.at = at
        self.id = id
        holds = kind == "assert"
    }

    /// Whether both say the same of the finding, whenever it was decided.
    func says(theSameAs other: FindingLine) -> Bool {
        bytes[finding..<decided] == other.bytes[other.finding..<other.decided] && excerpt == other.excerpt
    }

    /// The line that takes this one back.
    func retraction(at instant: Instant, position: UInt64) -> FindingLine? {
        let head = "{\"change\":\"retract\",\"at\":\"\(instant.utcText)\",\"position\":\(position),"
        return FindingLine(Array(head.utf8) + bytes[finding...])
    }

    /// What is behind the decision.
    private var excerpt: ArraySlice<UInt8> {
        bytes[decided...].firstIndex(of: UInt8(ascii: "}")).map { bytes[$0...] } ?? []
    }

    /// The text whose opening quote stands at `start`.
    private static func text(at start: Int, in line: [UInt8]) -> String? {
        var end = start + 1
        while end < line.count, line[end] != 0x22 { end += line[end] == 0x5C ? 2 : 1 }
        guard end < line.count else { return nil }
        return try? JSONSerialization.jsonObject(with: Data(line[start...end]), options: .fragmentsAllowed) as? String
    }

    /// The first place of `text` in `bytes`.
    static func place(of text: String, in bytes: ArraySlice<UInt8>) -> Int? { place(of: Array(text.utf8), in: bytes) }

    /// The same for bytes.
    static func place(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = wanted.first, bytes.count >= wanted.count else { return nil }
        var start = bytes.startIndex
        let last = bytes.endIndex - wanted.count
        while start <= last, let found = bytes[start...last].firstIndex(of: first) {
            if bytes[found..<found + wanted.count].elementsEqual(wanted) { return found }
            start = found + 1
        }
        return nil
    }
}
