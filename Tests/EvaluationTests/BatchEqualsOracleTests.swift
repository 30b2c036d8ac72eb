import OracleSupport
import Testing

/// The batch path against the naive oracle, which shares no code with it.
struct BatchEqualsOracleTests {
    private func differs(_ random: RandomCase) -> Bool {
        guard let batch = Comparison.batch(random) else { return true }
        return difference(batch, random) != nil
    }

    private func difference(_ batch: [OracleOutcome], _ random: RandomCase) -> String? {
        let expected = Comparison.oracle(random).outcomes(of: random.conversation)
        func lines(_ outcomes: [OracleOutcome]) -> String {
            describe(
                outcomes.map { outcome in
                    var outcome = outcome
                    let exact = expected.first {
                        $0.rule == outcome.rule && $0.conversation == outcome.conversation
                            && $0.stay == outcome.stay
                    }
                    outcome.spansAreExact = exact?.spansAreExact ?? true
                    return outcome
                })
        }
        let (mine, theirs) = (lines(batch), lines(expected))
        return mine == theirs ? nil : "batch:\n\(mine)\noracle:\n\(theirs)"
    }

    @Test(
        "batch equals the oracle on random rules and conversations",
        arguments: [
            RandomCase.Features(rawValue: 0), .missingTimes, .truncation, .regex, .parts, .hours, .scopes,
            [.scopes, .missingTimes, .truncation], .likeness, .gaps, .promises, .sequences,
            [.sequences, .missingTimes, .truncation, .parts], .wholes,
            [.wholes, .missingTimes, .truncation, .parts, .hours], .standard,
        ])
    func batchEqualsOracle(features: RandomCase.Features) throws {
        for seed in Comparison.seeds(400) {
            let random = RandomCase(seed: seed, features: features)
            guard differs(random) else { continue }
            let small = random.shrunk { differs($0) }
            let shown = Comparison.batch(small).flatMap { difference($0, small) } ?? "refused"
            Issue.record("seed \(seed), features \(features.rawValue):\n\(small.transcript)\n\(shown)")
            return
        }
    }
}
