import Archives
import ConversationModel
import Evaluation
import Foundation
import Inspection
import RuleLanguage
import Synchronization
import TestSupport
import Testing

/// Conversations with known beginnings of their parts, and a history of versions around them.
private struct VersionedCase {
    var history: History
    var bytes: [UInt8] = []
    /// Per conversation the instants at which its parts begin; empty: without times.
    var parts: [[Int64]] = []
    let now: Int64

    static let hour: Int64 = 3_600_000
    static let words = ["微信", "QQ", "好评", "返现", "转账"]

    init(seed: UInt64, start: Int64, zone: Zone, conversations: Int = 60, staysWhole: Bool = false) throws {
        var random = SeededGenerator(seed: seed)
        history = try History(zone: zone)
        var instant = start
        for _ in 0..<Int.random(in: 2...5, using: &random) {
            instant +=
                Int64.random(in: 1...40, using: &random) * Self.hour + Int64.random(in: 0..<3_600_000, using: &random)
            try history.publish(
                Self.someRules(&random), at: Instant(milliseconds: instant),
                isEmergency: Int.random(in: 0..<3, using: &random) == 0)
        }
        now = instant + 48 * Self.hour
        // Just around the moments at which versions change, and anywhere.
        let edges = history.index.versions.map { $0.effectiveFrom.milliseconds }
        for number in 0..<conversations {
            var time =
                Bool.random(using: &random)
                ? (edges.randomElement(using: &random) ?? start) + Int64.random(in: -2...2, using: &random)
                : Int64.random(in: start - 48 * Self.hour...now, using: &random)
            let hasTimes = staysWhole || Int.random(in: 0..<8, using: &random) > 0
            var messages: [String] = []
            var begins: [Int64] = []
            for part in 0..<(staysWhole || !hasTimes ? 1 : Int.random(in: 1...3, using: &random)) {
                // Beyond a day silence closes whatever is open.
                if part > 0 { time += 30 * Self.hour + Int64.random(in: 0...20 * Self.hour, using: &random) }
                begins.append(time)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let word = Self.words.randomElement(using: &random) ?? ""
                    let from = Bool.random(using: &random) ? "buyer" : "agent"
                    let agent = from == "agent" ? #","agent":"a\#(Int.random(in: 0..<4, using: &random))""# : ""
                    let stamp = hasTimes ? #","time":\#(time)"# : ""
                    messages.append(#"{"from":"\#(from)"\#(agent)\#(stamp),"text":"您好 \#(word)"}"#)
                    time += Int64.random(in: 0...50_000, using: &random)
                }
            }
            parts.append(hasTimes ? begins : [])
            bytes += Array(
                #"{"id":"c\#(number)","buyer":"b\#(number % 7)","messages":[\#(messages.joined(separator: ","))]}"#.utf8
            )
            bytes.append(0x0A)
        }
    }

