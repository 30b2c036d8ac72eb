import ChineseText
import ConversationModel
import TestSupport
import Testing

@testable import Patterns

/// What anchored patterns begin with.
struct FirstScalarsTests {
    private static func text(_ ranges: [ClosedRange<UInt32>]?) -> String? {
        ranges.map { ranges in
            var text = ""
            text.unicodeScalars.append(contentsOf: ranges.joined().compactMap(Unicode.Scalar.init))
            return text
        }
    }

    static let examples: [(String, String?)] = [
        ("^您好", "您"), ("^(?:好|行|ok)的?", "o好行"), ("^ *亲?在吗", " 亲在"), ("^(?:^嗯)+", "嗯"), ("^a{0}b", "b"),
        ("^[一-丂]", "一丁丂"), ("^(?:谢|\\b多)谢", "多谢"),
        // Not tied to the beginning, or nearly anything.
        ("您好", nil), ("^您|好", nil), ("^.好", nil), ("^[^好]", nil), ("^(?:嗯|.?好)", nil),
    ]

    @Test(arguments: examples)
    func begins(_ source: String, _ expected: String?) throws {
        #expect(Self.text(try read(source, level: .folded).get().firstScalars) == expected)
    }

    @Test("whatever an anchored random pattern matches begins with one of its first characters", arguments: 1...40)
    func matchesBegin(seed: UInt64) throws {
        var writer = FactorWriter(random: SeededGenerator(seed: seed))
        var matches = 0
        for _ in 0..<60 {
            let source = "^(?:" + writer.pattern() + ")"
            guard case .success(let pattern) = read(source, level: .folded), let first = pattern.firstScalars
            else { continue }
            let matcher = try #require(SpanMatcher(pattern))
            let tree = try PatternTree.read(source, level: .folded, table: table)
            for _ in 0..<12 {
                let message = writer.message(for: tree)
                guard matcher.matches(Array(message.utf8)) else { continue }
                matches += 1
                let begin = try #require(message.unicodeScalars.first)
                #expect(first.contains { $0.contains(begin.value) }, "seed \(seed): \(source) in '\(message)'")
            }
        }
        #expect(matches > 50, "seed \(seed)")
    }
}
