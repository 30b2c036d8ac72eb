import Foundation
import Testing

/// What commands say of themselves is laid out by hand, for terminals of 80 columns: a longer line breaks in two wherever
/// it happens to.
struct HelpWidthTests {
    @Test("no line of a command's description is longer than 80 columns")
    func descriptionsFit() {
        var count = 0
        for (path, text) in ImportTableTests.files(below: "Sources/mingjian") {
            for block in text.matches(of: /discussion: """\n(?<body>(?:.*\n)*?)(?<indent> *)"""/) {
                count += 1
                for line in lines(of: block.output.body, indent: block.output.indent.count) {
                    #expect(columns(of: line) <= 80, "\(path): \(line)")
                }
            }
        }
        #expect(count > 20)
    }

    /// The lines as they are shown: those that a backslash joins are one.
    private func lines(of body: Substring, indent: Int) -> [String] {
        var result: [String] = []
        var open = ""
        for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = String(line.dropFirst(indent))
            if text.hasSuffix("\\"), !text.hasSuffix("\\\\") {
                open += text.dropLast()
            } else {
                result.append((open + text).replacing("\\\\", with: "\\"))
                open = ""
            }
        }
        return result
    }

    /// Characters of Chinese and the full-width forms take two.
    private func columns(of line: String) -> Int {
        line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 && $1.value < 0x1_0000 ? 2 : 1) }
    }
}
