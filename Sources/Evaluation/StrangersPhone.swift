import ChineseText
import ConversationModel

/// The mobile numbers that a conversation's orders name.
struct KnownPhones {
    /// Eleven digits each.
    private var numbers: Set<[UInt8]> = []
    /// What masked ones show at their ends.
    private var masked: [(start: [UInt8], end: [UInt8])] = []
    /// Every order names its number: what is none, or is masked throughout, tells nothing.
    private var isComplete: Bool

    init(of row: ConversationRow, in table: MessageTable, _ folding: FoldTable) {
        isComplete = true
        var named = 0
        for place in row.facts.entries where table.facts[place].kind == .orderPhone {
            named += 1
            if !add(folding.foldMapped(table.facts[place].text, level: .folded).bytes) { isComplete = false }
        }
        isComplete = isComplete && row.facts.orderCount >= 0 && named == Int(row.facts.orderCount)
    }

    /// Adds what an order says; false where that is no number. Extensions, spaces, hyphens and the country's 86 are passed over.
    private mutating func add(_ text: [UInt8]) -> Bool {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        func isMask(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") || byte == UInt8(ascii: "x") }
        if text.contains(where: isMask) {
            var start = Array(text.prefix { !isMask($0) }.filter(isDigit))
            let end = Array(text.reversed().prefix { !isMask($0) }.filter(isDigit).reversed())
            if start.starts(with: Array("861".utf8)) { start.removeFirst(2) }
            guard !(start + end).isEmpty, start.count + end.count <= 11 else { return false }
            masked.append((start, end))
            return true
        }
        let runs = text.split { !isDigit($0) }.map { Array($0) }
        var found = runs.compactMap(KnownPhones.mobile)
        if found.isEmpty { found = [Array(runs.joined())].compactMap(KnownPhones.mobile) }
        numbers.formUnion(found)
        // A number of another kind, of a house, is known, too.
        return !found.isEmpty || runs.joined().count >= 7
    }

    /// A mobile number of these digits, without the country's.
    private static func mobile(_ digits: [UInt8]) -> [UInt8]? {
        if digits.count == 13, digits.starts(with: Array("861".utf8)) { return Array(digits.dropFirst(2)) }
        return digits.count == 11 && digits[0] == UInt8(ascii: "1") ? digits : nil
    }

    /// Whether a text holds a number of somebody else: none of the orders', and in none of the texts that
    /// the buyer wrote before it.
    func truth(
        of text: UnsafeBufferPointer<UInt8>, _ table: FoldTable,
        saidBefore: () -> some Sequence<UnsafeBufferPointer<UInt8>>
    ) -> UnitTruth {
        var strangers = KnownPhones.mobiles(in: text, table).subtracting(numbers)
        strangers = strangers.filter { number in
            !masked.contains { number.starts(with: $0.start) && number.suffix($0.end.count).elementsEqual($0.end) }
        }
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
        let phones = KnownPhones(of: conversation, in: table, rules.table)
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
