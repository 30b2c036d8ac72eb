import TestSupport
import Testing

@testable import ChineseText

struct EntityPropertyTests {
    static let finder = EntityFinder()

    static let kinds = Array(EntityKind.allCases)

    /// What entities are made of, and what stands around them.
    private static let pieces = [
        "1", "3", "8", "0", "12", "138", "1234", "13812345678", "4111111111111111", "4111 1111 ", "11010519491231002x",
        "2026", "-03", "/3",
        "一", "两", "三", "五", "十", "百", "万", "半", "几", "零", "多", "个", "第", "每", "天", "日", "号", "月", "年", "周", "星期", "分",
        "分钟", "小时",
        "钟", "刻钟", "秒", "工作日", "内", "无理由", "元", "块", "钱", "毛", "角", "¥", "rmb", "到", "至", "今", "明", "后", "下", "底", "路",
        "微信", "加我", "加v",
        "vx", "wx", "wxid_", "weixin", "qq", "扣扣", "订单号", "单", "是", "为", "://", "http", "https://", "www.", ".com",
        ".cn/", "a", "abc123",
        "z", "x", "w", "h", "min", "_", "-", "+", "+86", "86", ".", ",", ":", "/", "?", "@", "*", "****", "(", ")", " ",
        "。", "👉", "é", "好", "例子", ".中国", "–", "$", "美元", "圆", "壹佰", "账号", "搜", "id", "q:", "q群", "球球",
    ]

    private func randomText(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...14, using: &random) {
            if Int.random(in: 0..<12, using: &random) == 0 {
                let scalar = Unicode.Scalar(UInt32.random(in: 1..<0x3000, using: &random)) ?? "字"
                bytes += Array(String(scalar).utf8)
            } else {
                bytes += Array((Self.pieces.randomElement(using: &random) ?? "").utf8)
            }
        }
        return bytes
    }

    private func check(_ bytes: [UInt8], _ context: String) {
        bytes.withUnsafeBufferPointer { text in
            for kind in Self.kinds {
                let entities = Self.finder.read(kind, in: text)
                #expect(entities.count <= EntityFinder.limit)
                if !entities.isEmpty { #expect(Self.finder.mayHold(kind, text), "\(context) \(kind)") }
                #expect(Self.finder.entities(of: kind, in: text) == entities, "\(context) \(kind)")
                var end = 0
                for entity in entities {
                    #expect(entity.kind == kind)
                    #expect(entity.range.lowerBound >= end && !entity.range.isEmpty, "\(context) \(kind)")
                    end = entity.range.upperBound
                    #expect(end <= text.count, "\(context) \(kind)")
                    guard end <= text.count else { return }
                    let isWhole =
                        text[entity.range.lowerBound] & 0xC0 != 0x80 && (end == text.count || text[end] & 0xC0 != 0x80)
                    #expect(isWhole, "\(context) \(kind)")
                    #expect((entity.value != nil) == (kind == .amount || kind == .duration), "\(context) \(kind)")
                    #expect(entity.value ?? 0 >= 0, "\(context) \(kind)")
                    let host = Self.finder.urlHost(entity, in: text)
                    #expect((host != nil) == (kind == .url), "\(context) \(kind)")
                    if let host {
                        #expect(
                            host.lowerBound >= entity.range.lowerBound && host.upperBound <= end && !host.isEmpty,
                            "\(context)")
                    }
                }
            }
        }
    }

    @Test(
        "entities are sorted, disjoint and whole, and what holds one passes the cheap test",
        arguments: 0..<40 as Range<UInt64>)
    func entitiesAreWellFormed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<250 {
            let bytes = randomText(&random)
            check(bytes, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("any text at all is read without a crash", arguments: 0..<20 as Range<UInt64>)
    func anyTextIsRead(seed: UInt64) {
        var texts = RandomText(seed: seed)
        for _ in 0..<50 {
            let text = texts.next(pieces: 40)
            check(Array(text.utf8), "seed \(seed): \(text)")
            check(Array(MarkedEntities.table.folded(text).utf8), "seed \(seed): folded \(text)")
        }
    }

    @Test(
        "every marked example stays an entity between other words",
        arguments: [("好的", "哦"), ("。", "！"), ("(", ")"), ("亲 ", " 谢谢")])
    func neighboursDoNotMatter(before: String, after: String) {
        for (marked, kind) in [
            ("⟦13812345678⟧", EntityKind.phone), ("⟦https://a.com/x⟧", .url), ("⟦abc@qq.com⟧", .email),
            ("vx:⟦abc12345⟧", .wechatID),
            ("qq⟦12345678⟧", .qqNumber), ("⟦4111111111111111⟧", .bankCard), ("⟦11010519491231002x⟧", .identityCard),
            ("⟦202603011234567⟧", .orderNumber), ("⟦12.5元⟧", .amount), ("⟦2026-03-05⟧", .date), ("⟦10分钟⟧", .duration),
        ] {
            MarkedEntities(before + marked + after).expect(kind)
        }
    }

    @Test("at most 64 entities are told of a text")
    func entitiesAreLimited() {
        let bytes = Array(String(repeating: "10分钟,", count: 200).utf8)
        #expect(bytes.withUnsafeBufferPointer { Self.finder.entities(of: .duration, in: $0) }.count == 64)
    }

    /// Were any kind quadratic, a megabyte of it would take hours.
    @Test(
        "hostile text is read in linear time", .timeLimit(.minutes(5)),
        arguments: [
            "1", "@", "a@", "a.", ".", "*", "一", "十", "1-", "1.", "1,", "138 ", "4111 ", "vx", "微信", "加我a", "qq1",
            "单号 ", "1月", "1块", "¥1", "天",
            "http://", "http://例", "http://é.", "http://a@例@", "a://-", "http://a@", "1小时-", "周", "x", "+86", "(0", "今",
            "半", "1天1", "壹", "1月32", "1380 ", "q:1", "a.中国",
        ])
    func hostileTextIsReadInLinearTime(piece: String) {
        let bytes = Array(String(repeating: piece, count: (1 << 20) / piece.utf8.count).utf8)
        bytes.withUnsafeBufferPointer { text in
            for kind in Self.kinds {
                #expect(Self.finder.entities(of: kind, in: text).count <= EntityFinder.limit)
            }
        }
    }

    @Test("kinds are named as rules name them")
    func kindsAreNamed() {
        #expect(
            Self.kinds.map(\.rawValue) == [
                "phone", "url", "email", "wechat-id", "qq-number", "bank-card", "identity-card", "order-number",
                "amount", "date",
                "duration",
            ])
    }
}
