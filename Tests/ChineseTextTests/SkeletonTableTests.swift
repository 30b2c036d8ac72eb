import CICU
import ChineseText
import TestSupport
import Testing

struct SkeletonTableTests {
    static let folding = FoldTable()
    static let table = SkeletonTable(folding: folding)

    /// A skeleton to read: syllables in brackets, a gap as ‖, a line end as ¶.
    private func shown(_ text: String) -> String {
        var names: [UInt32: String] = [:]
        for scalar in text.unicodeScalars {
            guard let reading = Self.table.reading(of: scalar) else { continue }
            let code = String(decoding: Self.table.skeleton(of: String(Character(scalar))), as: UTF8.self)
            if let value = code.unicodeScalars.first?.value { names[value] = "[\(reading)]" }
        }
        return String(decoding: Self.table.skeleton(of: text), as: UTF8.self).unicodeScalars.map { scalar in
            switch scalar.value {
            case 1: "¶"
            case 2: "‖"
            case 0x30...0x39: String(Character(scalar))
            default: names[scalar.value] ?? String(Character(scalar))
            }
        }.joined()
    }

    @Test(
        "a skeleton holds syllables, letters and digits, and no separators that are seen through",
        arguments: [
            ("加微信", "[jia][wei][xin]"), ("家 *薇❤心", "[jia][wei][xin]"), ("加加微微微信", "[jia][wei][xin]"),
            ("加***微", "[jia]‖[wei]"), ("加……微", "[jia]‖[wei]"), ("加\n微", "[jia]¶[wei]"), ("  加  ", "[jia]"),
            ("六留6⑥", "6"), ("６9五九", "6959"), ("ＶＸ：①", "vx:1"), ("ⓥ信", "v[xin]"), ("㈢⒊Ⅲ", "3"), ("⑩", "10"),
            ("增加，微信", "[zeng][jia],[wei][xin]"), ("旅行", "[lv][xing]"), ("㐂", "㐂"), ("𠀋", "𠀋"), ("", ""), (" *", ""),
            ("\u{0}\u{1}\u{2}a\u{7F}", "a"), ("ﷺ", "صلىالهعليهوسلم"), ("½", "1⁄2"), ("™", "tm"), ("👨‍👩‍👧🇨🇳👍🏻a", "a"),
            ("a👨‍👩‍👧🇨🇳b", "ab"), ("a👨👩👧b", "a‖b"), ("请請", "[qing]"), ("й", "и"),
            ("加➕+微", "[jia][wei]"), ("🐧", "q"), ("a🐧b", "aqb"), ("🔟⓬㉊", "101230"), ("a❤️♡b", "ab"), ("🇻🇽", "vx"),
            ("カロイ", "[li][kou][ren]"),
        ] as [(String, String)])
    func skeletonsOfTexts(text: String, skeleton: String) {
        #expect(shown(text) == skeleton)
    }

    @Test(
        "common characters have the readings that people give them",
        arguments: [
            ("加", "jia"), ("微", "wei"), ("薇", "wei"), ("威", "wei"), ("徽", "hui"), ("信", "xin"), ("号", "hao"),
            ("转", "zhuan"),
            ("账", "zhang"), ("帐", "zhang"), ("支", "zhi"), ("付", "fu"), ("宝", "bao"), ("扣", "kou"), ("您", "nin"),
            ("好", "hao"),
            ("谢", "xie"), ("女", "nv"), ("绿", "lv"), ("略", "lve"), ("二", "er"), ("陆", "liu"), ("〇", "ling"),
            ("群", "qun"),
            ("装", "zhuang"), ("死", "si"), ("滚", "gun"), ("傻", "sha"), ("恩", "en"), ("哦", "o"), ("請", "qing"),
            ("咖", "jia"), ("佳", "jia"), ("讠", "yan"),
            ("號", "hao"),
        ])
    func readingsOfCommonCharacters(character: Unicode.Scalar, reading: String) {
        #expect(Self.table.reading(of: character) == reading)
    }

    @Test("every Han character is read as ICU's transliterator reads it")
    func readingsEqualICU() throws {
        let transliterator = try #require(mj_han_latin_open())
        defer { mj_transliterator_close(transliterator) }
        // Readings are those of the folded character; numerals have the readings of digits, and a few are others.
        let numerals = Set("咖茄伽讠囗零〇一壹弌二贰弍三叁弎四肆五伍六陆七柒八捌九玖".unicodeScalars.map(\.value))
        let units = (UInt16(0x3400)..<0xA000).filter { !(0x4DC0..<0x4E00).contains($0) }
            .filter { Self.folding.isUnchanged(UInt32($0)) && !numerals.contains(UInt32($0)) }
        var wrong: [String] = []
        var known = 0
        for start in stride(from: 0, to: units.count, by: 512) {
            let batch = units[start..<min(units.count, start + 512)]
            var text = batch.flatMap { [$0, 0x0A] } + Array(repeating: 0, count: 8_192)
            let length = mj_transliterate(transliterator, &text, Int32(batch.count * 2), Int32(text.count))
            let lines = String(decoding: text[..<Int(length)], as: UTF16.self).split(
                separator: "\n", omittingEmptySubsequences: true)
            try #require(lines.count == batch.count)
            for (unit, line) in zip(batch, lines) {
                let scalar = try #require(Unicode.Scalar(unit))
                let reading = line.unicodeScalars.count == 1 && line.unicodeScalars.first == scalar ? nil : plain(line)
                if reading != nil { known += 1 }
                if Self.table.reading(of: scalar) != reading { wrong.append("\(scalar) \(line)") }
            }
        }
        #expect(wrong == [])
        #expect(known > 20_000)
    }

