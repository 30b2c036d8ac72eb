import Foundation
import Testing

/// `mingjian log` on a log of three records in two segments, made by the format in docs/event-log.md and nothing else.
@Suite(.enabled(if: Command.isBuilt))
struct LogCommandTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path + "/log", withIntermediateDirectories: true)
        try write(segment(first: 0, clock: .min, groups: [["a", "b"]]), position: 0)
        try write(segment(first: 2, clock: 1_772_413_200_000, groups: [["c"], []]), position: 2)
    }

    private func write(_ bytes: [UInt8], position: Int) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(position)))
    }

    private func path(_ position: Int) -> String {
        directory.path + "/log/" + String(repeating: "0", count: 19) + "\(position).segment"
    }

    private func little(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    private func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return little(~crc)
    }

    /// Records of the shop `shop-1`, whose partition is 484.
    private func segment(first: UInt64, clock: Int64, groups: [[String]]) -> [UInt8] {
        var bytes = Array("MJEVTLOG".utf8) + little(UInt32(1)) + little(UInt32(0)) + little(first) + little(clock)
        bytes += [UInt8](repeating: 0, count: 60 - bytes.count)
        bytes += checksum(bytes)
        var position = first
        for group in groups {
            bytes += little(UInt32(0xFE4A_4DFF)) + checksum(little(position)) + little(position)
            for id in group {
                let head = little(UInt16(484)) + little(UInt16(6)) + little(UInt16(id.utf8.count)) + little(UInt16(0))
                let times = little(Int64(1_772_413_200_000)) + little(Int64(1_772_413_200_000))
                let body = head + times + Array("shop-1".utf8) + Array(id.utf8) + Array(#"{"id":"\#(id)"}"#.utf8)
                let length = little(UInt32(body.count))
                bytes += length + checksum(length + body) + body
                position += 1
            }
        }
        return bytes
    }

    private func run(_ command: String, environment: [String: String] = [:]) throws -> Command.Outcome {
        try Command.run(["log", command, directory.path + "/log"], in: directory, environment: environment)
    }

    @Test("a log that keeps to the published format is whole")
    func wholeLog() throws {
        let outcome = try run("check")
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.text == "2 segments, 3 records, 323 bytes; positions 0 to 3, without the latter\n")
        let repaired = try run("repair")
        #expect(repaired.code == 0 && repaired.text == "records kept: 3\n")
    }

    @Test("damage is named with file, byte and way out; after a repair the rest is whole")
    func damagedLog() throws {
        var bytes = Array(FileManager.default.contents(atPath: path(0)) ?? Data())
        bytes[90] ^= 1
        try write(bytes, position: 0)
        let outcome = try run("check")
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("0.segment' at byte 80 (checksum), from record 0 on"), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        let chinese = try run("check", environment: ["LANG": "zh_CN.UTF-8"])
        #expect(chinese.errors.contains("在第 80 字节处损坏"), "\(chinese.errors)")
        let repaired = try run("repair")
        #expect(repaired.code == 0)
        #expect(
            repaired.text == """
                set aside: \(path(0)).damaged
                records given up: 0 to 1, without the latter
                records kept: 2

                """)
        let again = try run("check")
        #expect(again.code == 0 && again.text.hasSuffix("records that an earlier repair gave up: 1\n"), "\(again.text)")
    }

    @Test("who looks at a log whose only segment is too short is told which, and not of a file that is not there")
    func shortSegment() throws {
        try FileManager.default.removeItem(atPath: path(2))
        try Data(Array("MJEVTLOG".utf8)).write(to: URL(fileURLWithPath: path(0)))
        let outcome = try Command.run(["live", "figures", "--log", directory.path + "/log"], in: directory)
        #expect(outcome.code == 74 && outcome.errors.hasPrefix("error[not-a-segment]: "), "\(outcome.errors)")
        #expect(outcome.errors.contains("0.segment'") && outcome.errors.contains("mingjian log repair"))
        let chinese = try Command.run(
            ["live", "figures", "--log", directory.path + "/log"], in: directory, environment: ["LANG": "zh_CN.UTF-8"])
        #expect(chinese.errors.hasPrefix("错误[not-a-segment]: "))
    }

    @Test("refused events are given back with their receipt, mended, and taken")
    func refusedEvents() throws {
        let log = directory.path + "/fed"
        let event = #"{"id":"a1","type":"message","shop":"s","time":1772413200000,"received":1772413200000,"#
        let lines = [
            event + #""conversation":"c","buyer":"b","from":"nobody"}"#, "no json",
            event.replacingOccurrences(of: "a1", with: "a2") + #""conversation":"c","buyer":"b","from":"buyer"}"#,
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: directory.path + "/in.ndjson"))
        let fed = try Command.run(["live", "replay", directory.path + "/in.ndjson", "--log", log], in: directory)
        #expect(fed.code == 65)
        let refused = try Command.run(["log", "refused", log], in: directory)
        #expect(refused.code == 0, "\(refused.errors)")
        #expect(refused.text == lines[0] + "\nno json\n")
        #expect(refused.errors.split(separator: "\n").count == 2, "\(refused.errors)")
        let mended = refused.text.replacingOccurrences(of: "nobody", with: "buyer")
        try Data(mended.utf8).write(to: URL(fileURLWithPath: directory.path + "/again.ndjson"))
        let again = try Command.run(["live", "replay", directory.path + "/again.ndjson", "--log", log], in: directory)
        #expect(again.code == 65 && again.text.hasPrefix("read 2, taken 1, duplicate 0, refused 1"), "\(again.text)")
        let check = try Command.run(["log", "check", log], in: directory)
        #expect(check.text.contains("2 records"), "\(check.text)")
        // By its reason, and with the receipt that it lacked.
        let other = try Command.run(["log", "refused", log, "--reason", "no-such"], in: directory)
        #expect(other.code == 0 && other.text.isEmpty)
        let kept = #"{"bytes":"{\"id\":\"x\"}","reason":"missing-field","received":1772413200000}"# + "\n"
        try Data(kept.utf8).write(to: URL(fileURLWithPath: log + "/refused.ndjson"))
        let lacking = try Command.run(["log", "refused", log], in: directory)
        #expect(lacking.text == #"{"received":1772413200000,"id":"x"}"# + "\n")
    }

    @Test("what is no log is refused, and nothing is made of it")
    func noLog() throws {
        let nowhere = directory.path + "/nowhere"
        for command in ["check", "repair", "refused"] {
            let outcome = try Command.run(["log", command, nowhere], in: directory)
            #expect(outcome.code == 74 && outcome.errors.hasPrefix("error[no-log]: "), "\(command): \(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: nowhere))
        try FileManager.default.createDirectory(atPath: nowhere, withIntermediateDirectories: true)
        for command in ["check", "repair"] {
            let outcome = try Command.run(["log", command, nowhere], in: directory)
            #expect(
                outcome.code == 74 && outcome.errors == "error[no-log]: no event log in '\(nowhere)'\n",
                "\(outcome.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: nowhere).isEmpty)
    }
}
