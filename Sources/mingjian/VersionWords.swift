import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

/// What commands say of versions.
enum VersionWords {
    static func phrase(_ version: RuleVersion) -> Phrase {
        Phrase("version \(version.number)", "第 \(version.number) 版")
    }

    /// An instant as clocks of `zone` show it; UTC where the zone is not known here.
    static func time(_ instant: Instant, zone: String) -> String {
        guard let zone = Surroundings.zone(zone) else { return instant.utcText }
        return instant.localText(offset: zone.offset(at: instant))
    }

    /// By which time policy a version judges.
    static func policy(_ version: RuleVersion) -> Phrase {
        guard let policy = version.policy else {
            return Phrase("that of the run (it keeps none)", "用运行时给出的（未随版本保存）")
        }
        var parts: [Phrase] = []
        if let file = policy.file {
            let digest = file.digest.prefix(12)
            parts.append(Phrase("\(RuleVersion.policyName) (\(digest))", "\(RuleVersion.policyName)（\(digest)）"))
        }
        if let closeAfter = policy.closeAfter {
            let minutes = closeAfter / 60_000
            parts.append(Phrase("closes after \(minutes) minutes", "静默 \(minutes) 分钟结束"))
        }
        if parts.isEmpty { return Phrase("the default", "默认") }
        return Phrase(
            parts.map(\.english).joined(separator: ", "), parts.map(\.chinese).joined(separator: "，"))
    }

    /// What `version` is at `now`.
    static func status(_ version: RuleVersion, in index: RuleVersionIndex, at now: Instant) -> (
        code: String, word: Phrase
    ) {
        if let current = index.inForce(at: now), current.version == version {
            return current.isRetroactive
                ? ("retroactive", Phrase("in force (retroactive)", "生效中（追溯）")) : ("inForce", Phrase("in force", "生效中"))
        }
        if index.isReplaced(version) { return ("replaced", Phrase("never in force", "未生效即被替换")) }
        return version.effectiveFrom > now && index.comesIntoForce(version)
            ? ("waiting", Phrase("waiting", "待生效")) : ("past", Phrase("past", "已失效"))
    }

    /// The members of a version in the JSON of commands.
    static func json(_ version: RuleVersion) -> [JSONText.Member] {
        let object = JSONText.object([
            "number": .number(Int64(version.number)), "folder": .string(version.folderName),
            "digest": .string(version.digest), "rulesDigest": .string(version.rulesDigest),
            "rules": .number(Int64(version.ruleCount)), "author": .string(version.author),
            "note": .string(version.note), "publishedAt": .string(version.publishedAt.utcText),
            "effectiveFrom": .string(version.effectiveFrom.utcText), "zone": .string(version.zone),
            "emergency": version.emergencyReason.map { .string($0) } ?? .null,
            "policy": version.policy.map { policy in
                .object([
                    "sha256": policy.file.map { .string($0.digest) } ?? .null,
                    "closeAfter": policy.closeAfter.map { .number($0) } ?? .null,
                ])
            } ?? .null,
        ])
        if case .object(let members) = object { return members }
        return []
    }

    /// Rows with columns of one width, two spaces between them.
    static func table(_ rows: [[String]]) -> String {
        let widths = rows.reduce(into: [Int]()) { widths, row in
            for (column, text) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], CharacterClass.displayWidth(of: text))
            }
        }
        return rows.map { row in
            var line = ""
            for (column, text) in row.enumerated() {
                line += text
                if column < row.count - 1 {
                    let padding = widths[column] - CharacterClass.displayWidth(of: text) + 2
                    line += String(repeating: " ", count: padding)
                }
            }
            return line + "\n"
        }.joined()
    }
}
