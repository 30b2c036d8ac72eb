/// Makes outside text harmless for a single line of a terminal or table.
///
/// Control characters, line breaks, bidirectional controls and what has no width become U+FFFD, so that a name can
/// neither move the cursor nor turn the rest of the line around, nor look like another. What diagnostics write as
/// `\u{…}`, and no less. O(n).
package func singleLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafeInLine) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        result.append(isUnsafeInLine(scalar) ? "\u{FFFD}" : scalar)
    }
    return String(result)
}

/// The first `limit` characters of `text`, with `…` where something was cut.
func shortened(_ text: String, to limit: Int) -> String {
    // The count of bytes bounds the count of characters, and is O(1).
    guard text.utf8.count > limit,
        let end = text.index(
            text.startIndex, offsetBy: limit, limitedBy: text.endIndex), end < text.endIndex
    else { return text }
    return text[..<end] + "…"
}

/// A name as pages show it: one line of at most 80 characters.
///
/// Tables and the findings' lines use the same form, since the page filters by it.
func nameLabel(_ text: String) -> String {
    shortened(singleLine(text), to: 80)
}

/// What moves the cursor, ends the line, or turns the direction of writing.
func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
}

/// What turns the direction of writing, or marks it.
func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
}

/// That, and what shows nothing, so that one name looks like another.
func isUnsafeInLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xAD, 0x180E, 0x200B, 0x200C, 0x2060...0x206F, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF: true
    default: isObeyed(scalar)
    }
}

/// `1,234,567`: digits in threes.
package func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    guard digits.count > 3 else { return String(number) }
    var result = number < 0 ? "-" : ""
    for (offset, digit) in digits.enumerated() {
        if offset > 0, (digits.count - offset) % 3 == 0 { result.append(",") }
        result.append(digit)
    }
    return result
}
