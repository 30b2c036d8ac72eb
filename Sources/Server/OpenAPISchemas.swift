import Monitoring

/// What the API answers with, as JSON Schema. Every member of an object is always there; what is undefined is `null`.
enum OpenAPISchemas {
    /// By name, as `#/components/schemas` has them.
    static let all = ResponseJSON.members([
        "Problem": problem, "Figures": figures, "Explanation": explanation, "Day": day, "Response": response,
        "Pending": pending, "Mean": mean, "Ratio": ratio, "Stretch": stretch, "Alarms": alarms, "Dispatch": dispatch,
    ])

    static func reference(_ name: String) -> ResponseJSON { .members(["$ref": .text("#/components/schemas/" + name)]) }

    /// A text that is one of `words`.
    static func words(_ words: [String]) -> ResponseJSON {
        .members(["type": .text("string"), "enum": .list(words.map { .text($0) })])
    }

    private static let integer = ResponseJSON.members(["type": .text("integer")])
    /// Of a time before the first event figures are undefined.
    private static let number = optional(integer)
    private static let text = ResponseJSON.members(["type": .text("string")])
    private static let flag = ResponseJSON.members(["type": .text("boolean")])
    private static let time = ResponseJSON.members(["type": .text("string"), "format": .text("date-time")])
    private static let date = ResponseJSON.members(["type": .text("string"), "format": .text("date")])

    private static func optional(_ schema: ResponseJSON) -> ResponseJSON {
        .members(["anyOf": .list([schema, .members(["type": .text("null")])])])
    }

    private static func list(_ schema: ResponseJSON) -> ResponseJSON {
        .members(["type": .text("array"), "items": schema])
    }

    private static func object(_ properties: KeyValuePairs<String, ResponseJSON>) -> ResponseJSON {
        .members([
            "type": .text("object"), "required": .list(properties.map { .text($0.key) }),
            "properties": .members(properties),
        ])
    }

    private static let problem = ResponseJSON.members([
        "type": .text("object"),
        "required": .list(["type", "title", "status"].map { .text($0) }),
        "properties": .members(["type": text, "title": text, "status": integer, "detail": text]),
    ])

    // MARK: Figures

    private static let figures = object([
        "shop": text, "asOf": time, "since": optional(time), "watermark": optional(time), "sequence": integer,
        "counters": object([
            "applied": integer, "late": integer, "overLimit": integer,
            "fromTheFuture": integer,
        ]),
        "firstDayWithConversion": optional(date),
        "today": reference("Day"), "yesterday": reference("Day"), "yesterdayUntilThisTime": reference("Day"),
        "slot": reference("Stretch"), "isSlotAmended": flag,
        "meanResponse": object(["milliseconds": number, "agents": number]),
        "response": reference("Response"), "buyerWaits": reference("Mean"),
        "openBuyerWaits": object(["count": number, "oldest": optional(time)]),
        "pending": reference("Pending"), "pendingPerAgent": reference("Ratio"), "online": number,
        "suspended": number, "queued": number, "pooled": number, "unassigned": number,
        "assistant": object([
            "isShown": flag, "isOn": optional(flag), "isHumanFirst": optional(flag), "servedToday": number,
            "consulted": number, "handed": number, "handOverRate": reference("Ratio"),
            "halfHour": reference("Stretch"), "clicks": list(object(["entry": text, "clicks": integer])),
            "entries": list(object(["id": text, "title": text])),
        ]),
        "alarms": optional(reference("Alarms")),
        "groups": list(
            object([
                "group": optional(text), "online": integer, "suspended": integer, "pending": reference("Pending"),
                "pendingPerAgent": reference("Ratio"), "response": reference("Response"),
                "alarms": optional(reference("Alarms")),
            ])),
        "agents": list(
            object([
                "agent": text, "group": optional(text), "isOnline": flag, "isSuspended": flag, "servedToday": integer,
                "pending": reference("Pending"), "leftPending": flag, "response": reference("Response"),
                "dispatch": optional(reference("Dispatch")),
            ])),
        "unknownAgents": list(
            object(["agent": text, "reason": words(["no-such-agent"]), "dispatch": reference("Dispatch")])),
    ])

    private static let day = object([
        "day": date, "until": time, "served": number, "guidedSales": number, "guidedSalesByPeople": number,
        "guidedSalesByAssistant": number, "guidedPayers": number, "guidedPayersByPeople": number,
        "guidedPayersByAssistant": number, "inquiring": number, "conversion": optional(reference("Ratio")),
        "strictConversion": optional(reference("Ratio")), "lateEvents": number, "isAmended": flag, "isSettled": flag,
    ])

    private static let response = object([
        "answers": reference("Mean"), "uncounted": number, "afterHours": number,
        "transferredUnanswered": reference("Mean"), "closedUnanswered": number,
    ])

    private static let pending = object(["count": number, "oldest": optional(time), "readUnanswered": number])
    private static let mean = object(["milliseconds": number, "sum": number, "count": number])
    private static let ratio = object(["perMille": number, "numerator": number, "denominator": number])
    private static let stretch = object(["start": time, "end": time])

    private static let alarms = object([
        "on": optional(flag),
        "thresholds": list(object(["item": text, "value": optional(integer), "least": optional(integer)])),
        "receivers": list(text), "by": optional(text), "changed": time,
    ])

    private static let dispatch = object([
        "command": text, "action": words(["suspend", "resume", "move"]), "group": optional(text), "by": text,
        "commanded": time, "outcome": words(["waiting", "acknowledged", "failed"]), "reason": optional(text),
        "answered": optional(time),
    ])

    // MARK: Explanations

    private static let explanation = object([
        "shop": text, "figure": words(FigureName.allCases.map(\.rawValue)), "asOf": time, "watermark": optional(time),
        "sequence": integer, "span": optional(reference("Stretch")),
        "arithmetic": words(["count", "sum", "mean", "mean-of-means", "ratio"]), "value": optional(integer),
        "undefined": optional(words(Explanation.Undefined.allCases.map(\.rawValue))), "definedFrom": optional(date),
        "count": integer, "sum": integer, "oldest": optional(time),
        "means": list(
            object(["agent": text, "milliseconds": optional(integer), "sum": integer, "count": integer])),
        "terms": list(term), "others": list(term),
        "leftOut": list(
            object([
                "subject": text, "reason": reason, "events": list(text), "order": optional(text),
                "orderTime": optional(time),
            ])),
        "leftOutCount": integer,
        "events": list(
            object([
                "id": text, "time": time, "type": optional(text), "buyer": optional(text), "from": optional(text),
                "isAutomatic": flag,
                "agent": optional(text), "group": optional(text), "isToAssistant": flag, "giver": optional(text),
            ])),
    ])

    private static let reason = words(Explanation.LeftOut.Reason.allCases.map(\.rawValue))

    private static let term = object([
        "subject": text, "agent": optional(text), "conversation": optional(text), "value": integer,
        "since": optional(time), "reason": optional(reason), "events": list(text), "isComplete": flag,
    ])
}
