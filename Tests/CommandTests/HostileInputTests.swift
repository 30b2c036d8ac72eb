import Foundation
import Testing

/// Archives that are broken, hostile or odd: each is judged as far as it goes, all of it is accounted for, and nothing of
/// it is obeyed by a terminal.
@Suite(.enabled(if: Command.isBuilt))
struct HostileInputTests {
    let directory: TemporaryDirectory
    let rules: String

    init() throws {
        directory = try TemporaryDirectory()
        rules = try directory.write(
            "rule.json",
            #"{"id":"here","name":"在的","polarity":"negative","when":{"message":{"from":"agent","keywords":["在的"]}}}"#)
    }

    private func line(_ id: String, agent: String = "小美", group: String = "售前组", text: String = "在的亲") -> String {
        let record: [String: Any] = [
            "id": id, "group": group,
            "messages": [
                ["time": 1_772_331_030_000, "from": "buyer", "text": "在吗"],
                ["time": 1_772_331_040_000, "from": "agent", "agent": agent, "text": text],
            ],
        ]
        let data = (try? JSONSerialization.data(withJSONObject: record, options: .sortedKeys)) ?? Data()
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private func inspect(_ arguments: [String], language: String = "en_US.UTF-8") throws -> Command.Outcome {
        try Command.run(
            ["inspect"] + arguments + ["--rules", rules], in: directory, environment: ["LANG": language])
    }

    /// What a terminal would obey or not show, other than line feeds.
    private func hidden(_ bytes: some Sequence<UInt8>) -> [UInt32] {
        String(decoding: Array(bytes), as: UTF8.self).unicodeScalars.map(\.value).filter { value in
            switch value {
            case 0x0A: false
            case 0..<0x20, 0x7F..<0xA0, 0x200B, 0x200C, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
            default: false
            }
        }
    }

    private func pack(_ tool: [String], _ path: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = tool + [path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    // MARK: Coverage

    @Test(
        "lines of findings are findings alone, and the coverage stands on standard error, in the language of the messages"
    )
    func coverageOfLines() throws {
        let text = line("a") + line("b", group: "售后组") + "nonsense\n"
        let file = try directory.write("a.ndjson", text)
        let english = try inspect([file, "--group", "售前组", "--format", "ndjson", "--max-bad", "50"])
        #expect(english.code == 0 && english.lines.count == 1 && english.text.hasPrefix(#"{"v":1,"#))
        #expect(
            english.errors.contains(
                "note: read 3 = inspected 1 + bad 1 + filtered 1; conversations 1, stays 1, messages 2; from "),
            "\(english.errors)")
        #expect(english.errors.contains("bad: invalid-json 1"))
        let chinese = try inspect(
            [file, "--group", "售前组", "--format", "ndjson", "--max-bad", "50"], language: "zh_CN.UTF-8")
        #expect(chinese.output == english.output)
        #expect(chinese.errors.contains("记录：读取 3 = 检查 1 + 损坏 1 + 过滤 1；检查：会话 1"), "\(chinese.errors)")
        let quiet = try inspect([file, "--format", "ndjson", "--max-bad", "50", "-q"])
        #expect(quiet.errors.isEmpty && quiet.lines.count == 2, "\(quiet.errors)")
    }

    @Test("a group or an agent that nobody has is told of, with the one that was probably meant")
    func unseenNames() throws {
        let file = try directory.write("a.ndjson", line("a") + line("b", agent: "小禾", group: "售后一组"))
        let group = try inspect([file, "--group", "售后组一", "--group", "售前组"])
        #expect(group.code == 0)
        #expect(
            group.errors
                == "warning: no conversation that was read has the group '售后组一' (--group); did you mean '售后一组'?\n",
            "\(group.errors)")
        let agent = try inspect([file, "--agent", "nobody"], language: "zh_CN.UTF-8")
        #expect(agent.code == 0 && agent.errors.contains("没有客服账号 “nobody”（--agent）；有：小禾, 小美"), "\(agent.errors)")
        let report = try Command.run(
            ["report", "daily", file, "--rules", rules, "--on", "2026-03-01", "--group", "售前"], in: directory)
        #expect(report.code == 0 && report.errors.contains("did you mean '售前组'?"), "\(report.errors)")
        let right = try inspect([file, "--group", "售后一组", "--agent", "小禾"])
        #expect(right.errors.isEmpty, "\(right.errors)")
    }

    @Test("a file that is read twice is told of, by whatever names and links")
    func sameFileTwice() throws {
        let file = try directory.write("a.ndjson", line("a"))
        let link = directory.path + "/link.ndjson"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        for other in [file, link] {
            let outcome = try inspect([file, other])
            #expect(outcome.code == 65)
            #expect(outcome.errors.contains("is read twice: it is the same file as"), "\(outcome.errors)")
            #expect(outcome.errors.contains("--allow-duplicates"), "\(outcome.errors)")
        }
    }

    // MARK: Names

    private static let hostile = "恶\u{1B}[31m意\u{202E}名\u{200B}字\u{7}"

    @Test("names and texts of an archive reach no table, explanation, preview or message as they are")
    func hostileNames() throws {
        let folder = directory.path + "/dir\u{1B}[31m\u{202E}"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let name = folder + "/new\nline\u{200B}.ndjson"
        let text = line("id" + Self.hostile, agent: Self.hostile, group: Self.hostile, text: "在的" + Self.hostile)
        try Data((text + "nonsense\n").utf8).write(to: URL(fileURLWithPath: name))
        for arguments in [
            ["inspect", folder, "--rules", rules], ["inspect", name, "--rules", rules, "--all"],
            ["inspect", name, "--rules", rules, "--group", "x" + Self.hostile, "--agent", "y"],
            ["inspect", name, name, "--rules", rules],
            ["explain", name, "--rules", rules, "--rule", "here", "--conversation", "id" + Self.hostile],
            ["import", "--preview", name], ["cut", "--preview", name],
            ["report", "daily", name, "--rules", rules, "--on", "2026-03-01"],
        ] {
            for language in ["en_US.UTF-8", "zh_CN.UTF-8"] {
                let outcome = try Command.run(arguments, in: directory, environment: ["LANG": language])
                #expect(!outcome.wasKilled && [0, 65].contains(outcome.code), "\(arguments): \(outcome.errors)")
                #expect(hidden(outcome.output) == [], "\(arguments)")
                #expect(hidden(outcome.errors.utf8) == [], "\(arguments): \(outcome.errors)")
            }
        }
        // Pages and files keep the text and show it: no control stands in the page.
        let page = try inspect([name, "--format", "html"])
        #expect(!page.output.contains(0x1B) && !page.output.contains(0x07))
    }

    @Test("names of events reach neither the board nor an explanation as they are")
    func hostileEvents() throws {
        let events = String(
            decoding: try Data(
                contentsOf: URL(fileURLWithPath: Command.root + "/Corpora/live/assistant-rates/events.ndjson")),
            as: UTF8.self)
        // Controls are refused in names of events; these are not.
        let hostile = "恶\u{202E}意\u{200B}名"
        let file = try directory.write(
            "events.ndjson",
            events.replacing("云杉家居", with: "店" + hostile).replacing("小赵", with: hostile).replacing(
                "\"c3\"", with: "\"c3\(hostile)\""))
        let environment = ["MINGJIAN_NOW": "2026-03-02T02:06:00.000Z"]
        let log = directory.path + "/log"
        let replay = try Command.run(
            ["live", "replay", file, "--log", log], in: directory, environment: environment)
        try #require(replay.code == 0, "\(replay.errors)")
        let shop = "店" + hostile
        for arguments in [
            ["live", "figures", "--log", log, "--at", "2026-03-02T10:06:00+08:00"],
            ["live", "board", "--log", log, "--shop", shop],
            ["live", "explain", "consulted", "--log", log, "--shop", shop, "--at", "2026-03-02T10:06:00+08:00"],
            ["live", "explain", "inquiring", "--log", log, "--shop", shop, "--at", "2026-03-02T10:06:00+08:00"],
        ] {
            let outcome = try Command.run(arguments, in: directory, environment: environment)
            #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
            #expect(outcome.text.contains("\\u{202E}"), "\(arguments): \(outcome.text)")
            #expect(hidden(outcome.output) == [] && hidden(outcome.errors.utf8) == [], "\(arguments): \(outcome.text)")
        }
    }

    // MARK: Every form, whatever comes

    /// Makes the archive `kind`; what is expected of its inspection.
    private func make(_ kind: String) throws -> (path: String, code: Int32, said: String) {
        let good = (0..<2_000).map { line("c\($0)") }.joined()
        let name = directory.path + "/\(kind).ndjson"
        func packed(_ tool: [String], _ text: String) throws -> String {
            let file = try directory.write("packed.ndjson", text)
            try pack(tool, file)
            return file
        }
        switch kind {
        case "empty": return (try directory.write("empty.ndjson", ""), 0, "nothing was inspected")
        case "bad":
            return (
                try directory.write("bad.ndjson", "nonsense\n{\"a\":1\n[]\n\n"), 65, "bad.ndjson:2: error[invalid-json]"
            )
        case "long":
            let long = #"{"id":"l","messages":[{"from":"buyer","text":""# + String(repeating: "长", count: 9_000_000)
            let path = try directory.write("long.ndjson", line("a") + long + "\"}]}\n" + line("b"))
            return (path, 65, "long.ndjson:2: error[too-large]: record is longer than --max-line allows")
        case "odd":
            var bytes: [UInt8] = [0xFF, 0xFE]
            for unit in (line("a") + line("b")).utf16 { bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
            return (try directory.write("odd.ndjson", Array(bytes.dropLast())), 65, "odd.ndjson:2:")
        case "cut-gz":
            let file = try packed(["gzip", "-f"], good)
            let bytes = directory.contents("packed.ndjson.gz")
            _ = file
            let path = try directory.write("cut.ndjson.gz", Array(bytes.prefix(bytes.count / 2)))
            return (path, 74, "ends inside its gzip data")
        case "members":
            _ = try packed(["gzip", "-f"], line("a"))
            let first = directory.contents("packed.ndjson.gz")
            _ = try packed(["gzip", "-f"], line("b"))
            let path = try directory.write("members.ndjson.gz", first + directory.contents("packed.ndjson.gz"))
            return (path, 0, "")
        case "rubbish":
            _ = try packed(["gzip", "-f"], line("a"))
            let path = try directory.write(
                "rubbish.ndjson.gz", directory.contents("packed.ndjson.gz") + Array("rubbish".utf8))
            return (path, 74, "after member 1")
        case "loop":
            let folder = directory.path + "/loop"
            try FileManager.default.createDirectory(atPath: folder + "/a", withIntermediateDirectories: true)
            try directory.write("loop/a/x.ndjson", line("a"))
            for (link, target) in [("a/up", "../a"), ("self", "."), ("round", "round"), ("up", "..")] {
                try FileManager.default.createSymbolicLink(
                    atPath: folder + "/" + link, withDestinationPath: target)
            }
            return (folder, 0, "")
        case "dangling":
            let folder = directory.path + "/dangling"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/x.ndjson", withDestinationPath: "nowhere")
            return (folder, 74, "dangling/x.ndjson' leads nowhere")
        default: return (name, 74, "no such file")
        }
    }

    @Test(
        "every form of output accounts for every record, and messages name the place",
        arguments: ["empty", "bad", "long", "odd", "cut-gz", "members", "rubbish", "loop", "dangling", "missing"])
    func accountsForAll(kind: String) throws {
        let (path, code, said) = try make(kind)
        for format in ["table", "json", "csv", "ndjson", "html"] {
            let outcome = try inspect([path, "--format", format])
            #expect(!outcome.wasKilled && outcome.code == code, "\(format): \(outcome.code) \(outcome.errors)")
            #expect(said.isEmpty || outcome.errors.contains(said), "\(format): \(outcome.errors)")
            guard format == "json", !["dangling", "missing"].contains(kind) else { continue }
            let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
            let coverage = try #require(report["coverage"] as? [String: Any])
            let counts = ["recordsRead", "recordsInspected", "recordsBad", "recordsFiltered"].map {
                coverage[$0] as? Int ?? -1
            }
            #expect(counts[0] == counts[1] + counts[2] + counts[3] && counts.allSatisfy { $0 >= 0 }, "\(counts)")
            let expected = ["empty": 0, "bad": 3, "long": 3, "odd": 2, "members": 2, "rubbish": 1, "loop": 1][kind]
            #expect(expected == nil || counts[0] == expected, "\(counts)")
        }
    }

    @Test("an archive packed with a window that takes too much memory is told of with the way out")
    func hugeWindow() throws {
        let file = try directory.write("a.ndjson", line("a"))
        let packed = directory.path + "/a.ndjson.zst"
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "command -v zstd >/dev/null && zstd -q --long=31 < '\(file)' > '\(packed)'"]
        try shell.run()
        shell.waitUntilExit()
        guard shell.terminationStatus == 0 else { return }
        let outcome = try inspect([packed])
        #expect(outcome.code == 74 && outcome.errors.contains("zstd -dc --long=31"), "\(outcome.errors)")
    }
}