    /// A syllable without its tone mark, by a list of the letters that carry one.
    private func plain(_ syllable: Substring) -> String {
        let letters: [Character: String] = [
            "ā": "a", "á": "a", "ǎ": "a", "à": "a", "ē": "e", "é": "e", "ě": "e", "è": "e", "ê": "e", "ê̄": "e",
            "ế": "e",
            "ê̌": "e", "ề": "e", "ī": "i", "í": "i", "ǐ": "i", "ì": "i", "ō": "o", "ó": "o", "ǒ": "o", "ò": "o",
            "ū": "u",
            "ú": "u", "ǔ": "u", "ù": "u", "ü": "v", "ǖ": "v", "ǘ": "v", "ǚ": "v", "ǜ": "v", "ń": "n", "ň": "n",
            "ǹ": "n",
            "ḿ": "m", "m̄": "m", "m̀": "m",
        ]
        return syllable.map { letters[$0] ?? String($0) }.joined()
    }

    /// The skeleton of the hot path; nil where `capacity` was too small.
    private func hot(_ text: String, capacity: Int) -> [UInt8]? {
        let target = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + 1)
        defer { target.deallocate() }
        // Behind the room there must be nothing written.
        target[capacity] = 0xA5
        let count = Array(text.utf8).withUnsafeBufferPointer {
            Self.table.write($0, into: target, capacity: capacity)
        }
        #expect(target[capacity] == 0xA5)
        return count.map { Array(UnsafeBufferPointer(start: target, count: $0)) }
    }

    @Test(
        "skeletons are valid UTF-8 without line feeds, and stay within the room they are given",
        arguments: 0..<40 as Range<UInt64>)
    func skeletonsStayInTheirRoom(seed: UInt64) {
        var texts = RandomText(seed: seed)
        for _ in 0..<200 {
            let text = texts.next()
            let expected = Self.table.skeleton(of: text)
            #expect(!expected.contains(0x0A) && !expected.contains(0x20), "seed \(seed)")
            #expect(Array(String(decoding: expected, as: UTF8.self).utf8) == expected, "seed \(seed)")
            #expect(hot(text, capacity: text.utf8.count * 18 + 64) == expected, "seed \(seed)")
            if let tight = hot(text, capacity: text.utf8.count + texts.number(below: 4)) {
                #expect(tight == expected, "seed \(seed)")
            }
            if !text.isEmpty { #expect(hot(text, capacity: text.utf8.count - 1) == nil) }
        }
    }

    @Test("Chinese needs no more room than it takes", arguments: ["亲，加❤微 信 ＶＸ１２３", "六九①②", "謝謝妳", "……", "\n\n"])
    func chineseNeedsNoMoreRoom(text: String) {
        #expect(hot(text, capacity: text.utf8.count) == Self.table.skeleton(of: text))
    }

    @Test("the skeleton of a skeleton is itself where no gap and no line end is left")
    func skeletonsAreIdempotent() {
        var wrong: [String] = []
        for value in UInt32(0)..<0x11_0000 {
            guard let scalar = Unicode.Scalar(value), !(0x50000..<0xE0000).contains(value) else { continue }
            let once = Self.table.skeleton(of: String(Character(scalar)))
            guard !once.contains(where: { $0 < 3 }) else { continue }
            if Self.table.skeleton(of: String(decoding: once, as: UTF8.self)) != once {
                wrong.append(String(value, radix: 16))
            }
        }
        #expect(wrong == [])
    }

    @Test("folding first changes no skeleton of what people write")
    func foldingFirstChangesNothing() {
        for text in [
            "請加Ｖ信", "加❤️微 信", "ⓠⓠ：①②③", "é ｅ\u{301}", "\u{200B}微\u{FEFF}信", "ТМД ΑΒΓ", "后天發貨～", "カロ微亻訁", "＋加➕🐧①⓶🔟",
        ] {
            #expect(Self.table.skeleton(of: Self.folding.folded(text)) == Self.table.skeleton(of: text), "\(text)")
        }
    }

    @Test("a table comes back from its bytes")
    func tablesComeBack() throws {
        let again = try #require(SkeletonTable(serialized: Self.table.serialized))
        #expect(again.serialized == Self.table.serialized)
        var texts = RandomText(seed: 5)
        for _ in 0..<500 {
            let text = texts.next()
            #expect(again.skeleton(of: text) == Self.table.skeleton(of: text))
        }
        #expect(SkeletonTable(folding: FoldTable()).serialized == Self.table.serialized)
        #expect(SkeletonTable.cacheKey.contains(FoldTable.cacheKey))
    }

    @Test("corrupted tables are refused or write without a trap", arguments: 0..<30 as Range<UInt64>)
    func corruptedTablesAreRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let good = Self.table.serialized
        for cut in [0, 1, 23, 24, 25, good.count / 2, good.count - 1] {
            #expect(SkeletonTable(serialized: Array(good.prefix(cut))) == nil)
        }
        #expect(SkeletonTable(serialized: good + [0x0A]) == nil)
        var texts = RandomText(seed: seed)
        for _ in 0..<10 {
            var bytes = good
            // The header and the index decide what is read where: hit them more often.
            let limit = Bool.random(using: &random) ? bytes.count : 4_000
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                bytes[Int.random(in: 0..<limit, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let table = SkeletonTable(serialized: bytes) else { continue }
            for _ in 0..<20 {
                let text = texts.next()
                #expect(table.skeleton(of: text).count <= text.utf8.count * 1_024 + 64, "seed \(seed)")
            }
        }
    }
}
