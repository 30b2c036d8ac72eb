import ArgumentParser
import ConversationModel
import Diagnostics
import EventLog
import Foundation
import Monitoring
import Server

extension LiveCommand {
    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain",
            abstract: "Lists what a figure counted and what it left out. 指标溯源",
            discussion: """
                Each event that was counted, when and what it was; what looks as if it should
                have been counted, and why it was not; and the arithmetic. Every number that
                `live figures` shows is one of these, or is in the list of one.

                Of the shop, or with --agent, --assistant:
                  served
                Of the shop, or with --group, --agent:
                  response, answers, uncounted, after-hours, transferred,
                  closed-unanswered, pending, read-unanswered, left-pending, online,
                  suspended
                Of the shop, or with --group:
                  pending-per-agent
                Of the shop:
                  guided-sales, guided-payers (each with -by-people, -by-assistant),
                  inquiring, conversion, strict-conversion, late-events, buyer-waits,
                  open-buyer-waits, queued, pooled, unassigned, consulted, handed,
                  hand-over-rate, clicks (of all entries, or with --entry of one)

                --day yesterday and --day yesterday-until-this-time: served, inquiring,
                late-events and what is about sales.

                Examples:
                  mingjian live explain pending --log live/log --shop 云杉家居 --agent 豆豆 \\
                      --at 2026-03-02T10:30:00+08:00
                  mingjian live explain conversion --log live/log --shop 云杉家居 \\
                      --day yesterday

                Exit codes: 0 done; 1 no such shop, group, agent or entry; 64 usage; 66
                policy; 74 the log cannot be read.
                """)

        @Argument(help: "The figure.")
        var figure: String
        @OptionGroup var arguments: LiveArguments
        @Option(help: "The shop.")
        var shop: String
        @Option(help: "The group whose figure it is; '' for those in none.")
        var group: String?
        @Option(help: "The agent whose figure it is.")
        var agent: String?
        @Flag(help: "The assistant's figure.")
        var assistant = false
        @Option(help: "The entry of the first questions, for clicks (default: all).")
        var entry: String?
        @Option(help: "today, yesterday or yesterday-until-this-time.")
        var day = Explanation.Day.today
        @Option(help: "The instant: RFC 3339 with an offset, or milliseconds (default: now).")
        var at: String?
        @Option(help: "text or json.")
        var format = Format.text

        func run() throws {
            try mingjian.run {
                let now = try instant(at)
                let (name, asked) = try question()
                let policy = try arguments.policy()
                let pipeline = try arguments.open(policy: policy, isObserver: true)
                let (shop, day) = (shop, day)
                let found = try waiting {
                    let explanation = try await pipeline.explain(asked, of: shop, on: day, at: now)
                    let watermark = await pipeline.shop(shop)?.watermark
                    return (explanation: explanation, watermark: watermark, sequence: await pipeline.position.index)
                }
                guard let explanation = found.explanation else {
                    sayNothingOf(shop)
                    return 1
                }
                switch format {
                case .text:
                    let text = ExplanationText(
                        zone: policy.time.zone, language: Surroundings.language,
                        isColored: Surroundings.usesColor(STDOUT_FILENO))
                    try Output().write(text.text(of: explanation, name: name, shop: shop))
                case .json:
                    let json = FiguresJSON(zone: policy.time.zone)
                        .value(
                            explanation, shop: shop, name: name, watermark: found.watermark, sequence: found.sequence)
                    try Output().write(json.bytes + [0x0A])
                }
                return 0
            }
        }

        /// What is asked for; an error where there is no such figure.
        private func question() throws -> (FigureName, Explanation.Figure) {
            guard let name = FigureName(rawValue: figure) else {
                throw CommandFailure.misuse(
                    "no such figure: '\(figure)'; figures: "
                        + FigureName.allCases.map(\.rawValue).joined(separator: ", "),
                    "没有指标 “\(figure)”；指标有：" + FigureName.allCases.map(\.rawValue).joined(separator: "、"))
            }
            guard let asked = name.figure(group: group, agent: agent, isAssistant: assistant, entry: entry) else {
                let options = [("--group", FigureName.Scope.group), ("--agent", .agent), ("--assistant", .assistant)]
                    .filter { name.scopes.contains($0.1) }.map(\.0)
                throw CommandFailure.misuse(
                    options.isEmpty
                        ? "\(figure) is a figure of the whole shop"
                            + (entry == nil ? "" : "; --entry is for clicks")
                        : "\(figure) is told of the shop, or with one of \(options.joined(separator: ", "))",
                    options.isEmpty
                        ? "\(figure) 只有全店的" + (entry == nil ? "" : "；--entry 只用于 clicks")
                        : "\(figure) 是全店的，或只带 \(options.joined(separator: "、")) 之一")
            }
            guard day == .today || asked.isOfDay else {
                throw CommandFailure.misuse(
                    "\(figure) is no figure of a whole day: --at says of when it is",
                    "\(figure) 不是按天统计的指标：用 --at 指定时刻")
            }
            return (name, asked)
        }
    }
}

extension Explanation.Day: ExpressibleByArgument {}
