import ChineseText
import ConversationModel
import TestSupport
import Testing

struct FoldTableTests {
    static let table = FoldTable()

    /// The fold of the hot path; nil where `capacity` was too small.
    private func hot(_ text: String, level: TextLevel, capacity: Int) -> [UInt8]? {
        let target = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + 1)
        defer { target.deallocate() }
        // Behind the room there must be nothing written.
        target[capacity] = 0xA5
        let count = Array(text.utf8).withUnsafeBufferPointer {
            Self.table.write($0, level: level, into: target, capacity: capacity)
        }
        #expect(target[capacity] == 0xA5)
        return count.map { Array(UnsafeBufferPointer(start: target, count: $0)) }
    }

    private func mapped(_ text: String, _ level: TextLevel) -> FoldedText {
        Array(text.utf8).withUnsafeBufferPointer { Self.table.foldMapped($0, level: level) }
    }

    @Test(
        "what people type folds to what rules are written in",
        arguments: [
            ("加Ｖ信", "加v信"), ("ＶＸ：１２３", "vx:123"), ("請加妳的微信", "请加你的微信"), ("後天發貨", "后天发货"), ("㈱", "(株)"),
            ("加\u{200B}微", "加微"), ("a\u{3000} \tb", "a b"), ("STRASSE ß", "strasse ss"), ("e\u{301}", "é"), ("ｶﾞ", "ガ"),
            ("\u{FEFF}好", "好"), ("👍🏻", "👍🏻"), ("❤️", "❤"), ("1️⃣", "1\u{20E3}"), ("\u{2F800}", "丽"), ("", ""),
        ])
    func textsFold(text: String, folded: String) {
        #expect(Array(Self.table.folded(text).unicodeScalars) == Array(folded.unicodeScalars))
    }

    @Test(
        "the hot fold equals the fold with a map, and says when the room is too small",
        arguments: 0..<40 as Range<UInt64>)
    func theHotFoldEqualsTheMapped(seed: UInt64) {
        var texts = RandomText(seed: seed)
        for _ in 0..<150 {
            let text = texts.next()
            for level in [TextLevel.exact, .folded] {
                let expected = mapped(text, level).bytes
                let ample = text.utf8.count * 18 + 64
                #expect(
                    hot(text, level: level, capacity: ample) == expected,
                    "seed \(seed): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
                let tight = text.utf8.count + texts.number(below: 4)
                if let bytes = hot(text, level: level, capacity: tight) {
                    #expect(bytes == expected, "seed \(seed)")
                } else {
                    // Only where more comes out than goes in, at some place at least.
                    #expect(ample > tight)
                }
            }
        }
    }

    @Test("folding twice changes nothing more", arguments: 0..<20 as Range<UInt64>)
    func foldingIsIdempotent(seed: UInt64) {
        var texts = RandomText(seed: seed)
        for _ in 0..<200 {
            let text = texts.next()
            let once = Self.table.folded(text)
            #expect(
                Array(Self.table.folded(once).utf8) == Array(once.utf8),
                "seed \(seed): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    @Test("a code point said to be unchanged is")
    func unchangedCodePointsAre() {
        var wrong: [UInt32] = []
        for value in UInt32(0)..<0x30000 {
            guard let scalar = Unicode.Scalar(value), Self.table.isUnchanged(value) else { continue }
            if !Self.table.folded(String(Character(scalar))).unicodeScalars.elementsEqual([scalar]) {
                wrong.append(value)
            }
        }
        #expect(wrong == [])
        #expect(Self.table.isUnchanged(0x597D) && !Self.table.isUnchanged(0x8ACB) && !Self.table.isUnchanged(0x41))
    }

    @Test(
        "every range of a fold maps to whole code points, and without a map to the same",
        arguments: 0..<20 as Range<UInt64>)
    func rangesMapBack(seed: UInt64) {
        var texts = RandomText(seed: seed)
        for _ in 0..<25 {
            let text = texts.next(pieces: 10)
            let source = Array(text.utf8)
            let borders = Set(source.indices.filter { source[$0] & 0xC0 != 0x80 } + [source.count])
            for level in [TextLevel.exact, .folded] {
                let folded = mapped(text, level)
                for lower in folded.bytes.indices {
                    for upper in lower + 1...folded.bytes.count {
                        let span = folded.original(lower..<upper)
                        #expect(
                            span.start < span.end && borders.contains(span.start) && borders.contains(span.end),
                            "seed \(seed)")
                        let direct = source.withUnsafeBufferPointer {
                            Self.table.original(lower..<upper, of: $0, level: level)
                        }
                        #expect(
                            direct == span,
                            "seed \(seed), \(lower)..<\(upper) of \(text.unicodeScalars.map { String($0.value, radix: 16) })"
                        )
                    }
                }
            }
        }
    }

    @Test(
        "what a range maps back to folds to a text around it",
        arguments: [
            ("你好，ＶＸ加", "vx", "ＶＸ"), ("叫㈱人", "株", "㈱"), ("加\u{200B}微信", "加微", "加\u{200B}微"),
            ("a \u{3000}b", " ", " \u{3000}"),
            ("請稍等", "请", "請"), ("cafe\u{301}s", "é", "e\u{301}"), ("각\u{11A8}好", "好", "好"),
        ])
    func rangesMapBackToWhatWasWritten(text: String, part: String, original: String) throws {
        let folded = mapped(text, .folded)
        let needle = Array(part.utf8)
        let start = try #require(
            (0...folded.bytes.count - needle.count).first { folded.bytes[$0...].starts(with: needle) })
        let span = folded.original(start..<start + needle.count)
        let source = Array(text.utf8)
        #expect(Array(String(decoding: source[span.start..<span.end], as: UTF8.self).utf8) == Array(original.utf8))
    }

    @Test("ranges outside the fold map to nothing")
    func rangesOutsideMapToNothing() {
        let folded = mapped("好", .folded)
        for range in [0..<0, 3..<3, 2..<4, 5..<9, -1..<2] { #expect(folded.original(range) == Span(0, 0)) }
    }

    @Test("a line feed stands as U+2028 in exact texts, and maps back")
    func lineFeedsStandAsSeparators() {
        let folded = mapped("a\nＢ", .exact)
        #expect(String(decoding: folded.bytes, as: UTF8.self).unicodeScalars.elementsEqual("a\u{2028}Ｂ".unicodeScalars))
        #expect(folded.original(1..<4) == Span(1, 2))
        #expect(folded.original(5..<6) == Span(2, 5))
    }

    @Test("ten thousand marks on one letter fold in bounded time, and the same on both ways")
    func marksAreBounded() {
        let text = "a" + String(repeating: "\u{323}\u{301}", count: 5_000) + "b"
        let expected = mapped(text, .folded).bytes
        #expect(hot(text, level: .folded, capacity: text.utf8.count * 3) == expected)
        #expect(expected.last == UInt8(ascii: "b"))
    }

    @Test("a table comes back from its bytes")
    func tablesComeBack() throws {
        let again = try #require(FoldTable(serialized: Self.table.serialized))
        #expect(again.serialized == Self.table.serialized)
        var texts = RandomText(seed: 5)
        for _ in 0..<500 {
            let text = texts.next()
            #expect(again.folded(text) == Self.table.folded(text))
        }
        #expect(FoldTable().serialized == Self.table.serialized)
    }

    @Test("corrupted tables are refused or fold without a trap", arguments: 0..<30 as Range<UInt64>)
    func corruptedTablesAreRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let good = Self.table.serialized
        for cut in [0, 1, 15, 16, 17, good.count / 2, good.count - 1] {
            #expect(FoldTable(serialized: Array(good.prefix(cut))) == nil)
        }
        #expect(FoldTable(serialized: good + [0]) == nil)
        var texts = RandomText(seed: seed)
        for _ in 0..<10 {
            var bytes = good
            // The header and the index decide what is read where: hit them more often.
            let limit = Bool.random(using: &random) ? bytes.count : 4_000
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                bytes[Int.random(in: 0..<limit, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let table = FoldTable(serialized: bytes) else { continue }
            for _ in 0..<20 {
                let text = texts.next()
                #expect(table.folded(text).utf8.count <= text.utf8.count * 260 + 64, "seed \(seed)")
            }
        }
    }
}
