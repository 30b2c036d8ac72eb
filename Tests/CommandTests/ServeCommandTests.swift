import Foundation
import Testing

/// `mingjian serve` as a process: what ends it, and what it leaves.
@Suite(.enabled(if: Command.isBuilt))
struct ServeCommandTests {
    /// One request on a socket of its own; nil where nobody listens or nothing is answered.
    private func get(_ path: String, port: UInt16) -> String? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return nil }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard write(descriptor, request, request.count) == request.count else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { answer += buffer[..<count] }
        return String(decoding: answer, as: UTF8.self)
    }

    @Test("SIGTERM ends the server in order: code 0, the log closed, its figures there at the next start")
    func gracefulStop() throws {
        let directory = try TemporaryDirectory()
        let log = directory.path + "/log"
        #expect(
            try Command.run(
                ["live", "replay", "Corpora/live/assistant-rates/events.ndjson", "--log", log], in: directory
            ).code == 0)
        let port = UInt16.random(in: 20_000..<60_000)
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
