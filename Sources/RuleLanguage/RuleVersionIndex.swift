import ConversationModel
import Diagnostics

/// All versions of a shop's rules, and which one is in force when.
public struct RuleVersionIndex: Sendable, Hashable {
    /// The version that judges, and how it came to.
    public struct InForce: Sendable, Hashable {
        public var version: RuleVersion
        /// 追溯: the first version stands for the days before there was one.
        public var isRetroactive: Bool
    }

    /// By number, from 1 without gaps.
    public let versions: [RuleVersion]
    /// When another version comes into force: ascending by start and by number.
    private let changes: [(start: Instant, index: Int)]

    /// - Parameter versions: in any order; gaps, a broken chain of seals and impossible times are faults.
    public init(_ versions: [RuleVersion]) throws(VersionFault) {
        let sorted = versions.sorted { $0.number < $1.number }
        for (index, version) in sorted.enumerated() {
            guard version.number == index + 1 else {
                throw VersionFault(
                    file: "versions",
                    Phrase("version \(index + 1) is missing or there twice", "缺少第 \(index + 1) 版，或该版重复"))
            }
            try RuleVersionIndex.check(version, after: index > 0 ? sorted[index - 1] : nil)
        }
        self.versions = sorted
        changes = RuleVersionIndex.changes(of: sorted)
    }

    private static func check(_ version: RuleVersion, after previous: RuleVersion?) throws(VersionFault) {
        let expected = previous.map { RuleVersion.Previous(number: $0.number, seal: $0.seal) }
        let record = "versions/\(version.folderName)/\(RuleVersion.recordName)"
        guard version.previous == expected else {
            throw VersionFault(
                file: record, Phrase("it does not follow the version before it", "它与上一版衔接不上"))
        }
        let isInOrder = previous.map { $0.publishedAt <= version.publishedAt } ?? true
        let isPossible =
            version.isEmergency
            ? version.effectiveFrom == version.publishedAt : version.effectiveFrom > version.publishedAt
        guard isInOrder, isPossible else {
            throw VersionFault(file: record, Phrase("its times are impossible", "时间不合理"))
        }
    }

    /// A later version rests on all earlier ones, so it replaces those that still wait for their midnight.
    private static func changes(of versions: [RuleVersion]) -> [(start: Instant, index: Int)] {
        var changes: [(start: Instant, index: Int)] = []
        for (index, version) in versions.enumerated() {
            while let last = changes.last, last.start >= version.effectiveFrom { changes.removeLast() }
            changes.append((version.effectiveFrom, index))
        }
        return changes
    }

    /// The version with this number.
    public subscript(number: Int) -> RuleVersion? {
        number >= 1 && number <= versions.count ? versions[number - 1] : nil
    }

    /// The version in force at `instant`; nil only where there is none at all. O(log versions).
    public func inForce(at instant: Instant) -> InForce? {
        guard let first = versions.first else { return nil }
        let later = changes.partitioningIndex { $0.start > instant }
        if later > 0 { return InForce(version: versions[changes[later - 1].index], isRetroactive: false) }
        return InForce(version: first, isRetroactive: true)
    }

    /// The versions in force on a day, each with its first moment there: more than one only where
    /// an emergency version came in between.
    public func inForce(on day: CalendarDay, in zone: Zone) -> [(from: Instant, InForce)] {
        let start = zone.start(of: day)
        let end = zone.start(of: CalendarDay(daysSince1970: day.daysSince1970 + 1))
        guard let first = inForce(at: start) else { return [] }
        let later = changes.filter { start < $0.start && $0.start < end }
        return [(start, first)]
            + later.map { ($0.start, InForce(version: versions[$0.index], isRetroactive: false)) }
    }

    /// Whether a later version came before this one's midnight, so that it never is in force. The first one stands for
    /// the days before there was any, even so.
    public func isReplaced(_ version: RuleVersion) -> Bool { version.number != 1 && !comesIntoForce(version) }

    /// Whether a version comes into force at its own instant, or did.
    public func comesIntoForce(_ version: RuleVersion) -> Bool {
        changes.contains { versions[$0.index].number == version.number }
    }

    public static func == (a: RuleVersionIndex, b: RuleVersionIndex) -> Bool { a.versions == b.versions }

    /// Equal indices hold equal versions.
    public func hash(into hasher: inout Hasher) { hasher.combine(versions) }
}

extension RuleVersionIndex {
    /// What publishing came to.
    public enum Publication: Sendable, Hashable {
        case new(RuleVersion)
        /// The newest version has this content already.
        case unchanged(RuleVersion)
    }

    /// The version that follows when `files` are published at `instant`.
    ///
    /// The content of the newest version is not published again, unless an emergency brings it into
    /// force before its midnight. O(bytes).
    ///
    /// - Parameters:
    ///   - files: paths are names (`RuleFileName`).
    ///   - rules: what the files hold, without errors.
    ///   - policy: the time policy that they were tested with.
    public func publication(
        of files: [SourceFile], rules: [Rule], author: String, note: String, at instant: Instant, zone: Zone,
        emergencyReason: String? = nil, policy: RuleVersion.Policy? = nil
    ) throws(VersionFault) -> Publication {
        let newest = versions.last
        if let newest, newest.publishedAt > instant {
            throw VersionFault(
                file: "versions/\(newest.folderName)",
                Phrase(
                    "published at \(newest.publishedAt.utcText), later than this machine's clock (\(instant.utcText))",
                    "发布于 \(newest.publishedAt.utcText)，晚于本机时钟（\(instant.utcText)）"))
        }
        let digest = RuleVersion.contentDigest(files)
        if let newest, newest.digest == digest, newest.policy == policy, newest.zone == zone.name,
            emergencyReason == nil || newest.effectiveFrom <= instant
        {
            return .unchanged(newest)
        }
        return .new(
            RuleVersion(
                number: versions.count + 1, digest: digest, rulesDigest: RuleLanguage.rulesDigest(rules),
                ruleCount: rules.count, author: author, note: note, publishedAt: instant,
                effectiveFrom: emergencyReason == nil ? zone.nextMidnight(after: instant) : instant,
                zone: zone.name, emergencyReason: emergencyReason,
                previous: newest.map { RuleVersion.Previous(number: $0.number, seal: $0.seal) }, policy: policy,
                files: RuleVersion.sorted(files).map {
                    RuleVersion.File(
                        name: $0.path, bytes: $0.bytes.count, digest: RuleVersion.digest(of: $0.bytes))
                }))
    }
}

/// What keeps `rules` from being published: a rule needs two examples that hit and two that do not.
public func publicationFaults(_ rules: [Rule]) -> [Diagnostic] {
    rules.filter { $0.examples.hit.count < 2 || $0.examples.clean.count < 2 }.map { rule in
        let hit = rule.examples.hit.count
        let clean = rule.examples.clean.count
        let start = rule.place.range?.start ?? 0
        return Diagnostic(
            .tooFewExamples,
            Phrase(
                "rule '\(rule.id)' has \(hit) hit and \(clean) clean examples; two of each are needed to publish",
                "规则 “\(rule.id)” 有 \(hit) 个命中示例、\(clean) 个未命中示例，发布前各需两个"),
            help: Phrase(
                "add \"examples\": {\"hit\": […], \"clean\": […]}",
                "请加上 \"examples\": {\"hit\": […], \"clean\": […]}"),
            at: Place(path: rule.place.path, range: SourceRange(start, start + 1)))
    }
}
