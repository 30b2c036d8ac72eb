import Foundation
import Testing

@testable import ChineseText

struct NumberMaskTests {
    private static let table = FoldTable()
    private static let mask = NumberMask(table)

    private func kinds(_ text: String) -> [String] {
        let folded = Self.table.folded(text)
        return [EntityKind.phone, .identityCard, .bankCard].flatMap { kind in
            Array(folded.utf8).withUnsafeBufferPointer { bytes in
                EntityFinder().entities(of: kind, in: bytes).map { "\(kind.rawValue) \($0.isProbable)" }
            }
        }
    }

    @Test(
        "numbers of persons are masked in as many bytes, and still look like their kind",
        arguments: [
            ("打13812345678吧", "打138****5678吧", "phone"),
            ("138 1234 5678", "138 **** 5678", "phone"),
            ("138-1234-5678", "138-****-5678", "phone"),
            ("+86 13812345678", "+86 138****5678", "phone"),
            ("１３８１２３４５６７８", "１３８＊＊＊＊５６７８", "phone"),
            ("身份证11010519491231002X", "身份证110105**********2X", "identity-card"),
            ("卡号4111111111111111", "卡号************1111", "bank-card"),
            ("4111 1111 1111 1111", "**** **** **** 1111", "bank-card"),
        ])
    func masks(text: String, masked: String, kind: String) {
        #expect(kinds(text).contains("\(kind) false"))
        #expect(Self.mask.masked(text) == masked)
        #expect(Self.mask.masked(text).utf8.count == text.utf8.count)
        #expect(kinds(masked).contains("\(kind) true"), "\(kinds(masked))")
        #expect(Self.mask.masked(masked) == masked)
    }

    @Test(
        "what is no number of a person stays",
        arguments: [
            "", "在吗", "订单号2024010112345678", "一共1234567元", "400-123-4567", "请拨打95588", "138****5678", "12315",
            "2026-03-02 10:00:05", "https://item.example.com/13812345678",
        ])
    func stays(text: String) {
        #expect(Self.mask.masked(text) == text)
    }

    @Test("a landline loses the four digits before the last four, an old identity card its birthday")
    func others() {
        #expect(Self.mask.masked("010-62345678") == "010-****5678")
        #expect(Self.mask.masked("110105491231002") == "110105*******02")
    }

    @Test("however many numbers a text holds, none stays")
    func many() {
        let text = (0..<300).map { "1381234\(5000 + $0)" }.joined(separator: "，")
        let masked = Self.mask.masked(text)
        #expect(!masked.contains("1234") && masked.utf8.count == text.utf8.count)
        #expect(masked.components(separatedBy: "138****").count == 301)
    }
}
