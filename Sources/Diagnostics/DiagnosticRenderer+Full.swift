extension DiagnosticRenderer {
    /// Head, source line, carets and help of one diagnostic.
    func full(_ diagnostic: Diagnostic, _ location: Location?, _ source: SourceFile?) -> String {
        var result = head(diagnostic, location)
        var gutter = "  "
        if let location, let source, let range = diagnostic.place.range {
            let excerpt = Excerpt(of: range, line: location.line, in: source, renderer: self)
            let number = String(location.line)
            gutter = String(repeating: " ", count: number.count + 2)
            result += "\(paint("  \(number) | ", "2"))\(excerpt.text)\n"
            result += "\(gutter)\(paint(" | ", "2"))\(excerpt.indent)"
            let carets = String(repeating: "^", count: max(1, excerpt.markWidth))
            result += "\(paint(carets, color(diagnostic)))\n"
        }
        if let help = diagnostic.help {
            let word = Phrase("help", "建议").text(in: language)
            result += "\(gutter) = \(word): \(visible(help.text(in: language)))\n"
        }
        return result
    }

    /// What stands between the gutter and the right edge: a source line, cut around a place.
    struct Excerpt {
        private(set) var text = ""
        /// White space as wide as the text before the place; tabs stay tabs.
        private(set) var indent = ""
        private(set) var markWidth = 0

        /// Bytes on either side of a place that are looked at: no line is too long to be shown.
        private static let reachBytes = 1200

        init(of range: SourceRange, line: Int, in source: SourceFile, renderer: DiagnosticRenderer) {
            let lineRange = source.range(ofLine: line)
            let start = min(max(range.start, lineRange.lowerBound), lineRange.upperBound)
            let end = min(max(range.end, start), lineRange.upperBound)
            func text(_ from: Int, _ to: Int) -> String {
                String(decoding: source.bytes[from..<to], as: UTF8.self)
            }
            func boundary(_ offset: Int) -> Int {
                var offset = min(max(offset, lineRange.lowerBound), lineRange.upperBound)
                while offset > lineRange.lowerBound, offset < lineRange.upperBound,
                    source.bytes[offset] & 0xC0 == 0x80
                { offset -= 1 }
                return offset
            }
            let from = boundary(start - Self.reachBytes)
            // Not before the start, whatever the bytes: the file may be no UTF-8 just there.
            let to = max(start, boundary(min(end, start + Self.reachBytes) + Self.reachBytes))
            let markEnd = max(start, boundary(min(end, to)))
            let before = Array(text(from, start))
            let mark = Array(text(start, markEnd))
            let after = Array(text(markEnd, to))
            fill(
                before, mark, after, isCutBefore: from > lineRange.lowerBound,
                isCutAfter: to < lineRange.upperBound, renderer)
        }

        private mutating func fill(
            _ before: [Character], _ mark: [Character], _ after: [Character], isCutBefore: Bool,
            isCutAfter: Bool, _ renderer: DiagnosticRenderer
        ) {
            func shown(_ character: Character) -> String {
                character == "\t" ? "\t" : visible(String(character))
            }
            func width(_ shown: String) -> Int {
                shown == "\t" ? 8 : renderer.displayWidth(shown)
            }
            let pieces = (before.map(shown), mark.map(shown), after.map(shown))
            let total = (pieces.0 + pieces.1 + pieces.2).reduce(0) { $0 + width($1) }
            let isLong = total > renderer.lineWidth || isCutBefore || isCutAfter

            // What stands before the place gets a third of the room, or what is left by the rest.
            var first = 0
            if isLong {
                let behind = (pieces.1 + pieces.2).reduce(0) { $0 + width($1) }
                var room = max(renderer.lineWidth / 3, renderer.lineWidth - behind)
                first = pieces.0.count
                while first > 0, width(pieces.0[first - 1]) <= room {
                    first -= 1
                    room -= width(pieces.0[first])
                }
            }
            var used = 0
            if first > 0 || isCutBefore {
                text += "…"
                indent += String(repeating: " ", count: renderer.displayWidth("…"))
            }
            for piece in pieces.0[first...] {
                text += piece
                indent += piece == "\t" ? "\t" : String(repeating: " ", count: width(piece))
                used += width(piece)
            }
            var isCut = isCutAfter
            for (index, piece) in (pieces.1 + pieces.2).enumerated() {
                if isLong, used + width(piece) > renderer.lineWidth {
                    isCut = true
                    break
                }
                text += piece
                used += width(piece)
                if index < pieces.1.count { markWidth += piece == "\t" ? 1 : width(piece) }
            }
            if isCut { text += "…" }
        }
    }
}

/// `text` with everything that a terminal would obey or hide written as `\u{…}`.
///
/// Controls, line ends, direction marks and zero-width characters could forge or hide output; the
/// zero-width joiner stays, because it is a part of many emoji.
public func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isHidden(scalar) {
            result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// Whether a terminal would obey `scalar`, or show nothing for it: controls, line ends, direction marks, zero width.
public func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F,
        0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
        true
    default: false
    }
}

/// Whether `scalar` is a control character of ASCII or Latin-1.
public func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
}
