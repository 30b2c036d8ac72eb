import ConversationModel
import Diagnostics

/// The form of `version.json`.
extension RuleVersion {
    /// The file in which a version says what it is.
    public static let recordName = "version.json"
    /// The file of the time policy, beside the record.
    public static let policyName = "policy.json"
    /// No record is longer.
    public static let recordBytes = 4 << 20

    /// The bytes of `version.json`: pretty JSON in a fixed order, the seal last.
    public var record: [UInt8] {
        guard case .object(let members) = content else { return [] }
        return Array((JSONText.object(members + [.init("seal", .string(seal))]).pretty() + "\n").utf8)
    }

    /// SHA-256 of everything that the record says.
    public var seal: String { RuleVersion.digest(of: Array(content.compact.utf8)) }

    private var content: JSONText {
        .object([
            "v": .number(1), "number": .number(Int64(number)), "digest": .string(digest),
            "rulesDigest": .string(rulesDigest), "rules": .number(Int64(ruleCount)),
            "author": .string(author), "note": .string(note),
            "publishedAt": .string(publishedAt.utcText), "effectiveFrom": .string(effectiveFrom.utcText),
            "zone": .string(zone), "emergency": emergencyReason.map { .object(["reason": .string($0)]) },
            "previous": previous.map {
                .object(["number": .number(Int64($0.number)), "seal": .string($0.seal)])
            } ?? .null,
            "policy": policy.map { policy in
                .object([
                    "bytes": policy.file.map { .number(Int64($0.bytes)) },
                    "sha256": policy.file.map { .string($0.digest) },
                    "closeAfter": policy.closeAfter.map { .number($0) },
                ])
            },
            "files": .array(
                files.map {
                    .object(["name": .string($0.name), "bytes": .number(Int64($0.bytes)), "sha256": .string($0.digest)])
                }),
        ])
    }

    /// Reads a record; whatever is not exactly as `record` writes it is damaged.
    public init(record bytes: [UInt8]) throws(VersionFault) {
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONReader.read(bytes)
        } catch {
            throw RuleVersion.damaged(error.message)
        }
        let fields = RecordFields(value)
        guard fields.number("v") == 1 else {
            throw RuleVersion.damaged(Phrase("a form that this program does not know", "此程序不认识的格式"))
        }
        guard let number = fields.number("number"), let digest = fields.text("digest"),
            let rulesDigest = fields.text("rulesDigest"), let ruleCount = fields.number("rules"),
            let author = fields.text("author"), let note = fields.text("note"),
            let published = fields.text("publishedAt").flatMap({ Instant(utcText: $0) }),
            let effective = fields.text("effectiveFrom").flatMap({ Instant(utcText: $0) }),
            let zone = fields.text("zone")
        else {
            throw RuleVersion.damaged(Phrase("a field is missing or wrong", "字段缺失或有误"))
        }
        let before = fields.object("previous")
        self.init(
            number: number, digest: digest, rulesDigest: rulesDigest, ruleCount: ruleCount, author: author,
            note: note, publishedAt: published, effectiveFrom: effective, zone: zone,
            emergencyReason: fields.object("emergency")?.text("reason"),
            previous: before.flatMap { previous in
                previous.number("number").flatMap { number in
                    previous.text("seal").map { Previous(number: number, seal: $0) }
                }
            },
            policy: fields.object("policy").map { policy in
                let file = policy.text("sha256").map {
                    File(name: RuleVersion.policyName, bytes: policy.number("bytes") ?? -1, digest: $0)
                }
                return Policy(file: file, closeAfter: policy.number("closeAfter").map { Int64($0) })
            },
            files: fields.objects("files").map {
                File(name: $0.text("name") ?? "", bytes: $0.number("bytes") ?? -1, digest: $0.text("sha256") ?? "")
            })
        guard record == bytes else {
            throw RuleVersion.damaged(Phrase("it is not as it was published", "内容与发布时不一致"))
        }
        if let file = files.first(where: { RuleFileName.fault(of: $0.name) != nil }) {
            throw RuleVersion.damaged(
                Phrase("'\(visible(file.name))' is no name of a rule file", "“\(visible(file.name))” 不是规则文件名"))
        }
    }

    private static func damaged(_ reason: Phrase) -> VersionFault {
        VersionFault(file: recordName, reason)
    }
}

/// The members of an object by their keys; of a repeated one the last.
private struct RecordFields {
    private var members: [String: JSONValue.Content] = [:]

    init(_ value: JSONValue) {
        if case .object(let list) = value.content {
            for member in list { members[member.key] = member.value.content }
        }
    }

    func number(_ key: String) -> Int? {
        guard case .number(let text)? = members[key] else { return nil }
        return Int(text)
    }

    func text(_ key: String) -> String? {
        guard case .string(let text)? = members[key] else { return nil }
        return text
    }

    func object(_ key: String) -> RecordFields? {
        guard case .object(let list)? = members[key] else { return nil }
        return RecordFields(JSONValue(.object(list), range: SourceRange(0, 0)))
    }

    func objects(_ key: String) -> [RecordFields] {
        guard case .array(let elements)? = members[key] else { return [] }
        return elements.map(RecordFields.init)
    }
}
