import ConversationModel
import Monitoring
import TestSupport
import Testing

extension LiveOracle.Settings {
    /// The policy that says the same.
    var policy: MonitorPolicy {
        let hours = open.map { [TimePolicy.OpenHours(start: $0.from, end: $0.to)] }
        let time = TimePolicy(
            zone: zone, closeAfter: closeAfter, closeAfterOpenWait: closeAfterOpenWait,
            openHours: hours.map { Array(repeating: $0, count: 7) } ?? [],
            waits: WaitPolicy(
                assistantAnswers: assistantAnswers, onTransfer: carries ? .carry : .restart, cap: cap))
        return MonitorPolicy(
            time: time, slotMinutes: Int(slot / 60_000), lateness: lateness, skew: skew, idleAfter: idleAfter,
            pendingUntil: untilRead ? .read : .answered) ?? MonitorPolicy()
    }
}

/// The differences of two tellings, at most a few.
func differences(_ monitor: [String: Int64], _ oracle: [String: Int64]) -> String {
    Set(monitor.keys).union(oracle.keys).sorted().filter { monitor[$0] != oracle[$0] }.prefix(8)
        .map { "\($0): \(monitor[$0] ?? 0), oracle \(oracle[$0] ?? 0)" }.joined(separator: "; ")
}

@Suite struct MonitorEqualsOracleTests {
    @Test("every figure equals the oracle's, at any instant, after any log", arguments: 0..<300 as Range<UInt64>)
    func figuresEqualTheOracle(seed: UInt64) {
        var draw = RandomLog(seed: seed)
        let log = draw.log(Int.random(in: 10...120, using: &draw.random))
        var monitor = ShopMonitor(policy: draw.settings.policy)
        var oracle = LiveOracle(draw.settings)
        let cut = Int.random(in: 0...log.count, using: &draw.random)
        for (part, events) in [log[..<cut], log[cut...]].enumerated() {
            for event in events { monitor.apply(event) }
            oracle.take(Array(events), findsAmended: true)
            #expect(monitor.watermark?.milliseconds == oracle.watermark, "seed \(seed)")
            for question in draw.questions(log, 25) where question >= monitor.oldestAnswer?.milliseconds ?? .min {
                // What is forgotten is said to be; the oracle forgets nothing.
                let told = monitor.figures(at: Instant(milliseconds: question)).told
                let expected = oracle.figures(at: question)
                #expect(told == expected, "seed \(seed), part \(part), at \(question): \(differences(told, expected))")
                if told != expected { return }
            }
        }
        let counters = monitor.counters
        #expect(counters.applied == Int64(oracle.counters["applied"] ?? 0), "seed \(seed)")
        #expect(counters.late == Int64(oracle.counters["late"] ?? 0), "seed \(seed)")
        #expect(counters.duplicate == Int64(oracle.counters["duplicate"] ?? 0), "seed \(seed)")
        #expect(counters.tooOld == Int64(oracle.counters["tooOld"] ?? 0), "seed \(seed)")
        #expect(counters.fromTheFuture == Int64(oracle.counters["future"] ?? 0), "seed \(seed)")
    }

    @Test("a snapshot and the rest of the log give the state of the whole log", arguments: 0..<120 as Range<UInt64>)
    func snapshotsChangeNothing(seed: UInt64) throws {
        var draw = RandomLog(seed: seed &+ 10_000)
        let log = draw.log(Int.random(in: 10...300, using: &draw.random))
        let policy = draw.settings.policy
        var whole = ShopMonitor(policy: policy)
        var restarted = ShopMonitor(policy: policy)
        for event in log {
            whole.apply(event)
            if Int.random(in: 0..<20, using: &draw.random) == 0 {
                let snapshot = restarted.snapshot
                restarted = try ShopMonitor(snapshot: snapshot, policy: policy)
                #expect(restarted.snapshot == snapshot, "seed \(seed)")
                // All that came before comes again.
                var again = restarted
                for old in log.prefix(5) { again.apply(old) }
            }
            restarted.apply(event)
        }
        #expect(whole.digest == restarted.digest, "seed \(seed)")
        #expect(whole.snapshot == restarted.snapshot, "seed \(seed)")
    }

