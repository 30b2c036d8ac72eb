import ChineseText
import Foundation

/// Where the board is put into the room that there is for it.
extension LiveBoard {
    /// Something of the board that stands together: a line, or a table.
    struct Part {
        /// Pieces of a line, which may be broken between them.
        var pieces: [String] = []
        /// Whether it goes first where there is no room.
        var isExtra = false
        var head: [String] = []
        var rows: [[Cell]] = []
        /// What the rows are, and how much there is to do in each.
        var unit = ""
        var weights: [Int64] = []

        init(_ pieces: [String], isExtra: Bool = false) { (self.pieces, self.isExtra) = (pieces, isExtra) }

        init(_ head: [String], _ rows: [[Cell]], unit: String = "", weights: [Int64] = []) {
            (self.head, self.rows, self.unit, self.weights) = (head, rows, unit, weights)
        }

        /// Leaves so many rows, those that are marked or have the most to do, in their order.
        mutating func cut(to count: Int) {
            guard count < rows.count else { return }
            let levels = rows.map { $0.map(\.level).max() ?? .normal }
            let places = rows.indices.sorted { a, b in
                if levels[a] != levels[b] { return levels[a] > levels[b] }
                return weights[a] != weights[b] ? weights[a] > weights[b] : a < b
            }.prefix(count).sorted()
            (rows, weights) = (places.map { rows[$0] }, places.map { weights[$0] })
        }
    }

    /// The blocks one after the other; `isSpaced` with an empty line between them. Lines longer than `columns` are broken where they may
    /// be; nil: none is.
    func lines(of blocks: [[Part]], isSpaced: Bool, columns: Int?) -> [String] {
        var result: [String] = []
        for (number, block) in blocks.enumerated() {
            if isSpaced, number > 0 { result.append("") }
            for part in block {
                result += part.head.isEmpty ? broken(part.pieces, columns) : table(part.head, part.rows)
            }
        }
        return result
    }

    /// The board in at most `rows` lines of at most `columns` cells: what does not fit is left out, and the last line says of it.
    func fitted(_ blocks: [[Part]], columns: Int, rows: Int) -> [String] {
        func lines(_ blocks: [[Part]], isSpaced: Bool = false) -> [String] {
            self.lines(of: blocks, isSpaced: isSpaced, columns: columns)
        }
        var fitting = lines(blocks, isSpaced: true)
        if fitting.count > rows { fitting = lines(blocks) }
        if fitting.count > rows {
            let (cut, missing) = cut(blocks, by: fitting.count - (rows - 1)) { lines([[$0]]).count }
            let note = "…放不下：" + missing.joined(separator: "、") + "（live figures 全部列出）"
            fitting = lines(cut).prefix(max(0, rows - 1)) + [note]
        }
        return fitting.prefix(rows).map { LiveBoard.cut($0, to: columns) }
    }

    /// Takes out what can be spared until there are so many lines less; and what that was.
    private func cut(_ blocks: [[Part]], by lines: Int, height: (Part) -> Int) -> ([[Part]], [String]) {
        var (blocks, rest, extras) = (blocks, lines, 0)
        for block in blocks.indices.reversed() {
            for part in blocks[block].indices.reversed() where rest > 0 && blocks[block][part].isExtra {
                rest -= height(blocks[block].remove(at: part))
                extras += 1
            }
        }
        // Rows of the longest table, then of the longest that is left; the last one takes the head with it.
        let tables = blocks.indices.flatMap { block in blocks[block].indices.map { (block, $0) } }
            .filter { !blocks[$0.0][$0.1].unit.isEmpty }
        var counts = tables.map { blocks[$0.0][$0.1].rows.count }
        while rest > 0, let longest = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[longest] > 0 {
            counts[longest] -= 1
            rest -= counts[longest] == 0 ? 2 : 1
        }
        var missing: [String] = []
        for ((block, part), count) in zip(tables, counts) where count < blocks[block][part].rows.count {
            missing.append("\(blocks[block][part].rows.count - count) \(blocks[block][part].unit)")
            if count == 0 { blocks[block][part] = Part([]) } else { blocks[block][part].cut(to: count) }
        }
        extras += max(0, rest)
        if extras > 0 { missing.append("\(extras) 行其他") }
        return (blocks, missing)
    }

    private func broken(_ pieces: [String], _ columns: Int?) -> [String] {
        var lines: [String] = []
        for piece in pieces {
            let longer = lines.last.map { $0 + "  " + piece }
            if let longer, columns.map({ LiveBoard.width(of: longer) <= $0 }) ?? true {
                lines[lines.count - 1] = longer
            } else {
                lines.append(piece)
            }
        }
        return lines
    }

    /// Columns as wide as what is in them.
    private func table(_ head: [String], _ rows: [[Cell]]) -> [String] {
        let all = [head.map { Cell($0) }] + rows
        let widths = head.indices.map { column in
            all.map { CharacterClass.displayWidth(of: $0[column].text) }.max() ?? 0
        }
        return all.enumerated().map { number, cells in
            var line = ""
            for (cell, width) in zip(cells, widths) {
                let room = width - CharacterClass.displayWidth(of: cell.text) + 2
                line += paint(cell) + String(repeating: " ", count: room)
            }
            while line.last == " " { line.removeLast() }
            return number == 0 ? emphasis(line) : line
        }
    }

    func paint(_ cell: Cell) -> String {
        guard isColored, cell.level > .normal else { return cell.text }
        return "\u{1B}[\(cell.level == .alarm ? 31 : 33)m\(cell.text)\u{1B}[0m"
    }

    // MARK: Widths

    /// A text in its stretches: what is shown, and what sets a colour. Nothing but that begins with an escape here.
    private static func stretches(_ text: String) -> [(text: Substring, isShown: Bool)] {
        var result: [(text: Substring, isShown: Bool)] = []
        var rest = text[...]
        while let escape = rest.unicodeScalars.firstIndex(of: "\u{1B}") {
            result.append((rest[..<escape], true))
            let end = rest.unicodeScalars[escape...].firstIndex(of: "m").map { rest.unicodeScalars.index(after: $0) }
            result.append((rest[escape..<(end ?? rest.endIndex)], false))
            rest = rest[(end ?? rest.endIndex)...]
        }
        result.append((rest, true))
        return result
    }

    /// The cells that a text takes.
    static func width(of text: String) -> Int {
        stretches(text).reduce(0) { $0 + ($1.isShown ? CharacterClass.displayWidth(of: String($1.text)) : 0) }
    }

    /// The beginning of a text that is too long, with a sign for the rest.
    static func cut(_ text: String, to columns: Int) -> String {
        guard width(of: text) > columns else { return text }
        var (result, room, isColored) = ("", columns - 1, false)
        for stretch in stretches(text) {
            guard stretch.isShown else {
                result += stretch.text
                isColored = true
                continue
            }
            for character in stretch.text {
                room -= CharacterClass.displayWidth(of: String(character))
                if room < 0 { return result + (columns > 0 ? "…" : "") + (isColored ? "\u{1B}[0m" : "") }
                result.append(character)
            }
        }
        return result
    }
}
