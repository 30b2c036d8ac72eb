/// What stands for something else by its look: tables of our own, kept to sure cases.
enum LookAlikes {
    /// Letters of other alphabets, small capitals and enclosed letters that NFKC leaves, by the Latin
    /// letter they look like. Keys are folded, so a letter counts whose either case looks alike.
    ///
    /// Cyrillic and Greek after Unicode's confusables; ν is v, not n, since ν信 is what is written. Of the
    /// letters that flags are made of, those that no flag of two is likely to leave: 🇻🇽 is vx. √ stays a
    /// tick (√信息已核对), × a sign (69×2).
    static let letters: [(letter: Unicode.Scalar, lookAlikes: [UInt32])] = [
        ("a", [0x0430, 0x03B1, 0x0251, 0x1D00]),
        ("b", [0x0432, 0x03B2, 0x0253, 0x0180, 0x0299]),
        ("c", [0x0441, 0x03F2, 0x1D04]),
        ("d", [0x0501, 0x0111, 0x0257, 0x0256, 0x1D05]),
        ("e", [0x0435, 0x03B5, 0x1D07]),
        ("f", [0xA730]),
        ("g", [0x0261, 0x0262]),
        ("h", [0x043D, 0x04BB, 0x03B7, 0x0127, 0x029C]),
        ("i", [0x0456, 0x03B9, 0x0131, 0x0269, 0x026A]),
        ("j", [0x0458, 0x03F3, 0x0237, 0x1D0A]),
        ("k", [0x043A, 0x03BA, 0x0199, 0x1D0B]),
        ("l", [0x04CF, 0x0142, 0x029F]),
        ("m", [0x043C, 0x1D0D]),
        ("n", [0x0274]),
        ("o", [0x043E, 0x03BF, 0x00F8, 0x1D0F]),
        ("p", [0x0440, 0x03C1, 0x1D18]),
        ("q", [0x051B, 0xA7AF, 0x1F1F6]),
        ("r", [0x0280]),
        ("s", [0x0455, 0xA731]),
        ("t", [0x0442, 0x03C4, 0x0167, 0x1D1B]),
        ("u", [0x03C5, 0x03BC, 0x1D1C]),
        ("v", [0x03BD, 0x0475, 0x028B, 0x1D20, 0x2228, 0x02C5, 0x142F, 0xA4E6, 0x1F1FB]),
        ("w", [0x051D, 0x03C9, 0x1D21, 0xA4EA, 0x1F1FC]),
        ("x", [0x0445, 0x03C7, 0xA4EB, 0x1F1FD]),
        ("y", [0x0443, 0x04AF, 0x01B4, 0x028F]),
        ("z", [0x03B6, 0x1D22]),
    ]

    /// Ranges of A–Z in circles and squares filled in, which NFKC leaves.
    static let filledAlphabets: [UInt32] = [0x1F150, 0x1F170]

