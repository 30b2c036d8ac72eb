import ArgumentParser
import Diagnostics
import Foundation

/// The command `mingjian`: paths, environment, clock and signals; all logic is in the targets.
@main
struct Mingjian: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mingjian",
        abstract: "Inspects customer-service conversations by rules, exactly and fast. 聊天记录质检",
        discussion: """
            Examples:
              mingjian inspect Corpora/demo/conversations.ndjson --rules Rules \\
                  --html report.html
              mingjian rules test Rules
              mingjian explain --rule opening --conversation ys-0302-002 \\
                  Corpora/demo/conversations.ndjson
              mingjian cut --preview logs.csv

            Exit codes: 0 done; 1 something at or over --fail-on was hit; 64 usage; 65 too
            many bad records; 66 rules missing or invalid; 70 internal; 74 input or
            output.
            """,
        version: Version.text,
        subcommands: [
            InspectCommand.self, ReportCommand.self, RulesCommand.self, ExplainCommand.self, CutCommand.self,
            ImportCommand.self, CorpusCommand.self, FoldCommand.self,
            LogCommand.self, LiveCommand.self, ServeCommand.self,
        ])

    /// Runs the command that the arguments name.
    static func main() {
        HeapGrowth.inLargeSteps()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            // Help, and ends without a word of the library's: as it would.
            if code.isSuccess || message.isEmpty { exit(withError: error) }
            // It quotes arguments as they are: lines stay lines, all else is shown and not obeyed.
            let lines = UsageErrors.text(message, in: Surroundings.language).split(
                separator: "\n", omittingEmptySubsequences: false
            ).map { visible(String($0)) }
            note(lines.joined(separator: "\n") + "\n")
            Foundation.exit(code.rawValue)
        }
    }
}

/// What this build calls itself.
enum Version {
    /// The engine that findings pin; a change of semantics changes it.
    static let engine = "mingjian-1"
    static let text = "0.1.0"
}
