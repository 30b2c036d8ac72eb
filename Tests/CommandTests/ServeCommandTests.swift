import Foundation
import Testing

/// `mingjian serve` as a process: what ends it, and what it leaves.
@Suite(.enabled(if: Command.isBuilt))
struct ServeCommandTests {
    private func get(_ path: String, port: UInt16) -> String? { PlainRequest.answer("GET", path, port: port) }

    @Test("SIGTERM ends the server in order: code 0, the log closed, its figures there at the next start")
    func gracefulStop() throws {
        let directory = try TemporaryDirectory()
        let log = directory.path + "/log"
        #expect(
            try Command.run(
                ["live", "replay", "Corpora/live/assistant-rates/events.ndjson", "--log", log], in: directory
            ).code == 0)
        let port = try Command.freePort()
        let (process, _, errors) = try Command.process(
            ["serve", "--log", log, "--port", String(port)], in: directory)
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        var answer: String?
        for _ in 0..<300 where answer == nil && process.isRunning {
            answer = get("/readyz", port: port)
            if answer == nil { usleep(50_000) }
        }
        #expect(answer?.hasPrefix("HTTP/1.1 200") == true)
        let shops = try #require(get("/api/v1/shops", port: port))
        #expect(shops.contains("云杉家居"))
        #expect(try Command.run(["live", "replay", "/dev/null", "--log", log], in: directory).code == 74)
        process.terminate()
        process.waitUntilExit()
        let said = String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(said)")
        #expect(process.terminationReason == .exit)
        #expect(try Command.run(["log", "check", log], in: directory).code == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: log).contains { $0.hasSuffix(".snapshot") })
        #expect(try Command.run(["live", "figures", "--log", log, "--shop", "云杉家居"], in: directory).code == 0)
    }
}
