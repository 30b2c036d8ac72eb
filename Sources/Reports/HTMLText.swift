import ConversationModel

/// Appends markup to bytes; only literals of the program go in unescaped.
struct HTMLText {
    private(set) var bytes: [UInt8] = []

    /// Markup as it stands. A `StaticString`, so that no outside text can take this way.
    mutating func raw(_ markup: StaticString) {
        markup.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Outside text as content or inside a quoted attribute.
    ///
    /// Control characters become their visible pictures (U+2400…), so that they cannot be dropped or
    /// read as something else, and what turns the direction of writing becomes U+FFFD: evidence reads as it was matched. Directions
    /// are isolated by the page's style.
    mutating func text(_ text: String) {
        let turns =
            text.utf8.contains { $0 == 0xE2 || $0 == 0xD8 } && text.unicodeScalars.contains(where: turnsDirection)
        let shown =
            turns
            ? String(String.UnicodeScalarView(text.unicodeScalars.map { turnsDirection($0) ? "\u{FFFD}" : $0 })) : text
        for byte in shown.utf8 {
            switch byte {
            case 0x26: raw("&amp;")
            case 0x3C: raw("&lt;")
            case 0x3E: raw("&gt;")
            case 0x22: raw("&quot;")
            case 0x27: raw("&#39;")
            case 0x09, 0x0A, 0x20: bytes.append(byte)
            case 0x00...0x1F: bytes += [0xE2, 0x90, 0x80 + byte]
            case 0x7F: bytes += [0xE2, 0x90, 0xA1]
            default: bytes.append(byte)
            }
        }
    }

    mutating func number(_ number: Int) {
        bytes.append(contentsOf: grouped(number).utf8)
    }

    /// An integer as attributes want it, without grouping.
    mutating func plain(_ number: Int) {
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func append(_ other: [UInt8]) {
        bytes.append(contentsOf: other)
    }

    mutating func element(_ open: StaticString, _ content: String, _ close: StaticString) {
        raw(open)
        text(content)
        raw(close)
    }
}

extension Severity {
    /// The class of the page's style sheet that colours this severity.
    var className: StaticString {
        switch self {
        case .info: "s0"
        case .minor: "s1"
        case .major: "s2"
        case .critical: "s3"
        }
    }
}
