import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt))
struct BacktestTests {
    let directory: TemporaryDirectory
    static let archive = "Corpora/demo/conversations.ndjson"

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["old", "new"] {
            try FileManager.default.createDirectory(
                atPath: directory.path + "/" + name, withIntermediateDirectories: true)
        }
        try directory.write("old/a.json", VersionTests.rule("contact", ["微信"]))
        try directory.write("old/b.json", VersionTests.rule("gone", ["亲"]))
        try directory.write("old/c.json", VersionTests.rule("same", ["帮您"]))
        try directory.write("new/a.json", VersionTests.rule("contact", ["微信", "好的"]))
        try directory.write("new/c.json", VersionTests.rule("same", ["帮您"], more: #""severity": "critical", "#))
        try directory.write("new/d.json", VersionTests.rule("fresh", ["抱歉"]))
    }

    private func backtest(_ more: [String] = [], sides: [String]? = nil, now: String = "2026-04-01T00:00:00.000Z")
        throws
        -> Command.Outcome
    {
        let paths = sides ?? ["--against", directory.path + "/old"]
        return try Command.run(
            ["rules", "backtest", "--draft", directory.path + "/new"] + paths + [Self.archive] + more, in: directory,
            environment: ["MINGJIAN_NOW": now])
    }

    private func findings(_ rules: String) throws -> [String: Set<String>] {
        let outcome = try Command.run(
            ["inspect", Self.archive, "--rules", directory.path + "/" + rules, "--format", "ndjson"], in: directory)
        var result: [String: Set<String>] = [:]
        for line in outcome.lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            result[object?["rule"] as? String ?? "", default: []].insert(object?["id"] as? String ?? "")
        }
        return result
    }

