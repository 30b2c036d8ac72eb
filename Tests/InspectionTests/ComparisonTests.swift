import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import Synthesis
import TestSupport
import Testing

/// A finding's line without what only tells the version.
private struct FoundLine: Hashable {
    var rule: String
    var conversation: String
    var id: String
    var outcome: String
    /// Evidence, owner, gap: what makes it changed.
    var rest: String
    var version: Int?

    init?(_ line: Substring) throws {
        guard var object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else { return nil }
        rule = object["rule"] as? String ?? ""
        conversation = object["conversation"] as? String ?? ""
        id = object["id"] as? String ?? ""
        outcome = object["outcome"] as? String ?? ""
        version = object["version"] as? Int
        for key in ["name", "severity", "polarity", "version"] { object[key] = nil }
        rest = String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }

    var key: String { "\(conversation) \(id)" }
}

/// Two rule sets, of which many rules are the same, and some differ in every way that there is.
private struct TwoSets {
    var old: [String] = []
    var new: [String] = []

    static let words = ["您好", "在的", "微信", "好评", "亲", "尺码", "发货", "抱歉", "退款", "元"]

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for number in 0..<8 {
            let rule = Self.rule("rule-\(number)", &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: old.append(rule)
            case 1: new.append(rule)
            case 2:
                old.append(rule)
                new.append(rule.replacing("\"name\":\"", with: "\"name\":\"新"))
            case 3:
                old.append(rule)
                new.append(rule)
            default:
                old.append(rule)
                new.append(Self.rule("rule-\(number)", &random))
            }
        }
        // Never nothing, and one rule that is the same but for its words.
        old.append(keywordRule("always", ["您好", "亲"]))
        new.append(keywordRule("always", ["您好", "亲", "您"]))
    }

    private static func rule(_ id: String, _ random: inout SeededGenerator) -> String {
        let some = words.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
        let list = some.map { "\"\($0)\"" }.joined(separator: ",")
        let from = Bool.random(using: &random) ? "agent" : "buyer"
        let unit = Bool.random(using: &random) ? "stay" : "conversation"
        let polarity = Bool.random(using: &random) ? "positive" : "negative"
        let head = #""id":"\#(id)","name":"\#(id)","polarity":"\#(polarity)","unit":"\#(unit)""#
        let message = #"{"message":{"from":"\#(from)","keywords":[\#(list)]}}"#
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return #"{\#(head),"when":\#(message)}"#
        case 1:
            return
                #"{\#(head),"when":{"count":{"of":\#(message),"atLeast":\#(Int.random(in: 1...3, using: &random))}}}"#
        case 2:
            return #"""
                {\#(head),"when":{"after":{"message":{"from":"buyer"}},"expect":{"message":{"from":"agent","keywords":[\#(list)]}},
                 "within":{"time":"\#(Int.random(in: 20...200, using: &random))s"}}}
                """#
        case 3:
            return #"{\#(head),"when":{"all":[\#(message),{"not":{"message":{"from":"agent","keywords":["退款"]}}}]}}"#
        default:
            return
                #"{\#(head),"when":{"message":{"from":"\#(from)","regex":"[0-9]{\#(Int.random(in: 1...2, using: &random))}元|您"}}}"#
        }
    }

    static func rules(_ texts: [String]) throws -> [Rule] {
        let loaded = loadRules(
            files: texts.enumerated().map { SourceFile(path: "rule\($0).json", bytes: Array($1.utf8)) })
        if let problem = loaded.diagnostics.first(where: { $0.severity == .error }) {
            throw RunFailure.refused("\(problem.message)")
        }
        return loaded.rules
    }

    static func compiled(_ rules: [Rule], comparison: ComparedRules? = nil) throws -> RuleSet {
        let result = RuleCompiler.compile(
            rules, digest: rulesDigest(rules), table: SomeRules.table, cache: DiskCache(directory: nil), sets: 2)
        guard let compiled = result.rules else { throw RunFailure.refused("\(result.diagnostics)") }
        return RuleSet(compiled, comparison: comparison)
    }

    static func joined(_ old: [Rule], _ new: [Rule], changedOnly: Bool = false) throws -> RuleSet {
        let (rules, comparison) = ComparedRules.joined(
            old: old, new: new, only: changedOnly ? ComparedRules.differing(old: old, new: new) : nil)
        return try compiled(rules, comparison: comparison)
    }
}

@Suite struct ComparisonTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func compare(
        _ input: ArchiveInput, _ rules: RunRules, threads: Int = 2, perRule: Int = 1_000_000,
        verdicts: VerdictTable? = nil
    ) throws -> ComparisonOutcome {
        let run = try Run([input], rules: rules) {
            $0.threads = threads
            $0.blockSize = 9_000
            $0.writesFindings = false
            $0.caseLimit = 0
            var comparison = ComparisonOptions()
            comparison.casesPerRule = perRule
            comparison.verdicts = verdicts
            $0.comparison = comparison
        }
        return try #require(run.result?.comparison)
    }

    private func lines(_ input: ArchiveInput, _ rules: RunRules) throws -> [FoundLine] {
        let run = try Run([input], rules: rules)
        return try String(decoding: run.lines, as: UTF8.self).split(separator: "\n").compactMap { try FoundLine($0) }
    }

    /// Checks a comparison against the findings of two inspections.
    private func expect(_ result: ComparisonOutcome, _ old: [FoundLine], _ new: [FoundLine], _ note: String) {
        let before = Dictionary(old.map { ($0.key, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.key, $0) }) { first, _ in first }
        var expected: [String: BacktestCounts] = [:]
        func add(_ line: FoundLine, _ path: WritableKeyPath<BacktestCounts, Int>) {
            expected["\(line.rule) \(line.outcome)", default: BacktestCounts()][keyPath: path] += 1
        }
        for line in old {
            add(line, \.old)
            if after[line.key] == nil { add(line, \.lost) }
        }
        for line in new {
            add(line, \.new)
            guard let other = before[line.key] else {
                add(line, \.gained)
                continue
            }
            if other.rest != line.rest { add(line, \.changed) }
        }
        var found: [String: BacktestCounts] = [:]
        for (id, counts) in result.rules {
            if counts.hits != BacktestCounts() { found["\(id) hit"] = counts.hits }
            if counts.missed != BacktestCounts() { found["\(id) missed"] = counts.missed }
        }
        #expect(found == expected, "\(note)")
        func ids(_ kind: BacktestCase.Kind) -> Set<String> {
            Set(
                result.cases.filter { $0.kind == kind }.compactMap(\.shown).map {
                    "\($0.finding.conversation) \($0.finding.id)"
                })
        }
        #expect(ids(.gained) == Set(after.keys).subtracting(before.keys), "\(note)")
        #expect(ids(.lost) == Set(before.keys).subtracting(after.keys), "\(note)")
        #expect(
            ids(.changed)
                == Set(after.keys).filter { before[$0].map { $0.rest } != nil && before[$0]?.rest != after[$0]?.rest },
            "\(note)")
        let sum = result.agents.reduce(into: 0) { $0 += $1.negativeHits.new + $1.positiveHits.new + $1.missed.new }
        #expect(sum == new.count, "\(note)")
        let affected = Set(
            result.cases.compactMap(\.shown).map(\.finding.conversation))
        #expect(result.conversationsAffected == affected.count, "\(note)")
    }

    @Test("gained and lost are the differences of two inspections' findings", arguments: 1...12 as ClosedRange<UInt64>)
    func equalsTwoInspections(seed: UInt64) throws {
        let sets = TwoSets(seed: seed)
        let (old, new) = (try TwoSets.rules(sets.old), try TwoSets.rules(sets.new))
        let input = try directory.write("archive.ndjson", archive(conversations: 120, seed: seed))
        let joined = RunRules(try TwoSets.joined(old, new))
        let before = try lines(input, RunRules(try TwoSets.compiled(old)))
        let after = try lines(input, RunRules(try TwoSets.compiled(new)))
        #expect(Set(before.map(\.key)).count == before.count && !before.isEmpty && !after.isEmpty)
        let result = try compare(input, joined)
        expect(result, before, after, "seed \(seed)")
        for threads in [1, 3] {
            let other = try compare(input, joined, threads: threads)
            #expect(other.cases == result.cases && other.agents == result.agents, "seed \(seed)")
        }
        // Judged alone, the rules that differ give what they give among all.
        let changed = try compare(input, RunRules(try TwoSets.joined(old, new, changedOnly: true)))
        #expect(changed.cases == result.cases, "seed \(seed)")
        #expect(changed.conversationsAffected == result.conversationsAffected)
        for rule in changed.summaries {
            #expect(changed.rules[rule.id]?.hits == result.rules[rule.id]?.hits, "seed \(seed)")
        }
        let same = Set(old.map(\.judgement)).intersection(new.map(\.judgement))
        #expect(changed.summaries.count == Set((old + new).filter { !same.contains($0.judgement) }.map(\.id)).count)
        // The same against itself differs in nothing, and the other way round it is turned round.
        let itself = try compare(input, RunRules(try TwoSets.joined(old, old)))
        #expect(itself.cases.isEmpty && itself.conversationsAffected == 0)
        let back = try compare(input, RunRules(try TwoSets.joined(new, old)))
        #expect(back.cases.count { $0.kind == .lost } == result.cases.count { $0.kind == .gained })
        #expect(back.cases.count { $0.kind == .changed } == result.cases.count { $0.kind == .changed })
    }

    @Test("against versions each conversation has the one of its day", arguments: 1...4 as ClosedRange<UInt64>)
    func againstVersions(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = archive(conversations: 120, seed: seed)
        let input = try directory.write("archive.ndjson", bytes)
        let range = try #require(try Run([input], rules: RunRules(try TwoSets.compiled([]))).result?.coverage)
        let (first, last) = (try #require(range.firstInstant), try #require(range.lastInstant))
        var history = try History()
        for number in 0..<3 {
            let span = (last.milliseconds - first.milliseconds) / 4
            try history.publish(
                TwoSets(seed: seed * 100 + UInt64(number)).old,
                at: first.advanced(by: span * Int64(number) + Int64.random(in: 0..<3_600_000, using: &random)))
        }
        let draft = try TwoSets.rules(TwoSets(seed: seed * 100).new)
        let sources = history.sources
        let joined = RunRules(versions: history.index, at: last, policy: TimePolicy()) { version, _ in
            let files = sources[version.number] ?? []
            return try TwoSets.joined(loadRules(files: files).rules, draft)
        }
        let before = try lines(input, history.rules(at: last))
        #expect(Set(before.map(\.version)).count > 1)
        let after = try lines(input, RunRules(try TwoSets.compiled(draft)))
        expect(try compare(input, joined), before, after, "seed \(seed)")
    }

    @Test(
        "cases are the first of each rule and kind, whatever is counted; what speaks against the draft is kept beyond that",
        arguments: 1...6 as ClosedRange<UInt64>)
    func keepsTheFirst(seed: UInt64) throws {
        let sets = TwoSets(seed: seed)
        let joined = RunRules(try TwoSets.joined(try TwoSets.rules(sets.old), try TwoSets.rules(sets.new)))
        let input = try directory.write("archive.ndjson", archive(conversations: 200, seed: seed))
        let all = try compare(input, joined)
        for limit in [0, 1, 5] {
            var kept: [String: Int] = [:]
            let expected = all.cases.filter { entry in
                let key = "\(entry.kind) \(entry.shown?.finding.rule.value ?? "")"
                kept[key, default: 0] += 1
                return kept[key, default: 0] <= limit
            }
            for threads in 1...3 {
                let some = try compare(input, joined, threads: threads, perRule: limit)
                #expect(some.cases == expected && some.rules.count == all.rules.count, "seed \(seed), limit \(limit)")
                #expect(some.conversationsAffected == all.conversationsAffected && some.agents == all.agents)
                for (id, counts) in all.rules {
                    let others = some.rules[id]
                    #expect(others?.hits == counts.hits && others?.missed == counts.missed, "seed \(seed), \(id)")
                }
            }
        }
        var verdicts = VerdictTable()
        let against = all.cases.filter { $0.kind == .lost }.suffix(3)
        for entry in against {
            let isTaken = verdicts.add(.confirmed, to: entry.shown?.finding.id ?? "")
            #expect(isTaken)
        }
        let decided = try compare(input, joined, perRule: 0, verdicts: verdicts)
        #expect(decided.cases.map { $0.shown?.finding.id } == against.map { $0.shown?.finding.id })
        #expect(decided.cases.count { !$0.isDecisive } == 0)
    }

    @Test("findings at two messages of one id are one finding, those of messages that are alike are not")
    func messagesOfOneID() throws {
        func message(_ id: String, _ text: String) -> String {
            #"{"time":"2025-03-01T10:00:00+08:00","from":"agent","agent":"小林","text":"\#(text)"\#(id)}"#
        }
        func compared(_ messages: String...) throws -> ComparisonOutcome {
            let line = #"{"id":"c","buyer":"b","messages":[\#(messages.joined(separator: ","))]}"#
            let input = try directory.write("\(messages.count).ndjson", Array((line + "\n").utf8))
            let old = try TwoSets.rules([keywordRule("words", ["您好"])])
            let new = try TwoSets.rules([keywordRule("words", ["再见", "您好"])])
            return try compare(input, RunRules(try TwoSets.joined(old, new)), perRule: 0)
        }
        let id = #","id":"m1""#
        var expected = BacktestCounts()
        (expected.old, expected.new) = (1, 2)
        let one = try compared(message(id, "您好"), message(id, "再见"))
        #expect(one.rules.values.first?.hits == expected)
        expected.gained = 1
        let two = try compared(message(id, "您好"), message(#","id":"m2""#, "再见"), message("", "在"))
        #expect(two.rules.values.first?.hits == expected)
        (expected.old, expected.new) = (2, 3)
        let alike = try compared(message("", "您好"), message("", "您好"), message("", "再见"), message("", "在"))
        #expect(alike.rules.values.first?.hits == expected)
    }

    @Test("verdicts say what comes back and what is lost", arguments: 1...6 as ClosedRange<UInt64>)
    func verdicts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let sets = TwoSets(seed: seed)
        let (old, new) = (try TwoSets.rules(sets.old), try TwoSets.rules(sets.new))
        let input = try directory.write("archive.ndjson", archive(conversations: 80, seed: seed))
        let before = Set(try lines(input, RunRules(try TwoSets.compiled(old))).map(\.id))
        let after = Set(try lines(input, RunRules(try TwoSets.compiled(new))).map(\.id))
        var table = VerdictTable()
        var expected = BacktestVerdicts()
        for id in before.union(after).sorted() where Int.random(in: 0..<3, using: &random) == 0 {
            let verdict: Verdict = Bool.random(using: &random) ? .confirmed : .misjudged
            // The last one counts.
            let isTaken =
                table.add(verdict == .confirmed ? .misjudged : .confirmed, to: id) && table.add(verdict, to: id)
            #expect(isTaken)
            switch (verdict, before.contains(id), after.contains(id)) {
            case (.confirmed, _, true): expected.confirmedKept += 1
            case (.confirmed, _, false): expected.confirmedLost += 1
            case (.misjudged, _, false): expected.misjudgedGone += 1
            case (.misjudged, true, true): expected.misjudgedRemaining += 1
            case (.misjudged, false, true): expected.misjudgedReturning += 1
            }
        }
        let isTaken = table.add(.confirmed, to: String(repeating: "0", count: 32))
        #expect(isTaken)
        expected.unseen = 1
        for bad in ["", "0", String(repeating: "g", count: 32), String(repeating: "A", count: 32)] {
            let isTaken = table.add(.confirmed, to: bad)
            #expect(!isTaken)
        }
        let result = try compare(input, RunRules(try TwoSets.joined(old, new)), verdicts: table)
        #expect(result.verdicts == expected, "seed \(seed)")
        #expect(expected.total > 10)
    }
}
