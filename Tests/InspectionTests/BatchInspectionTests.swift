import Archives
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Synchronization
import Testing

struct BatchInspectionTests {
    @Test("threads and block sizes change no byte and no count")
    func threadsAndBlocksChangeNothing() throws {
        let rules = try #require(SomeRules.withProcedure)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 120, seed: 3, every: 7, "{\"id\":5"))
        #expect(SomeRules.loaded.diagnostics.filter { $0.severity == .error }.map(\.code) == [])
        let expected = try Run([input], rules: rules)
        let findings = try expected.findings()
        #expect(findings.count > 20)
        #expect(Set(findings.map(\.rule)) == ["contact", "greeting", "price", "procedure"])
        for threads in [1, 2, 3, 8] {
            for size in [300, 5_000, 70_000, 1 << 20] {
                let note = "\(threads) threads, blocks of \(size)"
                let run = try Run([input], rules: rules) {
                    $0.threads = threads
                    $0.blockSize = size
                }
                #expect(run.lines == expected.lines, "\(note)")
                expectSame(run.result, expected.result, note)
            }
        }
    }

    @Test("a run that is stopped and started again ends as if it had not been", arguments: [1, 2])
    func resumedRunsEndTheSame(threads: Int) throws {
        let rules = try #require(SomeRules.withProcedure)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 200, seed: 4, every: 11, "{}"))
        let again = try directory.write("b.ndjson", archive(conversations: 60, seed: 4))
        let set: (inout InspectionOptions) -> Void = {
            $0.threads = threads
            $0.blockSize = 2_000
        }
        let expected = try Run([input, again], rules: rules, set: set)
        #expect(expected.result?.coverage.badByReason["duplicate-conversation"] == 60)
        for stop in [30, 64, 65, 150] {
            let note = "stopped after \(stop) blocks"
            let path = directory.path + "/checkpoint-\(stop)"
            var file: [UInt8] = []
            var rounds = 0
            var finished: InspectionResult?
            while finished == nil, rounds < 40 {
                let checkpoint = RunCheckpoint(path: path, key: "run", flush: {})
                // What was written after the checkpoint, as before a kill, is cut off by the caller.
                file = Array((file + Array("torn".utf8)).prefix(checkpoint.restoredLineBytes() ?? 0))
                let run = try Run([input, again], rules: rules, checkpoint: checkpoint, stopAfter: stop, set: set)
                file += run.lines
                finished = run.result
                rounds += 1
            }
            #expect(rounds > 1, "\(note)")
            #expect(file == expected.lines, "\(note)")
            expectSame(finished, expected.result, note)
            RunCheckpoint(path: path, key: "run", flush: {}).remove()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("checkpoints that take long are rare: twenty times as long as the last one took passes before the next")
    func checkpointsArePatient() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 2_000, seed: 5))
        /// How often a run whose clock goes on by `step` at each look made its lines durable; nil: it has no clock.
        func flushes(step: Duration?) throws -> Int {
            let count = Mutex(0)
            let clock = Mutex(Duration.zero)
            let uptime = step.map { step -> @Sendable () -> Duration in
                {
                    clock.withLock { now in
                        now += step
                        return now
                    }
                }
            }
            let checkpoint = RunCheckpoint(
                path: directory.path + "/checkpoint", key: "run", uptime: uptime,
                flush: { count.withLock { $0 += 1 } })
            _ = try Run([input], rules: rules, checkpoint: checkpoint) { $0.blockSize = 1_000 }
            checkpoint.remove()
            return count.withLock { $0 }
        }
        let always = try flushes(step: nil)
        let slow = try flushes(step: .seconds(1))
        let quick = try flushes(step: .milliseconds(10))
        // A look at the clock a block, and one more where a checkpoint is taken; without a clock there is one checkpoint for 16 blocks.
        #expect(always > 20, "\(always)")
        #expect(slow >= 1 && slow <= (always + 1) * 16 / 18 + 1, "\(always), \(slow)")
        #expect(quick >= 1 && quick <= (always + 1) * 16 / 98 + 1, "\(always), \(quick)")
    }

    @Test("a disk that does not take a checkpoint ends the run with its error")
    func failingCheckpointsEndTheRun() throws {
        struct Full: Error {}
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 2_000, seed: 5))
        let clock = Mutex(Duration.zero)
        let clocks: [(@Sendable () -> Duration)?] = [
            nil,
            {
                clock.withLock { now in
                    now += .seconds(100)
                    return now
                }
            },
        ]
        for uptime in clocks {
            let checkpoint = RunCheckpoint(
                path: directory.path + "/checkpoint", key: "run", uptime: uptime, flush: { throw Full() })
            #expect(throws: Full.self) {
                _ = try Run([input], rules: rules, checkpoint: checkpoint) { $0.blockSize = 1_000 }
            }
            checkpoint.remove()
        }
    }

    @Test("a checkpoint of another run, or a torn one, is none")
    func otherCheckpointsAreNone() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 80, seed: 5))
        let path = directory.path + "/checkpoint"
        let set: (inout InspectionOptions) -> Void = { $0.blockSize = 2_000 }
        let first = try Run(
            [input], rules: rules, checkpoint: RunCheckpoint(path: path, key: "one", flush: {}), stopAfter: 3, set: set)
        #expect(first.result == nil)
        #expect(RunCheckpoint(path: path, key: "one", flush: {}).restoredLineBytes() == first.lines.count)
        let other = RunCheckpoint(path: path, key: "two", flush: {})
        #expect(other.restoredLineBytes() == nil)
        let expected = try Run([input], rules: rules, set: set)
        let fresh = try Run([input], rules: rules, checkpoint: other, set: set)
        #expect(fresh.lines == expected.lines)
        let whole = try #require(FileManager.default.contents(atPath: path))
        for length in [0, 1, whole.count / 2, whole.count - 1] {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(RunCheckpoint(path: path, key: "one", flush: {}).restoredLineBytes() == nil)
        }
    }

    @Test("a second conversation of a known shop and id is bad unless it is allowed")
    func duplicatesAreBad() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let bytes = archive(conversations: 40, seed: 6)
        let inputs = [try directory.write("a.ndjson", bytes), try directory.write("b.ndjson", bytes)]
        for (threads, size) in [(1, 1 << 20), (2, 1_500)] {
            let run = try Run(inputs, rules: rules) {
                $0.threads = threads
                $0.blockSize = size
            }
            let coverage = try #require(run.result?.coverage)
            #expect(coverage.recordsRead == 80 && coverage.recordsBad == 40)
            #expect(coverage.badByReason == ["duplicate-conversation": 40])
            expectAddsUp(coverage)
            // The second archive's records bear its own numbers.
            #expect(run.result?.diagnostics.first?.place.record == 1)
            #expect(run.result?.diagnostics.first?.place.path.hasSuffix("b.ndjson") == true)
        }
        let allowed = try Run(inputs, rules: rules) { $0.allowsDuplicates = true }
        #expect(allowed.result?.coverage.recordsInspected == 80)
    }

    @Test("a sink that fails ends the run with its error, and nothing is written after", arguments: [1, 2, 8])
    func failingSinksEndTheRun(threads: Int) throws {
        struct Full: Error {}
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 200, seed: 6))
        var options = InspectionOptions()
        options.writesFindings = true
        options.threads = threads
        options.blockSize = 2_000
        let expected = try Run([input], rules: rules) { $0.blockSize = 2_000 }.lines
        let written = Mutex<[UInt8]>([])
        let calls = Atomic<Int>(0)
        let inspection = BatchInspection(
            try openArchive([input], options: ArchiveOptions()), rules: rules, options: options,
            sink: { bytes in
                guard calls.add(1, ordering: .relaxed).newValue < 5 else { throw Full() }
                written.withLock { $0 += bytes }
            })
        #expect(throws: Full.self) { try inspection.run() }
        #expect(calls.load(ordering: .relaxed) == 5)
        #expect(written.withLock { !$0.isEmpty && expected.starts(with: $0) })
    }

    @Test("counts equal a fold over the findings")
    func countsEqualTheFindings() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 400, seed: 8))
        let run = try Run([input], rules: rules) { $0.blockSize = 20_000 }
        let result = try #require(run.result)
        let findings = try run.findings()
        #expect(result.findings == findings.count)
        for (index, rule) in result.tally.rules.enumerated() {
            let mine = findings.filter { $0.rule == rule.id.value }
            let hits = mine.filter { $0.outcome == "hit" }
            for (key, owner) in result.tally.byAgent.keys.enumerated() {
                let counts = result.tally.byAgent[key, index]
                #expect(counts.hits == hits.count { $0.owner == owner }, "\(rule.id) \(owner)")
                #expect(
                    counts.missed == mine.count { $0.outcome == "missed" && $0.owner == owner }, "\(rule.id) \(owner)")
                #expect(counts.unitsHit <= counts.unitsApplicable, "\(rule.id) \(owner)")
                // Rules of whole conversations: an agent's units hit are the conversations of its hits.
                #expect(
                    counts.unitsHit == Set(hits.filter { $0.owner == owner }.map(\.conversation)).count,
                    "\(rule.id) \(owner)")
            }
            for table in [result.tally.total, result.tally.byGroup, result.tally.byDay] {
                let sum = table.keys.indices.reduce(into: TallyCounts()) { $0 += table[$1, index] }
                #expect(sum.hits == hits.count && sum.missed == mine.count - hits.count, "\(rule.id)")
                #expect(sum.unitsHit == Set(hits.map(\.conversation)).count, "\(rule.id)")
                #expect(sum.unitsApplicable + sum.notEvaluated <= result.coverage.conversations, "\(rule.id)")
                #expect(sum.unitsHit <= sum.unitsApplicable, "\(rule.id)")
            }
        }
        #expect(
            result.negativeHitsBySeverity.reduce(0, +)
                == findings.count { $0.outcome == "hit" && $0.rule != "greeting" })
        #expect(result.cases.count == 50)
        expectAddsUp(result.coverage)
    }

    @Test("filters by day, group and agent leave out and count what they leave out")
    func filtersCountWhatTheyLeaveOut() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        func line(_ id: String, _ time: String, _ group: String, _ agent: String) -> String {
            """
            {"id":"\(id)","group":"\(group)","messages":[{"time":"\(time)","from":"agent","agent":"\(agent)","text":"5元"}]}
            """
        }
        // Midnight in China is 16:00 the day before in UTC.
        let text = [
            line("a", "2026-03-01T15:59:59Z", "售前", "小美"), line("b", "2026-03-01T16:00:00Z", "售前", "小丽"),
            line("c", "2026-03-02T12:00:00+08:00", "售后", "小美"), line("d", "2026-03-03T00:00:00", "售后", "小丽"),
            "{\"id\":\"e\",\"group\":\"售前\",\"messages\":[{\"from\":\"agent\",\"agent\":\"小美\",\"text\":\"5元\"}]}",
        ].joined(separator: "\n")
        let input = try directory.write("a.ndjson", Array(text.utf8))
        func inspected(_ set: @escaping (inout InspectionOptions) -> Void) throws -> [String] {
            let run = try Run([input], rules: rules, set: set)
            let coverage = try #require(run.result?.coverage)
            let ids = try run.findings().map(\.conversation)
            #expect(coverage.recordsInspected == ids.count && coverage.recordsFiltered == 5 - ids.count)
            expectAddsUp(coverage)
            return ids
        }
        #expect(try inspected { _ in } == ["a", "b", "c", "d", "e"])
        #expect(try inspected { $0.firstDay = CalendarDay("2026-03-02") } == ["b", "c", "d"])
        #expect(try inspected { $0.lastDay = CalendarDay("2026-03-02") } == ["a", "b", "c"])
        #expect(
            try inspected { ($0.firstDay, $0.lastDay) = (CalendarDay("2026-03-02"), CalendarDay("2026-03-02")) } == [
                "b", "c",
            ])
        #expect(try inspected { $0.groups = ["售前"] } == ["a", "b", "e"])
        #expect(try inspected { $0.agents = ["小丽"] } == ["b", "d"])
        #expect(try inspected { ($0.agents, $0.groups) = (["小丽"], ["售后"]) } == ["d"])
        #expect(try inspected { $0.groups = ["没有"] } == [])
    }

    @Test("where records are messages, a conversation that is left out or stands twice is as many of them as it has")
    func recordsOfMessages() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        func lines(_ id: String, day: Int, count: Int) -> String {
            (0..<count).map { second in
                """
                {"conversation":"\(id)","buyer":"\(id)","from":"agent","agent":"甲",\
                "time":"2026-03-0\(day)T10:00:0\(second)+08:00","text":"您好"}

                """
            }.joined()
        }
        let whole =
            #"{"id":"twice","messages":[{"from":"agent","agent":"甲","time":"2026-03-05T09:00:00+08:00","text":"您好"}]}"#
        let inputs = [
            try directory.write("a.ndjson", Array((whole + "\n").utf8)),
            try directory.write(
                "b.ndjson",
                Array(
                    (lines("old", day: 1, count: 4) + lines("new", day: 5, count: 3) + lines("twice", day: 5, count: 5))
                        .utf8)),
        ]
        let run = try Run(inputs, rules: rules) { $0.firstDay = CalendarDay("2026-03-04") }
        let coverage = try #require(run.result?.coverage)
        #expect(coverage.recordsRead == 13 && coverage.recordsFiltered == 4 && coverage.recordsBad == 5)
        #expect(coverage.recordsInspected == 4 && coverage.messages == 4 && coverage.conversations == 2)
        #expect(coverage.badByReason == ["duplicate-conversation": 5])
        var left = InspectionOptions()
        left.exemptions = Exemptions(
            excludedBuyers: [
                ExcludedBuyers(
                    buyers: ["new"], window: nil, reason: "测试", author: "阿宁",
                    recorded: CalendarDay(year: 2026, month: 3, day: 1))
            ])
        let excluded = try #require(try Run(inputs, rules: rules) { $0.exemptions = left.exemptions }.result?.coverage)
        #expect(excluded.filteredByReason == ["测试": 3] && excluded.recordsFiltered == 3)
        #expect(excluded.recordsInspected == 5 && excluded.messages == 5)
    }
}
