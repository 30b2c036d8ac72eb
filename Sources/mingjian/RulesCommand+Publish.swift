import ArgumentParser
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

extension RulesCommand {
    /// `mingjian rules publish`: rules become an immutable version.
    struct Publish: ParsableCommand {
        enum Effective: String, ExpressibleByArgument, CaseIterable {
            case midnight, now
        }

        static let configuration = CommandConfiguration(
            commandName: "publish",
            abstract: "Checks and tests rules and makes a version of them. 发布规则版本",
            discussion: """
                The version comes into force at the next midnight of the shop; today
                keeps the rules it began with. --effective now is for emergencies, and
                its reason is kept. The time policy that the examples were tested with
                is kept, too, and judges with the version.

                Examples:
                  mingjian rules publish Rules --to shop --author 阿宁 --note "开始语放宽到45秒"
                  mingjian rules publish Rules --to shop --author 阿宁 --note "停用误判规则" \\
                      --effective now --reason "大促误判，客服被误扣分"
                  mingjian rules publish Rules --to shop --author 阿宁 --note 首版 \\
                      --policy shop.json

                Exit codes: 0 published, or nothing new; 66 the rules have errors, failing
                or too few examples, or the store is damaged; 74 it cannot be written.
                """)

        @Argument(help: "Rule files or directories.")
        var paths: [String]

        @Option(help: "The store: a directory, made where it is missing.")
        var to: String

        @Option(help: "Who publishes.")
        var author: String

        @Option(help: "What is new, and why.")
        var note: String

        @Option(help: "midnight (default) or now.")
        var effective = Effective.midnight

        @Option(help: "Why it cannot wait; with --effective now.")
        var reason: String?

        @OptionGroup var time: PolicyArguments

        func run() throws {
            try mingjian.run { try publish() }
        }

        private func publish() throws -> Int32 {
            try checkTexts()
            try checkPlace()
            let store = VersionStore(path: to)
            let newest = try store.index(mayBeMissing: true).versions.last
            let (policy, policyFile, kept) = try timePolicy(after: newest, in: store)
            let zone = policy.zone
            let found = try RuleFolder.files(at: paths)
            let rules = try testedRules(found.map(\.source), policy: policy)
            PolicyArguments.tellOfHours(rules, in: policy)
            let files = found.map { SourceFile(path: $0.name, bytes: $0.source.bytes) }
            let (publication, index) = try store.publish(files, policy: policyFile?.bytes) { index in
                do {
                    // The time is read when it is this publisher's turn, so that times follow numbers.
                    return try index.publication(
                        of: files, rules: rules, author: author, note: note, at: Surroundings.now(), zone: zone,
                        emergencyReason: reason, policy: kept)
                } catch let fault as VersionFault {
                    throw CommandFailure(
                        code: CommandFailure.inputOutput,
                        phrase: Phrase(
                            "'\(fault.file)': \(fault.reason.english)", "“\(fault.file)”：\(fault.reason.chinese)"))
                }
            }
            try tell(publication, index)
            return 0
        }

        /// The time policy that the options name, as the version keeps it; where they name none, that of the newest
        /// version: hours must not get lost because somebody left an option out.
        private func timePolicy(
            after newest: RuleVersion?, in store: VersionStore
        ) throws -> (TimePolicy, file: SourceFile?, kept: RuleVersion.Policy) {
            let base = newest.flatMap { Surroundings.zone($0.zone) }
            if time.policy == nil, let newest, var kept = newest.policy, var policy = try store.policy(of: newest) {
                if kept.file != nil || kept.closeAfter != nil && time.closeAfter == nil {
                    say(
                        Phrase(
                            "the time policy is that of version \(newest.number), since --policy is not given",
                            "未给出 --policy，沿用第 \(newest.number) 版的时间策略"), severity: "note")
                }
                if let closeAfter = try time.closeAfterMilliseconds() {
                    policy.closeAfter = closeAfter
                    kept.closeAfter = closeAfter
                }
                return (try time.inZone(policy), try store.policyFile(of: newest), kept)
            }
            let policy = try time.timePolicy(zone: base)
            let file = try time.file()
            let kept = RuleVersion.Policy(
                file: file.map {
                    RuleVersion.File(
                        name: RuleVersion.policyName, bytes: $0.bytes.count, digest: RuleVersion.digest(of: $0.bytes))
                }, closeAfter: time.closeAfter.map { _ in policy.closeAfter })
            return (policy, file, kept)
        }

        /// What is kept for ever is one line without tricks.
        private func checkTexts() throws {
            guard (effective == .now) == (reason != nil) else {
                throw CommandFailure.misuse(
                    "--effective now and --reason go together", "--effective now 与 --reason 须一起使用")
            }
            for (option, text) in [("--author", author), ("--note", note), ("--reason", reason ?? "-")] {
                let isBlank = text.allSatisfy(\.isWhitespace)
                guard !isBlank, text.unicodeScalars.count <= 2000, visible(text) == text else {
                    throw CommandFailure.misuse(
                        "\(option) takes one line of 1 to 2000 characters", "\(option) 须为 1 到 2000 字的一行文字")
                }
            }
        }

        /// A store below the rules would be published with them the next time.
        private func checkPlace() throws {
            func whole(_ path: String) -> [String] {
                URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().pathComponents
            }
            let store = whole(to)
            guard let path = paths.first(where: { store.starts(with: whole($0)) }) else { return }
            throw CommandFailure.misuse(
                "the store '\(to)' lies in the rules '\(path)'", "版本目录 “\(to)” 位于规则目录 “\(path)” 之内")
        }

        /// The rules of `files`, which compile, pass their examples and have enough of them.
        private func testedRules(_ files: [SourceFile], policy: TimePolicy) throws -> [Rule] {
            let sources = RuleSources(files: files)
            let compiled = try sources.compiled(policy: policy)
            let report = try ExampleRunner(sources.rules, compiled: compiled).run()
            let faults = publicationFaults(sources.rules) + report.diagnostics
            if faults.isEmpty { return sources.rules }
            throw sources.refused(faults.sorted(by: Diagnostic.precedes))
        }

        private func tell(_ publication: RuleVersionIndex.Publication, _ index: RuleVersionIndex) throws {
            let text: Phrase
            switch publication {
            case .unchanged(let version):
                text = Phrase(
                    "version \(version.number) (\(version.folderName)) has this content already; nothing was published",
                    "第 \(version.number) 版（\(version.folderName)）内容相同，未发布新版本")
            case .new(let version):
                let from = VersionWords.time(version.effectiveFrom, zone: version.zone)
                text = Phrase(
                    "published version \(version.number) (\(version.folderName)): \(version.ruleCount) rules, in force from \(from) (\(version.zone))\(version.isEmergency ? ", emergency" : "")",
                    "已发布第 \(version.number) 版（\(version.folderName)）：\(version.ruleCount) 条规则，自 \(from)（\(version.zone)）起生效\(version.isEmergency ? "，紧急" : "")"
                )
                if version.number == 1 {
                    say(
                        Phrase(
                            "the first version stands for all earlier days too (retroactive)",
                            "首版对此前各日追溯适用"), severity: "note")
                }
                if let before = index[version.number - 1], before.number > 1, index.isReplaced(before) {
                    say(
                        Phrase(
                            "version \(before.number) is replaced and never comes into force",
                            "第 \(before.number) 版被替换，不再生效"), severity: "note")
                }
            }
            try Output().write(text.text(in: Surroundings.language) + "\n")
        }
    }
}