    @Test("any order gives the same figures", arguments: 0..<120 as Range<UInt64>)
    func orderDoesNotMatter(seed: UInt64) {
        var draw = RandomLog(seed: seed &+ 20_000)
        var log = draw.log(Int.random(in: 10...100, using: &draw.random), arrivals: false)
        // Nothing too old in any order, and ticks move nothing.
        let first = log[0].time.milliseconds
        log = log.filter { $0.time.milliseconds < first + 40 * LiveOracle.hour && $0.content != .tick }
        var ordered = ShopMonitor(policy: draw.settings.policy)
        for event in log { ordered.apply(event) }
        let questions = draw.questions(log, 12)
        for _ in 0..<3 {
            var other = ShopMonitor(policy: draw.settings.policy)
            for event in log.shuffled(using: &draw.random) { other.apply(event) }
            for question in questions {
                let hidden = { (name: String, _: Int64) in !name.hasSuffix(".late") && !name.hasSuffix(".amended") }
                let a = ordered.figures(at: Instant(milliseconds: question)).told.filter(hidden)
                let b = other.figures(at: Instant(milliseconds: question)).told.filter(hidden)
                #expect(a == b, "seed \(seed), at \(question): \(differences(a, b))")
            }
        }
    }

    @Test("within the lateness bound no event leaves a trace", arguments: 0..<60 as Range<UInt64>)
    func withinTheBoundNothingIsLate(seed: UInt64) {
        var draw = RandomLog(seed: seed &+ 30_000)
        let log = draw.log(100, arrivals: false).map { event in
            var event = event
            event.received = event.received.advanced(by: Int64.random(in: 0...299_000, using: &draw.random))
            return event
        }
        let arrived = log.enumerated().sorted {
            ($0.element.received.milliseconds, $0.offset) < ($1.element.received.milliseconds, $1.offset)
        }
        var ordered = ShopMonitor(policy: draw.settings.policy)
        for event in log { ordered.apply(event) }
        var other = ShopMonitor(policy: draw.settings.policy)
        for (_, event) in arrived { other.apply(event) }
        #expect(other.counters.late == 0, "seed \(seed)")
        for question in draw.questions(log, 12) where question >= other.oldestAnswer?.milliseconds ?? .min {
            let a = ordered.figures(at: Instant(milliseconds: question)).told
            let b = other.figures(at: Instant(milliseconds: question)).told
            #expect(a == b, "seed \(seed), at \(question): \(differences(a, b))")
        }
    }

    @Test("an event counts once, however often it comes", arguments: 0..<60 as Range<UInt64>)
    func duplicatesCountOnce(seed: UInt64) throws {
        var draw = RandomLog(seed: seed &+ 40_000)
        let log = draw.log(80)
        let policy = draw.settings.policy
        var once = ShopMonitor(policy: policy)
        var twice = ShopMonitor(policy: policy)
        for (index, event) in log.enumerated() {
            once.apply(event)
            twice.apply(event)
            if event.content != .tick { twice.apply(event) }
            if index % 13 == 0 { twice = try ShopMonitor(snapshot: twice.snapshot, policy: policy) }
        }
        for question in draw.questions(log, 12) where question >= twice.oldestAnswer?.milliseconds ?? .min {
            let a = once.figures(at: Instant(milliseconds: question)).told
            let b = twice.figures(at: Instant(milliseconds: question)).told
            #expect(a == b, "seed \(seed), at \(question): \(differences(a, b))")
        }
    }

    @Test("damaged snapshots are refused", arguments: 0..<20 as Range<UInt64>)
    func damagedSnapshots(seed: UInt64) throws {
        var draw = RandomLog(seed: seed &+ 50_000)
        let policy = draw.settings.policy
        var monitor = ShopMonitor(policy: policy)
        for event in draw.log(60) { monitor.apply(event) }
        let snapshot = monitor.snapshot
        for _ in 0..<60 {
            var changed = snapshot
            changed[Int.random(in: 0..<changed.count, using: &draw.random)] ^= UInt8.random(
                in: 1...255, using: &draw.random)
            #expect(throws: SnapshotError.self) { try ShopMonitor(snapshot: changed, policy: policy) }
        }
        for length in [0, 1, 31, 32, 33, snapshot.count / 2, snapshot.count - 1] {
            #expect(throws: SnapshotError.self) {
                try ShopMonitor(snapshot: Array(snapshot.prefix(length)), policy: policy)
            }
        }
        #expect(throws: SnapshotError.otherPolicy) {
            try ShopMonitor(snapshot: snapshot, policy: MonitorPolicy(slotMinutes: 5) ?? policy)
        }
    }
}
