import ConversationModel
import Evaluation

/// Writes findings as NDJSON, one line each, without values in between.
///
/// Numbers of agents and groups are those of one evaluator and one pinning: one for each worker.
final class FindingWriter {
    /// What stands in every line of a rule, and the names of labels, one after another.
    private var words = JSONBytes()
    /// Where the words of each rule begin.
    private var ruleStarts: [Int] = []
    /// Where the name of each label begins, and of each step behind them.
    private var labelStarts: [Int] = []
    /// Labels before the names of steps.
    private var labelCount = 0

    private var agentNames = QuotedNames()
    private var groupNames = QuotedNames()

    /// - Parameters:
    ///   - version: the version that the rules are; it stands in each line.
    ///   - scheme: the id of the scheme whose rules they are; it stands in each line.
    ///   - isDraft: each line says that the rules are a draft.
    init(_ rules: CompiledRules, version: Int? = nil, scheme: String? = nil, isDraft: Bool = false) {
        for rule in rules.summaries {
            ruleStarts.append(words.count)
            words.raw(",\"rule\":")
            words.string(rule.id.value)
            words.raw(",\"name\":")
            words.string(rule.name)
            words.raw(",\"polarity\":")
            words.string(rule.polarity.rawValue)
            words.raw(",\"severity\":")
            words.string(rule.severity.rawValue)
            if let version {
                words.raw(",\"version\":")
                words.integer(version)
            }
            if let scheme {
                words.raw(",\"scheme\":")
                words.string(scheme)
            }
            if isDraft { words.raw(",\"draft\":true") }
        }
        ruleStarts.append(words.count)
        var label: UInt8 = 0
        while let name = EvidenceLabel(rawValue: label)?.name {
            labelStarts.append(words.count)
            words.string(name)
            label += 1
        }
        labelCount = labelStarts.count
        for name in rules.stepNames {
            labelStarts.append(words.count)
            words.string(name)
        }
        labelStarts.append(words.count)
    }

    /// The place of a label, or of a step's name.
    private func label(_ entry: Judgement.EvidenceRecord) -> Int {
        entry.step < 0 ? Int(entry.label.rawValue) : labelCount + Int(entry.step)
    }

