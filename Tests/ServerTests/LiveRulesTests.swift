import ChineseText
import ConversationModel
import Diagnostics
import EventLog
import Events
import Foundation
import Inspection
import Monitoring
import Patterns
import RuleLanguage
import Synchronization
import TestSupport
import Testing

@testable import Evaluation
@testable import Server

/// Rules behind a log in memory, at a time that a test tells.
final class RuledShop {
    static let rules: CompiledRules? = {
        let texts = [
            #"{"id":"contact","name":"引流","polarity":"negative","severity":"critical","when":{"message":{"from":"agent","keywords":["微信"]}}}"#,
            #"{"id":"phone","name":"电话","polarity":"negative","when":{"message":{"entity":{"kinds":"phone","probable":true}}}}"#,
            #"""
            {"id":"answer","name":"答复","polarity":"positive","when":{"after":{"message":{"from":"buyer"}},
             "expect":{"message":{"from":"agent"}},"within":{"time":"60s"}}}
            """#,
            #"""
            {"id":"closing","name":"结束语","polarity":"positive",
             "when":{"message":{"from":"agent","keywords":["再见"]}}}
            """#,
        ]
        let files = texts.enumerated().map { SourceFile(path: "\($0).json", bytes: Array($1.utf8)) }
        let rules = loadRules(files: files).rules
        return RuleCompiler.compile(
            rules, digest: rulesDigest(rules), policy: TimePolicy(), table: table, cache: DiskCache(directory: nil)
        ).rules
    }()
    static let table = FoldTable()

    var files: MemoryFiles
    var pipeline: LivePipeline
    var rules: LiveRules
    private(set) var run: RulesRun
    let clock = Clock()

    /// What time it is.
    final class Clock: Sendable {
        let now = Mutex(morning)
    }

    init(_ files: MemoryFiles = MemoryFiles(), options: LiveRules.Options = LiveRules.Options()) throws {
        self.files = files
        pipeline = try LivePipeline(files) { _ in MonitorPolicy() }
        rules = LiveRules(files: files, name: "findings.ndjson", rules: try Self.runRules(), options: options)
        run = try rules.run(pipeline.log) { [clock] in clock.now.withLock { $0 } }
    }

    static func runRules() throws -> RunRules { RunRules(RuleSet(try #require(rules))) }

    /// Opens what a crash has left.
    func reopen(_ files: MemoryFiles) throws {
        self.files = files
        pipeline = try LivePipeline(files) { _ in MonitorPolicy() }
        rules = LiveRules(files: files, name: "findings.ndjson", rules: try Self.runRules(), options: rules.options)
        run = try rules.run(pipeline.log) { [clock] in clock.now.withLock { $0 } }
    }

    func take(_ lines: [String], at now: Instant) async throws {
        clock.now.withLock { $0 = now }
        let result = try await pipeline.ingest(
            Array(lines.joined(separator: "\n").utf8), receipt: .stamped, now: now)
        #expect(result.refused == 0, "\(result.refusals)")
    }

    /// Judges all that is in the log, and fires what is due.
    func judge(at now: Instant) throws {
        clock.now.withLock { $0 = now }
        while try run.step() {}
        _ = try run.step()
    }

    /// The lines of the file.
    var lines: [FindingLine] {
        (files.contents("findings.ndjson") ?? []).split(separator: 0x0A).compactMap { FindingLine($0) }
    }

    /// What stands by the file: of each id the last word.
    var net: [String: FindingLine] {
        lines.reduce(into: [:]) { $0[$1.id] = $1.holds ? $1 : nil }
    }

    /// What a batch run finds in the events of the log: id, rule, and conversation.
    func batch() throws -> [String: String] {
        let reader = try pipeline.log.reader(from: .start)
        var events: [Event] = []
        while case let entries = try reader.read(upTo: 1_000), !entries.isEmpty {
            for entry in entries {
                for case .event(let event) in EventReader().read(entry.record.payload) { events.append(event) }
            }
        }
        let evaluator = try Evaluator(try #require(Self.rules))
        var found: [String: String] = [:]
        for conversation in EventMapping.conversations(from: events) {
            for finding in evaluator.judge(conversation) {
                found[finding.id] = "\(finding.rule.value) \(finding.conversation)"
            }
        }
        return found
    }

    /// Lets days pass, so that everything is closed by the clock.
    func finish() throws {
        try judge(at: clock.now.withLock { $0 }.advanced(by: 3 * 86_400_000))
    }

    static func line(
        _ id: String, _ time: Instant, _ from: String, _ text: String, name: String = "c", shop: String = "店"
    ) -> String {
        let agent = from == "agent" ? #","agent":"豆豆""# : ""
        return
            #"{"id":"\#(id)","shop":"\#(shop)","time":"\#(time.utcText)","type":"message","conversation":"\#(name)","buyer":"b\#(name)","from":"\#(from)"\#(agent),"text":"\#(text)"}"#
    }
}

struct LiveRulesTests {
    private func ruleAndConversation(_ line: FindingLine) throws -> String {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.bytes)) as? [String: Any])
        return "\(object["rule"] ?? "") \(object["conversation"] ?? "")"
    }

    @Test("a hit is in the file once its event is judged, and a missed duty at its deadline, without any next message")
    func hitsAndDeadlines() async throws {
        let shop = try RuledShop()
        try await shop.take([RuledShop.line("1", morning, "buyer", "在吗")], at: morning)
        try shop.judge(at: morning)
        #expect(shop.lines.isEmpty)
        #expect(shop.run.nextDeadline == morning.advanced(by: 60_001))
        try shop.judge(at: morning.advanced(by: 60_000))
        #expect(shop.lines.isEmpty)
        try shop.judge(at: morning.advanced(by: 60_001))
        #expect(try shop.lines.map(ruleAndConversation) == ["answer c"])
        #expect(shop.lines[0].at == morning.advanced(by: 60_001) && shop.lines[0].holds)
        let later = morning.advanced(by: 90_000)
        try await shop.take([RuledShop.line("2", later, "agent", "加微信")], at: later)
        try shop.judge(at: later)
        #expect(try shop.lines.map(ruleAndConversation) == ["answer c", "contact c"])
        // An answer that was under way takes the miss back: the duty was met.
        try await shop.take([RuledShop.line("3", morning.advanced(by: 30_000), "agent", "您好")], at: later)
        try shop.judge(at: later)
        #expect(try Set(shop.net.values.map(ruleAndConversation)) == ["contact c", "answer c"])
        #expect(!shop.net.keys.contains(shop.lines[0].id))
    }

    @Test("what comes to an empty log after a clock stood at a later time fires its deadlines at their own time")
    func clockBeforeTheFirstEvent() async throws {
        let shop = try RuledShop()
        // The machine's clock, before anybody has told the time of the events.
        try shop.judge(at: morning.advanced(by: 30 * 86_400_000))
        try await shop.take([RuledShop.line("1", morning, "buyer", "在吗")], at: morning)
        try shop.judge(at: morning)
        #expect(shop.lines.isEmpty)
        try shop.judge(at: morning.advanced(by: 60_001))
        #expect(shop.lines.map(\.at) == [morning.advanced(by: 60_001)])
    }

    @Test("a deadline waits for what is under way as long as it is told to")
    func grace() async throws {
        var options = LiveRules.Options()
        options.grace = 5_000
        let shop = try RuledShop(options: options)
        try await shop.take([RuledShop.line("1", morning, "buyer", "在吗")], at: morning)
        try shop.judge(at: morning.advanced(by: 65_000))
        #expect(shop.lines.isEmpty)
        #expect(shop.run.nextDeadline == morning.advanced(by: 65_001))
        try await shop.take(
            [RuledShop.line("2", morning.advanced(by: 59_000), "agent", "您好")], at: morning.advanced(by: 65_000))
        try shop.judge(at: morning.advanced(by: 66_000))
        // Met, and never said to be missed.
        #expect(shop.lines.count == 1 && String(decoding: shop.lines[0].bytes, as: UTF8.self).contains("\"hit\""))
    }

    /// Lines of some conversations, late now and then, in batches with the time at which each comes.
    private func batches(_ random: inout SeededGenerator) -> [(now: Instant, lines: [String])] {
        let texts = ["在吗", "加微信", "您好", "再见", "13812345678", "好的"]
        var now = morning
        return (0..<25).map { number in
            now = now.advanced(by: Int64.random(in: 1...90_000, using: &random))
            let lines = (0..<Int.random(in: 1...8, using: &random)).map { place in
                let lag =
                    Int.random(in: 0..<4, using: &random) == 0
                    ? Int64.random(in: 0...200_000, using: &random) : Int64.random(in: 0...500, using: &random)
                let name = "c\(Int.random(in: 0..<5, using: &random))"
                return RuledShop.line(
                    "\(number)-\(place)", now.advanced(by: -lag),
                    Bool.random(using: &random) ? "buyer" : "agent", texts.randomElement(using: &random) ?? "",
                    name: name, shop: name == "c0" ? "店0" : "店")
            }
            return (now, lines)
        }
    }

    @Test(
        "after kills and power cuts anywhere the file's net is what a batch run finds in the log, and no line says less",
        arguments: 1...10 as ClosedRange<UInt64>)
    func crashes(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed &* 7_919)
        let shop = try RuledShop()
        for batch in batches(&random) {
            try await shop.take(batch.lines, at: batch.now)
            for _ in 0..<Int.random(in: 0...3, using: &random) { _ = try shop.run.step() }
            if Bool.random(using: &random) {
                try shop.judge(at: batch.now.advanced(by: Int64.random(in: 0...80_000, using: &random)))
            }
            if Int.random(in: 0..<4, using: &random) == 0 { try shop.run.save() }
            let place = shop.rules.board.place
            switch Int.random(in: 0..<6, using: &random) {
            case 0: try shop.reopen(shop.files.afterKill())
            case 1:
                // In the midst of writing: some of what was to be written is there, some is not.
                shop.files.cutPower(after: Int.random(in: 0...4, using: &random))
                for _ in 0..<2 { _ = try? shop.run.step() }
                try? shop.run.save()
                try shop.reopen(shop.files.afterPowerCut(using: &random))
            default: break
            }
            // What was told to others is there after every crash.
            let now = shop.rules.board.place
            #expect(now.generation == place.generation && now.offset >= place.offset, "seed \(seed)")
        }
        try shop.finish()
        let net = try shop.net.mapValues { try ruleAndConversation($0) }
        let batch = try shop.batch()
        #expect(net == batch, "seed \(seed)")
        #expect(batch.count > 10)
        // What is over is no longer open.
        let later = shop.clock.now.withLock { $0 }
        try await shop.take([RuledShop.line("last", later, "buyer", "在吗", name: "last")], at: later)
        try shop.judge(at: later)
        #expect(shop.rules.board.open(of: "店").findings.isEmpty, "seed \(seed)")
    }

    @Test("a restart without events says nothing again, and other rules take back what they do not find")
    func restart() async throws {
        let shop = try RuledShop()
        try await shop.take(
            [
                RuledShop.line("1", morning, "agent", "加微信"), RuledShop.line("2", morning, "agent", "加微信", name: "d"),
            ], at: morning)
        try shop.judge(at: morning)
        let before = shop.lines
        #expect(before.count == 2)
        // Killed before the checkpoint, and after it.
        for _ in 0..<2 {
            try shop.reopen(shop.files.afterKill())
            #expect(shop.rules.board.open(of: "店").findings.count == 2)
            try shop.judge(at: morning)
            #expect(shop.lines == before)
            try shop.run.save()
        }
        let files = shop.files.afterKill()
        let none = try #require(
            RuleCompiler.compile(
                [], digest: rulesDigest([]), policy: TimePolicy(), table: RuledShop.table,
                cache: DiskCache(directory: nil)
            ).rules)
        let pipeline = try LivePipeline(files) { _ in MonitorPolicy() }
        let other = LiveRules(files: files, name: "findings.ndjson", rules: RunRules(RuleSet(none)))
        let run = try other.run(pipeline.log) { morning }
        while try run.step() {}
        shop.files = files
        #expect(shop.net.isEmpty && shop.lines.count == 4)
    }

    @Test("a checkpoint is read back as it was, and nothing that is none is one")
    func checkpoints() throws {
        let checkpoint = RulesCheckpoint(
            generation: 7, offset: 12, applied: 99, at: morning,
            memory: LiveMemory(
                position: 5,
                conversations: [
                    LiveMemory.Record(
                        key: LiveConversationKey(shop: "店", buyer: "", conversation: "c"), parts: 2, messages: 30,
                        closedAt: morning, lastMessage: morning.advanced(by: -1), lastAgent: nil),
                    LiveMemory.Record(
                        key: LiveConversationKey(shop: "店", buyer: "b", conversation: "d"), parts: 1, messages: 3,
                        closedAt: morning, lastMessage: morning, lastAgent: "豆豆"),
                ]),
            standing: [[1, 2], []])
        let bytes = checkpoint.bytes
        #expect(RulesCheckpoint(bytes) == checkpoint)
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x20
            #expect(RulesCheckpoint(damaged) == nil)
            #expect(RulesCheckpoint(Array(bytes[..<place])) == nil)
        }
    }

    @Test("a file of findings is for one server, and one that stood there before is gone on with")
    func ownFile() async throws {
        let shop = try RuledShop()
        #expect(throws: LiveRulesError.locked("memory/findings.ndjson")) {
            _ = try LiveRules(files: shop.files, name: "findings.ndjson", rules: RuledShop.runRules())
                .run(shop.pipeline.log) { morning }
        }
        let files = MemoryFiles()
        let old = try files.create("findings.ndjson")
        try old.write(Array("{\"old\":1}\n{\"cut".utf8), at: 0)
        let other = try RuledShop(files)
        try await other.take([RuledShop.line("1", morning, "agent", "加微信")], at: morning)
        try other.judge(at: morning)
        let text = String(decoding: try #require(files.contents("findings.ndjson")), as: UTF8.self)
        #expect(text.hasPrefix("{\"old\":1}\n{\"change\":\"assert\"") && other.lines.count == 1)
    }

    @Test("a disk that is full stops the rules and nothing else; afterwards they go on, and nothing is lost")
    func fullDisk() async throws {
        let shop = try RuledShop()
        try await shop.take([RuledShop.line("1", morning, "agent", "加微信")], at: morning)
        shop.files.fillDisk(after: 20)
        #expect(throws: FileError.self) { try shop.judge(at: morning) }
        shop.files.fillDisk(after: .max / 2)
        try shop.reopen(shop.files.afterKill())
        try shop.judge(at: morning)
        #expect(try shop.net.values.map(ruleAndConversation) == ["contact c"])
        #expect(shop.lines.count == 1)
    }

    @Test("texts are masked before they are kept, refused lines are not kept, and rules see what is masked")
    func masking() async throws {
        let files = MemoryFiles()
        let mask = NumberMask(RuledShop.table)
        let pipeline = try LivePipeline(files, mask: { mask.masked($0) }) { _ in MonitorPolicy() }
        let lines = [
            RuledShop.line("1", morning, "agent", "打13812345678"),
            #"{"id":"2","shop":"店","text":"13812345678","type":"mesage"}"#,
        ]
        let result = try await pipeline.ingest(
            Array(lines.joined(separator: "\n").utf8), receipt: .stamped, now: morning)
        #expect(result.taken == 1 && result.refused == 1)
        for name in try files.names() {
            let text = String(decoding: files.contents(name) ?? [], as: UTF8.self)
            #expect(!text.contains("13812345678"), "\(name)")
        }
        var kept: [Quarantine.Entry] = []
        _ = try Quarantine.read(files) { kept.append($0) }
        #expect(kept.map(\.bytes) == [[]] && kept.map(\.isCut) == [true])
        let rules = LiveRules(files: files, name: "findings.ndjson", rules: try RuledShop.runRules())
        let run = try rules.run(pipeline.log) { morning }
        while try run.step() {}
        let text = String(decoding: files.contents("findings.ndjson") ?? [], as: UTF8.self)
        #expect(text.contains("\"rule\":\"phone\"") && text.contains("打138****5678"))
    }
}
