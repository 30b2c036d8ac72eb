import Testing

@testable import ChineseText

struct NumeralTests {
    private func numeral(_ text: String, at i: Int = 0) -> Numeral? {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { EntityText($0).numeral(at: i) }
    }

    @Test(
        "numbers are read as people write them, in ten-thousandths",
        arguments: [
            ("0", 0), ("12", 120_000), ("1.5", 15_000), ("0.12345", 1234), ("1,234", 12_340_000), ("12,34", 120_000),
            ("一", 10_000),
            ("十", 100_000), ("十二", 120_000), ("二十", 200_000), ("三十五", 350_000), ("一百零五", 1_050_000), ("一百二", 1_200_000),
            ("一百二十", 1_200_000), ("一百一十五", 1_150_000), ("三千五", 35_000_000), ("一万二", 120_000_000), ("1万2", 120_000_000),
            ("1.5万", 150_000_000), ("1万2000", 120_000_000), ("两百五十万", 25_000_000_000), ("一亿三千万", 1_300_000_000_000),
            ("二〇二六", 20_260_000),
            ("一八", 180_000), ("两三", 30_000), ("三五", 50_000), ("七八百", 8_000_000), ("十二三", 130_000), ("二三十", 300_000),
            ("3百5", 3_500_000),
            ("零", 0), ("俩", 20_000), ("一两", 20_000),
        ])
    func numbersAreRead(text: String, value: Int64) {
        let numeral = numeral(text)
        #expect(numeral?.value == value)
        #expect(numeral?.isVague == false)
        // Of 12,34 the first two digits.
        #expect(numeral?.end == (text == "12,34" ? 2 : text.utf8.count))
    }

    @Test(
        "what names no number is vague, and read to its end",
        arguments: ["十几", "二十几", "1.2.3", "1234567890", "一二三四五六七八九一二三", "五五十", "999999999亿"])
    func vagueNumbers(text: String) {
        let numeral = numeral(text)
        #expect(numeral?.isVague == true)
        #expect((numeral?.end ?? 0) >= 3)
    }

    @Test(
        "nothing begins with a unit, with 几 or with a letter",
        arguments: ["百", "千", "万", "亿", "几", "a", "元", "", "半", "."])
    func noNumbers(text: String) {
        #expect(numeral(text) == nil)
    }

    @Test("tens behind 几 are vague")
    func tensBehindSome() {
        #expect(numeral("几十", at: 3)?.isVague == true)
        #expect(numeral("好十", at: 3)?.isVague == false)
    }

    @Test(
        "spans end with their upper number",
        arguments: [
            ("1-2", 20_000), ("1 ~ 20", 200_000), ("三到五", 50_000), ("1至3", 30_000), ("1--2", 20_000),
            ("24—48", 480_000),
        ])
    func spansAreRead(text: String, value: Int64) {
        let bytes = Array(text.utf8)
        bytes.withUnsafeBufferPointer {
            let text = EntityText($0)
            let span = text.numeral(at: 0).flatMap { text.span(from: $0) }
            #expect(span?.value == value)
            #expect(span?.end == $0.count)
        }
    }

    @Test("what falls, or breaks off, is no span", arguments: ["5-3", "5-", "5", "5,6", "5-a", "5-十几"])
    func noSpans(text: String) {
        let bytes = Array(text.utf8)
        bytes.withUnsafeBufferPointer {
            let text = EntityText($0)
            #expect(text.numeral(at: 0).flatMap { text.span(from: $0) } == nil)
        }
    }
}
