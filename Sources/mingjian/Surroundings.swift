import Archives
import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Patterns
import Synchronization

/// What the process finds around it: language, terminal, cache, zones, signals.
enum Surroundings {
    /// From LC_ALL, LC_MESSAGES, LANG, the first that is set.
    static let language: Language = {
        let environment = ProcessInfo.processInfo.environment
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            if let value = environment[name], !value.isEmpty { return value.hasPrefix("zh") ? .chinese : .english }
        }
        return .english
    }()

    static func usesColor(_ descriptor: Int32) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        if let value = environment["NO_COLOR"], !value.isEmpty { return false }
        return isatty(descriptor) != 0 && environment["TERM"] != "dumb"
    }

    /// A path as a result: for another program as it is, on a terminal so that nothing of it is obeyed.
    static func shown(_ path: String) -> String { isTerminal(STDOUT_FILENO) ? visible(path) : path }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) != 0 }

    /// Columns of the terminal on standard output, else 100.
    static var width: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 { return Int(size.ws_col) }
        return 100
    }

    /// Columns and rows of the terminal on standard output; 80 and 24 where it does not say.
    static var terminal: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// `MINGJIAN_CACHE_DIR` (empty: none), else `XDG_CACHE_HOME/mingjian`, else `~/.cache/mingjian`.
    static let cache: DiskCache = {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["MINGJIAN_CACHE_DIR"] { return DiskCache(directory: path.isEmpty ? nil : path) }
        if let base = environment["XDG_CACHE_HOME"], !base.isEmpty { return DiskCache(directory: base + "/mingjian") }
        guard let home = environment["HOME"], !home.isEmpty else { return DiskCache(directory: nil) }
        return DiskCache(directory: home + "/.cache/mingjian")
    }()

    static let foldTable = FoldTable.cached(in: cache)

    /// The time now; `MINGJIAN_NOW` (`2026-03-02T01:04:12.000Z`) stands for it in tests.
    static func now() throws -> Instant {
        guard let text = writtenNow else {
            return Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
        }
        guard let instant = Instant(utcText: text) else {
            throw CommandFailure.misuse(
                "MINGJIAN_NOW is written like 2026-03-02T01:04:12.000Z",
                "MINGJIAN_NOW 的写法如 2026-03-02T01:04:12.000Z")
        }
        return instant
    }

    /// Read once: the environment is a table that is made anew for each question.
    private static let writtenNow = ProcessInfo.processInfo.environment["MINGJIAN_NOW"].flatMap {
        $0.isEmpty ? nil : $0
    }

    /// The file of this program, whatever name it was called by.
    static let programPath = Bundle.main.executablePath ?? CommandLine.arguments[0]

    /// The zone of the tz database with this name, as a table of its transitions from 1970 to 2070.
    static func zone(_ name: String) -> Zone? {
        if name == "Asia/Shanghai" { return shanghai }
        guard let zone = TimeZone(identifier: name) else { return nil }
        return table(zone, name: name)
    }

    private static let shanghai: Zone = {
        // Without zone data on the machine, today's rule: UTC+8 all year.
        TimeZone(identifier: "Asia/Shanghai").map { table($0, name: "Asia/Shanghai") } ?? .chinaStandard
    }()

    private static func table(_ zone: TimeZone, name: String) -> Zone {
        var moment = Date(timeIntervalSince1970: 0)
        let end = Date(timeIntervalSince1970: 3_155_760_000)
        func transition(_ date: Date, from start: Int64) -> Zone.Transition {
            Zone.Transition(
                start: Instant(milliseconds: start), offset: Int64(zone.secondsFromGMT(for: date)) * 1000)
        }
        var transitions = [transition(moment, from: .min)]
        while let next = zone.nextDaylightSavingTimeTransition(after: moment), next < end {
            transitions.append(
                transition(next.addingTimeInterval(1), from: Int64(next.timeIntervalSince1970) * 1000))
            moment = next
        }
        return Zone(name: name, transitions: transitions)
    }

    /// Set by the first SIGINT or SIGTERM once `interruption` was asked for; the second one kills.
    static let isInterrupted = Atomic<Bool>(false)

    /// Waits until `instant`, or until the first signal, where `interruption` was asked for.
    static func pause(until instant: ContinuousClock.Instant) {
        while !isInterrupted.load(ordering: .relaxed), ContinuousClock.now < instant {
            let rest = ContinuousClock.now.duration(to: instant)
            Thread.sleep(forTimeInterval: min(0.1, max(0.001, rest / .seconds(1))))
        }
    }

    /// Comes with the first SIGINT or SIGTERM. Who never asks for it is killed by them as usual.
    static let interruption: Interruption = {
        // Both are made before a handler can run: making them is nothing for a handler.
        _ = isInterrupted.load(ordering: .relaxed)
        let pipe = wakePipe
        // Whoever started this may have blocked them, and a mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
        sigprocmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Surroundings.isInterrupted.exchange(true, ordering: .relaxed) {
                    signal(number, SIG_DFL)
                    raise(number)
                }
                let code = errno
                var byte: UInt8 = 1
                _ = write(Surroundings.wakePipe.end, &byte, 1)
                errno = code
            }
        }
        return Interruption(descriptor: pipe.start)
    }()

    private static let wakePipe: (start: Int32, end: Int32) = {
        var ends: [Int32] = [-1, -1]
        // Without a pipe reads wait on; the flag still ends what does not wait.
        guard pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }()
}

