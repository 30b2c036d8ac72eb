import ConversationModel

/// The findings kept with their context: where not all have room the gravest, and of those alike the first.
///
/// What is kept depends only on what was offered, in what order, and on the limits.
struct KeptCases: Codable {
    struct Entry: Codable {
        var findingCase: FindingCase
        var number: Int
        var bytes: Int
    }

    /// By grade (`KeptCases.grade`), each in the order of the input.
    private var byGrade: [[Entry]] = Array(repeating: [], count: KeptCases.grades)
    private(set) var count = 0
    private var bytes = 0
    /// Findings taken so far, also those that gave way later: the same number is the same content.
    private(set) var taken = 0
    /// Of this grade something gave way, so nothing of it or below is taken any more; -1 at first.
    private(set) var closedGrade = -1

    static let grades = 9

    /// 0 for what went well, then misses by severity, then hits of negative rules by severity.
    static func grade(_ outcome: FindingOutcome, of rule: RuleSummary) -> Int {
        let rank = Severity.allCases.firstIndex(of: rule.severity) ?? 0
        return switch (outcome, rule.polarity) {
        case (.missed, _): 1 + rank
        case (.hit, .negative): 5 + rank
        case (.hit, .positive): 0
        }
    }

    /// Takes a finding of `bytes` bytes, and lets the least grave go until the limits are kept.
    mutating func add(_ findingCase: FindingCase, grade: Int, bytes size: Int, countLimit: Int, byteLimit: Int) {
        guard grade > closedGrade else { return }
        byGrade[grade].append(Entry(findingCase: findingCase, number: taken, bytes: size))
        taken += 1
        count += 1
        bytes += size
        while count > countLimit || bytes > byteLimit {
            guard let lowest = byGrade.firstIndex(where: { !$0.isEmpty }) else { return }
            bytes -= byGrade[lowest].removeLast().bytes
            count -= 1
            closedGrade = lowest
        }
    }

    /// Takes what a later stretch of the input kept within the same limits.
    mutating func add(_ later: KeptCases, countLimit: Int, byteLimit: Int) {
        for (grade, entry) in later.entries {
            add(entry.findingCase, grade: grade, bytes: entry.bytes, countLimit: countLimit, byteLimit: byteLimit)
        }
    }

    /// The kept findings in the order of the input.
    var inOrder: [FindingCase] { entries.map(\.entry.findingCase) }

    private var entries: [(grade: Int, entry: Entry)] {
        byGrade.indices.flatMap { grade in byGrade[grade].map { (grade: grade, entry: $0) } }
            .sorted { $0.entry.number < $1.entry.number }
    }
}
