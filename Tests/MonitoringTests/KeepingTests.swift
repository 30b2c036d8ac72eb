import ConversationModel
import TestSupport
import Testing

@testable import Monitoring

/// States that let nothing go of some buyers, for explaining.
@Suite struct KeepingTests {
    @Test(
        "such a state has the figures of any other, and its explanations lack no event",
        arguments: 0..<60 as Range<UInt64>)
    func keeping(seed: UInt64) {
        var draw = RandomLog(seed: seed &+ 90_000)
        let log = draw.log(Int.random(in: 100...250, using: &draw.random))
        let policy = draw.settings.policy
        var monitor = ShopMonitor(policy: policy)
        for event in log { monitor.apply(event) }
        let end = log.map(\.time.milliseconds).max() ?? 0
        let oldest = monitor.oldestAnswer?.milliseconds ?? .min
        for question in [end + 1] + draw.questions(log, 4) where question >= oldest {
            let now = Instant(milliseconds: question)
            for figure in ExplainedFigures.ofTheShop + [.pending(.agent("豆豆")), .leftPending(.shop)] {
                for day in figure.isOfDay && figure.scope == .shop ? Explanation.Day.allCases : [.today] {
                    let comment = "seed \(seed), \(figure) of \(day) at \(question)"
                    let plain = monitor.explain(figure, of: day, at: now)
                    if monitor.isComplete(plain) { continue }
                    var keeping = ShopMonitor(policy: policy, keeping: monitor.buyers(behind: plain))
                    for event in log { keeping.apply(event) }
                    let whole = keeping.explain(figure, of: day, at: now)
                    #expect((whole.terms + whole.others).allSatisfy { $0.isComplete }, "\(comment)")
                    #expect(whole.value == plain.value && whole.leftOutCount == plain.leftOutCount, "\(comment)")
                    // Of events that were let go nothing is left but that they were late.
                    // Since when a conversation is queued or pooled is said by the event that put it there alone.
                    if figure != .lateEvents {
                        let (known, all) = (terms(plain.terms), terms(whole.terms))
                        #expect(known.map(\.said) == all.map(\.said), "\(comment)")
                        #expect(zip(known, all).allSatisfy { $0.since == nil || $0.since == $1.since }, "\(comment)")
                    }
                    #expect(keeping.figures(at: now) == monitor.figures(at: now), "\(comment)")
                    let named = Set((whole.terms + whole.others).flatMap(\.events))
                    #expect(named.isSubset(of: Set(whole.events.map(\.id))), "\(comment)")
                    ExplainedFigures.check(whole, of: day, log, draw.settings, question, comment)
                }
            }
        }
    }

    /// Terms without their events, which are other where they were let go.
    private func terms(_ terms: [Explanation.Term]) -> [(said: [String], since: Instant?)] {
        terms.map { term in
            ([term.subject, term.agent ?? "", term.conversation ?? "", "\(term.value)"], term.since)
        }.sorted { a, b in
            if a.0 != b.0 { return a.0.lexicographicallyPrecedes(b.0) }
            return (a.1?.milliseconds ?? .min) < (b.1?.milliseconds ?? .min)
        }
    }

    @Test("in such logs explanations do lack events")
    func logsAreLongEnough() {
        var missing = 0
        for seed in 0..<60 as Range<UInt64> {
            var draw = RandomLog(seed: seed &+ 90_000)
            let log = draw.log(Int.random(in: 100...250, using: &draw.random))
            var monitor = ShopMonitor(policy: draw.settings.policy)
            for event in log { monitor.apply(event) }
            guard let now = monitor.oldestAnswer?.advanced(by: 1) else { continue }
            for figure in ExplainedFigures.ofTheShop {
                missing += monitor.isComplete(monitor.explain(figure, at: now)) ? 0 : 1
            }
        }
        #expect(missing > 50, "\(missing)")
    }
}
