import ChineseText
import ConversationModel
import RuleLanguage

/// The earlier messages that those of one condition are compared with, while a unit goes on.
///
/// Looks at the same messages in the same order as the batch path, so that both reach the limit together.
struct SessionRepeats {
    private let test: RepeatsTest
    /// Rows that are compared, ascending.
    private var compared: [Int] = []
    private var left = Evaluator.stepLimit

    init(_ test: RepeatsTest) {
        self.test = test
    }

    /// Nothing more is looked at.
    var isSpent: Bool { left < 0 }

    /// Takes a row of the unit, before it is asked about or one after it.
    mutating func observe(_ row: Int, in unit: SessionUnit) {
        if unit.isMember(row), unit.rows.isIn(test.population, row) { compared.append(row) }
    }

    /// Whether a row repeats earlier ones.
    mutating func holds(_ row: Int, in unit: SessionUnit) -> Bool {
        guard !isSpent else { return false }
        var left = left
        let found = latest(repeatedBy: row, in: unit, &left)
        self.left = left
        return found >= 0 && !isSpent
    }

    /// The latest earlier message that a row repeats, or -1; for evidence.
    func latest(repeatedBy row: Int, in unit: SessionUnit) -> Int {
        var left = Evaluator.stepLimit
        return latest(repeatedBy: row, in: unit, &left)
    }

    private func latest(repeatedBy row: Int, in unit: SessionUnit, _ left: inout Int) -> Int {
        let rows = unit.rows
        guard rows.withFolded(row, { test.counts($0) }) else { return -1 }
        rows.withFolded(row) { rows.likeness.load($0) }
        var looked = 0
        var alike = 0
        var latest = -1
        var place = compared.firstPlace(notBefore: row) - 1
        while place >= 0, looked < test.plan.lookBack, left >= 0 {
            left -= 1
            let i = compared[place]
            place -= 1
            guard test.isSameSource(row, i, rows.table) else { continue }
            looked += 1
            guard !test.needsTimes || unit.time(row) - unit.time(i) >= test.plan.minimumGap,
                rows.withFolded(i, { test.counts($0) })
            else { continue }
            let (isAlike, steps) = rows.withFolded(i) { rows.likeness.isAlike($0, percent: test.plan.similarity) }
            left -= steps
            guard isAlike else { continue }
            if latest < 0 { latest = i }
            alike += 1
            if alike >= test.plan.times - 1 { return latest }
        }
        return -1
    }
}

extension SessionRows {
    /// The folded bytes of a row; none where no rule looks at its text.
    func withFolded<Result>(_ row: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        (texts[row].folded?.bytes ?? []).withUnsafeBufferPointer(body)
    }
}
