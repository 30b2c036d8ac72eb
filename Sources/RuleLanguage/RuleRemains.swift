import ConversationModel
import Diagnostics

/// What could be read of a rule that cannot be used: enough to show what else is wrong with it.
struct RuleRemains: Sendable {
    /// nil: the id itself is wrong, or missing.
    var id: RuleID?
    var regexes: [RegexCondition]
    /// Of the whole rule.
    var place: Place
}

/// Rules that are there and could not be read: whoever names one of them makes no mistake.
struct UnreadRules: Sendable {
    var ids: Set<RuleID> = []
    /// The ids of some are not known, so that of no name it can be told that there is no such rule.
    var haveUnknownIDs = false

    /// Whether `name`, an id or `category:…`, may be of one of them.
    func mayHave(_ name: String) -> Bool {
        haveUnknownIDs || ids.contains(RuleID(name)) || !ids.isEmpty && name.hasPrefix("category:")
    }
}

extension [RuleFileReading] {
    /// What cannot be chosen from, of all files.
    var unreadRules: UnreadRules {
        let remains = flatMap(\.decoder.remains)
        return UnreadRules(
            ids: Set(remains.compactMap(\.id)),
            haveUnknownIDs: remains.contains { $0.id == nil }
                || contains { $0.hasFaults || $0.decoder.hasTooManyErrors })
    }

    /// The first rule of each id, and all diagnostics, sorted by file.
    ///
    /// A rule that has an error, or whose id is taken, is not among the rules; its regexes are among the loose ones, with
    /// those of named conditions, which no rule may use.
    func collectRules() -> (rules: [Rule], looseRegexes: [RegexCondition], diagnostics: [Diagnostic]) {
        var rules: [Rule] = []
        var looseRegexes: [RegexCondition] = []
        var diagnostics: [Diagnostic] = []
        // Files are large: rules are named by their numbers, and copied once.
        var first: [RuleID: (source: Int, place: Place)] = [:]
        first.reserveCapacity(reduce(0) { $0 + $1.rules.count })
        for (number, reading) in enumerated() {
            diagnostics += reading.allDiagnostics
            looseRegexes += reading.decoder.namedRegexes
            for entry in reading.entriesInOrder {
                if let earlier = entry.id.flatMap({ first[$0] }), let id = entry.id {
                    diagnostics.append(duplicate(id, entry.place, of: earlier.place, in: self[earlier.source].source))
                    looseRegexes += entry.rule.map { reading.rules[$0].lookups.regexes } ?? entry.regexes
                    continue
                }
                if let id = entry.id { first[id] = (number, entry.place) }
                if let rule = entry.rule { rules.append(reading.rules[rule]) } else { looseRegexes += entry.regexes }
            }
        }
        return (rules, looseRegexes, diagnostics)
    }

    private func duplicate(_ id: RuleID, _ place: Place, of earlier: Place, in source: SourceFile) -> Diagnostic {
        let there = "\(source.path):\(source.lineNumber(of: earlier.range?.start ?? 0))"
        let start = place.range?.start ?? 0
        return Diagnostic(
            .duplicateID,
            Phrase("rule id '\(id)' is taken by \(there)", "规则 id “\(id)” 已被 \(there) 使用"),
            help: Phrase("give each rule an id of its own", "请给每条规则不同的 id"),
            at: Place(path: place.path, range: SourceRange(start, start + 1)))
    }
}

extension RuleFileReading {
    fileprivate struct Entry {
        var id: RuleID?
        var place: Place
        /// Its number among those of the file; nil: it has an error.
        var rule: Int?
        var regexes: [RegexCondition] = []
    }

    /// Rules and what remains of others, in the order of the file.
    fileprivate var entriesInOrder: [Entry] {
        let sound = rules.enumerated().map { Entry(id: $1.id, place: $1.place, rule: $0) }
        let remains = decoder.remains
        if remains.isEmpty { return sound }
        let all = sound + remains.map { Entry(id: $0.id, place: $0.place, regexes: $0.regexes) }
        return all.sorted { ($0.place.range?.start ?? 0) < ($1.place.range?.start ?? 0) }
    }
}
