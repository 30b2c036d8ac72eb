import Diagnostics

/// Writes rule files the way all of them are written: keys in one order, two spaces a level, what fits
/// on a line on one line, words of a list side by side.
///
/// Nothing is lost: strings and numbers stay as they were written, unknown keys come last, and what
/// its author names (parameters, conditions, word lists, the fields of an example's message) keeps its
/// order. To lay out what was laid out changes nothing.
public struct RuleLayout: Sendable {
    /// Columns of a terminal that a line should not exceed.
    public static let width = 100

    /// Terminal columns of a text without tabs and line ends.
    private let displayWidth: @Sendable (String) -> Int

    public init(displayWidth: @escaping @Sendable (String) -> Int) {
        self.displayWidth = displayWidth
    }

    /// The file in its layout; of an `.ndjson` file each rule on its line, without blank lines.
    ///
    /// Throws the first fault where the file is not JSON. What the rules say does not matter.
    public func formatted(_ source: SourceFile) throws(JSONFault) -> [UInt8] {
        let path = source.path.lowercased()
        if path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl") { return try formattedLines(source.bytes) }
        let value = try JSONReader.read(source.bytes)
        var page = LaidOutPage(bytes: source.bytes, displayWidth: displayWidth)
        page.write(page.ordered(value, .file))
        return page.output
    }

    private func formattedLines(_ bytes: [UInt8]) throws(JSONFault) -> [UInt8] {
        if let fault = JSONReader.firstFault(inUTF8: bytes) { throw fault }
        let page = LaidOutPage(bytes: bytes, displayWidth: displayWidth)
        var result: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            defer { start = end + 1 }
            if bytes[start..<end].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            var reader = JSONReader(bytes, range: start..<end)
            result += page.compact(page.ordered(try reader.document(), .file)) + [0x0A]
        }
        return result
    }
}

/// In which order the keys of an object come.
private enum KeyOrder {
    /// A rule, a block of names, or a list of them.
    case file
    case rule, shared, parameter, condition
    /// Conditions by their names.
    case conditions
    case parameters
    case examples
    /// As it is written, whatever is inside.
    case kept

    private static let ranks: [KeyOrder: [String: Int]] = {
        func ranks(_ keys: [String]) -> [String: Int] {
            Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
        }
        return [
            .rule: ranks([
                "$schema", "id", "name", "polarity", "category", "severity", "score", "family", "version", "summary",
                "unit", "fold", "parameters", "appliesTo", "when", "steps", "examples", "withoutVariants",
            ]),
            .shared: ranks(["$schema", "summary", "conditions", "wordLists"]),
            .parameter: ranks(["type", "title", "default", "min", "max"]),
            .examples: ranks(["hit", "clean", "notApplicable"]),
            .condition: ranks([
                "from", "auto", "kind", "position", "use", "of", "distinct", "message", "silence", "count", "sequence",
                "gap", "measure", "fact", "scope", "after", "before", "around", "which", "trigger", "expect", "when",
                "extend", "times", "within", "find", "excuse", "atClose", "report", "onTransfer", "keywords", "match",
                "boundary", "homophones", "fold", "allow", "regex", "except", "equals", "similar", "to", "floor",
                "entity",
                "kinds", "allowedDomains", "probable", "length", "all", "any", "not", "subject", "unless", "repeats",
                "atLeast", "atMost", "share", "every", "nth", "first", "last", "min", "max", "earliest", "time",
                "messages",
                "clock", "only",
            ]),
        ]
    }()

    func sorted(_ members: [JSONMember]) -> [JSONMember] {
        guard let ranks = KeyOrder.ranks[self] else { return members }
        return members.enumerated().sorted { a, b in
            let (first, second) = (ranks[a.element.key] ?? .max, ranks[b.element.key] ?? .max)
            return first == second ? a.offset < b.offset : first < second
        }.map(\.element)
    }

    /// The order of what stands under `key`.
    func inner(_ key: String) -> KeyOrder {
        switch (self, key) {
        case (.rule, "parameters"): .parameters
        case (.rule, "appliesTo"), (.rule, "when"): .condition
        case (.rule, "examples"): .examples
        case (.shared, "conditions"): .conditions
        case (.parameters, _): .parameter
        case (.conditions, _): .condition
        case (.condition, "repeats"): .kept
        case (.condition, _): .condition
        default: .kept
        }
    }
}

/// A file that is being written.
private struct LaidOutPage {
    let bytes: [UInt8]
    let displayWidth: @Sendable (String) -> Int
    var output: [UInt8] = []

    // MARK: Order

    /// `value` with its keys in order.
    func ordered(_ value: JSONValue, _ order: KeyOrder) -> JSONValue {
        switch value.content {
        case .array(let elements):
            return JSONValue(.array(elements.map { ordered($0, order) }), range: value.range)
        case .object(let members):
            let order: KeyOrder = order == .file ? (RuleDecoder.isShared(value) ? .shared : .rule) : order
            let sorted = order.sorted(members).map { member in
                JSONMember(
                    key: member.key, keyRange: member.keyRange, value: ordered(member.value, order.inner(member.key)))
            }
            return JSONValue(.object(sorted), range: value.range)
        default: return value
        }
    }

