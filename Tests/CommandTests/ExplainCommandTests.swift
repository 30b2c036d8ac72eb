import Foundation
import Testing

/// `explain` says what `inspect` says: by the version of the day and the scheme of the group.
@Suite(.enabled(if: Command.isBuilt))
struct ExplainCommandTests {
    let directory: TemporaryDirectory
    private var store: String { directory.path + "/store" }
    private var rules: String { directory.path + "/rules" }

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path + "/rules", withIntermediateDirectories: true)
    }

    private func command(_ arguments: [String], at now: String = "2026-06-01T00:00", language: String = "en_US.UTF-8")
        throws -> Command.Outcome
    {
        try Command.run(
            arguments, in: directory, environment: ["MINGJIAN_NOW": now + ":00.000Z", "LANG": language])
    }

    private func publish(_ word: String, at now: String) throws {
        try directory.write("rules/contact.json", VersionTests.rule("contact", [word]))
        let outcome = try command(
            ["rules", "publish", rules, "--to", store, "--author", "阿宁", "--note", "调整"], at: now)
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    /// One conversation of two parts, an hour and more apart, in each of which an agent says 甲方乙方.
    private func archive(_ times: [String]) throws -> String {
        let messages = times.map { #"{"time":"\#($0)","from":"agent","agent":"豆豆","text":"甲方乙方"}"# }
        return try directory.write(
            "archive.ndjson",
            #"{"id":"c","group":"售前一组","messages":[\#(messages.joined(separator: ","))]}"# + "\n")
    }

    private func objects(_ outcome: Command.Outcome) throws -> [[String: Any]] {
        try outcome.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// The ids of the findings that explanations name, in order.
    private func findings(in explained: [[String: Any]]) -> [String] {
        explained.flatMap { $0["findings"] as? [[String: Any]] ?? [] }.compactMap { $0["id"] as? String }
    }

    @Test("each part is explained by the version in force when it begins")
    func versionOfThePart() throws {
        try publish("丙方", at: "2026-03-02T02:00")
        try publish("乙方", at: "2026-03-04T02:00")
        let file = try archive(["2026-03-04T23:00:00+08:00", "2026-03-05T09:00:00+08:00"])
        let explained = try objects(
            try command([
                "explain", file, "--versions", store, "--rule", "contact", "--conversation", "c", "--format", "json",
            ]))
        #expect(explained.map { $0["version"] as? Int } == [1, 2])
        #expect(explained.map { $0["outcome"] as? String } == ["clean", "hit"])
        let second = try command([
            "explain", file, "--versions", store, "--rule", "contact", "--conversation", "c#2",
        ])
        #expect(second.code == 0 && second.text.contains("by version 2\n"), "\(second.text)\(second.errors)")
        let named = try command([
            "explain", file, "--versions", store, "--as-version", "2", "--rule", "contact", "--conversation", "c",
        ])
        #expect(named.text.components(separatedBy: "outcome: hit").count == 3, "\(named.text)")
    }

    @Test("what is explained and what is found are the same findings, by versions and schemes")
    func equalsInspect() throws {
        try directory.write(
            "rules/schemes.json",
            #"{"schemes": [{"id": "pre", "name": "售前", "groups": ["售前一组"], "off": ["dear"]}]}"#)
        try directory.write("rules/dear.json", VersionTests.rule("dear", ["甲方"]))
        try publish("丙方", at: "2026-03-02T02:00")
        try publish("乙方", at: "2026-03-04T02:00")
        let file = try archive(["2026-03-04T23:00:00+08:00", "2026-03-05T09:00:00+08:00"])
        for arguments in [["--versions", store], ["--rules", rules]] {
            let found = try objects(try command(["inspect", file, "--format", "ndjson"] + arguments))
            let explained = try objects(
                try command(
                    ["explain", file, "--rule", "contact", "--conversation", "c", "--format", "json"] + arguments))
            let ids = findings(in: explained)
            #expect(ids == found.compactMap { $0["id"] as? String } && !ids.isEmpty)
            #expect(explained.allSatisfy { $0["scheme"] as? String == "pre" && $0["group"] as? String == "售前一组" })
        }
    }

    @Test("parts end by the policy of the version that judges, named or of the day, and options against it are refused")
    func policyOfTheVersion() throws {
        try directory.write("rules/contact.json", VersionTests.rule("contact", ["乙方"]))
        let published = try command(
            [
                "rules", "publish", rules, "--to", store, "--author", "阿宁", "--note", "调整", "--close-after", "10",
                "--zone", "America/New_York",
            ], at: "2026-03-02T02:00")
        #expect(published.code == 0, "\(published.errors)")
        // Without an offset: of the version's zone.
        let file = try archive(["2026-03-04T23:00:00", "2026-03-04T23:20:00"])
        for arguments in [["--versions", store], ["--versions", store, "--as-version", "1"]] {
            let found = try objects(try command(["inspect", file, "--format", "ndjson"] + arguments))
            let explained = try objects(
                try command(
                    ["explain", file, "--rule", "contact", "--conversation", "c", "--format", "json"] + arguments))
            #expect(explained.map { $0["conversation"] as? String } == ["c", "c#2"])
            let ids = findings(in: explained)
            #expect(ids == found.compactMap { $0["id"] as? String } && ids.count == 2)
            let refused = try command(
                ["explain", file, "--rule", "contact", "--conversation", "c", "--policy", "taobao"] + arguments)
            #expect(refused.code == 64, "\(refused.text)")
        }
    }

    @Test("a rule that the scheme of a group does not have is said not to judge it")
    func ruleThatIsOff() throws {
        try directory.write(
            "rules/schemes.json",
            #"{"schemes": [{"id": "pre", "name": "售前", "groups": ["售前一组"], "off": ["dear"]}]}"#)
        try directory.write("rules/dear.json", VersionTests.rule("dear", ["甲方"]))
        try directory.write("rules/contact.json", VersionTests.rule("contact", ["乙方"]))
        let file = try archive(["2026-03-04T23:00:00+08:00"])
        let off = try command(["explain", file, "--rules", rules, "--rule", "dear", "--conversation", "c"])
        #expect(off.code == 0 && off.output.isEmpty)
        #expect(off.errors.contains("scheme pre (售前) of group 售前一组 does not have it"), "\(off.errors)")
        let chinese = try command(
            ["explain", file, "--rules", rules, "--rule", "contact", "--conversation", "c"], language: "zh_CN.UTF-8")
        #expect(chinese.text.contains("依据：分组 售前一组 的方案 pre（售前）"), "\(chinese.text)")
        let unknown = try command(["explain", file, "--rules", rules, "--rule", "deer", "--conversation", "c"])
        #expect(unknown.code == 64 && unknown.errors.contains("did you mean 'dear'?"), "\(unknown.errors)")
    }
}
