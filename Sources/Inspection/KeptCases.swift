import ConversationModel

/// The findings kept with their context: where not all have room the gravest, and of those alike the first.
///
/// What is kept depends only on what was offered, in what order, and on the limits.
struct KeptCases: Hashable {
    struct Entry: Hashable {
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
    /// Those that are kept, by owner and grade; counted where owners have a limit.
    private var ofOwner: [Slot: Int] = [:]

    private struct Slot: Hashable {
        var owner: Owner
        var grade: Int
    }

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
    ///
    /// - Parameter ownerLimit: so many of an owner and a grade are kept, nil: all. The same in every call.
    mutating func add(
        _ findingCase: FindingCase, grade: Int, bytes size: Int, countLimit: Int, byteLimit: Int, ownerLimit: Int? = nil
    ) {
        guard grade > closedGrade else { return }
        if let ownerLimit {
            let slot = Slot(owner: findingCase.finding.owner, grade: grade)
            guard ofOwner[slot, default: 0] < ownerLimit else { return }
            ofOwner[slot, default: 0] += 1
        }
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
    mutating func add(_ later: KeptCases, countLimit: Int, byteLimit: Int, ownerLimit: Int? = nil) {
        for (grade, entry) in later.entries {
            add(
                entry.findingCase, grade: grade, bytes: entry.bytes, countLimit: countLimit, byteLimit: byteLimit,
                ownerLimit: ownerLimit)
        }
    }

    // MARK: On disk

    /// All but the findings themselves: with those that were ever taken of each grade, in order, it tells which are kept.
    ///
    /// A grade of which something gave way takes nothing any more, so what is kept of a grade are the first of it.
    struct Outline: Codable {
        /// How many are kept, by grade.
        var kept: [Int]
        var bytes: Int
        var taken: Int
        var closedGrade: Int
    }

    var outline: Outline {
        Outline(kept: byGrade.map(\.count), bytes: bytes, taken: taken, closedGrade: closedGrade)
    }

    /// The kept findings of each grade but the first `written` of it, which are on disk.
    func entries(beyond written: [Int]) -> [(grade: Int, entry: Entry)] {
        byGrade.indices.flatMap { grade in
            byGrade[grade].dropFirst(written[grade]).map { (grade: grade, entry: $0) }
        }
    }

    /// What `outline` says of the findings in `bytes`, and how many there are of each grade; nil where they do not fit.
    static func read(_ bytes: [UInt8], _ outline: Outline) -> (cases: KeptCases, written: [Int])? {
        guard outline.kept.count == grades else { return nil }
        var cases = KeptCases()
        var written = [Int](repeating: 0, count: grades)
        var reader = CaseReader(bytes)
        do {
            while let (grade, entry) = try reader.next() {
                written[grade] += 1
                if cases.byGrade[grade].count < outline.kept[grade] { cases.byGrade[grade].append(entry) }
            }
        } catch {
            return nil
        }
        cases.count = outline.kept.reduce(0, +)
        cases.bytes = outline.bytes
        cases.taken = outline.taken
        cases.closedGrade = outline.closedGrade
        return cases.byGrade.map(\.count) == outline.kept ? (cases, written) : nil
    }

    /// The kept findings in the order of the input.
    var inOrder: [FindingCase] { entries.map(\.entry.findingCase) }

    private var entries: [(grade: Int, entry: Entry)] {
        byGrade.indices.flatMap { grade in byGrade[grade].map { (grade: grade, entry: $0) } }
            .sorted { $0.entry.number < $1.entry.number }
    }
}
