import Foundation
import Testing

/// What a run reads is not written over, and what stands beside archives is not read without end.
@Suite(.enabled(if: Command.isBuilt))
struct InputFilesTests {
    private static let demo = Command.root + "/Corpora/demo/conversations.ndjson"
    private static let rules = Command.root + "/Rules/greeting"
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: [String]) throws -> Command.Outcome { try Command.run(arguments, in: directory) }

    @Test("an output that is an input, by whatever name, is refused with 64 and left as it was")
    func outputOverInput() throws {
        let text = try String(contentsOfFile: Self.demo, encoding: .utf8)
        let archive = try directory.write("a.ndjson", text)
        let table = try String(contentsOfFile: Command.root + "/Corpora/demo/roster.csv", encoding: .utf8)
        let roster = try directory.write("r.csv", table)
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/link.html", withDestinationPath: archive)
        let inspect = ["inspect", archive, "--rules", Self.rules, "--roster", roster, "--quiet"]
        for output in [archive, directory.path + "/./a.ndjson", directory.path + "/link.html", roster] {
            let outcome = try run(inspect + ["--html", output])
            #expect(outcome.code == 64, "\(output): \(outcome.errors)")
        }
        #expect(try run(["report", "daily", archive, "--rules", Self.rules, "--html", archive]).code == 64)
        #expect(
            try run([
                "corpus", "generate", "--conversations", "3", "--seed", "1", "--out", archive + "x", "--truth",
                archive + "x",
            ])
            .code == 64)
        #expect(String(decoding: directory.contents("a.ndjson"), as: UTF8.self) == text)
        #expect(String(decoding: directory.contents("r.csv"), as: UTF8.self) == table)
    }

    @Test("a folder of results inside the folder that is read is refused: the next run would read its own report")
    func outputInsideInput() throws {
        try FileManager.default.createDirectory(atPath: directory.path + "/in", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Self.demo, toPath: directory.path + "/in/a.ndjson")
        let input = directory.path + "/in"
        for out in [input, input + "/out/deep", directory.path + "/in/../in/out"] {
            let outcome = try run(["inspect", input, "--rules", Self.rules, "--out", out, "--quiet"])
            #expect(outcome.code == 64, "\(out): \(outcome.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: input) == ["a.ndjson"])
        let beside = try run(["inspect", input, "--rules", Self.rules, "--out", directory.path + "/out", "--quiet"])
        #expect(beside.code == 0, "\(beside.errors)")
    }

    @Test("a side file without end is refused, not taken into memory")
    func endlessSideFiles() throws {
        let large = directory.path + "/large"
        #expect(FileManager.default.createFile(atPath: large, contents: Data()))
        #expect(truncate(large, 3 << 30) == 0)
        for (option, code) in [("--roster", 74), ("--mapping", 74), ("--policy", 66), ("--exemptions", 66)]
            as [(String, Int32)]
        {
            let outcome = try run(["inspect", Self.demo, "--rules", Self.rules, option, large])
            #expect(outcome.code == code && outcome.errors.contains("bytes"), "\(option): \(outcome.errors)")
        }
        #expect(try run(["rules", "from-list", "--keywords", large, "--out", directory.path + "/l"]).code == 74)
    }

    @Test("a preset of a policy is found beside the program also where the program was found by PATH")
    func presetByPath() throws {
        let program = URL(fileURLWithPath: try #require(Command.path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["mingjian", "inspect", Self.demo, "--rules", Self.rules, "--policy", "taobao", "--quiet"]
        process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "PATH": program.deletingLastPathComponent().path + ":/usr/bin:/bin"
        ]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("--max-line counts also below the size of a block: every longer record is bad, none is lost")
    func maxLine() throws {
        let lines = try String(contentsOfFile: Self.demo, encoding: .utf8).split(separator: "\n")
        let long = lines.count { $0.utf8.count > 1024 }
        let outcome = try run([
            "inspect", Self.demo, "--rules", Self.rules, "--max-line", "1024", "--max-bad", "100", "--format", "json",
        ])
        #expect(long > 10 && outcome.code == 0, "\(outcome.errors)")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        let coverage = try #require(report["coverage"] as? [String: Any])
        #expect(coverage["recordsBad"] as? Int == long)
        #expect(coverage["recordsRead"] as? Int == lines.count)
    }
}
