import ConversationModel
import Crypto
import Foundation
import Testing

@testable import Reports

@Suite struct PeriodReportTests {
    private func report(_ kind: Period.Kind, text: String? = nil, cases: Bool = false) -> PeriodReport {
        let sample = SampleReport(seed: 4, findings: 40).report
        var figures = PeriodFigures(period: Period(kind, holding: SampleReport.days[3]))
        figures.rules = sample.tally.rules
        figures.hasScores = true
        var counts = TallyCounts()
        (counts.hits, counts.unitsHit, counts.unitsApplicable) = (3, 2, 40)
        for (index, name) in ["小雨", "阿杰", "林晓"].enumerated() {
            var agent = PeriodFigures.Agent(name: text ?? name, group: text ?? "售前组")
            var work = WorkFigures()
            (work.buyers, work.conversations, work.stays, work.countedStays, work.measuredStays) = (8, 9, 9, 9, 9)
            (work.agentMessages, work.buyerMessages) = (50, 40)
            (work.responses, work.responseTotal, work.longest) = (30, 30 * 12_345, 200_000)
            (work.firstResponses, work.firstTotal) = (9, 9 * 8_000)
            (work.waits, work.answeredIn30s, work.answeredIn3m, work.unanswered) = (32, 20, 30, 1)
            (work.negativeHits, work.criticalHits) = (3, index)
            agent.now.add(day: work)
            (agent.now.met, agent.now.applicable) = (12, 40)
            agent.now.score.stays = 40
            agent.now.score.points = 40 * 90 + index * 40
            agent.rank = PeriodFigures.Rank(place: 3 - index, of: 3)
            agent.isNew = index == 2
            if index == 2 { agent.exempt = work }
            figures.agents.append(agent)
            figures.agentRules.append(
                PeriodFigures.RuleRow(agent: agent.name, rule: 6, now: counts, before: TallyCounts(), daysBefore: 0))
            figures.total.add(day: work)
        }
        figures.ruleRows = [
            PeriodFigures.RuleRow(agent: "", rule: 6, now: counts, before: counts, daysBefore: 7)
        ]
        figures.days = [PeriodFigures.Day(day: SampleReport.days[3], side: figures.total)]
        var coverage = sample.coverage
        coverage.policy = text ?? "taobao"
        if let text {
            for index in figures.rules.indices { figures.rules[index].name = text }
            coverage.exemptions = [Coverage.ExemptionNote(reason: text, author: text, owner: text)]
        }
        var kept = cases ? sample.cases : []
        for index in kept.indices {
            kept[index].finding.owner = .agent(figures.agents[index % 3].name)
            guard let text else { continue }
            kept[index].finding.conversation = text
            kept[index].context[0].text = text
            kept[index].context[0].agent = text
        }
        return PeriodReport(
            title: text ?? "演示", engine: text ?? "e", rulesDigest: text ?? "abc", zone: .chinaStandard,
            coverage: coverage, figures: figures, cases: kept)
    }

