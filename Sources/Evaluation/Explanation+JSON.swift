import ConversationModel
import Diagnostics

extension Explanation {
    /// The explanation as one JSON object on one line; keys always in the same order.
    ///
    /// Truths are `T`, `F` and `U`; phrases are objects with `en` and `zh`; spans are pairs of UTF-8
    /// offsets in the original text; gaps are milliseconds. Absent values are null.
    public var json: String {
        let fields: [(String, String)] = [
            ("rule", JSONString.quoted(rule.id.value)),
            ("name", JSONString.quoted(rule.name)),
            ("conversation", JSONString.quoted(conversation)),
            ("unit", JSONString.quoted(rule.unit.rawValue)),
            ("agent", Explanation.optional(agent)),
            ("start", Explanation.optional(start)),
            ("outcome", JSONString.quoted(outcome.name)),
            ("reasons", Explanation.list(reasons.names.map { JSONString.quoted($0) })),
            ("findings", Explanation.list(findings.map { Explanation.json($0) })),
            ("appliesTo", appliesTo.map { Explanation.json($0) } ?? "null"),
            ("condition", Explanation.json(condition)),
            ("firstFailure", firstFailure == nil ? "null" : Explanation.json(reason)),
            ("version", basis?.version.map { String($0) } ?? "null"),
            ("scheme", Explanation.optional(basis?.scheme)),
            ("group", Explanation.optional(basis?.group)),
        ]
        return Explanation.object(fields)
    }

    private static func json(_ finding: Finding) -> String {
        object([
            ("id", JSONString.quoted(finding.id)),
            ("outcome", JSONString.quoted(finding.outcome.rawValue)),
            ("owner", JSONString.quoted(finding.owner.label)),
            ("anchor", optional(finding.anchor)),
            ("gap", finding.gap.map { String($0) } ?? "null"),
            ("partial", finding.isPartial ? "true" : "false"),
            ("divergence", finding.divergence.map { json($0) } ?? "null"),
            (
                "evidence",
                list(
                    finding.evidence.map { evidence in
                        object([
                            ("message", String(evidence.message)),
                            ("label", JSONString.quoted(evidence.label)), ("spans", json(evidence.spans)),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ divergence: Divergence) -> String {
        object([
            ("step", String(divergence.step)), ("name", JSONString.quoted(divergence.name)),
            ("kind", JSONString.quoted(divergence.kind.rawValue)), ("message", optional(divergence.message)),
        ])
    }

    private static func json(_ node: Node) -> String {
        object([
            ("role", node.role.map { json($0) } ?? "null"),
            ("label", json(node.label)),
            ("truth", JSONString.quoted(node.truth.rawValue)),
            ("reasons", list(node.reasons.names.map { JSONString.quoted($0) })),
            ("matchCount", String(node.matchCount)),
            (
                "matches",
                list(
                    node.matches.map { match in
                        object([
                            ("message", optional(match.message)), ("spans", json(match.spans)),
                            ("texts", list(match.texts.map { JSONString.quoted($0) })),
                            ("gap", match.gap.map { String($0) } ?? "null"),
                        ])
                    })
            ),
            ("notes", list(node.notes.map { json($0) })),
            ("children", list(node.children.map { json($0) })),
        ])
    }

    private static func json(_ phrase: Phrase) -> String {
        object([("en", JSONString.quoted(phrase.english)), ("zh", JSONString.quoted(phrase.chinese))])
    }

    private static func json(_ spans: [Span]) -> String {
        list(spans.map { "[\($0.start),\($0.end)]" })
    }

    private static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func list(_ elements: [String]) -> String {
        "[" + elements.joined(separator: ",") + "]"
    }

    private static func optional(_ text: String?) -> String { text.map { JSONString.quoted($0) } ?? "null" }
    private static func optional(_ number: Int?) -> String { number.map { String($0) } ?? "null" }
}
