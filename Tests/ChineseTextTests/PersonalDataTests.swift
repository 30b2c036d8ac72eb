import ChineseText
import TestSupport
import Testing

struct PersonalDataTests {
    @Test(
        "phones, identity cards and bank cards are masked, what only looks like them is not",
        arguments: [
            ("我电话13812345678加我", "我电话138****5678加我"),
            ("19900000000", "199****0000"),
            ("12812345678", "12812345678"),
            ("138123456789", "138123456789"),
            ("1381234567", "1381234567"),
            ("订单号 2026030112345", "订单号 2026030112345"),
            ("身份证11010519491231002X。", "身份证110105**********2X。"),
            ("11010519491231002x", "110105**********2x"),
            ("110105194912310021", "110105194912310021"),
            ("440308199901010012", "440308**********12"),
            ("卡号4111111111111111", "卡号************1111"),
            ("4111111111111112", "4111111111111112"),
            ("6222020000000000003", "6222020000000000003"),
            ("13812345678，13912345678", "138****5678，139****5678"),
            ("１３８１２３４５６７８", "１３８１２３４５６７８"),
            ("", ""), ("x", "x"), ("12345678901234567x", "12345678901234567x"),
        ])
    func personalDataIsMasked(text: String, masked: String) {
        #expect(PersonalData.masked(text) == masked)
    }

    @Test("every card that passes Luhn keeps its last four digits alone", arguments: 16...19)
    func cardsKeepFourDigits(length: Int) {
        var random = SeededGenerator(seed: UInt64(length))
        for _ in 0..<200 {
            var digits = (0..<length - 1).map { _ in Int.random(in: 0...9, using: &random) }
            let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
                let doubled = digit.offset % 2 == 0 ? digit.element * 2 : digit.element
                return sum + (doubled > 9 ? doubled - 9 : doubled)
            }
            digits.append((10 - sum % 10) % 10)
            let card = digits.map(String.init).joined()
            let stars = String(repeating: "*", count: length - 4)
            // A card of 18 digits may be an identity card, too: that hides less.
            if length == 18, PersonalData.masked(card).prefix(6) == card.prefix(6) { continue }
            #expect(PersonalData.masked("卡\(card)。") == "卡\(stars)\(card.suffix(4))。")
        }
    }

    @Test("masking keeps every length, is idempotent and touches digits only", arguments: 0..<100 as Range<UInt64>)
    func maskingKeepsLengths(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "1", "13", "138", "9", "0", "11010519491231002X", "4111111111111111", "x", "X", "好", " ", "-", "😀",
        ]
        let text = (0..<40).compactMap { _ in pieces.randomElement(using: &random) }.joined()
        let masked = PersonalData.masked(text)
        #expect(masked.utf8.count == text.utf8.count, "seed \(seed)")
        #expect(PersonalData.masked(masked) == masked, "seed \(seed)")
        for (before, after) in zip(text.utf8, masked.utf8) where before != after {
            #expect((0x30...0x39).contains(before) && after == 0x2A, "seed \(seed)")
        }
    }
}
