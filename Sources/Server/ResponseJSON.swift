import Diagnostics

/// A value of JSON that is put together to be written; members keep their order.
public enum ResponseJSON: Hashable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    case text(String)
    case list([ResponseJSON])
    case object([Member])

    /// A member of an object.
    public struct Member: Hashable, Sendable {
        var name: String
        var value: ResponseJSON
    }

    /// An object of `members`, in their order.
    static func members(_ members: KeyValuePairs<String, ResponseJSON>) -> ResponseJSON {
        .object(members.map { Member(name: $0.key, value: $0.value) })
    }

    static func integer(_ value: Int64?) -> ResponseJSON { value.map { .integer($0) } ?? .null }
    static func text(_ value: String?) -> ResponseJSON { value.map { .text($0) } ?? .null }

    /// The same with `null` for every number.
    var undefined: ResponseJSON {
        switch self {
        case .integer: .null
        case .list(let values): .list(values.map(\.undefined))
        case .object(let members): .object(members.map { Member(name: $0.name, value: $0.value.undefined) })
        case .null, .flag, .text: self
        }
    }

    static func flag(_ value: Bool?) -> ResponseJSON { value.map { .flag($0) } ?? .null }

    /// The value in one line, as UTF-8.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        append(to: &out)
        return out
    }

    private func append(to out: inout [UInt8]) {
        switch self {
        case .null: out += "null".utf8
        case .flag(let value): out += (value ? "true" : "false").utf8
        case .integer(let value): out += String(value).utf8
        case .text(let value): JSONString.append(value.utf8, to: &out)
        case .list(let values):
            out.append(UInt8(ascii: "["))
            for (number, value) in values.enumerated() {
                if number > 0 { out.append(UInt8(ascii: ",")) }
                value.append(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (number, member) in members.enumerated() {
                if number > 0 { out.append(UInt8(ascii: ",")) }
                JSONString.append(member.name.utf8, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.append(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}
