import Archives
import Diagnostics
import Foundation
import Server
import Synchronization

/// Sends simulated events to a server, batch by batch, each when the one before was answered; and brings the commands that somebody
/// posted there.
final class ServerSink: EventSink {
    /// What the server is asked for at most so often.
    private static let look = Duration.milliseconds(100)

    private let client: LiveClient
    private let run = UUID().uuidString
    private var batches = 0
    private var total = IngestResult()
    private var position: UInt64?
    private var looked: ContinuousClock.Instant?
    private var isAnswered = true

    /// A server at a URL, with the token in a file or in `MINGJIAN_TOKEN`, where there is one.
    init(url: String, tokenFile: String?) throws {
        let token = try tokenFile.map { try ServerSink.token(in: $0) } ?? ServerSink.tokenOfEnvironment
        let began = ContinuousClock.now
        do {
            client = try LiveClient(
                url: url, token: token, time: { began.duration(to: .now) },
                isStopped: { Surroundings.isInterrupted.load(ordering: .relaxed) },
                tell: { reason in
                    say(
                        Phrase(
                            "no answer yet (\(visible(reason))): trying for up to 60 s",
                            "服务尚无应答（\(visible(reason))）：最多重试 60 秒"), severity: "note")
                })
        } catch {
            throw CommandFailure.misuse(
                "--to takes http://HOST[:PORT][/PATH]; TLS is a proxy's, and a token is printable ASCII",
                "--to 的写法是 http://主机[:端口][/路径]；TLS 由代理负责，令牌为可打印的 ASCII 字符")
        }
    }

    private static var tokenOfEnvironment: String? {
        ProcessInfo.processInfo.environment["MINGJIAN_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func token(in file: String) throws -> String {
        do {
            let bytes = try RegularFile.read(file, limit: 4096, followsLink: true)
            return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase(
                    "cannot read '\(file)': \(error.reason.english)", "无法读取 “\(file)”：\(error.reason.chinese)"))
        }
    }

    func write(_ lines: [UInt8]) throws {
        batches += 1
        let (client, key) = (client, "simulate-\(run)-\(batches)")
        let answer = try asking { try await client.post(lines, key: key) }
        isAnswered = true
        total.add(answer.result)
        guard batches == 1, answer.result.refused == answer.result.read, let refusal = answer.refusal else { return }
        // As it begins, so it goes on.
        throw CommandFailure(
            code: CommandFailure.badData,
            phrase: Phrase(
                "the server refuses all events (\(visible(refusal))): take a --day of the last 48 hours, or start it with --clock events",
                "服务拒绝了所有事件（\(visible(refusal))）：请用最近 48 小时内的 --day，或以 --clock events 启动服务"))
    }

    func commands() throws -> [[UInt8]]? {
        // Once for each batch when there is no pause, and now and then where there is one.
        guard isAnswered || looked.map({ $0.duration(to: .now) >= Self.look }) ?? true else { return [] }
        isAnswered = false
        looked = .now
        var lines: [[UInt8]] = []
        let client = client
        while true {
            let from = position
            let page = try asking { try await client.commands(from: from) }
            position = page.next
            lines += page.lines
            if page.lines.isEmpty || from == nil { return lines }
        }
    }

    func end() throws -> Bool {
        try Output().write(total.counts + "\n")
        return total.refused > 0
    }

    private func asking<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        do { return try waiting(body) } catch let failure as LiveClient.Failure { throw ServerSink.failure(failure) }
    }

    private static func failure(_ failure: LiveClient.Failure) -> CommandFailure {
        switch failure {
        case .stopped: return CommandFailure(code: CommandFailure.interrupted, phrase: nil)
        case .unreachable(let reason):
            return CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase("the server does not answer: \(visible(reason))", "服务没有应答：\(visible(reason))"))
        case .refused(401, _, _):
            return CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase(
                    "the server wants another token: MINGJIAN_TOKEN, or --token FILE",
                    "服务要求另外的令牌：MINGJIAN_TOKEN，或 --token 文件"))
        case .refused(let status, let code, let detail):
            return CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase(
                    "the server refuses: \(status) \(visible(code)) \(visible(detail))",
                    "服务拒绝：\(status) \(visible(code)) \(visible(detail))"))
        case .badURL, .badAnswer:
            return CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase("what answers there is no mingjian serve", "应答的不是 mingjian serve"))
        }
    }
}
