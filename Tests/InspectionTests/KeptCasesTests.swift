import ConversationModel
import TestSupport
import Testing

@testable import Inspection

struct KeptCasesTests {
    private func someCase(_ number: Int) -> FindingCase {
        FindingCase(
            finding: Finding(
                id: "\(number)", rule: RuleID("r"), outcome: .hit, owner: .unassigned, conversation: "c", anchor: nil,
                evidence: []),
            shop: nil, buyer: nil, group: "", day: nil, context: [], messageCount: 1)
    }

    @Test("what is kept is the gravest, of those alike the first, in order", arguments: 0..<20 as Range<UInt64>)
    func keepsTheGravest(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let grades = (0..<200).map { _ in Int.random(in: 0..<KeptCases.grades, using: &random) }
        let limit = Int.random(in: 0...210, using: &random)
        var kept = KeptCases()
        for (number, grade) in grades.enumerated() {
            kept.add(someCase(number), grade: grade, bytes: 1, countLimit: limit, byteLimit: .max)
        }
        let byGravity = grades.indices.sorted { grades[$0] != grades[$1] ? grades[$0] > grades[$1] : $0 < $1 }
        #expect(kept.inOrder.map(\.finding.id) == byGravity.prefix(limit).sorted().map(String.init), "seed \(seed)")
        #expect(kept.count == min(limit, 200), "seed \(seed)")
    }

    @Test(
        "of each owner and grade the first are kept, whatever blocks they come in", arguments: 0..<20 as Range<UInt64>)
    func keepsSomeOfEachOwner(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let offered = (0..<300).map { number in
            var one = someCase(number)
            one.finding.owner = .agent("a\(Int.random(in: 0..<4, using: &random))")
            return (one, Int.random(in: 0..<3, using: &random))
        }
        var kept = KeptCases()
        for start in stride(from: 0, to: 300, by: 37) {
            var block = KeptCases()
            for (one, grade) in offered[start..<min(300, start + 37)] {
                block.add(one, grade: grade, bytes: 1, countLimit: 1000, byteLimit: .max, ownerLimit: 5)
            }
            kept.add(block, countLimit: 1000, byteLimit: .max, ownerLimit: 5)
        }
        var counts: [String: Int] = [:]
        let expected = offered.filter { one, grade in
            counts["\(one.finding.owner) \(grade)", default: 0] += 1
            return counts["\(one.finding.owner) \(grade)", default: 0] <= 5
        }
        #expect(kept.inOrder.map(\.finding.id) == expected.map(\.0.finding.id), "seed \(seed)")
    }

