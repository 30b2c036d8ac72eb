import ConversationModel

/// What was exempt as rows of a table; the same for every renderer.
enum ExemptionRows {
    static let names = ["客服", "原因", "登记人"]
    static let numbers = ["接待段", "判定结果", "负面命中", "未达成"]

    static func texts(_ note: Coverage.ExemptionNote) -> [String] { [note.owner, note.reason, note.author] }

    static func counts(_ note: Coverage.ExemptionNote) -> [Int] {
        [note.stays, note.findings, note.negativeHits, note.missed]
    }
}

extension TextReport {
    /// What was judged and not counted.
    func exemptions(_ coverage: Coverage) -> [String] {
        var table = TextTable(
            columns: columns(ExemptionRows.names, ExemptionRows.numbers), displayWidth: displayWidth)
        for note in coverage.exemptions.prefix(rowLimit ?? coverage.exemptions.count) {
            table.rows.append(
                ExemptionRows.texts(note).map { .init(text: singleLine($0)) }
                    + ExemptionRows.counts(note).map { .init(text: grouped($0), tint: $0 == 0 ? .dim : .plain) })
        }
        return section("豁免（不计入评分与比率）", table, hidden: coverage.exemptions.count - table.rows.count)
    }
}

extension HTMLReport {
    /// What was judged and not counted.
    func exemptionTable(_ coverage: Coverage, _ page: inout HTMLText) {
        guard !coverage.exemptions.isEmpty else { return }
        tableHead("豁免（不计入评分与比率）", ExemptionRows.names, ExemptionRows.numbers, &page)
        for note in coverage.exemptions.prefix(limitRows) {
            page.raw("<tr><th scope=\"row\">")
            nameCell(nameLabel(note.owner), nil, &page)
            page.raw("</th>")
            for text in [note.reason, note.author] {
                page.raw("<td>")
                nameCell(nameLabel(text), nil, &page)
                page.raw("</td>")
            }
            for number in ExemptionRows.counts(note) { count(number, &page) }
            page.raw("</tr>\n")
        }
        tableFoot(hidden: coverage.exemptions.count - limitRows, note: false, &page)
    }
}