    private func page(_ report: PeriodReport, _ renderer: PeriodHTMLReport = PeriodHTMLReport()) -> String {
        var bytes: [UInt8] = []
        renderer.write(report) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func csv(_ report: PeriodReport, _ table: PeriodCSVReport.Table) -> String {
        var bytes: [UInt8] = []
        PeriodCSVReport(table: table).write(report) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func json(_ report: PeriodReport) throws -> [String: Any] {
        var bytes: [UInt8] = []
        PeriodJSONReport().write(report) { bytes += $0 }
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func whatIsNotDefinedIsNeverZero() {
        let none = PeriodSide()
        for figure in PeriodFigure.allCases {
            for perDay in [false, true] {
                let value = figure.value(of: none, perDay: perDay)
                #expect(value.text == "—" && value.number == nil && !value.isSmall, "\(figure)")
            }
        }
    }

    @Test(arguments: [
        (PeriodValue.mean(12_345, n: 1), "12.3秒*"), (.mean(0, n: 40), "0.0秒"), (.mean(59_949, n: 1), "59.9秒*"),
        (.mean(59_950, n: 1), "1分00秒*"), (.mean(185_000 * 30, n: 30), "3分05秒"), (.longest(7_620_000, n: 3), "2时07分"),
        (.rate(1, n: 3), "33.3%*"), (.rate(0, n: 30), "0.0%"), (.ratio(130, n: 100), "130.0%"),
        (.points(2795, n: 30), "93.2"), (.perDay(7, days: 2), "3.5"), (.count(1234), "1,234"), (.count(0), "0"),
    ])
    func valuesAreWrittenFromIntegers(value: PeriodValue, text: String) {
        #expect(value.markedText == text)
    }

    @Test func theEndsHoldNobodyTwice() {
        let (best, worst) = PeriodNotes.ends(report(.weekly).figures)
        #expect(best.map(\.name) == ["林晓"] && worst.map(\.name) == ["小雨"])
    }

    @Test(arguments: [
        ([100, 100, 100], "", ""), ([100, 100, 90], "0", "2"), ([100, 90, 90], "0", "2"),
        ([100, 100, 100, 100, 100, 100, 100, 100, 50, 40], "01234", "98"),
    ])
    func nobodyIsAmongTheWorstWhoIsAsGoodAsTheBest(scores: [Int], best: String, worst: String) {
        var figures = PeriodFigures(period: Period(.monthly, holding: SampleReport.days[0]))
        for (number, score) in scores.enumerated() {
            var agent = PeriodFigures.Agent(name: "\(number)", group: "g")
            (agent.now.score.stays, agent.now.score.points) = (30, 30 * score)
            agent.rank = PeriodFigures.Rank(place: 1, of: scores.count)
            figures.agents.append(agent)
        }
        let ends = PeriodNotes.ends(figures)
        #expect(ends.best.map(\.name).joined() == best && ends.worst.map(\.name).joined() == worst)
    }

    @Test func aPageSaysWhatItLeavesOutAndHowGraveItsCasesWere() {
        var month = report(.monthly, cases: true)
        month.cases = [month.cases[0]]
        month.cases[0].finding.owner = .agent("小雨")
        month.cases[0].finding.outcome = .missed
        month.cases[0].severity = .minor
        for index in month.figures.rules.indices { month.figures.rules[index].severity = .critical }
        month.figures.agentRules = month.figures.rules.indices.map { index in
            var counts = TallyCounts()
            (counts.hits, counts.missed) = (1_000, 1)
            return PeriodFigures.RuleRow(
                agent: "小雨", rule: index, now: counts, before: TallyCounts(), daysBefore: 0)
        }
        let negative = month.figures.rules.count { $0.polarity == .negative }
        let left = month.figures.rules.count + negative * 1_000 - 1
        let page = page(month)
        let person =
            page.components(separatedBy: "<section class=\"person\">").first { $0.contains("panel case") } ?? ""
        let shown = person.components(separatedBy: "panel case").dropFirst()
        #expect(shown.count == 1 && shown.allSatisfy { $0.contains("\">一般</span>") && !$0.contains("致命") })
        #expect(person.contains("另有 \(grouped(left)) 条判定结果未列出"))
    }

    @Test(arguments: hostileTexts) func noOutsideTextBecomesMarkupOrFormula(text: String) throws {
        for kind in Period.Kind.allCases {
            let report = report(kind, text: text, cases: true)
            let page = page(report)
            #expect(!page.contains("<script") && !page.contains("</script"))
            #expect(!page.contains("<img") && !page.contains("<!--") && !page.contains("<b>&amp;"))
            #expect(!page.contains("' onmouseover") && !page.contains("\" onmouseover"))
            _ = try json(report)
            let terminal = PeriodTextReport(rowLimit: nil, displayWidth: { $0.count }).render(report)
            #expect(!terminal.unicodeScalars.contains { $0 != "\n" && isUnsafeInLine($0) })
        }
    }

    @Test func formulasAreDisarmed() {
        for text in ["=1+1", "+cmd", "-2", "@x", "＝A1"] {
            for table in PeriodCSVReport.Table.allCases where table != .days {
                #expect(csv(report(.daily, text: text), table).contains("\r\n'" + text))
            }
        }
    }

    @Test func thePolicyAdmitsTheStylesAndNothingElse() {
        let style = PeriodHTMLReport.style.withUTF8Buffer { Data(SHA256.hash(data: $0)).base64EncodedString() }
        #expect("\(PeriodHTMLReport.styleDigest)" == style)
        let page = page(report(.monthly, cases: true))
        #expect(page.contains("content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src"))
        for outside in [" src=", "url(", "@import", "https:", " style=\"", " onclick", "javascript:"] {
            #expect(!page.contains(outside), "\(outside)")
        }
    }

    @Test func everyRecordHasTheSameFields() {
        for kind in Period.Kind.allCases {
            for table in PeriodCSVReport.Table.allCases {
                let text = csv(report(kind), table)
                #expect(text.hasPrefix("\u{FEFF}"))
                let records = text.components(separatedBy: "\r\n").dropLast()
                // No field of the sample holds a comma, but that of the coverage.
                let counts = records.map { record in
                    record.hasPrefix("\"※")
                        ? record.components(separatedBy: "\",")[1].count(where: { $0 == "," }) + 1
                        : record.count(where: { $0 == "," })
                }
                #expect(Set(counts).count == 1, "\(kind) \(table) \(counts)")
            }
        }
    }

    @Test func countsOfTheDaysBeforeAreMeansBesideADayAndSumsBesideAWeek() throws {
        func before(_ kind: Period.Kind) throws -> [String] {
            var sheet = report(kind)
            sheet.figures.agentRules = sheet.figures.ruleRows
            let record = try #require(csv(sheet, .rules).components(separatedBy: "\r\n").dropFirst().first)
            return Array(record.components(separatedBy: ",").suffix(6))
        }
        #expect(try before(.daily) == ["0.4", "0.3", "5.7", "0.0", "5.0%", "7"])
        #expect(try before(.weekly) == ["3", "2", "40", "0", "5.0%", "7"])
    }

    @Test func vetoesStandBesideTheScore() {
        var side = PeriodSide()
        (side.score.stays, side.score.vetoed) = (40, 2)
        #expect(PeriodFigure.vetoed.value(of: side).text == "2")
        #expect(PeriodFigure.vetoed.value(of: PeriodSide()).text == "—")
        #expect(csv(report(.daily), .agents).hasPrefix("\u{FEFF}") && csv(report(.daily), .agents).contains("一票否决"))
    }

    @Test func aMonthHasAPageForEachAgentAndSaysWhatThereIsNot() throws {
        let month = report(.monthly, cases: true)
        let page = page(month)
        #expect(page.components(separatedBy: "<section class=\"person\">").count == 4)
        #expect(page.contains("误判与申诉次数、封账需要复核记录的存储"))
        let agents = try #require(try json(month)["agents"] as? [[String: Any]])
        #expect(agents.allSatisfy { $0["misjudged"] is NSNull && $0["appealed"] is NSNull })
        let day = self.page(report(.daily, cases: true))
        #expect(!day.contains("<section class=\"person\">") && !day.contains("封账"))
        // Beyond its bytes a page says whom it leaves out.
        let short = self.page(month, PeriodHTMLReport(limitBytes: 10))
        #expect(short.contains("另有 2 位客服的单页未收录"))
    }

    @Test func jsonHoldsTheSumsOfEveryFigure() throws {
        let object = try json(report(.weekly))
        let agents = try #require(object["agents"] as? [[String: Any]])
        let now = try #require(agents[0]["now"] as? [String: Any])
        #expect(now["responseTotal"] as? Int == 30 * 12_345 && now["responses"] as? Int == 30)
        #expect(now["waits"] as? Int == 32 && now["answeredIn3m"] as? Int == 30 && now["points"] as? Int == 3600)
        #expect((agents[0]["before"] as? [String: Any])?["longest"] is NSNull)
        #expect((agents[2]["exempt"] as? [String: Any])?["stays"] as? Int == 9 && agents[0]["exempt"] is NSNull)
        #expect((object["coverage"] as? [String: Any])?["policy"] as? String == "taobao")
        var incomplete = report(.weekly)
        incomplete.figures.countsBuyers = false
        let rows = try #require(try json(incomplete)["agents"] as? [[String: Any]])
        #expect((rows[0]["now"] as? [String: Any])?["buyers"] is NSNull)
    }
}