    private static func someRules(_ random: inout SeededGenerator) -> [String] {
        var texts: [String] = []
        for id in ["one", "two", "three"] where Int.random(in: 0..<4, using: &random) > 0 {
            let some = words.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
            // A rule that never sleeps is counted otherwise than one that waits for a keyword.
            texts.append(
                Bool.random(using: &random)
                    ? keywordRule(id, Array(some))
                    : keywordRule(id, Array(some), more: #""appliesTo":{"message":{"from":"buyer"}},"#))
        }
        texts.append(
            #"""
            {"id":"answer","name":"答复","polarity":"positive","when":{"after":{"message":{"from":"buyer"}},
             "expect":{"message":{"from":"agent"}},"within":{"time":"\#(Int.random(in: 10...60, using: &random))s"}}}
            """#)
        return texts
    }

    /// The version of a part by the letter of the rule: the last of the highest numbers that came into force.
    func version(ofPartAt instant: Int64?) -> Int {
        let instant = instant ?? now
        return history.index.versions.last { $0.effectiveFrom.milliseconds <= instant }?.number ?? 1
    }

    /// What the run must write: of each version's own run the lines of the parts that are its own.
    func expectedLines(_ input: ArchiveInput) throws -> [Substring] {
        var byConversation: [String: [Int: [Substring]]] = [:]
        for version in history.index.versions {
            let run = try Run([input], rules: history.rules(only: version.number)) { $0.threads = 1 }
            for line in String(decoding: run.lines, as: UTF8.self).split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                let name = object?["conversation"] as? String ?? ""
                byConversation[name, default: [:]][version.number, default: []].append(line)
            }
        }
        var lines: [Substring] = []
        for (number, begins) in parts.enumerated() {
            for part in 0..<max(1, begins.count) {
                let name = "c\(number)" + (part > 0 ? "#\(part + 1)" : "")
                let version = version(ofPartAt: begins.isEmpty ? nil : begins[part])
                lines += byConversation[name]?[version] ?? []
            }
        }
        return lines
    }
}

/// Summer time as in Shanghai from 1986 to 1991: clocks went forward in spring and back in autumn.
private let shanghaiSummers = Zone(
    name: "Asia/Shanghai",
    transitions: [
        .init(start: Instant(milliseconds: .min), offset: 28_800_000),
        .init(start: Instant(milliseconds: 515_527_200_000), offset: 32_400_000),
        .init(start: Instant(milliseconds: 527_014_800_000), offset: 28_800_000),
        .init(start: Instant(milliseconds: 545_162_400_000), offset: 32_400_000),
        .init(start: Instant(milliseconds: 558_464_400_000), offset: 28_800_000),
    ])

@Suite struct VersionedInspectionTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(
        "each part of a conversation is judged by the version in force at its first message",
        arguments: [
            // An ordinary week, the end of a year, the nights on which summer time began and ended.
            (1_772_400_000_000, Zone.chinaStandard), (1_767_100_000_000, .chinaStandard),
            (515_440_000_000, shanghaiSummers), (526_930_000_000, shanghaiSummers),
        ] as [(Int64, Zone)])
    func versionOfFirstMessage(start: Int64, zone: Zone) throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let one = try VersionedCase(seed: seed, start: start, zone: zone)
            let input = try directory.write("a-\(start)-\(seed).ndjson", one.bytes)
            let expected = try one.expectedLines(input)
            var results: [InspectionResult?] = []
            for threads in 1...3 {
                let run = try Run([input], rules: one.history.rules(at: Instant(milliseconds: one.now))) {
                    $0.threads = threads
                    $0.blockSize = 700
                }
                #expect(
                    String(decoding: run.lines, as: UTF8.self).split(separator: "\n") == expected, "seed \(seed)")
                results.append(run.result)
                let coverage = try #require(run.result?.coverage)
                expectAddsUp(coverage, "seed \(seed)")
                try expectVersions(coverage, one, "seed \(seed)")
            }
            expectSame(results[0], results[1], "seed \(seed)", bytes: false)
            expectSame(results[0], results[2], "seed \(seed)", bytes: false)
        }
    }

    private func expectVersions(_ coverage: Coverage, _ one: VersionedCase, _ note: String) throws {
        var counts: [Int: (all: Int, retroactive: Int, withoutTimes: Int)] = [:]
        let first = try #require(one.history.index.versions.first).effectiveFrom.milliseconds
        for begins in one.parts {
            for begin in begins.isEmpty ? [nil] : begins.map(Optional.some) {
                let number = one.version(ofPartAt: begin)
                counts[number, default: (0, 0, 0)].all += 1
                // Replaced before its midnight or not, the first version stands for all that came before any.
                let isBefore = one.history.index.inForce(at: Instant(milliseconds: begin ?? one.now))?.isRetroactive
                if let begin, begin < first, isBefore == true { counts[number]?.retroactive += 1 }
                if begin == nil { counts[number]?.withoutTimes += 1 }
            }
        }
        #expect(coverage.rulesOrigin == .versionOfDay)
        #expect(coverage.versions.map(\.number) == counts.keys.sorted(), "\(note)")
        for version in coverage.versions {
            let count = try #require(counts[version.number])
            #expect(version.conversations == count.all, "\(note)")
            #expect(version.retroactive == count.retroactive, "\(note)")
            #expect(version.withoutTimes == count.withoutTimes, "\(note)")
        }
    }

    @Test("counts over versions are the sums of each version's own", arguments: 1...8 as ClosedRange<UInt64>)
    func talliesAddUp(seed: UInt64) throws {
        let one = try VersionedCase(
            seed: seed, start: 1_772_400_000_000, zone: .chinaStandard, conversations: 80, staysWhole: true)
        let whole = try Run(
            [try directory.write("all.ndjson", one.bytes)], rules: one.history.rules(at: Instant(milliseconds: one.now))
        )
        let tally = try #require(whole.result?.tally)
        var sums: [String: TallyCounts] = [:]
        var groups: [String: [String: Int]] = [:]
        let lines = one.bytes.split(separator: 0x0A)
        for version in one.history.index.versions {
            var own: [UInt8] = []
            for (number, begins) in one.parts.enumerated() where one.version(ofPartAt: begins[0]) == version.number {
                own += lines[number] + [0x0A]
            }
            guard !own.isEmpty else { continue }
            let run = try Run(
                [try directory.write("v\(version.number).ndjson", own)], rules: one.history.rules(only: version.number))
            let part = try #require(run.result?.tally)
            for (name, table) in [
                ("agent", part.byAgent), ("day", part.byDay), ("group", part.byGroup), ("total", part.total),
            ] {
                for (key, label) in table.keys.enumerated() {
                    for rule in part.rules.indices {
                        sums["\(name) \(label) \(part.rules[rule].id)", default: TallyCounts()] += table[key, rule]
                    }
                }
            }
            for (agent, group) in zip(part.byAgent.keys, part.groupOfAgent) { groups[agent, default: [:]][group] = 1 }
        }
        var seen = 0
        for (name, table) in [
            ("agent", tally.byAgent), ("day", tally.byDay), ("group", tally.byGroup), ("total", tally.total),
        ] {
            for (key, label) in table.keys.enumerated() {
                for rule in tally.rules.indices {
                    seen += 1
                    let expected = sums["\(name) \(label) \(tally.rules[rule].id)"] ?? TallyCounts()
                    #expect(table[key, rule] == expected, "seed \(seed): \(name) \(label) \(tally.rules[rule].id)")
                }
            }
        }
        #expect(seen >= sums.count && !sums.isEmpty)
        #expect(tally.groupOfAgent == tally.byAgent.keys.map { groups[$0]?.keys.first ?? "" })
    }

    @Test("only versions that judge something are loaded, each once while it is in use")
    func loadsWhatIsNeeded() throws {
        var history = try History()
        let day: Int64 = 86_400_000
        for number in 0..<12 {
            try history.publish(
                [keywordRule("contact", ["微信\(number)"])],
                at: Instant(milliseconds: 1_772_380_000_000 + Int64(number) * day))
        }
        func conversation(_ number: Int, _ time: Int64) -> [UInt8] {
            Array(
                #"{"id":"c\#(number)","messages":[{"from":"agent","agent":"a","time":\#(time),"text":"微信3 微信4"}]}"#
                    .utf8) + [0x0A]
        }
        let third = history.index.versions[3].effectiveFrom.milliseconds
        var bytes: [UInt8] = []
        for number in 0..<40 { bytes += conversation(number, third + Int64(number) * 2 * day / 40) }
        let input = try directory.write("days.ndjson", bytes)
        let loads = LoadLog()
        let now = Instant(milliseconds: third + 100 * day)
        let run = try Run([input], rules: history.rules(at: now, loads: loads)) { $0.blockSize = 500 }
        #expect(loads.numbers.withLock { $0 } == [4, 5])
        #expect(run.result?.coverage.versions.map(\.number) == [4, 5])
        #expect(run.result?.findings == 40)

        // Back and forth between more versions than are kept: they are loaded again, with the same result.
        var shuffled: [UInt8] = []
        for number in 0..<300 {
            shuffled += conversation(number, history.index.versions[number / 25].effectiveFrom.milliseconds)
        }
        for number in 300..<400 {
            shuffled += conversation(number, history.index.versions[(number * 7) % 12].effectiveFrom.milliseconds)
        }
        let other = try directory.write("shuffled.ndjson", shuffled)
        let log = LoadLog()
        let many = try Run([other], rules: history.rules(at: now, loads: log)) { $0.blockSize = 300 }
        #expect(log.numbers.withLock { $0.count } > 12)
        #expect(many.result?.coverage.versions.map(\.number) == Array(1...12))
        let hits = (0..<400).count { [3, 4].contains($0 < 300 ? $0 / 25 : ($0 * 7) % 12) }
        #expect(many.result?.findings == hits)
    }

    @Test("a stopped run goes on with the counts of every version")
    func resumes() throws {
        let one = try VersionedCase(seed: 5, start: 1_772_400_000_000, zone: .chinaStandard, conversations: 400)
        let input = try directory.write("resume.ndjson", one.bytes)
        let now = Instant(milliseconds: one.now)
        func run(_ checkpoint: RunCheckpoint?, stopAfter: Int?) throws -> Run {
            try Run([input], rules: one.history.rules(at: now), checkpoint: checkpoint, stopAfter: stopAfter) {
                $0.blockSize = 600
                $0.threads = 2
            }
        }
        let whole = try run(nil, stopAfter: nil)
        for stop in [1, 20, 40] {
            let checkpoint = RunCheckpoint(path: directory.path + "/checkpoint-\(stop)", key: "k", flush: {})
            let first = try run(checkpoint, stopAfter: stop)
            #expect(first.result == nil)
            let kept = try #require(checkpoint.restoredLineBytes())
            let second = try run(checkpoint, stopAfter: nil)
            #expect(Array(first.lines.prefix(kept)) + second.lines == whole.lines)
            expectSame(second.result, whole.result, "stopped after \(stop)")
        }
    }
}
