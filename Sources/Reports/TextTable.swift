/// Columns aligned by display width, for a terminal of a given width.
struct TextTable {
    enum Alignment { case left, right }

    /// SGR sequences that a cell may wear; nothing is written where colour is off.
    enum Tint: String {
        case plain = ""
        case dim = "2"
        case bold = "1"
        case red = "1;31"
        case yellow = "33"
        case cyan = "36"
    }

    struct Column {
        var title: String
        var alignment: Alignment
    }

    struct Cell {
        var text: String
        var tint = Tint.plain
    }

    var columns: [Column]
    var rows: [[Cell]] = []
    let displayWidth: @Sendable (String) -> Int

    /// The lines of the table; left-aligned columns are cut, widest first, until it fits `width`.
    func lines(width: Int, colour: Bool) -> [String] {
        var widths = columns.map { displayWidth($0.title) }
        for row in rows {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], displayWidth(cell.text))
            }
        }
        shrink(&widths, to: width)
        var result = [line(columns.map { Cell(text: $0.title, tint: .bold) }, widths, colour)]
        let total = widths.reduce(0, +) + 2 * (widths.count - 1)
        result.append(TextTable.painted(String(repeating: "─", count: total), .dim, colour))
        result += rows.map { line($0, widths, colour) }
        return result
    }

    static func painted(_ text: String, _ tint: Tint, _ colour: Bool) -> String {
        colour && tint != .plain ? "\u{1B}[\(tint.rawValue)m\(text)\u{1B}[0m" : text
    }

    private func shrink(_ widths: inout [Int], to width: Int) {
        let narrowest = 8
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
        while excess > 0 {
            let flexible = columns.indices.filter {
                columns[$0].alignment == .left && widths[$0] > narrowest
            }
            guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { return }
            let next = flexible.filter { $0 != widest }.map { widths[$0] }.max() ?? narrowest
            let step = min(excess, max(1, widths[widest] - max(narrowest, next)))
            widths[widest] -= step
            excess -= step
        }
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ colour: Bool) -> String {
        var result = ""
        for (column, cell) in cells.enumerated() {
            let (text, used) = fitted(cell.text, widths[column])
            let gap = String(repeating: " ", count: max(0, widths[column] - used))
            let painted = TextTable.painted(text, cell.tint, colour)
            let isLast = column == cells.count - 1
            switch columns[column].alignment {
            case .left: result += isLast ? painted : painted + gap
            case .right: result += gap + painted
            }
            if !isLast { result += "  " }
        }
        while result.hasSuffix(" ") { result.removeLast() }
        return result
    }

    /// `text` cut to `width` cells, with the cells it takes.
    ///
    /// Of a name such as `shop:agent` the shop is cut: what tells agents of one shop apart stays.
    private func fitted(_ text: String, _ width: Int) -> (String, Int) {
        let whole = displayWidth(text)
        if whole <= width { return (text, whole) }
        if let colon = text.lastIndex(of: ":") {
            let tail = String(text[colon...])
            let room = width - displayWidth(tail)
            if room >= 2 * displayWidth("…") {
                let (head, used) = cut(String(text[..<colon]), room)
                return (head + tail, used + displayWidth(tail))
            }
        }
        return cut(text, width)
    }

    /// The beginning of `text` in at most `width` cells with the mark that it was cut.
    private func cut(_ text: String, _ width: Int) -> (String, Int) {
        let mark = displayWidth("…")
        var result = ""
        var used = 0
        for character in text {
            let cells = displayWidth(String(character))
            if used + cells + mark > width { break }
            result.append(character)
            used += cells
        }
        return (result + "…", used + mark)
    }
}
