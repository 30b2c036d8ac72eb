import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

/// The rules that judge what is explained: of the version in force when it begins, under the scheme of its group.
final class ExplainedRules {
    /// Rules that judge together, ready to explain.
    struct Judge {
        let evaluator: Evaluator
        let rules: [Rule]
        let version: RuleVersion?
        let scheme: Scheme?
    }

    private enum Origin {
        case files(RuleSources)
        case version(RuleVersion, VersionStore)
        case versions(RuleVersionIndex, VersionStore, now: Instant)
    }

    private struct Key: Hashable {
        let version: Int
        let scheme: String
    }

    let agents = AgentNames()
    private let origin: Origin
    private let policy: TimePolicy
    private let asOf: Instant?
    private var sources: [Int: RuleSources] = [:]
    private var judges: [Key: Judge] = [:]

    init(_ arguments: RulesArguments, policy: TimePolicy, asOf: Instant?) throws {
        self.policy = policy
        self.asOf = asOf
        guard let path = arguments.versions else {
            origin = .files(try RuleSources(paths: arguments.paths))
            return
        }
        let store = VersionStore(path: path)
        let index = try store.index()
        RulesArguments.warn(of: index, zone: policy.zone)
        if let number = arguments.asVersion {
            origin = .version(try store.version(number, in: index), store)
        } else {
            guard !index.versions.isEmpty else { throw RulesArguments.noVersions(in: store) }
            origin = .versions(index, store, now: try Surroundings.now())
        }
    }

    /// Whether two conversations may be judged by different rules.
    var differ: Bool {
        switch origin {
        case .files(let sources): !sources.schemes.isEmpty
        case .version, .versions: true
        }
    }

    /// Who judges what begins at an instant (nil: nobody knows when) and belongs to a group (nil: any).
    func judge(at instant: Instant?, group: String?) throws -> Judge {
        let version: RuleVersion? =
            switch origin {
            case .files: nil
            case .version(let version, _): version
            case .versions(let index, _, let now): index.inForce(at: instant ?? now)?.version
            }
        let sources = try sources(of: version)
        let table = sources.schemes
        let scheme = table.isEmpty ? nil : table.schemes[group.map { table.scheme(of: $0).place } ?? table.fallback]
        let key = Key(version: version?.number ?? 0, scheme: scheme?.id ?? "")
        if let known = judges[key] { return known }
        let evaluator = try Evaluator(
            sources.compiled(policy: policy(of: version), scheme: scheme), names: agents)
        if let asOf { evaluator.asOf = asOf.milliseconds }
        let judge = Judge(
            evaluator: evaluator, rules: scheme.map { sources.rules(of: $0) } ?? sources.rules, version: version,
            scheme: scheme)
        judges[key] = judge
        return judge
    }

    /// The ids of all rules of the versions that were asked, whatever the scheme.
    var knownRules: [String] { Array(Set(sources.values.flatMap { $0.rules.map(\.id.value) })).sorted() }

    private func sources(of version: RuleVersion?) throws -> RuleSources {
        let number = version?.number ?? 0
        if let known = sources[number] { return known }
        let read: RuleSources =
            switch (origin, version) {
            case (.files(let sources), _): sources
            case (.version(_, let store), let version?), (.versions(_, let store, _), let version?):
                RuleSources(files: try store.files(of: version))
            case (.version(_, let store), nil), (.versions(_, let store, _), nil):
                throw RulesArguments.noVersions(in: store)
            }
        sources[number] = read
        return read
    }

    private func policy(of version: RuleVersion?) throws -> TimePolicy {
        guard let version else { return policy }
        switch origin {
        case .files: return policy
        // Which then is that of the version, if it keeps one.
        case .version: return policy
        case .versions(_, let store, _): return try store.policy(of: version) ?? policy
        }
    }
}