    @Test(
        "the bytes stay below their limit, and nothing is kept below what gave way", arguments: 0..<20 as Range<UInt64>)
    func keepsTheBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let offered = (0..<200).map { _ in
            (
                grade: Int.random(in: 0..<KeptCases.grades, using: &random),
                bytes: Int.random(in: 1...400, using: &random)
            )
        }
        var kept = KeptCases()
        for (number, one) in offered.enumerated() {
            kept.add(someCase(number), grade: one.grade, bytes: one.bytes, countLimit: .max, byteLimit: 9_000)
            let ids = kept.inOrder.compactMap { Int($0.finding.id) }
            #expect(ids.reduce(0) { $0 + offered[$1].bytes } <= 9_000, "seed \(seed)")
            #expect(ids.allSatisfy { offered[$0].grade >= kept.closedGrade }, "seed \(seed)")
        }
        #expect(kept.count > 0 && kept.count < 200, "seed \(seed)")
        #expect(
            Set(offered.indices.filter { offered[$0].grade > kept.closedGrade }).isSubset(
                of: Set(kept.inOrder.compactMap { Int($0.finding.id) })), "seed \(seed)")
    }

    private func drawn(_ number: Int, _ random: inout SeededGenerator) -> FindingCase {
        func some<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
        func one<Value>(of all: [Value]) -> Value { all[Int.random(in: 0..<all.count, using: &random)] }
        let spans = (0..<Int.random(in: 0...2, using: &random)).map { Span($0 * 3, $0 * 3 + 300) }
        let owner: Owner = one(of: [.agent("客服\(number)"), .assistant, .shop, .unassigned])
        let divergence = Divergence(
            step: number, name: "核实", kind: one(of: Divergence.Kind.allCases),
            message: some(number))
        let evidence = (0..<Int.random(in: 0...2, using: &random)).map {
            Evidence(message: $0, label: "match", spans: spans)
        }
        let finding = Finding(
            id: "\(number)", rule: RuleID("r-\(number % 3)"), outcome: number % 2 == 0 ? .hit : .missed, owner: owner,
            conversation: "会话\u{0}\(number)", anchor: some(number), evidence: evidence,
            gap: some(Int64.max - Int64(number)), isPartial: number % 5 == 0, divergence: some(divergence))
        let context = (0..<Int.random(in: 0...3, using: &random)).map { index in
            ContextMessage(
                index: index, time: some(Instant(milliseconds: -Int64(number))),
                speaker: one(of: Speaker.allCases), agent: some(""),
                kind: one(of: MessageKind.allCases), isAutomatic: index == 1,
                text: "加\u{1F600}微信\n", marks: spans, labels: spans.map { _ in "match" })
        }
        return FindingCase(
            finding: finding, shop: some("店"), buyer: some("买家"), group: "组",
            day: some(CalendarDay(daysSince1970: Int32(number) - 50)), context: context, messageCount: number,
            version: some(number), scheme: some("s"), exemption: some("新人"))
    }

    @Test(
        "what is read back of appended pieces is what was kept, whenever pieces were taken",
        arguments: 0..<30 as Range<UInt64>)
    func comesBackFromPieces(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 1...120, using: &random)
        var kept = KeptCases()
        var written = [Int](repeating: 0, count: KeptCases.grades)
        var bytes: [UInt8] = []
        for number in 0..<150 {
            let grade = Int.random(in: 0..<KeptCases.grades, using: &random)
            let size = Int.random(in: 1...400, using: &random)
            kept.add(drawn(number, &random), grade: grade, bytes: size, countLimit: limit, byteLimit: 12_000)
            guard number % 40 == 39 || Int.random(in: 0..<20, using: &random) == 0 else { continue }
            var writer = CaseWriter()
            for (grade, entry) in kept.entries(beyond: written) { writer.append(entry, grade: grade) }
            bytes += writer.bytes
            let outline = kept.outline
            written = zip(written, outline.kept).map { max($0, $1) }
            let read = try #require(KeptCases.read(bytes, outline), "seed \(seed), after \(number)")
            #expect(read.cases == kept && read.written == written, "seed \(seed), after \(number)")
            // A run that goes on from there keeps the same.
            kept = read.cases
            #expect(KeptCases.read(Array(bytes.dropLast()), outline) == nil || bytes.isEmpty)
            var torn = bytes
            for place in stride(from: 0, to: torn.count, by: 97) { torn[place] ^= 0x55 }
            _ = KeptCases.read(torn, outline)
        }
    }

    @Test("a run with little room keeps the gravest, whatever the threads")
    func aRunKeepsTheGravest() throws {
        let rules = try #require(SomeRules.compiled)
        let directory = try TemporaryDirectory()
        let input = try directory.write("a.ndjson", archive(conversations: 400, seed: 8))
        func cases(limit: Int, threads: Int) throws -> [FindingCase] {
            let run = try Run([input], rules: rules) {
                $0.blockSize = 20_000
                $0.caseLimit = limit
                $0.threads = threads
            }
            return try #require(run.result).cases
        }
        let all = try cases(limit: 100_000, threads: 1)
        let missed = all.filter { $0.finding.outcome == .missed }
        let bad = all.filter { $0.finding.rule.value != "greeting" }
        let critical = bad.filter { $0.finding.rule.value == "contact" }
        let first = (critical + bad.filter { !critical.contains($0) }).prefix(3)
        #expect(bad.count > 3 && missed.count > 0 && all.count > bad.count + missed.count)
        for threads in [1, 3] {
            #expect(try cases(limit: bad.count, threads: threads) == bad)
            #expect(try cases(limit: 3, threads: threads) == bad.filter { first.contains($0) })
            let some = try cases(limit: all.count - 1, threads: threads)
            #expect(some.count == all.count - 1 && some.filter { $0.finding.outcome == .missed } == missed)
        }
    }
}
