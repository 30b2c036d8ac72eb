import ConversationModel
import Foundation
import RuleLanguage
import Synchronization

/// A text as scalars, each with the UTF-8 bytes of the original that it came from.
struct FoldedText: Sendable {
    struct Unit: Sendable {
        var scalar: Unicode.Scalar
        var origin: Span
    }

    let units: [Unit]
    var scalars: [Unicode.Scalar] { units.map(\.scalar) }
    var string: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// §5: "Folding is T2S(NFKC_Casefold(x))", here scalar by scalar: exact for texts without
    /// combining sequences. "White space, newlines included, becomes one space".
    init(_ text: String, level: FoldLevel) {
        var units: [Unit] = []
        var offset = 0
        for scalar in text.unicodeScalars {
            let origin = Span(offset, offset + UTF8.width(scalar))
            offset = origin.end
            if level == .exact {
                units.append(Unit(scalar: scalar, origin: origin))
                continue
            }
            for folded in fold(scalar) {
                if folded == " ", units.last?.scalar == " " {
                    units[units.count - 1].origin.end = origin.end
                } else {
                    units.append(Unit(scalar: folded, origin: origin))
                }
            }
        }
        self.units = units
    }

    /// Every place where `phrase` stands, overlapping ones too.
    func places(of phrase: [Unicode.Scalar]) -> [Range<Int>] {
        guard !phrase.isEmpty, phrase.count <= units.count else { return [] }
        return (0...units.count - phrase.count).filter { start in
            phrase.indices.allSatisfy { units[start + $0].scalar == phrase[$0] }
        }.map { $0..<$0 + phrase.count }
    }

    /// The original bytes under a stretch.
    func span(_ range: Range<Int>) -> Span {
        Span(units[range.lowerBound].origin.start, units[range.upperBound - 1].origin.end)
    }

    /// §5: "outer white space, emoji and punctuation stripped unless nothing remains".
    var core: Range<Int> {
        guard let first = units.firstIndex(where: { !isOuter($0.scalar) }),
            let last = units.lastIndex(where: { !isOuter($0.scalar) })
        else { return withoutSpace }
        return first..<last + 1
    }

    /// A lone ? is no ? with spaces around it.
    private var withoutSpace: Range<Int> {
        func isSpace(_ unit: Unit) -> Bool { unit.scalar.properties.isWhitespace }
        guard let first = units.firstIndex(where: { !isSpace($0) }), let last = units.lastIndex(where: { !isSpace($0) })
        else { return units.indices }
        return first..<last + 1
    }
}

private let memo = Mutex<[Unicode.Scalar: [Unicode.Scalar]]>([:])

private func fold(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if let known = memo.withLock({ $0[scalar] }) { return known }
    var result: [Unicode.Scalar] = []
    if !scalar.properties.isDefaultIgnorableCodePoint {
        // Lower case is full case folding but for what is listed here.
        let folded = String(scalar).precomposedStringWithCompatibilityMapping.lowercased()
            .replacingOccurrences(of: "ß", with: "ss").replacingOccurrences(of: "ς", with: "σ")
        for part in folded.precomposedStringWithCompatibilityMapping.unicodeScalars {
            if part.properties.isWhitespace {
                result.append(" ")
            } else {
                let simplified = String(part).applyingTransform(
                    StringTransform("Traditional-Simplified"), reverse: false)
                let scalars = (simplified ?? String(part)).unicodeScalars
                result.append(scalars.count == 1 ? scalars.first ?? part : part)
            }
        }
    }
    memo.withLock { $0[scalar] = result }
    return result
}

private func isOuter(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { return true }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        return true
    default: return properties.isEmoji && scalar.value > 0xFF
    }
}

private func isLatinOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    // The full-width forms, for the level `exact`.
    case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A: true
    default: false
    }
}

/// Whether one message's text satisfies a text condition.
struct OracleText {
    let original: String
    let folded: FoldedText

    private func text(_ level: FoldLevel) -> FoldedText {
        level == .folded ? folded : FoldedText(original, level: .exact)
    }

