import Foundation
import Testing

/// `mingjian live board`: what is beyond a threshold is marked, in colour on a terminal, by signs everywhere.
@Suite(.enabled(if: Command.isBuilt))
struct LiveBoardTests {
    let directory: TemporaryDirectory
    private var log: String { directory.path + "/log" }
    private let now = ["MINGJIAN_NOW": "2026-03-02T02:02:00.000Z"]

    init() throws { directory = try TemporaryDirectory() }

    private func event(_ id: String, _ time: String, _ rest: String) -> String {
        #"{"id":"\#(id)","shop":"店","time":"2026-03-02T\#(time)+08:00","received":"2026-03-02T\#(time)+08:00",\#(rest)}"#
    }

    /// At 10:02 an agent of two who are online has six conversations, the oldest since 10:00.
    private func feed(_ more: [String] = []) throws {
        var lines = [
            event("1", "09:00:00", #""type":"agent-group-changed","agent":"甲","group":"售前""#),
            event("2", "09:00:00", #""type":"agent-online","agent":"甲""#),
            event("3", "09:00:00", #""type":"agent-online","agent":"乙""#),
        ]
        for number in 0..<6 {
            lines.append(
                event(
                    "a\(number)", "10:00:0\(number)",
                    #""type":"conversation-assigned","conversation":"c\#(number)","buyer":"b\#(number)","to":{"agent":"甲"}"#
                ))
            lines.append(
                event(
                    "b\(number)", "10:00:0\(number)",
                    #""type":"message","conversation":"c\#(number)","buyer":"b\#(number)","from":"buyer","text":"在吗""#))
        }
        let file = try directory.write("events.ndjson", (lines + more).joined(separator: "\n"))
        #expect(try run(["replay", file]).code == 0)
    }

    private func run(_ arguments: [String]) throws -> Command.Outcome {
        try Command.run(["live"] + arguments + ["--log", log], in: directory, environment: now)
    }

    private func board(_ options: [String] = []) throws -> [Substring] {
        let outcome = try run(["board", "--shop", "店"] + options)
        #expect(outcome.code == 0 && !outcome.text.contains("\u{1B}"), "\(outcome.errors)")
        return outcome.lines
    }

    @Test("figures beyond what is usual have a sign, the others none, and `figures` marks nothing")
    func usual() throws {
        try feed()
        let lines = try board()
        #expect(lines.contains { $0.contains("待回复 6，最久 120.0 s!，已读未回 0  人均待回复 3.00（6/2）") })
        #expect(
            lines.contains {
                $0.hasPrefix("售前") && $0.contains(" 6 ") && $0.contains(" 120.0 s! ") && $0.contains("6.00（6/1）!")
            })
        #expect(lines.contains { $0.hasPrefix("售前") && $0.contains(" 1! ") })
        #expect(
            lines.contains {
                $0.hasPrefix("甲") && $0.contains(" 6! ") && $0.contains("120.0 s!") && $0.contains("— (n=0)")
            })
        #expect(lines.contains { $0.hasPrefix("乙") && !$0.contains("!") })
        #expect(lines.contains { $0.hasPrefix("在线 2  挂起 0") })
        #expect(!(try run(["figures", "--shop", "店"]).text.contains("!")))
    }

    @Test("options set thresholds of single items, and turn them off")
    func options() throws {
        try feed()
        let lines = try board([
            "--threshold", "longest-wait=60,119.5", "--threshold", "agent-pending=off", "--threshold", "pending=6,",
            "--threshold", "pending-per-agent=,2.5", "--threshold", "active-online=5,2",
        ])
        #expect(lines.contains { $0.contains("最久 120.0 s!!，") && $0.contains("人均待回复 3.00（6/2）!!") })
        #expect(lines.contains { $0.hasPrefix("在线 2!!  挂起 0") })
        #expect(lines.contains { $0.hasPrefix("售前") && $0.contains(" 6! ") && $0.contains("120.0 s!!") })
        #expect(lines.contains { $0.hasPrefix("甲") && $0.contains(" 6 ") && $0.contains("120.0 s!!") })
        for bad in [
            "longest-wait", "longest-wait=", "longest-wait=1", "longest-wait=2,1", "active-online=1,2", "wait=1,2",
            "agent-pending=1.5,2", "longest-wait=-1,2", "longest-wait=1,2,3", "longest-wait=1.2345,2", "pending=,",
            "longest-wait=1.,2", "longest-wait=９,10",
        ] {
            let outcome = try run(["board", "--shop", "店", "--threshold", bad])
            #expect(outcome.code == 64 && outcome.errors.contains("--threshold"), "\(bad): \(outcome.errors)")
        }
    }

    @Test("the shop's own alarms say what is marked where they are on, a group's for the group and its agents")
    func ownAlarms() throws {
        let own =
            #""type":"settings-changed","alarms":true,"thresholds":[{"item":"pending-per-agent","value":3000},{"item":"longest-wait"}]"#
        let group =
            #""type":"settings-changed","group":"售前","alarms":true,"thresholds":[{"item":"agent-pending","value":6}]"#
        try feed([event("s1", "10:00:10", own), event("s2", "10:00:11", group)])
        var lines = try board()
        #expect(lines.contains { $0.contains("最久 120.0 s，") && $0.contains("人均待回复 3.00（6/2）!!") })
        #expect(lines.contains { $0.hasPrefix("甲") && $0.contains(" 6!! ") && $0.contains("120.0 s ") })
        #expect(lines.contains { $0.hasPrefix("售前") && !$0.contains("!") })
        // Switched off they say nothing.
        let off = try directory.write(
            "off.ndjson", event("s3", "10:00:12", #""type":"settings-changed","alarms":false"#))
        #expect(try run(["replay", off]).code == 0)
        lines = try board()
        #expect(lines.contains { $0.contains("最久 120.0 s!，") && $0.contains("人均待回复 3.00（6/2）") && !$0.contains("!!") })
    }

    #if os(Linux)
    @Test("on a terminal marked figures are yellow or red, with NO_COLOR they are not")
    func colours() throws {
        try feed()
        for isColored in [true, false] {
            let terminal = try Terminal()
            let (process, _, _) = try Command.process(
                ["live", "board", "--log", log, "--shop", "店", "--threshold", "longest-wait=60,110"], in: directory,
                environment: now.merging(["TERM": "xterm", "NO_COLOR": isColored ? "" : "1"]) { $1 })
            process.standardOutput = terminal.user
            try process.run()
            let text = terminal.text(until: "乙 ")
            process.interrupt()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 0)
            #expect(text.contains("120.0 s!!") && text.contains("6!"))
            #expect(text.contains("\u{1B}[31m120.0 s!!\u{1B}[0m") == isColored, "\(text)")
            #expect(text.contains("\u{1B}[33m6!\u{1B}[0m") == isColored)
        }
    }

    @Test("on a terminal the board has no more lines, and no longer ones, than the terminal", arguments: [24, 12, 50])
    func fits(rows: Int) throws {
        var more: [String] = []
        for number in 0..<60 {
            more.append(event("o\(number)", "09:10:00", #""type":"agent-online","agent":"客服\#(number)""#))
            more.append(
                event(
                    "g\(number)", "09:10:00",
                    #""type":"agent-group-changed","agent":"客服\#(number)","group":"一个名字很长的组\#(number % 9)""#))
        }
        more.append(event("s", "09:10:00", #""type":"settings-changed","alarms":true,"receivers":["店长"]"#))
        try feed(more)
        let terminal = try Terminal(columns: 80, rows: rows)
        let (process, _, _) = try Command.process(
            ["live", "board", "--log", log, "--shop", "店"], in: directory,
            environment: now.merging(["TERM": "xterm"]) { $1 })
        process.standardOutput = terminal.user
        try process.run()
        let text = terminal.text(until: "全部列出")
        process.interrupt()
        process.waitUntilExit()
        let screen = try #require(text.range(of: "\u{1B}[2J").map { text[$0.upperBound...] })
        let lines = screen.replacingOccurrences(of: "\r", with: "").split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= rows, "\(text)")
        for line in lines {
            let shown = line.replacing(#/\u{1B}\[[0-9]*m/#, with: "")
            let width = shown.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
            #expect(width <= 80, "\(shown)")
        }
        #expect(lines.last?.contains("放不下") ?? false, "\(text)")
        if rows == 24 {
            // Whoever has something to do is seen, and so is what is beside him in the line.
            #expect(screen.contains("甲 ") && screen.contains("人均待回复 ") && screen.contains("位客服"), "\(text)")
        }
    }
    #endif
}

#if os(Linux)
/// A terminal of which a process has the user's end.
private final class Terminal {
    let user: FileHandle
    private let descriptor: Int32

    /// Of a size that it does not say, or says.
    init(columns: Int = 0, rows: Int = 0) throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        var (lock, number): (Int32, UInt32) = (0, 0)
        // TIOCSPTLCK unlocks the user's end, TIOCGPTN tells its number.
        guard descriptor >= 0, ioctl(descriptor, 0x4004_5431, &lock) == 0, ioctl(descriptor, 0x8004_5430, &number) == 0
        else { throw CocoaError(.fileNoSuchFile) }
        let end = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard end >= 0 else { throw CocoaError(.fileNoSuchFile) }
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        guard ioctl(end, UInt(TIOCSWINSZ), &size) == 0 else { throw CocoaError(.fileNoSuchFile) }
        user = FileHandle(fileDescriptor: end, closeOnDealloc: true)
    }

    deinit { close(descriptor) }

    /// What is shown, up to a text and what came with it; after twenty seconds what there is.
    func text(until text: String) -> String {
        var shown: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<400 {
            while case let count = read(descriptor, &buffer, buffer.count), count > 0 { shown += buffer[..<count] }
            if String(decoding: shown, as: UTF8.self).contains(text) { break }
            usleep(50_000)
        }
        return String(decoding: shown, as: UTF8.self)
    }
}
#endif
