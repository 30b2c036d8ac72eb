import Foundation
import Testing

/// `rules backtest` and `inspect --stream` by schemes and exemptions, as their users run them.
@Suite(.enabled(if: Command.isBuilt))
struct SchemedBacktestTests {
    let directory: TemporaryDirectory
    private static let archive = "Corpora/demo/conversations.ndjson"
    private static let roster = ["--roster", "Corpora/demo/roster.csv"]

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["old", "new"] {
            try FileManager.default.createDirectory(
                atPath: directory.path + "/" + name, withIntermediateDirectories: true)
            try directory.write("\(name)/a.json", VersionTests.rule("contact", ["微信"]))
            try directory.write("\(name)/b.json", VersionTests.rule("dear", ["亲"]))
            try directory.write(
                "\(name)/slow.json",
                #"""
                {"id": "slow", "name": "慢", "polarity": "negative",
                 "parameters": {"limit": {"type": "duration", "default": "3m", "min": "10s", "max": "1h"}},
                 "when": {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
                  "within": {"time": "${limit}"}, "report": "missed"},
                 "examples": {
                  "hit": [[{"buyer": "在"}, {"agent": "在", "after": "4m"}], [{"buyer": "有"}, {"agent": "在", "after": "5m"}]],
                  "clean": [[{"buyer": "在"}, {"agent": "在", "after": "2m"}], [{"buyer": "有"}, {"agent": "在", "after": "1m"}]]}}
                """#)
            try directory.write("\(name)/scoring.json", #"{"scoring": {"base": 100}}"#)
        }
        try directory.write(
            "old/schemes.json",
            #"{"schemes": [{"id": "pre", "name": "售前", "groups": ["售前一组"], "off": ["dear"]}]}"#)
        try directory.write(
            "new/schemes.json",
            #"""
            {"schemes": [{"id": "pre", "name": "售前", "groups": ["售前一组"], "parameters": {"slow": {"limit": "30s"}}},
             {"id": "rest", "name": "其余", "default": true, "off": ["contact"]}]}
            """#)
    }

    private func command(_ arguments: [String]) throws -> Command.Outcome {
        try Command.run(
            arguments + Self.roster, in: directory, environment: ["MINGJIAN_NOW": "2026-04-01T00:00:00.000Z"])
    }

    private func object(_ outcome: Command.Outcome) throws -> [String: Any] {
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    }

    /// Findings that count, by rule.
    private func findings(_ rules: [String], _ more: [String]) throws -> [String: Set<String>] {
        let outcome = try command(["inspect", Self.archive, "--format", "ndjson"] + rules + more)
        #expect(outcome.code == 0, "\(outcome.errors)")
        var result: [String: Set<String>] = [:]
        for line in outcome.lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            if object?["exempt"] != nil { continue }
            let id = "\(object?["conversation"] ?? "") \(object?["id"] ?? "")"
            result[object?["rule"] as? String ?? "", default: []].insert(id)
        }
        return result
    }

    private func check(_ sides: [String], old: [String], more: [String] = []) throws {
        let new = ["--rules", directory.path + "/new"]
        let (before, after) = (try findings(old, more), try findings(new, more))
        let report = try object(
            command(
                ["rules", "backtest", "--draft", directory.path + "/new", Self.archive, "--format", "json"] + sides
                    + more))
        var differences = 0
        for rule in try #require(report["rules"] as? [[String: Any]]) {
            let id = rule["id"] as? String ?? ""
            let hits = try #require(rule["hits"] as? [String: Int])
            let (x, y) = (before[id] ?? [], after[id] ?? [])
            #expect(hits["old"] == x.count && hits["new"] == y.count, "\(id)")
            #expect(hits["gained"] == y.subtracting(x).count && hits["lost"] == x.subtracting(y).count, "\(id)")
            differences += x.symmetricDifference(y).count
        }
        #expect(differences > 0)
        // Scores are those of both reports.
        let sums = try [old, new].map { rules -> [String: [String: Int]] in
            let inspected = try object(command(["inspect", Self.archive, "--format", "json"] + rules + more))
            let scores = try #require(inspected["scores"] as? [String: Any])
            let agents = try #require(scores["agents"] as? [[String: Any]])
            return Dictionary(
                uniqueKeysWithValues: agents.map { ($0["name"] as? String ?? "", $0["sum"] as? [String: Int] ?? [:]) })
        }
        var scored = 0
        for agent in try #require(report["agents"] as? [[String: Any]]) {
            let scores = try #require(agent["scores"] as? [String: Any])
            let name = agent["name"] as? String ?? ""
            #expect(scores["old"] as? [String: Int] == sums[0][name], "\(name)")
            #expect(scores["new"] as? [String: Int] == sums[1][name], "\(name)")
            if sums[0][name] != nil { scored += 1 }
        }
        #expect(scored == sums[0].count && scored > 0)
    }

    @Test("a draft is compared by the schemes of both sides, with their scores")
    func bySchemes() throws {
        try check(["--against", directory.path + "/old"], old: ["--rules", directory.path + "/old"])
        let text = try command(
            [
                "rules", "backtest", "--draft", directory.path + "/new", "--against", directory.path + "/old",
                Self.archive,
            ])
        for part in ["方案与计分的改动", "平均得分：", "得分 现行", "售前 ", "全部规则 → 其余"] {
            #expect(text.text.contains(part), "\(part)\n\(text.text)")
        }
        #expect(!text.errors.contains("scheme"), "\(text.errors)")
    }

    @Test("only what differs for some group is judged where that is asked for, and for all groups")
    func changedOnly() throws {
        // What nobody changed: neither its condition nor who has it.
        for name in ["old", "new"] {
            try directory.write("\(name)/same.json", VersionTests.rule("same", ["帮您"]))
        }
        let sides = ["--draft", directory.path + "/new", "--against", directory.path + "/old", Self.archive]
        let all = try object(command(["rules", "backtest"] + sides + ["--format", "json"]))
        let some = try object(command(["rules", "backtest"] + sides + ["--format", "json", "--changed-only"]))
        func hits(_ report: [String: Any]) throws -> [String: [String: Int]] {
            let rules = try #require(report["rules"] as? [[String: Any]])
            return Dictionary(
                uniqueKeysWithValues: rules.map { ($0["id"] as? String ?? "", $0["hits"] as? [String: Int] ?? [:]) })
        }
        var (whole, changed) = (try hits(all), try hits(some))
        #expect((whole.removeValue(forKey: "same")?["new"] ?? 0) > 0)
        #expect(changed.removeValue(forKey: "same")?["new"] == 0 && some["unjudged"] as? Int == 1)
        #expect(whole == changed && Set(whole.keys) == ["contact", "dear", "slow"])
        // Off for one group only, and with another limit for one group only: both differ.
        #expect(whole["dear"]?["gained"] ?? 0 > 0 && whole["slow"]?["gained"] ?? 0 > 0)
    }

    @Test("against versions each conversation has the schemes of its version")
    func byVersions() throws {
        let store = directory.path + "/store"
        for (rules, now) in [("old", "2026-03-01T02:00:00.000Z"), ("new", "2026-03-03T02:00:00.000Z")] {
            let outcome = try Command.run(
                ["rules", "publish", directory.path + "/" + rules, "--to", store, "--author", "a", "--note", "n"],
                in: directory, environment: ["MINGJIAN_NOW": now])
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        try check(["--versions", store], old: ["--versions", store])
    }

    @Test("what is exempt is neither compared nor scored, and excluded buyers are left out")
    func byExemptions() throws {
        let note = #""reason":"新人带教期","author":"阿宁","recorded":"2026-03-01""#
        let file = try directory.write(
            "e.json",
            """
            {"exemptions": [{"agent": "窦明", \(note)}, {"rule": "slow", "from": "2026-03-03", "to": "2026-03-04", \(note)}],
             "excludedBuyers": [{"buyer": "b82710213", \(note)}]}
            """)
        try check(
            ["--against", directory.path + "/old"], old: ["--rules", directory.path + "/old"],
            more: ["--exemptions", file])
    }

    @Test("a stream judges each line by version, scheme and exemptions as the batch does")
    func streams() throws {
        let store = directory.path + "/store"
        for (rules, now) in [("old", "2026-03-01T02:00:00.000Z"), ("new", "2026-03-03T02:00:00.000Z")] {
            let outcome = try Command.run(
                ["rules", "publish", directory.path + "/" + rules, "--to", store, "--author", "a", "--note", "n"],
                in: directory, environment: ["MINGJIAN_NOW": now])
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        let file = try directory.write(
            "e.json", #"{"exemptions": [{"agent": "窦明", "reason":"新人","author":"阿宁","recorded":"2026-03-01"}]}"#)
        let options = ["--versions", store, "--exemptions", file]
        func sorted(_ findings: [[String: Any]]) -> [String] {
            findings.map { one in
                ["id", "rule", "conversation", "version", "scheme", "exempt"].map { "\(one[$0] ?? "-")" }
                    .joined(separator: " ")
            }.sorted()
        }
        func objects(_ outcome: Command.Outcome) throws -> [[String: Any]] {
            #expect(outcome.code == 0, "\(outcome.errors)")
            return try outcome.lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
        let batch = try objects(command(["inspect", Self.archive, "--format", "ndjson"] + options))
        let lines = try objects(command(["inspect", "--stream", Self.archive] + options))
        let streamed = lines.flatMap { $0["findings"] as? [[String: Any]] ?? [] }
        #expect(sorted(streamed) == sorted(batch) && !batch.isEmpty)
        #expect(Set(lines.compactMap { $0["version"] as? Int }) == [1, 2])
        #expect(batch.contains { $0["exempt"] != nil })
    }
}
