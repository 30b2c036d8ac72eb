import ConversationModel
import Evaluation
import OracleSupport
import Patterns
import RuleLanguage
import Testing

/// Live equals batch, and both equal the oracle.
struct SessionEqualsBatchTests {
    private static let manners: [(String, SessionDriver.Manner)] = [
        ("in order", SessionDriver.Manner()),
        ("advances between", SessionDriver.Manner(hasAdvances: true)),
        ("findings only", SessionDriver.Manner(hasAdvances: true, isLean: true)),
        ("late messages", SessionDriver.Manner(hasAdvances: true, isShuffled: true)),
    ]

    /// What differs between a session's net result, the batch path and the oracle; nil: nothing.
    private func difference(
        _ random: RandomCase, _ manner: SessionDriver.Manner, asOf: Instant? = nil
    ) -> String? {
        guard
            let compiled = RuleCompiler.compile(
                random.rules, digest: "", policy: random.policy, table: Comparison.table,
                cache: DiskCache(directory: nil)
            ).rules, let evaluator = try? Evaluator(compiled), let reader = try? SessionReader(compiled)
        else { return "refused" }
        var driver = SessionDriver(random, reader, manner, asOf: asOf)
        driver.run()

        var lines: [String] = []
        evaluator.asOf = asOf?.milliseconds ?? MessageTable.noTime
        let batch = evaluator.judge(random.conversation, groups: random.groups)
        // Two owners missed at one anchor share an id: then either stands.
        let byID = Dictionary(grouping: batch, by: \.id)
        for (id, findings) in byID.sorted(by: { $0.key < $1.key }) {
            guard let mine = driver.standing[id] else {
                lines.append("not asserted: \(findings)")
                continue
            }
            if !findings.contains(mine) { lines.append("session: \(mine)\nbatch: \(findings)") }
        }
        for (id, finding) in driver.standing.sorted(by: { $0.key < $1.key }) where byID[id] == nil {
            lines.append("only asserted: \(finding)")
        }
        // In order, only a cut end or a message without a time withdraws what was said.
        let isPlain =
            asOf == nil && !random.conversation.isTruncatedAtEnd
            && random.conversation.messages.allSatisfy { $0.time != nil }
        if isPlain, !manner.isShuffled, !driver.retracted.isEmpty {
            lines.append("retracted: \(driver.retracted)")
        }

        guard !manner.isLean else { return lines.isEmpty ? nil : lines.joined(separator: "\n") }
        let expected = Comparison.oracle(random, asOf: asOf).outcomes(of: random.conversation)
        func described(_ outcomes: [OracleOutcome]) -> String {
            describe(
                outcomes.map { outcome in
                    var outcome = outcome
                    outcome.findings = []
                    return outcome
                }.sorted { key($0) < key($1) })
        }
        let (live, oracle) = (described(driver.outcomes), described(expected))
        if live != oracle { lines.append("session:\n\(live)\noracle:\n\(oracle)") }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private func key(_ outcome: OracleOutcome) -> String {
        let start = outcome.stay.map { "\($0.start) \($0.owner.label)" } ?? "-"
        return "\(outcome.conversation) \(outcome.rule) \(start)"
    }

    @Test(
        "the net of a session equals batch and oracle",
        arguments: [
            RandomCase.Features(rawValue: 0), .missingTimes, .truncation, .regex, .parts, .hours, .scopes,
            [.scopes, .missingTimes, .truncation], .likeness, .gaps, .promises, .sequences,
            [.sequences, .missingTimes, .truncation, .parts], .wholes,
            [.wholes, .missingTimes, .truncation, .parts, .hours], .standard,
        ])
    func sessionEqualsBatch(features: RandomCase.Features) {
        for seed in Comparison.seeds(400) {
            let random = RandomCase(seed: seed, features: features)
            for (name, manner) in SessionEqualsBatchTests.manners where difference(random, manner) != nil {
                let small = random.shrunk { difference($0, manner) != nil }
                Issue.record(
                    """
                    seed \(seed), features \(features.rawValue), \(name):
                    \(small.transcript)
                    \(difference(small, manner) ?? "")
                    """)
                return
            }
        }
    }

    @Test("a session that is left open equals the batch path as of that instant")
    func cutOffEqualsAsOf() {
        func asOf(_ random: RandomCase) -> Instant? {
            let times = random.conversation.messages.compactMap(\.time)
            guard times.count == random.conversation.messages.count else { return nil }
            return times.last?.advanced(by: Int64(random.seed % 7) * 60_000)
        }
        for seed in Comparison.seeds(300) {
            let manner = SessionDriver.Manner(hasAdvances: true, isLean: seed % 2 == 1)
            let random = RandomCase(
                seed: seed, features: [.regex, .parts, .hours, .scopes, .gaps, .promises, .sequences, .wholes])
            func differs(_ random: RandomCase) -> String? {
                asOf(random).flatMap { difference(random, manner, asOf: $0) }
            }
            guard differs(random) != nil else { continue }
            let small = random.shrunk { differs($0) != nil }
            Issue.record("seed \(seed):\n\(small.transcript)\n\(differs(small) ?? "")")
            return
        }
    }
}
