import ChineseText
import TestSupport
import Testing

struct EvasionPropertyTests {
    static let folding = FoldTable()
    static let table = SkeletonTable(folding: folding)

    private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        text.count >= part.count && (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }

    private func occurrences(_ matcher: EvasionMatcher, in text: String) -> [Range<Int>] {
        Array(text.utf8).withUnsafeBufferPointer { matcher.occurrences(in: $0) }
    }

    /// Pieces of the palette: half of them from few, so that something matches.
    private func pieces(_ count: Int, _ few: [Int], _ random: inout SeededGenerator) -> [Int] {
        (0..<count).map { _ in
            Int.random(in: 0..<3, using: &random) > 0
                ? few[Int.random(in: 0..<few.count, using: &random)]
                : Int.random(in: 0..<NaiveEvasion.palette.count, using: &random)
        }
    }

    private func text(_ pieces: [Int]) -> String { pieces.map { NaiveEvasion.palette[$0].piece }.joined() }

    @Test(
        "a naive matcher finds the same, and the skeleton never hides what is there",
        arguments: 0..<60 as Range<UInt64>)
    func theNaiveMatcherAgrees(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters = NaiveEvasion.palette.indices.filter {
            if case .character = NaiveEvasion.palette[$0].meaning { true } else { false }
        }
        let fixed = ["加微信", "加信", "扣扣", "69", "六九", "微", "qq", "v信", "加69", "微微信", "660", "零六", "加微", "加v信", "信信加"]
        var matched = 0
        for round in 0..<400 {
            // Characters that sound or look like one another stand side by side in the palette.
            let centre = Int.random(in: 0..<letters.count, using: &random)
            let few = (0..<8).map { letters[(centre + $0) % letters.count] }
            var keyword = pieces(Int.random(in: 1...5, using: &random), few, &random)
            if round % 2 == 0, let chosen = fixed.randomElement(using: &random) {
                keyword = chosen.compactMap { piece in
                    NaiveEvasion.palette.firstIndex { $0.piece == String(piece) }
                }
            }
            keyword = keyword.filter { letters.contains($0) }
            let homophones = Int.random(in: 0..<4, using: &random) > 0
            let wholeRuns = Bool.random(using: &random)
            let matcher = EvasionMatcher(text(keyword), homophones: homophones, table: Self.table, wholeRuns: wholeRuns)
            guard !keyword.isEmpty else { continue }
            let evasion = try #require(matcher)
            let naive = NaiveEvasion(
                keyword: NaiveEvasion.characters(keyword), homophones: homophones, wholeRuns: wholeRuns)
            // Of what has more spellings than are tried, some are not found.
            if naive.isLimited { continue }
            let near = round % 2 == 0 ? keyword + few.prefix(2) : few + keyword
            for _ in 0..<8 {
                let written = pieces(Int.random(in: 0...16, using: &random), near, &random)
                let message = text(written)
                let found = occurrences(evasion, in: message)
                let expected = naive.occurrences(in: NaiveEvasion.characters(written))
                #expect(found == expected, "seed \(seed): \(text(keyword)) in \(message.debugDescription)")
                guard !found.isEmpty else { continue }
                matched += 1
                let skeleton = Self.table.skeleton(of: message)
                #expect(
                    evasion.skeletons.contains { contains(skeleton, $0) },
                    "seed \(seed): \(text(keyword)) in \(message.debugDescription)")
            }
        }
        #expect(matched > 200, "seed \(seed): too little matches to show anything")
    }

    @Test(
        "occurrences in any text lie on whole code points, in order, and in its skeleton",
        arguments: 0..<40 as Range<UInt64>)
    func occurrencesLieOnCodePoints(seed: UInt64) throws {
        var texts = RandomText(seed: seed)
        for _ in 0..<100 {
            let text = texts.next()
            let scalars = Array(text.unicodeScalars)
            guard !scalars.isEmpty else { continue }
            let source = Array(text.utf8)
            let borders = Set(source.indices.filter { source[$0] & 0xC0 != 0x80 } + [source.count])
            let skeleton = Self.table.skeleton(of: text)
            for _ in 0..<5 {
                let first = texts.number(below: scalars.count)
                var keyword = String.UnicodeScalarView()
                keyword.append(contentsOf: scalars[first..<min(scalars.count, first + 1 + texts.number(below: 4))])
                let written = String(keyword)
                guard
                    let matcher = EvasionMatcher(written, homophones: true, table: Self.table, wholeRuns: false)
                else { continue }
                let found = occurrences(matcher, in: text)
                // It stands there as it is; only gaps and repeats that are cut off can differ.
                #expect(!found.isEmpty, "seed \(seed): \(written.unicodeScalars.map { String($0.value, radix: 16) })")
                #expect(matcher.skeletons.contains { contains(skeleton, $0) }, "seed \(seed)")
                var end = 0
                for range in found {
                    #expect(range.lowerBound >= end && range.upperBound <= source.count && !range.isEmpty)
                    #expect(borders.contains(range.lowerBound) && borders.contains(range.upperBound), "seed \(seed)")
                    end = range.upperBound
                }
            }
        }
    }

    @Test("what is found folded is found here, too", arguments: 0..<20 as Range<UInt64>)
    func foldedIsFound(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("加微信請谢谢６9六vＶq，。 *❤…-好\u{200B}".unicodeScalars)
        func some(_ count: Int) -> String {
            var view = String.UnicodeScalarView()
            for _ in 0..<count { view.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)]) }
            return String(view)
        }
        var hits = 0
        for _ in 0..<3_000 {
            let keyword = some(Int.random(in: 1...3, using: &random))
            let text = some(24)
            guard contains(Array(Self.folding.folded(text).utf8), Array(Self.folding.folded(keyword).utf8)),
                let matcher = EvasionMatcher(keyword, homophones: false, table: Self.table, wholeRuns: false)
            else { continue }
            hits += 1
            #expect(!occurrences(matcher, in: text).isEmpty, "seed \(seed): \(keyword) in \(text)")
        }
        #expect(hits > 300)
    }
}
