/// What stands for something else by its look: tables of our own, kept to sure cases.
enum LookAlikes {
    /// Letters of other alphabets, small capitals and enclosed letters that NFKC leaves, by the Latin
    /// letter they look like. Keys are folded, so a letter counts whose either case looks alike.
    ///
    /// Cyrillic and Greek after Unicode's confusables; ν is v, not n, since ν信 is what is written.
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
        ("q", [0x051B, 0xA7AF]),
        ("r", [0x0280]),
        ("s", [0x0455, 0xA731]),
        ("t", [0x0442, 0x03C4, 0x0167, 0x1D1B]),
        ("u", [0x03C5, 0x03BC, 0x1D1C]),
        ("v", [0x03BD, 0x0475, 0x028B, 0x1D20]),
        ("w", [0x051D, 0x03C9, 0x1D21]),
        ("x", [0x0445, 0x03C7]),
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

    /// Circles that stand for zero.
    static let zeroes: Set<UInt32> = [0x25CB, 0x25EF]

    /// How the digits are read.
    static let digitSyllables = ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"]

    /// Characters that people write as their left and right half (⿰ of the ideographic description).
    ///
    /// Halves that often meet by chance are left out: 女子 is no 好, 木子 no 李, 人言 no 信.
    static let halves: [Unicode.Scalar: String] = [
        "加": "力口", "信": "亻言", "请": "讠青", "谢": "讠射", "妈": "女马", "转": "车专", "账": "贝长", "你": "亻尔", "他": "亻也",
        "付": "亻寸", "代": "亻弋", "评": "讠平", "扣": "扌口", "打": "扌丁", "找": "扌戈", "钱": "钅戋", "银": "钅艮", "线": "纟戋",
        "红": "纟工", "汇": "氵匚", "法": "氵去", "滚": "氵衮", "购": "贝勾", "贱": "贝戋", "骗": "马扁", "码": "石马", "群": "君羊",
        "聊": "耳卯", "私": "禾厶", "狗": "犭句", "猪": "犭者", "婊": "女表", "胖": "月半", "强": "弓虽",
    ]
}
