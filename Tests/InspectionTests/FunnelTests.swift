import ConversationModel
import Foundation
import Inspection
import Testing

/// How far conversations came in a procedure, counted by agent and group.
struct FunnelTests {
    private func line(_ id: String, _ group: String, _ messages: [(String, String, Int)]) -> String {
        let list = messages.map { from, text, second in
            #"{"time":"2026-03-02T10:\#(String(format: "%02d:%02d", second / 60, second % 60))+08:00","from":"\#(from)","agent":"豆豆","text":"\#(text)"}"#
        }
        return
            #"{"id":"\#(id)","group":"\#(group)","closedAt":"2026-03-02T12:00:00+08:00","messages":[\#(list.joined(separator: ","))]}"#
    }

    @Test("steps reached and left are counted for the run, the group and the agent")
    func countsSteps() throws {
        let rules = try #require(SomeRules.withProcedure)
        let text = [
            line("a", "售前组", [("buyer", "在吗", 0), ("agent", "您好", 5), ("agent", "有的", 9), ("agent", "祝您愉快", 20)]),
            line("b", "售前组", [("buyer", "在吗", 0), ("agent", "您好", 5), ("agent", "有的", 70)]),
            line("c", "售后组", [("buyer", "在吗", 0), ("agent", "您好", 5), ("agent", "有的", 9)]),
            line("d", "售后组", [("buyer", "在吗", 0), ("agent", "嗯", 5)]),
        ].joined(separator: "\n")
        let directory = try TemporaryDirectory()
        let run = try Run([try directory.write("a.ndjson", Array(text.utf8))], rules: rules)
        let tally = try #require(run.result?.tally)
        let funnel = try #require(tally.funnels.first)
        #expect(tally.funnels.count == 1)
        #expect(tally.rules[funnel.rule].steps == ["问候", "解答", "再答", "收尾"])
        let none = [0, 0, 0]
        #expect(
            funnel.total
                == Funnel.Row(
                    key: "全部", applicable: 4, reached: [3, 2, 0, 1],
                    diverged: [[1, 0, 0], [0, 1, 0], none, [1, 0, 0]]))
        #expect(funnel.total.completed == 1)
        #expect(funnel.byAgent.map(\.key) == ["豆豆"])
        #expect(funnel.byAgent.first?.reached == [3, 2, 0, 1])
        #expect(funnel.byGroup.map(\.key) == ["售前组", "售后组"].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(funnel.byGroup.map(\.applicable) == [2, 2])
        let lines = String(decoding: run.lines, as: UTF8.self).split(separator: "\n").filter {
            $0.contains("divergence")
        }
        #expect(lines.count == 3)
        #expect(lines.contains { $0.contains(#""divergence":{"step":2,"name":"解答","kind":"late","message":1}"#) })
        #expect(lines.contains { $0.contains(#""divergence":{"step":1,"name":"问候","kind":"missing"}"#) })
        #expect(lines.contains { $0.contains(#""label":"问候""#) })
        #expect(run.result?.cases.contains { $0.finding.divergence?.name == "收尾" } == true)
    }
}
