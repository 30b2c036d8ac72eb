import ConversationModel
import Diagnostics
import Foundation
import Inspection

/// Verdicts of reviewers as NDJSON: `{"finding": "…32 digits…", "verdict": "confirmed"}` or `"misjudged"`.
enum VerdictFile {
    private static let bytes = 256 << 20

    private struct Line: Decodable {
        var finding: String
        var verdict: String
    }

    /// The verdicts of the file at `path`; the last one on a finding counts, blank lines and other members do not.
    /// 74 where it cannot be read, 65 where a line is no verdict.
    static func read(_ path: String) throws -> VerdictTable {
        let content: [UInt8]
        do {
            content = try RegularFile.read(path, limit: bytes, followsLink: true)
        } catch {
            throw CommandFailure(
                code: CommandFailure.inputOutput,
                phrase: Phrase(
                    "cannot read verdicts '\(visible(error.path))': \(error.reason.english)",
                    "无法读取复核结论 “\(visible(error.path))”：\(error.reason.chinese)"))
        }
        var table = VerdictTable()
        let decoder = JSONDecoder()
        for (index, line) in content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            guard let entry = try? decoder.decode(Line.self, from: Data(line)),
                let verdict = Verdict(rawValue: entry.verdict), table.add(verdict, to: entry.finding)
            else {
                throw CommandFailure(
                    code: CommandFailure.badData,
                    phrase: Phrase(
                        "'\(visible(path))', line \(index + 1): no verdict; a line is {\"finding\": \"32 hexadecimal digits\", \"verdict\": \"confirmed\"} or \"misjudged\"",
                        "“\(visible(path))” 第 \(index + 1) 行不是复核结论；每行写作 {\"finding\": \"32 位十六进制\", \"verdict\": \"confirmed\"} 或 \"misjudged\""
                    ))
            }
        }
        return table
    }
}
