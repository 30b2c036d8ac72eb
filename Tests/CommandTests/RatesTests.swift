import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt))
struct RatesTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory.path + "/" + name))
        return directory.path + "/" + name
    }

    private func rates(_ arguments: [String]) throws -> [String: [String: Any]] {
        let run = try Command.run(["corpus", "rates", "--format", "json"] + arguments, in: directory)
        #expect(run.code == 0, "\(run.errors)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any])
        let rules = try #require(object["rules"] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: rules.map { ($0["rule"] as? String ?? "", $0) })
    }

    @Test("no negative rule hits the clean corpus, and the rate says so")
    func cleanCorpusHasNoFalseAlarm() throws {
        let rates = try rates(["Corpora/clean/conversations.ndjson"])
        let hits = rates.values.filter { $0["polarity"] as? String == "negative" && $0["hits"] as? Int != 0 }
        #expect(rates.count > 50 && hits.isEmpty)
    }

    @Test("hits in a thousand conversations, and right, wrong and lacking by conversation and outcome")
    func countsAreThoseOfTheLabels() throws {
        let rule = """
            {"id": "word", "name": "词", "polarity": "negative", "when": {"message": {"from": "agent", "keywords": ["坏词"]}},
             "examples": {"hit": ["坏词", "一个坏词"], "clean": ["好", "词"]}}
            """
        let conversation = { (id: String, text: String) in
            #"{"id":"\#(id)","messages":[{"from":"buyer","text":"在吗"},{"from":"agent","text":"\#(text)"}]}"# + "\n"
        }
        let archive = try file(
            "a.ndjson",
            conversation("c1", "坏词") + conversation("c2", "坏词") + conversation("c3", "好") + conversation("c4", "好"))
        let labels = try file(
            "labels.ndjson",
            """
            {"conversation":"c1","findings":[{"rule":"word","outcome":"hit","message":1}]}
            {"conversation":"c2","findings":[]}
            {"conversation":"c3","findings":[{"rule":"word","outcome":"hit","message":1},{"rule":"other","outcome":"hit"}]}
            {"conversation":"c4","findings":[]}
            """)
        let arguments = [archive, "--rules", try file("rule.json", rule), "--labels", labels]
        let row = try #require(try rates(arguments)["word"])
        #expect(row["hits"] as? Int == 2 && row["hitsPer100000"] as? Int == 50_000)
        #expect(row["right"] as? Int == 1 && row["wrong"] as? Int == 1 && row["lacking"] as? Int == 1)
        let table = try Command.run(["corpus", "rates"] + arguments, in: directory)
        #expect(table.code == 0 && table.text.contains("500.00") && table.text.contains("50%"))
        #expect(table.errors.contains("other"))
        // Nothing was found that could be right or wrong.
        let none = try file("none.ndjson", conversation("c3", "好"))
        let empty = try Command.run(["corpus", "rates", none] + arguments.dropFirst(), in: directory)
        #expect(empty.code == 0 && empty.text.contains("—") && !empty.text.contains("100%"))
    }

    @Test("labels that are none, or are not there, are named")
    func badLabels() throws {
        let archive = "Corpora/clean/conversations.ndjson"
        let bad = try Command.run(
            ["corpus", "rates", archive, "--labels", try file("l.ndjson", "{}\n")], in: directory)
        #expect(bad.code == 66 && bad.errors.contains("line 1"))
        let outcome = try file("o.ndjson", #"{"conversation":"c","findings":[{"rule":"r","outcome":"miss"}]}"#)
        #expect(try Command.run(["corpus", "rates", archive, "--labels", outcome], in: directory).code == 66)
        let missing = try Command.run(["corpus", "rates", archive, "--labels", "/nonexistent"], in: directory)
        #expect(missing.code == 74)
    }
}
