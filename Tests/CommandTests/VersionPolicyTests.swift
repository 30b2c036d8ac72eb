import Foundation
import Testing

/// The time policy that a version keeps: the clock is `MINGJIAN_NOW`.
@Suite(.enabled(if: Command.isBuilt))
struct VersionPolicyTests {
    let directory: TemporaryDirectory
    var store: String { directory.path + "/store" }

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path + "/rules", withIntermediateDirectories: true)
    }

    private func command(_ arguments: [String], at now: String = "2026-05-01T02:00") throws -> Command.Outcome {
        try Command.run(
            arguments, in: directory, environment: ["MINGJIAN_NOW": now + ":00.000Z", "LANG": "en_US.UTF-8"])
    }

    private func publish(at now: String, _ more: [String] = []) throws -> Command.Outcome {
        try command(
            ["rules", "publish", directory.path + "/rules", "--to", store, "--author", "阿宁", "--note", "调整"] + more,
            at: now)
    }

    private func inspect(_ file: String, _ more: [String] = [], format: String = "ndjson") throws -> Command.Outcome {
        try command(["inspect", file, "--versions", store, "--format", format] + more)
    }

    private func found(_ outcome: Command.Outcome) throws -> [String] {
        try outcome.lines.map { line in
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            return "\(object["conversation"] as? String ?? "") \(object["version"] as? Int ?? 0)"
        }.sorted()
    }

    private func version(_ number: Int) throws -> String {
        let folders = try FileManager.default.contentsOfDirectory(atPath: store + "/versions").sorted()
        return store + "/versions/" + folders[number - 1]
    }

    /// A question that got its answer five minutes later, out of hours no fault.
    private func writeDuty() throws {
        try directory.write(
            "rules/slow.json",
            #"""
            {"id": "slow", "name": "慢", "polarity": "negative",
             "when": {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
              "within": {"time": "3m", "only": "inside-hours"}, "report": "missed"},
             "examples": {
              "hit": [[{"buyer": "在"}, {"agent": "在", "after": "4m"}], [{"buyer": "在"}, {"agent": "在", "after": "5m"}]],
              "clean": [[{"buyer": "在"}, {"agent": "在", "after": "2m"}],
               [{"agent": "您好"}, {"buyer": "在", "after": "13h"}, {"agent": "有", "after": "10m"}]]}}
            """#)
    }

    private func questions(_ times: [String]) throws -> String {
        let formatter = ISO8601DateFormatter()
        let lines = times.enumerated().map { number, time in
            let answer = formatter.string(from: (formatter.date(from: time) ?? Date()).addingTimeInterval(300))
            return
                #"{"id":"c\#(number)","buyer":"b\#(number)","messages":[{"time":"\#(time)","from":"buyer","text":"在"},"#
                + #"{"time":"\#(answer)","from":"agent","agent":"豆豆","text":"在"}]}"# + "\n"
        }
        return try directory.write("questions.ndjson", lines.joined())
    }

    @Test("a version is tested with its policy, keeps it byte for byte, and judges by it ever after")
    func keepsThePolicy() throws {
        try writeDuty()
        let policy = try directory.write("shop.json", #"{ "hours": [{ "from": "09:00", "to": "22:00" }] }"#)
        let refused = try publish(at: "2026-03-02T02:00")
        #expect(refused.code == 66 && refused.text.isEmpty, "\(refused.errors)")
        let published = try publish(at: "2026-03-02T02:00", ["--policy", policy])
        #expect(published.code == 0, "\(published.errors)")
        let kept = FileManager.default.contents(atPath: try version(1) + "/policy.json")
        #expect(kept.map { Array($0) } == directory.contents("shop.json"))
        #expect(try publish(at: "2026-03-03T02:00", ["--policy", policy]).text.contains("nothing was published"))
        // What nobody names stays as it was.
        let unnamed = try publish(at: "2026-03-03T03:00")
        #expect(unnamed.text.contains("nothing was published"), "\(unnamed.errors)")
        #expect(unnamed.errors.contains("the time policy is that of version 1"))
        // 23:30, 10:30 and 23:30 of a later day.
        let file = try questions(["2026-03-04T15:30:00Z", "2026-03-05T02:30:00Z", "2026-04-04T15:30:00Z"])
        try directory.write("shop.json", "{}")
        let before = try ["table", "json", "ndjson", "csv"].map {
            try inspect(file, ["--to", "2026-03-06"], format: $0)
        }
        #expect(before.allSatisfy { $0.code == 0 && !$0.output.isEmpty }, "\(before[0].errors)")
        #expect(try found(before[2]) == ["c1 1"])
        #expect(try command(["rules", "show", store, "--version", "1"]).text.contains("time policy: policy.json ("))

        // The same rules with longer hours are another version, and change nothing of the days before.
        try directory.write("shop.json", #"{ "hours": [{ "from": "09:00", "to": "23:45" }] }"#)
        #expect(try publish(at: "2026-04-01T02:00", ["--policy", policy]).code == 66)
        try directory.write(
            "rules/slow.json",
            String(decoding: directory.contents("rules/slow.json"), as: UTF8.self)
                .replacingOccurrences(of: "\"13h\"", with: "\"14h\""))
        let second = try publish(at: "2026-04-01T02:00", ["--policy", policy])
        #expect(second.code == 0 && second.text.contains("version 2"), "\(second.errors)")
        let after = try ["table", "json", "ndjson", "csv"].map {
            try inspect(file, ["--to", "2026-03-06"], format: $0)
        }
        #expect(before.map(\.output) == after.map(\.output))
        #expect(try found(inspect(file)) == ["c1 1", "c2 2"])
        #expect(try found(inspect(file, ["--as-version", "2"])) == ["c0 2", "c1 2", "c2 2"])
        #expect(try found(inspect(file, ["--as-version", "1"])) == ["c1 1"])
    }

    @Test("an option of the policy alone makes a version, and the rest of the policy stays")
    func oneOption() throws {
        try writeDuty()
        let policy = try directory.write("p.json", #"{"hours": [{"from": "09:00", "to": "18:00"}]}"#)
        #expect(try publish(at: "2026-03-01T02:00", ["--policy", policy]).code == 0)
        #expect(
            try publish(at: "2026-03-01T03:00", ["--zone", "Asia/Shanghai"]).text.contains("nothing was published"))
        let zoned = try publish(at: "2026-03-02T02:00", ["--zone", "America/New_York"])
        #expect(zoned.text.contains("published version 2") && zoned.text.contains("America/New_York"), "\(zoned)")
        let silent = try publish(at: "2026-03-03T02:00", ["--close-after", "45"])
        #expect(silent.text.contains("published version 3"), "\(silent)")
        #expect(FileManager.default.fileExists(atPath: try version(3) + "/policy.json"))
        #expect(try publish(at: "2026-03-04T02:00").text.contains("nothing was published"))
        let zones = try command(["rules", "diff", store, "1", "2"]).text
        #expect(zones.contains("~ time policy: zone Asia/Shanghai → America/New_York\n"), "\(zones)")
        let silences = try command(["rules", "diff", store, "2", "3", "--format", "json"]).text
        #expect(
            silences.contains("\"closeAfter\"") && silences.contains("45m") && !silences.contains("hours"),
            "\(silences)")
    }

    @Test("a version leaves out the buyers of its own conversations, in records as in a log")
    func buyersLeftOut() throws {
        try directory.write("rules/w.json", VersionTests.rule("hello", ["稍等"]))
        for (day, buyers) in [("01", "[]"), ("02", #"["b"]"#), ("04", "[]")] {
            let file = try directory.write("p\(day).json", #"{"leaveOut": {"buyers": \#(buyers)}}"#)
            #expect(try publish(at: "2026-03-\(day)T02:00", ["--policy", file]).code == 0)
        }
        let lines = ["02", "03", "05"].map {
            #"{"time":"2026-03-\#($0)T10:00:00+08:00","from":"agent","agent":"豆豆","text":"稍等"}"#
        }
        let record = try directory.write(
            "r.ndjson", #"{"id":"c","buyer":"b","messages":[\#(lines.joined(separator: ","))]}"# + "\n")
        #expect(try found(inspect(record)) == ["c 1", "c#3 3"])
        let log = try directory.write(
            "l.ndjson", lines.map { $0.replacing("{", with: #"{"buyer":"b","shop":"s","#) + "\n" }.joined())
        #expect(try found(inspect(log, ["--cut"])).map { $0.suffix(1) } == ["1", "3"])
    }

    @Test("options that would say otherwise are refused, and a policy that was edited is damage")
    func refusals() throws {
        try writeDuty()
        let policy = try directory.write("shop.json", #"{ "hours": [{ "from": "09:00", "to": "22:00" }] }"#)
        #expect(try publish(at: "2026-03-02T02:00", ["--policy", policy]).code == 0)
        let file = try questions(["2026-03-05T02:30:00Z"])
        for more in [["--policy", policy], ["--close-after", "5"], ["--as-version", "1", "--policy", policy]] {
            let outcome = try inspect(file, more)
            #expect(outcome.code == 64 && outcome.errors.contains("they were published with"), "\(outcome.errors)")
        }
        #expect(try inspect(file, ["--zone", "Asia/Tokyo"]).code == 0)
        let kept = try version(1) + "/policy.json"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: kept)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: kept))
        let damaged = try inspect(file)
        #expect(damaged.code == 66 && damaged.errors.contains("policy.json"), "\(damaged.errors)")
    }

    @Test("a run says which rules ask for hours that its policy has not")
    func hours() throws {
        try writeDuty()
        let policy = try directory.write("shop.json", #"{ "hours": [{ "from": "09:00", "to": "22:00" }] }"#)
        let file = try questions(["2026-03-04T15:30:00Z", "2026-03-05T02:30:00Z"])
        let rules = ["inspect", file, "--rules", directory.path + "/rules", "--format", "ndjson"]
        #expect(try command(rules).lines.count == 2)
        #expect(try command(rules).errors.contains("judge day and night: slow"))
        let within = try command(rules + ["--policy", policy])
        #expect(within.lines.count == 1 && !within.errors.contains("day and night"))
    }

    private func contact(at now: String, closeAfter: Int) throws {
        try directory.write("rules/contact.json", VersionTests.rule("contact", ["微信", "加\(closeAfter)"]))
        let outcome = try publish(at: now, ["--close-after", String(closeAfter)])
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    @Test("a record is cut into parts by the policy of the version at its first message")
    func closings() throws {
        try contact(at: "2026-03-01T02:00", closeAfter: 60)
        try contact(at: "2026-03-04T02:00", closeAfter: 10)
        func record(_ id: String, _ times: [String]) -> String {
            let messages = times.map { #"{"time":"\#($0)+08:00","from":"agent","agent":"豆豆","text":"微信"}"# }
            return #"{"id":"\#(id)","buyer":"\#(id)","messages":[\#(messages.joined(separator: ","))]}"# + "\n"
        }
        let file = try directory.write(
            "night.ndjson",
            // Half an hour apart over the midnight at which the second version comes: one part.
            record("a", ["2026-03-04T23:50:00", "2026-03-05T00:20:00", "2026-03-05T00:50:00"])
                // The second part is the second version's, and still ends an hour after its last message.
                + record("b", ["2026-03-04T21:00:00", "2026-03-05T00:30:00", "2026-03-05T00:50:00"])
                // All of it is the second version's.
                + record("c", ["2026-03-05T08:00:00", "2026-03-05T08:09:00", "2026-03-05T08:29:00"]))
        let lines = try inspect(file)
        #expect(lines.code == 0, "\(lines.errors)")
        #expect(
            try found(lines) == [
                "a 1", "a 1", "a 1", "b 1", "b#2 2", "b#2 2", "c 2", "c 2", "c#2 2",
            ])
        #expect(try inspect(file, ["--cut"]).output == lines.output)
        #expect(try inspect(file, ["--cut", "--as-version", "1"]).code == 0)
        // With schemes, too: each group its own set, and parts by the record's first version.
        try directory.write(
            "rules/schemes.json",
            #"{"schemes":[{"id":"one","name":"一组","groups":["一组"]},{"id":"rest","name":"默认","default":true}]}"#)
        #expect(try publish(at: "2026-03-07T02:00", ["--close-after", "20"]).code == 0)
        #expect(try found(inspect(file)) == found(lines))
    }

    @Test("a log is cut by the policy of the version in force where each conversation begins")
    func cutsLogs() throws {
        try contact(at: "2026-03-01T02:00", closeAfter: 60)
        try contact(at: "2026-03-04T02:00", closeAfter: 10)
        func log(_ buyer: String, _ times: [String]) -> String {
            times.map {
                #"{"shop":"s","buyer":"\#(buyer)","time":"\#($0)+08:00","from":"agent","agent":"豆豆","text":"微信"}"#
                    + "\n"
            }.joined()
        }
        // The same messages as records with ids, each of one conversation: the log must give the same.
        let times = [
            ["2026-03-04T23:50:00", "2026-03-05T00:20:00", "2026-03-05T00:50:00"], ["2026-03-05T08:00:00"],
            ["2026-03-05T08:11:00", "2026-03-05T08:20:00"],
        ]
        let file = try directory.write("log.ndjson", log("a", times.flatMap { $0 }))
        let outcome = try inspect(file, ["--cut"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            try found(outcome) == [
                "s/a/20260304T155000 1", "s/a/20260304T155000 1", "s/a/20260304T155000 1", "s/a/20260305T000000 2",
                "s/a/20260305T001100 2", "s/a/20260305T001100 2",
            ])
        let cutFirst = try inspect(file, ["--cut", "--as-version", "1"])
        #expect(Set(try found(cutFirst)).count == 2)
        // Which message needs an answer is told before any version is known.
        let policy = try directory.write("policy.json", #"{"waits": {"noAnswer": ["晓得了"]}}"#)
        #expect(try publish(at: "2026-03-07T02:00", ["--policy", policy]).code == 0)
        let refused = try inspect(file, ["--cut"])
        #expect(refused.code == 64 && refused.errors.contains("noAnswer"), "\(refused.errors)")
    }

    @Test("a promise of hours is published with the time that conversations stay open")
    func promises() throws {
        try directory.write(
            "rules/promise.json",
            #"""
            {"id": "promise", "name": "承诺", "polarity": "negative",
             "when": {"after": {"message": {"from": "agent", "keywords": ["发货"]}}, "trigger": "each",
              "expect": {"message": {"from": "agent", "keywords": ["已发"]}}, "within": {"time": "promised"},
              "report": "missed"},
             "examples": {
              "hit": [[{"agent": "8小时内发货"}, {"agent": "好", "after": "9h"}],
               [{"agent": "2小时内发货"}, {"agent": "好", "after": "3h"}]],
              "clean": [[{"agent": "8小时内发货"}, {"agent": "已发", "after": "7h"}], "好"]}}
            """#)
        #expect(try publish(at: "2026-03-02T02:00").code == 66)
        let outcome = try publish(at: "2026-03-02T02:00", ["--close-after", "720"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let shown = try command(["rules", "show", store, "--version", "1"])
        #expect(shown.text.contains("time policy: closes after 720 minutes"), "\(shown.text)")
    }
}
