import TestSupport
import Testing

@testable import ChineseText

/// Numbers and names that are written so as not to be found, as level `evasion` of entities reads them.
struct WrittenNumberTests {
    static let folding = FoldTable()
    static let table = SkeletonTable(folding: folding)

    /// What is found disguised only, in the folded text.
    private func found(_ kinds: [EntityKind], in text: String) -> [String] {
        let bytes = Array(Self.folding.folded(text).utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            EntityFinder().disguised(kinds, in: buffer, table: Self.table).map {
                String(decoding: buffer[$0.range], as: UTF8.self)
            }
        }
    }

    @Test(
        "a mobile number is found in any digits, from its first to its last one",
        arguments: [
            ("壹叁捌零零壹叁捌零零零", "壹叁捌零零壹叁捌零零零"), ("打一三八一二三四五六七八吧", "一三八一二三四五六七八"),
            ("幺三八〇〇幺三八〇〇〇", "幺三八〇〇幺三八〇〇〇"), ("幺叁拐洞洞幺三八勾两六", "幺叁拐洞洞幺三八勾两六"),
            ("138零零一三八零零零", "138零零一三八零零零"), ("⓵⓷⓼⓪⓪⓵⓷⓼⓪⓪⓪", "⓵⓷⓼⓪⓪⓵⓷⓼⓪⓪⓪"),
            ("❶❸❽❶❷❸❹❺❻❼❽", "❶❸❽❶❷❸❹❺❻❼❽"), ("１③⑧１２③４５６７８", ""), ("1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "1⃣3⃣8⃣1⃣2⃣3⃣4⃣5⃣6⃣7⃣8"),
            ("一三八 1234 五六七八", "一三八 1234 五六七八"), ("一-三-八-一-二-三-四-五-六-七-八", "一-三-八-一-二-三-四-五-六-七-八"),
            ("壹❤叁❤捌❤一二三四五六七八", "壹❤叁❤捌❤一二三四五六七八"), ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 1 2 3 4 5 6 7 8"),
            ("13800 138000 打这个", "13800 138000"), ("138 00 13 80 00", "138 00 13 80 00"),
            ("138.1234.5678", "138.1234.5678"), ("138·1234·5678", "138·1234·5678"), ("138oo13800o", "138oo13800o"),
            ("+86 一三八一二三四五六七八", "+86 一三八一二三四五六七八"), ("八六一三八一二三四五六七八", "八六一三八一二三四五六七八"),
            ("零二一-六二八八一二三四", "零二一-六二八八一二三四"), ("四零零八零零一二三四", "四零零八零零一二三四"),
        ] as [(String, String)])
    func phonesAreFound(text: String, expected: String) {
        let folded = Self.folding.folded(expected)
        #expect(found([.phone], in: text) == (expected.isEmpty ? [] : [folded]), "\(text)")
    }

    @Test(
        "what counts, names a price or is too long is no number",
        arguments: [
            "一起去吧，一三五休息，二四六上班", "三天内发货，一共一百三十八块", "二〇二六年十一月二十六日二十一点三十分", "一二三四五六七八九十",
            "13.5 18.5 19.9 20", "13 14 15 16 17 18", "15800-158000", "15800,158000", "13800 13800", "138 00 13 80 005",
            "1-3-5 1-3-8", "一三八一二三四五六七八九", "订单号一三八一二三四五六七八九零一二三四",
            "一个 三件 八折 一二三四", "1、3、8、1、2、3、4、5、6、7、8", "第一，三八，一二三四五六七八", "138 1234", "洞洞鞋两双，幺儿勾线笔",
            "138*75*60*12.5", "六六六六六六六六六六六", "13800138000",
        ])
    func othersAreNone(text: String) {
        #expect(found([.phone, .qqNumber, .wechatID], in: text) == [], "\(text)")
    }

    @Test(
        "accounts are found behind their cue",
        arguments: [
            ("QQ一二三四五六七", [.qqNumber], "一二三四五六七"), ("QQ⓾⓾o", [.qqNumber], "⓾⓾o"),
            ("扣扣：叁肆伍❻❼❽玖", [.qqNumber], "叁肆伍❻❼❽玖"),
            ("🐧12345678", [.qqNumber], "12345678"), ("加🐧：一二三四五六", [.qqNumber], "一二三四五六"),
            ("企鹅号八八六六四四二", [.qqNumber], "八八六六四四二"),
            ("企鹅12345678", [.qqNumber], "12345678"), ("加微信：🅐🅑🅒12345", [.wechatID], "🅐🅑🅒12345"),
            ("微信号 ab❶❷❸❹❺❻", [.wechatID], "ab❶❷❸❹❺❻"), ("加vx：🅐bcd🅔12", [.wechatID], "🅐bcd🅔12"),
            ("加v：ab一二三四五六", [.wechatID], "ab一二三四五六"),
            ("卡号六二二二〇二一二三四五六七八九零", [.bankCard], ""), ("肆一一一壹一一一壹一一一壹一一一", [.bankCard], "肆一一一壹一一一壹一一一壹一一一"),
        ] as [(String, [EntityKind], String)])
    func accountsAreFound(text: String, kinds: [EntityKind], expected: String) {
        #expect(found(kinds, in: text) == (expected.isEmpty ? [] : [expected]), "\(text)")
    }

    @Test(
        "without a cue, or with what it is a number of, there is no account",
        arguments: [
            "企鹅公仔三个五十块", "北极企鹅12345元", "🐧玩偶两只八折", "一二三四五六七", "扣扣一二三", "QQ一起玩三天", "加微信：🅐🅑", "微信支付三百六十五元",
        ])
    func accountsNeedCues(text: String) {
        #expect(found([.qqNumber, .wechatID], in: text) == [], "\(text)")
    }

    @Test("what is found as it is written is not told twice, nor any other kind")
    func plainOnesAreLeftOut() {
        #expect(found([.phone], in: "13800138000 和一三八一二三四五六七八") == ["一三八一二三四五六七八"])
        #expect(found([.phone], in: "138 0013 8000") == [])
        #expect(found([.amount, .date, .url], in: "一三八一二三四五六七八元") == [])
    }

    @Test("ranges lie on whole code points, in order, and hold an entity's length", arguments: 0..<30 as Range<UInt64>)
    func rangesAreWhole(seed: UInt64) {
        var texts = RandomText(seed: seed)
        var random = SeededGenerator(seed: seed)
        let digits = Array("0123456789一二三四五六七八九零〇壹幺洞①❶⓵oO🔟".unicodeScalars)
        for _ in 0..<100 {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: texts.next().unicodeScalars)
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                view.append(digits[Int.random(in: 0..<digits.count, using: &random)])
                if Bool.random(using: &random) { view.append(contentsOf: texts.next().unicodeScalars.prefix(1)) }
            }
            let folded = Array(Self.folding.folded(String(view)).utf8)
            let borders = Set(folded.indices.filter { folded[$0] & 0xC0 != 0x80 } + [folded.count])
            folded.withUnsafeBufferPointer { buffer in
                for kind in EntityKind.allCases {
                    var end = 0
                    for entity in EntityFinder().disguised([kind], in: buffer, table: Self.table) {
                        #expect(
                            entity.range.lowerBound >= end && entity.range.upperBound <= folded.count, "seed \(seed)")
                        #expect(borders.contains(entity.range.lowerBound), "seed \(seed)")
                        #expect(borders.contains(entity.range.upperBound), "seed \(seed)")
                        end = entity.range.upperBound
                    }
                }
            }
        }
    }

    @Test("what the quick look passes over holds no number that is told", arguments: 0..<30 as Range<UInt64>)
    func quickLookLosesNothing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var texts = RandomText(seed: seed)
        let pieces = [
            " ", "-", ".", "·", "❤", "，", "a", "o", "号", "一", "①", "138", "1381234", "5678", "订单", "䷀", "🐧", "企鹅", "加",
        ]
        var turned = 0
        for _ in 0..<400 {
            var text = Bool.random(using: &random) ? texts.next(pieces: 3) : ""
            for _ in 0..<Int.random(in: 1...24, using: &random) {
                let isDigit = Int.random(in: 0..<3, using: &random) > 0
                text +=
                    isDigit ? String(Int.random(in: 0...9, using: &random)) : pieces.randomElement(using: &random) ?? ""
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                let gap = pieces.prefix(6).randomElement(using: &random) ?? ""
                text += "打138\(gap)1234\(gap)5678"
            }
            Array(Self.folding.folded(text).utf8).withUnsafeBufferPointer { bytes in
                let all = WrittenNumbers(bytes, table: Self.table, looksFirst: false)
                let quick = WrittenNumbers(bytes, table: Self.table)
                // A penguin without digits enough for an account is passed over, though it can be turned into its cue.
                if quick == nil, let all {
                    for kind in EntityFinder.disguisedKinds {
                        let found = all.bytes.withUnsafeBufferPointer { EntityFinder().entities(of: kind, in: $0) }
                        let plain = EntityFinder().entities(of: kind, in: bytes)
                        #expect(found.count == plain.count, "seed \(seed): \(text)")
                    }
                } else {
                    #expect(quick?.bytes == all?.bytes, "seed \(seed): \(text)")
                }
                if all != nil { turned += 1 }
            }
        }
        #expect(turned > 20)
    }

    @Test("hostile texts take no longer than others", arguments: ["一", "1 ", "1❤", "洞", "o0", "企鹅", "🐧1", "🔟*"])
    func hostileTextsAreBounded(piece: String) {
        let bytes = Array(Self.folding.folded("一二三四五" + String(repeating: piece, count: 100_000)).utf8)
        let clock = ContinuousClock()
        let time = clock.measure {
            bytes.withUnsafeBufferPointer {
                _ = EntityFinder().disguised([.phone, .qqNumber, .wechatID, .bankCard], in: $0, table: Self.table)
            }
        }
        #expect(time < .seconds(20))
    }
}
