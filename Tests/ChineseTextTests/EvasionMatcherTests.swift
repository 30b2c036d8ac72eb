import ChineseText
import TestSupport
import Testing

struct EvasionMatcherTests {
    static let table = SkeletonTable(folding: FoldTable())

    /// The parts of a text that a keyword is found in.
    private func found(
        _ keyword: String, in text: String, homophones: Bool = true, wholeRuns: Bool = true
    ) throws -> [String] {
        let matcher = try #require(
            EvasionMatcher(keyword, homophones: homophones, table: Self.table, wholeRuns: wholeRuns))
        let bytes = Array(text.utf8)
        let ranges = bytes.withUnsafeBufferPointer { matcher.occurrences(in: $0) }
        #expect(bytes.withUnsafeBufferPointer { matcher.occurs(in: $0) } == !ranges.isEmpty)
        let skeleton = Self.table.skeleton(of: text)
        #expect(ranges.isEmpty || matcher.skeletons.contains { contains(skeleton, $0) }, "\(text)")
        return ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        text.count >= part.count && (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }

    @Test(
        "what is written to evade a keyword is found, from its first to its last character",
        arguments: [
            // Separators, emoji, invisible characters.
            ("加微信", "亲加微信聊", "加微信"), ("加微信", "加❤微信吧", "加❤微信"), ("加微信", "加 微 信", "加 微 信"),
            ("加微信", "加*微*信", "加*微*信"), ("加微信", "加-_微~^信", "加-_微~^信"), ("加微信", "加|/微@#信", "加|/微@#信"),
            ("加微信", "加·微•信", "加·微•信"), ("加微信", "加．微＿信", "加．微＿信"), ("加微信", "加❤️💰微信", "加❤️💰微信"),
            ("加微信", "加👍🏻👨‍👩‍👧微🇨🇳信", "加👍🏻👨‍👩‍👧微🇨🇳信"), ("加微信", "加☆微★信", "加☆微★信"), ("加微信", "加          微信", "加          微信"),
            ("加微信", "加\u{200B}微\u{FEFF}\u{200D}\u{2060}\u{200B}信", "加\u{200B}微\u{FEFF}\u{200D}\u{2060}\u{200B}信"),
            ("加微信", "加\u{336}微\u{336}信\u{336}", "加\u{336}微\u{336}信"),
            ("加微信", "加\u{2800}微\u{3000}信", "加\u{2800}微\u{3000}信"),
            // Emoji that fold to signs or Han.
            ("加微信", "加‼️微信", "加‼️微信"), ("加微信", "加⁉微㊙️信", "加⁉微㊙️信"), ("加微信", "加🈲🉐微信", "加🈲🉐微信"),
            // Traditional and full-width forms.
            ("微信号", "薇信號", "薇信號"), ("加v信", "加Ｖ信", "加Ｖ信"), ("转账", "轉帳", "轉帳"),
            // Homophones: at least half is equal.
            ("加微信", "加薇信", "加薇信"), ("加微信", "加 威*信", "加 威*信"), ("微信号", "维信号", "维信号"),
            ("加我微信", "加我为新", "加我为新"), ("转账", "转帐", "转帐"), ("转账", "专账", "专账"), ("扣扣", "抠扣", "抠扣"), ("支付宝", "支付保", "支付保"),
            // Repeats.
            ("加微信", "加加微微信", "加加微微信"), ("加微信", "加薇薇薇信信", "加薇薇薇信信"), ("谢谢", "谢谢谢谢", "谢谢谢谢"), ("好好", "好 好", "好 好"),
            ("扣扣", "扣扣扣", "扣扣扣"), ("滚", "滚滚滚", "滚滚滚"), ("qq", "qqq", "qqq"), ("fuck", "FUUUCK you", "FUUUCK"),
            // Latin look-alikes.
            ("qq", "ⓠⓠ", "ⓠⓠ"), ("qq", "ＱＱ", "ＱＱ"), ("qq", "q-q", "q-q"), ("qq", "加 🅠🆀 吧", "🅠🆀"), ("qq", "𝓠𝐪：", "𝓠𝐪"),
            ("v信", "ⓥ信", "ⓥ信"), ("v信", "Ⅴ信", "Ⅴ信"), ("v信", "ᴠ信", "ᴠ信"), ("v信", "ν信", "ν信"),
            ("v信", "\u{1F165}信", "\u{1F165}信"),
            ("vx", "ѵх", "ѵх"), ("weixin", "wēi xìn", "wēi xìn"), ("weixin", "ＷеіХıＮ", "ＷеіХıＮ"), ("tmd", "ТМԁ", "ТМԁ"),
            ("sb", "⒮⒝", "⒮⒝"), ("sb", "s\u{20DD}b\u{20DD}", "s\u{20DD}b"), ("bhmt", "ВНМТ", "ВНМТ"),
            ("sb", "你 s b 吧", "s b"),
            // Digits.
            ("69", "6９", "6９"), ("69", "六九", "六九"), ("69", "⑥⑨", "⑥⑨"), ("69", "⁶₉", "⁶₉"), ("69", "㈥⒐", "㈥⒐"),
            ("69", "❻➈", "❻➈"),
            ("69", "陆玖", "陆玖"), ("69", "Ⅵ九", "Ⅵ九"), ("69", "6️⃣9️⃣", "6️⃣9"), ("69", "٦٩", "٦٩"), ("69", "6-9", "6-9"),
            ("69", "69一件", "69"),
            // In the keyword a character may be read in more than one way.
            ("银行卡", "银航卡", "银航卡"), ("银行卡", "银型卡", "银型卡"), ("重拍", "虫拍", "虫拍"),
            ("还款", "环款", "环款"), ("差评", "拆评", "拆评"), ("长按", "常按", "常按"),
            ("69", "69 5", "69"), ("20", "⓿2○ 2⓪", "2⓪"), ("2847", "㈡⑧肆⑺", "㈡⑧肆⑺"), ("1", "①", "①"), ("10", "⑩", "⑩"),
            ("第一", "全网第1", "第1"), ("第一", "第①", "第①"), ("第一", "第壹", "第壹"), ("二维码", "2维码", "2维码"),
            // Characters in halves.
            ("加微信", "力口微信", "力口微信"), ("加微信", "力 口❤微亻言", "力 口❤微亻言"), ("请加", "讠青力口", "讠青力口"), ("妈的", "女馬的", "女馬的"),
            ("二维码", "二维石马", "二维石马"), ("进群", "进君羊", "进君羊"), ("骗子", "马扁子", "马扁子"), ("转账", "车专账", "车专账"),
            ("加微信", "力口微イ言", "力口微イ言"), ("加微信", "カロ微信", "カロ微信"), ("加微信", "加微亻訁", "加微亻訁"), ("加微信", "加微⺅讠", "加微⺅讠"),
            ("手机号", "手木几号", "手木几号"), ("联系我", "耳关系我", "耳关系我"), ("扫码", "扌彐石马", "扌彐石马"), ("说下", "訁兑下", "訁兑下"),
            // Signs of addition as 加.
            ("加微信", "➕微信", "➕微信"), ("加微信", "咨询➕薇❤信", "➕薇❤信"), ("加微信", "可以+微信", "+微信"), ("加微信", "便宜 ＋微信", "＋微信"),
            ("加微信", "加+微信", "加+微信"), ("加微信", "亲，✚✚微信", "✚✚微信"), ("加微信", "详聊。十薇信", "十薇信"), ("加微信", "您十微信", "十微信"),
            ("加vx", "＋ⓥⓧ", "＋ⓥⓧ"), ("加扣扣", "➕抠扣", "➕抠扣"), ("请加微信", "请+微信", "请+微信"), ("a+b", "A➕B", "A➕B"),
            // Pictures and flags as letters, hearts as 信.
            ("加qq", "加🐧", "加🐧"), ("加qq", "➕ 🐧12345", "➕ 🐧"), ("加qq", "加🇶🇶", "加🇶🇶"), ("vx", "🇻🇽", "🇻🇽"), ("v信", "🇻信", "🇻信"),
            ("v信", "ꓦ信", "ꓦ信"), ("v信", "∨信", "∨信"), ("加微信", "加微❤", "加微❤"), ("加微信", "加 微 ❤️吧", "加 微 ❤️"),
            ("微信号", "微💗号", "微💗号"), ("加v信", "加V♥", "加V♥"), ("加微信", "➕微💚", "➕微💚"),
            // A syllable in letters.
            ("加微信", "jia微信", "jia微信"), ("加微信", "加wei信", "加wei信"), ("加微信", "加 微 Xīn 聊", "加 微 Xīn"),
            ("加微信", "力口微ｘｉｎ", "力口微ｘｉｎ"),
            ("微信号", "Wei信号", "Wei信号"), ("转账", "zhuan账", "zhuan账"), ("加微信", "加微xin138", "加微xin"),
            ("收款码", "收款ma", "收款ma"),
            // What is no homophone to ICU.
            ("加微信", "咖微信", "咖微信"), ("加微信", "茄微信", "茄微信"), ("加微信", "伽微信", "伽微信"), ("加微信", "佳微信", "佳微信"),
            ("加微信", "珈微信", "珈微信"),
            // Other digits.
            ("69", "⓺⓽", "⓺⓽"), ("69", "➅❾", "➅❾"), ("69", "🄇🄊", "🄇🄊"), ("10", "🔟", "🔟"), ("10", "❿", "❿"),
            ("12", "⓬", "⓬"), ("30", "㉊", "㉊"),
            ("69", "69×2", "69"), ("二维码", "ニ维码", "ニ维码"),
            // A keyword's own separators and punctuation.
            ("加 微 信", "加微信", "加微信"), ("fuck you", "fuckyou", "fuckyou"), ("a---b", "a---b", "a---b"),
            ("一，二", "一，*二", "一，*二"),
            ("@微信", "加微信", "微信"), ("微信\n", "微信", "微信"),
        ] as [(String, String, String)])
    func evasionsAreFound(keyword: String, text: String, part: String) throws {
        let parts = try found(keyword, in: text)
        // Compared by scalars: strings are equal up to canonical equivalence.
        #expect(parts.map { Array($0.utf8) } == [Array(part.utf8)], "\(keyword) in \(text)")
    }

