import ArgumentParser
import ConversationModel
import Diagnostics
import EventLog
import Foundation
import Inspection
import RuleLanguage
import Server
import Synchronization

/// Which rules judge behind a server, and where their findings go.
struct LiveRulesArguments: ParsableArguments {
    @OptionGroup var choice: RulesArguments

    @Option(help: "Roster (CSV): accounts to groups, dated; schemes choose by it.")
    var roster: String?

    @Option(help: "The file that findings are appended to (default: findings.ndjson in the directory of the log).")
    var findings: String?

    @Option(help: "Seconds that a deadline waits for what may be under way: 0 to 3600.")
    var grace = 0

    /// The rules, loaded; nil where none were named.
    func rules(log directory: String, policy: TimePolicy) throws -> LiveRules? {
        guard !choice.rules.isEmpty || choice.versions != nil || !choice.draft.isEmpty else {
            guard roster == nil, findings == nil, grace == 0 else {
                throw LiveRulesArguments.usage(
                    "--roster, --findings and --grace go with --rules, --versions or --draft",
                    "--roster、--findings、--grace 须与 --rules、--versions 或 --draft 一起使用")
            }
            return nil
        }
        guard (0...3600).contains(grace) else {
            throw LiveRulesArguments.usage("--grace takes 0 to 3600 seconds", "--grace 取 0 到 3600 秒")
        }
        let run = try choice.loaded(policy: policy).rules
        var options = LiveRules.Options()
        options.grace = Int64(grace) * 1_000
        options.inspection.roster = try roster.map { try SelectionArguments.readRoster($0, isQuiet: false) }
        try LiveRulesArguments.check(run, options.inspection)
        var (folder, name) = (directory, "findings.ndjson")
        if let findings {
            let url = URL(fileURLWithPath: findings)
            (folder, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
        }
        return LiveRules(
            files: SystemFiles(directory: folder), name: name, rules: run, options: options,
            reload: try newerVersions(policy: policy, options.inspection))
    }

    /// Gives the rules again once another version was published.
    private func newerVersions(
        policy: TimePolicy, _ options: LiveInspection.Options
    ) throws -> @Sendable () throws -> RunRules? {
        guard let versions = choice.versions, choice.asVersion == nil else { return { nil } }
        let store = VersionStore(path: versions)
        let seal = Mutex(try store.index().versions.last?.seal)
        return {
            let newest = try store.index().versions.last?.seal
            let isOther = seal.withLock { seal in
                defer { seal = newest }
                return seal != newest
            }
            guard isOther else { return nil }
            let rules = try RulesArguments.versions(of: store, policy: policy).rules
            try LiveRulesArguments.check(rules, options)
            return rules
        }
    }

    /// That rules can judge live at all: what is wrong with them is said before a server begins.
    static func check(_ rules: RunRules, _ options: LiveInspection.Options) throws {
        do { _ = try LiveInspection(rules, options: options) } catch LiveInspectionError.policiesDiffer {
            throw usage(
                "versions that have different time policies cannot judge live: name one with --as-version",
                "时间策略不同的规则版本不能用于实时质检：请用 --as-version 指定一个")
        }
    }

    private static func usage(_ english: String, _ chinese: String) -> CommandFailure {
        CommandFailure.misuse(english, chinese)
    }
}
