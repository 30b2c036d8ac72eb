/// A place of a diagnostic in lines and columns, all 1-based; columns count Characters.
struct Location {
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int
}

/// Turns byte ranges into lines and columns, remembering the last place asked for.
///
/// Diagnostics come sorted, so a file of one very long line costs one walk and not one a diagnostic.
struct SourceLocator {
    let sources: [String: SourceFile]
    private var path = ""
    private var line = 0
    private var offset = 0
    private var column = 1

    init(sources: [SourceFile]) {
        self.sources = Dictionary(sources.map { ($0.path, $0) }) { first, _ in first }
    }

    /// Where `place` is; nil where the file or the range is not known.
    mutating func location(of place: Place) -> Location? {
        guard let source = sources[place.path], let range = place.range else { return nil }
        let start = min(max(0, range.start), source.bytes.count)
        let end = min(max(start, range.end), source.bytes.count)
        move(to: start, in: source)
        let endLine = source.lineNumber(of: end)
        let from = endLine == line ? start : source.start(ofLine: endLine)
        let endColumn = (endLine == line ? column : 1) + characters(from, end, in: source)
        return Location(line: line, column: column, endLine: endLine, endColumn: endColumn)
    }

    private mutating func move(to start: Int, in source: SourceFile) {
        let newLine = source.lineNumber(of: start)
        if source.path != path || newLine != line || start < offset {
            path = source.path
            line = newLine
            offset = source.start(ofLine: newLine)
            column = 1
        }
        column += characters(offset, start, in: source)
        offset = start
    }

    private func characters(_ start: Int, _ end: Int, in source: SourceFile) -> Int {
        let start = max(start, source.textStart)
        guard start < end else { return 0 }
        return String(decoding: source.bytes[start..<end], as: UTF8.self).count
    }
}
