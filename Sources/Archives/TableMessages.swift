import ConversationModel
import Diagnostics

/// The rows of a table as message lines.
package final class TableMessages: MessageSource {
    package let columns: BoundColumns
    /// 1-based row of the header; 0 for an empty table.
    package private(set) var headerRow = 0
    package var delimiter: UInt8 { reader.delimiter }

    private let reader: CSVReader
    let mapping: ColumnMapping
    let times: TimeReader
    private let source: Int
    private let name: String
    var row = CSVRow()
    // Rows read while the header was searched.
    private var pending: [CSVRow] = []
    var line: [UInt8] = []
    /// Of the row that `fault` looked at last.
    private var time = TimeReader.Outcome.absent
    /// Few words name speakers, and comparing text is slow.
    private var knownWords: [ArraySlice<UInt8>: Speaker?] = [:]
    /// The table has columns of facts.
    private let hasFacts: Bool
    /// Indices of columns by the place of their field in `allCases`.
    private let indices: [[Int]]

    /// Reads the table `stream`, which is UTF-8; `zone` is the one of its local times.
    ///
    /// Throws where the table lacks a column that messages need; an empty table is no messages.
    package init(
        _ stream: any ByteStream, mapping: ColumnMapping, zone: Zone, source: Int, name: String,
        isTabbed: Bool, largestRecord: Int
    ) throws(ArchiveError) {
        self.mapping = mapping
        self.source = source
        self.name = name
        times = TimeReader(zone: zone, formats: mapping.timeFormats.compactMap { TimeFormat($0) })
        reader = try CSVReader(
            stream, delimiter: mapping.delimiter ?? (isTabbed ? 0x09 : nil),
            largestRecord: largestRecord)

        var candidate: BoundColumns?
        var rows: [CSVRow] = []
        let limit = mapping.headerRow ?? 10
        var failure: ArchiveError?
        do throws(ArchiveError) {
            while rows.count < limit, try reader.next(&row) { rows.append(row) }
        } catch {
            // The reader says it again behind the rows that came before.
            if error == .interrupted { throw error }
            failure = error
        }
        for (index, row) in rows.enumerated() {
            if let wanted = mapping.headerRow, wanted != row.number { continue }
            if row.isBlank || row.issue != nil { continue }
            let bound = BoundColumns(mapping, header: (0..<row.count).map { row.text($0) })
            if mapping.headerRow == nil, !bound.missing.isEmpty {
                if candidate == nil || bound.missing.count < candidate?.missing.count ?? 0 {
                    candidate = bound
                }
                continue
            }
            candidate = bound
            headerRow = row.number
            pending = Array(rows[(index + 1)...].reversed())
            break
        }
        let columns = candidate ?? BoundColumns(mapping, header: [])
        self.columns = columns
        indices = ColumnMapping.Field.allCases.map { columns.columns[$0] ?? [] }
        hasFacts = !columns.attributes.isEmpty || TableMessages.factFields.contains { columns.columns[$0] != nil }
        if headerRow == 0, let failure { throw failure }
        guard rows.contains(where: { !$0.isBlank }) else { return }
        let missing = columns.unknownHeaders + columns.missing
        guard headerRow > 0, missing.isEmpty else {
            throw .unmappedColumns(
                path: name, missing: missing.map { printable(Array($0.utf8)) },
                header: columns.header.prefix(64).map { printable(Array($0.utf8.prefix(80))) })
        }
    }

    package func next(_ block: MessageBlock, log: RecordLog) throws(ArchiveError) -> Bool {
        block.count = 0
        block.records = []
        block.isBrokenOff = false
        guard headerRow > 0 else { return false }
        while block.count < 256 << 10 {
            if let earlier = pending.popLast() {
                row = earlier
            } else {
                do throws(ArchiveError) {
                    if try !reader.next(&row) { break }
                } catch {
                    if block.count > 0, error != .interrupted { return true }
                    throw error
                }
            }
            if row.isBlank { continue }
            if let fault = fault() {
                log.recordsRead += fault.records
                log.bad(
                    fault.issue, at: here, in: name, count: fault.records, detail: fault.detail)
                continue
            }
            writeLine(log)
            block.append(line)
            block.records.append(row.number)
        }
        return block.count > 0
    }

    private var here: RecordNumber { RecordNumber(source: source, record: row.number) }

    private struct Fault {
        var issue: RecordIssue
        var records = 1
        var detail: Phrase?
    }

    // What makes the row a bad record before anything in it is looked at.
    private func fault() -> Fault? {
        if let issue = row.issue {
            guard row.innerLines > 0, issue != .textAfterQuote else { return Fault(issue: issue) }
            // Every line that a lost quote took with it is a record that was not read.
            let lines = row.innerLines + (row.bytes.last == 0x0A ? 0 : 1)
            return Fault(
                issue: issue, records: lines,
                detail: Phrase("\(lines) lines are lost with it", "连带共 \(lines) 行"))
        }
        guard row.count == columns.header.count else {
            let (found, wanted) = (row.count, columns.header.count)
            return Fault(
                issue: .raggedRow,
                detail: Phrase("\(found) instead of \(wanted)", "\(found) 列，应为 \(wanted) 列"))
        }
        time = value(.time).map { times.read($0) } ?? .absent
        if case .bad(let issue) = time { return Fault(issue: issue) }
        return nil
    }

    private func writeLine(_ log: RecordLog) {
        let speaker = speaker()
        line.removeAll(keepingCapacity: true)
        line.append(0x7B)
        for field in [ColumnMapping.Field.conversation, .shop, .buyer, .group, .id] {
            guard let value = value(field), !value.isEmpty else { continue }
            if field != .shop, field != .group, looksRounded(value) {
                log.defect(
                    .roundedID, at: here, in: name,
                    detail: Phrase("column \(field.rawValue)", "列 \(field.rawValue)"))
            }
            append(field.rawValue, value)
        }
        if let order = value(.orderID), looksRounded(order) {
            log.defect(.roundedID, at: here, in: name, detail: Phrase("column orderID", "列 orderID"))
        }
        if hasFacts { writeFacts() }
        if case .time(let instant) = time { appendTime(instant) }
        if let known = speaker.known {
            append("from", known.name.utf8)
            if let agent = value(.agent), !agent.isEmpty {
                append("agent", agent)
            } else if known == .agent || known == .assistant, let sender = value(.sender),
                !sender.isEmpty
            {
                append("agent", sender)
            }
        } else if let word = speaker.word {
            append("from", word)
        }
        if let kind = value(.kind), !kind.isEmpty {
            let name = String(decoding: kind, as: UTF8.self)
            append("kind", (TableMessages.kinds[name] ?? name.lowercased()).utf8)
        }
        let texts = indices[ColumnMapping.Field.text.index]
        if texts.count == 1 {
            append("text", unwrapped(row[texts[0]], isText: true))
        } else {
            let cells = texts.map { unwrapped(row[$0], isText: true) }
            append("text", cells.joined(separator: [0x20]))
        }
        line[line.count - 1] = 0x7D
        line.append(0x0A)
    }

    // The speaker of the row, or the word that names none.
    private func speaker() -> (known: Speaker?, word: ArraySlice<UInt8>?) {
        if let word = value(.from), !word.isEmpty {
            if let known = knownWords[word] { return (known, word) }
            let text = String(decoding: word, as: UTF8.self)
            let known = mapping.speakers[text] ?? Speaker(word: text)
            if knownWords.count < 1_000 { knownWords[ArraySlice(Array(word))] = .some(known) }
            return (known, word)
        }
        // Without a role the account tells: the buyer's own, or one of the shop's sub-accounts.
        guard columns.columns[.from] == nil, let sender = value(.sender), !sender.isEmpty else {
            return (nil, nil)
        }
        let text = String(decoding: sender, as: UTF8.self)
        if let known = mapping.speakers[text] { return (known, sender) }
        if let buyer = value(.buyer), buyer.elementsEqual(sender) { return (.buyer, sender) }
        if let agent = value(.agent), agent.elementsEqual(sender) { return (.agent, sender) }
        if text.contains(":") || text.contains("：") { return (.agent, sender) }
        return (Speaker(word: text), sender)
    }

    func value(_ field: ColumnMapping.Field) -> ArraySlice<UInt8>? {
        let indices = indices[field.index]
        guard !indices.isEmpty else { return nil }
        if indices.count == 1 { return unwrapped(row[indices[0]], isText: false) }
        let cells = indices.map { unwrapped(row[$0], isText: false) }
        return trimmed(ArraySlice(cells.joined(separator: [0x20])))
    }

    func append(_ key: String, _ value: some Sequence<UInt8>) {
        line.append(0x22)
        line.append(contentsOf: key.utf8)
        line.append(0x22)
        line.append(0x3A)
        JSONString.append(value, to: &line)
        line.append(0x2C)
    }

    func appendTime(_ instant: Instant, key: String = "time") {
        // Numbers below 10¹¹ would look like seconds.
        if instant.milliseconds >= 100_000_000_000 {
            line.append(contentsOf: "\"\(key)\":\(instant.milliseconds),".utf8)
        } else {
            append(key, utcText(instant).utf8)
        }
    }

    private static let kinds = [
        "文本": "text", "文字": "text", "图片": "image", "视频": "video", "语音": "audio", "音频": "audio",
        "卡片": "card", "商品卡片": "card", "链接": "link", "文件": "file", "撤回": "recall", "转接": "transfer",
        "事件": "event", "TEXT": "text", "IMAGE": "image", "picture": "image", "voice": "audio",
    ]
}

