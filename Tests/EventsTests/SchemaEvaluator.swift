import Foundation

/// Says whether a value is what a JSON Schema (2020-12) describes: the keywords that the schema of events uses, any other is
/// an error.
final class SchemaEvaluator {
    enum Failure: Error {
        case unknown(keyword: String)
        case malformed(keyword: String)
    }

    private let root: JSONForm
    private var patterns: [String: NSRegularExpression] = [:]

    init(_ root: JSONForm) { self.root = root }

    func accepts(_ value: JSONForm) throws -> Bool { try accepts(value, root) }

    private func accepts(_ value: JSONForm, _ schema: JSONForm) throws -> Bool {
        if case .flag(let isAllowed) = schema { return isAllowed }
        guard case .object(let keywords) = schema else { throw Failure.malformed(keyword: "schema") }
        for keyword in keywords where try !isMet(keyword, value, schema) { return false }
        return true
    }

    private func isMet(_ keyword: JSONForm.Member, _ value: JSONForm, _ schema: JSONForm) throws -> Bool {
        switch (keyword.name, keyword.value) {
        case ("$schema", _), ("$id", _), ("$comment", _), ("$defs", _), ("title", _), ("description", _),
            ("default", _):
            return true
        case ("$ref", .text(let name)):
            guard name.hasPrefix("#/$defs/"), let definition = root["$defs"]?[String(name.dropFirst(8))] else {
                throw Failure.malformed(keyword: name)
            }
            return try accepts(value, definition)
        case ("type", .text(let type)): return isOf(value, type)
        case ("type", .list(let types)):
            return types.contains { if case .text(let type) = $0 { isOf(value, type) } else { false } }
        case ("const", let constant): return JSONForm.isSame(value, constant)
        case ("enum", .list(let constants)): return constants.contains { JSONForm.isSame(value, $0) }
        case ("oneOf", .list(let schemas)): return try schemas.count { try accepts(value, $0) } == 1
        case ("anyOf", .list(let schemas)): return try schemas.contains { try accepts(value, $0) }
        case ("allOf", .list(let schemas)): return try schemas.allSatisfy { try accepts(value, $0) }
        case ("not", let inner): return try !accepts(value, inner)
        case ("if", let condition):
            guard let branch = schema[try accepts(value, condition) ? "then" : "else"] else { return true }
            return try accepts(value, branch)
        case ("then", _), ("else", _): return true
        case ("required", .list(let names)):
            return names.allSatisfy { if case .text(let name) = $0 { hasMember(value, name) } else { false } }
        case ("properties", .object): return try membersAreMet(value, schema)
        // With the former, which stands beside them.
        case ("patternProperties", _), ("additionalProperties", _): return true
        case ("items", let inner):
            guard case .list(let items) = value else { return true }
            return try items.allSatisfy { try accepts($0, inner) }
        default: return try isWithin(keyword, value)
        }
    }

    private func isWithin(_ keyword: JSONForm.Member, _ value: JSONForm) throws -> Bool {
        switch (keyword.name, keyword.value) {
        case ("maxItems", .number(let limit)):
            guard case .list(let items) = value else { return true }
            return items.count <= Int(limit) ?? 0
        case ("minLength", .number(let limit)):
            guard case .text(let text) = value else { return true }
            return text.unicodeScalars.count >= Int(limit) ?? 0
        case ("maxLength", .number(let limit)):
            guard case .text(let text) = value else { return true }
            return text.unicodeScalars.count <= Int(limit) ?? 0
        case ("pattern", .text(let pattern)):
            guard case .text(let text) = value else { return true }
            return try matches(text, pattern)
        case ("minimum", .number(let limit)):
            guard case .number(let number) = value else { return true }
            return (Double(number) ?? .nan) >= Double(limit) ?? 0
        case ("maximum", .number(let limit)):
            guard case .number(let number) = value else { return true }
            return (Double(number) ?? .nan) <= Double(limit) ?? 0
        default: throw Failure.unknown(keyword: keyword.name)
        }
    }

    private func isOf(_ value: JSONForm, _ type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.flag, "boolean"), (.text, "string"), (.list, "array"), (.object, "object"): true
        case (.number(let number), "integer"): Double(number).map { $0 == $0.rounded() } ?? false
        case (.number, "number"): true
        default: false
        }
    }

    private func hasMember(_ value: JSONForm, _ name: String) -> Bool {
        guard case .object(let members) = value else { return true }
        return members.contains { $0.name.unicodeScalars.elementsEqual(name.unicodeScalars) }
    }

    private func membersAreMet(_ value: JSONForm, _ schema: JSONForm) throws -> Bool {
        guard case .object(let members) = value else { return true }
        guard case .object(let properties)? = schema["properties"] else { return true }
        for member in members {
            var isKnown = false
            for property in properties
            where property.name.unicodeScalars.elementsEqual(member.name.unicodeScalars) {
                isKnown = true
                guard try accepts(member.value, property.value) else { return false }
            }
            if case .object(let patterns)? = schema["patternProperties"] {
                for pattern in patterns where try matches(member.name, pattern.name) {
                    isKnown = true
                    guard try accepts(member.value, pattern.value) else { return false }
                }
            }
            if !isKnown, let additional = schema["additionalProperties"] {
                guard try accepts(member.value, additional) else { return false }
            }
        }
        return true
    }

    /// As ECMA-262 has it: `$` is the end of the text and no line end before it.
    private func matches(_ text: String, _ pattern: String) throws -> Bool {
        let written = pattern.hasSuffix("$") ? pattern.dropLast() + "\\z" : pattern
        let expression = try patterns[pattern] ?? NSRegularExpression(pattern: written)
        patterns[pattern] = expression
        return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }
}
