import ChineseText
import Foundation
import Testing

struct FoldingEqualsICUTests {
    static let table = FoldTable()

    @Test("every code point folds as ICU folds it, alone and between letters")
    func everyCodePointFoldsAsICUFolds() {
        let icu = ICUFolding()
        var wrong: [String] = []
        for value in UInt32(0)..<0x11_0000 {
            // Planes 4 to 13 are unassigned; one stands for all.
            guard let scalar = Unicode.Scalar(value), !(0x50000..<0xE0000).contains(value) else { continue }
            let alone = String(Character(scalar))
            if !Self.table.folded(alone).utf8.elementsEqual((icu.folded(alone) ?? "?").utf8) {
                wrong.append(String(value, radix: 16))
            }
            guard value < 0x30000 || value >= 0xE0000 else { continue }
            var between = String.UnicodeScalarView()
            between.append(contentsOf: ["가", "e", scalar, "好"])
            let text = String(between)
            if !Self.table.folded(text).utf8.elementsEqual((icu.folded(text) ?? "?").utf8) {
                wrong.append("between: " + String(value, radix: 16))
            }
        }
        #expect(wrong == [])
    }

    @Test("random texts fold as ICU folds them", arguments: 0..<40 as Range<UInt64>)
    func randomTextsFoldAsICUFolds(seed: UInt64) {
        let icu = ICUFolding()
        var texts = RandomText(seed: seed)
        for _ in 0..<200 {
            let text = texts.next()
            let folded = Array(Self.table.folded(text).unicodeScalars.map(\.value))
            let expected = icu.folded(text).map { $0.unicodeScalars.map(\.value) }
            #expect(folded == expected, "seed \(seed): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    static let suite = ProcessInfo.processInfo.environment["MINGJIAN_SHARED"]
        .map { $0 + "/suites/unicode/NormalizationTest.txt" }

    @Test("all of NormalizationTest folds as ICU folds it, equivalents alike", .enabled(if: suite != nil))
    func normalizationTestFolds() throws {
        let icu = ICUFolding()
        let lines = try String(contentsOfFile: try #require(Self.suite), encoding: .utf8).split(separator: "\n")
        var cases = 0
        for line in lines where line.first?.isHexDigit == true {
            let columns = line.split(separator: ";").prefix(5).map { column in
                var view = String.UnicodeScalarView()
                for code in column.split(separator: " ") {
                    if let scalar = UInt32(code, radix: 16).flatMap(Unicode.Scalar.init) { view.append(scalar) }
                }
                return String(view)
            }
            let folded = columns.map { Array(Self.table.folded($0).utf8) }
            let expected = columns.map { Array((icu.folded($0) ?? "?").utf8) }
            #expect(folded == expected, "\(line)")
            // NFKC_Casefold turns U+0345 into a letter before marks are sorted: there alone equivalents
            // may differ.
            if !line.contains("0345") { #expect(Set(folded).count == 1, "\(line)") }
            cases += 1
        }
        #expect(cases > 15_000)
    }
}
