import Foundation
import TestSupport
import Testing

/// `mingjian live simulate` with commands, and the digest of figures.
@Suite(.enabled(if: Command.isBuilt))
struct LiveSimulateTests {
    let directory: TemporaryDirectory
    private var log: String { directory.path + "/log" }
    private let shop = "云杉家居旗舰店"

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: [String], input: String? = nil) throws -> Command.Outcome {
        try Command.run(
            ["live"] + arguments, in: directory, input: input,
            environment: ["MINGJIAN_NOW": "2026-03-04T00:00:00.000Z"])
    }

    private func suspend(_ id: String, at time: String, agent: String = "客服1-1", action: String = "suspend") -> String {
        #"{"id":"\#(id)","shop":"\#(shop)","time":"\#(time)","received":"\#(time)","type":"dispatch-commanded","command":"\#(id)","agent":"\#(agent)","action":"\#(action)","by":"店长"}"#
    }

    private func objects(_ lines: [Substring]) throws -> [[String: Any]] {
        try lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
    }

    @Test("the shops obey a file of commands: the same bytes again, nothing else before it, nobody new while suspended")
    func commands() throws {
        let file = try directory.write(
            "commands.ndjson",
            suspend("c1", at: "2026-03-02T13:00:00+08:00") + "\n\n"
                + suspend("c2", at: "2026-03-02T15:30:00+08:00", action: "resume") + "\n"
                + suspend("c1", at: "2026-03-02T13:00:00+08:00"))
        let calm = try run(["simulate", "--seed", "7"])
        let day = try run(["simulate", "--seed", "7", "--commands", file])
        #expect(day.code == 0 && day.errors.isEmpty, "\(day.errors)")
        #expect(try run(["simulate", "--seed", "7", "--commands", "-"], input: file).output == day.output)
        let start = "2026-03-02T05:00:00.000Z"
        let (before, events) = (try objects(calm.lines), try objects(day.lines))
        let isEarly = { (event: [String: Any]) in event["received"] as? String ?? "" < start }
        let same = zip(calm.lines, day.lines).prefix { $0 == $1 }.count
        #expect(same >= before.count { isEarly($0) } && same < events.count)
        // The commands are among the events, once.
        #expect(events.count { $0["type"] as? String == "dispatch-commanded" } == 2)
        #expect(events.count { $0["type"] as? String == "dispatch-acknowledged" } == 2)
        let given = events.filter { event in
            event["type"] as? String == "conversation-assigned"
                && (event["to"] as? [String: Any])?["agent"] as? String == "客服1-1"
        }.compactMap { $0["time"] as? String }
        #expect(!given.contains { "2026-03-02T05:00:02" < $0 && $0 < "2026-03-02T07:30:00" })
        #expect(given.contains { $0 < start } && given.contains { $0 > "2026-03-02T07:30:02" })

        // What came of a command stands in the figures.
        #expect(try run(["simulate", "--seed", "7", "--commands", file, "--log", log]).code == 0)
        let figures = try run(["figures", "--log", log, "--at", "2026-03-02T14:00:00+08:00", "--format", "json"])
        let agents = try #require(try objects(figures.lines)[0]["agents"] as? [[String: Any]])
        let agent = try #require(agents.first { $0["agent"] as? String == "客服1-1" })
        let dispatch = try #require(agent["dispatch"] as? [String: Any])
        #expect(agent["isSuspended"] as? Bool == true && dispatch["outcome"] as? String == "acknowledged")
        #expect(dispatch["by"] as? String == "店长" && dispatch["command"] as? String == "c1")
        let text = try run(["figures", "--log", log, "--at", "2026-03-02T14:00:00+08:00"])
        #expect(text.text.contains("调度 客服1-1：挂起  店长 13:00  已执行"))
    }

    @Test("a line that is no command is named with its number, the others are obeyed, and it ends with 65")
    func badCommands() throws {
        let good = suspend("c1", at: "2026-03-02T13:00:00+08:00")
        let alone = try directory.write("commands.ndjson", good + "\n")
        let obeyed = try run(["simulate", "--seed", "7", "--commands", alone])
        #expect(obeyed.code == 0 && obeyed.errors.isEmpty)
        for (line, code) in [
            ("nonsense", "not-an-object"), (good.replacingOccurrences(of: shop, with: "别家"), "no-such-shop"),
            (suspend("c2", at: "2026-03-04T13:00:00+08:00"), "other-day"),
            (suspend("c2", at: "2026-03-02T13:00:00+08:00", action: "dismiss"), "unknown-value"),
            (
                #"{"id":"x","shop":"\#(shop)","time":1772416800000,"received":1772416800000,"type":"tick"}"#,
                "no-command"
            ),
        ] {
            let file = try directory.write("commands.ndjson", line + "\n" + good + "\n")
            let outcome = try run(["simulate", "--seed", "7", "--commands", file])
            #expect(outcome.code == 65 && outcome.output == obeyed.output, "\(code)")
            #expect(
                outcome.errors.contains("commands.ndjson:1: ") && outcome.errors.contains(code), "\(outcome.errors)")
        }
        #expect(try run(["simulate", "--seed", "7", "--commands", directory.path + "/none"]).code == 74)
    }

    @Test("commands that come on standard input while the day runs are obeyed as they come")
    func liveCommands() throws {
        let pipe = directory.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let held = open(pipe, O_RDWR)
        defer { close(held) }
        let command = Array(
            (#"{"id":"c1","shop":"\#(shop)","time":0,"type":"dispatch-commanded","command":"c1","agent":"客服1-1","action":"move","group":"售后组","by":"店长"}"#
                .replacingOccurrences(of: #""time":0"#, with: #""time":"2026-03-02T00:00:00+08:00""#) + "\n").utf8)
        #expect(write(held, command, command.count) == command.count)
        let (process, output, _) = try Command.process(
            ["live", "simulate", "--seed", "7", "--speed", "20000", "--log", log, "--commands", "-"], in: directory,
            input: pipe)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
        #expect(text.contains("refused 0"), "\(text)")
        let figures = try run(["figures", "--log", log, "--at", "2026-03-02T23:59:00+08:00", "--format", "json"])
        let agents = try #require(try objects(figures.lines)[0]["agents"] as? [[String: Any]])
        let agent = try #require(agents.first { $0["agent"] as? String == "客服1-1" })
        #expect(agent["group"] as? String == "售后组")
        #expect((agent["dispatch"] as? [String: Any])?["outcome"] as? String == "acknowledged")
    }

    @Test("a day gives one digest at three speeds and in any order within the lateness, and another without an agent")
    func digests() throws {
        let day = try run(["simulate", "--seed", "7"]).lines
        let objects = try objects(day)
        let file = try directory.write("day.ndjson", day.joined(separator: "\n"))
        var random = SeededGenerator(seed: 7)
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        // Each comes up to five minutes later than it did; what it says of its receipt stays.
        let received = try objects.map { object in
            let text = try #require(object["received"] as? String)
            return try #require(formatter.date(from: text)).timeIntervalSince1970
        }
        let order = received.indices.map { (received[$0] + Double.random(in: 0..<299, using: &random), $0) }.sorted {
            $0 < $1
        }
        let shuffled = try directory.write("shuffled.ndjson", order.map { day[$0.1] }.joined(separator: "\n"))
        #expect(order.map(\.1) != Array(day.indices))
        let less = try directory.write(
            "less.ndjson", day.filter { !$0.contains("客服2-1") }.joined(separator: "\n"))
        var digests: [String: String] = [:]
        for (name, input, speed) in [
            ("max", file, "max"), ("fast", file, "1000000"), ("slow", file, "30000"), ("shuffled", shuffled, "max"),
            ("less", less, "max"),
        ] {
            let log = directory.path + "/" + name
            #expect(try run(["replay", input, "--log", log, "--speed", speed]).code == 0)
            // Slots of half an hour: a tenth of the figures, which is enough for what is asked here.
            let told = try run([
                "figures", "--log", log, "--slot", "30", "--at", "2026-03-03T00:00:00+08:00", "--format", "digest",
            ])
            #expect(told.code == 0 && told.text.hasSuffix("  \(shop)\n"), "\(told.errors)")
            digests[name] = String(told.text.prefix(64))
        }
        #expect(digests["max"]?.allSatisfy { $0.isHexDigit } ?? false)
        for name in ["fast", "slow", "shuffled"] { #expect(digests[name] == digests["max"], "\(name)") }
        #expect(digests["less"] != digests["max"])
    }

    @Test("a digest of a day that the state does not reach ends in 64")
    func digestOfThePast() throws {
        let now = ["MINGJIAN_NOW": "2026-03-10T00:00:00.000Z"]
        for day in ["2026-03-02", "2026-03-07"] {
            let fed = try Command.run(
                ["live", "simulate", "--seed", "7", "--day", day, "--log", log], in: directory, environment: now)
            #expect(fed.code == 0, "\(fed.errors)")
        }
        let past = try run(["figures", "--log", log, "--at", "2026-03-03T00:00:00+08:00", "--format", "digest"])
        #expect(past.code == 64 && past.output.isEmpty && past.errors.contains("48"))
        let present = try run(
            ["figures", "--log", log, "--slot", "30", "--at", "2026-03-08T00:00:00+08:00", "--format", "digest"])
        #expect(present.code == 0 && present.lines.count == 1)
    }
}
