import CICU

/// Properties of code points that the product asks about, answered by ICU.
public enum CharacterClass {
    /// Emoji and pictographs.
    public static func isPictographic(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0xA8 && mj_is_pictographic(scalar.value) != 0
    }

    /// Punctuation and symbols (general categories P and S).
    public static func isPunctuationOrSymbol(_ scalar: Unicode.Scalar) -> Bool {
        // ICU numbers P as 19–23, 28, 29 and S as 24–27.
        (19...29).contains(mj_general_category(scalar.value))
    }

    /// A Latin letter or an ASCII digit, after folding: where `word` boundaries matter by default.
    public static func isLatinOrDigit(_ byte: UInt8) -> Bool {
        byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte &- 0x41 < 26
    }

    /// Cells that a text takes on a terminal: 2 for East Asian wide characters and emoji, 0 for marks.
    public static func displayWidth(of text: String) -> Int {
        var width = 0
        for character in text {
            guard let scalar = character.unicodeScalars.first else { continue }
            if scalar.value < 0x20 || scalar.value == 0x7F { continue }
            // Two regional indicators are one flag.
            let isFlag =
                (0x1F1E6...0x1F1FF).contains(scalar.value) && character.unicodeScalars.count > 1
            if scalar.value < 0x300 {
                width += 1
            } else if mj_is_wide(scalar.value) != 0 || isFlag
                || character.unicodeScalars.contains(where: { $0.value == 0xFE0F })
            {
                width += 2
            } else {
                // Marks, enclosing marks and format characters take no cell.
                width += [6, 7, 16].contains(mj_general_category(scalar.value)) ? 0 : 1
            }
        }
        return width
    }
}
