import ConversationModel
import Diagnostics

/// The members of one object whose keys are known.
struct Fields {
    /// The key under which the object stands, for messages.
    let name: String
    /// The object's opening bracket.
    let head: SourceRange
    let range: SourceRange
    private let known: [String]
    /// Those of the object that are known; few, so that looking through them costs less than a table.
    private var members: [JSONMember] = []
    /// Whether the object has keys that are not known: what is missing may be among them.
    var hasUnknown = false

    init(name: String, value: JSONValue, known: [String]) {
        self.name = name
        head = value.head
        range = value.range
        self.known = known
    }

    subscript(_ key: String) -> JSONMember? {
        members.firstIndex { $0.key == key }.map { members[$0] }
    }

    /// Keeps `member`; false where its key has been there before, nil where it is not known.
    mutating func add(_ member: JSONMember) -> Bool? {
        guard known.contains(member.key) else { return nil }
        guard !members.contains(where: { $0.key == member.key }) else { return false }
        members.append(member)
        return true
    }

    /// Keeps a member with an unknown key as the one that was probably meant, so that what is wrong
    /// inside it is found in the same run; where both are there, the one with the right key counts.
    mutating func adopt(_ member: JSONMember, as key: String) {
        _ = add(JSONMember(key: key, keyRange: member.keyRange, value: member.value))
    }

    /// The members among `keys`, in the order of `keys`.
    func present(_ keys: [String]) -> [JSONMember] {
        keys.compactMap { self[$0] }
    }
}

extension RuleDecoder {
    /// The members of the object `value`; unknown and repeated keys are diagnosed.
    ///
    /// - Parameters:
    ///   - later: keys of a coming version: they are unsupported, not unknown.
    ///   - elsewhere: keys that belong somewhere else, with where.
    mutating func fields(
        of value: JSONValue, _ name: String, known: [String], later: [String] = [],
        elsewhere: [(keys: [String], help: Phrase)] = []
    ) -> Fields? {
        guard case .object(let members) = value.content else {
            wrongType(value, name, .object, known: known)
            return nil
        }
        var fields = Fields(name: name, value: value, known: known)
        var misspelt: [(member: JSONMember, meant: String)] = []
        for member in members where !hasTooManyErrors {
            switch fields.add(member) {
            case true?: continue
            case false?:
                let key = quoted(member.key)
                diagnose(
                    .duplicateKey, member.keyRange,
                    Phrase("'\(key)' is given twice in '\(name)'", "\(Self.chinese(name)) 里重复写了 “\(key)”"),
                    help: Phrase("keep one of them", "只保留一个"))
            case nil:
                fields.hasUnknown = true
                if let near = unknown(
                    member, name, known: known, later: later, elsewhere: elsewhere)
                {
                    misspelt.append((member, near))
                }
            }
        }
        for (member, meant) in misspelt { fields.adopt(member, as: meant) }
        return fields
    }

    /// Diagnoses an unknown key; the known one that it was probably meant to be, unless it belongs
    /// elsewhere.
    private mutating func unknown(
        _ member: JSONMember, _ name: String, known: [String], later: [String],
        elsewhere: [(keys: [String], help: Phrase)]
    ) -> String? {
        let key = quoted(member.key)
        if later.contains(member.key) {
            diagnose(
                .unsupported, member.keyRange,
                Phrase(
                    "'\(key)' is not supported by this version", "当前版本还不支持 “\(key)”"),
                help: Phrase(
                    "see docs/diagnostics.md for what can be used in its place",
                    "可用的写法见 docs/diagnostics.md"))
            return nil
        }
        var help: Phrase?
        let near = didYouMean(member.key, among: known)
        let place = elsewhere.first { $0.keys.contains(member.key) }
        if let place {
            help = place.help
        } else if let near {
            help = Phrase("did you mean '\(near)'?", "是不是想写 “\(near)”？")
        } else {
            let words = known.filter { $0 != "$schema" }.joined(separator: ", ")
            help = Phrase("known here: \(words)", "这里可用：\(words)")
        }
        diagnose(
            .unknownField, member.keyRange,
            Phrase("unknown field '\(key)' in '\(name)'", "\(Self.chinese(name)) 里有未知字段 “\(key)”"),
            help: help)
        return place == nil ? near : nil
    }

    /// The member `key`, diagnosed where it is missing.
    mutating func require(
        _ fields: Fields, _ key: String, of owner: String? = nil
    ) -> JSONMember? {
        if let member = fields[key] { return member }
        let owner = owner ?? fields.name
        let help =
            key == "polarity"
            ? Phrase(
                "add \"polarity\": \"negative\" (hits are faults) or \"positive\" (hits are what is asked for)",
                "请加上 \"polarity\": \"negative\"（命中是不该有的）或 \"positive\"（命中是该做到的）")
            : Phrase("add \"\(key)\": …", "请加上 \"\(key)\": …")
        diagnose(
            .missingField, fields.head, Phrase("'\(owner)' needs '\(key)'", "\(owner) 缺少 “\(key)”"), help: help)
        return nil
    }

    /// Diagnoses members that say nothing without `needed`.
    mutating func requireCompanion(_ fields: Fields, of keys: [String], _ needed: String) {
        guard fields[needed] == nil else { return }
        for member in fields.present(keys) {
            diagnose(
                .missingField, member.keyRange,
                Phrase(
                    "'\(member.key)' says nothing without '\(needed)'",
                    "没有 “\(needed)”，“\(member.key)” 不起作用"),
                help: Phrase(
                    "add \"\(needed)\" beside it, or remove it",
                    "在旁边加上 \"\(needed)\"，或删掉它"))
        }
    }

    mutating func wrongType(
        _ value: JSONValue, _ name: String, _ expected: Phrase, help: Phrase? = nil
    ) {
        diagnose(
            .wrongType, value.head,
            Phrase(
                "'\(name)' is \(value.typeName.english); expected \(expected.english)",
                "“\(Self.chinese(name))” 是\(value.typeName.chinese)，应为\(expected.chinese)"),
            help: help)
    }

    /// What an object is called in Chinese; keys stay as they are written.
    private static func chinese(_ name: String) -> String {
        switch name {
        case "text condition": "文本条件"
        case "example message": "示例消息"
        case "word list": "词表"
        case "shared file": "共用文件"
        default: name
        }
    }
}