/// How a command ends other than by success: a line on standard error and an exit code.
struct CommandFailure: Error {
    var code: Int32
    var phrase: Phrase?
    /// A stable name of what is wrong, where it has one.
    var slug: String?

    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let badRules: Int32 = 66
    static let `internal`: Int32 = 70
    static let inputOutput: Int32 = 74
    static let interrupted: Int32 = 130

    /// The command line asks for what cannot be.
    static func misuse(_ english: String, _ chinese: String) -> CommandFailure {
        CommandFailure(code: usage, phrase: Phrase(english, chinese))
    }
}

/// Runs a command's body and turns what it throws into one line and an exit code.
func run(_ body: () throws -> Int32) throws {
    // A closed pipe is an error of the write, not a death.
    signal(SIGPIPE, SIG_IGN)
    let code: Int32
    do {
        code = try body()
    } catch let failure as CommandFailure {
        if let phrase = failure.phrase { say(phrase, slug: failure.slug) }
        code = failure.code
    } catch let error as ArchiveError {
        say(error.phrase)
        code = error == .interrupted ? CommandFailure.interrupted : CommandFailure.inputOutput
    } catch let error as OutputError {
        // Whoever read our output has enough.
        if error.code == EPIPE { throw ExitCode(0) }
        say(error.phrase)
        code = CommandFailure.inputOutput
    } catch CheckpointError.cannotWrite(let path, let number) {
        say(OutputError(path: path, code: number).phrase)
        code = CommandFailure.inputOutput
    } catch let exit as ExitCode {
        throw exit
    } catch {
        say(Phrase("internal error: \(error)", "内部错误：\(error)"))
        code = CommandFailure.internal
    }
    throw ExitCode(code)
}

/// Prints `error: …` or, with a stable name, `error[…]: …` on standard error.
///
/// What stands in it may come from arguments, names of files and files: nothing of it is obeyed by a terminal.
func say(_ phrase: Phrase, severity: String = "error", slug: String? = nil) {
    let word = Surroundings.language == .chinese ? (severity == "error" ? "错误" : "提示") : severity
    let label = word + (slug.map { "[\($0)]" } ?? "")
    note("\(label): \(visible(phrase.text(in: Surroundings.language)))\n")
}

/// Prints text on standard error. Where it cannot be written, nobody reads it: the work goes on.
func note(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = write(STDERR_FILENO, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
