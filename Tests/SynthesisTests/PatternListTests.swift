import Foundation
import Synthesis
import Testing

@Suite struct PatternListTests {
    /// All texts of a corpus in one string.
    private func corpus() throws -> String {
        var archive: [UInt8] = []
        _ = writeCorpus(
            CorpusPlan(seed: 21, conversations: 600), archive: { archive += $0 }, truth: { _ in })
        return try #require(String(bytes: archive, encoding: .utf8))
    }

    @Test(arguments: KeywordList.Kind.allCases, [10, 10_000])
    func keywordsAreDifferentAndAsManyAsAsked(_ kind: KeywordList.Kind, _ count: Int) {
        let words = KeywordList(kind: kind, count: count, seed: 4).words
        #expect(words.count == count)
        #expect(Set(words).count == count)
        #expect(words.allSatisfy { $0.count >= 2 && !$0.contains("\n") })
        #expect(words == KeywordList(kind: kind, count: count, seed: 4).words)
    }

    @Test(arguments: KeywordList.Kind.allCases)
    func aShortListBeginsALongOne(_ kind: KeywordList.Kind) {
        let long = KeywordList(kind: kind, count: 5_000).words
        #expect(Array(long.prefix(300)) == KeywordList(kind: kind, count: 300).words)
    }

    @Test func listsWithTheSameHitsHaveTenLivingWords() throws {
        let text = try corpus()
        let words = KeywordList(kind: .sameHits, count: 10_000).words
        for word in words.prefix(10) {
            #expect((text as NSString).range(of: word, options: .literal).length > 0, "\(word)")
        }
        let odd = Set("鑫淼垚犇焱骉矗姝倩雯婷琪璐瑶")
        #expect(words.dropFirst(10).allSatisfy { !odd.isDisjoint(with: $0) })
        #expect(odd.isDisjoint(with: text))
    }

    @Test func aRealisticShareOfMixedKeywordsOccurs() throws {
        let text = try corpus() as NSString
        let words = KeywordList(count: 1_000).words.enumerated().filter { $0.offset % 5 == 0 }.map(
            \.element)
        let occurring = words.filter { text.range(of: $0, options: .literal).length > 0 }.count
        #expect((5...120).contains(occurring), "\(occurring) of 200 occur")
    }

    @Test(arguments: RegexList.Kind.allCases)
    func expressionsCompileAndDoNotMatchNothing(_ kind: RegexList.Kind) throws {
        let patterns = RegexList(kind: kind, count: 200, seed: 6).patterns
        #expect(patterns.count == 200)
        #expect(Set(patterns).count == 200)
        for pattern in patterns {
            let expression = try NSRegularExpression(pattern: pattern)
            #expect(expression.numberOfMatches(in: "", range: NSRange(location: 0, length: 0)) == 0)
            for escape in ["\\d", "\\w", "\\s", "\\b", "(?"] { #expect(!pattern.contains(escape)) }
        }
    }

    @Test func listsOutsideTheBoundsAreCut() {
        #expect(KeywordList(count: -1).words.isEmpty)
        #expect(KeywordList(count: 1_000_000).words.count == 10_000)
        #expect(RegexList(count: -1).patterns.isEmpty)
        #expect(RegexList(count: 1_000_000).patterns.count == 1_000)
    }
}
