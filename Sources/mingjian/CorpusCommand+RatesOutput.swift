import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

extension CorpusCommand.Rates {
    /// What was counted for one rule.
    struct Row {
        var id: String
        var name: String
        var polarity: Polarity
        var counts: TallyCounts
        var score: CorpusCommand.Labels.Score?
        /// Hits in a thousand conversations, in hundredths, rounded.
        var perThousand: Int
    }

    func table(_ rows: [Row], conversations: Int) -> String {
        let language = Surroundings.language
        func word(_ english: String, _ chinese: String) -> String { Phrase(english, chinese).text(in: language) }
        var cells = [
            [
                word("rule", "规则"), word("kind", "正负"), word("hits", "命中"), word("per 1,000", "每千会话"),
                word("units hit", "命中单位"), word("applicable", "适用"), word("missed", "未达成"),
            ]
        ]
        if labels != nil {
            cells[0] += [
                word("precision", "准确率"), word("recall", "召回率"), word("right", "对"), word("wrong", "错"),
                word("lacking", "漏"),
            ]
        }
        for row in rows {
            var line = [
                row.id, RuleWords.value(row.polarity.rawValue, of: "polarity", in: language),
                String(row.counts.hits),
                Self.hundredths(row.perThousand), String(row.counts.unitsHit), String(row.counts.unitsApplicable),
                String(row.counts.missed),
            ]
            if labels != nil {
                let score = row.score
                line += [
                    score?.precision.map { "\($0)%" } ?? "—", score?.recall.map { "\($0)%" } ?? "—",
                    score.map { String($0.right) } ?? "—", score.map { String($0.wrong) } ?? "—",
                    score.map { String($0.lacking) } ?? "—",
                ]
            }
            cells.append(line)
        }
        let widths = cells[0].indices.map { column in cells.map { Self.width($0[column]) }.max() ?? 0 }
        var text = ""
        for line in cells {
            let padded = line.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - Self.width(cell))
                return column < 2 ? cell + space : space + cell
            }
            text += padded.joined(separator: "  ") + "\n"
        }
        let negative = rows.filter { $0.polarity == .negative }.reduce(0) { $0 + $1.counts.hits }
        let rate = Self.hundredths((negative * 100_000 + conversations / 2) / max(1, conversations))
        return text
            + word(
                "\(conversations) conversations; negative rules: \(negative) hits, \(rate) per 1,000 conversations\n",
                "\(conversations) 个会话；负面规则命中 \(negative) 次，每千会话 \(rate) 次\n")
    }

    func json(_ rows: [Row], conversations: Int) -> String {
        let list = rows.map { row in
            var members: [JSONText.Member] = [
                .init("rule", .string(row.id)), .init("name", .string(row.name)),
                .init("polarity", .string(row.polarity.rawValue)), .init("hits", .number(Int64(row.counts.hits))),
                .init("hitsPer100000", .number(Int64(row.perThousand))),
                .init("unitsHit", .number(Int64(row.counts.unitsHit))),
                .init("unitsApplicable", .number(Int64(row.counts.unitsApplicable))),
                .init("missed", .number(Int64(row.counts.missed))),
            ]
            if let score = row.score {
                members += [
                    .init("right", .number(Int64(score.right))), .init("wrong", .number(Int64(score.wrong))),
                    .init("lacking", .number(Int64(score.lacking))),
                ]
            }
            return JSONText.object(members)
        }
        let members: [JSONText.Member] = [
            .init("v", .number(1)), .init("conversations", .number(Int64(conversations))),
            .init("rules", .array(list)),
        ]
        return JSONText.object(members).pretty() + "\n"
    }

    private static func hundredths(_ value: Int) -> String {
        "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
    }

    private static func width(_ text: String) -> Int { CharacterClass.displayWidth(of: text) }
}
