import TestSupport

/// Texts of everything that folding has to get right, more of it than any chat holds.
struct RandomText {
    private static let pieces: [String] = [
        // Plain, full-width and compatibility forms.
        "加", "微信", "请稍等", "好的", "a", "B", "Z9", "Ｖ", "ＶＸ", "０", "，", "。", "！", "？", "：", "～", "…", "㈱", "㍿", "℃", "№",
        "①", "⑽", "㎏", "ｶﾞ", "ﾊﾟ", "ｱ", "ﬁ", "ﬀ", "ﷺ", "ß", "ẞ", "İ", "ı", "Σς", "ſ", "Ǆ", "½", "²", "ª", "\u{FB1D}",
        // Traditional, compatibility ideographs of both planes, radicals.
        "請", "發票", "後", "麼", "妳", "苧", "苎", "薴", "\u{F900}", "\u{F9D0}", "\u{FA6A}", "\u{2F800}", "\u{2F81A}",
        "\u{2FA1D}",
        "\u{2F00}", "\u{2EF3}", "\u{20000}", "\u{2A6D6}",
        // Marks, also out of order, and what they join with.
        "e\u{301}", "a\u{30A}\u{323}", "\u{301}", "\u{323}\u{307}", "\u{307}\u{323}", "\u{345}", "\u{3099}",
        "か\u{3099}", "\u{20DD}",
        "\u{E33}", "\u{EB3}", "\u{F73}", "\u{F71}\u{F72}", "\u{1E69}", "q\u{307}\u{323}", "\u{1D15E}", "\u{1D165}",
        // Hangul, composed and as letters.
        "한", "\u{1112}\u{1161}\u{11AB}", "\u{1161}", "\u{11A8}", "각\u{11A8}", "가\u{11A7}", "\u{3131}",
        "\u{FFA1}\u{FFC2}",
        // Emoji and what is invisible.
        "😀", "👍🏻", "👨‍👩‍👧", "❤️", "1️⃣", "🇨🇳", "\u{200B}", "\u{200D}", "\u{200C}", "\u{FEFF}", "\u{AD}", "\u{34F}", "\u{2060}",
        "\u{202E}", "\u{E0001}", "\u{E0061}", "\u{E0100}", "\u{FE00}", "\u{180E}", "\u{61C}", "\u{115F}", "\u{3164}",
        "\u{FFA0}",
        // White space of every kind, and what folds to it.
        " ", "  ", "\t", "\n", "\r\n", "\u{A0}", "\u{3000}", "\u{2003}", "\u{2028}", "\u{85}", "\u{1680}", "\u{A8}",
        "\u{B4}",
        "\u{2017}", "\u{37A}", "\u{1FFD}", "\u{FE49}", "\u{FFE3}", "\u{0}", "\u{7F}", "\u{FFFD}", "\u{FFFF}",
        "\u{10FFFF}",
    ]

    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// Up to `pieces` pieces, every fifth any code point at all.
    mutating func next(pieces: Int = 24) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...pieces, using: &random) {
            if Int.random(in: 0..<5, using: &random) == 0 {
                let limit: UInt32 = Bool.random(using: &random) ? 0x3000 : 0x11_0000
                if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
                    text.unicodeScalars.append(scalar)
                }
            } else if let piece = Self.pieces.randomElement(using: &random) {
                text += piece
            }
        }
        return text
    }

    /// A number below `bound`.
    mutating func number(below bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &random)
    }
}
