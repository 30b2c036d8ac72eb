import CSimdJSON
import ConversationModel
import Diagnostics

/// The first records of an input as they would be read, for a look before an import.
public struct ArchivePreview: Sendable {
    /// One record that was read.
    public struct Row: Sendable, Hashable {
        /// 1-based line or row.
        public var record: Int
        /// What it becomes: a message line in canonical JSON, or the line itself.
        public var line: String
        /// Why the record would be bad; nil where it is good.
        public var issue: Phrase?
    }

    /// A column that was recognised.
    public struct Column: Sendable, Hashable {
        public var field: ColumnMapping.Field
        /// Headers in the order in which their cells are joined.
        public var headers: [String]
    }

    public var source: Coverage.SourceNote
    /// Of a table: its headers and their row; else empty and 0.
    public var header: [String] = []
    public var headerRow = 0
    public var delimiter: String?
    public var columns: [Column] = []
    public var rows: [Row] = []
    /// What went wrong before a row could be made.
    public var diagnostics: [Diagnostic] = []
    /// Why the input broke off before `rows` records; the rows before that are there.
    public var failure: ArchiveError?
}

/// Reads the first `rows` records of `input` and nothing more.
public func previewArchive(
    _ input: ArchiveInput, options: ArchiveOptions = ArchiveOptions(), rows: Int = 20
) throws(ArchiveError) -> ArchivePreview {
    let log = RecordLog()
    let opened = try OpenedInput(input, number: 0, options: options, log: log)
    if let foreign = opened.foreign { throw foreign }
    var preview = ArchivePreview(source: opened.note)
    let source: any MessageSource
    if opened.shape == .csv {
        let table = try TableMessages(
            opened.text, mapping: options.mapping, zone: try options.tableZone(), source: 0,
            name: input.name, isTabbed: input.path?.formatExtension == "tsv",
            largestRecord: options.largestRecord)
        preview.header = table.columns.header
        preview.headerRow = table.headerRow
        preview.delimiter = String(Unicode.Scalar(table.delimiter))
        preview.columns = ColumnMapping.Field.allCases.compactMap { field in
            table.columns.columns[field].map { indices in
                ArchivePreview.Column(
                    field: field, headers: indices.map { table.columns.header[$0] })
            }
        }
        source = table
    } else {
        source = LineMessages(
            opened.text, source: 0, name: input.name, largestRecord: options.largestRecord)
    }
    guard let parser = mj_flat_parser_new() else { throw .outOfMemory(path: input.name) }
    defer { mj_flat_parser_free(parser) }
    let block = MessageBlock()
    let whole = NDJSONParser(isStrict: options.isStrict)
    let line = ArchiveBlock()
    line.largestRecord = options.largestRecord
    while preview.rows.count < rows {
        do throws(ArchiveError) {
            guard try source.next(block, log: log) else { break }
        } catch {
            guard error != .interrupted, !preview.rows.isEmpty else { throw error }
            preview.failure = error
            break
        }
        var lines = mj_lines()
        let status = mj_parse_messages(
            parser, block.bytes.baseAddress, block.count, options.isStrict ? Int32(MJ_STRICT) : 0,
            &lines)
        guard status == 0 else { throw .outOfMemory(path: input.name) }
        for row in UnsafeBufferPointer(start: lines.lines, count: lines.count).prefix(
            rows - preview.rows.count)
        {
            let bytes = UnsafeBufferPointer(start: row.line.data, count: Int(row.line.length))
            var issue: RecordIssue?
            if opened.shape == .conversations {
                line.hold(bytes)
                whole.parse(line)
                issue = whole.badRecords.first?.issue
            } else {
                issue = previewIssue(row, cuts: options.cutting != nil)
            }
            preview.rows.append(
                ArchivePreview.Row(
                    record: block.record(ofLine: Int(row.number)),
                    line: String(decoding: bytes, as: UTF8.self), issue: issue?.phrase))
        }
    }
    preview.diagnostics = log.diagnostics
    return preview
}

private func previewIssue(_ row: mj_line, cuts: Bool) -> RecordIssue? {
    if let issue = RecordIssue(reason: row.reason) { return issue }
    if row.conversation.length != .max { return nil }
    if !cuts { return .missingConversation }
    return row.buyer.length == .max ? .missingBuyer : nil
}
