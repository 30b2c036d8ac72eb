import ChineseText
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Testing

/// The rules that the documents show: every fenced block of JSON is read, checked, laid out and tested.
struct DocumentedRuleTests {
    static let pages = ["docs/rule-language.md", "docs/parity.md"]

    /// The blocks of a page that are marked `json`, in order, each as a file named by its line.
    private func blocks(_ page: String) throws -> [SourceFile] {
        let lines = String(decoding: try contents(page), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        var files: [SourceFile] = []
        var start: Int?
        for (number, line) in lines.enumerated() {
            if line == "```json" {
                start = number + 1
            } else if line == "```", let first = start {
                let text = lines[first..<number].joined(separator: "\n") + "\n"
                let digits = String(first + 1)
                let name = page + " line " + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".json"
                files.append(SourceFile(path: name, bytes: Array(text.utf8)))
                start = nil
            }
        }
        return files
    }

    @Test("blocks are rules that pass their examples and variants, without a warning", arguments: pages)
    func blocksAreRules(page: String) throws {
        let files = try blocks(page)
        #expect(files.count >= 5)
        let (rules, loading) = loadRules(files: files, checks: true)
        let (compiled, compiling) = Shipped.compile(rules, sources: files)
        #expect(printed(loading + compiling, files) == "")
        let checks = RuleChecks.diagnostics(of: rules, table: Shipped.table, cache: Shipped.noCache)
        #expect(printed(checks, files) == "")
        let report = try ExampleRunner(rules, compiled: try #require(compiled)).run()
        #expect(printed(report.diagnostics + report.warnings, files) == "")
        #expect(report.rules == rules.count && report.examples >= 4 * rules.count)
    }

    @Test("blocks stand in the layout of rules fmt", arguments: pages)
    func blocksAreLaidOut(page: String) throws {
        let layout = RuleLayout(displayWidth: { CharacterClass.displayWidth(of: $0) })
        for file in try blocks(page) {
            let formatted = String(decoding: try layout.formatted(file), as: UTF8.self)
            #expect(formatted == String(decoding: file.bytes, as: UTF8.self), "\(file.path)")
        }
    }

    @Test("the tutorial shows every operator and key of conditions")
    func tutorialIsComplete() throws {
        let page = String(decoding: try contents("docs/rule-language.md"), as: UTF8.self)
        let schema = try JSONSerialization.jsonObject(with: Data(contents("schema/rule.schema.json")))
        var keys: Set<String> = []
        func collect(_ value: Any) {
            if let object = value as? [String: Any] {
                if let properties = object["properties"] as? [String: Any] { keys.formUnion(properties.keys) }
                for inner in object.values { collect(inner) }
            } else if let list = value as? [Any] {
                for inner in list { collect(inner) }
            }
        }
        collect(schema)
        #expect(keys.count > 60)
        #expect(keys.filter { !page.contains("`\($0)`") && !page.contains("\"\($0)\"") }.sorted() == [])
    }
}
