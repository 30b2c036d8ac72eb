import ConversationModel
import Foundation
import Testing

@testable import Reports

/// A procedure's funnel in every form.
@Suite struct FunnelReportTests {
    private static let row = Funnel.Row(
        key: "全部", applicable: 40, reached: [38, 30, 12], diverged: [[2, 0, 0], [1, 5, 2], [18, 0, 0]])

    private var report: Report {
        var report = SampleReport(findings: 3).report
        let rule = report.tally.rules.firstIndex { $0.polarity == .positive } ?? 0
        report.tally.rules[rule].name = "售前<流程>"
        report.tally.rules[rule].steps = ["问候", "=了解需求", "结束语"]
        var agent = Self.row
        agent.key = "豆豆"
        var group = Self.row
        group.key = "售前组"
        report.tally.funnels = [Funnel(rule: rule, total: Self.row, byAgent: [agent], byGroup: [group])]
        return report
    }

    @Test func completedAreThoseThatLeftNowhere() {
        #expect(Self.row.completed == 12)
    }

    @Test func aStepThatOnlyOneVersionHasIsNeitherLostNorAskedOfTheOther() {
        func tally(_ steps: [String], _ row: Funnel.Row) -> Tally {
            var tally = SampleReport(findings: 3).report.tally
            let rule = tally.rules.firstIndex { $0.polarity == .positive } ?? 0
            tally.rules[rule].steps = steps
            tally.funnels = [Funnel(rule: rule, total: row, byAgent: [], byGroup: [])]
            return tally
        }
        let new = tally(
            ["问候", "核对", "道别"],
            Funnel.Row(key: "全部", applicable: 1, reached: [1, 1, 1], diverged: [[0, 0, 0], [0, 0, 0], [0, 0, 0]]))
        let old = tally(
            ["问候", "核实"], Funnel.Row(key: "全部", applicable: 5, reached: [5, 0], diverged: [[0, 0, 0], [5, 0, 0]]))
        let merged = Tally.merged([new, old])
        let funnel = merged.funnels[0]
        #expect(merged.steps(of: funnel) == ["问候", "核实", "核对", "道别"])
        #expect(funnel.total.applicable == 6 && funnel.total.completed == 1)
        #expect(funnel.total.asked == [6, 5, 1, 1] && funnel.total.reached == [6, 0, 1, 1])
        #expect(funnel.total.diverged == [[0, 0, 0], [5, 0, 0], [0, 0, 0], [0, 0, 0]])
    }

    @Test func textShowsStepsGroupsAndAgents() {
        let text = TextReport(width: 120, displayWidth: { $0.unicodeScalars.count }).render(report)
        #expect(text.contains("流程 · 售前<流程>"))
        #expect(text.contains("按分组"))
        let line = text.split(separator: "\n").first { $0.contains("=了解需求") && $0.hasPrefix("2 ") }
        #expect(line?.split(separator: " ").map(String.init) == ["2", "=了解需求", "40", "30", "1", "5", "2", "75.0%"])
        #expect(text.split(separator: "\n").contains { $0.hasPrefix("豆豆 ") && $0.contains("30.0%") })
    }

    @Test func csvHasARecordAStep() {
        var bytes: [UInt8] = []
        CSVReport(table: .procedures).write(report) { bytes += $0 }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
        #expect(lines.count == 1 + 9 + 1)
        #expect(lines[0].hasSuffix("规则编号,规则,范围,对象,序号,步骤,适用,到达,缺失,超时,顺序不对,到达率"))
        #expect(lines[2].hasSuffix(",售前<流程>,全部,全部,2,'=了解需求,40,30,1,5,2,75.0%"))
        #expect(
            lines.dropFirst().dropLast().allSatisfy {
                $0.split(separator: ",", omittingEmptySubsequences: false).count == 12
            })
        #expect(lines.last?.hasPrefix("※") == true || lines.last?.hasPrefix("\"※") == true)
    }

    @Test func jsonHoldsTheCounts() throws {
        var bytes: [UInt8] = []
        JSONReport().write(report) { bytes += $0 }
        let document = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let procedures = try #require(document["procedures"] as? [[String: Any]])
        let total = try #require(procedures.first?["total"] as? [String: Any])
        #expect(procedures.first?["steps"] as? [String] == ["问候", "=了解需求", "结束语"])
        #expect(total["reached"] as? [Int] == [38, 30, 12])
        #expect(total["late"] as? [Int] == [0, 5, 0])
        #expect(total["out-of-order"] as? [Int] == [0, 2, 0])
        #expect(total["completed"] as? Int == 12)
        bytes = []
        JSONReport().write(SampleReport(findings: 1).report) { bytes += $0 }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("procedures"))
    }

    @Test func htmlNamesTheStepThatWasMissed() {
        var report = report
        report.cases[0].finding.divergence = Divergence(step: 2, name: "核实<订单>", kind: .outOfOrder, message: 1)
        var bytes: [UInt8] = []
        HTMLReport().write(report) { bytes += $0 }
        let page = String(decoding: bytes, as: UTF8.self)
        #expect(page.contains("步骤 2 核实"))
        #expect(page.contains("顺序不对\"]"))
        #expect(!page.contains("核实<订单>"))
    }

    @Test func htmlEscapesTheNames() {
        var bytes: [UInt8] = []
        HTMLReport().write(report) { bytes += $0 }
        let page = String(decoding: bytes, as: UTF8.self)
        #expect(page.contains("流程 · 售前&lt;流程&gt; · 按客服"))
        #expect(!page.contains("售前<流程>"))
        #expect(page.contains("2 =了解需求"))
    }
}
