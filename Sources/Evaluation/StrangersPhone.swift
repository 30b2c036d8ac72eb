import ChineseText
import ConversationModel

/// The mobile numbers that a conversation's orders name.
struct KnownPhones {
    /// Digits, the last eleven.
    private var numbers: Set<[UInt8]> = []
    /// First three and last four digits of masked ones.
    private var masked: Set<[UInt8]> = []
    /// Every order names its number.
    private let isComplete: Bool

    init(of row: ConversationRow, in table: MessageTable) {
        var named = 0
        for place in row.facts.entries where table.facts[place].kind == .orderPhone {
            named += 1
            let text = table.facts[place].text
            let digits = text.filter { (0x30...0x39).contains($0) }
            if text.contains(UInt8(ascii: "*")) {
                if digits.count >= 7 { masked.insert(Array(digits.prefix(3) + digits.suffix(4))) }
            } else {
                numbers.insert(Array(digits.suffix(11)))
            }
        }
        isComplete = row.facts.orderCount >= 0 && named == Int(row.facts.orderCount)
    }

    /// Whether a text holds a number of somebody else: none of the orders', and in none of the texts that
    /// the buyer wrote before it.
    func truth(
        of text: UnsafeBufferPointer<UInt8>, _ table: FoldTable,
        saidBefore: () -> some Sequence<UnsafeBufferPointer<UInt8>>
    ) -> UnitTruth {
        var strangers = KnownPhones.mobiles(in: text, table).subtracting(numbers)
        strangers = strangers.filter { !masked.contains(Array($0.prefix(3) + $0.suffix(4))) }
        guard !strangers.isEmpty else { return .isFalse }
        for earlier in saidBefore() {
            strangers.subtract(KnownPhones.mobiles(in: earlier, table))
            if strangers.isEmpty { return .isFalse }
        }
        return isComplete ? .isTrue : .unknown(.noFact)
    }

    /// The whole mobile numbers in a text, eleven digits each.
    private static func mobiles(in text: UnsafeBufferPointer<UInt8>, _ table: FoldTable) -> Set<
        [UInt8]
    > {
        let folded = table.foldMapped(text, level: .folded).bytes
        return folded.withUnsafeBufferPointer { bytes in
            var found: Set<[UInt8]> = []
            for entity in EntityFinder().entities(of: .phone, in: bytes) where !entity.isProbable {
                let digits = Array(bytes[entity.range].filter { (0x30...0x39).contains($0) }.suffix(11))
                if digits.count == 11, digits[0] == UInt8(ascii: "1") { found.insert(digits) }
            }
            return found
        }
    }
}

extension Evaluator {
    /// The rows of `rows` that hold a number of somebody else, and why others may.
    func withStrangersPhone(in rows: Mask) -> (rows: Mask, unknowns: UnknownReasons) {
        let result = arena.copy(rows)
        var unknowns: UnknownReasons = []
        guard let conversation, !rows.isEmpty else { return (result, unknowns) }
        let phones = KnownPhones(of: conversation, in: table)
        var i = result.first(from: 0)
        while i >= 0 {
            let end = i
            let truth = phones.truth(of: table.texts[base + i], rules.table) {
                (0..<end).lazy
                    .filter {
                        self.table.speakers[self.base + $0] == Speaker.buyer.rawValue && self.hasContent($0)
                    }
                    .map { self.table.texts[self.base + $0] }
            }
            if case .unknown(let reasons) = truth { unknowns.formUnion(reasons) }
            if truth != .isTrue { result.remove(i) }
            steps += end
            i = result.first(from: i + 1)
        }
        return (result, unknowns)
    }
}
