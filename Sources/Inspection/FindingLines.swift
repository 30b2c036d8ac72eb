import ConversationModel
import Evaluation

/// Writes findings as NDJSON, one line each, without values in between.
struct FindingLines {
    private let prefixes: [[UInt8]]
    private let rules: CompiledRules

    init(_ rules: CompiledRules) {
        self.rules = rules
        prefixes = rules.summaries.map { rule in
            var json = JSONBytes()
            json.raw(",\"rule\":")
            json.string(rule.id.value)
            json.raw(",\"name\":")
            json.string(rule.name)
            json.raw(",\"polarity\":")
            json.string(rule.polarity.rawValue)
            json.raw(",\"severity\":")
            json.string(rule.severity.rawValue)
            return json.bytes
        }
    }

    /// Appends the line of one finding of the evaluator's last judgement.
    func append(
        _ index: Int, of row: ConversationRow, group: ArraySlice<UInt8>, day: CalendarDay?,
        defaultShop: String, in evaluator: Evaluator, to json: inout JSONBytes
    ) {
        let judgement = evaluator.judgement
        let record = judgement.findings[index]
        let unit = judgement.units[Int(record.unit)]
        json.raw("{\"v\":1,\"id\":\"")
        json.bytes.append(contentsOf: evaluator.findingID(index, conversation: row, defaultShop: defaultShop))
        json.raw("\"")
        json.bytes.append(contentsOf: prefixes[Int(record.rule)])
        if record.outcome == .hit { json.raw(",\"outcome\":\"hit\"") } else { json.raw(",\"outcome\":\"missed\"") }
        switch record.owner {
        case OwnerNumber.assistant: json.raw(",\"owner\":\"assistant\"")
        case OwnerNumber.shop: json.raw(",\"owner\":\"shop\"")
        case OwnerNumber.unassigned, OwnerNumber.none: json.raw(",\"owner\":\"unassigned\"")
        default:
            json.raw(",\"owner\":\"agent\",\"agent\":")
            json.string(evaluator.names.nameBytes(record.owner))
        }
        if row.shop.baseAddress != nil {
            json.raw(",\"shop\":")
            json.string(row.shop)
        }
        json.raw(",\"group\":")
        json.string(group)
        if let day {
            json.raw(",\"day\":\"")
            json.day(day)
            json.raw("\"")
        }
        json.raw(",\"conversation\":")
        conversation(unit, row, to: &json)
        json.raw(",\"message\":")
        if record.anchor >= 0 {
            json.integer(evaluator.table.positions[Int(record.anchor)])
        } else {
            json.raw("null")
        }
        if record.gap >= 0 {
            json.raw(",\"gap\":")
            json.integer(record.gap)
        }
        if record.isPartial { json.raw(",\"partial\":true") }
        json.raw(",\"evidence\":[")
        evidence(record, in: evaluator, to: &json)
        json.raw("]}\n")
    }

    func conversation(_ unit: Judgement.Unit, _ row: ConversationRow, to json: inout JSONBytes) {
        json.string(row.id)
        if unit.part > 0 {
            // Inside the quotes.
            json.bytes.removeLast()
            json.raw("#")
            json.integer(unit.part + 1)
            json.raw("\"")
        }
    }

    /// The evidence as elements of an array: one for each span, or one for a whole message.
    func evidence(_ record: Judgement.FindingRecord, in evaluator: Evaluator, to json: inout JSONBytes) {
        let judgement = evaluator.judgement
        var isFirst = true
        for index in record.evidence {
            let entry = judgement.evidence[Int(index)]
            let position = evaluator.table.positions[Int(entry.message)]
            let text = evaluator.table.texts[Int(entry.message)]
            var scalars = ScalarCursor()
            func open() {
                if !isFirst { json.raw(",") }
                isFirst = false
                json.raw("{\"message\":")
                json.integer(position)
                json.raw(",\"label\":\"")
                json.bytes.append(contentsOf: entry.label.name.utf8)
                json.raw("\"")
            }
            if entry.spans.isEmpty {
                open()
                json.raw("}")
            }
            for spanIndex in entry.spans {
                let span = judgement.spans[Int(spanIndex)]
                open()
                json.raw(",\"start\":")
                json.integer(span.start)
                json.raw(",\"end\":")
                json.integer(span.end)
                json.raw(",\"scalarStart\":")
                json.integer(scalars.count(to: span.start, in: text))
                json.raw(",\"scalarEnd\":")
                json.integer(scalars.count(to: span.end, in: text))
                json.raw("}")
            }
        }
    }
}

/// Counts Unicode scalars up to ascending byte offsets.
private struct ScalarCursor {
    private var offset = 0
    private var scalars = 0

    mutating func count(to target: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        if target < offset {
            offset = 0
            scalars = 0
        }
        while offset < target, offset < text.count {
            if text[offset] & 0xC0 != 0x80 { scalars += 1 }
            offset += 1
        }
        return scalars
    }
}
