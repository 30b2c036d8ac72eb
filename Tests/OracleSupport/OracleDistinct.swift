import ConversationModel
import RuleLanguage

extension OracleJudge {
    /// "distinct": the first of all matches that say the same.
    func distinct(_ matches: [OracleMatch]) -> [OracleMatch] {
        matches.indices.filter { place in
            !matches[..<place].contains { said($0) == said(matches[place]) }
        }.map { matches[$0] }
    }

    /// What a match says: the folded texts of its spans, or its whole message; nothing for ∅.
    private func said(_ match: OracleMatch) -> Set<String>? {
        guard let row = match.anchor else { return nil }
        let text = Array(unit.messages[row].text.utf8)
        let pieces = match.spans.isEmpty ? [text[...]] : match.spans.map { text[$0.start..<$0.end] }
        return Set(pieces.map { FoldedText(String(decoding: $0, as: UTF8.self), level: .folded).string })
    }
}
