import ConversationModel
import Evaluation
import Foundation
import RuleLanguage

/// The rule sets of a run, and which of them judges what: one for each version and scheme.
///
/// Sets are numbered, versions first, the schemes of a version side by side; one is loaded when the first conversation asks for it. Compiled rules are kept while a
/// worker uses them, and the last few beyond that: a long archive in order of time needs few at once. Safe to
/// share between threads.
public final class RunRules: @unchecked Sendable {
    /// Which version judges what begins at some instant.
    struct Choice: Equatable {
        /// The first set of the version.
        var set: Int
        /// 追溯: it begins before there was any version.
        var isRetroactive = false
    }

    /// What is needed of a set when its rules are not at hand any more.
    struct Facts: Sendable {
        let layout: TallyLayout
        let summaries: [RuleSummary]
        let digest: String
    }

    let policy: TimePolicy
    /// By version, where not all have the same; else empty.
    private let policies: [TimePolicy]
    let origin: Coverage.RulesOrigin
    /// From when on another set judges, ascending: plain numbers, asked for every conversation. Empty: one set.
    private let starts: [(milliseconds: Int64, version: Int)]
    /// What conversations without times take for theirs.
    private let instant: Instant
    /// By number of their sets; empty where rules have no version.
    private let versions: [RuleVersion]
    /// The schemes of a version; nil: there are none in any.
    private let schemes: (@Sendable (RuleVersion?) throws -> SchemeTable)?
    /// The rules of a version for one of its schemes.
    private let load: @Sendable (RuleVersion?, Scheme?) throws -> RuleSet

    /// Compiled sets that are kept although no worker may use them.
    private static let kept = 4

    private struct Loaded {
        var facts: Facts
        weak var set: RuleSet?
    }

    private let lock = NSLock()
    private var loaded: [Int: Loaded] = [:]
    /// By version index.
    private var tables: [Int: SchemeTable] = [:]
    /// The last to be asked for, the latest at the end.
    private var recent: [RuleSet] = []

    private init(
        policy: TimePolicy, policies: [TimePolicy] = [], origin: Coverage.RulesOrigin, index: RuleVersionIndex?,
        instant: Instant, versions: [RuleVersion], schemes: (@Sendable (RuleVersion?) throws -> SchemeTable)?,
        load: @escaping @Sendable (RuleVersion?, Scheme?) throws -> RuleSet
    ) {
        self.policy = policy
        self.policies = policies.allSatisfy { $0 == policies.first } ? [] : policies
        self.origin = origin
        // At each start the index itself says who is in force, so that replaced versions are left out.
        starts = Set(index?.versions.map(\.effectiveFrom) ?? []).sorted().compactMap { start in
            index?.inForce(at: start).map { (start.milliseconds, $0.version.number - 1) }
        }
        self.instant = instant
        self.versions = versions
        self.schemes = schemes
        self.load = load
    }

    /// One set that judges everything: files, a draft, or (with `version`) one version that was named.
    public convenience init(
        _ rules: RuleSet, origin: Coverage.RulesOrigin = .files, version: RuleVersion? = nil
    ) {
        self.init(
            policy: rules.compiled.policy, origin: origin, index: nil, instant: Instant(milliseconds: 0),
            versions: version.map { [$0] } ?? [], schemes: nil, load: { _, _ in rules })
    }

    /// One set of files, a draft or one version, judged by the scheme of each conversation's group.
    ///
    /// - Parameter load: gives the rules of a scheme, compiled with `policy`.
    public convenience init(
        schemes: SchemeTable, origin: Coverage.RulesOrigin = .files, version: RuleVersion? = nil, policy: TimePolicy,
        load: @escaping @Sendable (Scheme) throws -> RuleSet
    ) {
        self.init(
            policy: policy, origin: origin, index: nil, instant: Instant(milliseconds: 0),
            versions: version.map { [$0] } ?? [], schemes: { _ in schemes },
            load: { _, scheme in
                guard let scheme else { throw RunRulesError.noVersion }
                return try load(scheme)
            })
    }

    /// Each conversation is judged by the version in force at its first message; without times by that at
    /// `instant`, the run's.
    ///
    /// - Parameters:
    ///   - policies: by number, the time policy that each version is compiled with; empty: `policy`. Where they
    ///     differ, a record is cut into parts by that of the version in force at its first message.
    ///   - schemes: gives the schemes of a version, among which its group chooses; nil: all rules count for all.
    ///   - load: gives the rules of a version, those of a scheme where it has any, compiled with `policy`; called
    ///     once at a time, and again where a set is needed after it was let go. What it throws ends the run.
    public convenience init(
        versions index: RuleVersionIndex, at instant: Instant, policy: TimePolicy, policies: [TimePolicy] = [],
        schemes: (@Sendable (RuleVersion) throws -> SchemeTable)? = nil,
        load: @escaping @Sendable (RuleVersion, Scheme?) throws -> RuleSet
    ) {
        var tables: (@Sendable (RuleVersion?) throws -> SchemeTable)?
        if let schemes { tables = { version in try schemes(RunRules.needed(version)) } }
        self.init(
            policy: policy, policies: policies, origin: .versionOfDay, index: index, instant: instant,
            versions: index.versions,
            schemes: tables, load: { version, scheme in try load(RunRules.needed(version), scheme) })
    }

