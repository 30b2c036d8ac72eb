import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt), .serialized)
struct PeriodReportCommandTests {
    let directory: TemporaryDirectory
    let rules: String

    init() throws {
        directory = try TemporaryDirectory()
        rules = try directory.write(
            "rules.json",
            """
            [{"id":"contact","name":"引流","polarity":"negative","severity":"critical",
              "when":{"message":{"from":"agent","keywords":["微信","薇信"]}}},
             {"id":"greeting","name":"开始语","polarity":"positive","unit":"stay",
              "when":{"message":{"from":"agent","keywords":["您好","你好","亲"]}}},
             {"scoring":{"base":100}}]
            """)
    }

    private func run(_ kind: String, _ more: [String], now: String = "2026-03-09T01:00:00.000Z") throws
        -> Command.Outcome
    {
        try Command.run(
            [
                "report", kind, "Corpora/demo/conversations.ndjson", "--roster", "Corpora/demo/roster.csv", "--rules",
                rules, "-q",
            ] + more, in: directory, environment: ["MINGJIAN_NOW": now])
    }

    private func json(_ outcome: Command.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    }

    @Test("without --on it is the last period that is over")
    func defaultPeriods() throws {
        for (kind, first, last) in [
            ("daily", "2026-03-08", "2026-03-08"), ("weekly", "2026-03-02", "2026-03-08"),
            ("monthly", "2026-02-01", "2026-02-28"),
        ] {
            let period = try #require(try json(run(kind, ["--format", "json"]))["period"] as? [String: Any])
            #expect(period["days"] as? [String] == [first, last] && period["kind"] as? String == kind)
        }
    }

    @Test("by version, days and closings are those of the version's policy, as in an inspection")
    func policyOfTheVersion() throws {
        let store = directory.path + "/store"
        let folder = directory.path + "/published"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try directory.write("published/contact.json", VersionTests.rule("contact", ["微信"]))
        let published = try Command.run(
            [
                "rules", "publish", folder, "--to", store, "--author", "阿宁", "--note", "首版", "--close-after", "10",
                "--zone", "America/New_York",
            ], in: directory, environment: ["MINGJIAN_NOW": "2026-03-01T01:00:00.000Z"])
        #expect(published.code == 0, "\(published.errors)")
        // Two parts by ten minutes, and the day before in New York.
        let archive = try directory.write(
            "archive.ndjson",
            #"""
            {"id":"c","messages":[{"time":"2026-03-05T09:00:00+08:00","from":"agent","agent":"a","text":"加微信"},
             {"time":"2026-03-05T09:20:00+08:00","from":"agent","agent":"a","text":"微信"}]}
            """#.replacingOccurrences(of: "\n", with: "") + "\n")
        func report(_ more: [String]) throws -> Command.Outcome {
            try Command.run(
                ["report", "daily", archive, "--versions", store, "--format", "json", "-q"] + more, in: directory,
                environment: ["MINGJIAN_NOW": "2026-03-09T01:00:00.000Z"])
        }
        let found = try json(report(["--on", "2026-03-04"]))
        let coverage = try #require(found["coverage"] as? [String: Any])
        #expect(coverage["conversations"] as? Int == 2, "\(coverage)")
        #expect(try report(["--on", "2026-03-04", "--policy", "taobao"]).code == 64)
    }

    @Test("the figures of a day are those of its inspection, whatever the threads")
    func aDayIsItsInspection() throws {
        let day = "2026-03-05"
        let report = try run("daily", ["--on", day, "--format", "json", "--threads", "1"])
        #expect(report.code == 0, "\(report.errors)")
        #expect(try run("daily", ["--on", day, "--format", "json", "--threads", "4"]).output == report.output)
        let inspected = try json(
            Command.run(
                [
                    "inspect", "Corpora/demo/conversations.ndjson", "--roster", "Corpora/demo/roster.csv", "--rules",
                    rules, "-q", "--from", day, "--to", day, "--format", "json",
                ], in: directory))
        let scores = try #require((inspected["scores"] as? [String: Any])?["agents"] as? [[String: Any]])
        let agents = try #require(try json(report)["agents"] as? [[String: Any]])
        #expect(agents.count >= scores.count && scores.count > 5)
        for score in scores {
            let agent = try #require(agents.first { $0["name"] as? String == score["name"] as? String })
            let now = try #require(agent["now"] as? [String: Any])
            let sum = try #require(score["sum"] as? [String: Any])
            #expect(
                now["points"] as? Int == sum["points"] as? Int && now["scoredStays"] as? Int == sum["stays"] as? Int)
        }
        let tables = try #require((inspected["agents"] as? [String: Any])?["rows"] as? [[String: Any]])
        for row in tables {
            guard let agent = agents.first(where: { $0["name"] as? String == row["key"] as? String }),
                let now = agent["now"] as? [String: Any], let rules = row["rules"] as? [[String: Any]]
            else { continue }
            func sum(_ rule: String, _ name: String) -> Int {
                rules.filter { $0["rule"] as? String == rule }.reduce(0) { $0 + ($1[name] as? Int ?? 0) }
            }
            #expect(now["negativeHits"] as? Int == sum("contact", "hits"))
            #expect(now["met"] as? Int == sum("greeting", "unitsHit"))
            #expect(now["missed"] as? Int == sum("greeting", "missed"))
        }
    }

    @Test("every form is written, and a page besides")
    func everyForm() throws {
        let page = directory.path + "/month.html"
        let text = try run("monthly", ["--on", "2026-03-31", "--html", page])
        #expect(text.code == 0 && text.text.contains("明鉴月报  2026-03-01 至 2026-03-31"), "\(text.errors)")
        let html = String(decoding: directory.contents("month.html"), as: UTF8.self)
        #expect(html.contains("<section class=\"person\">") && html.contains("class=\"chat\""))
        for table in ["agents", "rules", "days"] {
            let csv = try run("weekly", ["--on", "2026-03-04", "--format", "csv", "--table", table])
            #expect(csv.output.starts(with: [0xEF, 0xBB, 0xBF]) && csv.text.contains("何小满") != (table == "days"))
        }
        let day = try run("daily", ["--on", "2026-03-05", "--format", "html"])
        #expect(day.text.contains("前7日均") && !day.text.contains("<script"))
    }

    @Test("wrong days and tables are refused")
    func wrongUse() throws {
        #expect(try run("daily", ["--on", "2026-02-30"]).code == 64)
        #expect(try run("daily", ["--table", "groups", "--format", "csv"]).code == 64)
        #expect(try run("daily", ["--from", "2026-03-01"]).code == 64)
        #expect(try run("yearly", []).code == 64)
        let empty = try Command.run(
            ["report", "daily", "Corpora/demo/conversations.ndjson", "--rules", rules, "--on", "2025-01-01"],
            in: directory)
        #expect(empty.code == 0 && empty.errors.contains("nobody worked on 2025-01-01"))
    }
}
