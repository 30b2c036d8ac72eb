import Archives
import ConversationModel
import Diagnostics
import Foundation
import TestSupport
import Testing

/// What is read of inputs that break off: everything before that place, then the error.
@Suite struct BrokenInputTests {
    /// Gives bytes and then fails, again and again.
    private final class BreakingStream: ByteStream {
        private let bytes: MemoryStream
        private let error: ArchiveError

        init(
            _ text: some Sequence<UInt8>, largestRead: Int,
            error: ArchiveError = .cannotRead(path: "x", offset: 0, errno: 5)
        ) {
            bytes = MemoryStream(Array(text), largestRead: largestRead)
            self.error = error
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
            let count = try bytes.read(into: buffer)
            if count == 0 { throw error }
            return count
        }
    }

    private func rows(_ count: Int) -> String {
        "会话ID,角色,内容\n" + (0..<count).map { "c\($0 / 3),客户,第\($0)条消息\n" }.joined()
    }

    private func read(_ inputs: [ArchiveInput], _ options: ArchiveOptions = ArchiveOptions()) throws
        -> (ids: [String], texts: Int, error: ArchiveError?, lines: ConversationLines)
    {
        let lines = try openArchive(inputs, options: options)
        let (bytes, error) = contentsAndError(lines)
        let read = try conversations(bytes)
        return (read.map(\.id), read.reduce(0) { $0 + $1.texts.count }, error, lines)
    }

