import ConversationModel
import Foundation
import Testing

@testable import Reports

@Suite struct JSONReportTests {
    private func bytes(_ report: Report) -> [UInt8] {
        var result: [UInt8] = []
        JSONReport().write(report) { result += $0 }
        return result
    }

    private func document(_ report: Report) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(bytes(report)))
        return try #require(value as? [String: Any])
    }

    @Test func holdsEverythingThatWasCounted() throws {
        let report = SampleReport().report
        let root = try document(report)
        #expect(root["v"] as? Int == 1)
        #expect((root["findings"] as? [Any])?.count == report.cases.count)
        #expect((root["rules"] as? [Any])?.count == report.tally.rules.count)
        let coverage = try #require(root["coverage"] as? [String: Any])
        #expect(coverage["recordsRead"] as? Int == 1_286)
        #expect(coverage["badByReason"] as? [String: Int] == ["invalid-json": 2, "missing-id": 1])
        for name in ["agents", "groups", "days", "total"] {
            let table = try #require(root[name] as? [String: Any])
            let rows = try #require(table["rows"] as? [[String: Any]])
            let cells = rows.flatMap { $0["rules"] as? [[String: Any]] ?? [] }
            let findings = cells.reduce(0) {
                $0 + ($1["hits"] as? Int ?? 0) + ($1["missed"] as? Int ?? 0)
            }
            #expect(findings == report.cases.count)
        }
    }

    @Test func hostileTextSurvivesUnchanged() throws {
        var report = SampleReport(findings: 1).report
        let text = "\"\\\u{0}\n\r\t</script>\u{2028}\u{202E}😀\u{7F}家"
        report.title = text
        report.cases[0].context[0].text = text
        let root = try document(report)
        #expect(root["title"] as? String == text)
        let finding = try #require((root["findings"] as? [[String: Any]])?.first)
        let context = try #require(finding["context"] as? [[String: Any]])
        #expect(context[0]["text"] as? String == text)
    }

    @Test func integersAreExact() throws {
        var report = SampleReport(findings: 1).report
        report.cases[0].finding.gap = 9_007_199_254_740_993
        #expect(
            String(decoding: bytes(report), as: UTF8.self).contains("\"gap\":9007199254740993,"))
    }

    @Test func keysAreSorted() {
        // Walks the text itself, because a parsed dictionary has lost its order.
        var stack: [String] = []
        var checked = 0
        let text = Array(bytes(SampleReport(findings: 40).report))
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "{"): stack.append("")
            case UInt8(ascii: "}"): stack.removeLast()
            case UInt8(ascii: "\""):
                var end = index + 1
                while text[end] != UInt8(ascii: "\"") {
                    end += text[end] == UInt8(ascii: "\\") ? 2 : 1
                }
                if text[end + 1] == UInt8(ascii: ":") {
                    let key = String(decoding: text[(index + 1)..<end], as: UTF8.self)
                    #expect(stack[stack.count - 1] < key)
                    stack[stack.count - 1] = key
                    checked += 1
                }
                index = end
            default: break
            }
            index += 1
        }
        #expect(checked > 1_000)
        #expect(stack.isEmpty)
    }

    @Test func theSameRunGivesTheSameBytes() {
        #expect(bytes(SampleReport(seed: 9).report) == bytes(SampleReport(seed: 9).report))
    }
}
