import ArgumentParser
import Diagnostics
import Foundation
import RuleLanguage

extension RulesCommand {
    /// `mingjian rules docs`: a page for each rule, from the rule files alone.
    struct Docs: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "docs",
            abstract: "Writes a page for each rule and an index, in Markdown. 生成规则手册",
            discussion: """
                Pages are in Chinese. Pages of rules that are gone are removed; files that
                this command did not write are left alone, and never overwritten.

                Examples:
                  mingjian rules docs Rules --out docs/rules
                  mingjian rules docs Rules --out docs/rules --check

                Exit codes: 0 done; 1 with --check: pages are stale; 66 rules invalid; 74
                output.
                """)

        @Argument(help: "Rule files or directories.")
        var paths: [String]

        @Option(help: "The directory of the pages.")
        var out: String

        @Flag(help: "Write nothing; say which pages are stale.")
        var check = false

        func run() throws {
            try mingjian.run { try write() }
        }

        private func write() throws -> Int32 {
            let sources = try RuleSources(paths: paths)
            let directory = Self.absolute(out)
            let pages = RulePages(sources, rules: try sources.checkedRules()) { path in
                Self.way(to: Self.absolute(path), from: directory)
            }.pages
            let present = try generated()
            let stale = pages.filter { contents(of: $0.name) != $0.text }
            let gone = present.subtracting(pages.map(\.name)).sorted()
            if check {
                for name in stale.map(\.name) + gone { note("\(visible(out))/\(visible(name))\n") }
                guard !stale.isEmpty || !gone.isEmpty else { return 0 }
                say(
                    Phrase(
                        "\(stale.count + gone.count) pages are stale: run it without --check",
                        "\(stale.count + gone.count) 页已过期：去掉 --check 再运行一次"))
                return 1
            }
            do {
                try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
            } catch {
                throw OutputError(path: out, code: errno)
            }
            for page in stale {
                if !present.contains(page.name), FileManager.default.fileExists(atPath: out + "/" + page.name) {
                    throw CommandFailure(
                        code: CommandFailure.inputOutput,
                        phrase: Phrase(
                            "'\(visible(out))/\(page.name)' was written by somebody else",
                            "“\(visible(out))/\(page.name)” 不是本命令生成的，不覆盖"))
                }
                try Output(path: out + "/" + page.name).write(page.text)
            }
            for name in gone where unlink(out + "/" + name) != 0 {
                throw OutputError(path: out + "/" + name, code: errno)
            }
            try Output().write(
                Phrase(
                    "\(pages.count) pages, \(stale.count) written, \(gone.count) removed\n",
                    "\(pages.count) 页，写入 \(stale.count) 页，删除 \(gone.count) 页\n"
                ).text(in: Surroundings.language))
            return 0
        }

        private func contents(of name: String) -> String? {
            FileManager.default.contents(atPath: out + "/" + name).map { String(decoding: $0, as: UTF8.self) }
        }

        /// The pages in the directory that this command wrote.
        private func generated() throws -> Set<String> {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: out)) ?? []
            return Set(
                names.filter { $0.hasSuffix(".md") && (contents(of: $0) ?? "").hasPrefix(RulePages.mark) })
        }

        private static func absolute(_ path: String) -> [Substring] {
            URL(fileURLWithPath: path).standardizedFileURL.path.split(separator: "/")
        }

        /// The relative way from a directory to a file, both as components from the root.
        private static func way(to file: [Substring], from directory: [Substring]) -> String {
            let common = zip(file, directory).prefix { $0 == $1 }.count
            let up = Array(repeating: "..", count: directory.count - common)
            return (up + file.dropFirst(common).map(String.init)).joined(separator: "/")
        }
    }
}