    // MARK: Lines

    private func raw(_ range: SourceRange) -> [UInt8] { Array(bytes[range.start..<range.end]) }

    /// On one line, without spaces.
    func compact(_ value: JSONValue) -> [UInt8] { line(value, separator: ",", colon: ":", padding: "") }

    private func line(_ value: JSONValue, separator: String, colon: String, padding: String) -> [UInt8] {
        func joined(_ parts: [[UInt8]]) -> [UInt8] { Array(parts.joined(separator: Array(separator.utf8))) }
        switch value.content {
        case .array(let elements):
            return Array("[".utf8)
                + joined(elements.map { line($0, separator: separator, colon: colon, padding: padding) })
                + Array("]".utf8)
        case .object(let members):
            if members.isEmpty { return Array("{}".utf8) }
            let parts = members.map {
                raw($0.keyRange) + Array(colon.utf8)
                    + line($0.value, separator: separator, colon: colon, padding: padding)
            }
            return Array("{\(padding)".utf8) + joined(parts) + Array("\(padding)}".utf8)
        default: return raw(value.range)
        }
    }

    /// On one line, for people; nil where that is too long for any line.
    private func inline(_ value: JSONValue) -> [UInt8]? {
        if isScalar(value) { return raw(value.range) }
        // Nested lists are tried at every level: without this, depth would cost as much as length.
        guard value.range.end - value.range.start <= 16 * RuleLayout.width else { return nil }
        return line(value, separator: ", ", colon: ": ", padding: " ")
    }

    private func width(_ bytes: [UInt8]) -> Int { displayWidth(String(decoding: bytes, as: UTF8.self)) }

    /// What a value is to the page, which decides where lines end.
    private enum Role {
        /// A rule, a block of names, a list of them.
        case page
        /// A part of a rule that stands on lines of its own, however short.
        case section
        /// The lists of examples, an example a line.
        case examples, exampleList
        case plain

        /// The role of what stands under `key`.
        func inner(_ key: String) -> Role {
            switch self {
            case .page:
                key == "examples"
                    ? .examples
                    : ["parameters", "appliesTo", "when", "conditions", "wordLists"].contains(key) ? .section : .plain
            case .examples: .exampleList
            default: .plain
            }
        }
    }

    /// Writes a whole file.
    mutating func write(_ value: JSONValue) {
        write(value, lead: [], indent: 0, isLast: true, .page)
        output.append(0x0A)
    }

    /// Writes `lead`, the value, and a comma where it is not the last.
    private mutating func write(_ value: JSONValue, lead: [UInt8], indent: Int, isLast: Bool, _ role: Role) {
        let pad = [UInt8](repeating: 0x20, count: indent)
        let comma: [UInt8] = isLast ? [] : [0x2C]
        let isEmpty: Bool
        switch value.content {
        case .array(let elements): isEmpty = elements.isEmpty
        case .object(let members): isEmpty = members.isEmpty
        default: isEmpty = true
        }
        if isEmpty || role == .plain, let inline = inline(value),
            // A comma must always fit, so that a line does not change with its place in a list.
            isEmpty || width(pad + lead + inline) + 1 <= RuleLayout.width
        {
            output += pad + lead + inline + comma
            return
        }
        output += pad + lead
        switch value.content {
        case .array(let elements):
            output += Array("[\n".utf8)
            if role != .exampleList, elements.allSatisfy({ isScalar($0) }) {
                fill(elements, indent: indent + 2)
            } else {
                for (index, element) in elements.enumerated() {
                    write(
                        element, lead: [], indent: indent + 2, isLast: index == elements.count - 1,
                        role == .page ? .page : .plain)
                    output.append(0x0A)
                }
            }
            output += pad + [0x5D] + comma
        case .object(let members):
            output += Array("{\n".utf8)
            for (index, member) in members.enumerated() {
                write(
                    member.value, lead: raw(member.keyRange) + Array(": ".utf8), indent: indent + 2,
                    isLast: index == members.count - 1, role.inner(member.key))
                output.append(0x0A)
            }
            output += pad + [0x7D] + comma
        default: output += raw(value.range) + comma
        }
    }

    private func isScalar(_ value: JSONValue) -> Bool {
        switch value.content {
        case .array, .object: false
        default: true
        }
    }

    /// Scalars side by side, as many as fit on a line.
    private mutating func fill(_ elements: [JSONValue], indent: Int) {
        let pad = [UInt8](repeating: 0x20, count: indent)
        var used = 0
        for (index, element) in elements.enumerated() {
            let text = raw(element.range)
            let width = width(text) + 1
            if index == 0 {
                output += pad
                used = indent
            } else if used + 1 + width > RuleLayout.width {
                output += [0x0A] + pad
                used = indent
            } else {
                output.append(0x20)
                used += 1
            }
            output += text
            if index < elements.count - 1 { output.append(0x2C) }
            used += width
        }
        output.append(0x0A)
    }
}
