import Foundation
import Testing

/// SIGTERM and SIGINT end a run while it waits for input that never comes.
@Suite(.enabled(if: Command.isBuilt), .serialized)
struct InterruptionTests {
    let directory: TemporaryDirectory
    let rules: String

    init() throws {
        directory = try TemporaryDirectory()
        rules = try directory.write(
            "rule.json",
            #"{"id":"contact","name":"引流","polarity":"negative","when":{"message":{"from":"agent","keywords":["微信"]}}}"#
        )
    }

    /// Starts the command, sends `signal` once it runs, and returns how it ended; nil where it goes on.
    private func code(
        _ arguments: [String], input: Any? = nil, signal: Int32 = SIGTERM, _ begin: () -> Void = {}
    ) throws -> (code: Int32, wasKilled: Bool, output: String, errors: String)? {
        let (process, output, errors) = try Command.process(arguments, in: directory)
        if let input { process.standardInput = input }
        try process.run()
        begin()
        // It catches signals when its handler is in place, and waits soon after.
        let status = "/proc/\(process.processIdentifier)/status"
        for _ in 0..<4_000 where process.isRunning {
            let text = (try? String(contentsOfFile: status, encoding: .utf8)) ?? ""
            let caught = text.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
            if let caught, let bits = UInt64(caught, radix: 16), bits & (1 << UInt64(SIGTERM - 1)) != 0 { break }
            usleep(5_000)
        }
        usleep(300_000)
        try #require(
            process.isRunning,
            "\(String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self))")
        kill(process.processIdentifier, signal)
        for _ in 0..<4_000 where process.isRunning { usleep(5_000) }
        guard !process.isRunning else {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return nil
        }
        func text(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }
        return (
            process.terminationStatus, process.terminationReason == .uncaughtSignal, text(output), text(errors)
        )
    }

    @Test(
        "a pipe that says nothing more",
        arguments: [
            ["inspect", "-"], ["inspect", "--stream", "-"], ["inspect", "-", "--threads", "1"],
            ["explain", "-", "--rule", "contact", "--conversation", "none"],
        ])
    func pipes(arguments: [String]) throws {
        for signal in [SIGTERM, SIGINT] {
            for text in ["", ExitCodeTests.line + "\n", ExitCodeTests.line + "\n{\"id\":\"half"] {
                let pipe = Pipe()
                let outcome = try code(arguments + ["--rules", rules], input: pipe, signal: signal) {
                    pipe.fileHandleForWriting.write(Data(text.utf8))
                }
                let ended = try #require(outcome, "\(arguments) goes on")
                #expect(ended.code == 130 && !ended.wasKilled, "\(arguments) \(ended)")
                #expect(ended.errors.contains("interrupted"))
                #expect(ended.errors.split(separator: "\n").count == 1)
                // What came whole was answered; what came half is not called bad.
                let isAnswered = arguments.contains("--stream") && !text.isEmpty
                #expect(ended.output.split(separator: "\n").count == (isAnswered ? 1 : 0))
                try pipe.fileHandleForWriting.close()
            }
        }
    }

    @Test("a pipe without a writer, and a line without an end", arguments: ["fifo", "/dev/zero"])
    func filesThatNeverEnd(name: String) throws {
        var path = name
        if name == "fifo" {
            path = directory.path + "/fifo"
            try #require(mkfifo(path, 0o600) == 0)
        }
        for command in [["inspect", "--rules", rules], ["cut"], ["import"], ["import", "--preview"]] {
            // A preview reads no more than its rows, and there is no end of the first here.
            let ended = try #require(try code(command + [path]), "\(command) goes on")
            #expect(ended.code == 130 && !ended.wasKilled, "\(command) \(ended)")
        }
    }

    @Test("a named pipe is read when its writer comes, and to its end")
    func writersThatComeLate() throws {
        let path = directory.path + "/fifo"
        try #require(mkfifo(path, 0o600) == 0)
        let (process, output, errors) = try Command.process(
            ["inspect", path, "--rules", rules, "--format", "ndjson"], in: directory)
        try process.run()
        usleep(300_000)
        #expect(process.isRunning)
        let writer = try #require(FileHandle(forWritingAtPath: path))
        writer.write(Data((ExitCodeTests.line + "\n").utf8))
        usleep(100_000)
        writer.write(Data((ExitCodeTests.line.replacing("\"a\"", with: "\"b\"") + "\n").utf8))
        try writer.close()
        process.waitUntilExit()
        let said = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(said)")
        let found = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
        #expect(found.split(separator: "\n").count == 2)
    }
}
