import ArgumentParser
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

        @Argument(help: "The store.")
        var store: String

        @Argument(help: "The older side: a version, or a path.")
        var old: String

        @Argument(help: "The newer side: a version, or a path.")
        var new: String

        @Option(help: "text or json.")
        var format = Format.text

        func run() throws {
            try mingjian.run { try compare() }
        }

        /// One side, and what it is called.
        private struct Side {
            var rules: [Rule]
            var label: Phrase
            var json: JSONText
        }

        private func compare() throws -> Int32 {
            let store = VersionStore(path: store)
            let index = try store.index()
            let (old, new) = (try side(old, store, index), try side(new, store, index))
            let diff = RuleDiff(from: old.rules, to: new.rules)
            switch format {
            case .text:
                let language = Surroundings.language
                let head = Phrase(
                    "\(old.label.english) → \(new.label.english): \(diff.summary.english)",
                    "\(old.label.chinese) → \(new.label.chinese)：\(diff.summary.chinese)")
                try Output().write(head.text(in: language) + "\n" + diff.text(in: language))
            case .json:
                let object = JSONText.object(
                    [.init("v", .number(1)), .init("from", old.json), .init("to", new.json)] + diff.json)
                try Output().write(object.pretty() + "\n")
            }
            return 0
        }

        private func side(_ text: String, _ store: VersionStore, _ index: RuleVersionIndex) throws -> Side {
            if let number = Int(text), !text.hasPrefix("+"), !text.hasPrefix("-") {
                let version = try store.version(number, in: index)
                return Side(
                    rules: try RuleSources(files: store.files(of: version)).checkedRules(),
                    label: VersionWords.phrase(version),
                    json: .object([
                        "version": .number(Int64(number)), "rulesDigest": .string(version.rulesDigest),
                    ]))
            }
            let rules = try RuleSources(paths: [text]).checkedRules()
            return Side(
                rules: rules, label: Phrase("draft \(visible(text))", "草稿 \(visible(text))"),
                json: .object(["draft": .string(text), "rulesDigest": .string(rulesDigest(rules))]))
        }
    }
}