    private func rules(_ outcome: Command.Outcome) throws -> [String: [String: Any]] {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any], "\(outcome.errors)")
        let list = try #require(object["rules"] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: list.map { ($0["id"] as? String ?? "", $0) })
    }

    @Test("each side is scored and counted by what its own rules are, though they judge the same")
    func grades() throws {
        func side(_ name: String, _ polarity: String, _ severity: String, _ more: String) throws {
            try directory.write(
                "\(name)/a.json",
                #"""
                [{"id": "rude", "name": "粗", "polarity": "negative", "severity": "\#(severity)", \#(more)
                  "when": {"message": {"from": "agent", "keywords": ["滚"]}}},
                 {"id": "kind", "name": "礼", "polarity": "\#(polarity)", "severity": "minor",
                  "when": {"message": {"from": "agent", "keywords": ["您好"]}}}]
                """#)
            try directory.write("\(name)/s.json", #"{"scoring": {}}"#)
        }
        for file in ["old/a.json", "old/b.json", "old/c.json", "new/a.json", "new/c.json", "new/d.json"] {
            try FileManager.default.removeItem(atPath: directory.path + "/" + file)
        }
        try side("old", "negative", "minor", "")
        try side("new", "positive", "critical", #""score": -9,"#)
        let archive = try directory.write(
            "a.ndjson",
            #"{"id":"c","buyer":"b","messages":[{"time":1772413200000,"from":"buyer","text":"在"},"#
                + #"{"time":1772413201000,"from":"agent","agent":"a","text":"您好滚"}]}"# + "\n")
        func points(_ name: String) throws -> Int? {
            let outcome = try Command.run(
                ["inspect", archive, "--rules", directory.path + "/" + name, "--format", "json"], in: directory)
            let object = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
            let scores = object?["scores"] as? [String: Any]
            return (scores?["total"] as? [String: Any])?["points"] as? Int
        }
        let outcome = try Command.run(
            ["rules", "backtest", "--draft", directory.path + "/new", "--against", directory.path + "/old", archive]
                + ["--format", "json"], in: directory)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any], "\(outcome.errors)")
        let scores = try #require(object["scores"] as? [String: [String: Any]])
        #expect(scores["old"]?["points"] as? Int == (try points("old")))
        #expect(scores["new"]?["points"] as? Int == (try points("new")))
        #expect(try points("old") == 96 && points("new") == 91)
        let total = try #require(object["total"] as? [String: [String: Int]])
        #expect(total["negativeHits"]?["old"] == 2 && total["negativeHits"]?["new"] == 1)
        #expect(total["positiveHits"]?["old"] == 0 && total["positiveHits"]?["new"] == 1)
        let agent = try #require((object["agents"] as? [[String: Any]])?.first { $0["name"] as? String == "a" })
        #expect((agent["negativeHits"] as? [String: Int])?["old"] == 2)
    }

    @Test("the numbers are those of two inspections, and all threads write the same bytes")
    func equalsTwoInspections() throws {
        let (old, new) = (try findings("old"), try findings("new"))
        let outcome = try backtest(["--format", "json", "--threads", "1"])
        #expect(outcome.code == 0)
        let rules = try rules(outcome)
        #expect(rules.count == 4)
        for (id, rule) in rules {
            let hits = try #require(rule["hits"] as? [String: Int])
            let (before, after) = (old[id] ?? [], new[id] ?? [])
            #expect(hits["old"] == before.count && hits["new"] == after.count, "\(id)")
            #expect(
                hits["gained"] == after.subtracting(before).count && hits["lost"] == before.subtracting(after).count)
        }
        #expect(rules["same"]?["status"] as? String == "described" && rules["fresh"]?["status"] as? String == "added")
        #expect(rules["gone"]?["status"] as? String == "removed" && rules["contact"]?["status"] as? String == "changed")
        for format in ["table", "json", "html"] {
            let one = try backtest(["--format", format, "--threads", "1"])
            let three = try backtest(["--format", format, "--threads", "3"])
            #expect(one.output == three.output && !one.output.isEmpty && one.code == 0, "\(format)")
        }
        let text = try backtest().text
        for part in ["引流", "新增", "消失", "时间", "+ 好的"] where part != "时间" { #expect(text.contains(part), "\(text)") }
    }

    @Test("only the rules that differ are judged where that is asked for, and every form of the report says so")
    func changedOnly() throws {
        let all = try rules(backtest(["--format", "json"]))
        let outcome = try backtest(["--format", "json", "--changed-only"])
        let some = try rules(outcome)
        #expect(Set(all.keys) == Set(some.keys) && outcome.code == 0)
        for id in ["contact", "gone", "fresh"] {
            #expect(all[id]?["hits"] as? [String: Int] == some[id]?["hits"] as? [String: Int], "\(id)")
        }
        #expect((some["same"]?["hits"] as? [String: Int])?["old"] == 0)
        let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        #expect(report["unjudged"] as? Int == 1)
        for format in ["table", "html"] {
            #expect(try backtest(["--format", format, "--changed-only"]).text.contains("另有 1 条没有改动、未评判"))
            #expect(try !backtest(["--format", format]).text.contains("未评判"))
        }
        // Where nothing differs, nothing is judged, and that is a report, too.
        let none = try backtest(["--changed-only"], sides: ["--against", directory.path + "/new"])
        #expect(none.code == 0 && none.text.contains("另有 3 条没有改动、未评判"), "\(none.errors)")
    }

    @Test("a finding that is charged to somebody else is told at both, in every form")
    func chargedOtherwise() throws {
        for file in ["old/a.json", "old/b.json", "old/c.json", "new/a.json", "new/c.json", "new/d.json"] {
            try FileManager.default.removeItem(atPath: directory.path + "/" + file)
        }
        // Who owes an answer when three minutes are over, and who when six are: it was handed over in between.
        for (name, limit) in [("old", "3m"), ("new", "6m")] {
            try directory.write(
                "\(name)/slow.json",
                #"""
                {"id": "slow", "name": "慢", "polarity": "negative",
                 "when": {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
                  "within": {"time": "\#(limit)"}, "onTransfer": "carry", "report": "missed"}}
                """#)
        }
        func message(_ second: Int, _ fields: String) -> String {
            "{\"time\":\(1_772_413_200_000 + second * 1000),\(fields)}"
        }
        let messages = [
            message(0, #""from":"agent","agent":"甲","text":"您好""#), message(10, #""from":"buyer","text":"怎么还没发货""#),
            message(250, #""from":"system","kind":"transfer","agent":"甲","to":"乙","text":"转接""#),
            message(900, #""from":"agent","agent":"乙","text":"帮您看看""#),
        ]
        let archive = try directory.write(
            "a.ndjson", #"{"id":"c","buyer":"b","agent":"甲","messages":["# + messages.joined(separator: ",") + "]}\n")
        func report(_ format: String) throws -> Command.Outcome {
            let sides = ["--draft", directory.path + "/new", "--against", directory.path + "/old"]
            return try Command.run(["rules", "backtest"] + sides + [archive, "--format", format], in: directory)
        }
        let outcome = try report("json")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any], "\(outcome.errors)")
        let agents = try #require(object["agents"] as? [[String: Any]])
        let hits = Dictionary(
            uniqueKeysWithValues: agents.map {
                ($0["name"] as? String ?? "", $0["negativeHits"] as? [String: Int] ?? [:])
            })
        // The finding is the same one: nothing is gained or lost, and one less and one more are told.
        #expect(hits.count == 2, "\(agents)")
        #expect(hits["甲"]?["old"] == 1 && hits["甲"]?["new"] == 0 && hits["乙"]?["old"] == 0 && hits["乙"]?["new"] == 1)
        #expect(hits.values.allSatisfy { $0["gained"] == 0 && $0["lost"] == 0 })
        let rule = try #require((object["rules"] as? [[String: Any]])?.first?["hits"] as? [String: Int])
        #expect(rule == ["old": 1, "new": 1, "gained": 0, "lost": 0, "changed": 1])
        for format in ["table", "html"] {
            let text = try report(format).text
            #expect(text.contains("改归 −1") && text.contains("改归 +1"), "\(format)\n\(text)")
        }
    }

    @Test("a draft is compared with the version of each day")
    func againstVersions() throws {
        let store = directory.path + "/store"
        func publish(_ rules: String, at now: String) throws {
            let outcome = try Command.run(
                ["rules", "publish", directory.path + "/" + rules, "--to", store, "--author", "a", "--note", "n"],
                in: directory, environment: ["MINGJIAN_NOW": now])
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        try publish("old", at: "2026-03-01T02:00:00.000Z")
        try publish("new", at: "2026-03-03T02:00:00.000Z")
        let outcome = try backtest(["--format", "json"], sides: ["--versions", store])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let lines = try Command.run(
            ["inspect", Self.archive, "--versions", store, "--format", "ndjson"], in: directory,
            environment: ["MINGJIAN_NOW": "2026-04-01T00:00:00.000Z"])
        let new = try findings("new")
        for (id, rule) in try rules(outcome) {
            let old = lines.lines.count { $0.contains("\"rule\":\"\(id)\"") }
            let hits = try #require(rule["hits"] as? [String: Int])
            #expect(hits["old"] == old && hits["new"] == (new[id] ?? []).count, "\(id)")
        }
        #expect(Set(lines.lines.map { $0.contains("\"version\":1") }) == [true, false])
        #expect(try backtest([], sides: ["--versions", store]).text.contains("第 1、2 版"))
    }

    @Test("verdicts are read, counted and listed; what is none is refused by its line")
    func verdicts() throws {
        let lost = try #require(try findings("old")["gone"]?.sorted().first)
        let back = try #require(try findings("new")["fresh"]?.sorted().first)
        let file = try directory.write(
            "verdicts.ndjson",
            """
            {"finding":"\(lost)","verdict":"confirmed","by":"阿宁"}

            {"finding":"\(back)","verdict":"misjudged"}

            """)
        let text = try backtest(["--verdicts", file]).text
        #expect(text.contains("已确认，将消失 1") && text.contains("误判，将重现 1") && text.contains("［误判］"), "\(text)")
        let bad = try directory.write("bad.ndjson", "\n{\"finding\":\"1\",\"verdict\":\"confirmed\"}\n")
        let refused = try backtest(["--verdicts", bad])
        #expect(refused.code == 65 && refused.errors.contains("line 2"), "\(refused.errors)")
        #expect(try backtest(["--verdicts", directory.path + "/none"]).code == 74)
    }

    @Test("wrong use and wrong rules are refused before the archive is read")
    func refusals() throws {
        try directory.write(
            "broken.json", #"{"id":"x","name":"x","polarity":"negative","when":{"message":{"regex":"("}}}"#)
        for (sides, code) in [
            ([], 64), (["--against", directory.path + "/old", "--versions", directory.path], 64),
            (["--versions", directory.path + "/none"], 66), (["--against", directory.path + "/none"], 66),
            (["--against", directory.path + "/broken.json"], 66),
        ] as [([String], Int32)] {
            let outcome = try backtest([], sides: sides)
            #expect(outcome.code == code && outcome.output.isEmpty, "\(sides): \(outcome.errors)")
        }
        #expect(try backtest(["--examples", "1001"]).code == 64)
        let page = directory.path + "/page.html"
        #expect(try backtest(["--html", page, "--examples", "1"]).code == 0)
        let bytes = String(decoding: directory.contents("page.html"), as: UTF8.self)
        #expect(bytes.contains("规则回测") && bytes.contains("未收录"))
    }
}
