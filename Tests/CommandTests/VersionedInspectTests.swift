import Foundation
import Testing

/// `inspect --versions` and `rules backtest` as their users run them: the clock is `MINGJIAN_NOW`.
@Suite(.enabled(if: Command.isBuilt))
struct VersionedInspectTests {
    let directory: TemporaryDirectory
    var store: String { directory.path + "/store" }

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path + "/rules", withIntermediateDirectories: true)
    }

    private func command(_ arguments: [String], at now: String, language: String = "en_US.UTF-8") throws
        -> Command.Outcome
    {
        try Command.run(
            arguments, in: directory, environment: ["MINGJIAN_NOW": now + ":00.000Z", "LANG": language])
    }

    @discardableResult
    private func publish(_ words: String..., at now: String, _ more: [String] = []) throws -> Command.Outcome {
        try directory.write("rules/contact.json", VersionTests.rule("contact", words))
        let outcome = try command(
            ["rules", "publish", directory.path + "/rules", "--to", store, "--author", "阿宁", "--note", "调整"] + more,
            at: now)
        #expect(outcome.code == 0, "\(outcome.errors)")
        return outcome
    }

    /// One conversation a time, in which an agent says every word.
    private func archive(_ times: [String?], _ name: String = "archive.ndjson") throws -> String {
        let lines = times.enumerated().map { number, time in
            let stamp = time.map { "\"time\":\"\($0)\"," } ?? ""
            return
                #"{"id":"c\#(number)","buyer":"b\#(number)","messages":[{\#(stamp)"from":"agent","agent":"豆豆","text":"甲方乙方丙方"}]}"#
                + "\n"
        }
        return try directory.write(name, lines.joined())
    }

    /// Per conversation the versions of its findings.
    private func versions(_ outcome: Command.Outcome) throws -> [String: [Int]] {
        var result: [String: [Int]] = [:]
        for line in outcome.lines {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            result[object["conversation"] as? String ?? "", default: []].append(object["version"] as? Int ?? 0)
        }
        return result
    }

    @Test("each conversation gets the version of its first message, to the millisecond")
    func versionOfTheDay() throws {
        try publish("甲方", at: "2026-03-02T02:00")
        try publish("甲方", "乙方", at: "2026-12-31T02:00")
        try publish("丙方", at: "2027-01-01T03:30", ["--effective", "now", "--reason", "大促误判"])
        let file = try archive([
            "2020-01-01T00:00:00+08:00", "2026-03-02T23:59:59.999+08:00", "2026-03-03T00:00:00+08:00",
            "2026-12-31T23:59:59.999+08:00", "2027-01-01T00:00:00+08:00", "2027-01-01T11:29:59.999+08:00",
            "2027-01-01T11:30:00+08:00", nil,
        ])
        let arguments = ["inspect", file, "--versions", store]
        let lines = try command(arguments + ["--format", "ndjson"], at: "2027-02-01T02:00")
        #expect(lines.code == 0, "\(lines.errors)")
        #expect(
            try versions(lines) == [
                "c0": [1], "c1": [1], "c2": [1], "c3": [1], "c4": [2], "c5": [2], "c6": [3], "c7": [3],
            ])
        let table = try command(arguments, at: "2027-02-01T02:00")
        #expect(
            table.text.contains(
                "第 1 版 4 个会话（追溯 2），第 2 版 2 个会话，第 3 版 2 个会话（没有时间、按运行日 1，紧急：大促误判）"),
            "\(table.text)")
        let json = try command(arguments + ["--format", "json"], at: "2027-02-01T02:00")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
        let coverage = try #require(report["coverage"] as? [String: Any])
        let versions = try #require(coverage["versions"] as? [[String: Any]])
        #expect(coverage["rulesOrigin"] as? String == "versionOfDay" && report["rulesDigest"] as? String == "")
        #expect(versions.map { $0["number"] as? Int } == [1, 2, 3] && versions[2]["emergency"] as? String == "大促误判")
        #expect(versions.map { $0["retroactive"] as? Int } == [2, 0, 0])
    }

    @Test("an old range gives the old report byte for byte, whatever was published since")
    func oldReportsStay() throws {
        // The nights on which Shanghai's clocks changed, the end of a year, and an ordinary one.
        for (start, times) in [
            (
                "1986-05-02T02:00",
                ["1986-05-03T15:59:59Z", "1986-05-03T16:00:00Z", "1986-05-04T14:59:59Z", "1986-05-04T15:00:00Z"]
            ),
            (
                "1991-09-13T02:00",
                ["1991-09-13T14:59:59Z", "1991-09-13T15:00:00Z", "1991-09-14T15:00:00Z", "1991-09-15T16:00:00Z"]
            ),
            (
                "2025-12-30T02:00",
                ["2025-12-30T15:59:59Z", "2025-12-30T16:00:00Z", "2025-12-31T15:59:59Z", "2025-12-31T16:00:00Z"]
            ),
        ] {
            try? FileManager.default.removeItem(atPath: store)
            let file = try archive(times)
            let day = String(start.prefix(10))
            func later(_ days: Int) -> String {
                let formatter = ISO8601DateFormatter()
                let date = formatter.date(from: day + "T02:00:00Z")?.addingTimeInterval(Double(days) * 86_400)
                return String(formatter.string(from: date ?? Date()).prefix(16))
            }
            try publish("甲方", at: start)
            try publish("乙方", at: later(1))
            func reports(at now: String) throws -> [Command.Outcome] {
                try ["table", "json", "ndjson", "html", "csv"].map {
                    try command(["inspect", file, "--versions", store, "--format", $0], at: now)
                }
            }
            let before = try reports(at: later(5))
            #expect(before.allSatisfy { $0.code == 0 && !$0.output.isEmpty }, "\(before[0].errors)")
            let used = try versions(before[2])
            #expect(Set(used.values.joined()) == [1, 2], "\(start) \(used)")
            try publish("丙方", at: later(6))
            try publish("甲方", "丙方", at: later(7), ["--effective", "now", "--reason", "急"])
            let after = try reports(at: later(30))
            #expect(before.map(\.output) == after.map(\.output), "\(start)")
        }
    }

    @Test("midnight is the shop's on days with a change of time")
    func changesOfTime() throws {
        // Summer time began on 4 May 1986 at 02:00: that day ends an hour early.
        try publish("甲方", at: "1986-05-01T02:00")
        try publish("乙方", at: "1986-05-04T02:00")
        let file = try archive(["1986-05-04T14:59:59Z", "1986-05-04T15:00:00Z"])
        let lines = try command(["inspect", file, "--versions", store, "--format", "ndjson"], at: "1986-06-01T00:00")
        #expect(try versions(lines) == ["c0": [1], "c1": [2]])
    }

    @Test("a named version and a draft judge everything, and say that they are not for scores")
    func namedAndDraft() throws {
        try publish("甲方", at: "2026-03-02T02:00")
        try publish("甲方", "乙方", at: "2026-03-04T02:00")
        let file = try archive(["2026-03-03T10:00:00+08:00", "2026-03-06T10:00:00+08:00"])
        let now = "2026-04-01T00:00"
        let named = ["inspect", file, "--versions", store, "--as-version", "2"]
        #expect(try versions(command(named + ["--format", "ndjson"], at: now)) == ["c0": [2], "c1": [2]])
        #expect(try command(named, at: now).text.contains("第 2 版 2 个会话；指定版本，不计入评分"))
        let draft = ["inspect", file, "--draft", directory.path + "/rules"]
        #expect(try command(draft, at: now).text.contains("草稿，不计入评分"))
        let lines = try command(draft + ["--format", "ndjson"], at: now)
        #expect(lines.lines.count == 2 && lines.lines.allSatisfy { $0.contains(#""draft":true"#) })
        // Rules from files say nothing of versions.
        let files = try command(["inspect", file, "--rules", directory.path + "/rules"], at: now)
        #expect(files.code == 0 && !files.text.contains("规则版本"))
        let stream = try command(
            ["inspect", "--stream", file, "--versions", store, "--as-version", "1"], at: now)
        #expect(
            stream.code == 0 && stream.lines.count == 2 && stream.text.contains(#""version":1"#), "\(stream.errors)")
    }

    @Test("wrong use is refused; a damaged version ends the run only where it is needed")
    func refusals() throws {
        try publish("甲方", at: "2026-03-02T02:00")
        try publish("乙方", at: "2026-03-04T02:00")
        let file = try archive(["2026-03-03T10:00:00+08:00"])
        let now = "2026-04-01T00:00"
        for (arguments, code, word) in [
            (["--versions", store, "--draft", directory.path + "/rules"], 64, "--draft"),
            (["--as-version", "1"], 64, "--versions"),
            (["--versions", store, "--as-version", "9"], 64, "no version 9"),
            (["--versions", directory.path + "/none"], 66, "no versions"),
            (["--versions", store, "--stream", "--from", "2026-03-01"], 64, "--from"),
        ] as [([String], Int32, String)] {
            let outcome = try command(["inspect", file] + arguments, at: now)
            #expect(outcome.code == code && outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
        }
        let folders = try FileManager.default.contentsOfDirectory(atPath: store + "/versions").sorted()
        let damaged = store + "/versions/\(folders[1])/rules/contact.json"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: damaged)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: damaged))
        #expect(try command(["inspect", file, "--versions", store], at: now).code == 0)
        let later = try archive(["2026-03-03T10:00:00+08:00", "2026-03-06T10:00:00+08:00"], "later.ndjson")
        let outcome = try command(["inspect", later, "--versions", store], at: now)
        #expect(outcome.code == 66 && outcome.errors.contains(folders[1]), "\(outcome.errors)")
    }

    @Test("a run that was stopped goes on, and starts afresh where the history has changed")
    func resumes() throws {
        try publish("亲", "发货", at: "2026-02-01T02:00")
        try publish("亲", at: "2026-03-10T02:00")
        let corpus = directory.path + "/corpus.ndjson"
        let made = try Command.run(
            ["corpus", "generate", "--megabytes", "4", "--seed", "7", "--out", corpus], in: directory)
        try #require(made.code == 0, "\(made.errors)")
        func arguments(_ out: String) -> [String] {
            ["inspect", corpus, "--versions", store, "--out", directory.path + "/" + out]
        }
        let now = ["MINGJIAN_NOW": "2026-04-01T00:00:00.000Z"]
        /// Whether the run was stopped before its end.
        func stop(_ out: String) throws -> Bool {
            let (process, _, _) = try Command.process(arguments(out), in: directory, environment: now)
            try process.run()
            for _ in 0..<20_000 where process.isRunning {
                if !directory.contents(out + "/findings.ndjson").isEmpty { break }
                usleep(500)
            }
            if process.isRunning { kill(process.processIdentifier, SIGINT) }
            process.waitUntilExit()
            return process.terminationStatus == 130
        }
        func finished(_ out: String) throws -> [[UInt8]] {
            let outcome = try command(arguments(out), at: "2026-04-01T00:00")
            #expect(outcome.code == 0, "\(outcome.errors)")
            return ["findings.ndjson", "report.json", "report.html"].map { directory.contents(out + "/" + $0) }
        }
        let whole = try finished("whole")
        let text = String(decoding: whole[0], as: UTF8.self)
        #expect(text.contains(#""version":1"#) && text.contains(#""version":2"#))
        let wasStopped = try [stop("same"), stop("other")]
        #expect(try finished("same") == whole)
        // The new history judges some of the days that were done already.
        try publish("发货", at: "2026-03-10T03:00", ["--effective", "now", "--reason", "急"])
        let anew = try finished("anew")
        #expect(anew != whole && wasStopped.contains(true))
        #expect(try finished("other") == anew)
    }
}
