import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt))
struct ExitCodeTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(
        "help goes to standard output and is a success",
        arguments: [
            ["--help"], ["inspect", "--help"], ["rules", "--help"], ["cut", "--help"], ["--version"],
            ["corpus", "--help"],
        ])
    func helpIsASuccess(arguments: [String]) throws {
        let outcome = try Command.run(arguments, in: directory)
        #expect(outcome.code == 0 && !outcome.wasKilled)
        #expect(!outcome.output.isEmpty && outcome.errors.isEmpty)
    }

    @Test("the demo archive is inspected without a word on standard error but progress")
    func theDemoIsInspected() throws {
        let outcome = try Command.run(
            ["inspect", "Corpora/demo/conversations.ndjson", "--rules", "Rules"], in: directory)
        #expect(outcome.code == 0 && !outcome.wasKilled)
        #expect(outcome.text.contains("客服"))
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    }
}