    @Test(
        "innocent text is not",
        arguments: [
            ("微信号", "微信公众号"), ("加微信", "树立威信"), ("加微信", "增加，微信支付"), ("加微信", "价位信息"), ("加微信", "加……微信"),
            ("加微信", "加…微信"), ("加微信", "加\n微信"), ("加微信", "加\r\n微信"), ("加微信", "加 \n 微信"), ("加微信", "加\u{2028}微信"),
            ("加微信", "加***微信"), ("加微信", "加 * 微信"), ("加微信", "加❤❤❤微信"), ("加微信", "加。微信"), ("加微信", "加！微信"),
            ("加微信", "加？微信"), ("加微信", "加；微信"), ("加微信", "加：微信"), ("加微信", "加、微信"), ("加微信", "加,微!信"),
            ("加微信", "加:微信"), ("加微信", "加;微信"), ("加微信", "加?微信"), ("加微信", "加我微信"), ("加微信", "加v信"),
            ("加微信", "加——微信"), ("加微信", "加（微信）"), ("加微信", "微信加我"), ("加微信", "微加信"), ("加微信", "加威心"), ("加微信", "价薇信"),
            ("加微信", "加"), ("加微信", "加微"), ("加微信", ""), ("微信", "安徽信号不好"), ("卫星", "喂行"), ("转账", "专长"),
            // Numbers and words are whole.
            ("69", "695"), ("69", "6-95?"), ("69", "699"), ("69", "669"), ("69", "16９"), ("69", "６９５"), ("69", "六九一"),
            ("69", "6 9 5"),
            ("69", "5 6 9"), ("69", "6⑨⑤"), ("69", "留酒"), ("69", "a69"), ("69", "69x"), ("38", "三八3"), ("66", "6"),
            ("三八", "38元"),
            ("sb", "sbc"), ("sb", "usb"), ("qq", "q"), ("qq", "aqq"), ("vx", "vxé"), ("qq", "qqа"),
            // One is not two.
            ("谢谢", "谢"), ("扣扣", "扣款"), ("扣扣", "抠抠"), ("好好", "好"),
            // A plus that adds up, and 十 that counts.
            ("加微信", "支付宝+微信都可以"), ("加微信", "支付宝 + 微信"), ("加微信", "支付宝➕微信"), ("加微信", "5元➕微信红包"), ("加微信", "电话＋微信"),
            ("加微信", "二十微信号"), ("加微信", "前十微信"), ("加微信", "旺旺++微信"), ("加", "+"), ("加", "1+1"), ("加微信", "3+微信"),
            // Hearts that are decoration, and syllables that are parts of words.
            ("加微信", "加薇❤"), ("加微信", "加微波炉❤"), ("加微信", "加❤微"), ("微信", "微❤"), ("加微信", "加微***❤"), ("加微信", "加❤❤"),
            ("微信号", "HUAWEI信号不好"), ("加微信", "加微xing"), ("加微信", "jiawei信"), ("加微信", "加微 x"), ("转账", "zhuanzhang"),
            ("v信", "√信息已核对"), ("加qq", "加企鹅公仔"), ("加微信", "参加微星活动"), ("加微信", "咖啡微辣"), ("加v信", "越南🇻🇳签证"),
            ("请加", "讠加"), ("手机号", "手木马号"), ("信用", "亻用"),
            // Halves that are words of their own, and halves of one character alone.
            ("好评", "女子评"), ("胖", "本月半价"), ("加微信", "巧克力口味新上架"), ("加微信", "加™️微信"), ("加微信", "加！！微信"), ("加微信", "力，口微信"),
            ("妈的", "女的"),
        ] as [(String, String)])
    func innocentTextIsNotFound(keyword: String, text: String) throws {
        #expect(try found(keyword, in: text) == [], "\(keyword) in \(text)")
    }