/// `cell` without what spreadsheets put around values: `="…"`, and the apostrophe before text.
///
/// In a message's own words an apostrophe is only taken off before what would be a formula.
package func unwrapped(_ cell: ArraySlice<UInt8>, isText: Bool) -> ArraySlice<UInt8> {
    let bare = trimmed(cell)
    if bare.count >= 3, bare.starts(with: [0x3D, 0x22]), bare.last == 0x22 {
        let inner = bare.dropFirst(2).dropLast()
        if !inner.contains(0x22) { return isText ? inner : trimmed(inner) }
    }
    guard bare.first == 0x27 else { return isText ? cell : bare }
    let rest = bare.dropFirst()
    if !isText { return trimmed(rest) }
    return rest.first.map { [0x3D, 0x2B, 0x2D, 0x40].contains($0) } ?? false ? rest : cell
}

/// Whether `id` is a number in scientific notation, `1.23E+17`.
package func looksRounded(_ id: ArraySlice<UInt8>) -> Bool {
    guard let first = id.first, (0x30...0x39).contains(first), id.contains(0x2B) else {
        return false
    }
    let text = String(decoding: id, as: UTF8.self).uppercased()
    guard let mark = text.firstIndex(of: "E"), text[mark...].dropFirst().first == "+" else {
        return false
    }
    let digits = text[..<mark].filter { $0 != "." }
    let exponent = text[mark...].dropFirst(2)
    func isNumber(_ part: some Collection<Character>) -> Bool {
        !part.isEmpty && part.allSatisfy { ("0"..."9").contains($0) }
    }
    return isNumber(digits) && isNumber(exponent) && text.count { $0 == "." } <= 1
}

/// `instant` as RFC 3339 in UTC with seconds, and milliseconds where it has some.
package func utcText(_ instant: Instant) -> String {
    let day = Zone.fixed(name: "UTC", offset: 0).day(of: instant)
    let inDay = Int(instant.milliseconds - Int64(day.daysSince1970) * 86_400_000)
    func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let clock = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60]
        .map { padded($0, 2) }.joined(separator: ":")
    let fraction = inDay % 1000 == 0 ? "" : "." + padded(inDay % 1000, 3)
    return "\(day)T\(clock)\(fraction)Z"
}
