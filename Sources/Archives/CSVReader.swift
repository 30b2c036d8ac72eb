/// One row of a table: the bytes of its fields with quotes undone.
package struct CSVRow {
    /// All fields, one behind the other.
    package var bytes: [UInt8] = []
    /// The end of each field in `bytes`.
    package var ends: [Int] = []
    /// 1-based among all rows of the file, blank ones and headers too, as a spreadsheet counts.
    package var number = 0
    /// Why the row is no row.
    package var issue: RecordIssue?
    /// Line ends inside quotes.
    package var innerLines = 0

    package init() {}

    package var count: Int { ends.count }

    /// A line without anything on it.
    package var isBlank: Bool { ends.count == 1 && bytes.isEmpty && issue == nil }

    package subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// The field as text; bytes that are not UTF-8 become U+FFFD.
    package func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}

/// Rows of a table in RFC 4180, read as a stream.
///
/// Rows end at LF, CR LF or CR. A quote inside an unquoted field stands for itself. A record that
/// grows beyond `largestRecord` bytes or `fieldLimit` fields is given up at the next line end, so that a quote that never closes
/// cannot take the rest of the file with it unseen.
package final class CSVReader {
    private enum State {
        case fieldStart, unquoted, quoted, quoteInQuotes, discarding
    }

    /// Fields of a row, more than any spreadsheet has; what has more is given up as a record that is too large.
    package static let fieldLimit = 32_768

    package let delimiter: UInt8
    private let stream: any ByteStream
    private let largestRecord: Int
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    private var position = 0
    private var filled = 0
    private var rows = 0
    private var skipsLineFeed = false
    private var failure: ArchiveError?

    /// Reads `stream`, which is UTF-8; without `delimiter` the first lines decide between `,` `;` and
    /// tab.
    package init(
        _ stream: any ByteStream, delimiter: UInt8? = nil, largestRecord: Int = 16 << 20
    ) throws(ArchiveError) {
        self.stream = stream
        self.largestRecord = largestRecord
        filled = try stream.fill(
            UnsafeMutableRawBufferPointer(rebasing: buffer[..<(64 << 10)]), failure: &failure)
        if filled >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
        self.delimiter =
            delimiter
            ?? CSVReader.delimiter(in: UnsafeRawBufferPointer(rebasing: buffer[position..<filled]))
    }

    deinit {
        buffer.deallocate()
    }

    /// The separator that stands equally often on most of the first ten lines, comma if none does.
    package static func delimiter(in head: UnsafeRawBufferPointer) -> UInt8 {
        let candidates: [UInt8] = [0x2C, 0x3B, 0x09]
        var counts: [[Int]] = [[0, 0, 0]]
        var isQuoted = false
        for byte in head {
            if byte == 0x22 {
                isQuoted.toggle()
            } else if isQuoted {
                continue
            } else if byte == 0x0A || byte == 0x0D {
                if counts.last != [0, 0, 0] { counts.append([0, 0, 0]) }
                if counts.count > 10 { break }
            } else if let candidate = candidates.firstIndex(of: byte) {
                counts[counts.count - 1][candidate] += 1
            }
        }
        var best = (score: 0, byte: candidates[0])
        for (candidate, byte) in candidates.enumerated() {
            var lines: [Int: Int] = [:]
            for line in counts where line[candidate] > 0 { lines[line[candidate], default: 0] += 1 }
            let score = lines.map { $0.value * 1_000 + min($0.key, 999) }.max() ?? 0
            if score > best.score { best = (score, byte) }
        }
        return best.byte
    }

    /// Reads the next row into `row`; false at the end.
    ///
    /// Where the stream breaks off, the row that it tears is given as a bad one, then the error.
    package func next(_ row: inout CSVRow) throws(ArchiveError) -> Bool {
        row.bytes.removeAll(keepingCapacity: true)
        row.ends.removeAll(keepingCapacity: true)
        row.issue = nil
        row.innerLines = 0
        row.number = rows + 1
        var state = State.fieldStart
        var hasContent = false
        while true {
            if position == filled {
                position = 0
                filled = try refill()
                if filled == 0 {
                    guard hasContent else {
                        if let failure { throw failure }
                        return false
                    }
                    if state == .quoted { row.issue = .unclosedQuote }
                    if failure != nil { row.issue = .brokenOff }
                    row.ends.append(row.bytes.count)
                    rows += 1
                    return true
                }
            }
            if skipsLineFeed {
                skipsLineFeed = false
                if buffer[position] == 0x0A {
                    position += 1
                    continue
                }
            }
            hasContent = true
            if scan(&row, &state) {
                rows += 1
                return true
            }
            if row.bytes.count > largestRecord || row.ends.count > Self.fieldLimit {
                row.issue = state == .quoted ? .unclosedQuote : .tooLarge
                state = .discarding
                row.bytes.removeAll(keepingCapacity: false)
                row.ends.removeAll()
            }
        }
    }

    private func refill() throws(ArchiveError) -> Int {
        if failure != nil { return 0 }
        do throws(ArchiveError) { return try stream.read(into: buffer) } catch {
            if error == .interrupted { throw error }
            failure = error
            return 0
        }
    }

    // Goes on in the buffer to the end of the row (true) or of the buffer (false).
    private func scan(_ row: inout CSVRow, _ state: inout State) -> Bool {
        while position < filled {
            let byte = buffer[position]
            switch state {
            case .quoted:
                let start = position
                let end = endOfRoom(row)
                while position < end, buffer[position] != 0x22 {
                    if buffer[position] == 0x0A { row.innerLines += 1 }
                    position += 1
                }
                row.bytes.append(contentsOf: buffer[start..<position])
                if row.bytes.count > largestRecord { return false }
                if position < filled {
                    position += 1
                    state = .quoteInQuotes
                }
                continue
            case .fieldStart where byte == 0x22:
                state = .quoted
                position += 1
                continue
            case .quoteInQuotes where byte == 0x22:
                row.bytes.append(byte)
                state = .quoted
                position += 1
                continue
            case .quoteInQuotes where byte != delimiter && byte != 0x0A && byte != 0x0D:
                row.issue = .textAfterQuote
                state = .unquoted
            case .discarding where byte != 0x0A && byte != 0x0D:
                position += 1
                continue
            case .fieldStart, .unquoted, .quoteInQuotes, .discarding: break
            }
            if byte == 0x0A || byte == 0x0D {
                row.ends.append(row.bytes.count)
                position += 1
                skipsLineFeed = byte == 0x0D
                return true
            }
            if byte == delimiter {
                row.ends.append(row.bytes.count)
                position += 1
                state = .fieldStart
                if row.ends.count > Self.fieldLimit { return false }
                continue
            }
            let start = position
            let end = endOfRoom(row)
            while position < end, buffer[position] != delimiter, buffer[position] != 0x0A,
                buffer[position] != 0x0D
            { position += 1 }
            row.bytes.append(contentsOf: buffer[start..<position])
            state = .unquoted
            if row.bytes.count > largestRecord { return false }
        }
        return false
    }

    // How far a run may be taken before the record is too large.
    private func endOfRoom(_ row: CSVRow) -> Int {
        min(filled, position + max(0, largestRecord - row.bytes.count) + 1)
    }
}