    @Test("without homophones only what is equal matches, look-alikes and halves among it")
    func homophonesCanBeSwitchedOff() throws {
        for text in ["加薇信", "加我为新", "第1", "第壹", "转帐"] {
            for keyword in ["加微信", "加我微信", "第一", "转账"] {
                #expect(try found(keyword, in: text, homophones: false) == [], "\(keyword) in \(text)")
            }
        }
        #expect(try found("加微信", in: "加加*微信", homophones: false) == ["加加*微信"])
        #expect(try found("加v信", in: "力口ⓥ亻言", homophones: false) == ["力口ⓥ亻言"])
        #expect(try found("69", in: "陆⑨", homophones: false) == ["陆⑨"])
    }

    @Test("half of a keyword is rounded up")
    func halfIsRoundedUp() throws {
        #expect(try found("微信", in: "威信") == ["威信"])
        #expect(try found("微信", in: "威心") == [])
        #expect(try found("滚", in: "棍") == [])
        #expect(try found("微信客服号", in: "微心克服号") == ["微心克服号"])
        #expect(try found("微信客服号", in: "薇心克服号") == [])
    }

    @Test("where a rule asks for substrings, words and numbers around the keyword do not matter")
    func runsNeedNotBeWhole() throws {
        #expect(try found("vx", in: "加vx123", wholeRuns: false) == ["vx"])
        #expect(try found("vx", in: "加vx123") == [])
        #expect(try found("69", in: "1695", wholeRuns: false) == ["69"])
        #expect(try found("qq", in: "aqqqqb", wholeRuns: false) == ["qqqq"])
    }

