import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt), .serialized)
struct ExemptionCommandTests {
    let directory: TemporaryDirectory
    private static let note = #""reason":"新人带教期","author":"阿宁","recorded":"2026-03-01""#

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func inspect(_ more: [String]) throws -> Command.Outcome {
        let rules = try directory.write(
            "rules.json",
            """
            [{"id":"contact","name":"引流","polarity":"negative","severity":"critical",
              "when":{"message":{"from":"agent","keywords":["微信","薇信"]}}},
             {"scoring":{"base":100}}]
            """)
        return try Command.run(
            [
                "inspect", "Corpora/demo/conversations.ndjson", "--roster", "Corpora/demo/roster.csv", "--rules",
                rules,
            ] + more, in: directory)
    }

    @Test("every form says what was exempt, and records still add up")
    func everyForm() throws {
        let file = try directory.write(
            "e.json",
            """
            {"exemptions": [{"agent": "窦明", \(Self.note)}, {"rule": "no-such-rule", \(Self.note)}],
             "excludedBuyers": [{"buyer": "b82710213", \(Self.note)}]}
            """)
        let text = try inspect(["--exemptions", file])
        // A typing error would exempt nothing in silence.
        #expect(text.errors.contains("judged nothing: no-such-rule"))
        #expect(try !inspect(["--exemptions", file, "-q"]).errors.contains("no-such-rule"))
        #expect(text.code == 0, "\(text.errors)")
        #expect(text.text.contains("豁免（不计入评分与比率）") && text.text.contains("新人带教期"))
        let json = try inspect(["--exemptions", file, "--format", "json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
        let coverage = try #require(object["coverage"] as? [String: Any])
        func number(_ name: String) -> Int { coverage[name] as? Int ?? -1 }
        #expect(number("recordsRead") == number("recordsInspected") + number("recordsBad") + number("recordsFiltered"))
        let notes = try #require(coverage["exemptions"] as? [[String: Any]])
        #expect(notes.count == 1 && notes[0]["owner"] as? String == "窦明" && notes[0]["author"] as? String == "阿宁")
        let findings = try #require(notes[0]["findings"] as? Int)
        let lines = try inspect(["--exemptions", file, "--format", "ndjson"]).lines
        #expect(findings > 0 && lines.count { $0.contains(#""exempt":"新人带教期""#) } == findings)
        let table = try inspect(["--exemptions", file, "--format", "csv", "--table", "exemptions"])
        #expect(table.text.contains("\r\n窦明,新人带教期,阿宁,12,6,6,0\r\n"), "\(table.text)")
        #expect(try !inspect(["--exemptions", file, "--format", "csv"]).text.contains("窦明,"))
        let page = try inspect(["--exemptions", file, "--format", "html"]).text
        #expect(page.contains("豁免（不计入评分与比率）") && page.contains(#","新人带教期"]"#))
        // What was recorded later is not known to an earlier day, and the report is as if there were no file.
        let early = try inspect(["--exemptions", file, "--exemptions-as-of", "2026-02-28", "--format", "json"])
        #expect(try early.output == inspect(["--format", "json"]).output)
    }

    @Test("what is wrong in the file is said with its place before the archive is read")
    func wrongFiles() throws {
        let file = try directory.write("e.json", #"{"exemptions": [{"agents": "窦明", \#(Self.note)}]}"#)
        let run = try inspect(["--exemptions", file])
        #expect(run.code == 66 && run.errors.contains("e.json:1:18: error[unknown-field]"), "\(run.errors)")
        #expect(try inspect(["--exemptions", directory.path + "/none.json"]).code == 66)
        #expect(try inspect(["--exemptions-as-of", "2026-03-01"]).code == 64)
        #expect(try inspect(["--stream", "--exemptions", file]).code == 66)
    }

    @Test("a stopped run starts afresh where the exemptions have changed")
    func changedExemptions() throws {
        let archive = directory.path + "/corpus.ndjson"
        let made = try Command.run(
            ["corpus", "generate", "--megabytes", "6", "--seed", "7", "--out", archive], in: directory)
        try #require(made.code == 0, "\(made.errors)")
        let rules = try directory.write(
            "rule.json",
            """
            {"id":"contact","name":"引流","polarity":"negative","severity":"major",
             "when":{"message":{"from":"agent","keywords":["微信","好评","您好"]}}}
            """)
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        func write(_ reason: String) throws -> String {
            let file = try directory.write(
                "e.json",
                #"{"exemptions": [{"rule": "contact", "reason": "\#(reason)", "author": "甲", "recorded": "2026-03-01"}]}"#
            )
            // Neither its size nor its date tell that it is another.
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
            return file
        }
        let file = try write("一号")
        func arguments(_ out: String) -> [String] {
            ["inspect", archive, "--rules", rules, "--exemptions", file, "--out", directory.path + "/" + out, "-q"]
        }
        let (process, _, _) = try Command.process(arguments("run"), in: directory)
        try process.run()
        for _ in 0..<20_000 where process.isRunning {
            if !directory.contents("run/findings.ndjson").isEmpty { break }
            usleep(500)
        }
        if process.isRunning { kill(process.processIdentifier, SIGINT) }
        process.waitUntilExit()
        try #require(!directory.contents("run/.checkpoint").isEmpty)
        _ = try write("二号")
        let again = try Command.run(arguments("run"), in: directory)
        let fresh = try Command.run(arguments("fresh"), in: directory)
        #expect(again.code == 0 && fresh.code == 0, "\(again.errors)")
        let lines = directory.contents("run/findings.ndjson")
        #expect(lines == directory.contents("fresh/findings.ndjson"))
        #expect(!String(decoding: lines, as: UTF8.self).contains("一号"))
        #expect(directory.contents("run/exemptions.csv") == directory.contents("fresh/exemptions.csv"))
    }
}
