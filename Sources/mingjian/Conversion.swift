import Archives
import ConversationModel
import Diagnostics

/// Writes an archive as conversation lines, and counts its records on the way.
struct Conversion {
    private(set) var recordsRead = 0
    private(set) var recordsBad = 0
    /// How the inputs were read, as far as they were.
    private(set) var sources: [Coverage.SourceNote] = []
    private let largestRecord: Int
    private let isStrict: Bool

    /// With `--max-line` and `--strict-json` as they were given.
    init(_ archive: ArchiveArguments) {
        largestRecord = archive.maxLine
        isStrict = archive.strictJSON
    }

    /// Writes all conversations of some inputs; what was read before an error was written, and is told of.
    mutating func convert(_ inputs: [ArchiveInput], _ options: ArchiveOptions, to output: Output) throws {
        let lines = try openArchive(inputs, options: options)
        let counting = LineCount(lines, isStrict: isStrict)
        defer {
            recordsRead += counting.recordsRead
            recordsBad += counting.recordsBad
            sources += lines.sources
            tellOfRecords(counting.diagnostics, bad: counting.recordsBad)
        }
        let reader = BlockReader(lines, largestRecord: largestRecord)
        let block = ArchiveBlock()
        while try reader.next(block) {
            try output.write(Array(block.lines))
            counting.take(block)
        }
    }
}
