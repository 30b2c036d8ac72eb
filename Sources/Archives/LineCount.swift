import ConversationModel
import Diagnostics

/// Counts the records of an archive whose conversation lines go by, the bad ones among them.
public final class LineCount {
    private let lines: ConversationLines
    private let parser: NDJSONParser
    /// Of conversation lines; those of messages and tables are counted where they are grouped.
    private let log = RecordLog()
    private var source = -1
    /// Records of the source at hand.
    private var records = 0

    /// For the blocks of `lines`, from the first one on.
    public init(_ lines: ConversationLines, isStrict: Bool = false) {
        self.lines = lines
        parser = NDJSONParser(isStrict: isStrict)
    }

    /// Counts the records of a block; blocks come in their order.
    public func take(_ block: ArchiveBlock) {
        guard block.shape == .conversations else { return }
        if block.source != source { (source, records) = (block.source, 0) }
        parser.parse(block)
        let name = lines.sources[source].name
        for bad in parser.badRecords {
            log.bad(bad.issue, at: RecordNumber(source: source, record: records + Int(bad.record) + 1), in: name)
        }
        records += parser.recordCount
        log.recordsRead += parser.recordCount
        guard block.endsWithTooLarge else { return }
        records += 1
        log.recordsRead += 1
        log.bad(.tooLarge, at: RecordNumber(source: source, record: records), in: name)
    }

    /// Records that were read so far, of all shapes.
    public var recordsRead: Int { lines.recordsRead + log.recordsRead }
    /// Those of them that are bad.
    public var recordsBad: Int { lines.recordsBad + log.recordsBad }
    /// What was wrong or odd: the first 1,000 of messages and tables, then of conversation lines.
    public var diagnostics: [Diagnostic] { lines.recordDiagnostics + log.diagnostics }
}
