import ConversationModel

/// Writes what a live inspection says: one JSON object a change, with the members of a line of `findings.ndjson`.
///
/// `group` is among them where there are schemes: elsewhere nothing waits until it is known.
public struct LiveChangeWriter: Sendable {
    public init() {}

    /// The change as a line of NDJSON, with its line feed.
    public func line(_ change: LiveChange) -> [UInt8] {
        var json = JSONBytes()
        append(change, to: &json)
        json.raw("\n")
        return json.bytes
    }

    /// The member that names the shop, with a comma at both ends: in no line of another shop.
    public static func shopMember(_ shop: String) -> [UInt8] {
        var json = JSONBytes()
        json.raw(",\"shop\":")
        json.string(shop)
        json.raw(",")
        return json.bytes
    }

    /// A finding that stands, as a line like those of `findings.ndjson`.
    public func line(_ finding: LiveFinding) -> [UInt8] {
        var json = JSONBytes()
        json.raw("{")
        append(finding, to: &json)
        json.raw("}\n")
        return json.bytes
    }

    private func append(_ change: LiveChange, to json: inout JSONBytes) {
        json.raw("{\"change\":")
        json.string(change.kind.rawValue)
        json.raw(",\"at\":")
        json.string(change.at.utcText)
        json.raw(",\"position\":")
        json.integer(change.position)
        json.raw(",")
        append(change.finding, to: &json)
        json.raw(",\"decided\":{\"at\":")
        json.string(change.finding.decidedAt.utcText)
        json.raw(",\"position\":")
        json.integer(change.finding.position)
        json.raw("}")
        if !change.finding.excerpt.isEmpty {
            json.raw(",\"excerpt\":")
            json.string(change.finding.excerpt)
        }
        json.raw("}")
    }

    private func append(_ live: LiveFinding, to json: inout JSONBytes) {
        let finding = live.finding
        json.raw("\"v\":1,\"id\":")
        json.string(finding.id)
        json.raw(",\"rule\":")
        json.string(finding.rule.value)
        json.raw(",\"name\":")
        json.string(live.rule.name)
        json.raw(",\"polarity\":")
        json.string(live.rule.polarity.rawValue)
        json.raw(",\"severity\":")
        json.string(live.rule.severity.rawValue)
        if let version = live.version {
            json.raw(",\"version\":")
            json.integer(version)
        }
        if let scheme = live.scheme {
            json.raw(",\"scheme\":")
            json.string(scheme)
        }
        json.raw(",\"outcome\":")
        json.string(finding.outcome.rawValue)
        switch finding.owner {
        case .agent(let agent):
            json.raw(",\"owner\":\"agent\",\"agent\":")
            json.string(agent)
        case .assistant: json.raw(",\"owner\":\"assistant\"")
        case .shop: json.raw(",\"owner\":\"shop\"")
        case .unassigned: json.raw(",\"owner\":\"unassigned\"")
        }
        json.raw(",\"shop\":")
        json.string(live.shop)
        if let group = live.group {
            json.raw(",\"group\":")
            json.string(group)
        }
        json.raw(",\"day\":\"")
        json.day(live.day)
        json.raw("\",\"conversation\":")
        json.string(finding.conversation)
        json.raw(",\"message\":")
        if let anchor = finding.anchor { json.integer(anchor) } else { json.raw("null") }
        if let gap = finding.gap {
            json.raw(",\"gap\":")
            json.integer(gap)
        }
        if finding.isPartial { json.raw(",\"partial\":true") }
        if let divergence = finding.divergence { append(divergence, to: &json) }
        json.raw(",\"evidence\":[")
        var isFirst = true
        for (index, evidence) in finding.evidence.enumerated() {
            if evidence.spans.isEmpty {
                open(evidence, isFirst: isFirst, to: &json)
                json.raw("}")
                isFirst = false
            }
            for (span, scalars) in zip(evidence.spans, live.scalarSpans[index]) {
                open(evidence, isFirst: isFirst, to: &json)
                isFirst = false
                json.raw(",\"start\":")
                json.integer(span.start)
                json.raw(",\"end\":")
                json.integer(span.end)
                json.raw(",\"scalarStart\":")
                json.integer(scalars.start)
                json.raw(",\"scalarEnd\":")
                json.integer(scalars.end)
                json.raw("}")
            }
        }
        json.raw("]")
    }

    private func open(_ evidence: Evidence, isFirst: Bool, to json: inout JSONBytes) {
        if !isFirst { json.raw(",") }
        json.raw("{\"message\":")
        json.integer(evidence.message)
        json.raw(",\"label\":")
        json.string(evidence.label)
    }

    private func append(_ divergence: Divergence, to json: inout JSONBytes) {
        json.raw(",\"divergence\":{\"step\":")
        json.integer(divergence.step)
        json.raw(",\"name\":")
        json.string(divergence.name)
        json.raw(",\"kind\":")
        json.string(divergence.kind.rawValue)
        if let message = divergence.message {
            json.raw(",\"message\":")
            json.integer(message)
        }
        json.raw("}")
    }
}