    private static func needed(_ version: RuleVersion?) throws -> RuleVersion {
        guard let version else { throw RunRulesError.noVersion }
        return version
    }

    /// What rules ask of conversations beside their messages; where there may be several sets, everything.
    var factKinds: FactKinds {
        guard !differ, let only = try? set(0) else { return .all }
        return only.compiled.facts
    }

    /// The zone of days.
    public var zone: Zone { policy.zone }

    /// Whether versions judge by different time policies.
    var policiesDiffer: Bool { !policies.isEmpty }

    /// Buyers whose conversations are left out, by version where policies differ.
    var buyersLeftOut: [Set<String>] { policiesDiffer ? policies.map(\.buyersLeftOut) : [policy.buyersLeftOut] }

    /// Whether two sets belong to one version.
    func haveSameVersion(_ a: Int, _ b: Int) -> Bool { a / stride == b / stride }

    /// The version of a set as a number from 0.
    func versionIndex(_ set: Int) -> Int { set / stride }

    /// The number of sets that there may be.
    var count: Int { max(1, versions.count) * stride }

    /// Sets that lie between the first ones of two versions.
    private var stride: Int { schemes == nil ? 1 : SchemeTable.limit }

    /// The version that judges what begins at `instant`; nil: nobody knows when. O(log versions).
    func choice(at instant: Instant?) -> Choice {
        let milliseconds = (instant ?? self.instant).milliseconds
        let later = starts.partitioningIndex { $0.milliseconds > milliseconds }
        if later > 0 { return Choice(set: starts[later - 1].version * stride) }
        return Choice(set: 0, isRetroactive: instant != nil && !starts.isEmpty)
    }

    /// Whether groups may have different sets.
    var hasSchemes: Bool { schemes != nil }

    /// The set of a group in the version of the set `first`, and whether a scheme of that version names the group.
    func set(of group: String, inVersionOf first: Int) throws -> (set: Int, isNamed: Bool) {
        lock.lock()
        defer { lock.unlock() }
        let table = try table(of: first)
        if table.isEmpty { return (first, true) }
        let (place, isNamed) = table.scheme(of: group)
        return (first + place, isNamed)
    }

    /// The scheme of a set; nil where its version has none.
    public func scheme(_ set: Int) throws -> Scheme? {
        guard schemes != nil else { return nil }
        lock.lock()
        defer { lock.unlock() }
        return try lockedScheme(set)
    }

    /// The groups that schemes name, of the versions that were asked for theirs so far.
    public var groupsOfSchemes: Set<String> {
        lock.lock()
        defer { lock.unlock() }
        return Set(tables.values.flatMap { $0.schemes.flatMap(\.groups) })
    }

    private func lockedScheme(_ set: Int) throws -> Scheme? {
        let table = try table(of: set)
        return table.isEmpty ? nil : table.schemes[set % stride]
    }

    /// The schemes of the version that a set belongs to; the lock is held.
    private func table(of set: Int) throws -> SchemeTable {
        guard let schemes else { return SchemeTable([]) }
        if let known = tables[set / stride] { return known }
        let table = try schemes(version(set))
        tables[set / stride] = table
        return table
    }

    /// Whether conversations may have different sets.
    var differ: Bool { versions.count > 1 || hasSchemes }

    /// The version of a set; nil where rules have none.
    func version(_ set: Int) -> RuleVersion? {
        versions.indices.contains(set / stride) ? versions[set / stride] : nil
    }

    /// The rules of a set, loaded now where they are not at hand.
    func set(_ number: Int) throws -> RuleSet {
        lock.lock()
        defer { lock.unlock() }
        if let set = loaded[number]?.set { return set }
        let set = try load(version(number), lockedScheme(number))
        loaded[number] = Loaded(
            facts: Facts(
                layout: TallyLayout(set.compiled), summaries: set.compiled.summaries, digest: set.compiled.digest),
            set: set)
        recent.append(set)
        if recent.count > RunRules.kept { recent.removeFirst() }
        return set
    }

    /// What a set's counts are laid out by.
    func facts(_ number: Int) throws -> Facts {
        lock.lock()
        let known = loaded[number]?.facts
        lock.unlock()
        if let known { return known }
        _ = try set(number)
        return try facts(number)
    }
}

/// What cannot happen with rules of a run unless the program is wrong.
enum RunRulesError: Error {
    /// There is no version at all.
    case noVersion
}

/// Rules that judge together.
public final class RuleSet: Sendable {
    /// The rules, compiled.
    public let compiled: CompiledRules
    /// Which of them belong to which side, where two sets are compared.
    let comparison: ComparedRules?
    /// How findings become points; nil: nothing is scored.
    let scoring: ScoreFormula?

    /// A set of rules; with `comparison` two of them, compiled in the order that it was made with.
    public init(_ compiled: CompiledRules, comparison: ComparedRules? = nil, scoring: ScoreFormula? = nil) {
        self.scoring = scoring
        self.compiled = compiled
        self.comparison = comparison
    }
}
