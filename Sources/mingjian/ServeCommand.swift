import ArgumentParser
import ConversationModel
import Diagnostics
import EventLog
import Foundation
import Inspection
import Monitoring
import Server

/// `mingjian serve`: live figures over HTTP.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Takes events and gives figures over HTTP. 实时监控服务",
        discussion: """
            The API describes itself at /openapi.json. Without --tokens and MINGJIAN_TOKEN
            only this machine is served. SIGTERM and Ctrl-C end it: what was taken is
            synced, and a snapshot kept.

            With --rules, --versions or --draft the rules judge what is said as it is
            said; what they find is appended to --findings and given by
            /api/v1/shops/{shop}/findings and …/findings/stream.

            With --clock events the server is told the time: events keep the receipts that
            they say, and the newest of them is the present. So a day that is over can be
            lived through again, at any speed.

            Examples:
              mingjian serve --log live/log
              mingjian serve --log demo/log --clock events
              mingjian serve --log live/log --rules Rules --findings live/findings.ndjson
              mingjian serve --log live/log --host 0.0.0.0 --port 8080 --tokens tokens.txt

            Exit codes: 0 ended by a signal; 64 usage; 66 policy; 74 the log or the port
            cannot be had.
            """)

    @OptionGroup var arguments: LiveArguments
    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"
    @Option(help: "The port to listen at.")
    var port = 8080
    @Option(help: "A file of SHA-256 hashes of tokens, one a line: 64 hexadecimal digits.")
    var tokens: String?
    @OptionGroup var rules: LiveRulesArguments
    @Option(help: "machine, or events: the time is what the receipts of events tell (for simulations).")
    var clock = Clock.machine
    @Flag(help: "Mask phone, identity card and bank card numbers in texts before they are kept.")
    var mask = false

    enum Clock: String, ExpressibleByArgument, CaseIterable {
        case machine, events
    }

    func run() throws {
        try mingjian.run {
            guard (1...65535).contains(port) else {
                throw CommandFailure.misuse("--port takes 1 to 65535", "--port 取 1 到 65535")
            }
            let known = try accessTokens()
            guard !known.isEmpty || ["127.0.0.1", "::1", "localhost"].contains(host) else {
                throw CommandFailure.misuse(
                    "without --tokens or MINGJIAN_TOKEN only this machine is served (--host 127.0.0.1)",
                    "没有 --tokens 或 MINGJIAN_TOKEN 时只能服务本机（--host 127.0.0.1）")
            }
            let policy = try arguments.policy()
            let rules = try self.rules.rules(log: arguments.directory, policy: policy.time)
            _ = try Surroundings.now()
            let real: @Sendable () -> Instant = {
                (try? Surroundings.now()) ?? Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            }
            let pipeline = try arguments.open(policy: policy, isObserver: false, isMasking: mask)
            let (host, port, zone) = (host, port, policy.time.zone)
            let told = clock == .events ? ToldClock(pipeline, real: real) : nil
            let now = told.map { clock in { @Sendable in clock.now } } ?? real
            try waiting {
                do {
                    try await serve(
                        pipeline, host: host, port: port, zone: zone, tokens: known, rules: rules, clock: told,
                        now: now)
                } catch {
                    try? await pipeline.close(now: now())
                    throw CommandFailure(
                        code: CommandFailure.inputOutput,
                        phrase: Phrase("cannot serve at \(host):\(port): \(error)", "无法在 \(host):\(port) 提供服务：\(error)")
                    )
                }
                try await pipeline.close(now: now())
            }
            return 0
        }
    }

    private func accessTokens() throws -> AccessTokens {
        var known = AccessTokens()
        if let tokens {
            let bytes: [UInt8]
            do { bytes = try RegularFile.read(tokens, limit: 1 << 20, followsLink: true) } catch {
                throw CommandFailure(
                    code: CommandFailure.inputOutput,
                    phrase: Phrase(
                        "cannot read '\(tokens)': \(error.reason.english)", "无法读取 “\(tokens)”：\(error.reason.chinese)"))
            }
            guard bytes.contains(where: { $0 > 0x20 }) else {
                throw CommandFailure.misuse("'\(tokens)' has no hash", "“\(tokens)” 中没有散列")
            }
            guard let read = AccessTokens(file: String(decoding: bytes, as: UTF8.self)) else {
                throw CommandFailure.misuse(
                    "'\(tokens)' has a line that is no SHA-256 hash, or none that is one",
                    "“\(tokens)” 中有一行不是 SHA-256 散列，或一个也没有")
            }
            known = read
        }
        if let token = ProcessInfo.processInfo.environment["MINGJIAN_TOKEN"], !token.isEmpty {
            guard token.utf8.count >= 16 else {
                throw CommandFailure.misuse("MINGJIAN_TOKEN has fewer than 16 bytes", "MINGJIAN_TOKEN 少于 16 字节")
            }
            known.add(token: token)
        }
        return known
    }
}
