import ConversationModel
import Evaluation
import Foundation
import RuleLanguage

/// The rule sets of a run, and which of them judges what.
///
/// Sets are numbered; one is loaded when the first conversation asks for it. Compiled rules are kept while a
/// worker uses them, and the last few beyond that: a long archive in order of time needs few at once. Safe to
/// share between threads.
public final class RunRules: @unchecked Sendable {
    /// Which set judges a conversation.
    struct Choice: Equatable {
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
    let origin: Coverage.RulesOrigin
    /// From when on another set judges, ascending: plain numbers, asked for every conversation. Empty: one set.
    private let starts: [(milliseconds: Int64, set: Int)]
    /// What conversations without times take for theirs.
    private let instant: Instant
    /// By number of their sets; empty where rules have no version.
    private let versions: [RuleVersion]
    private let load: @Sendable (RuleVersion?) throws -> RuleSet

    /// Compiled sets that are kept although no worker may use them.
    private static let kept = 4

    private struct Loaded {
        var facts: Facts
        weak var set: RuleSet?
    }

    private let lock = NSLock()
    private var loaded: [Int: Loaded] = [:]
    /// The last to be asked for, the latest at the end.
    private var recent: [RuleSet] = []

    private init(
        policy: TimePolicy, origin: Coverage.RulesOrigin, index: RuleVersionIndex?, instant: Instant,
        versions: [RuleVersion], load: @escaping @Sendable (RuleVersion?) throws -> RuleSet
    ) {
        self.policy = policy
        self.origin = origin
        // At each start the index itself says who is in force, so that replaced versions are left out.
        starts = Set(index?.versions.map(\.effectiveFrom) ?? []).sorted().compactMap { start in
            index?.inForce(at: start).map { (start.milliseconds, $0.version.number - 1) }
        }
        self.instant = instant
        self.versions = versions
        self.load = load
    }

    /// One set that judges everything: files, a draft, or (with `version`) one version that was named.
    public convenience init(
        _ rules: RuleSet, origin: Coverage.RulesOrigin = .files, version: RuleVersion? = nil
    ) {
        self.init(
            policy: rules.compiled.policy, origin: origin, index: nil, instant: Instant(milliseconds: 0),
            versions: version.map { [$0] } ?? [], load: { _ in rules })
    }

    /// Each conversation is judged by the version in force at its first message; without times by that at
    /// `instant`, the run's.
    ///
    /// - Parameter load: gives the rules of a version, compiled with `policy`; called once at a time, and again
    ///   where a version is needed after it was let go. What it throws ends the run.
    public convenience init(
        versions index: RuleVersionIndex, at instant: Instant, policy: TimePolicy,
        load: @escaping @Sendable (RuleVersion) throws -> RuleSet
    ) {
        self.init(
            policy: policy, origin: .versionOfDay, index: index, instant: instant, versions: index.versions,
            load: { version in
                guard let version else { throw RunRulesError.noVersion }
                return try load(version)
            })
    }

    /// The zone of days.
    public var zone: Zone { policy.zone }

    /// The number of sets that there may be.
    var count: Int { max(1, versions.count) }

    /// The set that judges what begins at `instant`; nil: nobody knows when. O(log versions).
    func choice(at instant: Instant?) -> Choice {
        let milliseconds = (instant ?? self.instant).milliseconds
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle].milliseconds <= milliseconds { low = middle + 1 } else { high = middle }
        }
        if low > 0 { return Choice(set: starts[low - 1].set) }
        return Choice(set: 0, isRetroactive: instant != nil && !starts.isEmpty)
    }

    /// Whether conversations may have different sets.
    var differ: Bool { versions.count > 1 }

    /// The version of a set; nil where rules have none.
    func version(_ set: Int) -> RuleVersion? { versions.indices.contains(set) ? versions[set] : nil }

    /// The rules of a set, loaded now where they are not at hand.
    func set(_ number: Int) throws -> RuleSet {
        lock.lock()
        defer { lock.unlock() }
        if let set = loaded[number]?.set { return set }
        let set = try load(version(number))
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

    /// A set of rules; with `comparison` two of them, compiled in the order that it was made with.
    public init(_ compiled: CompiledRules, comparison: ComparedRules? = nil) {
        self.compiled = compiled
        self.comparison = comparison
    }
}
