import Archives
import ConversationModel
import Diagnostics
import Events
import Foundation

/// Commands for simulated shops: lines of events of the types `dispatch-commanded` and `settings-changed`.
struct SimulatedCommands {
    /// What the lines of all sources may have together.
    private static let mostCommands = 10_000
    private static let lineBytes = 1 << 18
    private static let fileBytes = 1 << 24

    private let path: String
    private let shops: Set<String>
    /// Commands must be received on it.
    private let day: Range<Instant>
    private let reader = EventReader()
    private var seen: Set<[String]> = []
    private var line = 0
    /// What was read of a line whose end has not come.
    private var rest: [UInt8] = []
    private var isAtEnd = false
    /// Whether some line was no command; each was said.
    private(set) var hasBadLines = false

    /// Commands from a file, or from standard input (`-`).
    init(path: String, shops: [String], day: Range<Instant>) {
        self.path = path
        self.shops = Set(shops)
        self.day = day
    }

    private var name: String { path == "-" ? "<stdin>" : path }

    /// All commands up to the end of the file.
    mutating func all() throws -> [Event] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
        defer { if descriptor > STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        while let part = try next(descriptor) {
            bytes += part
            guard bytes.count <= SimulatedCommands.fileBytes else { throw failure("too large") }
        }
        return commands(in: bytes, now: nil)
    }

    /// The commands that have come on standard input since the last call, received at `now`; waits for nothing.
    mutating func arrived(now: Instant) throws -> [Event] {
        while !isAtEnd {
            var wanted = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, 0) > 0 else { break }
            guard let part = try next(STDIN_FILENO) else {
                isAtEnd = true
                rest.append(0x0A)
                break
            }
            rest += part
            if rest.count > SimulatedCommands.fileBytes { break }
        }
        let end = rest.lastIndex(of: 0x0A).map { $0 + 1 } ?? (rest.count > SimulatedCommands.lineBytes ? rest.count : 0)
        guard end > 0 else { return [] }
        defer { rest.removeFirst(end) }
        return commands(in: Array(rest[..<end]), now: now)
    }

    /// Those among events of a server's log that are commands to the shops, received at `now`. What is none is none of ours: nothing is
    /// said of it.
    mutating func commands(among lines: [[UInt8]], except tag: String, now: Instant) -> [Event] {
        var result: [Event] = []
        for line in lines {
            for case .event(var event) in reader.read(line, received: now) {
                guard shops.contains(event.shop), !event.id.hasPrefix(tag), seen.count < Self.mostCommands,
                    seen.insert([event.shop, event.id]).inserted
                else { continue }
                event.time = now
                result.append(event)
            }
        }
        return result
    }

    /// Some bytes; nil at the end, and where the process is interrupted.
    private func next(_ descriptor: Int32) throws -> ArraySlice<UInt8>? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            guard (try? Surroundings.interruption.wait(toRead: descriptor)) != nil else { return nil }
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { return buffer[..<count] }
            if count == 0 { return nil }
            guard errno == EINTR || errno == EAGAIN else { throw failure(String(cString: strerror(errno))) }
        }
    }

    /// With `now` each command happens and is received then, whatever it says.
    private mutating func commands(in bytes: [UInt8], now: Instant?) -> [Event] {
        var result: [Event] = []
        let mark = line == 0 ? EventReader.byteOrderMark(in: bytes) : 0
        for text in bytes[mark...].split(separator: 0x0A, omittingEmptySubsequences: false).dropLast(
            bytes.last == 0x0A ? 1 : 0)
        {
            line += 1
            for record in reader.read(Array(text), received: now) {
                switch record {
                case .refused(let refusal): say(refusal.phrase, refusal.code.rawValue)
                case .event(var event):
                    if let now { event.time = now }
                    guard isCommand(event, isNow: now != nil) else { continue }
                    // The same again is the same command.
                    if seen.insert([event.shop, event.id]).inserted { result.append(event) }
                }
            }
        }
        return result
    }

    private mutating func isCommand(_ event: Event, isNow: Bool) -> Bool {
        switch event.content {
        case .settings: break
        case .dispatch(let step):
            if case .commanded = step.kind { break }
            fallthrough
        default:
            say(
                Phrase(
                    "neither dispatch-commanded nor settings-changed", "既不是 dispatch-commanded，也不是 settings-changed"),
                "no-command")
            return false
        }
        if !shops.contains(event.shop) {
            say(Phrase("no shop of the simulation", "不是模拟的店铺"), "no-such-shop")
        } else if !isNow, !day.contains(event.received) {
            say(Phrase("not received on the simulated day", "接收时间不在模拟的这一天"), "other-day")
        } else if seen.count >= SimulatedCommands.mostCommands {
            say(
                Phrase(
                    "more than \(SimulatedCommands.mostCommands) commands", "指令超过 \(SimulatedCommands.mostCommands) 条"),
                "too-many")
        } else {
            return true
        }
        return false
    }

    private mutating func say(_ phrase: Phrase, _ code: String) {
        hasBadLines = true
        let place = "\(name):\(line): "
        mingjian.say(Phrase(place + phrase.english + " (\(code))", place + phrase.chinese + "（\(code)）"))
    }

    private func failure(_ reason: String) -> CommandFailure {
        CommandFailure(
            code: CommandFailure.inputOutput,
            phrase: Phrase("cannot read '\(name)': \(reason)", "无法读取 “\(name)”：\(reason)"))
    }
}
