import ArgumentParser
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import RuleLanguage

/// Which rules a run takes: files, the versions of a store by day, one of them, or a draft.
struct RulesArguments: ParsableArguments {
    @Option(help: "Rule files or directories (may be repeated; default: Rules, of serve none).")
    var rules: [String] = []

    @Option(help: "A store of versions: each conversation is judged by the version of its day.")
    var versions: String?

    @Option(help: "With --versions: this version judges everything; no run for scores.")
    var asVersion: Int?

    @Option(help: "Rules that are no version yet (may be repeated); the report says so: no run for scores.")
    var draft: [String] = []

    func validate() throws {
        let sources = [!rules.isEmpty, versions != nil, !draft.isEmpty].count { $0 }
        guard sources <= 1 else {
            throw ValidationError("give one of --rules, --versions and --draft / --rules、--versions、--draft 只能给出一个")
        }
        guard asVersion == nil || versions != nil else {
            throw ValidationError("--as-version goes with --versions / --as-version 须与 --versions 一起使用")
        }
    }

    /// The policy of a run as reports name it: versions bring their own, `name` stands where one has none.
    func policyName(_ name: String) -> String { RulesArguments.policyName(name, byVersion: versions != nil) }

    static func policyName(_ name: String, byVersion: Bool) -> String {
        byVersion ? "随规则版本（没有策略的版本：\(name)）" : name
    }

    /// The files of rules: a draft, those that were named, or `Rules`.
    var paths: [String] { draft.isEmpty ? rules.isEmpty ? ["Rules"] : rules : draft }

    /// What to throw where a store is empty.
    static func noVersions(in store: VersionStore) -> CommandFailure {
        CommandFailure(
            code: CommandFailure.badRules,
            phrase: Phrase("no versions of rules in '\(store.path)'", "“\(store.path)” 里没有规则版本"))
    }

    /// The rules of a run, and what makes two runs the same as far as they go.
    func loaded(policy: TimePolicy) throws -> (rules: RunRules, key: String) {
        guard let versions else {
            let sources = try RuleSources(paths: paths)
            PolicyArguments.tellOfHours(sources.rules, in: policy)
            let origin = draft.isEmpty ? Coverage.RulesOrigin.files : .draft
            if !sources.schemes.isEmpty {
                let table = sources.schemes
                let digests = try table.schemes.map { try sources.compiled(policy: policy, scheme: $0).digest }
                let rules = RunRules(schemes: table, origin: origin, policy: policy) {
                    try sources.ruleSet(policy: policy, scheme: $0)
                }
                return (
                    rules,
                    "\(origin) \(zip(table.schemes, digests).map { "\($0.0.id) \($0.0.groups) \($0.1)" }) \(key(of: sources.scoring))"
                )
            }
            let set = try sources.ruleSet(policy: policy)
            defer { letGoMeanwhile(sources) }
            return (RunRules(set, origin: origin), "\(origin) \(set.compiled.digest) \(key(of: sources.scoring))")
        }
        let store = VersionStore(path: versions)
        let index = try store.index()
        RulesArguments.warn(of: index, zone: policy.zone)
        if let asVersion {
            let version = try store.version(asVersion, in: index)
            let key = "version \(version.seal)"
            let sources = RuleSources(files: try store.files(of: version))
            if !sources.schemes.isEmpty {
                let rules = RunRules(
                    schemes: sources.schemes, origin: .namedVersion, version: version, policy: policy
                ) { try sources.ruleSet(policy: policy, scheme: $0) }
                return (rules, key)
            }
            let set = try sources.ruleSet(policy: policy)
            return (RunRules(set, origin: .namedVersion, version: version), key)
        }
        return try RulesArguments.versions(of: store, policy: policy)
    }

    /// The versions of a store, each for the days from which on it counts.
    static func versions(of store: VersionStore, policy: TimePolicy) throws -> (rules: RunRules, key: String) {
        let index = try store.index()
        let now = try Surroundings.now()
        guard let newest = index.versions.last, let today = index.inForce(at: now) else {
            throw noVersions(in: store)
        }
        let rules = RunRules(
            versions: index, at: now, policy: policy, policies: try store.policies(of: index, fallback: policy),
            schemes: { try RuleSources(files: store.files(of: $0)).schemes }
        ) { version, scheme in
            let kept = try store.policy(of: version) ?? policy
            return try RuleSources(files: store.files(of: version)).ruleSet(policy: kept, scheme: scheme)
        }
        // The newest seal holds all before it; conversations without times depend on the day.
        return (rules, "versions \(newest.seal) \(today.version.number)")
    }

    /// Equal for equal formulas of scores, in every run.
    private func key(of formula: ScoreFormula?) -> String {
        guard let formula else { return "" }
        func sorted<Key, Value>(_ values: [Key: Value]) -> [String] { values.map { "\($0.key)=\($0.value)" }.sorted() }
        return "\(formula.base) \(formula.bonusCap) \(sorted(formula.hit)) \(sorted(formula.missed)) "
            + "\(sorted(formula.familyCaps)) \(sorted(formula.repeats)) \(formula.veto.map(\.value).sorted())"
    }

    /// Versions change at the shop's midnight: days of another zone would be split.
    static func warn(of index: RuleVersionIndex, zone: Zone) {
        guard let other = index.versions.first(where: { $0.zone != zone.name })?.zone else { return }
        say(
            Phrase(
                "versions came into force at midnights of \(visible(other)), the days of this run are those of \(visible(zone.name)) (--zone)",
                "规则版本按 \(visible(other)) 的零点生效，本次运行的日期按 \(visible(zone.name))（--zone）"),
            severity: "warning")
    }
}
