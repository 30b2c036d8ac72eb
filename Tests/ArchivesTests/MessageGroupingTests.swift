import Archives
import ConversationModel
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct MessageGroupingTests {
    private func grouped(
        _ lines: String, _ change: (inout MessageGrouping.Options) -> Void = { _ in },
        by size: Int = 64 << 10
    ) throws -> (bytes: [UInt8], log: RecordLog) {
        var options = MessageGrouping.Options()
        options.spillDirectory = ArchivePath(NSTemporaryDirectory())
        change(&options)
        let log = RecordLog()
        let source = LineMessages(
            MemoryStream(Array(lines.utf8), largestRead: max(size, 1)), source: 0, name: "m",
            largestRecord: options.assembly.largestRecord)
        var isGiven = false
        let grouping = try MessageGrouping(
            options: options, log: log, name: { _ in "m" },
            nextSource: { () throws(ArchiveError) in
                defer { isGiven = true }
                return isGiven ? nil : (source, 0)
            })
        return (try contents(grouping, by: size), log)
    }

    private func line(_ conversation: String, _ text: String, _ more: String = "") -> String {
        "{\"conversation\":\"\(conversation)\",\"from\":\"buyer\",\"text\":\"\(text)\"\(more)}\n"
    }

    @Test func conversationsComeInTheOrderOfTheirFirstRecords() throws {
        let (bytes, log) = try grouped(
            line("b", "1") + line("a", "2") + "\n" + line("b", "3", ",\"shop\":\"s\"")
                + line("a", "4")
                + line("b", "5"))
        #expect(
            try conversations(bytes) == [
                ReadConversation(id: "b", texts: ["1", "5"]),
                ReadConversation(id: "a", texts: ["2", "4"]),
                ReadConversation(id: "b", shop: "s", texts: ["3"]),
            ])
        #expect(log.recordsRead == 5 && log.recordsBad == 0)
    }

    @Test func messagesStayAsTheyWereWritten() throws {
        let message =
            #"{"conversation":7, "from":"agent","text":"\u6536\n","shop":"a\"b","x":[1,{"y":null}]}"#
        let (bytes, _) = try grouped(message + "\r\n")
        #expect(text(bytes) == #"{"id":"7","shop":"a\"b","messages":["# + message + "]}\n")
    }

    @Test func factsOfTheConversationAreKept() throws {
        let (bytes, log) = try grouped(
            line("c", "1", #","buyer":"b1","agent":"a1","closedAt":1772331030000,"tags":["vip"]"#)
                + line(
                    "c", "2", #","buyer":"b2","group":"g","closedAt":1772331040000,"orders":null"#)
                + #"{"conversation":"c","from":"agent","agent":"a2","text":"3"}"#)
        #expect(
            text(bytes).hasPrefix(
                #"{"id":"c","buyer":"b1","group":"g","agent":"a1","closedAt":1772331040000,"#
                    + #""tags":["vip"],"messages":[{"#))
        #expect(log.defectsByReason == ["conflicting-facts": 1])
    }

    @Test(
        "of orders that later lines contradict the first counts, of others none is known",
        arguments: [
            (#"[{"id":"o1","state":"paid"}]"#, #"[{"id":"o1","state":"shipped"}]"#, true),
            (#"[{"id":"o1"},{"id":"o2"}]"#, #"[{ "state":"paid", "id" : "o2" }]"#, true),
            (#"[{"id":"o1"}]"#, #"[{"id":"o2"}]"#, false), (#"[{"id":1}]"#, #"[{"id":1},{"id":2}]"#, false),
        ])
    func ordersOfSeveralLines(first: String, second: String, isKept: Bool) throws {
        let (bytes, log) = try grouped(
            line("c", "1", #","orders":\#(first)"#) + line("c", "2", #","orders":\#(second)"#))
        #expect(text(bytes).hasPrefix(#"{"id":"c","orders":\#(first),"#) == isKept)
        #expect(text(bytes).hasPrefix(#"{"id":"c","messages":"#) != isKept)
        #expect(log.defectsByReason == ["conflicting-facts": 1])
    }

    @Test func badLinesHaveTheirNumberAndReason() throws {
        let (bytes, log) = try grouped(
            line("a", "1") + "{\"conversation\":\"a\"}\n\n{\"from\":\"buyer\"}\nno\n"
                + "{\"conversation\":\"a\",\"from\":\"boss\"}\n"
                + "{\"conversation\":\"a\",\"from\":\"buyer\",\"time\":1718672703}\n"
                + "{\"conversation\":\"a\",\"from\":\"buyer\"}],\"messages\":[{\"from\":\"buyer\"}\n"
                + "{\"conversation\":\"a\",\"from\":\"buyer\"},{\"from\":\"buyer\"}\n"
                + "{\"conversation\":\"a\",\"from\":\"buyer\",\"closedAt\":\"x\"}\n"
                + "{\"conversation\":{},\"from\":\"buyer\"}\n[]\n" + line("a", "2") + "{\"conver")
        #expect(try conversations(bytes) == [ReadConversation(id: "a", texts: ["1", "2"])])
        #expect(log.diagnostics.map(\.place.record) == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14])
        #expect(
            log.diagnostics.map(\.code) == [
                "missing-from", "missing-conversation", "invalid-json", "unknown-from",
                "time-in-seconds", "invalid-json", "invalid-json", "bad-time", "wrong-type",
                "not-an-object", "invalid-json",
            ])
        #expect(log.recordsRead == 13 && log.recordsBad == 11)
    }

    @Test func spillingGivesTheSameBytes() throws {
        var random = SeededGenerator(seed: 41)
        for round in 0..<6 {
            let lines = (0..<4_000).map { index in
                let conversation = Int.random(in: 0..<300, using: &random)
                let shop = Int.random(in: 0...2, using: &random)
                return line(
                    "c\(conversation)", "\(index) 您好" + String(repeating: "x", count: index % 90),
                    shop == 0 ? "" : ",\"shop\":\"s\(shop)\"")
            }.joined()
            let (inMemory, _) = try grouped(lines)
            for limit in [8_000, 40_000, 200_000] {
                let (spilled, log) = try grouped(lines, { $0.memoryLimit = limit })
                #expect(spilled == inMemory, "seed 41, round \(round), limit \(limit)")
                #expect(log.recordsBad == 0)
            }
            // A plain second opinion.
            var order: [String] = []
            var texts: [String: [String]] = [:]
            for line in lines.split(separator: "\n") {
                let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
                let object = try #require(json as? [String: String])
                let key = "\(object["shop"] ?? "-") \(object["conversation"] ?? "")"
                if texts[key] == nil { order.append(key) }
                texts[key, default: []].append(object["text"] ?? "")
            }
            let read = try conversations(inMemory)
            #expect(read.map { "\($0.shop ?? "-") \($0.id)" } == order)
            #expect(read.map(\.texts) == order.map { texts[$0] ?? [] })
        }
    }

    @Test func nothingIsLeftInTheSpillDirectory() throws {
        let directory = try TemporaryDirectory()
        let lines = (0..<3_000).map { line("c\($0 % 50)", "\($0)") }.joined()
        let (bytes, _) = try grouped(lines) {
            $0.memoryLimit = 20_000
            $0.spillDirectory = ArchivePath(directory.path)
        }
        #expect(try conversations(bytes).count == 50)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        #expect(throws: ArchiveError.self) {
            try grouped(lines) {
                $0.memoryLimit = 20_000
                $0.spillDirectory = directory.path("none")
            }
        }
    }

    @Test func sortedInputIsGroupedByNeighbours() throws {
        let lines = (0..<3_000).map { line("c\($0 / 40)", "\($0)") }.joined()
        let (unsorted, _) = try grouped(lines)
        for size in [1, 1000] {
            let (sorted, _) = try grouped(lines, { $0.isSorted = true }, by: size)
            #expect(sorted == unsorted)
        }
        let (apart, _) = try grouped(
            line("a", "1") + line("b", "2") + line("a", "3"), { $0.isSorted = true })
        #expect(try conversations(apart).map(\.id) == ["a", "b", "a"])
    }

    @Test func aMessageIdThatStandsTwiceIsBad() throws {
        let lines =
            line("a", "1", ",\"id\":5") + line("a", "2", ",\"id\":\"5\"")
            + line("b", "3", ",\"id\":5")
            + line("a", "4", ",\"id\":\"\"") + line("a", "5", ",\"id\":\"\"")
        let (bytes, log) = try grouped(lines)
        #expect(try conversations(bytes).map(\.texts) == [["1", "4", "5"], ["3"]])
        #expect(log.badByReason == ["duplicate-message": 1])
        #expect(log.diagnostics.map(\.place.record) == [2])
        let (all, _) = try grouped(lines, { $0.assembly.allowsDuplicates = true })
        #expect(try conversations(all).map(\.texts.count) == [4, 1])
    }

    @Test func conversationsBeyondTheLimitsAreBadAsAWhole() throws {
        let lines = (0..<100).map { line($0 % 2 == 0 ? "big" : "c\($0)", "\($0)") }.joined()
        let (few, log) = try grouped(lines, { $0.assembly.largestConversation = 49 })
        #expect(try conversations(few).count == 50)
        #expect(log.badByReason == ["too-many-messages": 50])
        #expect(log.diagnostics.map(\.place.record) == [1])
        for isSorted in [false, true] {
            let lines = String(repeating: line("big", "xxxxxxxxxx"), count: 2_000) + line("c", "1")
            let (bytes, log) = try grouped(lines) {
                $0.memoryLimit = 50_000
                $0.isSorted = isSorted
            }
            #expect(try conversations(bytes) == [ReadConversation(id: "c", texts: ["1"])])
            #expect(log.badByReason == ["too-large": 2_000])
            #expect(log.recordsRead == 2_001)
        }
    }

    @Test func aLineBeyondTheLimitIsSkippedWhileItIsRead() throws {
        let long = line("a", String(repeating: "x", count: 3 << 20))
        for lines in [line("a", "1") + long + line("a", "2"), line("a", "1") + long] {
            let (bytes, log) = try grouped(lines, { $0.assembly.largestRecord = 1 << 20 })
            #expect(try conversations(bytes).map(\.texts.first) == ["1"])
            #expect(log.badByReason == ["too-large": 1])
            #expect(log.diagnostics.map(\.place.record) == [2])
        }
        let (bytes, log) = try grouped(line("a", "1") + long + line("a", "2"))
        #expect(try conversations(bytes)[0].texts.count == 3)
        #expect(log.recordsBad == 0)
    }

    @Test func sizesOfReadsDoNotMatter() throws {
        let lines = (0..<200).map { line("c\($0 % 7)", "您好\($0)") }.joined() + "{\"cut"
        let (wanted, _) = try grouped(lines)
        for size in [1, 2, 77] {
            let (bytes, log) = try grouped(lines, by: size)
            #expect(bytes == wanted)
            #expect(log.badByReason == ["invalid-json": 1])
        }
    }

    @Test func onlyTheFirstDiagnosticsAreKeptAndAllAreCounted() throws {
        let (_, log) = try grouped(String(repeating: "x\n", count: 2_500))
        #expect(log.recordsBad == 2_500)
        #expect(log.diagnostics.map(\.place.record) == Array(1...1_000))
    }
}
