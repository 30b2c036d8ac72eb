import CSimdJSON

/// What one record of an archive is.
public enum ArchiveShape: String, Sendable, Hashable {
    /// A conversation a line: NDJSON in the canonical form.
    case conversations
    /// A message a line: NDJSON, grouped or cut into conversations.
    case messages
    /// Rows of a table, one message each.
    case csv

    /// The shape of a text by its first lines; `head` is UTF-8 without a mark.
    ///
    /// The first line that is a JSON object decides by its keys. `path` counts where the name says
    /// more than the text; nil is standard input.
    package static func detected(
        in head: [UInt8], path: ArchivePath?, name: String
    ) throws(ArchiveError) -> ArchiveShape {
        for (start, format) in foreignStarts where head.starts(with: start) { throw .foreignFormat(path: name, format) }
        let ending = path?.formatExtension ?? ""
        if ending == "csv" || ending == "tsv" {
            // Lines of JSON by a table's name: a header that begins with a brace has no column that is known.
            guard head.first == 0x7B, let shape = try? shapeOfLines(head, name: name) else { return .csv }
            return shape
        }
        let isJSON = ["ndjson", "jsonl", "json"].contains(ending)
        guard let first = head.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            return isJSON || ending.isEmpty ? .conversations : .csv
        }
        if let isArray = spansLines(head) { throw .notLines(path: name, isArray: isArray) }
        guard first == 0x7B || isJSON else { return .csv }
        return try shapeOfLines(head, name: name)
    }

    /// How files begin that people take for archives; bytes that are no UTF-8 may have been read as GB18030 by then.
    private static let foreignStarts: [([UInt8], ArchiveError.ForeignFormat)] = {
        let starts: [(String, ArchiveError.ForeignFormat)] = [
            ("PK\u{3}\u{4}", .zip), ("邢\u{11}唷", .office), ("%PDF-", .pdf), ("Rar!\u{1A}", .rar),
            ("<!DOCTYPE html", .html), ("<!doctype html", .html), ("<html", .html),
        ]
        let packed = (1...9).map { ("BZh\($0)1AY", ArchiveError.ForeignFormat.bzip2) }
        return [([0xD0, 0xCF, 0x11, 0xE0], .office)] + (starts + packed).map { (Array($0.0.utf8), $0.1) }
    }()

    // Whether the text opens an array of objects (true) or an object that goes on in its second line
    // (false); nil where it may be a record a line.
    private static func spansLines(_ head: [UInt8]) -> Bool? {
        let blanks: [UInt8] = [0x20, 0x09, 0x0D]
        var lines = head.prefix(1 << 16).split(separator: 0x0A, maxSplits: 64).lazy
            .filter { !$0.allSatisfy(blanks.contains) }.makeIterator()
        guard let first = lines.next(), let end = first.last(where: { !blanks.contains($0) }) else { return nil }
        let opening = first.filter { !blanks.contains($0) }.prefix(2)
        if opening.first == 0x5B { return opening.count == 1 || opening.last == 0x7B ? true : nil }
        guard opening.first == 0x7B, Array("{[,:".utf8).contains(end), let second = lines.next() else { return nil }
        return second.first.map { Array(" \t\"}]".utf8).contains($0) } ?? false ? false : nil
    }

    private static func shapeOfLines(
        _ head: [UInt8], name: String
    ) throws(ArchiveError) -> ArchiveShape {
        guard let parser = mj_flat_parser_new() else { throw .outOfMemory(path: name) }
        defer { mj_flat_parser_free(parser) }
        let padded = head + [UInt8](repeating: 0, count: 64)
        var shape: ArchiveShape?
        var sawObject = false
        let status = padded.withUnsafeBufferPointer { buffer -> Int32 in
            var lines = mj_lines()
            let status = mj_parse_messages(parser, buffer.baseAddress, head.count, 0, &lines)
            for row in UnsafeBufferPointer(start: lines.lines, count: lines.count) {
                let fields = Int(row.fields)
                if fields & MJ_HAS_MESSAGES != 0 {
                    shape = .conversations
                } else if fields & (MJ_HAS_CONVERSATION | MJ_HAS_FROM) != 0 {
                    shape = .messages
                } else if row.reason == UInt32(MJ_OK) || row.reason == UInt32(MJ_MISSING_FROM) {
                    sawObject = true
                    continue
                } else {
                    continue
                }
                break
            }
            return status
        }
        guard status == 0 else { throw .outOfMemory(path: name) }
        if let shape { return shape }
        if sawObject {
            let line = head.prefix { $0 != 0x0A }.prefix(60)
            throw .unknownShape(path: name, start: printable(Array(line)))
        }
        // Nothing could be parsed, or one line is longer than the head: its keys still tell.
        let text = String(decoding: head.prefix(1 << 16), as: UTF8.self)
        return text.contains("\"conversation\"") && !text.contains("\"messages\"")
            ? .messages : .conversations
    }
}
