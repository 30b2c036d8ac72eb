import ArgumentParser
import ConversationModel
import Diagnostics
import EventLog
import Foundation
import Monitoring
import Server
import Synchronization

/// `mingjian live`: figures of shops while they work, and rules on what is said in them.
struct LiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Figures and rules of shops while they work. 实时监控",
        subcommands: [Replay.self, Figures.self, Explain.self, Board.self, Inspect.self, Simulate.self])

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    enum FiguresFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json, digest
    }

    struct Figures: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "figures",
            abstract: "Prints the figures of shops at an instant. 指标快照",
            discussion: """
                Reads the log and changes nothing; another process may be writing it. What
                happened before --at counts: any instant that the log still reaches. With
                --format digest a line a shop: a digest of the figures at the end of each slot
                of the day up to --at (the day lies within the last 48 hours of the log). The
                same events give the same one, in whatever order and at whatever speed they
                came.

                Examples:
                  mingjian live figures --log live/log
                  mingjian live figures --log live/log --at 2026-03-03T00:00:00+08:00 \\
                      --format digest
                  mingjian live figures --log live/log --shop 云杉家居 \\
                      --at 2026-03-02T10:30:00+08:00 --format json

                Exit codes: 0 done; 1 no such shop; 64 usage; 66 policy; 74 the log cannot be
                read.
                """)

        @OptionGroup var arguments: LiveArguments
        @Option(help: "The shop (default: all).")
        var shop: String?
        @Option(help: "The instant: RFC 3339 with an offset, or milliseconds (default: now).")
        var at: String?
        @Option(help: "text, json (an object a line) or digest (a line a shop).")
        var format = FiguresFormat.text

        func run() throws {
            try mingjian.run {
                let now = try instant(at)
                let policy = try arguments.policy()
                let pipeline = try arguments.open(policy: policy, isObserver: true)
                let output = try printed(pipeline, at: now, zone: policy.time.zone)
                try Output().write(output.bytes)
                if !output.isFound, let shop { sayNothingOf(shop) }
                return output.isFound ? 0 : 1
            }
        }

        private func printed(
            _ pipeline: LivePipeline, at now: Instant, zone: Zone
        ) throws -> (bytes: [UInt8], isFound: Bool) {
            let (wanted, format) = (shop, format)
            let board = LiveBoard(zone: zone, isColored: Surroundings.usesColor(STDOUT_FILENO))
            return try waiting {
                var (bytes, isFound) = ([UInt8](), wanted == nil)
                let sequence = await pipeline.position.index
                let all = await pipeline.shops
                for name in wanted.map({ [$0] }) ?? all {
                    if format == .digest {
                        guard let state = await pipeline.shop(name) else { continue }
                        isFound = true
                        bytes += try digest(of: name, state, until: now, zone).utf8
                        continue
                    }
                    guard let figures = try await pipeline.figures(of: name, at: now) else { continue }
                    isFound = true
                    switch format {
                    case .text:
                        if !bytes.isEmpty { bytes.append(0x0A) }
                        bytes += board.text(figures, shop: name, sequence: sequence).utf8
                    case .json:
                        bytes += FiguresJSON(zone: zone).value(figures, shop: name, sequence: sequence).bytes
                        bytes.append(0x0A)
                    case .digest: break
                    }
                }
                return (bytes, isFound)
            }
        }
    }

    struct Board: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "board",
            abstract: "Shows the figures of a shop and refreshes them. 实时看板",
            discussion: """
                Reads the log and changes nothing; another process may be writing it. Off a
                terminal the board is printed once, in full. On one it never has more lines
                than there are, nor longer ones: what does not fit is said (clicks, settings
                and commands go first, then the groups and agents that have least to show;
                `live figures` prints all of them). Ctrl-C ends it.

                What is beyond a threshold is marked: ! and yellow, !! and red (no colours
                with NO_COLOR or off a terminal). Thresholds are those of the shop's and the
                groups' alarms where these are on, else usual ones; --threshold sets one of
                them: mean-response, longest-wait (seconds), pending-per-agent, pending,
                agent-pending, active-online (at most), hand-over-rate (percent).

                Examples:
                  mingjian live board --log live/log --shop 云杉家居 --every 5
                  mingjian live board --log live/log --shop 云杉家居 \\
                      --threshold longest-wait=60,120
                  mingjian live board --log live/log --shop 云杉家居 \\
                      --threshold pending=20,40 --threshold hand-over-rate=off
                """)

        @OptionGroup var arguments: LiveArguments
        @Option(help: "The shop.")
        var shop: String
        @Option(help: "Seconds between refreshes, 1 to 3600.")
        var every = 10
        @Option(
            name: .customLong("threshold"),
            help: "From where on a figure is marked: ITEM=WARNING,ALARM, or ITEM=off; may be given several times.")
        var thresholds: [String] = []

        func run() throws {
            try mingjian.run {
                guard (1...3600).contains(every) else {
                    throw CommandFailure.misuse("--every takes 1 to 3600 seconds", "--every 取 1 到 3600 秒")
                }
                let thresholds = try BoardThresholds(thresholds)
                let policy = try arguments.policy()
                let isTerminal = Surroundings.isTerminal(STDOUT_FILENO)
                let board = LiveBoard(
                    zone: policy.time.zone, isColored: Surroundings.usesColor(STDOUT_FILENO), thresholds: thresholds)
                _ = Surroundings.interruption
                repeat {
                    let now = try Surroundings.now()
                    let pipeline = try arguments.open(policy: policy, isObserver: true)
                    let shop = shop
                    let found = try waiting {
                        (try await pipeline.figures(of: shop, at: now), await pipeline.position.index)
                    }
                    guard let figures = found.0 else {
                        sayNothingOf(shop)
                        return 1
                    }
                    let room = isTerminal ? Surroundings.terminal : nil
                    let text = board.text(figures, shop: shop, sequence: found.1, room: room)
                    try Output().write(isTerminal ? "\u{1B}[H\u{1B}[2J" + text : text)
                    if isTerminal { Surroundings.pause(until: .now.advanced(by: .seconds(every))) }
                } while isTerminal && !Surroundings.isInterrupted.load(ordering: .relaxed)
                if isTerminal { try Output().write("\n") }
                return 0
            }
        }
    }
}

/// The line of a shop for `--format digest`.
private func digest(of shop: String, _ state: ShopMonitor, until now: Instant, _ zone: Zone) throws -> String {
    guard let instants = state.instants(ofDayUntil: now) else {
        throw CommandFailure.misuse(
            "--format digest: the day of --at is further back than 48 hours before the end of the log",
            "--format digest：--at 所在的一天早于日志末尾之前的 48 小时")
    }
    var digest = FiguresDigest(zone: zone)
    for instant in instants { digest.add(state.figures(at: instant), of: shop) }
    return digest.text + "  " + JSONString.quoted(shop).dropFirst().dropLast() + "\n"
}

/// Says that the log has no event of a shop.
func sayNothingOf(_ shop: String) {
    say(Phrase("nothing has come of shop '\(shop)'", "没有店铺 “\(shop)” 的事件"))
}
