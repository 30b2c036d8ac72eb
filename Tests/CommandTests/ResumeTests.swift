import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt), .serialized)
struct ResumeTests {
    let directory: TemporaryDirectory
    let archive: String
    /// With a bad line, which a checkpoint must keep, too.
    let first: String
    let rules: String
    static let files = [
        "findings.ndjson", "report.json", "report.html", "agents.csv", "groups.csv", "rules.csv", "days.csv",
        "bad-records.txt",
    ]

    init() throws {
        directory = try TemporaryDirectory()
        archive = directory.path + "/corpus.ndjson"
        // A debug build is twenty times slower; a checkpoint comes every second.
        let megabytes = Command.path?.contains("/debug/") == true ? 6 : 90
        let made = try Command.run(
            ["corpus", "generate", "--megabytes", "\(megabytes)", "--seed", "7", "--out", archive], in: directory)
        try #require(made.code == 0, "\(made.errors)")
        first = try directory.write("a.ndjson", ExitCodeTests.line + "\nnonsense\n")
        rules = try directory.write(
            "rule.json",
            """
            {"id":"contact","name":"引流","polarity":"negative","severity":"major",
             "when":{"message":{"from":"agent","keywords":["微信","好评","您好"]}}}
            """)
    }

    private func arguments(_ out: String, threads: Int = 2) -> [String] {
        [
            "inspect", first, archive, "--max-bad", "100", "--rules", rules, "--out", directory.path + "/" + out,
            "--threads", "\(threads)",
        ]
    }

    @Test("of many findings, more than are kept with their context, a run killed between two checkpoints loses none")
    func manyFindings() throws {
        let rules = try directory.write(
            "many.json",
            """
            [{"id":"words","name":"用词","polarity":"negative","severity":"minor",
              "when":{"message":{"from":"agent","keywords":["您好","亲","的","好"]}}},
             {"id":"questions","name":"提问","polarity":"negative","severity":"major",
              "when":{"message":{"from":"buyer","length":{"min":3}}}}]
            """)
        func arguments(_ out: String) -> [String] {
            [
                "inspect", first, archive, "--max-bad", "100", "--rules", rules, "--out", directory.path + "/" + out,
                "--threads", "2",
            ]
        }
        let whole = try Command.run(arguments("whole"), in: directory)
        try #require(whole.code == 0, "\(whole.errors)")
        let expected = contents("whole")
        let report = String(decoding: directory.contents("whole/report.json"), as: UTF8.self)
        #expect(report.contains("\"findingsLeftOut\":") && !report.contains("\"findingsLeftOut\":0"))
        var checkpoints = 0
        for attempt in 0..<3 {
            let (process, _, _) = try Command.process(arguments("run"), in: directory)
            try process.run()
            // Until a checkpoint more was taken than by the run before.
            let before = directory.contents("run/.checkpoint")
            for _ in 0..<20_000 where process.isRunning {
                let now = directory.contents("run/.checkpoint")
                if !now.isEmpty, now != before { break }
                usleep(500)
            }
            usleep(UInt32(attempt) * 50_000)
            guard process.isRunning else { break }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            checkpoints += directory.contents("run/.checkpoint").isEmpty ? 0 : 1
        }
        #expect(checkpoints > 0)
        let again = try Command.run(arguments("run"), in: directory)
        #expect(again.code == 0 && again.output == whole.output, "\(again.errors)")
        #expect(contents("run") == expected)
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/run").filter {
            $0.hasPrefix(".")
        }
        #expect(left.isEmpty, "\(left)")
    }

    @Test("a checkpoint whose findings were emptied since, as another run would, is none")
    func emptiedFindings() throws {
        let whole = try Command.run(arguments("whole"), in: directory)
        try #require(whole.code == 0, "\(whole.errors)")
        let (process, _, _) = try Command.process(arguments("run"), in: directory)
        try process.run()
        for _ in 0..<20_000 where process.isRunning {
            if !directory.contents("run/.checkpoint").isEmpty, directory.contents("run/findings.ndjson").count > 10_000
            {
                break
            }
            usleep(500)
        }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try directory.write("run/findings.ndjson", [])
        let again = try Command.run(arguments("run"), in: directory)
        #expect(again.code == 0 && again.output == whole.output, "\(again.errors)")
        #expect(contents("run") == contents("whole"))
    }

    private func contents(_ out: String) -> [[UInt8]] {
        Self.files.map { directory.contents(out + "/" + $0) }
    }

    @Test(
        "after SIGKILL or SIGINT at any moment the same command ends in the same bytes", arguments: [SIGKILL, SIGINT])
    func stoppedRunsGoOn(signal: Int32) throws {
        let whole = try Command.run(arguments("whole", threads: 1), in: directory)
        try #require(whole.code == 0, "\(whole.errors)")
        let expected = contents("whole")
        #expect(expected.allSatisfy { !$0.isEmpty })
        var stopped = 0
        for attempt in 0..<6 {
            let out = "run-\(attempt)"
            let (process, _, errors) = try Command.process(arguments(out), in: directory)
            try process.run()
            // Wait for findings, the last times for a checkpoint, but not for ever.
            let awaited = attempt < 3 ? "/findings.ndjson" : "/.checkpoint"
            for _ in 0..<20_000 where process.isRunning {
                if !directory.contents(out + awaited).isEmpty { break }
                usleep(500)
            }
            if process.isRunning { kill(process.processIdentifier, signal) }
            process.waitUntilExit()
            let wasKilled = process.terminationReason == .uncaughtSignal || process.terminationStatus == 130
            stopped += wasKilled ? 1 : 0
            let said = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
            #expect(wasKilled || process.terminationStatus == 0, "\(said)")
            if signal == SIGINT, wasKilled { #expect(said.contains("same command"), "\(said)") }
            let again = try Command.run(arguments(out, threads: 1 + attempt % 3), in: directory)
            #expect(again.code == 0 && again.output == whole.output, "\(again.errors)")
            #expect(contents(out) == expected, "attempt \(attempt)")
            #expect(directory.contents(out + "/.checkpoint").isEmpty)
            try FileManager.default.removeItem(atPath: directory.path + "/" + out)
        }
        #expect(stopped > 0)
    }
}
