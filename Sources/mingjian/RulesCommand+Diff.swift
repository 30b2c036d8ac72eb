import ArgumentParser
import ConversationModel
import Diagnostics
import RuleLanguage

extension RulesCommand {
    /// `mingjian rules diff`: what changed, in the language of rules.
    struct Diff: ParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case text, json
        }

        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Says what differs between two versions, or a version and a draft. 规则版本对比",
            discussion: """
                A version is its number; anything else is a draft: a rule file or a
                directory (write ./3 for a directory called 3). Layout and order of files
                do not matter.

                Examples:
                  mingjian rules diff shop 1 2
                  mingjian rules diff shop 2 Rules
                  mingjian rules diff shop 1 2 --format json

                Exit codes: 0 done, whatever differs; 64 no such version; 66 the draft has
                errors, or a version is damaged.
                """)

        @Argument(help: "The store, the older side and the newer side; a side is a version or a path.")
        var arguments: [String] = []

        private var store: String { arguments[0] }
        private var old: String { arguments[1] }
        private var new: String { arguments[2] }

        @Option(help: "text or json.")
        var format = Format.text

        func run() throws {
            try mingjian.run {
                guard arguments.count == 3 else {
                    throw CommandFailure.misuse(
                        "diff takes three things: the store, the older side and the newer one (mingjian rules diff shop 1 2)",
                        "diff 需要三项：版本目录、旧的一边、新的一边（例如 mingjian rules diff shop 1 2）")
                }
                return try compare()
            }
        }

        /// One side, and what it is called.
        private struct Side {
            var sources: RuleSources
            var rules: [Rule]
            var label: Phrase
            var json: JSONText
            /// What a version keeps; nil: it keeps none, or is a draft, which is judged by whatever it is published with.
            var policy: TimePolicy?

            var schemes: SchemeDiff.Side {
                SchemeDiff.Side(schemes: sources.schemes, scoring: sources.scoring, rules: rules)
            }
        }

        private func compare() throws -> Int32 {
            let store = VersionStore(path: store)
            let index = try store.index()
            let (old, new) = (try side(old, store, index), try side(new, store, index))
            let diff = RuleDiff(from: old.rules, to: new.rules)
            let schemes = SchemeDiff(from: old.schemes, to: new.schemes)
            var policy: PolicyDiff?
            if let before = old.policy, let after = new.policy { policy = PolicyDiff(from: before, to: after) }
            switch format {
            case .text:
                let language = Surroundings.language
                let head = Phrase(
                    "\(old.label.english) → \(new.label.english): \(diff.summary.english)",
                    "\(old.label.chinese) → \(new.label.chinese)：\(diff.summary.chinese)")
                try Output().write(
                    head.text(in: language) + "\n" + diff.text(in: language) + schemes.text(in: language)
                        + (policy?.text(in: language) ?? ""))
            case .json:
                let object = JSONText.object(
                    [.init("v", .number(1)), .init("from", old.json), .init("to", new.json)] + diff.json + schemes.json
                        + (policy?.json ?? []))
                try Output().write(object.pretty() + "\n")
            }
            return 0
        }

        private func side(_ text: String, _ store: VersionStore, _ index: RuleVersionIndex) throws -> Side {
            if let number = Int(text), !text.hasPrefix("+"), !text.hasPrefix("-") {
                let version = try store.version(number, in: index)
                let sources = RuleSources(files: try store.files(of: version))
                return Side(
                    sources: sources, rules: try sources.checkedRules(),
                    label: VersionWords.phrase(version),
                    json: .object([
                        "version": .number(Int64(number)), "rulesDigest": .string(version.rulesDigest),
                    ]), policy: try store.policy(of: version))
            }
            let sources = try RuleSources(paths: [text])
            let rules = try sources.checkedRules()
            return Side(
                sources: sources, rules: rules, label: Phrase("draft \(visible(text))", "草稿 \(visible(text))"),
                json: .object(["draft": .string(text), "rulesDigest": .string(rulesDigest(rules))]))
        }
    }
}
