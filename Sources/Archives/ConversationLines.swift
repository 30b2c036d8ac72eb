import ConversationModel
import Diagnostics

/// An archive of any kind as canonical conversation lines: UTF-8 NDJSON, a conversation a line.
///
/// Inputs are read one after another; neighbouring inputs of messages are one archive, so that a
/// conversation may go on in the next file. Every source ends with a line end.
public final class ConversationLines: ByteStream {
    /// How each input was read, in order, as far as they were opened.
    public private(set) var sources: [Coverage.SourceNote] = []
    /// Index in `sources` of what the last read gave; the first of several that were grouped.
    public private(set) var source = 0
    /// What the last read gave: lines of the archive itself, or lines made of messages.
    ///
    /// Of `conversations` each line is a record that the caller counts, numbered from 1 in its source.
    /// Of all other shapes the records are counted here.
    public private(set) var shape = ArchiveShape.conversations

    private let inputs: [ArchiveInput]
    private let options: ArchiveOptions
    private let zone: Zone
    private let log = RecordLog()
    private var nextInput = 0
    private var files: [FileStream] = []
    private var waiting: Source?
    private var current: (any ByteStream)?
    private var lastByte: UInt8 = 0x0A
    /// Conversation lines that a preview of cutting passed over.
    private var passedOver = 0

    /// An input that is read next.
    private struct Source {
        var opened: OpenedInput
        /// Nil: it holds conversation lines.
        var messages: (any MessageSource)?
    }
    /// What is wrong with the first file of a directory, where no input was an archive so far.
    private var foreign: ArchiveError?
    private var hasArchive = false

    fileprivate init(_ inputs: [ArchiveInput], options: ArchiveOptions) throws(ArchiveError) {
        self.inputs = inputs
        self.options = options
        zone = try options.tableZone()
        waiting = try openNext()
    }

    /// Names of the inputs that nothing was read of yet, in order.
    public var unread: [String] {
        (waiting.map { [$0.opened.input.name] } ?? []) + inputs[nextInput...].map(\.name)
    }

    /// Bytes read from files so far, as they are stored.
    public var bytesRead: Int { files.reduce(closedBytes) { $0 + $1.bytesRead } }
    private var closedBytes = 0

    /// Records read of messages and tables; conversation lines are not among them.
    public var recordsRead: Int { log.recordsRead }
    /// Bad records of messages and tables.
    public var recordsBad: Int { log.recordsBad }
    /// The same by reason.
    public var badByReason: [String: Int] { log.badByReason }
    /// Odd things that were kept, by reason; undecodable bytes of conversation lines are among them.
    public var defectsByReason: [String: Int] { log.defectsByReason }
    /// The first 1,000 in order of the sources and their records.
    public var recordDiagnostics: [Diagnostic] { log.diagnostics }

