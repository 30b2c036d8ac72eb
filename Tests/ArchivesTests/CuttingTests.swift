import Archives
import ConversationModel
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct CuttingTests {
    private let options: ArchiveOptions = {
        var options = ArchiveOptions()
        options.cutting = CutPolicy(policy: TimePolicy()) { kind, text in text.isEmpty ? kind != .text : text != "好的" }
        return options
    }()

    private func line(
        _ time: String, _ speaker: String, _ text: String, buyer: String = "b", more: String = ""
    ) -> String {
        """
        {"shop":"s","buyer":"\(buyer)","time":"2026-03-01T\(time)","from":"\(speaker)",\
        "text":"\(text)"\(more)}

        """
    }

    private func cut(_ lines: String) throws -> (read: [ReadConversation], lines: ConversationLines) {
        let directory = try TemporaryDirectory()
        let input = try directory.write("log.ndjson", lines)
        let archive = try openArchive([input], options: options)
        return (try conversations(try contents(archive)), archive)
    }

    @Test func silenceOfHalfAnHourCutsAndMidnightDoesNot() throws {
        let (read, _) = try cut(
            line("23:50:00+08:00", "buyer", "1") + line("23:51:00+08:00", "agent", "2")
                + line("24:00:00", "agent", "bad").replacingOccurrences(of: "24:00", with: "23:59")
                + #"{"shop":"s","buyer":"b","time":"2026-03-02T00:20:00+08:00","from":"agent","text":"3"}"#
                + "\n"
                + #"{"shop":"s","buyer":"b","time":"2026-03-02T00:50:00.001+08:00","from":"agent","text":"4"}"#
        )
        #expect(read.map(\.texts) == [["1", "2", "bad", "3"], ["4"]])
        #expect(read.map(\.id) == ["s/b/20260301T155000", "s/b/20260301T165000"])
    }

    @Test func anOpenWaitHoldsTheConversationForADay() throws {
        let question = line("10:00:00+08:00", "buyer", "在吗")
        let late = line("15:00:00+08:00", "agent", "在")
        #expect(try cut(question + late).read.count == 1)
        // A picture without a text is a question, too.
        let picture = line("10:00:00+08:00", "buyer", "", more: ",\"kind\":\"image\"")
        #expect(try cut(picture + late).read.count == 1)
        // What needs no answer opens no wait, and an automatic reply ends none.
        let thanks = line("10:00:00+08:00", "buyer", "好的")
        #expect(try cut(thanks + late).read.count == 2)
        let automatic = line("10:00:01+08:00", "agent", "稍后回复", more: ",\"auto\":true")
        #expect(try cut(question + automatic + late).read.count == 1)
        let answer = line("10:00:01+08:00", "agent", "在的")
        #expect(try cut(question + answer + late).read.count == 2)
    }

    @Test func whatComesAtTheInstantOfACloseOpensNothing() throws {
        let closed =
            #"{"shop":"s","buyer":"b","time":"2026-03-01T10:00:05+08:00","from":"system","text":"","#
            + #""kind":"event","event":{"type":"closed"}}"# + "\n"
        let (read, _) = try cut(
            line("10:00:00+08:00", "agent", "1") + closed + line("10:00:05+08:00", "buyer", "2")
                + line("10:05:00+08:00", "agent", "3"))
        #expect(read.map(\.texts) == [["1", "", "2"], ["3"]])
    }

    @Test func aClosedEventEndsTheConversation() throws {
        let closed =
            #"{"shop":"s","buyer":"b","time":"2026-03-01T10:00:05+08:00","from":"system","#
            + #""kind":"event","event":{"type":"closed"}}"# + "\n"
        let (read, _) = try cut(
            line("10:00:00+08:00", "agent", "1") + closed + line("10:00:06+08:00", "buyer", "2"))
        #expect(read.map(\.texts) == [["1", ""], ["2"]])
    }

    @Test func logsAreSortedByTimeAndKeptApartByBuyer() throws {
        let (read, lines) = try cut(
            line("12:00:00+08:00", "agent", "3") + line("10:00:01+08:00", "agent", "2")
                + line("09:00:00+08:00", "buyer", "x", buyer: "c")
                + line("10:00:00+08:00", "buyer", "1"))
        #expect(read.map(\.texts) == [["3"], ["1", "2"], ["x"]])
        #expect(lines.recordsRead == 4)
        #expect(lines.shape == .messages)
    }

    @Test func aLogWithoutAllTimesIsNotCut() throws {
        let (read, lines) = try cut(
            line("10:00:00+08:00", "agent", "1") + line("15:00:00+08:00", "agent", "2")
                + "{\"shop\":\"s\",\"buyer\":\"b\",\"from\":\"agent\",\"text\":\"3\"}\n")
        #expect(read.map(\.id) == ["s/b/undated"])
        #expect(read.map(\.texts) == [["1", "2", "3"]])
        #expect(lines.defectsByReason == ["uncut-without-times": 1])
    }

    @Test func localTimesAreOfTheZone() throws {
        let (read, _) = try cut(
            line("10:00:00", "buyer", "1") + line("02:00:30Z", "agent", "2"))
        #expect(read.map(\.texts) == [["1", "2"]])
        #expect(read.map(\.id) == ["s/b/20260301T020000"])
    }

    @Test func conversationsWithIdsAreKeptAndLogsWithoutBuyerAreBad() throws {
        let (read, lines) = try cut(
            line("10:00:00", "agent", "1", more: ",\"conversation\":\"own\"")
                + line("20:00:00", "agent", "2", more: ",\"conversation\":\"own\"")
                + "{\"from\":\"agent\",\"text\":\"3\"}\n")
        #expect(read == [ReadConversation(id: "own", shop: "s", buyer: "b", texts: ["1", "2"])])
        #expect(lines.badByReason == ["missing-buyer": 1])
    }

    @Test func aLogGoesOnInTheNextFile() throws {
        let directory = try TemporaryDirectory()
        let first = try directory.write("1.ndjson", line("10:00:00+08:00", "buyer", "1"))
        let second = try directory.write(
            "2.csv", "店铺,买家,时间,角色,内容\ns,b,2026-03-01 10:10:00,客服,2\n")
        let archive = try openArchive([first, second], options: options)
        #expect(try conversations(try contents(archive)).map(\.texts) == [["1", "2"]])
        #expect(archive.sources.map(\.shape) == ["messages", "csv"])
    }

    @Test func thePreviewCountsWhatCuttingWouldGive() throws {
        var random = SeededGenerator(seed: 51)
        var lines = ""
        for _ in 0..<400 {
            let second = Int.random(in: 0..<86_400, using: &random)
            let time = [second / 3600, second / 60 % 60, second % 60]
                .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
            let buyer = "b\(Int.random(in: 0..<12, using: &random))"
            let speaker = Bool.random(using: &random) ? "buyer" : "agent"
            lines += line(time, speaker, Bool.random(using: &random) ? "好的" : "？", buyer: buyer)
        }
        let directory = try TemporaryDirectory()
        let input = try directory.write("log.ndjson", lines)
        let minutes: [Int64] = [1, 10, 30, 240]
        let preview = try cutPreview(
            [input], options: options, candidates: minutes.map { $0 * 60_000 })
        #expect(preview.logs == 12 && preview.messages == 400)
        #expect(preview.gaps.reduce(0) { $0 + $1.gaps } == 400 - 12)
        #expect(preview.gaps.last?.upTo == nil && preview.gaps.last?.gaps == 0)
        for (index, minutes) in minutes.enumerated() {
            var options = options
            options.cutting?.policy.closeAfter = minutes * 60_000
            let read = try conversations(try contents(try openArchive([input], options: options)))
            #expect(
                preview.candidates[index].conversations == read.count, "seed 51, \(minutes) min")
            #expect(Set(read.map(\.id)).count == read.count)
        }
    }
}
