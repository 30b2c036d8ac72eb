import Foundation
import Testing

/// Pages that stand in two languages.
struct TranslatedPageTests {
    private struct Outline: Equatable {
        var blocks: [String] = []
        var headings: [Int] = []
        var tableRows = 0
    }

    private func outline(_ path: String) throws -> Outline {
        var result = Outline()
        var block: [String]?
        let page = String(decoding: try contents(path), as: UTF8.self)
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let open = block {
                    result.blocks.append(open.joined(separator: "\n"))
                    block = nil
                } else {
                    block = [String(line)]
                }
            } else if block != nil {
                block?.append(String(line))
            } else if line.hasPrefix("#") {
                result.headings.append(line.prefix { $0 == "#" }.count)
            } else if line.hasPrefix("|") {
                result.tableRows += 1
            }
        }
        return result
    }

    @Test(
        "a page in Chinese has the blocks, headings and table rows of the English one",
        arguments: [
            "backtest", "exemptions", "live", "rule-language", "schemes", "scores", "time-policy", "unit-conditions",
            "versions",
        ])
    func pagesAgree(page: String) throws {
        let english = try outline("docs/\(page).md")
        let chinese = try outline("docs/\(page).zh-CN.md")
        for (a, b) in zip(english.blocks, chinese.blocks) { #expect(a == b) }
        #expect(english == chinese)
    }
}
