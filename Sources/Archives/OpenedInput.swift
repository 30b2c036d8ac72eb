import ConversationModel

/// An input whose compression, encoding and shape are known, ready to be read as UTF-8.
package struct OpenedInput {
    package let input: ArchiveInput
    /// Number among the sources of the run.
    package let number: Int
    package let shape: ArchiveShape
    package let compression: Compression
    package let encoding: TextEncoding
    /// UTF-8 without a mark; goes straight to the file once the head is used up.
    package let text: any ByteStream
    /// The file under all, which counts its bytes.
    package let file: FileStream
    /// Why it is no archive of chats; then `shape` means nothing.
    package let foreign: ArchiveError?

    package var note: Coverage.SourceNote {
        Coverage.SourceNote(
            name: input.name, shape: shape.rawValue, encoding: encoding.rawValue,
            compression: compression.rawValue)
    }

    /// Opens `input` and looks at its first MiB.
    package init(
        _ input: ArchiveInput, number: Int, options: ArchiveOptions, log: RecordLog
    ) throws(ArchiveError) {
        self.input = input
        self.number = number
        file = try input.open(interruption: options.interruption)
        let name = input.name
        let waits = options.waitsForHead

        let (start, _) = try OpenedInput.head(of: file, limit: waits ? 64 << 10 : 64, waits: waits)
        compression = Compression(head: start)
        var stream: any ByteStream = PeekedStream(head: start, rest: file)
        stream = try compression.unpacked(stream, name: name)

        var (head, isWhole) = try OpenedInput.head(of: stream, limit: 1 << 20, waits: waits)
        encoding = options.encoding ?? TextEncoding.detected(in: head, isWhole: isWhole)
        if encoding == .utf8 {
            if head.starts(with: [0xEF, 0xBB, 0xBF]) { head.removeFirst(3) }
        } else {
            let peeked = PeekedStream(head: head, rest: stream)
            let converted = try TranscodingStream(peeked, from: encoding, name: name)
            converted.onReplacement = { line in
                let record = RecordNumber(source: number, record: line)
                log.defect(.replacedBytes, at: record, in: name)
            }
            stream = converted
            (head, _) = try OpenedInput.head(of: stream, limit: 1 << 20, waits: waits)
        }
        if let known = options.shape {
            (shape, foreign) = (known, nil)
        } else {
            do throws(ArchiveError) {
                shape = try ArchiveShape.detected(in: head, path: input.path, name: name)
                foreign = nil
            } catch {
                guard error.isForeign else { throw error }
                (shape, foreign) = (.conversations, error)
            }
        }
        text = PeekedStream(head: head, rest: stream)
    }

    // The first bytes of a stream, and whether they are all. An error behind them is left to the next
    // read, which gives it again.
    private static func head(
        of stream: any ByteStream, limit: Int, waits: Bool
    ) throws(ArchiveError) -> (bytes: [UInt8], isWhole: Bool) {
        var head = [UInt8](repeating: 0, count: limit)
        var count = 0
        var failure: ArchiveError?
        head.withUnsafeMutableBytes { buffer in
            do throws(ArchiveError) {
                while count < limit {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                    let read = try stream.read(into: rest)
                    count += read
                    if read == 0 || !waits && count >= 4 { break }
                }
            } catch { failure = error }
        }
        if let failure, count == 0 || failure == .interrupted { throw failure }
        return (Array(head[..<count]), waits && count < limit && failure == nil)
    }
}
