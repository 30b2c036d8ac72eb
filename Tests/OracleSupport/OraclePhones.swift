import ConversationModel
import RuleLanguage

/// Numbers of somebody else.
extension OracleJudge {
    /// Whether a row holds a mobile number that no order names and the buyer has not said before; nil
    /// where the orders' numbers are not known.
    func hasStrangersPhone(_ row: Int) -> Bool? {
        func numbers(_ row: Int) -> Set<String> {
            let folded = unit.record.folded[row]
            let text = OracleText(original: unit.messages[row].text, folded: folded)
            let scalars = folded.scalars
            return Set(text.phones().map { range in String(String.UnicodeScalarView(scalars[range])) })
        }
        let orders = unit.record.conversation.facts.orders
        let known = Set((orders ?? []).compactMap(\.phone))
        let said = unit.part.rows.filter { earlier in
            earlier < row && unit.messages[earlier].speaker == .buyer && unit.record.hasContent(earlier)
        }.reduce(into: Set<String>()) { $0.formUnion(numbers($1)) }
        let strangers = numbers(row).subtracting(known).subtracting(said)
        if strangers.isEmpty { return false }
        guard let orders, orders.allSatisfy({ $0.phone != nil }) else { return nil }
        return true
    }
}
