import Foundation
import Monitoring
import Testing

@testable import Server

/// Whole days under faults; `make simulate SEED=…` runs one seed of your choice.
struct SimulationTests {
    /// Seeds that once failed.
    private static let regressions: [UInt64] = []

    /// A seed, or a range of them: `100...399`.
    private static let seeds: [UInt64] = {
        guard let text = ProcessInfo.processInfo.environment["MINGJIAN_SEED"], !text.isEmpty else {
            return [1, 2, 3] + regressions
        }
        let ends = text.split(separator: ".").compactMap { UInt64($0) }
        guard let first = ends.first, let last = ends.last, first <= last, last - first < 10_000 else {
            fatalError("MINGJIAN_SEED is no number, and no range: \(text)")
        }
        return Array(first...last)
    }()

    @Test(
        "a day under crashes, failed syncs, repetitions and reordering gives the figures of a calm one",
        arguments: seeds)
    func aDayUnderFaults(seed: UInt64) async throws {
        print("MINGJIAN_SEED=\(seed)")
        let simulation = Simulation(seed: seed)
        var told: [String] = []
        let calm = try await simulation.run(.calm)
        let keys = Set(simulation.lines.compactMap(\.key))
        #expect(keys.count > 500 && calm.bad > 0, "seed \(seed)")
        #expect(calm.sent == simulation.lines.count, "seed \(seed)")
        #expect(calm.figures.contains { $0.today.served > 10 } && calm.figures.count == 156, "seed \(seed)")
        for mode in [Simulation.Mode.calm, .disturbed, .reordered] {
            let run = mode == .calm ? calm : try await simulation.run(mode)
            #expect(run.violations.isEmpty, "seed \(seed), \(mode): \(run.violations)")
            // Each line that was acknowledged is one of the three.
            #expect(run.total.taken + run.total.duplicate + run.total.refused == run.sent, "seed \(seed), \(mode)")
            #expect(run.total.read == run.sent && run.total.refused == run.bad, "seed \(seed), \(mode)")
            // All that was sent is in the log, once.
            let isWhole = run.log.count == keys.count && Set(run.log) == keys
            #expect(isWhole, "seed \(seed), \(mode)")
            switch mode {
            case .calm: #expect(run.total.taken == keys.count, "seed \(seed)")
            case .disturbed:
                // The same order: the same state, to the last digest.
                let isSame = (log: run.log == calm.log, state: run.digests == calm.digests)
                #expect(isSame.log && isSame.state, "seed \(seed)")
                let wrong = zip(run.figures, calm.figures).first { $0 != $1 }
                #expect(
                    run.figures.count == calm.figures.count && wrong == nil,
                    "seed \(seed): \(String(describing: wrong))")
            case .reordered:
                let isOther = run.log != calm.log
                #expect(isOther, "seed \(seed)")
                let shown = run.figures.map(\.regardlessOfArrival)
                let wrong = zip(shown, calm.figures.map(\.regardlessOfArrival)).first { $0 != $1 }
                #expect(shown.count == calm.figures.count && wrong == nil, "seed \(seed): \(String(describing: wrong))")
            }
            let faults = run.faults.filter { $0.key != .nothing }.values.reduce(0, +)
            #expect(mode == .calm ? faults == 0 : faults > 20, "seed \(seed), \(mode)")
            let counts = run.faults.sorted { "\($0.key)" < "\($1.key)" }.map { "\($0.key) \($0.value)" }
            told.append("  \(mode): \(run.sent) lines, \(run.log.count) in the log; \(counts.joined(separator: ", "))")
        }
        print(
            """
            seed \(seed): \(keys.count) events of two shops
            \(told.joined(separator: "\n"))
              checked: nothing acknowledged was lost, each event is in the log once, bad lines are refused; the state is
              that of the whole log, and under faults that of the calm day; \(calm.figures.count) sets of figures are the calm day's
            """)
    }
}