    /// Han characters that write one digit, financial forms included.
    ///
    /// 陆 counts as 6 (liù), so that it is no homophone of 路; 两 and 幺 are words, not digits.
    static let hanDigits: [UInt32: UInt8] = {
        let forms: [String] = ["零〇", "一壹弌", "二贰弍", "三叁弎", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"]
        var digits: [UInt32: UInt8] = [:]
        for (digit, characters) in forms.enumerated() {
            for scalar in characters.unicodeScalars { digits[scalar.value] = UInt8(digit) }
        }
        return digits
    }()

    /// A digit as it is spoken over a radio, or 两: digits only in a row of others. Asked of each Han character.
    static func spokenDigit(_ codePoint: UInt32) -> UInt8? {
        switch codePoint {
        case 0x5E7A: 1  // 幺
        case 0x4E24: 2  // 两
        case 0x62D0: 7  // 拐
        case 0x52FE: 9  // 勾
        case 0x6D1E: 0  // 洞
        default: nil
        }
    }

    /// Circles that stand for zero.
    static let zeroes: Set<UInt32> = [0x25CB, 0x25EF]

    /// How the digits are read.
    static let digitSyllables = ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"]

    /// Components and kana that stand for a Han character by their look.
    static let components: [UInt32: UInt32] = [
        0x2E85: 0x4EBB, 0x30A4: 0x4EBB,  // ⺅ イ as 亻
        0x2E98: 0x624C, 0x2EA1: 0x6C35, 0x2EA8: 0x72AD,  // ⺘ ⺡ ⺨ as 扌 氵 犭
        0x8A01: 0x8BA0, 0x2EC8: 0x8BA0, 0x2ED0: 0x9485,  // 訁 ⻈ ⻐ as 讠 讠 钅
        0x7CF9: 0x7E9F, 0x2EB0: 0x7E9F, 0x91D2: 0x9485,  // 糹 ⺰ as 纟, 釒 as 钅
        0x2EC9: 0x8D1D, 0x2ECB: 0x8F66, 0x2EE2: 0x9A6C,  // ⻉ ⻋ ⻢ as 贝 车 马
        0x30AB: 0x529B, 0x30ED: 0x53E3, 0x56D7: 0x53E3,  // カ as 力, ロ 囗 as 口
        0x30CB: 0x4E8C,  // ニ as 二
    ]

    /// Characters read as another one by whoever writes them so, whatever ICU reads them as: 咖 for 加,
    /// 讠 for 言.
    static let readings: [Unicode.Scalar: String] = ["咖": "jia", "茄": "jia", "伽": "jia", "讠": "yan"]

    /// How characters are read, where words that are looked for read them in more than one way. Of keywords all readings
    /// count; a character of a text is read as ICU reads it.
    static let polyphones: [Unicode.Scalar: [String]] = [
        "行": ["xing", "hang"], "重": ["zhong", "chong"], "长": ["zhang", "chang"], "还": ["hai", "huan"],
        "传": ["chuan", "zhuan"], "差": ["cha", "chai"], "调": ["tiao", "diao"], "藏": ["cang", "zang"],
        "咖": ["jia", "ka"], "降": ["jiang", "xiang"], "折": ["zhe", "she"], "薄": ["bao", "bo"],
    ]

    /// Pictures that are read as letters, apart from what stands beside them.
    static let pictures: [UInt32: String] = [0x1F427: "qq"]

    /// Numbers of two digits in a circle or a key, which NFKC leaves.
    static let numbers: [UInt32: UInt32] = {
        var numbers: [UInt32: UInt32] = [0x1F51F: 10, 0x24FE: 10, 0x277F: 10, 0x2789: 10, 0x2793: 10]
        for offset in UInt32(0)..<10 { numbers[0x24EB + offset] = 11 + offset }
        for offset in UInt32(0)..<8 { numbers[0x3248 + offset] = 10 * (offset + 1) }
        return numbers
    }()

    /// Signs of addition heavier than +: read as 加 with less doubt.
    static let heavyPlus: UInt32 = 0x2795
    static let heavyPluses: [UInt32] = [0x2795, 0x271A, 0x271B, 0x271C] + Array(0x1F7A1...0x1F7A7)

    /// Hearts, which are emoji between characters and may stand for 信 or 心 at the end of a word.
    static let hearts = Set<UInt32>([
        0x2661, 0x2665, 0x2763, 0x2764, 0x1F5A4, 0x1F90D, 0x1F90E, 0x1F9E1, 0x1FA75, 0x1FA76, 0x1FA77,
    ]).union(0x1F493...0x1F49F)

    /// Characters that people write as their left and right half (⿰ of the ideographic description), and
    /// a few as their upper and lower one.
    ///
    /// Halves that often meet by chance are left out: 女子 is no 好, 木子 no 李, 人言 no 信.
    static let halves: [Unicode.Scalar: String] = [
        "加": "力口", "信": "亻言", "请": "讠青", "谢": "讠射", "妈": "女马", "转": "车专", "账": "贝长", "你": "亻尔", "他": "亻也",
        "付": "亻寸", "代": "亻弋", "评": "讠平", "扣": "扌口", "打": "扌丁", "找": "扌戈", "钱": "钅戋", "银": "钅艮", "线": "纟戋",
        "红": "纟工", "汇": "氵匚", "法": "氵去", "滚": "氵衮", "购": "贝勾", "贱": "贝戋", "骗": "马扁", "码": "石马", "群": "君羊",
        "聊": "耳卯", "私": "禾厶", "狗": "犭句", "猪": "犭者", "婊": "女表", "胖": "月半", "强": "弓虽", "张": "弓长", "话": "讠舌",
        "说": "讠兑", "谈": "讠炎", "维": "纟隹", "给": "纟合", "链": "钅连", "扫": "扌彐", "抖": "扌斗", "拍": "扌白", "搜": "扌叟",
        "换": "扌奂", "接": "扌妾", "淘": "氵匋", "优": "亻尤", "便": "亻更", "们": "亻门", "联": "耳关", "机": "木几",
    ]

    /// What the right half of a character may also be written as: 亻讠 for 亻言.
    static let otherHalves: [Unicode.Scalar: UInt32] = ["言": 0x8BA0]
}
