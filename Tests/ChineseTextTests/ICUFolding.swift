import CICU

/// Folding stage by stage by ICU over whole texts, without the table: what the table must equal.
final class ICUFolding {
    private let transliterator: OpaquePointer?
    private var simplified: [UInt32: String] = [:]

    /// What `semantics.md` adds to ICU's own simplification, and the one direction kept of a pair
    /// that ICU maps both ways.
    private static let beyondICU: [Unicode.Scalar: String] = [
        "妳": "你", "祇": "只", "衹": "只", "峯": "峰", "滙": "汇", "噁": "恶", "牠": "它", "苎": "苎", "薴": "苎",
    ]

    init() {
        transliterator = mj_traditional_simplified_open()
    }

    deinit {
        mj_transliterator_close(transliterator)
    }

    /// NFKC_Casefold of a whole text.
    func casefolded(_ text: String) -> String? {
        let units = Array(text.utf16)
        var target = [UInt16](repeating: 0, count: units.count * 18 + 16)
        let length = mj_nfkc_casefold(units, Int32(units.count), &target, Int32(target.count))
        guard length >= 0, length <= target.count else { return nil }
        return String(decoding: target[..<Int(length)], as: UTF16.self)
    }

    /// One code point, simplified alone: rules for whole words are not folding's business.
    func simplified(_ scalar: Unicode.Scalar) -> String {
        if let own = Self.beyondICU[scalar] { return own }
        if let known = simplified[scalar.value] { return known }
        let alone = String(Character(scalar))
        var buffer = [UInt16](repeating: 0, count: 16)
        let units = Array(alone.utf16)
        for (i, unit) in units.enumerated() { buffer[i] = unit }
        let length = mj_transliterate(transliterator, &buffer, Int32(units.count), Int32(buffer.count))
        let result = length > 0 ? String(decoding: buffer[..<Int(length)], as: UTF16.self) : alone
        let kept = result.unicodeScalars.count == 1 ? result : alone
        simplified[scalar.value] = kept
        return kept
    }

    /// T2S(NFKC_Casefold(text)), each run of white space one space; nil where ICU fails.
    func folded(_ text: String) -> String? {
        guard let casefolded = casefolded(text) else { return nil }
        var result = String.UnicodeScalarView()
        for scalar in casefolded.unicodeScalars {
            for simple in simplified(scalar).unicodeScalars {
                if mj_is_white_space(simple.value) == 0 {
                    result.append(simple)
                } else if result.last != " " {
                    result.append(" ")
                }
            }
        }
        return String(result)
    }
}
