import ArgumentParser
import ConversationModel
import Diagnostics
import RuleLanguage

extension RulesCommand {
    /// `mingjian rules show`: which version is in force, and what rules it holds.
    struct Show: ParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case text, json
        }

        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows the version in force on a day, or any one, and its rules. 查看规则版本",
            discussion: """
                Without --on and --version: today. The first version stands for all
                earlier days and is then marked retroactive (追溯). A day on which an
                emergency version came shows both.

                Examples:
                  mingjian rules show shop --on 2026-03-02
                  mingjian rules show shop --version 3 --format json

                Exit codes: 0 done; 64 no such version; 66 no versions, or a damaged one.
                """)

        @Argument(help: "The store.")
        var store: String

        @Option(help: "A day of the shop, YYYY-MM-DD.")
        var on: String?

        @Option(help: "The number of a version.")
        var version: Int?

        @Option(help: "text or json.")
        var format = Format.text

        func run() throws {
            try mingjian.run { try show() }
        }

        /// One version to show, and from when on it is in force on the day asked for.
        private struct Shown {
            var version: RuleVersion
            var from: Instant?
            var isRetroactive = false
        }

        private func show() throws -> Int32 {
            guard on == nil || version == nil else {
                throw CommandFailure.misuse("give --on or --version", "--on 与 --version 只能给出一个")
            }
            let store = VersionStore(path: store)
            let index = try store.index()
            let shown = try chosen(store, index)
            let output = Output()
            var objects: [JSONText] = []
            for one in shown {
                let rules = try RuleSources(files: store.files(of: one.version)).checkedRules()
                switch format {
                case .text: try output.write((objects.isEmpty ? "" : "\n") + text(one, rules))
                case .json: break
                }
                objects.append(json(one, rules))
            }
            if format == .json {
                try output.write(JSONText.object(["v": .number(1), "versions": .array(objects)]).pretty() + "\n")
            }
            return 0
        }

        private func chosen(_ store: VersionStore, _ index: RuleVersionIndex) throws -> [Shown] {
            if let version { return [Shown(version: try store.version(version, in: index))] }
            guard let newest = index.versions.last, let zone = Surroundings.zone(newest.zone) else {
                throw CommandFailure(
                    code: CommandFailure.badRules,
                    phrase: Phrase("no versions of rules in '\(store.path)'", "“\(store.path)” 里没有规则版本"))
            }
            guard let on else {
                return index.inForce(at: try Surroundings.now()).map {
                    [Shown(version: $0.version, isRetroactive: $0.isRetroactive)]
                } ?? []
            }
            guard let day = CalendarDay(on) else {
                throw CommandFailure.misuse(
                    "--on takes a day as YYYY-MM-DD, not '\(on)'", "--on 的日期写作 YYYY-MM-DD，而不是 “\(on)”")
            }
            return index.inForce(on: day, in: zone).map {
                Shown(version: $0.1.version, from: $0.from, isRetroactive: $0.1.isRetroactive)
            }
        }

        private func text(_ shown: Shown, _ rules: [Rule]) -> String {
            let language = Surroundings.language
            let version = shown.version
            func time(_ instant: Instant) -> String { VersionWords.time(instant, zone: version.zone) }
            var lines = [
                visible(VersionWords.phrase(version).text(in: language) + " (\(version.folderName))")
                    + (shown.isRetroactive ? Phrase(", retroactive (追溯)", "，追溯").text(in: language) : "")
            ]
            func add(_ label: Phrase, _ text: String) {
                lines.append("  " + label.text(in: language) + ": " + visible(text))
            }
            if let on, let from = shown.from { add(Phrase("judges on \(on) from", "\(on) 起评时间"), time(from)) }
            add(Phrase("in force from", "生效时间"), "\(time(version.effectiveFrom)) (\(version.zone))")
            add(Phrase("published", "发布"), "\(time(version.publishedAt)) \(version.author)")
            add(Phrase("note", "说明"), version.note)
            if let reason = version.emergencyReason { add(Phrase("emergency", "紧急"), reason) }
            add(Phrase("time policy", "时间策略"), VersionWords.policy(version).text(in: language))
            add(Phrase("digest", "摘要"), version.digest)
            add(Phrase("rules", "规则"), String(rules.count))
            let rows = rules.map { rule in
                [
                    "    " + rule.id.value, visible(rule.name),
                    RuleWords.value(rule.polarity.rawValue, of: "polarity", in: language),
                    RuleWords.value(rule.severity.rawValue, of: "severity", in: language),
                    rule.score.map { String($0) } ?? "-", settings(rule),
                ]
            }
            let table = VersionWords.table(rows).split(separator: "\n").map { line in
                String(line.reversed().drop { $0 == " " }.reversed())
            }
            return (lines + table).map { $0 + "\n" }.joined()
        }

        private func settings(_ rule: Rule) -> String {
            guard case .object(let members) = rule.versionSummary,
                case .object(let parameters)? = members.first(where: { $0.key == "parameters" })?.value
            else { return "" }
            return parameters.map { parameter in
                let value = parameter.value
                if case .string(let text) = value { return "\(parameter.key)=\(visible(text))" }
                if case .array(let words) = value { return "\(parameter.key)[\(words.count)]" }
                return "\(parameter.key)=\(value.compact)"
            }.joined(separator: " ")
        }

        private func json(_ shown: Shown, _ rules: [Rule]) -> JSONText {
            .object(
                VersionWords.json(shown.version) + [
                    .init("from", shown.from.map { .string($0.utcText) } ?? .null),
                    .init("retroactive", .bool(shown.isRetroactive)),
                    .init("ruleList", .array(rules.map(\.versionSummary))),
                ])
        }
    }
}