    /// Reads bytes of one source only.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard buffer.count > 0 else { return 0 }
        while true {
            if let current {
                let count = try current.read(into: buffer)
                if count > 0 {
                    lastByte = buffer[count - 1]
                    return count
                }
                self.current = nil
                if lastByte != 0x0A {
                    lastByte = 0x0A
                    buffer[0] = 0x0A
                    return 1
                }
            }
            guard let next = try takeNext() else { return 0 }
            source = next.opened.number
            shape = next.opened.shape
            if next.messages == nil {
                current = next.opened.text
            } else {
                waiting = next
                current = try grouping()
            }
        }
    }

    /// What cutting would do to the logs among the inputs; reads everything.
    fileprivate func cutPreview(
        policy: TimePolicy, candidates: [Int64]
    ) throws(ArchiveError) -> CutPreview {
        let grouping = try grouping(skipsConversations: true)
        var preview = try grouping.preview(policy: policy, candidates: candidates)
        preview.inputsOfConversations = passedOver
        (preview.recordsRead, preview.recordsBad) = (recordsRead, recordsBad)
        (preview.diagnostics, preview.sources) = (recordDiagnostics, sources)
        return preview
    }

    private func grouping(skipsConversations: Bool = false) throws(ArchiveError) -> MessageGrouping {
        var grouping = MessageGrouping.Options()
        grouping.assembly.cutting = options.cutting
        grouping.assembly.allowsDuplicates = options.allowsDuplicates
        grouping.assembly.largestRecord = options.largestRecord
        grouping.zone = options.zone
        grouping.isStrict = options.isStrict
        grouping.isSorted = options.isSorted && !skipsConversations
        grouping.spillDirectory = options.spillDirectory
        grouping.interruption = options.interruption
        let names = inputs.map(\.name)
        return try MessageGrouping(
            options: grouping, log: log, name: { names[$0] },
            nextSource: { [unowned self] () throws(ArchiveError) in
                while let next = try takeNext() {
                    if let messages = next.messages { return (messages, next.opened.number) }
                    if skipsConversations {
                        passedOver += 1
                        continue
                    }
                    waiting = next
                    return nil
                }
                return nil
            })
    }

    private func messages(of opened: OpenedInput) throws(ArchiveError) -> (any MessageSource)? {
        if let foreign = opened.foreign { throw foreign }
        if opened.shape == .conversations { return nil }
        if opened.shape == .csv {
            return try TableMessages(
                opened.text, mapping: options.mapping, zone: zone, source: opened.number,
                name: opened.input.name, isTabbed: opened.input.path?.formatExtension == "tsv",
                largestRecord: options.largestRecord)
        }
        return LineMessages(
            opened.text, source: opened.number, name: opened.input.name,
            largestRecord: options.largestRecord)
    }

    private func takeNext() throws(ArchiveError) -> Source? {
        if let waiting {
            self.waiting = nil
            return waiting
        }
        return try openNext()
    }

    private func openNext() throws(ArchiveError) -> Source? {
        while nextInput < inputs.count {
            // The file before is done: only its count is still needed.
            closedBytes += files.reduce(0) { $0 + $1.bytesRead }
            files = []
            let number = nextInput
            let opened = try OpenedInput(inputs[number], number: number, options: options, log: log)
            nextInput += 1
            files = [opened.file]
            sources.append(opened.note)
            do throws(ArchiveError) {
                let source = Source(opened: opened, messages: try messages(of: opened))
                hasArchive = true
                foreign = nil
                return source
            } catch {
                guard error.isForeign, inputs[number].isFromDirectory else { throw error }
                passOver(number, error)
            }
        }
        // A directory of nothing but other things is no archive.
        if let foreign { throw foreign }
        return nil
    }

    // Who names a directory does not vouch for each file in it.
    private func passOver(_ number: Int, _ error: ArchiveError) {
        sources[number].shape = Coverage.SourceNote.foreign
        if foreign == nil, !hasArchive { foreign = error }
        log.defect(
            .foreignFile, at: RecordNumber(source: number, record: 1), in: inputs[number].name,
            detail: error.phrase)
    }
}

/// Opens archives of any shape, encoding and compression as one stream of conversation lines.
///
/// The first input is looked at at once, the others when they are reached.
public func openArchive(
    _ inputs: [ArchiveInput], options: ArchiveOptions = ArchiveOptions()
) throws(ArchiveError) -> ConversationLines {
    try ConversationLines(inputs, options: options)
}

/// Reads archives to the end and tells what cutting them would give, without writing anything.
///
/// `options.cutting` says which messages want an answer; each candidate takes the place of its
/// `closeAfter`, in milliseconds. Conversations that have their ids are left out.
public func cutPreview(
    _ inputs: [ArchiveInput], options: ArchiveOptions,
    candidates: [Int64] = [5, 10, 15, 30, 60, 120, 360, 1440].map { $0 * 60_000 }
) throws(ArchiveError) -> CutPreview {
    var options = options
    let policy = options.cutting?.policy ?? TimePolicy(zone: options.zone)
    if options.cutting == nil {
        options.cutting = CutPolicy(policy: policy) { _, _ in true }
    }
    let lines = try ConversationLines(inputs, options: options)
    return try lines.cutPreview(policy: policy, candidates: candidates)
}
