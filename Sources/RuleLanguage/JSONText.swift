import Diagnostics

/// A JSON value to be written, its keys in the order given.
public enum JSONText: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Int64)
    case string(String)
    case array([JSONText])
    case object([Member])

    /// One `"key": value`.
    public struct Member: Sendable, Hashable {
        public var key: String
        public var value: JSONText

        public init(_ key: String, _ value: JSONText) {
            self.key = key
            self.value = value
        }
    }

    /// An object of the members that have a value.
    public static func object(_ members: KeyValuePairs<String, JSONText?>) -> JSONText {
        .object(members.compactMap { key, value in value.map { Member(key, $0) } })
    }

    /// A list of strings.
    public static func strings(_ texts: [String]) -> JSONText { .array(texts.map { .string($0) }) }

    /// On one line, without spaces.
    public var compact: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): String(number)
        case .string(let text): JSONString.quoted(text)
        case .array(let elements): "[" + elements.map(\.compact).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(JSONString.quoted($0.key)):\($0.value.compact)" }.joined(separator: ",") + "}"
        }
    }

    /// For people: members and elements on lines of their own, lists of scalars on one.
    public func pretty(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .array(let elements) where elements.contains(where: \.isCompound):
            let lines = elements.map { inner + $0.pretty(indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\(JSONString.quoted($0.key)): \($0.value.pretty(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default:
            return compact
        }
    }

    private var isCompound: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
