import Archives
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import TestSupport
import Testing

struct BadRecordTests {
    static let good = #"{"id":"ok","messages":[{"time":1772331030000,"from":"agent","agent":"小美","text":"5元"}]}"#

    private func run(_ bytes: [UInt8], set: (inout InspectionOptions) -> Void = { _ in }) throws -> Run {
        let directory = try TemporaryDirectory()
        let rules = try #require(SomeRules.compiled)
        return try Run([try directory.write("a.ndjson", bytes)], rules: rules, set: set)
    }

    private static let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)

    static let bad: [(line: String, reason: String)] = [
        (#"{"id":"x","messages":[{"from":"agent","text":"半"#, "invalid-json"),
        ("nonsense", "invalid-json"),
        ("[1]", "not-an-object"),
        ("5", "not-an-object"),
        (#"{"messages":[]}"#, "missing-id"),
        (#"{"id":"x"}"#, "missing-messages"),
        (#"{"id":"x","messages":[{"text":"好"}]}"#, "missing-from"),
        (#"{"id":"x","messages":[{"from":"alien","text":"好"}]}"#, "unknown-from"),
        (#"{"id":"x","messages":[{"from":"buyer","text":5}]}"#, "wrong-type"),
        (#"{"id":"x","messages":{}}"#, "wrong-type"),
        (#"{"id":"x","messages":[5]}"#, "wrong-type"),
        (#"{"id":"x","messages":[{"from":"buyer","time":1772331030,"text":"好"}]}"#, "time-in-seconds"),
        (#"{"id":"x","messages":[{"from":"buyer","time":"gestern","text":"好"}]}"#, "bad-time"),
        (#"{"id":"x","messages":[{"from":"buyer","time":9223372036854775807,"text":"好"}]}"#, "bad-time"),
        (#"{"id":"x","messages":[{"from":"buyer","time":1e400,"text":"好"}]}"#, "bad-time"),
        (#"{"id":"x","messages":[{"from":"buyer","text":"\ud83d"}]}"#, "lone-surrogate"),
        (#"{"id":"x","messages":[{"from":"buyer","text":"a"}],"more":"# + deep + "}", "too-deep"),
    ]

    @Test("each kind of bad line has its reason and its number, and the run goes on", arguments: bad.indices)
    func badLinesHaveReasons(index: Int) throws {
        let (line, reason) = Self.bad[index]
        let run = try run(Array("\(Self.good)\n\(line)\n\(Self.good.replacing("ok", with: "ok2"))".utf8))
        let coverage = try #require(run.result?.coverage)
        #expect(coverage.badByReason == [reason: 1], "\(line.prefix(80))")
        #expect(coverage.recordsRead == 3 && coverage.recordsInspected == 2)
        #expect(run.result?.diagnostics.map(\.code) == [reason])
        #expect(run.result?.diagnostics.first?.place.record == 2)
        #expect(run.result?.diagnostics.first?.severity == .error)
        #expect(try run.findings().map(\.conversation) == ["ok", "ok2"])
        expectAddsUp(coverage)
    }

    @Test("a last line without its end is read, a torn one is bad")
    func lastLines() throws {
        #expect(try run(Array(Self.good.utf8)).result?.coverage.recordsInspected == 1)
        let torn = try run(Array((Self.good + "\n" + Self.good.dropLast(3)).utf8))
        #expect(torn.result?.coverage.badByReason == ["invalid-json": 1])
    }

    @Test("a byte-order mark, carriage returns and blank lines are no records")
    func marksAndBlankLines() throws {
        let second = Self.good.replacing("ok", with: "zwei")
        let text = "\u{FEFF}\(Self.good)\r\n\r\n\n   \n\(second)\r\n"
        let coverage = try #require(try run(Array(text.utf8)).result?.coverage)
        #expect(coverage.recordsRead == 2 && coverage.recordsBad == 0)
        for empty in ["", "\n", "\n\n\r\n", "\u{FEFF}", "   "] {
            let coverage = try #require(try run(Array(empty.utf8)).result?.coverage)
            #expect(coverage.recordsInspected == 0)
            expectAddsUp(coverage)
        }
    }

    @Test("bytes that are not UTF-8 and NUL make their line bad and no other")
    func badBytes() throws {
        for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x00], [0xE4, 0xBD]]
            as [[UInt8]]
        {
            var archive: [UInt8] = []
            // Enough good lines that the file is UTF-8 with a few bad bytes, not another encoding.
            for i in 0..<3_000 { archive += Array(Self.good.replacing("ok", with: "g\(i)").utf8) + [0x0A] }
            archive +=
                Array(#"{"id":"x","messages":[{"from":"buyer","text":""#.utf8) + bytes + Array(#""}]}"#.utf8) + [0x0A]
            archive += Array(Self.good.utf8)
            let coverage = try #require(try run(archive).result?.coverage)
            #expect(coverage.recordsRead == 3_002, "\(bytes)")
            #expect(coverage.recordsBad == 1, "\(bytes) \(coverage.badByReason)")
            expectAddsUp(coverage)
        }
    }

    @Test("a record beyond the limit is passed over, wherever blocks are cut", arguments: [4_000, 70_000, 1 << 20])
    func hugeRecordsArePassedOver(blockSize: Int) throws {
        let huge =
            #"{"id":"big","messages":[{"from":"buyer","text":""# + String(repeating: "好", count: 1_000_000) + #""}]}"#
        let lines = [
            Self.good, huge, Self.good.replacing("ok", with: "b"), huge, huge, Self.good.replacing("ok", with: "c"),
        ]
        for end in ["", "\n"] {
            let run = try run(Array((lines.joined(separator: "\n") + end).utf8)) {
                $0.largestRecord = 50_000
                $0.blockSize = blockSize
                $0.threads = 2
            }
            let coverage = try #require(run.result?.coverage)
            #expect(coverage.badByReason == ["too-large": 3])
            #expect(run.result?.diagnostics.map(\.place.record) == [2, 4, 5])
            #expect(try run.findings().map(\.conversation) == ["ok", "b", "c"])
            expectAddsUp(coverage)
        }
        let last = try run(Array((Self.good + "\n" + huge).utf8)) {
            ($0.largestRecord, $0.blockSize) = (50_000, blockSize)
        }
        #expect(last.result?.coverage.badByReason == ["too-large": 1])
        let fitting = try run(Array((Self.good + "\n" + huge).utf8)) { $0.blockSize = blockSize }
        #expect(fitting.result?.coverage.recordsInspected == 2)
    }

    @Test("flipped bytes and cuts are results or diagnostics, never a trap", arguments: 0..<60 as Range<UInt64>)
    func damagedArchivesAddUp(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bytes = archive(conversations: 30, seed: seed)
        for _ in 0..<Int.random(in: 1...60, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...400, using: &random)))
            default: bytes.insert(contentsOf: Array(#""\u12{[,:]}"#.utf8).shuffled(using: &random), at: place)
            }
        }
        if Bool.random(using: &random) { bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))) }
        let one: Run
        do {
            one = try run(bytes) { $0.blockSize = 3_000 }
        } catch let error as ArchiveError {
            // What is no archive any more is said to be none.
            Issue.record("seed \(seed): \(error)", severity: .warning)
            return
        }
        let two = try run(bytes) {
            $0.threads = 3
            $0.blockSize = 700
        }
        #expect(one.lines == two.lines, "seed \(seed)")
        let coverage = try #require(one.result?.coverage)
        expectAddsUp(coverage, "seed \(seed)")
        _ = try one.findings()
    }

    @Test(
        "times at the ends of the calendar are judged or refused, and days are written",
        arguments: [
            "0000-01-01T00:00:00+23:59", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-23:59",
            "9999-12-31T23:59:59",
            "0000-01-01T00:00:00", "1986-05-04T02:30:00", "2016-12-31T23:59:60Z", "-0001-01-01T00:00:00Z",
        ])
    func extremeTimes(time: String) throws {
        let line = """
            {"id":"a","messages":[{"time":"\(time)","from":"buyer","text":"在吗"},\
            {"time":"2026-03-01T10:00:00+08:00","from":"agent","agent":"小美","text":"5元"}]}
            """
        let run = try run(Array(line.utf8))
        let result = try #require(run.result)
        expectAddsUp(result.coverage)
        for finding in try run.lines.split(separator: 0x0A).map({ try JSONSerialization.jsonObject(with: Data($0)) }) {
            let day = (finding as? [String: Any])?["day"] as? String
            #expect(day.flatMap { CalendarDay($0) } != nil, "\(day ?? "no day")")
        }
    }
}
