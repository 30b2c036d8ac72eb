import ConversationModel
import Testing

@testable import Reports

@Suite struct TallyRowTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func rowsAddUpToTheFindings(seed: UInt64) {
        let report = SampleReport(seed: seed, findings: 400).report
        let tally = report.tally
        let hits = report.cases.filter { $0.finding.outcome == .hit }.count
        let missed = report.cases.count - hits
        for table in [tally.byAgent, tally.byGroup, tally.byDay, tally.total] {
            let rows = table.keys.indices.flatMap { tally.rows(of: table, key: $0) }
            #expect(rows.reduce(0) { $0 + $1.counts.hits } == hits, "seed \(seed)")
            #expect(rows.reduce(0) { $0 + $1.counts.missed } == missed, "seed \(seed)")
        }
    }

    @Test(arguments: [4, 5] as [UInt64]) func summariesAddUpToTheTable(seed: UInt64) {
        let tally = SampleReport(seed: seed).report.tally
        for key in tally.byAgent.keys.indices {
            var expected = TallySummary()
            for (index, rule) in tally.rules.enumerated() {
                let counts = tally.byAgent[key, index]
                expected.notEvaluated += counts.notEvaluated
                if rule.polarity == .positive {
                    expected.applicable += counts.unitsApplicable
                    expected.met += counts.unitsHit
                    expected.missed += counts.missed
                } else {
                    expected.negativeHits[rule.severity.rank] += counts.hits
                    expected.negativeUnitsHit += counts.unitsHit
                    expected.negativeApplicable += counts.unitsApplicable
                }
            }
            #expect(tally.summary(of: tally.byAgent, key: key) == expected, "seed \(seed)")
        }
    }

    @Test(arguments: [6, 7] as [UInt64]) func oneCriticalHitOutweighsManyMinorOnes(seed: UInt64) {
        let tally = SampleReport(seed: seed, findings: 400).report.tally
        let sums = tally.keysByGravity(of: tally.byAgent).map { tally.summary(of: tally.byAgent, key: $0) }
        #expect(sums.count == tally.byAgent.keys.count)
        for (a, b) in zip(sums, sums.dropFirst()) {
            let (x, y) = (a.negativeHits.reversed() + [a.missed], b.negativeHits.reversed() + [b.missed])
            #expect(!x.lexicographicallyPrecedes(y), "seed \(seed)")
        }
    }

    @Test func gravestRowsComeFirst() {
        let tally = SampleReport().report.tally
        let rows = tally.rows(of: tally.total, key: 0)
        let negative = rows.map { tally.rules[$0.rule] }.prefix { $0.polarity == .negative }
        #expect(negative.count > 3)
        #expect(zip(negative, negative.dropFirst()).allSatisfy { $0.severity >= $1.severity })
        #expect(
            rows.dropFirst(negative.count).allSatisfy { tally.rules[$0.rule].polarity == .positive }
        )
    }
}