    @Test("occurrences are leftmost-longest, in order, disjoint, and at most 64")
    func occurrencesAreOrdered() throws {
        #expect(try found("微信", in: "微信微 信信，薇信") == ["微信", "微 信信", "薇信"])
        #expect(try found("谢谢", in: "谢谢，谢，谢谢谢") == ["谢谢", "谢谢谢"])
        #expect(try found("信微信", in: "信微信微信") == ["信微信"])
        #expect(try found("滚", in: String(repeating: "滚，", count: 100)).count == 64)
        // Both digits come from one code point, which belongs to one occurrence.
        #expect(try found("0", in: "⑩", wholeRuns: false) == ["⑩"])
        #expect(try found("k", in: "㏀k", wholeRuns: false) == ["㏀", "k"])
    }

    @Test(
        "a keyword of nothing but separators is none", arguments: ["", " ", "*", "---", "\n", "❤️", "\u{200B}", "。\n"])
    func keywordsOfSeparators(keyword: String) {
        let matcher = EvasionMatcher(keyword, homophones: true, table: Self.table)
        #expect((matcher == nil) == (keyword != "。\n"))
    }

    @Test(
        "a keyword's first skeleton is that of its text",
        arguments: ["加微信", "谢谢", "69", "vx", "加 v 信", "一，二", "第一", "a---b", "㐂好", "ＶＸ１２３"])
    func skeletonsOfKeywords(keyword: String) throws {
        let matcher = try #require(EvasionMatcher(keyword, homophones: true, table: Self.table))
        #expect(matcher.skeleton == Self.table.skeleton(of: keyword))
        #expect(matcher.skeletons.first == matcher.skeleton)
    }