    @Test(arguments: [false, true])
    func aGoodTableIsGivenOutBeforeABadOneIsAnError(isSorted: Bool) throws {
        let directory = try TemporaryDirectory()
        let inputs = [
            try directory.write("a.csv", rows(1_185)), try directory.write("b.csv", "价格,数量\n1,2\n"),
            try directory.write("c.csv", rows(3)),
        ]
        var options = ArchiveOptions()
        options.isSorted = isSorted
        let (ids, texts, error, lines) = try read(inputs, options)
        #expect(ids.count == 395 && texts == 1_185)
        #expect(lines.recordsRead == 1_185 && lines.recordsBad == 0)
        guard case .unmappedColumns = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [1, 5, 200, 731, 3_000, 60_000])
    func aTornTableGivesItsRowsAndOneBadOne(count: Int) throws {
        let directory = try TemporaryDirectory()
        let packed = gzip(Array((rows(count) + String(repeating: "x", count: 9)).utf8))
        // Only the checksum is missing, and the row that has no end.
        let input = try directory.write("a.csv.gz", Array(packed.dropLast(6)))
        let (ids, texts, error, lines) = try read([input])
        #expect(texts == count && ids.count == (count + 2) / 3)
        #expect(lines.recordsRead == count + 1)
        #expect(lines.badByReason == ["broken-off": 1])
        #expect(lines.recordDiagnostics.map(\.place.record) == [count + 2])
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func theEncodingIsToldWhereTheEndIsHalfACharacter() throws {
        let directory = try TemporaryDirectory()
        let whole = Array(rows(50).utf8)
        for cut in 1...3 {
            let packed = gzip(Array(whole.dropLast(1 + cut)))
            let input = try directory.write("\(cut).csv.gz", Array(packed.dropLast(6)))
            let (_, texts, _, lines) = try read([input])
            #expect(lines.sources.map(\.encoding) == ["utf-8"])
            #expect(texts == 49 && lines.badByReason == ["broken-off": 1], "cut \(cut)")
        }
    }

    @Test(arguments: [1, 7, 1 << 20])
    func tornMessageLinesAreKeptWhereTheyAreWhole(size: Int) throws {
        let message = #"{"conversation":"a","from":"buyer","text":"在吗"}"#
        for (tail, bad) in [(message, 0), (String(message.dropLast(4)), 1), ("", 0)] {
            let log = RecordLog()
            let stream = BreakingStream((message + "\n" + message + "\n" + tail).utf8, largestRead: size)
            var isGiven = false
            let source = LineMessages(stream, source: 0, name: "m", largestRecord: 1 << 20)
            let grouping = try MessageGrouping(
                options: MessageGrouping.Options(), log: log, name: { _ in "m" },
                nextSource: { () throws(ArchiveError) in
                    defer { isGiven = true }
                    return isGiven ? nil : (source, 0)
                })
            let (bytes, error) = contentsAndError(grouping)
            #expect(try conversations(bytes).map(\.texts.count) == [tail.isEmpty || bad == 1 ? 2 : 3])
            #expect(log.badByReason == (bad == 0 ? [:] : ["broken-off": 1]))
            #expect(log.diagnostics.map(\.place.record) == (bad == 0 ? [] : [3]))
            #expect(error == .cannotRead(path: "x", offset: 0, errno: 5))
            // It stays so.
            #expect(contentsAndError(grouping).error == error)
        }
    }

    @Test(arguments: [1, 3, 1 << 20])
    func aQuoteThatTheBreakLeavesOpenIsTheTornRow(size: Int) throws {
        let stream = BreakingStream("a,b\n1,2\n3,\"x\ny".utf8, largestRead: size)
        let reader = try CSVReader(stream)
        var row = CSVRow()
        var rows: [[String]] = []
        while true {
            do throws(ArchiveError) {
                guard try reader.next(&row) else {
                    Issue.record("no error")
                    break
                }
            } catch { break }
            if let issue = row.issue {
                #expect(issue == .brokenOff && row.number == 3 && row.innerLines == 1)
                rows.append([])
            } else {
                rows.append((0..<row.count).map { row.text($0) })
            }
        }
        #expect(rows == [["a", "b"], ["1", "2"], []])
    }

    @Test func anInterruptionGivesNothingMore() throws {
        for text in ["a,b\n1,2\n3", #"{"conversation":"a","from":"buyer"}"#] {
            let stream = BreakingStream(text.utf8, largestRead: 5, error: .interrupted)
            let source = LineMessages(stream, source: 0, name: "m", largestRecord: 1 << 20)
            #expect(throws: ArchiveError.interrupted) { try source.next(MessageBlock(), log: RecordLog()) }
        }
    }

    @Test func spilledMessagesAreGivenOutToo() throws {
        let directory = try TemporaryDirectory()
        let log = RecordLog()
        let lines = (0..<3_000).map { #"{"conversation":"c\#($0 % 50)","from":"buyer","text":"\#($0)"}"# + "\n" }
        let source = LineMessages(
            BreakingStream(lines.joined().utf8, largestRead: 9_000), source: 0, name: "m", largestRecord: 1 << 20)
        var options = MessageGrouping.Options()
        options.memoryLimit = 20_000
        options.spillDirectory = ArchivePath(directory.path)
        var isGiven = false
        let grouping = try MessageGrouping(
            options: options, log: log, name: { _ in "m" },
            nextSource: { () throws(ArchiveError) in
                defer { isGiven = true }
                return isGiven ? nil : (source, 0)
            })
        let (bytes, error) = contentsAndError(grouping)
        #expect(try conversations(bytes).map(\.texts.count) == Array(repeating: 60, count: 50))
        #expect(error != nil)
    }

    @Test func aPreviewShowsTheRowsBeforeTheBreak() throws {
        let directory = try TemporaryDirectory()
        let packed = gzip(Array((rows(5) + "x").utf8))
        let input = try directory.write("a.csv.gz", Array(packed.dropLast(6)))
        let preview = try previewArchive(input)
        #expect(preview.rows.count == 5 && preview.failure != nil)
        #expect(preview.diagnostics.map(\.code) == ["broken-off"])
    }

    @Test func aCutPreviewCountsWhatWasRead() throws {
        let directory = try TemporaryDirectory()
        let log = "店铺,客户名,角色,内容,发送时间\n甲,b1,客户,在吗,2026-03-01 10:00:00\n"
        let packed = gzip(Array((log + "x").utf8))
        let input = try directory.write("a.csv.gz", Array(packed.dropLast(6)))
        let withIDs = try directory.write("b.csv", rows(6))
        let lines = try directory.write("c.ndjson", #"{"id":"d","messages":[]}"#)
        let broken = try cutPreview([withIDs, lines, input], options: ArchiveOptions())
        #expect(broken.logs == 1 && broken.messages == 1 && broken.failure != nil)
        #expect(broken.conversationsWithIDs == 2 && broken.inputsOfConversations == 1)
    }
}
