import ConversationModel
import Evaluation
import RuleLanguage

/// What a worker needs to judge by one rule set. Made when it is needed and let go when it is not any more.
final class RuleSetJudge {
    let set: Int
    let rules: RuleSet
    let evaluator: Evaluator
    let layout: TallyLayout
    let lines: FindingWriter
    /// Whose rules these are; nil where there are no schemes.
    let scheme: Scheme?
    /// Per rule the index of its severity, -1 where hits of it are no fault.
    let severities: [Int]
    /// What a finding of each rule counts as among those that are kept.
    let grades: [(hit: Int, missed: Int)]
    /// What stays get by these rules; nil: nothing is scored.
    var scorer: StayScorer?
    /// Numbers of its rules, which exemptions name by their ids: of two sets that are compared both forms.
    let numbersOfRule: [RuleID: [Int32]]
    /// Where two sets are compared.
    let comparer: FindingComparer?
    /// What stays get by both sets; nil: neither scores.
    var comparedScorer: ComparedScorer?
    /// The block that it judged something of last.
    var lastBlock = -1

    init(_ set: Int, of rules: RunRules, names: AgentNames, options: InspectionOptions) throws {
        self.set = set
        self.rules = try rules.set(set)
        layout = try rules.facts(set).layout
        scheme = try rules.scheme(set)
        let compiled = self.rules.compiled
        evaluator = try Evaluator(compiled, names: names)
        evaluator.collectsStays = options.period != nil
        if let asOf = options.asOf { evaluator.asOf = asOf.milliseconds }
        lines = FindingWriter(
            compiled, version: rules.version(set)?.number, scheme: scheme?.id, isDraft: rules.origin == .draft)
        grades = compiled.summaries.map { (KeptCases.grade(.hit, of: $0), KeptCases.grade(.missed, of: $0)) }
        scorer = self.rules.scoring.map { StayScorer($0, compiled.summaries) }
        comparer = self.rules.comparison.map { FindingComparer($0, summaries: compiled.summaries) }
        comparedScorer = self.rules.comparison.flatMap { ComparedScorer($0, compiled.summaries) }
        numbersOfRule =
            options.exemptions.isEmpty
            ? [:]
            : Dictionary(grouping: compiled.summaries.indices.map { Int32($0) }) { compiled.summaries[Int($0)].id }
        severities = compiled.summaries.map {
            $0.polarity == .negative ? Severity.allCases.firstIndex(of: $0.severity) ?? -1 : -1
        }
    }
}

extension RuleSetJudge {
    /// Makes ready for a block.
    func begin(collectsEvidence: Bool, _ block: ComparisonBlock?) {
        evaluator.begin()
        evaluator.collectsEvidence = collectsEvidence
        if let block { askForEvidence(in: block) }
    }

    /// Has findings carry what they rest on where the block compares or keeps it. To be asked again once it kept something.
    func askForEvidence(in block: ComparisonBlock) {
        guard let comparer else { return }
        evaluator.evidenceNeeds = comparer.sides.indices.map { comparer.evidenceNeed(of: $0, block) }
    }
}

/// A conversation of the block, in the table of the judge that judges it.
struct PlacedRow {
    let judge: RuleSetJudge
    let row: ConversationRow
    /// The parts that are this judge's; nil: all.
    var parts: Range<Int>?
    /// Whose time policy cuts the record into parts; nil: the judge's own.
    var cutBy: CompiledRules?
    /// No earlier parts of the record are judged.
    var isFirst = true
}
