import ConversationModel
import Evaluation
import Inspection
import RuleLanguage

/// A conversation of an archive that is to be explained, part by part as an inspection judges it.
struct FoundConversation {
    /// One part with the rules that judge it.
    struct Part {
        /// Its id: `id#2` of the second.
        let name: String
        let judge: ExplainedRules.Judge
        /// Whose time policy says where parts end.
        let cutter: CompiledRules
        /// Which version and scheme that is; nil where there are neither.
        let basis: Explanation.Basis?
    }

    /// The shop's name where the archive has none.
    let shop: String
    /// Puts the conversation into a table.
    let row: (MessageTable) -> ConversationRow

    /// Its parts in order: cut by the policy of the version in force at the first message, each judged by that in force
    /// at its own, under the scheme of its group.
    func parts(by rules: ExplainedRules, _ pinning: GroupPinning, zone: Zone) throws -> [Part] {
        let table = MessageTable()
        let whole = row(table)
        func instant(_ messages: Range<Int>) -> Instant? {
            whole.hasTimes ? messages.first.map { Instant(milliseconds: table.times[$0]) } : nil
        }
        let cutter = try rules.judge(at: instant(whole.messages), group: nil).evaluator
        cutter.begin()
        let own = row(cutter.table)
        let shift = own.messages.lowerBound - whole.messages.lowerBound
        let id = String(decoding: whole.id, as: UTF8.self)
        return try cutter.parts(of: own).enumerated().map { number, part in
            let messages = part.messages.lowerBound - shift..<part.messages.upperBound - shift
            let start = instant(messages)
            let group = pinning.name(pinning.pin(whole, messages, day: start.map { zone.day(of: $0) }, table))
            let judge = try rules.judge(at: start, group: group)
            let hasBasis = judge.version != nil || judge.scheme != nil
            return Part(
                name: number == 0 ? id : "\(id)#\(number + 1)", judge: judge, cutter: cutter.rules,
                basis: hasBasis
                    ? Explanation.Basis(
                        version: judge.version?.number, scheme: judge.scheme.map { ($0.id, $0.name) }, group: group)
                    : nil)
        }
    }

    /// What a rule says of each unit of a part.
    func explain(_ rule: Rule, _ part: Part) -> [Explanation] {
        let evaluator = part.judge.evaluator
        evaluator.begin()
        evaluator.cutBy = part.cutter
        let row = row(evaluator.table)
        evaluator.scan()
        return evaluator.explain(rule, of: row, defaultShop: shop).filter { $0.conversation == part.name }.map {
            var explanation = $0
            explanation.basis = part.basis
            return explanation
        }
    }
}
