import Foundation
import Testing

/// A store of versions as its users see it: the clock is `MINGJIAN_NOW`.
@Suite(.enabled(if: Command.isBuilt))
struct VersionTests {
    let directory: TemporaryDirectory
    var store: String { directory.path + "/store" }
    var rules: String { directory.path + "/rules" }

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.path + "/rules/deep", withIntermediateDirectories: true)
    }

    static func rule(_ id: String, _ words: [String], more: String = "") -> String {
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            {"id": "\(id)", "name": "引流", "polarity": "negative", \(more)"when": {"message": {"from": "agent", "keywords": [\(list)]}},
             "examples": {"hit": ["请⟦\(words[0])⟧吧", "您⟦\(words[0])⟧吗"], "clean": ["您好", "在的"]}}

            """
    }

    @discardableResult
    func write(_ words: String..., name: String = "deep/contact.json", more: String = "") throws -> String {
        try directory.write("rules/" + name, Self.rule("contact", words, more: more))
    }

    func publish(
        at now: String = "2026-03-02T02:00", paths: [String]? = nil, _ more: [String] = [],
        language: String = "en_US.UTF-8"
    ) throws -> Command.Outcome {
        try Command.run(
            ["rules", "publish"] + (paths ?? [rules]) + ["--to", store, "--author", "阿宁", "--note", "调整"] + more,
            in: directory, environment: ["MINGJIAN_NOW": now + ":00.000Z", "LANG": language])
    }

    func ask(_ arguments: [String], at now: String = "2026-03-10T02:00", language: String = "en_US.UTF-8") throws
        -> Command.Outcome
    {
        try Command.run(
            ["rules"] + arguments, in: directory,
            environment: ["MINGJIAN_NOW": now + ":00.000Z", "LANG": language])
    }

    var folders: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: store + "/versions")) ?? []).sorted()
    }

    @Test("nothing is published on top of a damaged version, be it the same content")
    func publishOnDamage() throws {
        try write("加微信")
        #expect(try publish().code == 0)
        try #require(folders.count == 1)
        let file = "\(store)/versions/\(folders[0])/rules/deep/contact.json"
        #expect(chmod(file, 0o644) == 0)
        let kept = try #require(FileManager.default.contents(atPath: file))
        try (kept + Data(" ".utf8)).write(to: URL(fileURLWithPath: file))
        let same = try publish()
        #expect(same.code == 66 && same.errors.contains("contact.json"), "\(same.text) \(same.errors)")
        try write("加扣扣")
        #expect(try publish().code == 66)
        #expect(folders.count == 1)
    }

    @Test("a version holds the exact bytes of its files and comes into force at the next midnight")
    func publishes() throws {
        try write("加微信")
        try directory.write("rules/notes.txt", "no rule")
        try directory.write("rules/.hidden.json", "{")
        let outcome = try publish()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            outcome.text.contains("published version 1") && outcome.text.contains("2026-03-03 00:00:00 (Asia/Shanghai)")
        )
        #expect(outcome.errors.contains("retroactive"))
        try #require(folders.count == 1)
        let folder = store + "/versions/" + folders[0]
        #expect(folders[0].hasPrefix("0001-") && folders[0].utf8.count == 17)
        let stored = FileManager.default.contents(atPath: folder + "/rules/deep/contact.json")
        #expect(stored.map { Array($0) } == directory.contents("rules/deep/contact.json"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["rules", "version.json"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/rules") == ["deep"])
        let record = String(decoding: directory.contents("store/versions/\(folders[0])/version.json"), as: UTF8.self)
        for part in [
            #""number": 1,"#, #""author": "阿宁","#, #""publishedAt": "2026-03-02T02:00:00.000Z","#,
            #""effectiveFrom": "2026-03-02T16:00:00.000Z","#, #""previous": null,"#,
        ] { #expect(record.contains(part), "\(record)") }
        // A version is a folder of rules like any other.
        #expect(try ask(["test", folder + "/rules"]).code == 0)
    }

    @Test("a first version that an emergency came before waits for nothing")
    func firstVersionThatIsReplaced() throws {
        try write("加微信")
        #expect(try publish().code == 0)
        #expect(try ask(["versions", store], at: "2026-03-02T03:00").text.contains("in force (retroactive)"))
        try write("加扣扣")
        #expect(try publish(at: "2026-03-02T04:00", ["--effective", "now", "--reason", "误判"]).code == 0)
        let listed = try ask(["versions", store], at: "2026-03-02T05:00")
        #expect(listed.code == 0 && !listed.text.contains("waiting") && listed.text.contains("past"), "\(listed.text)")
    }

    @Test("the same content makes nothing, other content the next number")
    func publishesAgain() throws {
        try write("加微信")
        #expect(try publish().code == 0)
        let same = try publish(at: "2026-03-05T02:00")
        #expect(same.code == 0 && same.text.contains("nothing was published") && folders.count == 1)
        try write("加微信", "加我微信")
        #expect(try publish(at: "2026-03-05T02:00").text.contains("published version 2"))
        #expect(folders.map { $0.prefix(5) } == ["0001-", "0002-"])
        // Back to what was: a version of its own.
        try write("加微信")
        #expect(try publish(at: "2026-03-06T02:00").text.contains("published version 3"))
        try write("加威信")
        let back = try publish(at: "2026-03-05T02:00")
        #expect(back.code == 74 && back.errors.contains("clock") && folders.count == 3, "\(back.errors)")
    }

    @Test(
        "midnight is that of the shop, summer time included",
        arguments: [
            ("1986-05-03T04:00", "Asia/Shanghai", "1986-05-03T16:00"),
            ("1986-05-04T04:00", "Asia/Shanghai", "1986-05-04T15:00"),
            ("1986-09-13T16:30", "Asia/Shanghai", "1986-09-14T16:00"),
            ("1991-09-14T03:00", "Asia/Shanghai", "1991-09-14T15:00"),
            ("2018-11-03T15:00", "America/Sao_Paulo", "2018-11-04T03:00"),
            ("2026-03-02T16:00", "Asia/Shanghai", "2026-03-03T16:00"),
        ])
    func midnights(now: String, zone: String, from: String) throws {
        try write("加微信")
        #expect(try publish(at: now, ["--zone", zone]).code == 0)
        let list = try ask(["versions", store, "--format", "json"])
        #expect(list.text.contains("\"effectiveFrom\": \"\(from):00.000Z\""), "\(list.text)")
    }

    @Test("an emergency counts at once, with its reason")
    func emergencies() throws {
        try write("加微信")
        #expect(try publish().code == 0)
        try write("加微信", "加我微信")
        #expect(try publish(at: "2026-03-04T02:00").code == 0)
        try write("加微信", "加威信")
        let outcome = try publish(at: "2026-03-04T03:00", ["--effective", "now", "--reason", "大促误判"])
        #expect(outcome.code == 0 && outcome.text.contains("emergency"))
        #expect(outcome.errors.contains("version 2 is replaced"))
        let day = try ask(["show", store, "--on", "2026-03-04"], language: "zh_CN.UTF-8")
        #expect(day.text.contains("第 1 版") && day.text.contains("第 3 版") && !day.text.contains("第 2 版"))
        #expect(day.text.contains("紧急: 大促误判") && day.text.contains("2026-03-04 11:00:00"))
        let list = try ask(["versions", store], language: "zh_CN.UTF-8")
        #expect(list.text.contains("未生效即被替换") && list.text.contains("［紧急：大促误判］"), "\(list.text)")
        #expect(try ask(["show", store, "--on", "2026-03-02"]).text.contains("retroactive (追溯)"))
        #expect(!(try ask(["show", store, "--on", "2026-03-03"]).text.contains("retroactive")))
    }

    @Test(
        "wrong use is 64",
        arguments: [
            ["--effective", "now"], ["--reason", "急"], ["--effective", "soon"], ["--zone", "Mars/Olympus"],
            ["--effective", "now", "--reason", " "], ["--note", "a\nb"], ["--author", ""],
        ])
    func wrongUse(more: [String]) throws {
        try write("加微信")
        let outcome = try publish(more)
        #expect(outcome.code == 64 && outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(folders.isEmpty)
    }

    @Test("rules that are wrong, fail their examples or have too few are not published")
    func refusedRules() throws {
        for (text, word) in [
            ("{", "syntax"),
            (Self.rule("contact", ["加微信"]).replacingOccurrences(of: "请⟦加微信", with: "请⟦加威信"), "example-"),
            (Self.rule("contact", ["加微信"]).replacingOccurrences(of: ", \"您⟦加微信⟧吗\"", with: ""), "too-few-examples"),
        ] {
            try directory.write("rules/a.json", text)
            let outcome = try publish()
            #expect(outcome.code == 66 && outcome.output.isEmpty && outcome.errors.contains(word), "\(outcome.errors)")
        }
        let list = try directory.write(
            "rules/a.ndjson", #"{"id":"a","name":"a","polarity":"negative","when":{"message":{"keywords":["甲乙"]}}}"#)
        #expect(try publish(paths: [list]).errors.contains("too-few-examples"))
        #expect(folders.isEmpty)
    }

    @Test("links, pipes, huge files and names with tricks are not published")
    func hostileSources() throws {
        let manager = FileManager.default
        let file = try write("加微信")
        try manager.createSymbolicLink(atPath: rules + "/link.json", withDestinationPath: "/etc/passwd")
        var outcome = try publish()
        #expect(outcome.code == 66 && outcome.errors.contains("link.json") && !outcome.errors.contains("root:"))
        // A link that the user names is meant.
        try manager.removeItem(atPath: rules + "/link.json")
        try manager.createSymbolicLink(atPath: directory.path + "/named.json", withDestinationPath: file)
        outcome = try publish(paths: [directory.path + "/named.json"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(mkfifo(rules + "/pipe.json", 0o644) == 0)
        #expect(try publish().errors.contains("pipe.json"))
        try manager.removeItem(atPath: rules + "/pipe.json")
        let huge = rules + "/huge.json"
        _ = manager.createFile(atPath: huge, contents: nil)
        #expect(truncate(huge, 1 << 40) == 0)
        outcome = try publish()
        #expect(outcome.code == 66 && outcome.errors.contains("huge.json"))
        try manager.removeItem(atPath: huge)
        for name in ["a\nb.json", "a\\b.json", "\u{202E}nosj.json", "CON:1.json"] {
            try write("加微信", name: name)
            outcome = try publish()
            #expect(outcome.code == 66 && !outcome.errors.contains("\u{202E}"), "\(name): \(outcome.errors)")
            try manager.removeItem(atPath: rules + "/" + name)
        }
        outcome = try publish(paths: [file, file])
        #expect(outcome.code == 66 && outcome.errors.contains("collides"))
        #expect(folders.count == 1)
    }

    @Test("whatever is not as it was published is named, not used")
    func damage() throws {
        let manager = FileManager.default
        try write("加微信")
        #expect(try publish().code == 0)
        try write("加微信", "加我微信")
        #expect(try publish(at: "2026-03-04T02:00").code == 0)
        let first = store + "/versions/" + folders[0]
        let file = first + "/rules/deep/contact.json"
        let whole = try #require(manager.contents(atPath: file))
        func damaged(_ name: String, _ line: Int = #line) throws {
            for arguments in [["show", store, "--version", "1"], ["diff", store, "1", "2"], ["versions", store]] {
                let outcome = try ask(arguments)
                #expect(
                    outcome.code == 66 && outcome.errors.contains(name), "line \(line) \(arguments): \(outcome.errors)")
            }
        }
        func replace(_ path: String, _ data: Data) throws {
            try? manager.removeItem(atPath: path)
            try data.write(to: URL(fileURLWithPath: path))
        }
        try replace(file, Data(Self.rule("contact", ["加薇信"]).utf8))
        try damaged("rules/deep/contact.json")
        #expect(try ask(["versions", store]).text.contains("damaged"))
        // The other version is whole.
        #expect(try ask(["show", store, "--version", "2"]).code == 0)
        try manager.removeItem(atPath: file)
        try damaged("rules/deep/contact.json")
        try manager.createSymbolicLink(atPath: file, withDestinationPath: rules + "/deep/contact.json")
        try damaged("rules/deep/contact.json")
        try replace(file, whole)
        #expect(try ask(["show", store, "--version", "1"]).code == 0)
        try replace(first + "/rules/more.json", Data("[]".utf8))
        try damaged("rules/more.json")
        try manager.removeItem(atPath: first + "/rules/more.json")
        let record = try #require(manager.contents(atPath: first + "/version.json"))
        let later = String(decoding: record, as: UTF8.self).replacingOccurrences(
            of: "2026-03-02T16", with: "2026-03-09T16")
        for text in [later, "", "{}", String(later.prefix(200))] {
            try replace(first + "/version.json", Data(text.utf8))
            try damaged("version.json")
            #expect(try publish(at: "2026-03-05T02:00").code == 66)
        }
        try replace(first + "/version.json", record)
        #expect(try ask(["versions", store]).code == 0)
        // A folder that was only half copied.
        try manager.createDirectory(atPath: store + "/versions/0003-abcdefabcdef", withIntermediateDirectories: false)
        #expect(try ask(["versions", store]).code == 66)
        try manager.removeItem(atPath: store + "/versions/0003-abcdefabcdef")
        try manager.moveItem(atPath: first, toPath: directory.path + "/gone")
        let outcome = try ask(["versions", store])
        #expect(outcome.code == 66 && outcome.errors.contains("version 1 is missing"), "\(outcome.errors)")
    }

    @Test("what a publisher left who was killed is not seen, and goes with the next one")
    func unfinished() throws {
        try write("加微信")
        #expect(try publish().code == 0)
        let torn = store + "/versions/.new/rules/deep"
        try FileManager.default.createDirectory(atPath: torn, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(fileURLWithPath: torn + "/contact.json"))
        #expect(try ask(["versions", store]).code == 0)
        try write("加微信", "加我微信")
        #expect(try publish(at: "2026-03-04T02:00").code == 0)
        #expect(folders.count == 2 && !folders.contains(".new"))
        #expect(try ask(["diff", store, "1", "2"]).text.contains("+ 加我微信"))
    }

    @Test("a publisher who is killed at any moment leaves the store as it was, or with one version more")
    func killed() throws {
        for round in 0..<12 {
            let path = try directory.write("k.json", Self.rule("contact", ["加微信\(round)"]))
            let run = try Command.process(
                ["rules", "publish", path, "--to", store, "--author", "甲", "--note", "n"], in: directory,
                environment: ["MINGJIAN_NOW": "2026-03-02T02:00:00.000Z"])
            try run.process.run()
            usleep(UInt32(round) * 5_000)
            kill(run.process.processIdentifier, SIGKILL)
            run.process.waitUntilExit()
            let list = try ask(["versions", store, "--format", "json"])
            #expect(list.code == 0 || folders.filter { !$0.hasPrefix(".") }.isEmpty, "\(list.errors)")
        }
        try write("加微信")
        #expect(try publish().code == 0)
        #expect(try ask(["versions", store]).code == 0 && !folders.contains(".new"))
    }

    @Test("publishers at once get numbers of their own")
    func concurrent() throws {
        let runs = try (0..<6).map { number -> (process: Process, output: String, errors: String) in
            let path = try directory.write("r\(number).json", Self.rule("contact", ["加微信\(number)"]))
            let run = try Command.process(
                ["rules", "publish", path, "--to", store, "--author", "甲", "--note", "第\(number)"], in: directory,
                environment: ["MINGJIAN_NOW": "2026-03-02T02:00:00.000Z"])
            try run.process.run()
            return run
        }
        for run in runs {
            run.process.waitUntilExit()
            #expect(run.process.terminationStatus == 0)
        }
        #expect(folders.map { $0.prefix(4) } == ["0001", "0002", "0003", "0004", "0005", "0006"])
        #expect(try ask(["versions", store]).code == 0)
    }

    @Test("a diff speaks of rules, in Chinese where the language is")
    func diffs() throws {
        try write("加微信", more: "\"score\": -5, ")
        #expect(try publish().code == 0)
        try write("加微信", "加我微信", more: "\"severity\": \"critical\", ")
        try directory.write("rules/new.json", Self.rule("fresh", ["刷单"]))
        let outcome = try ask(["diff", store, "1", rules], language: "zh_CN.UTF-8")
        #expect(outcome.code == 0)
        let text = outcome.text.replacingOccurrences(of: rules, with: "RULES")
        #expect(
            text == """
                第 1 版 → 草稿 RULES：新增 1 条规则，删除 0 条，修改 1 条，未变 0 条
                + fresh (引流) 负面，一般
                    when: {"message":{"from":"agent","keywords":["刷单"]}}
                ~ contact (引流)
                    严重程度: 一般 → 致命
                    分值: -5 → 无
                    when.message.keywords: + 加我微信

                """)
        #expect(try publish(at: "2026-03-04T02:00").code == 0)
        #expect(try ask(["diff", store, "1", "2"]).text.hasPrefix("version 1 → version 2: 1 rules added"))
        let json = try ask(["diff", store, "2", "1", "--format", "json"])
        let object = try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any]
        #expect((object?["removed"] as? [Any])?.count == 1)
        #expect(try ask(["diff", store, "2", rules]).text.contains("0 changed"))
    }

    @Test("a version holds the names that its rules use, and a diff sees through them")
    func sharedNames() throws {
        try FileManager.default.createDirectory(atPath: rules + "/shared", withIntermediateDirectories: false)
        try directory.write("rules/shared/names.json", #"{"wordLists": {"off": ["加微信", "加威信"]}}"#)
        try write("加微信")
        let file = rules + "/deep/contact.json"
        let text = try String(contentsOfFile: file, encoding: .utf8).replacingOccurrences(
            of: "\"keywords\": [\"加微信\"]", with: "\"keywords\": [\"@off\"]")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        // Alone it would not be whole.
        let alone = try publish(paths: [file])
        #expect(alone.code == 66 && alone.errors.contains("unknown-name"), "\(alone.errors)")
        #expect(try publish().code == 0)
        try directory.write("rules/shared/names.json", #"{"wordLists": {"off": ["加微信", "加薇信"]}}"#)
        let diff = try ask(["diff", store, "1", rules])
        #expect(diff.text.contains("when.message.keywords: + 加薇信  - 加威信"), "\(diff.text)")
        #expect(try ask(["show", store, "--version", "1"]).code == 0)
    }

    @Test("what is not there is said with its code")
    func missing() throws {
        try write("加微信")
        #expect(try ask(["versions", store]).code == 66)
        #expect(try publish().code == 0)
        #expect(try ask(["show", store, "--version", "2"]).code == 64)
        #expect(try ask(["show", store, "--on", "2026-3-1"]).code == 64)
        #expect(try ask(["show", store, "--on", "2026-03-01", "--version", "1"]).code == 64)
        #expect(try ask(["diff", store, "1", "7"]).code == 64)
        #expect(try ask(["diff", store, "1", directory.path + "/none"]).code == 66)
        let shown = try ask(["show", store, "--version", "1", "--format", "json"])
        let object = try JSONSerialization.jsonObject(with: Data(shown.output)) as? [String: Any]
        let versions = object?["versions"] as? [[String: Any]]
        #expect((versions?.first?["ruleList"] as? [[String: Any]])?.first?["id"] as? String == "contact")
        #expect(try ask(["show", store, "--version=-9223372036854775808"]).code == 64)
        // A store below the rules would become a part of them.
        let inside = try Command.run(
            ["rules", "publish", rules, "--to", rules + "/deep/store", "--author", "a", "--note", "b"], in: directory)
        #expect(inside.code == 64, "\(inside.errors)")
        let blocked = try Command.run(
            [
                "rules", "publish", rules, "--to", directory.path + "/rules/deep/contact.json/store", "--author", "a",
                "--note", "b",
            ],
            in: directory)
        #expect(blocked.code == 64, "\(blocked.errors)")
        try directory.write("file", "")
        let file = try Command.run(
            ["rules", "publish", rules, "--to", directory.path + "/file", "--author", "a", "--note", "b"], in: directory
        )
        #expect(file.code == 74, "\(file.code) \(file.errors)")
    }
}
