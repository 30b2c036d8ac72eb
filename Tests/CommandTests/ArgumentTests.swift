import Foundation
import Testing

/// What the command makes of its arguments, and what it lists beside its reports.
@Suite(.enabled(if: Command.isBuilt))
struct ArgumentTests {
    let directory: TemporaryDirectory
    let rules: String

    init() throws {
        directory = try TemporaryDirectory()
        rules = try directory.write(
            "rule.json",
            #"{"id":"contact","name":"引流","polarity":"negative","when":{"message":{"from":"agent","keywords":["微信"]}}}"#
        )
    }

    @Test("an archive whose name is not UTF-8 can be named, and is shown with what it is made of")
    func namesThatAreNoText() throws {
        _ = try directory.write("a.ndjson", ExitCodeTests.line + "\n")
        // No text can carry the name here: the shell makes it of its bytes.
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        let script = #"""
            cd "$1" && one=$(printf 'x\377.ndjson') && other=$(printf 'x\376.ndjson') && cp a.ndjson "$one" && echo nonsense > "$other" &&
            exec "$2" inspect "$other" "$one" --rules "$3" --format ndjson --max-bad 100
            """#
        shell.arguments = ["-c", script, "sh", directory.path, try #require(Command.path), rules]
        var environment = ProcessInfo.processInfo.environment
        (environment["LANG"], environment["LC_ALL"]) = ("en_US.UTF-8", "en_US.UTF-8")
        shell.environment = environment
        let output = Pipe()
        (shell.standardOutput, shell.standardError) = (output, output)
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0, "\(text)")
        #expect(text.contains(#"x\xFE.ndjson:1: error[invalid-json]"#), "\(text)")
        #expect(text.contains(#""rule":"contact""#), "\(text)")
    }

    @Test("bad records beyond the first ten stand in the directory of --out, and go with them")
    func listOfBadRecords() throws {
        let lines = ExitCodeTests.line + "\n" + String(repeating: "nonsense\n", count: 25)
        let input = try directory.write("a.ndjson", lines)
        let out = directory.path + "/out"
        let arguments = ["inspect", input, "--rules", rules, "--max-bad", "100", "--out", out]
        let outcome = try Command.run(arguments, in: directory)
        #expect(outcome.code == 0 && outcome.errors.contains("15 more bad records; bad-records.txt lists them"))
        let listed = try String(contentsOfFile: out + "/bad-records.txt", encoding: .utf8)
        #expect(listed.split(separator: "\n").count == 25 && listed.contains("a.ndjson:26: error[invalid-json]"))
        _ = try directory.write("a.ndjson", ExitCodeTests.line + "\n")
        #expect(try Command.run(arguments, in: directory).code == 0)
        #expect(!FileManager.default.fileExists(atPath: out + "/bad-records.txt"))
    }

    @Test("--as-of takes fractions of a second, and no bare number")
    func asOf() throws {
        let input = try directory.write("a.ndjson", ExitCodeTests.line + "\n")
        for (text, code) in [
            ("2026-03-02T10:03:00.001+08:00", 0), ("2026-03-02T02:03:00Z", 0), ("2026", 64), ("2026-03-02", 64),
        ] {
            let arguments = ["inspect", input, "--rules", rules, "--as-of", text]
            #expect(try Command.run(arguments, in: directory).code == Int32(code), "\(text)")
        }
    }

    @Test("a file of a directory that was passed over is no bad record")
    func passedOver() throws {
        try FileManager.default.createDirectory(atPath: directory.path + "/in", withIntermediateDirectories: false)
        _ = try directory.write("in/a.ndjson", ExitCodeTests.line + "\n")
        _ = try directory.write("in/b.csv", "价格,数量\n1,2\n")
        let out = directory.path + "/out"
        let outcome = try Command.run(
            ["inspect", directory.path + "/in", "--rules", rules, "--out", out], in: directory)
        #expect(outcome.code == 0 && outcome.errors.contains("b.csv"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: out + "/bad-records.txt"))
    }

    @Test("errors in arguments are Chinese where the locale is; codes and names are the same")
    func usageInChinese() throws {
        for (arguments, sentence) in [
            (["inspect"], "缺少参数 '<archives> ...'"),
            (["inspect", "--thread", "3", "a"], "没有选项 '--thread'；是不是想写 '--threads'？"),
            (["inspect", "--threads", "x", "a"], "'--threads <threads>' 不能取 'x'"), (["foo"], "多余的参数 'foo'"),
            (["inspect", "a", "--out"], "'--out <out>' 缺少取值"), (["fold", "a", "b"], "2 个多余的参数：'a'、'b'"),
            (["inspect", "a", "--format", "x"], "不能取 'x'；可用：'table'、'json'、'ndjson'、'csv'、'html'"),
            (["inspect", "a", "--max-bad", "-1"], "--max-bad 取 0 到 100 的百分数"),
        ] {
            let english = try Command.run(arguments, in: directory)
            let chinese = try Command.run(arguments, in: directory, environment: ["LANG": "zh_CN.UTF-8"])
            #expect(english.code == 64 && chinese.code == 64)
            #expect(chinese.errors.contains(sentence) && !english.errors.contains(sentence), "\(chinese.errors)")
        }
    }
}
