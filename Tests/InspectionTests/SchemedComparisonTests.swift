import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import TestSupport
import Testing

/// Findings of one inspection by conversation and id, without exempt ones.
private struct Findings {
    var byKey: [String: (rule: String, rest: String)] = [:]
    var schemes: Set<String> = []

    init(_ run: Run) throws {
        for line in run.lines.split(separator: 0x0A) {
            var object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            if let scheme = object["scheme"] as? String { schemes.insert(scheme) }
            if object["exempt"] != nil { continue }
            for name in ["scheme", "version", "name", "severity"] { object[name] = nil }
            let rest = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
            let rule = "\(object["rule"] as? String ?? "") \(object["outcome"] as? String ?? "")"
            byKey["\(object["conversation"] as? String ?? "") \(object["id"] as? String ?? "")"] = (
                rule, String(decoding: rest, as: UTF8.self)
            )
        }
    }
}

@Suite("a backtest by schemes") struct SchemedComparisonTests {
    /// Checks a comparison against two inspections of the same archive.
    private func check(_ compared: InspectionResult?, _ old: Run, _ new: Run, _ note: String) throws -> Int {
        let result = try #require(compared?.comparison)
        let (before, after) = (try Findings(old), try Findings(new))
        var expected: [String: BacktestCounts] = [:]
        var affected: Set<String> = []
        for (key, one) in before.byKey {
            expected[one.rule, default: BacktestCounts()].old += 1
            if after.byKey[key] == nil { expected[one.rule]?.lost += 1 }
            if after.byKey[key]?.rest != one.rest { affected.insert(String(key.prefix { $0 != " " })) }
        }
        for (key, one) in after.byKey {
            expected[one.rule, default: BacktestCounts()].new += 1
            guard let other = before.byKey[key] else {
                affected.insert(String(key.prefix { $0 != " " }))
                expected[one.rule]?.gained += 1
                continue
            }
            if other.rest != one.rest { expected[one.rule]?.changed += 1 }
        }
        var found: [String: BacktestCounts] = [:]
        for (id, counts) in result.rules {
            if counts.hits != BacktestCounts() { found["\(id) hit"] = counts.hits }
            if counts.missed != BacktestCounts() { found["\(id) missed"] = counts.missed }
        }
        #expect(found == expected, "\(note)")
        #expect(result.conversationsAffected == affected.count, "\(note)")
        #expect(
            result.cases.allSatisfy {
                $0.old.map { before.schemes.contains($0.scheme ?? "") || $0.scheme == nil } ?? true
            })
        #expect(
            result.cases.allSatisfy {
                $0.new.map { after.schemes.contains($0.scheme ?? "") || $0.scheme == nil } ?? true
            })
        let (first, second) = (old.result?.scores, new.result?.scores)
        #expect(result.scores == ComparedSums(old: first?.total, new: second?.total), "\(note)")
        let names = Set(result.agents.map(\.name)).union(first?.byAgent.keys.map { $0 } ?? [])
            .union(second?.byAgent.keys.map { $0 } ?? [])
        for name in names {
            let agent = result.agents.first { $0.name == name }
            #expect(
                agent?.scores == ComparedSums(old: first?.byAgent[name], new: second?.byAgent[name]), "\(name) \(note)")
        }
        return affected.count
    }

    @Test("gained, lost, agents and scores are those of two inspections", arguments: 1...20 as ClosedRange<UInt64>)
    func equalsTwoInspections(seed: UInt64) throws {
        let (old, new) = (try DrawnSide(seed: seed * 2), try DrawnSide(seed: seed * 2 + 1))
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", DrawnSide.archive(seed: seed))
        let pairs = try #require(SchemePairs(old: old.schemes, new: new.schemes))
        let rules =
            pairs.table.isEmpty
            ? RunRules(try old.joined(with: new, pairs[nil]))
            : RunRules(schemes: pairs.table, policy: TimePolicy()) { try old.joined(with: new, pairs[$0]) }
        var exemptions = Exemptions()
        if seed % 2 == 0 {
            exemptions = DrawnSide.exemptions(ofRules: seed % 4 == 0)
        }
        func run(_ rules: RunRules, compares: Bool, threads: Int = 2) throws -> Run {
            try Run([input], rules: rules) {
                $0.threads = threads
                $0.blockSize = 9_000
                $0.exemptions = exemptions
                guard compares else { return }
                $0.writesFindings = false
                $0.caseLimit = 0
                var comparison = ComparisonOptions()
                comparison.casesPerRule = 1_000_000
                $0.comparison = comparison
            }
        }
        let compared = try run(rules, compares: true)
        let before = try run(old.runRules, compares: false)
        let after = try run(new.runRules, compares: false)
        let affected = try check(compared.result, before, after, "seed \(seed)")
        #expect(affected > 0, "seed \(seed)")
        let other = try run(rules, compares: true, threads: 1)
        #expect(other.result?.comparison?.cases == compared.result?.comparison?.cases, "seed \(seed)")
        #expect(other.result?.comparison?.agents == compared.result?.comparison?.agents, "seed \(seed)")
        #expect(compared.result?.coverage.filteredByReason == after.result?.coverage.filteredByReason)
        #expect(
            compared.result?.coverage.exemptions.map(\.findings) == after.result?.coverage.exemptions.map(\.findings),
            "seed \(seed)")
    }

    @Test("a group has one scheme of either side, and pairs have names that differ")
    func pairsOfSchemes() throws {
        func scheme(_ id: String, _ groups: [String], isDefault: Bool = false) -> Scheme {
            Scheme(id: id, name: id, groups: groups, isDefault: isDefault)
        }
        let old = SchemeTable([scheme("a", ["一", "二"]), scheme("b", ["三"])])
        let new = SchemeTable([scheme("a", ["一"]), scheme("c", ["二", "四"], isDefault: true)])
        let pairs = try #require(SchemePairs(old: old, new: new))
        #expect(pairs.table.schemes.map(\.id) == ["a", "a → c", "all-rules → c", "b → c"])
        func ids(_ group: String) -> [String?] {
            let pair = pairs[pairs.table.schemes[pairs.table.scheme(of: group).place]]
            return [pair.old?.id, pair.new?.id]
        }
        for group in ["一", "二", "三", "四", "五"] {
            #expect(
                ids(group) == [old, new].map { $0.schemes[$0.scheme(of: group).place].id }, "\(group)")
        }
        let oneSided = try #require(SchemePairs(old: SchemeTable([]), new: new))
        #expect(oneSided.table.schemes.map(\.id) == ["all-rules → a", "all-rules → c"])
        #expect(oneSided[oneSided.table.schemes[0]].old == nil)
        let many = SchemeTable((0..<60).map { scheme("s\($0)", ["g\($0)", "h\($0)"]) })
        let turned = SchemeTable((0..<60).map { scheme("t\($0)", ["g\($0)", "h\(($0 + 1) % 60)"]) })
        #expect(SchemePairs(old: many, new: turned) == nil)
        #expect(try #require(SchemePairs(old: SchemeTable([]), new: SchemeTable([]))).table.isEmpty)
    }
}
