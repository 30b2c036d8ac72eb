import ConversationModel

/// Masks the numbers of persons in texts that are going to be kept: phones, identity cards, bank cards.
///
/// They are what `EntityFinder` is certain of, also in full-width digits and in groups. Characters give way to `*` one for one, in
/// as many bytes, so that places in the text stay and what is left still looks like its kind: 138****5678. Of a phone all but the
/// four digits before the last four stay, of an identity card the first six and the last two, of a bank card the last four.
/// Service numbers (400, 800) are nobody's and stay. What was masked already stays as it is.
public struct NumberMask: Sendable {
    private let table: FoldTable
    private let finder = EntityFinder()

    public init(_ table: FoldTable) { self.table = table }

    /// The text with the numbers masked. O(*n*), and for most texts no more than a look for digits.
    public func masked(_ text: String) -> String {
        var text = text
        let bytes = text.withUTF8 { bytes -> [UInt8]? in
            guard NumberMask.mayHoldNumbers(bytes) else { return nil }
            let folded = table.foldMapped(bytes, level: .folded)
            var result = Array(bytes)
            for kind in [EntityKind.identityCard, .bankCard, .phone] { mask(kind, folded, in: &result) }
            return result
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Seven digits are the least of any number; wide ones have a lead byte of their own.
    private static func mayHoldNumbers(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var digits = 0
        for byte in bytes where byte &- 0x30 < 10 || byte == 0xEF || byte == 0xF0 || byte & 0xFE == 0xE2 {
            digits += 1
            if digits == 7 { return true }
        }
        return false
    }

    private func mask(_ kind: EntityKind, _ folded: FoldedText, in result: inout [UInt8]) {
        var start = 0
        while start < folded.bytes.count {
            let found = folded.bytes[start...].withUnsafeBufferPointer { finder.entities(of: kind, in: $0) }
            for entity in found where !entity.isProbable || kind == .identityCard {
                let range = entity.range.lowerBound + start..<entity.range.upperBound + start
                let characters = range.filter { NumberMask.counts(folded.bytes[$0], kind) }
                for place in hidden(characters, kind, folded.bytes) {
                    NumberMask.hide(folded.original(place..<place + 1), in: &result)
                }
            }
            // As many as are told of one text: there may be more behind them.
            guard found.count == EntityFinder.limit, let last = found.last else { return }
            start += last.range.upperBound
        }
    }

    private static func counts(_ byte: UInt8, _ kind: EntityKind) -> Bool {
        byte &- 0x30 < 10 || byte == UInt8(ascii: "*") || (kind == .identityCard && byte == UInt8(ascii: "x"))
    }

    /// Those of the characters of a number that give way.
    private func hidden(_ characters: [Int], _ kind: EntityKind, _ bytes: [UInt8]) -> ArraySlice<Int> {
        switch kind {
        case .identityCard: return characters.dropFirst(6).dropLast(2)
        case .bankCard: return characters.dropLast(4)
        default:
            let head = characters.prefix(3).map { bytes[$0] }
            if head == Array("400".utf8) || head == Array("800".utf8) { return [] }
            return characters.dropLast(4).suffix(4)
        }
    }

    /// Writes an asterisk in place of a character, in as many bytes.
    private static func hide(_ span: Span, in result: inout [UInt8]) {
        let length = span.end - span.start
        // ＊ has three bytes; a digit of four (mathematical ones) leaves one over, which becomes an asterisk.
        var mask = Array(repeating: UInt8(ascii: "*"), count: length % 3)
        for _ in 0..<length / 3 { mask += [0xEF, 0xBC, 0x8A] }
        result.replaceSubrange(span.start..<span.end, with: mask)
    }
}
