import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Dispatch
import EventLog
import Foundation
import Monitoring
import Server
import Synchronization

/// The log of a live command, and how its shops are monitored.
struct LiveArguments: ParsableArguments {
    @Option(name: .customLong("log"), help: "The directory of the event log.")
    var directory: String

    @OptionGroup var monitorArguments: MonitorArguments

    /// The policy of every shop.
    func policy() throws -> MonitorPolicy { try monitorArguments.policy() }

    /// Opens the log; with `isObserver` only to look at it, while somebody else may be writing. With `isMasking` personal
    /// numbers in texts are masked before they are kept.
    func open(policy: MonitorPolicy, isObserver: Bool, isMasking: Bool = false) throws -> LivePipeline {
        try openLog(directory, policy: policy, isObserver: isObserver, isMasking: isMasking)
    }
}

/// How shops are monitored: the same for whoever reads or writes a log, else its snapshots do not serve.
struct MonitorArguments: ParsableArguments {
    @OptionGroup var policyArguments: PolicyArguments

    @Option(name: .customLong("slot"), help: "Length of a slot in minutes: a divisor of a day from 1 to 30.")
    var slotMinutes = 3

    @Option(help: "Until when a conversation with an open wait is pending: answered, or read.")
    var pendingUntil = MonitorPolicy.PendingUntil.answered

    /// The policy of every shop.
    func policy() throws -> MonitorPolicy {
        let time = try policyArguments.timePolicy()
        guard let policy = MonitorPolicy(time: time, slotMinutes: slotMinutes, pendingUntil: pendingUntil) else {
            throw CommandFailure.misuse(
                "--slot takes a divisor of a day from 1 to 30 minutes", "--slot 取 1 到 30 分钟，且整除一天")
        }
        return policy
    }
}

extension MonitorPolicy.PendingUntil: ExpressibleByArgument {}

/// Opens the log in a directory; with `isObserver` only to look at it, while somebody else may be writing.
func openLog(
    _ directory: String, policy: MonitorPolicy, isObserver: Bool, isMasking: Bool = false
) throws -> LivePipeline {
    var mask: (@Sendable (String) -> String)?
    if isMasking {
        let numbers = NumberMask(Surroundings.foldTable)
        mask = { numbers.masked($0) }
    }
    let acknowledgements = Acknowledgements(
        table: Surroundings.foldTable, phrases: Acknowledgements.standard + policy.time.waits.noAnswer)
    return try live {
        try LivePipeline(
            SystemFiles(directory: directory), isObserver: isObserver,
            needsAnswer: { message in
                // A text that is not told may ask.
                message.text.map { acknowledgements.needsAnswer($0, kind: message.kind) } ?? true
            },
            mask: mask, policy: { _ in policy })
    }
}

/// The instant of an option `--at`; now where there is none.
func instant(_ text: String?) throws -> Instant {
    guard let text else { return try Surroundings.now() }
    guard let instant = Instant(rfc3339: text) else {
        throw CommandFailure.misuse(
            "--at takes a time like 2026-03-02T10:00:00+08:00, or milliseconds",
            "--at 的写法如 2026-03-02T10:00:00+08:00，或毫秒数")
    }
    return instant
}

/// Does something with a live log, whose errors become the command's.
func live<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw liveFailure(error) }
}

/// The same for what waits. The thread waits with it: it is the main one, which has nothing else to do.
func waiting<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
    let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        outcome.withLock { $0 = result }
        done.signal()
    }
    done.wait()
    guard let result = outcome.withLock({ $0 }) else {
        throw CommandFailure(code: CommandFailure.internal, phrase: nil)
    }
    return try live { try result.get() }
}

/// What a live command says about an error.
private func liveFailure(_ error: any Error) -> any Error {
    switch error {
    case let error as EventLogError:
        return CommandFailure(
            code: CommandFailure.inputOutput, phrase: Phrase(error.english, error.chinese), slug: error.code)
    case is SnapshotError:
        return CommandFailure(
            code: CommandFailure.badRules,
            phrase: Phrase(
                "the snapshot was taken under another policy or by another version, and the log's beginning was removed",
                "快照来自别的策略或版本，而日志的开头已被清理"))
    case LiveQueryError.beforeRetention:
        return CommandFailure.misuse("--at lies further back than the log reaches", "--at 早于日志保留的范围")
    case LiveQueryError.noSuchName(let name):
        return CommandFailure(
            code: 1,
            phrase: Phrase(
                "the shop has no agent, no group, no entry '\(visible(name))'",
                "店铺没有客服、分组或首问语 “\(visible(name))”"))
    default: return error
    }
}
