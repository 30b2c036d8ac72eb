import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage

/// The time policies that versions were published with.
extension VersionStore {
    /// The policy that `version` judges by; nil where it was published before versions kept one. 66 where its
    /// file is not as it was published.
    func policy(of version: RuleVersion) throws -> TimePolicy? {
        guard let kept = version.policy else { return nil }
        guard let zone = Surroundings.zone(version.zone) else {
            throw damaged(
                folder(of: version) + "/" + RuleVersion.recordName,
                Phrase("time zone '\(visible(version.zone))' is not known here", "本机没有时区 “\(visible(version.zone))”"))
        }
        var policy = TimePolicy(zone: zone)
        if let source = try policyFile(of: version) {
            let (read, diagnostics) = loadPolicy(source, base: policy) { Surroundings.zone($0) }
            guard let read else {
                note(RuleSources.renderer().render(diagnostics, sources: [source]))
                throw CommandFailure(code: CommandFailure.badRules, phrase: nil)
            }
            policy = read
        }
        if let closeAfter = kept.closeAfter { policy.closeAfter = closeAfter }
        policy.zone = zone
        return policy
    }

    /// The file of the policy that `version` keeps, as it was published; nil where none was named.
    func policyFile(of version: RuleVersion) throws -> SourceFile? {
        guard let file = version.policy?.file else { return nil }
        let path = folder(of: version) + "/" + RuleVersion.policyName
        let bytes = try intact { () throws(RegularFile.Fault) in
            try RegularFile.read(path, limit: RuleLimits.fileBytes)
        }
        guard bytes.count == file.bytes, RuleVersion.digest(of: bytes) == file.digest else {
            throw damaged(path, Phrase("the file is not as it was published", "文件与发布时不一致"))
        }
        return SourceFile(path: path, bytes: bytes)
    }

    /// The policies of all versions by number, `fallback` for those that keep none.
    func policies(of index: RuleVersionIndex, fallback: TimePolicy) throws -> [TimePolicy] {
        try index.versions.map { try policy(of: $0) ?? fallback }
    }
}

extension RulesArguments {
    /// The time policy of a run: how archives are read, of which zone the days are, and what judges where no
    /// version says so.
    ///
    /// Of versions that keep their policy it is that of the one named, or of the first one, so that what is
    /// published later changes nothing of it. Options that would say otherwise are refused.
    static func policy(
        _ time: PolicyArguments, versions: String?, asVersion: Int? = nil, cuts: Bool
    ) throws -> TimePolicy {
        let given = try time.timePolicy()
        guard let versions else { return given }
        let store = VersionStore(path: versions)
        let index = try store.index()
        if let asVersion {
            let version = try store.version(asVersion, in: index)
            guard let kept = try store.policy(of: version) else { return given }
            try refuse(time)
            return try time.inZone(kept)
        }
        guard let first = index.versions.first else { return given }
        if index.versions.allSatisfy({ $0.policy != nil }) { try refuse(time) }
        let all = try store.policies(of: index, fallback: given)
        if cuts, Set(all.map { Set($0.waits.noAnswer) }).count > 1 {
            throw CommandFailure.misuse(
                "--cut does not go with versions whose 'noAnswer' phrases differ: which message keeps a conversation open is told while the log is read, before its version is known; cut the log with 'mingjian cut' before",
                "各版本的 noAnswer 短语不同，不能与 --cut 同用：读取日志时就要判断哪条消息需要回复，而那时还不知道会话属于哪个版本；请先用 mingjian cut 切分")
        }
        guard let kept = try store.policy(of: first) else { return given }
        return try time.inZone(kept)
    }

    /// The policy of the version in force where a conversation begins, which says when it ends; nil where all
    /// versions have one, or one is named.
    static func closings(
        versions: String?, asVersion: Int? = nil, policy: TimePolicy
    ) throws -> (@Sendable (Instant) -> TimePolicy)? {
        guard let versions, asVersion == nil else { return nil }
        let store = VersionStore(path: versions)
        let index = try store.index()
        let all = try store.policies(of: index, fallback: policy)
        guard let first = all.first, all.contains(where: { $0 != first }) else { return nil }
        return { instant in index.inForce(at: instant).map { all[$0.version.number - 1] } ?? first }
    }

    private static func refuse(_ time: PolicyArguments) throws {
        let given = time.policy != nil ? "--policy" : time.closeAfter != nil ? "--close-after" : nil
        guard let given else { return }
        throw CommandFailure.misuse(
            "\(given) does not go with versions that keep the time policy they were published with",
            "规则版本带有发布时的时间策略，不能再用 \(given)")
    }
}
