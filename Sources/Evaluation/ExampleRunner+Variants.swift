import ChineseText
import RuleLanguage

/// Writes a text as people write around rules: an emoji before it, other widths, other characters.
struct VariantTexts {
    /// For each simplified character one traditional character that folds to it.
    private let traditional: [Unicode.Scalar: Unicode.Scalar]

    /// Turns the simplification of `table` around. Looks at 27,000 characters once.
    init(table: FoldTable) {
        var traditional: [Unicode.Scalar: Unicode.Scalar] = [:]
        // The common block first: rare characters only where there is no common one.
        for range in [0x4E00...0x9FFF, 0x3400...0x4DBF] as [ClosedRange<UInt32>] {
            for value in range where !table.isUnchanged(value) {
                guard let scalar = Unicode.Scalar(value) else { continue }
                let folded = table.folded(String(Character(scalar))).unicodeScalars
                guard folded.count == 1, let simple = folded.first, simple != scalar,
                    traditional[simple] == nil
                else { continue }
                traditional[simple] = scalar
            }
        }
        self.traditional = traditional
    }

    /// `text` in a variant; an empty text stays empty.
    func text(_ text: String, _ variant: ExampleVariant) -> String {
        if text.isEmpty { return text }
        switch variant {
        case .emoji: return "😀" + text
        case .fullWidth: return mapped(text) { fullWidth($0) }
        case .traditional: return mapped(text) { traditional[$0] ?? $0 }
        case .zeroWidth:
            var result = String.UnicodeScalarView()
            for (i, scalar) in text.unicodeScalars.enumerated() {
                if i > 0 { result.append("\u{200B}") }
                result.append(scalar)
            }
            return String(result)
        }
    }

    private func mapped(
        _ text: String, _ transform: (Unicode.Scalar) -> Unicode.Scalar
    ) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(transform(scalar)) }
        return String(result)
    }

    private func fullWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x20: "\u{3000}"
        case 0x21...0x7E: Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar
        default: scalar
        }
    }
}
