import Foundation
import Testing

/// `mingjian live` on the logs of the conformance suite.
@Suite(.enabled(if: Command.isBuilt))
struct LiveCommandTests {
    let directory: TemporaryDirectory
    private var log: String { directory.path + "/log" }
    private let events = "Corpora/live/assistant-rates/events.ndjson"
    private let at = "2026-03-02T10:06:00+08:00"

    init() throws { directory = try TemporaryDirectory() }

    private func run(
        _ arguments: [String], input: String? = nil, now: String = "2026-03-02T02:06:00.000Z"
    ) throws -> Command.Outcome {
        try Command.run(["live"] + arguments, in: directory, input: input, environment: ["MINGJIAN_NOW": now])
    }

    @Test("a file that is fed in gives its figures, and nothing the second time")
    func replayAndFigures() throws {
        let first = try run(["replay", events, "--log", log])
        #expect(first.code == 0, "\(first.errors)")
        let lines = try String(contentsOfFile: Command.root + "/" + events, encoding: .utf8).split(separator: "\n")
            .count
        #expect(first.text == "read \(lines), taken \(lines), duplicate 0, refused 0; log position \(lines)\n")
        let again = try run(["replay", "-", "--log", log], input: Command.root + "/" + events)
        #expect(again.text == "read \(lines), taken 0, duplicate \(lines), refused 0; log position \(lines)\n")

        let text = try run(["figures", "--log", log, "--shop", "云杉家居", "--at", at])
        #expect(text.code == 0, "\(text.errors)")
        #expect(text.text.hasPrefix("云杉家居  2026-03-02 10:06:00  时段 10:03–10:06"))
        #expect(text.text.contains("人均响应 —（客服 0）"))
        #expect(!text.text.contains("\u{1B}"))
        let json = try run(["figures", "--log", log, "--at", at, "--format", "json"])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
        let assistant = try #require(object["assistant"] as? [String: Any])
        let explained = try run([
            "explain", "handed", "--log", log, "--shop", "云杉家居", "--at", at, "--format", "json",
        ])
        let handed = try #require(
            try JSONSerialization.jsonObject(with: Data(explained.output)) as? [String: Any])
        #expect(assistant["handed"] as? Int == 2)
        #expect(handed["value"] as? Int == 2)
        #expect(object["sequence"] as? Int == lines)
        #expect(try run(["board", "--log", log, "--shop", "云杉家居"]).text.hasPrefix("云杉家居  "))
    }

    @Test("a line that is too long is one refusal, whatever stands in it, and the lines behind it keep their numbers")
    func longLines() throws {
        let good = try String(contentsOfFile: Command.root + "/" + events, encoding: .utf8)
            .split(separator: "\n").prefix(2)
        for length in [262_144, 262_145, 524_288, 1_000_000] {
            // Without a line end in between the event is a part of the long line.
            let junk = String(repeating: "a", count: length)
            let file = try directory.write("long.ndjson", "\(junk)\(good[0])\n\(junk)\n\(good[1])\nnonsense\n")
            let outcome = try run(["replay", file, "--log", directory.path + "/deep/er/log\(length)"])
            #expect(outcome.text.hasPrefix("read 4, taken 1, duplicate 0, refused 3 ("))
            #expect(outcome.text.hasSuffix("); log position 1\n"))
            for place in [":1: ", ":2: ", ":4: "] { #expect(outcome.errors.contains("long.ndjson" + place)) }
        }
    }

    @Test("an explanation says in the reader's language what was counted, what was left out and why")
    func explanations() throws {
        let sales = "Corpora/live/guided-sales/events.ndjson"
        #expect(try run(["replay", sales, "--log", log], now: "2026-03-04T00:00:00.000Z").code == 0)
        func explain(_ arguments: [String], _ language: String) throws -> String {
            let outcome = try Command.run(
                ["live", "explain"] + arguments
                    + ["--log", log, "--shop", "云杉家居", "--at", "2026-03-02T10:03:00+08:00"],
                in: directory, environment: ["LANG": language, "MINGJIAN_NOW": "2026-03-04T00:00:00.000Z"])
            #expect(outcome.code == 0, "\(outcome.errors)")
            return outcome.text
        }
        let chinese = try explain(["guided-sales-by-people"], "zh_CN.UTF-8")
        #expect(
            chinese == """
                云杉家居  引导销售额（人工）  截至 2026-03-02 10:03:00
                统计区间：2026-03-02 00:00:00 至 2026-03-02 10:03:00（不含）
                结果：800 分 = 1 笔付款之和
                计入（1）：
                  小王：800 分
                      10:00:05  买家消息  [guided-sales-3]
                      10:01:20  客服 豆豆 的消息  [guided-sales-8]
                      10:02:00  付款  [guided-sales-9]
                未计入（4）：
                  小王：先付款，后被接待
                      09:59:00  付款  [guided-sales-1]
                  小王：先付款，后被接待
                      10:00:06  付款  [guided-sales-4]
                  小王：付款前只有助手回复，属助手引导
                      10:00:10  付款  [guided-sales-6]
                  路人：付款，但当天没有被接待
                      10:02:00  付款  [guided-sales-10]

                """)
        let english = try explain(["response", "--agent", "豆豆"], "en_US.UTF-8")
        #expect(
            english == """
                云杉家居  mean response time of the last slot (agent 豆豆)  as of 2026-03-02 10:03:00
                span: from 2026-03-02 10:00:00 to 2026-03-02 10:03:00 (excluded)
                result: 20.0 s = 20.0 s ÷ 1
                Counted (1):
                  小王: agent 豆豆, conversation c1, 20.0 s
                      10:00:00  opened → the assistant  [guided-sales-2]
                      10:00:05  message of the buyer  [guided-sales-3]
                      10:01:00  handed over → 豆豆  [guided-sales-7]
                      10:01:20  message of 豆豆  [guided-sales-8]

                """)
        let undefined = try explain(["conversion"], "zh_CN.UTF-8")
        #expect(undefined.contains("无定义：此前 21 天的订单未齐；2026-03-24 起有定义"))
        // Of a rate it is said from which of its lists somebody is missing.
        let other = directory.path + "/other"
        let conversion = "Corpora/live/conversion/events.ndjson"
        #expect(try run(["replay", conversion, "--log", other], now: "2026-03-04T00:00:00.000Z").code == 0)
        let rate = try run([
            "explain", "conversion", "--log", other, "--shop", "云杉家居", "--at", "2026-03-02T10:03:00+08:00",
        ])
        #expect(rate.text.contains("100.0 % = 2 ÷ 2\nNumerator (2):\n  小王\n"), "\(rate.text)")
        #expect(rate.text.contains("Not in the denominator (1):\n  小王: had placed an order"), "\(rate.text)")
        #expect(!rate.text.contains("Not in the numerator"), "\(rate.text)")
        let board = try run(["figures", "--log", log, "--at", "2026-03-02T10:03:00+08:00"])
        #expect(board.text.contains("转化率自 2026-03-24 起有定义"))
        for wrong in [["online", "--day", "yesterday"], ["queued", "--group", "a"], ["served", "--entry", "a"]] {
            #expect(try run(["explain"] + wrong + ["--log", log, "--shop", "云杉家居"]).code == 64)
        }
    }

    @Test("an agent or a group that the shop does not have is no bad day: 1, and a line that says so")
    func unknownNames() throws {
        #expect(try run(["replay", events, "--log", log]).code == 0)
        for scope in [["--agent", "nobody"], ["--group", "nowhere"]] {
            let outcome = try run(["explain", "pending", "--log", log, "--shop", "云杉家居", "--at", at] + scope)
            #expect(outcome.code == 1 && outcome.output.isEmpty && outcome.errors.contains(scope[1]))
        }
        let entry = try run([
            "explain", "clicks", "--log", log, "--shop", "云杉家居", "--at", at, "--entry", "nothing",
        ])
        #expect(entry.code == 1 && entry.output.isEmpty && entry.errors.contains("nothing"))
    }

    @Test("bad lines are named with their place, counted and kept, and end in 65")
    func refusedLines() throws {
        let good = try String(contentsOfFile: Command.root + "/" + events, encoding: .utf8)
            .split(separator: "\n")[0]
        let file = try directory.write("bad.ndjson", "\(good)\nnonsense\n")
        let outcome = try run(["replay", file, "--log", log])
        #expect(outcome.code == 65)
        #expect(outcome.text == "read 2, taken 1, duplicate 0, refused 1 (not-an-object 1); log position 1\n")
        #expect(outcome.errors.contains("bad.ndjson:2: "))
        #expect(String(decoding: directory.contents("log/refused.ndjson"), as: UTF8.self).contains("nonsense"))
    }

    @Test("wrong use ends in 64, a shop that is not there in 1, a log that is not there in 74")
    func exitCodes() throws {
        #expect(try run(["figures", "--log", log]).code == 74)
        _ = try run(["replay", events, "--log", log])
        let missing = try run(["figures", "--log", log, "--shop", "无"])
        #expect(missing.code == 1)
        #expect(missing.errors.contains("无"))
        #expect(try run(["figures", "--log", log, "--at", "noon"]).code == 64)
        #expect(try run(["figures", "--log", log, "--slot", "7"]).code == 64)
        #expect(try run(["explain", "nothing", "--log", log, "--shop", "云杉家居"]).code == 64)
        #expect(try run(["explain", "handed", "--log", log, "--shop", "云杉家居", "--agent", "a"]).code == 64)
        #expect(try run(["replay", "none.ndjson", "--log", log]).code == 74)
        #expect(try run(["replay", events, "--log", log, "--speed", "0"]).code == 64)
        #expect(try Command.run(["serve", "--log", log, "--host", "0.0.0.0"], in: directory).code == 64)
    }

    @Test("lines that come while standard input is open are counted at once, and SIGTERM ends the wait with 130")
    func openInput() throws {
        let pipe = directory.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        // Held open on both ends: opening it waits for nobody, and it does not end.
        let held = open(pipe, O_RDWR)
        defer { close(held) }
        let line = Array(
            try String(contentsOfFile: Command.root + "/" + events, encoding: .utf8).split(separator: "\n")[0].utf8)
        #expect(write(held, line + [0x0A], line.count + 1) == line.count + 1)
        let (process, output, _) = try Command.process(
            ["live", "replay", "-", "--log", log], in: directory, input: pipe)
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        var isCounted = false
        for _ in 0..<100 where !isCounted {
            isCounted = try run(["figures", "--log", log, "--shop", "云杉家居"]).code == 0
            if !isCounted { usleep(50_000) }
        }
        #expect(isCounted)
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 130)
        let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
        #expect(text == "read 1, taken 1, duplicate 0, refused 0; log position 1\n")
    }

    @Test("a simulated day has the same bytes for the same seed, and is taken whole by a log")
    func simulate() throws {
        // A log refuses what was received after the present.
        let later = "2026-03-04T00:00:00.000Z"
        let day = try run(["simulate", "--seed", "7"])
        #expect(day.code == 0 && day.errors.isEmpty, "\(day.errors)")
        #expect(day.lines.count > 1_000)
        #expect(try run(["simulate", "--seed", "8"]).output != day.output)
        let file = directory.path + "/day.ndjson"
        let written = try run(["simulate", "--seed", "7", "--out", file])
        #expect(written.code == 0 && written.output.isEmpty)
        #expect(directory.contents("day.ndjson") == day.output)

        let fed = try run(["simulate", "--seed", "7", "--log", log], now: later)
        #expect(fed.code == 0, "\(fed.errors)")
        #expect(fed.text.hasPrefix("read \(day.lines.count), taken ") && fed.text.contains("refused 0"))
        let ids = Set(day.lines.compactMap { $0.split(separator: ",").first }).count
        #expect(fed.text.hasSuffix("log position \(ids)\n"))
        let again = try run(["replay", file, "--log", log], now: later)
        #expect(again.text.contains("taken 0, duplicate \(day.lines.count), refused 0"))
        // The next day of the shop is another one.
        let next = try run(["simulate", "--seed", "7", "--day", "2026-03-03", "--log", log], now: later)
        #expect(next.code == 0 && next.text.hasSuffix("log position \(2 * ids)\n"), "\(next.text)")
    }

    @Test("more shops are the first one and others; wrong use of simulate ends in 64, a file that cannot be in 74")
    func simulateShops() throws {
        let one = try run(["simulate", "--seed", "3"])
        let three = try run(["simulate", "--seed", "3", "--shops", "3"])
        #expect(three.lines.filter { $0.contains(#""shop":"云杉家居旗舰店","#) } == one.lines)
        #expect(Set(three.lines.compactMap { $0.split(separator: ",").dropFirst().first }).count == 3)
        for wrong in [
            ["--shops", "0"], ["--shops", "101"], ["--day", "2026-02-30"], ["--speed", "0"],
            ["--out", "a", "--log", log],
        ] {
            #expect(try run(["simulate", "--seed", "3"] + wrong).code == 64, "\(wrong)")
        }
        #expect(try run(["simulate"]).code == 64)
        #expect(try run(["simulate", "--seed", "3", "--out", directory.path + "/none/a"]).code == 74)
    }

    @Test("Ctrl-C ends a simulation that keeps time with 130, and its log is whole")
    func simulateInterrupted() throws {
        let (process, _, _) = try Command.process(
            ["live", "simulate", "--seed", "3", "--speed", "60", "--log", log], in: directory)
        try process.run()
        let deadline = Date(timeIntervalSinceNow: 120)
        while (try? FileManager.default.contentsOfDirectory(atPath: log))?.count ?? 0 < 2, Date() < deadline {
            usleep(50_000)
        }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130 && process.terminationReason == .exit)
        #expect(try Command.run(["log", "check", log], in: directory).code == 0)
    }
}
