import ArgumentParser
import ConversationModel
import Diagnostics
import RuleLanguage

extension RulesCommand {
    /// `mingjian rules versions`: the history of a store.
    struct Versions: ParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case table, json
        }

        static let configuration = CommandConfiguration(
            commandName: "versions",
            abstract: "Lists the versions of a store and checks that they are whole. 规则版本列表",
            discussion: """
                Examples:
                  mingjian rules versions shop
                  mingjian rules versions shop --format json

                Exit codes: 0 done; 66 no versions, or some are damaged.
                """)

        @Argument(help: "The store.")
        var store: String

        @Option(help: "table or json.")
        var format = Format.table

        func run() throws {
            try mingjian.run { try list() }
        }

        private func list() throws -> Int32 {
            let store = VersionStore(path: store)
            let index = try store.index()
            let now = try Surroundings.now()
            var rows: [(version: RuleVersion, code: String, word: Phrase)] = []
            var failures: [CommandFailure] = []
            for version in index.versions {
                if let failure = try store.fault(of: version) {
                    failures.append(failure)
                    rows.append((version, "damaged", Phrase("damaged", "已损坏")))
                } else {
                    let status = VersionWords.status(version, in: index, at: now)
                    rows.append((version, status.code, status.word))
                }
            }
            switch format {
            case .table: try Output().write(table(rows.map { ($0.version, $0.word) }))
            case .json:
                let list = rows.map {
                    JSONText.object(VersionWords.json($0.version) + [.init("status", .string($0.code))])
                }
                try Output().write(JSONText.object(["v": .number(1), "versions": .array(list)]).pretty() + "\n")
            }
            for failure in failures { if let phrase = failure.phrase { say(phrase) } }
            return failures.isEmpty ? 0 : CommandFailure.badRules
        }

        private func table(_ rows: [(version: RuleVersion, word: Phrase)]) -> String {
            let language = Surroundings.language
            let head = [
                Phrase("version", "版本"), Phrase("status", "状态"), Phrase("in force from", "生效时间"),
                Phrase("published", "发布时间"), Phrase("rules", "规则数"), Phrase("author", "发布人"),
                Phrase("digest", "摘要"), Phrase("note", "说明"),
            ].map { $0.text(in: language) }
            return VersionWords.table(
                [head]
                    + rows.map { version, word in
                        let emergency = version.emergencyReason.map {
                            Phrase(" [emergency: \(visible($0))]", "［紧急：\(visible($0))］").text(in: language)
                        }
                        return [
                            String(version.number), word.text(in: language),
                            VersionWords.time(version.effectiveFrom, zone: version.zone),
                            VersionWords.time(version.publishedAt, zone: version.zone),
                            String(version.ruleCount), visible(version.author), String(version.digest.prefix(12)),
                            visible(version.note) + (emergency ?? ""),
                        ]
                    })
        }
    }
}
