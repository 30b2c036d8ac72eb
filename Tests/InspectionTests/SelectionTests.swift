import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import TestSupport
import Testing

/// Records of several conversations: silence of more than a day parts them, and each is chosen by itself.
@Suite("conversations are chosen, not records") struct SelectionTests {
    private struct Part {
        var id: String
        var day: CalendarDay
        var agents: Set<String>
    }

    private static let zone = Zone.chinaStandard
    private var bytes: [UInt8] = []
    private var parts: [Part] = []
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        var random = SeededGenerator(seed: 12)
        for number in 0..<60 {
            var time: Int64 = 1_772_300_000_000 + Int64.random(in: 0..<400_000_000, using: &random)
            var messages: [String] = []
            for part in 0..<Int.random(in: 1...4, using: &random) {
                if part > 0 { time += Int64.random(in: 100_000_000...300_000_000, using: &random) }
                let agents = Set(
                    (0..<Int.random(in: 1...2, using: &random)).map { _ in "a\(Int.random(in: 0..<4, using: &random))" }
                )
                parts.append(
                    Part(
                        id: part == 0 ? "c\(number)" : "c\(number)#\(part + 1)",
                        day: Self.zone.day(of: Instant(milliseconds: time)), agents: agents))
                for agent in agents.sorted() {
                    messages.append(#"{"from":"agent","agent":"\#(agent)","time":\#(time),"text":"您好"}"#)
                    time += 1000
                }
            }
            bytes += Array(
                #"{"id":"c\#(number)","buyer":"b\#(number)","messages":[\#(messages.joined(separator: ","))]}"#.utf8)
            bytes.append(0x0A)
        }
    }

    private func run(_ set: (inout InspectionOptions) -> Void) throws -> (conversations: Set<String>, Coverage) {
        let input = try directory.write("a.ndjson", bytes)
        let file = SourceFile(path: "hello.json", bytes: Array(keywordRule("hello", ["您好"]).utf8))
        let compiled = RuleCompiler.compile(
            loadRules(files: [file]).rules, digest: "", table: SomeRules.table, cache: DiskCache(directory: nil))
        let rules = try #require(compiled.rules)
        let run = try Run([input], rules: rules) {
            $0.blockSize = 2000
            set(&$0)
        }
        return (Set(try run.findings().map(\.conversation)), try #require(run.result?.coverage))
    }

    /// Conversations of the records that hold one of these, without these.
    private func leftOut(beside chosen: [Part]) -> Int {
        func record(_ part: Part) -> Substring { part.id.prefix { $0 != "#" } }
        let records = Set(chosen.map(record))
        return parts.count { records.contains(record($0)) } - chosen.count
    }

    @Test("by the day of their first message, from and to included")
    func days() throws {
        let all = parts.map(\.day).sorted()
        let (first, last) = (all[all.count / 3], all[all.count * 2 / 3])
        let ranges: [(CalendarDay?, CalendarDay?)] = [
            (first, last), (first, nil), (nil, first), (last, last), (nil, nil),
        ]
        for (from, to) in ranges {
            let expected = parts.filter { (from ?? $0.day) <= $0.day && $0.day <= (to ?? $0.day) }
            let (found, coverage) = try run { ($0.firstDay, $0.lastDay) = (from, to) }
            #expect(found == Set(expected.map(\.id)))
            #expect(coverage.conversations == expected.count)
            #expect(coverage.conversationsFiltered == leftOut(beside: expected))
            expectAddsUp(coverage)
        }
    }

    @Test("by the agents who take part in them")
    func agents() throws {
        let expected = parts.filter { $0.agents.contains("a1") }
        let (found, coverage) = try run { $0.agents = ["a1"] }
        #expect(found == Set(expected.map(\.id)) && coverage.conversations == expected.count)
        #expect(found.count < parts.count)
        #expect(coverage.conversationsFiltered == leftOut(beside: expected) && coverage.conversationsFiltered > 0)
        let day = try #require(expected.first?.day)
        let both = try run { ($0.agents, $0.firstDay, $0.lastDay) = (["a1"], day, day) }
        #expect(both.conversations == Set(expected.filter { $0.day == day }.map(\.id)))
    }

    @Test("a buyer is excluded for the conversations of a time, and a record with others counts as inspected")
    func exclusions() throws {
        let edge = try #require(parts.map(\.day).sorted().dropFirst(parts.count / 2).first)
        let excluded = ExcludedBuyers(
            buyers: Set((0..<60).map { "b\($0)" }), window: .days(edge, nil), reason: "测试", author: "阿宁", recorded: edge
        )
        let (found, coverage) = try run { $0.exemptions = Exemptions(excludedBuyers: [excluded]) }
        #expect(found == Set(parts.filter { $0.day < edge }.map(\.id)))
        let whole = Dictionary(grouping: parts) { $0.id.prefix { $0 != "#" } }.values.count {
            $0.allSatisfy { $0.day >= edge }
        }
        #expect(coverage.filteredByReason == ["测试": whole] && coverage.recordsFiltered == whole && whole > 0)
        expectAddsUp(coverage)
    }
}
