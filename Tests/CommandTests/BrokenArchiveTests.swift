import Foundation
import Testing

/// Archives that break off, and what is no archive: what was read is used, and the rest is said.
@Suite(.enabled(if: Command.isBuilt))
struct BrokenArchiveTests {
    let directory: TemporaryDirectory
    let rules: String

    init() throws {
        directory = try TemporaryDirectory()
        rules = try directory.write(
            "rule.json",
            #"{"id":"contact","name":"引流","polarity":"negative","when":{"message":{"from":"agent","keywords":["微信"]}}}"#
        )
    }

    private func table(_ rows: Int) -> String {
        "会话ID,角色,内容\n" + (0..<rows).map { "c\($0),客服,加我微信\($0)\n" }.joined()
    }

    /// A good table and then one that is none: the first is used, the second ends the command.
    private func twoTables() throws -> [String] {
        [try directory.write("a.csv", table(1_185)), try directory.write("b.csv", "价格,数量\n1,2\n")]
    }

    @Test("inspect judges what stands before a broken input and says where it broke")
    func inspect() throws {
        let outcome = try Command.run(
            ["inspect"] + twoTables() + ["--rules", rules, "--format", "ndjson"], in: directory)
        #expect(outcome.code == 74 && outcome.lines.count == 1_185)
        #expect(outcome.errors.contains("b.csv") && outcome.errors.contains("before that"))
    }

    @Test("each report names an input that broke off and the inputs behind it")
    func breakInReports() throws {
        let inputs = try twoTables() + [try directory.write("c.ndjson", ExitCodeTests.line + "\n")]
        let out = directory.path + "/out"
        let table = try Command.run(["inspect"] + inputs + ["--rules", rules, "--out", out], in: directory)
        #expect(table.code == 74 && table.text.contains("未读完") && table.text.contains("c.ndjson"), "\(table.text)")
        for file in ["report.json", "report.html", "agents.csv"] {
            let text = try String(contentsOfFile: out + "/" + file, encoding: .utf8)
            #expect(text.contains(file == "report.json" ? #""brokenOff":{"notRead":["# : "未读完"), "\(file)")
            #expect(text.contains("c.ndjson"), "\(file)")
        }
        let lines = try Command.run(["inspect"] + inputs + ["--rules", rules, "--format", "ndjson"], in: directory)
        #expect(lines.errors.contains("not read at all: ") && lines.errors.contains("c.ndjson"), "\(lines.errors)")
    }

    @Test("a torn record is a bad record with its line")
    func tornRecord() throws {
        // Digits that do not compress away.
        var state: UInt64 = 1
        let lines = (0..<50).map { number in
            let noise = (0..<40).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return String(state >> 16)
            }.joined()
            return ExitCodeTests.line.replacing("\"a\"", with: "\"\(number)\"").replacing("加我", with: noise + "加我")
                + "\n"
        }.joined()
        let path = try directory.write("a.ndjson", lines)
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
        gzip.arguments = ["-1", path]
        try gzip.run()
        gzip.waitUntilExit()
        try #require(gzip.terminationStatus == 0)
        let packed = directory.contents("a.ndjson.gz")
        try directory.write("a.ndjson.gz", Array(packed.prefix(packed.count * 2 / 3)))
        let outcome = try Command.run(["inspect", path + ".gz", "--rules", rules, "--format", "json"], in: directory)
        #expect(outcome.code == 74)
        let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        let coverage = try #require(report["coverage"] as? [String: Any])
        let inspected = try #require(coverage["recordsInspected"] as? Int)
        #expect(inspected > 0 && inspected < 50)
        #expect(coverage["badByReason"] as? [String: Int] == ["broken-off": 1])
        #expect(outcome.errors.contains("a.ndjson.gz:\(inspected + 1): error[broken-off]"), "\(outcome.errors)")
    }

    @Test("explain, import and cut use what was read before a broken input")
    func otherCommands() throws {
        let inputs = try twoTables()
        let explained = try Command.run(
            ["explain"] + inputs + ["--rules", rules, "--rule", "contact", "--conversation", "c1184"], in: directory)
        #expect(explained.code == 0 && explained.text.contains("c1184"), "\(explained.errors)")
        let absent = try Command.run(
            ["explain"] + inputs + ["--rules", rules, "--rule", "contact", "--conversation", "c9999"], in: directory)
        #expect(absent.code == 74 && absent.output.isEmpty)
        for command in ["import", "cut"] {
            let outcome = try Command.run([command] + inputs, in: directory)
            #expect(outcome.code == 74 && outcome.lines.count == 1_185, "\(command)")
            #expect(outcome.errors.contains("b.csv"))
        }
    }

    @Test("a foreign table in a directory is passed over with a warning, and stands in the report")
    func foreignTable() throws {
        let folder = directory.path + "/in"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try directory.write("in/a.tsv", "开头\t结尾\n您好\t再见\n")
        try directory.write("in/b.ndjson", ExitCodeTests.line + "\n")
        let outcome = try Command.run(["inspect", folder, "--rules", rules], in: directory)
        #expect(outcome.code == 0 && outcome.text.contains("检查 1 "))
        #expect(outcome.text.contains("1 个文件不是聊天存档") && !outcome.text.contains("异常但保留"))
        #expect(outcome.errors.contains("a.tsv") && outcome.errors.contains("warning[foreign-file]"))
        let json = try Command.run(["inspect", folder, "--rules", rules, "--format", "json"], in: directory)
        #expect(json.text.contains(#""shape":"foreign""#))
        let imported = try Command.run(["import", folder], in: directory)
        #expect(imported.code == 0 && imported.lines.count == 1 && imported.errors.contains("a.tsv"))
        let named = try Command.run(["inspect", folder + "/a.tsv", "--rules", rules], in: directory)
        #expect(named.code == 74 && named.output.isEmpty)
    }

    @Test("a conversation that goes on in the next file is one when it is imported, too")
    func importedOverFiles() throws {
        func line(_ text: String, _ second: Int) -> String {
            #"{"conversation":"c","id":"\#(second)","from":"buyer","time":\#(1_772_331_015_000 + second * 1000),"text":"\#(text)"}"#
                + "\n"
        }
        let files = [
            try directory.write("a.ndjson", line("一", 1)), try directory.write("b.ndjson", line("二", 2) + line("一", 1)),
        ]
        let imported = try Command.run(["import"] + files, in: directory)
        #expect(imported.code == 65 && imported.lines.count == 1 && imported.errors.contains("duplicate-message"))
        #expect(imported.text.contains("一") && imported.text.contains("二"))
    }

    @Test("a preview of cutting says why it counts nothing")
    func cutPreview() throws {
        let input = try directory.write("a.csv", table(3))
        let lines = try directory.write("b.ndjson", ExitCodeTests.line)
        let outcome = try Command.run(["cut", "--preview", input, lines], in: directory)
        #expect(outcome.code == 0 && outcome.text.contains("0 buyer logs"))
        #expect(outcome.errors.contains("3 conversations") && outcome.errors.contains("1 inputs"))
    }

    @Test("JSON over several lines is one error that names the fix, not a bad record a line")
    func jsonDocuments() throws {
        let input = try directory.write("a.json", "[\n  " + ExitCodeTests.line + "\n]\n")
        let outcome = try Command.run(["inspect", input, "--rules", rules], in: directory)
        #expect(outcome.code == 74 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("one object a line") && outcome.errors.contains("jq -c '.[]'"))
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }
}