    @Test("other spellings make at most 32 skeletons, and letters none without homophones")
    func skeletonsAreBounded() throws {
        func count(_ keyword: String, homophones: Bool = true) throws -> Int {
            try #require(EvasionMatcher(keyword, homophones: homophones, table: Self.table)).skeletons.count
        }
        #expect(try count("加谢转打你付") == 32)
        #expect(try count(String(repeating: "加微信", count: 40)) == 32)
        #expect(try count("微软") == 3)
        #expect(try count("微软", homophones: false) == 1)
        #expect(try count("加") == 1)
    }

    @Test(
        "hostile texts take no longer than others",
        arguments: ["微", "信", "微微信", "微 ", "微*", "1", "一", "加微", "q", "\u{301}", "❤", "\u{200D}❤", "讠", "力口"])
    func hostileTextsAreBounded(piece: String) throws {
        // A search that were quadratic would take hours over texts of one character.
        let text = String(repeating: piece, count: 200_000)
        let clock = ContinuousClock()
        for keyword in ["微微微微微信号", "1111111112", "一一一一二", "qqqqqx", "加加加加加加加微微微微微信", "讠青力口谢"] {
            let matcher = try #require(EvasionMatcher(keyword, homophones: true, table: Self.table))
            let bytes = Array(text.utf8)
            let time = clock.measure { #expect(bytes.withUnsafeBufferPointer { !matcher.occurs(in: $0) }) }
            #expect(time < .seconds(20), "\(keyword)")
        }
    }

    @Test("a corrupted table finds less or more, but never traps", arguments: 0..<20 as Range<UInt64>)
    func corruptedTablesDoNotTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var texts = RandomText(seed: seed)
        for _ in 0..<10 {
            var bytes = Self.table.serialized
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 24..<bytes.count, using: &random)] = UInt8.random(in: 0...3, using: &random)
            }
            guard let table = SkeletonTable(serialized: bytes) else { continue }
            for _ in 0..<20 {
                let text = texts.next()
                let matcher = EvasionMatcher(text, homophones: true, table: table)
                #expect((matcher?.occurrences(in: EvasionText(text, table: table)).count ?? 0) <= 64, "seed \(seed)")
            }
        }
    }
}
