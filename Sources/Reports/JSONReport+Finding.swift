import ConversationModel

extension JSONReport {
    /// Writes one finding; spans are UTF-8 bytes of the message's text, times milliseconds.
    func finding(_ entry: FindingCase, _ writer: inout JSONWriter) {
        let finding = entry.finding
        writer.object { writer in
            writer.key("anchor")
            writer.value(finding.anchor)
            writer.key("buyer")
            writer.value(entry.buyer)
            writer.key("context")
            writer.array { writer in
                for message in entry.context { self.message(message, &writer) }
            }
            writer.key("conversation")
            writer.value(finding.conversation)
            writer.key("day")
            writer.value(entry.day?.description)
            if let divergence = finding.divergence {
                writer.key("divergence")
                self.divergence(divergence, &writer)
            }
            writer.key("evidence")
            writer.array { writer in
                for evidence in finding.evidence { self.evidence(evidence, &writer) }
            }
            if let exemption = entry.exemption {
                writer.key("exempt")
                writer.value(exemption)
            }
            writer.key("gap")
            writer.value(finding.gap)
            writer.key("group")
            writer.value(entry.group)
            writer.key("id")
            writer.value(finding.id)
            writer.key("messageCount")
            writer.value(entry.messageCount)
            writer.key("outcome")
            writer.value(finding.outcome.rawValue)
            writer.key("owner")
            owner(finding.owner, &writer)
            writer.key("partial")
            writer.value(finding.isPartial)
            writer.key("rule")
            writer.value(finding.rule.value)
            if let scheme = entry.scheme {
                writer.key("scheme")
                writer.value(scheme)
            }
            writer.key("shop")
            writer.value(entry.shop)
            if let version = entry.version {
                writer.key("version")
                writer.value(version)
            }
        }
    }

    private func owner(_ owner: Owner, _ writer: inout JSONWriter) {
        let kind =
            switch owner {
            case .agent: "agent"
            case .assistant: "assistant"
            case .shop: "shop"
            case .unassigned: "unassigned"
            }
        writer.object { writer in
            if case .agent(let id) = owner {
                writer.key("agent")
                writer.value(id)
            }
            writer.key("kind")
            writer.value(kind)
        }
    }

    private func divergence(_ divergence: Divergence, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("kind")
            writer.value(divergence.kind.rawValue)
            writer.key("message")
            writer.value(divergence.message)
            writer.key("name")
            writer.value(divergence.name)
            writer.key("step")
            writer.value(divergence.step)
        }
    }

    private func evidence(_ evidence: Evidence, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("label")
            writer.value(evidence.label)
            writer.key("message")
            writer.value(evidence.message)
            writer.key("spans")
            spans(evidence.spans, &writer)
        }
    }

    private func message(_ message: ContextMessage, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("agent")
            writer.value(message.agent)
            writer.key("auto")
            writer.value(message.isAutomatic)
            writer.key("from")
            writer.value(message.speaker.name)
            writer.key("index")
            writer.value(message.index)
            writer.key("kind")
            writer.value(message.kind.name)
            writer.key("labels")
            writer.array { writer in
                for label in message.labels { writer.value(label) }
            }
            writer.key("marks")
            spans(message.marks, &writer)
            writer.key("text")
            writer.value(message.text)
            writer.key("time")
            writer.value(message.time?.milliseconds)
        }
    }

    private func spans(_ spans: [Span], _ writer: inout JSONWriter) {
        writer.array { writer in
            for span in spans {
                writer.array { writer in
                    writer.value(span.start)
                    writer.value(span.end)
                }
            }
        }
    }
}
