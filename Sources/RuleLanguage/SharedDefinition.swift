import Diagnostics

/// One name of a shared file with what it stands for, not yet decoded.
struct SharedDefinition {
    /// Under which key it stands.
    enum Kind: Hashable {
        case condition, list

        /// For messages.
        var title: Phrase {
            switch self {
            case .condition: Phrase("condition", "条件")
            case .list: Phrase("word list", "词表")
            }
        }
    }

    /// A name inside it, of the same kind.
    struct Reference {
        var name: String
        var range: SourceRange
    }

    var kind: Kind
    /// Which of the files of the run holds it.
    var file: Int
    var member: JSONMember
    var references: [Reference]

    var name: String { member.key }

    init(_ kind: Kind, _ member: JSONMember, file: Int) {
        self.kind = kind
        self.file = file
        self.member = member
        references = []
        switch kind {
        case .condition: collectConditions(in: member.value)
        case .list:
            guard case .object(let members) = member.value.content else {
                collectLists(in: member.value)
                return
            }
            for part in members where part.key == "words" || part.key == "allow" {
                collectLists(in: part.value)
            }
        }
    }

    private mutating func collectConditions(in value: JSONValue) {
        switch value.content {
        case .array(let elements):
            for element in elements { collectConditions(in: element) }
        case .object(let members):
            for member in members {
                if member.key == "use", case .string(let name) = member.value.content {
                    references.append(Reference(name: name, range: member.value.range))
                } else {
                    collectConditions(in: member.value)
                }
            }
        default: return
        }
    }

    private mutating func collectLists(in value: JSONValue) {
        guard case .array(let elements) = value.content else { return }
        for element in elements {
            if let (name, range) = listReference(element) {
                references.append(Reference(name: name, range: range))
            }
        }
    }
}

/// The word list that an element of a list of phrases names: `"@insults"`, `{"list": "insults"}`.
func listReference(_ value: JSONValue) -> (name: String, range: SourceRange)? {
    switch value.content {
    case .string(let text): return listName(text).map { ($0, value.range) }
    case .object(let members):
        guard let member = members.first(where: { $0.key == "list" }),
            case .string(let name) = member.value.content
        else { return nil }
        return (name, member.value.range)
    default: return nil
    }
}

/// `insults` of `@insults`; nil where `text` is a phrase.
///
/// What follows must look like a name: `@163.com` and `@所有人` are phrases. `@@insults` is the
/// phrase `@insults`.
func listName(_ text: String) -> String? {
    guard text.utf8.first == UInt8(ascii: "@"), text.utf8.count > 1 else { return nil }
    let name = text.utf8.dropFirst()
    guard name.allSatisfy({ isWordByte($0) || $0 == UInt8(ascii: "-") }) else { return nil }
    return String(Substring(name))
}

/// A phrase as it is written in a list of phrases: `@insults` as `@@insults`, or it would name a word list.
public func writtenPhrase(_ text: String) -> String {
    listName("@" + text.drop { $0 == "@" }) == nil || !text.hasPrefix("@") ? text : "@" + text
}

/// `text` without the `@` that keeps it from naming a list.
func unescapedPhrase(_ text: String) -> String {
    guard text.hasPrefix("@@") else { return text }
    let plain = text.drop { $0 == "@" }
    return listName("@" + plain) == nil ? text : String(text.dropFirst())
}

/// The definitions of one kind in an order in which each comes after those that it names.
struct DefinitionOrder {
    /// Indices into the definitions.
    private(set) var order: [Int] = []
    /// Each a chain of names that comes back to its first; indices into the definitions.
    private(set) var cycles: [[Int]] = []
    /// Part of a cycle, or naming something that is: they have no value.
    private(set) var unresolved: [Int] = []

    /// O(definitions + references), without recursion: chains of names may be long.
    init(_ definitions: [SharedDefinition]) {
        var index: [String: Int] = [:]
        for (number, definition) in definitions.enumerated() { index[definition.name] = number }
        var needed = Array(repeating: 0, count: definitions.count)
        var dependents = Array(repeating: [Int](), count: definitions.count)
        for (number, definition) in definitions.enumerated() {
            for reference in definition.references {
                guard let other = index[reference.name] else { continue }
                needed[number] += 1
                dependents[other].append(number)
            }
        }
        order = definitions.indices.filter { needed[$0] == 0 }
        var next = 0
        while next < order.count {
            for dependent in dependents[order[next]] {
                needed[dependent] -= 1
                if needed[dependent] == 0 { order.append(dependent) }
            }
            next += 1
        }
        unresolved = definitions.indices.filter { needed[$0] > 0 }
        findCycles { number in
            definitions[number].references.lazy.compactMap { index[$0.name] }
                .first { needed[$0] > 0 }
        }
    }

    /// Follows from each unresolved definition the first unresolved one that it names.
    private mutating func findCycles(_ next: (Int) -> Int?) {
        var walks: [Int: Int] = [:]
        for (walk, start) in unresolved.enumerated() {
            var path: [Int] = []
            var here: Int? = start
            while let number = here, walks[number] == nil {
                walks[number] = walk
                path.append(number)
                here = next(number)
            }
            guard let number = here, walks[number] == walk, let first = path.firstIndex(of: number)
            else { continue }
            // Named from its first member on, whatever led to it.
            let cycle = Array(path[first...])
            let lead = cycle.firstIndex(of: cycle.min() ?? number) ?? 0
            cycles.append(Array(cycle[lead...] + cycle[..<lead]))
        }
    }
}