    @inline(__always)
    private func words(_ number: Int, _ starts: [Int]) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: words.written[starts[number]..<starts[number + 1]])
    }

    /// Appends the line of one finding of the evaluator's last judgement.
    func append(
        _ index: Int, of row: ConversationRow, group: Int32, in groups: GroupPinning, day: CalendarDay?,
        defaultShop: String, exemption: String? = nil, _ rows: JudgementRows, in evaluator: Evaluator,
        to json: inout JSONBytes
    ) {
        let record = rows.findings[index]
        let unit = rows.units[Int(record.unit)]
        json.raw("{\"v\":1,\"id\":\"")
        json.raw(evaluator.findingID(index, conversation: row, defaultShop: defaultShop))
        json.raw("\"")
        json.raw(words(Int(record.rule), ruleStarts))
        if record.outcome == .hit { json.raw(",\"outcome\":\"hit\"") } else { json.raw(",\"outcome\":\"missed\"") }
        switch record.owner {
        case OwnerNumber.assistant: json.raw(",\"owner\":\"assistant\"")
        case OwnerNumber.shop: json.raw(",\"owner\":\"shop\"")
        case OwnerNumber.unassigned, OwnerNumber.none: json.raw(",\"owner\":\"unassigned\"")
        default:
            json.raw(",\"owner\":\"agent\",\"agent\":")
            agent(record.owner, in: evaluator, to: &json)
        }
        if row.shop.baseAddress != nil {
            json.raw(",\"shop\":")
            json.string(row.shop)
        }
        json.raw(",\"group\":")
        groupNames.append(group, to: &json) { groups.nameBytes($0) }
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
        if let exemption {
            json.raw(",\"exempt\":")
            json.string(exemption)
        }
        divergence(record, in: evaluator, to: &json)
        json.raw(",\"evidence\":[")
        evidence(record, rows, evaluator.table, to: &json)
        json.raw("]}\n")
    }

    /// The step that a procedure missed, where it is one's miss: a member behind others.
    func divergence(_ record: Judgement.FindingRecord, in evaluator: Evaluator, to json: inout JSONBytes) {
        guard record.divergence >= 0 else { return }
        let found = evaluator.judgement.divergences[Int(record.divergence)]
        json.raw(",\"divergence\":{\"step\":")
        json.integer(found.step + 1)
        json.raw(",\"name\":")
        json.raw(words(labelCount + Int(found.name), labelStarts))
        switch found.kind {
        case .missing: json.raw(",\"kind\":\"missing\"")
        case .late: json.raw(",\"kind\":\"late\"")
        case .outOfOrder: json.raw(",\"kind\":\"out-of-order\"")
        }
        if found.message >= 0 {
            json.raw(",\"message\":")
            json.integer(evaluator.table.positions[Int(found.message)])
        }
        json.raw("}")
    }

    /// An agent's name with its quotes.
    func agent(_ number: Int32, in evaluator: Evaluator, to json: inout JSONBytes) {
        agentNames.append(number, to: &json) { evaluator.names.nameBytes($0) }
    }

    func conversation(_ unit: Judgement.Unit, _ row: ConversationRow, to json: inout JSONBytes) {
        json.raw("\"")
        json.escaped(row.id)
        if unit.part > 0 {
            json.raw("#")
            json.integer(unit.part + 1)
        }
        json.raw("\"")
    }

    /// The evidence as elements of an array: one for each span, or one for a whole message.
    func evidence(
        _ record: Judgement.FindingRecord, _ rows: JudgementRows, _ table: MessageTable, to json: inout JSONBytes
    ) {
        var isFirst = true
        for index in Int(record.evidence.lowerBound)..<Int(record.evidence.upperBound) {
            let entry = rows.evidence[index]
            let position = table.positions[Int(entry.message)]
            if entry.spans.isEmpty {
                open(position, label(entry), isFirst: isFirst, to: &json)
                isFirst = false
                json.raw("}")
                continue
            }
            var scalars = ScalarCursor(table.texts[Int(entry.message)])
            for spanIndex in Int(entry.spans.lowerBound)..<Int(entry.spans.upperBound) {
                let span = rows.spans[spanIndex]
                open(position, label(entry), isFirst: isFirst, to: &json)
                isFirst = false
                json.raw(",\"start\":")
                json.integer(span.start)
                json.raw(",\"end\":")
                json.integer(span.end)
                json.raw(",\"scalarStart\":")
                json.integer(scalars.count(to: span.start))
                json.raw(",\"scalarEnd\":")
                json.integer(scalars.count(to: span.end))
                json.raw("}")
            }
        }
    }

    private func open(_ position: Int32, _ label: Int, isFirst: Bool, to json: inout JSONBytes) {
        if !isFirst { json.raw(",") }
        json.raw("{\"message\":")
        json.integer(position)
        json.raw(",\"label\":")
        json.raw(words(label, labelStarts))
    }
}

/// Names as JSON strings by their numbers, which stay: each is quoted and escaped once.
private struct QuotedNames: ~Copyable {
    private var strings = JSONBytes()
    private var starts = [0]

    /// Appends the string of a name; `name` gives those that were not asked for before.
    @inline(__always)
    mutating func append(_ number: Int32, to json: inout JSONBytes, name: (Int32) -> ArraySlice<UInt8>) {
        while starts.count <= Int(number) + 1 {
            strings.string(name(Int32(starts.count - 1)))
            starts.append(strings.count)
        }
        json.raw(UnsafeBufferPointer(rebasing: strings.written[starts[Int(number)]..<starts[Int(number) + 1]]))
    }
}

/// Counts Unicode scalars up to ascending byte offsets.
private struct ScalarCursor {
    private let text: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var scalars = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    mutating func count(to target: Int) -> Int {
        if target < offset {
            offset = 0
            scalars = 0
        }
        let end = min(target, text.count)
        guard let start = text.baseAddress, offset < end else { return scalars }
        let bytes = UnsafeRawPointer(start)
        while end &- offset >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            // Bytes that go on with a scalar have their upper bit set and the next one not.
            let following = (word >> 7) & ~(word >> 6) & 0x0101_0101_0101_0101
            scalars &+= 8 &- following.nonzeroBitCount
            offset &+= 8
        }
        while offset < end {
            if start[offset] & 0xC0 != 0x80 { scalars &+= 1 }
            offset &+= 1
        }
        return scalars
    }
}
