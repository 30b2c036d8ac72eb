import Foundation
import Monitoring
import Testing

@testable import Server

/// Whole days under faults; `make simulate SEED=…` runs one seed of your choice.
struct SimulationTests {
    /// Seeds that once failed.
    private static let regressions: [UInt64] = []

    private static let seeds: [UInt64] = {
        guard let text = ProcessInfo.processInfo.environment["MINGJIAN_SEED"], !text.isEmpty else {
            return [1, 2, 3] + regressions
        }
        guard let seed = UInt64(text) else { fatalError("MINGJIAN_SEED is no number: \(text)") }
        return [seed]
    }()

    @Test(
        "a day under crashes, failed syncs, repetitions and reordering gives the figures of a calm one",
        arguments: seeds)
    func aDayUnderFaults(seed: UInt64) async throws {
        print("MINGJIAN_SEED=\(seed)")
        let simulation = Simulation(seed: seed)
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
            #expect(run.log.count == keys.count && Set(run.log) == keys, "seed \(seed), \(mode)")
            switch mode {
            case .calm: #expect(run.total.taken == keys.count, "seed \(seed)")
            case .disturbed:
                // The same order: the same state, to the last digest.
                #expect(run.log == calm.log && run.digests == calm.digests, "seed \(seed)")
                #expect(run.figures == calm.figures, "seed \(seed)")
            case .reordered:
                #expect(run.log != calm.log, "seed \(seed)")
                let (told, expected) = (run.figures.map(\.withoutMarks), calm.figures.map(\.withoutMarks))
                let wrong = zip(told, expected).first { $0 != $1 }
                #expect(told.count == expected.count && wrong == nil, "seed \(seed): \(String(describing: wrong))")
            }
            let faults = run.faults.filter { $0.key != .nothing }.values.reduce(0, +)
            #expect(mode == .calm ? faults == 0 : faults > 20, "seed \(seed), \(mode)")
        }
    }
}