    /// The spans where the condition is true (none for most negations), nil where it is false.
    func spans(of condition: TextCondition) -> [Span]? {
        switch condition.kind {
        case .keywords(let keywords): return spans(of: keywords)
        case .regex(let regex): return spans(of: regex)
        case .equals(let equals):
            let text = text(equals.fold)
            let core = text.core
            let wanted = equals.texts.map { FoldedText($0, level: equals.fold) }
            guard wanted.contains(where: { $0.scalars[$0.core] == text.scalars[core] }) else {
                return nil
            }
            return core.isEmpty ? [] : [text.span(core)]
        case .entity(let entity):
            // What lies inside an allowed phrase does not count.
            let shields = entity.allow.flatMap { folded.places(of: FoldedText($0, level: .folded).scalars) }
            // What is one as it stands is one at every level.
            let all = entity.fold == .evasion ? phones() + phones(inHan: true) : phones()
            let runs = (entity.kinds.contains(.phone) ? all : []).filter { run in
                !shields.contains { $0.lowerBound <= run.lowerBound && run.upperBound <= $0.upperBound }
            }
            return runs.isEmpty ? nil : Span.union(runs.map { folded.span($0) })
        case .similar(let similar): return spans(of: similar)
        case .length(let minimum, let maximum):
            let count = folded.scalars.count { $0 != " " }
            return count >= minimum ?? 0 && count <= maximum ?? .max ? [] : nil
        // §2: "`all` unites spans, `any` unites the spans of the true branches, `not` and `unless`
        // add none."
        case .all(let children):
            let values = children.map { spans(of: $0) }
            return values.contains(nil) ? nil : Span.union(values.compactMap { $0 }.flatMap { $0 })
        case .any(let children):
            let values = children.compactMap { spans(of: $0) }
            return values.isEmpty ? nil : Span.union(values.flatMap { $0 })
        case .not(let child): return spans(of: child) == nil ? [] : nil
        case .unless(let child, let others):
            return others.contains { spans(of: $0) != nil } ? nil : spans(of: child)
        }
    }

    /// Runs of exactly eleven digits that begin as mobile numbers do; no other form is drawn. Han numerals
    /// are digits where the level is `evasion`.
    func phones(inHan: Bool = false) -> [Range<Int>] {
        let han: [[Unicode.Scalar]] = [
            ["零", "〇"], ["一", "壹"], ["二", "贰"], ["三", "叁"], ["四"], ["五"], ["六"], ["七"], ["八", "捌"], ["九"],
        ]
        let digits = folded.scalars.map { scalar in
            ("0"..."9").contains(scalar)
                ? Int(scalar.value) - 0x30 : inHan ? han.firstIndex { $0.contains(scalar) } : nil
        }
        func isDigit(_ i: Int) -> Bool { digits.indices.contains(i) && digits[i] != nil }
        return digits.indices.filter { i in
            isDigit(i) && !isDigit(i - 1) && (i..<i + 11).allSatisfy(isDigit) && !isDigit(i + 11)
                && digits[i] == 1 && (3...9).contains(digits[i + 1] ?? 0)
        }.map { $0..<$0 + 11 }
    }

    private func spans(of keywords: Keywords) -> [Span]? {
        let text = text(keywords.fold)
        func scalars(_ phrase: String) -> [Unicode.Scalar] {
            FoldedText(phrase, level: keywords.fold).scalars
        }
        // §5: "`allow` phrases that cover the keyword's own span".
        let shields = keywords.allow.flatMap { text.places(of: scalars($0)) }
        var found: [[Unicode.Scalar]: [Range<Int>]] = [:]
        for phrase in keywords.phrases.map(scalars) {
            found[phrase] = text.places(of: phrase).filter { place in
                holdsAtEnds(place, in: text, keywords.boundary)
                    && !shields.contains {
                        $0.lowerBound <= place.lowerBound && place.upperBound <= $0.upperBound
                    }
            }
        }
        let present = found.values.filter { !$0.isEmpty }.count
        let isTrue =
            switch keywords.quantity {
            case .any: present >= 1
            case .all: present == found.count
            case .atLeast(let count): present >= count
            case .none: present == 0
            }
        guard isTrue else { return nil }
        return Span.union(found.values.flatMap { $0 }.map { text.span($0) })
    }

    /// §5: "Default at each end whose outer character is Latin or a digit": no Latin letter or digit
    /// may stand beyond it. Han ends are free, also under `word`: ICU's dictionary is not modelled.
    private func holdsAtEnds(
        _ place: Range<Int>, in text: FoldedText, _ boundary: Keywords.Boundary
    ) -> Bool {
        guard boundary != .substring else { return true }
        let units = text.units
        func isInner(_ inside: Int, _ outside: Int) -> Bool {
            units.indices.contains(outside) && isLatinOrDigit(units[inside].scalar)
                && isLatinOrDigit(units[outside].scalar)
        }
        return !isInner(place.lowerBound, place.lowerBound - 1)
            && !isInner(place.upperBound - 1, place.upperBound)
    }

    private func spans(of regex: RegexCondition) -> [Span]? {
        let text = text(regex.fold)
        // §5: "`except` (regex) vetoes the message".
        if let except = regex.except, !places(of: except, in: text).isEmpty { return nil }
        let places = places(of: regex.pattern, in: text)
        return places.isEmpty ? nil : Span.union(places.map { text.span($0) })
    }

    private func places(of pattern: String, in text: FoldedText) -> [Range<Int>] {
        guard let regex = try? NSRegularExpression(pattern: pattern) else { return [] }
        let string = text.string
        let whole = NSRange(location: 0, length: string.utf16.count)
        return regex.matches(in: string, range: whole).compactMap { match in
            guard match.range.length > 0, let range = Range(match.range, in: string) else {
                return nil
            }
            let scalars = string.unicodeScalars
            let start = scalars.distance(from: scalars.startIndex, to: range.lowerBound)
            return start..<start + scalars.distance(from: range.lowerBound, to: range.upperBound)
        }
    }
}
