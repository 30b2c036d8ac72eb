import ConversationModel
import Monitoring

extension FiguresJSON {
    /// Where a figure comes from; `watermark` is the shop's.
    public func value(
        _ explanation: Explanation, shop: String, name: FigureName, watermark: Instant?, sequence: UInt64
    ) -> ResponseJSON {
        .members([
            "shop": .text(shop), "figure": .text(name.rawValue), "asOf": time(explanation.asOf),
            "watermark": time(watermark), "sequence": .integer(Int64(clamping: sequence)),
            "span": explanation.span.map(stretch) ?? .null,
            "arithmetic": .text(explanation.arithmetic.rawValue), "value": .integer(explanation.value),
            "undefined": .text(explanation.undefined?.rawValue),
            "definedFrom": .text(explanation.definedFrom?.description),
            "count": .integer(Int64(explanation.terms.count)), "sum": .integer(explanation.sum),
            "oldest": time(explanation.oldest),
            "means": .list(
                explanation.means.map {
                    .members([
                        "agent": .text($0.agent), "milliseconds": .integer($0.mean.mean), "sum": .integer($0.mean.sum),
                        "count": .integer($0.mean.count),
                    ])
                }),
            "terms": .list(explanation.terms.map(term)), "others": .list(explanation.others.map(term)),
            "leftOut": .list(
                explanation.leftOut.map {
                    .members([
                        "subject": .text($0.subject), "reason": .text($0.reason.rawValue),
                        "events": .list($0.events.map { .text($0) }), "order": .text($0.order),
                        "orderTime": time($0.orderTime),
                    ])
                }),
            "leftOutCount": .integer(Int64(explanation.leftOutCount)),
            "events": .list(explanation.events.map(event)),
        ])
    }

    private func term(_ term: Explanation.Term) -> ResponseJSON {
        .members([
            "subject": .text(term.subject), "agent": .text(term.agent), "conversation": .text(term.conversation),
            "value": .integer(term.value), "since": time(term.since), "reason": .text(term.reason?.rawValue),
            "events": .list(term.events.map { .text($0) }), "isComplete": .flag(term.isComplete),
        ])
    }

    private func event(_ event: Explanation.ListedEvent) -> ResponseJSON {
        .members([
            "id": .text(event.id), "time": time(event.time), "type": .text(event.type),
            "buyer": .text(event.buyer),
            "from": .text(event.speaker?.name), "isAutomatic": .flag(event.isAutomatic),
            "agent": .text(event.agent), "group": .text(event.group), "isToAssistant": .flag(event.isToAssistant),
            "giver": .text(event.giver),
        ])
    }
}
