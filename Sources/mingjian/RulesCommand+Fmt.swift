import ArgumentParser
import ChineseText
import Diagnostics
import Foundation
import RuleLanguage

extension RulesCommand {
    /// `mingjian rules fmt`: one layout for all rule files.
    struct Fmt: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fmt",
            abstract: "Writes rule files in their one layout. 统一规则文件的排版",
            discussion: """
                Keys come in one order, what fits on a line of 100 columns stands on one;
                nothing else changes. Prints the names of files that change. Files that are
                not JSON are reported and left alone.

                Examples:
                  mingjian rules fmt Rules
                  mingjian rules fmt Rules --check

                Exit codes: 0 done; 1 --check: some file would change; 66 some file is not JSON.
                """)

        @Argument(help: "Rule files or directories.")
        var paths: [String]

        @Flag(help: "Change nothing; only tell which files would change.")
        var check = false

        @Option(help: "full, concise, json or github.")
        var format = Format.full

        func run() throws {
            try mingjian.run { try layOut() }
        }

        private func layOut() throws -> Int32 {
            let layout = RuleLayout(displayWidth: { CharacterClass.displayWidth(of: $0) })
            var faults: [Diagnostic] = []
            var faulty: [SourceFile] = []
            var changed = 0
            let found = RuleSources.ruleFiles(at: paths)
            faults += found.unreadable
            for path in found.files {
                let limit =
                    path.lowercased().hasSuffix(".json") ? RuleLimits.fileBytes : RuleLimits.listFileBytes
                let source: SourceFile
                do throws(RegularFile.Fault) {
                    source = SourceFile(path: path, bytes: try RegularFile.read(path, limit: limit, followsLink: true))
                } catch {
                    faults.append(RuleSources.diagnostic(of: error))
                    continue
                }
                do {
                    let bytes = try layout.formatted(source)
                    if bytes == source.bytes { continue }
                    changed += 1
                    if !check { try RegularFile.replace(path, by: bytes) }
                    try Output().write(Surroundings.shown(path) + "\n")
                } catch let error as JSONFault {
                    faulty.append(source)
                    faults.append(error.diagnostic(path: path))
                }
            }
            if !faults.isEmpty {
                let text = RuleSources.renderer(DiagnosticRenderer.Format(rawValue: format.rawValue) ?? .full)
                    .render(faults, sources: faulty)
                note(text)
                return CommandFailure.badRules
            }
            return check && changed > 0 ? 1 : 0
        }
    }
}
