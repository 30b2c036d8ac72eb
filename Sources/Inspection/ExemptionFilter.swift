import ConversationModel
import Evaluation

/// Takes what is exempt out of the rows of a judgement before they are counted and scored. One per worker.
///
/// An exempt stay has no agent in the filtered rows, so that nothing scores it; an exempt finding or exposure is not
/// there. A rule that is exempt for some is counted apart from its class, which is taken back.
final class ExemptionFilter {
    private let matcher: ExemptionMatcher
    /// Per finding of the judgement the exemption that covers it, -1: none.
    private(set) var exemptionOfFinding: [Int32] = []
    /// Per unit the exemption that covers the stay, -1: none.
    private(set) var exemptionOfUnit: [Int32] = []

    private var units: [Judgement.Unit] = []
    private var ruleUnits: [Judgement.RuleUnit] = []
    private var classUnits: [Judgement.ClassUnit] = []
    private var exposures: [Judgement.Exposure] = []
    private var findings: [Judgement.FindingRecord] = []
    private var procedures: [Judgement.ProcedureRecord] = []
    private var covers: [PartCover] = []

    /// What is exempt in one part.
    private struct PartCover {
        /// The exemptions of anybody that hold.
        var anyone: [Int] = []
        /// By owner the first exemption that names no rule, -1: none.
        var ofOwner: [Int32: Int32] = [:]
        /// By owner those that name rules.
        var withRules: [Int32: [Int]] = [:]
        /// Rules that some exemption names.
        var rules: Set<Int32> = []
    }

    init(_ matcher: ExemptionMatcher) {
        self.matcher = matcher
    }

    /// Why a finding of the judgement is exempt; nil: it is not.
    func reason(ofFinding index: Int) -> String? {
        let exemption = exemptionOfFinding[index]
        return exemption < 0 ? nil : matcher.exemptions[Int(exemption)].reason
    }

    /// Whether a finding of the judgement is exempt.
    func isExempt(finding index: Int) -> Bool { exemptionOfFinding[index] >= 0 }

    /// Looks for exemptions of the judged `parts`; false where none covers anything.
    func look(at rows: JudgementRows, _ placed: PlacedRow, parts: Range<Int>, places: [PartPlace]) -> Bool {
        covers.removeAll(keepingCapacity: true)
        var isAnyHeld = false
        for number in rows.parts.indices {
            var cover = PartCover()
            if parts.contains(number) {
                let facts = facts(of: number, rows, placed, day: places[number].day)
                cover.anyone = matcher.ofAnyone(facts)
                let owners = cover.anyone.isEmpty && !matcher.namesAgents ? [] : owners(in: number, rows)
                for owner in owners {
                    let held = (cover.anyone + matcher.of(owner, facts)).sorted()
                    if held.isEmpty { continue }
                    isAnyHeld = true
                    let whole = held.first { matcher.exemptions[$0].rules.isEmpty }
                    cover.ofOwner[owner] = whole.map { Int32($0) } ?? -1
                    let named = held.filter { !matcher.exemptions[$0].rules.isEmpty }
                    cover.withRules[owner] = named
                    for index in named {
                        cover.rules.formUnion(
                            matcher.exemptions[index].rules.flatMap { placed.judge.numbersOfRule[$0] ?? [] })
                    }
                }
            }
            covers.append(cover)
        }
        if !isAnyHeld { return false }
        filter(rows, placed.judge.rules.compiled.summaries, placed.judge.layout.classOfRule)
        return true
    }

    private func facts(
        of number: Int, _ rows: JudgementRows, _ placed: PlacedRow, day: CalendarDay?
    ) -> ExemptionMatcher.Part {
        let row = placed.row
        let ends = ExemptionMatcher.ends(of: rows.parts[number].messages, row, placed.judge.evaluator.table)
        let id = String(decoding: row.id, as: UTF8.self)
        return ExemptionMatcher.Part(
            ids: (id, number == 0 ? id : "\(id)#\(number + 1)"),
            buyer: row.buyer.baseAddress == nil ? nil : String(decoding: row.buyer, as: UTF8.self), day: day,
            first: ends?.first, last: ends?.last)
    }

    /// Adds what is exempt, by exemption and owner.
    ///
    /// - Parameters:
    ///   - severities: per rule the index of its severity, -1 where hits of it are no fault.
    ///   - comparer: where two rule sets are compared, findings of the draft are counted.
    func count(
        _ rows: JudgementRows, severities: [Int], comparer: FindingComparer? = nil,
        into exempt: inout [ExemptionCounts.Key: ExemptionCounts]
    ) {
        func note(_ exemption: Int32, _ owner: Int32, _ change: (inout ExemptionCounts) -> Void) {
            let key = ExemptionCounts.Key(exemption: exemption, owner: owner)
            change(&exempt[key, default: ExemptionCounts()])
        }
        for (unit, exemption) in exemptionOfUnit.enumerated() where exemption >= 0 {
            note(exemption, rows.units[unit].agent) { $0.stays += 1 }
        }
        for (index, exemption) in exemptionOfFinding.enumerated() where exemption >= 0 {
            let record = rows.findings[index]
            if let comparer, comparer.sides[Int(record.rule)] == .old { continue }
            note(exemption, record.owner) { counts in
                counts.findings += 1
                if record.outcome == .missed { counts.missed += 1 }
                if record.outcome == .hit, severities[Int(record.rule)] >= 0 { counts.negativeHits += 1 }
            }
        }
    }

    /// Everybody to whom something in the part is, or could have been charged.
    private func owners(in part: Int, _ rows: JudgementRows) -> Set<Int32> {
        var owners: Set<Int32> = []
        for unit in rows.units[rows.range(of: part, in: rows.units, \.part)] where unit.agent >= 0 {
            owners.insert(unit.agent)
        }
        for index in rows.range(of: part, in: rows.findings, { rows.units[Int($0.unit)].part }) {
            owners.insert(rows.findings[index].owner)
        }
        let own = rows.ofPart(part)
        for entry in own.classUnits { for index in entry.exposures { owners.insert(rows.exposures[Int(index)].owner) } }
        for entry in own.ruleUnits { for index in entry.exposures { owners.insert(rows.exposures[Int(index)].owner) } }
        return owners
    }

    /// The first exemption that covers the owner's findings of a rule in a part, -1: none.
    private func exemption(of owner: Int32, rule: Int32, in part: Int32, _ ids: [RuleSummary]) -> Int32 {
        let cover = covers[Int(part)]
        let whole = cover.ofOwner[owner] ?? -1
        guard cover.rules.contains(rule), let named = cover.withRules[owner] else { return whole }
        let id = ids[Int(rule)].id
        let found = named.first { matcher.exemptions[$0].rules.contains(id) }.map { Int32($0) } ?? -1
        if whole < 0 || found < 0 { return max(whole, found) }
        return min(whole, found)
    }

    // MARK: Filtering

    private func filter(_ rows: JudgementRows, _ ids: [RuleSummary], _ classOfRule: [Int]) {
        ruleUnits.removeAll(keepingCapacity: true)
        classUnits.removeAll(keepingCapacity: true)
        exposures.removeAll(keepingCapacity: true)
        findings.removeAll(keepingCapacity: true)
        exemptionOfFinding = rows.findings.map { finding in
            exemption(of: finding.owner, rule: finding.rule, in: rows.units[Int(finding.unit)].part, ids)
        }
        exemptionOfUnit = rows.units.map { $0.agent < 0 ? -1 : covers[Int($0.part)].ofOwner[$0.agent] ?? -1 }
        units = Array(rows.units)
        for (index, exemption) in exemptionOfUnit.enumerated() where exemption >= 0 {
            units[index].agent = OwnerNumber.none
        }
        procedures = rows.procedures.filter {
            exemption(of: $0.owner, rule: $0.rule, in: rows.units[Int($0.unit)].part, ids) < 0
        }
        var nextClass = 0
        var nextRule = 0
        for unit in rows.units.indices {
            let firstClass = nextClass
            let firstFiltered = classUnits.count
            while nextClass < rows.classUnits.count, Int(rows.classUnits[nextClass].unit) == unit {
                add(rows.classUnits[nextClass], rows)
                nextClass += 1
            }
            let classes = zip(rows.classUnits[firstClass..<nextClass], classUnits[firstFiltered...]).map { ($0, $1) }
            var named = covers[Int(rows.units[unit].part)].rules
            while nextRule < rows.ruleUnits.count, Int(rows.ruleUnits[nextRule].unit) == unit {
                let entry = rows.ruleUnits[nextRule]
                let isNamed = named.remove(entry.rule) != nil
                let number = Int32(truncatingIfNeeded: classOfRule[Int(entry.rule)])
                let shared = classes.first { entry.sharesExposures && $0.0.exposureClass == number }
                add(entry, rows, original: shared?.0, filtered: shared?.1, isNamed: isNamed, ids)
                nextRule += 1
            }
            // Rules that slept: their class speaks for them.
            for rule in named.sorted() {
                let number = Int32(truncatingIfNeeded: classOfRule[Int(rule)])
                guard let shared = classes.first(where: { $0.0.exposureClass == number }), !shared.0.exposures.isEmpty
                else { continue }
                let asleep = Judgement.RuleUnit(
                    rule: rule, unit: Int32(unit), outcome: .clean, sharesExposures: true)
                add(asleep, rows, original: shared.0, filtered: shared.1, isNamed: true, ids)
            }
        }
    }

    private func add(_ entry: Judgement.ClassUnit, _ rows: JudgementRows) {
        var own = entry
        let first = Int32(exposures.count)
        let part = rows.units[Int(entry.unit)].part
        for index in entry.exposures where covers[Int(part)].ofOwner[rows.exposures[Int(index)].owner] ?? -1 < 0 {
            exposures.append(rows.exposures[Int(index)])
        }
        own.exposures = first..<Int32(exposures.count)
        classUnits.append(own)
    }

    /// Adds a rule's entry without what is exempt in it.
    ///
    /// - Parameters:
    ///   - original: the unit of the class that it shares exposures with; nil: it has its own.
    ///   - filtered: the same without exempt owners.
    ///   - isNamed: some exemption names the rule.
    private func add(
        _ entry: Judgement.RuleUnit, _ rows: JudgementRows, original: Judgement.ClassUnit?,
        filtered: Judgement.ClassUnit?, isNamed: Bool, _ ids: [RuleSummary]
    ) {
        let part = rows.units[Int(entry.unit)].part
        func isCounted(_ owner: Int32) -> Bool { exemption(of: owner, rule: entry.rule, in: part, ids) < 0 }
        let isEvaluated = entry.outcome == .hit || entry.outcome == .clean
        var own = entry
        let firstFinding = Int32(findings.count)
        for index in entry.findings where isCounted(rows.findings[Int(index)].owner) {
            findings.append(rows.findings[Int(index)])
        }
        own.findings = firstFinding..<Int32(findings.count)
        if entry.outcome == .hit, !findings[Int(firstFinding)...].contains(where: { $0.outcome == .hit }) {
            own.outcome = .clean
        }
        // Nobody whom it could be charged to: nothing of it is exempt.
        let before = (original?.exposures.isEmpty ?? true) && entry.exposures.isEmpty && entry.findings.isEmpty
        if isNamed, !before, let filtered {
            // The class goes on for its other rules; this one is counted by itself.
            if !filtered.exposures.isEmpty {
                ruleUnits.append(
                    Judgement.RuleUnit(
                        rule: entry.rule, unit: entry.unit, outcome: .notApplicable, sharesExposures: true))
            }
            own.sharesExposures = false
        }
        let first = Int32(exposures.count)
        if isEvaluated, let original, isNamed {
            for index in original.exposures where isCounted(rows.exposures[Int(index)].owner) {
                exposures.append(rows.exposures[Int(index)])
            }
        }
        for index in entry.exposures where isCounted(rows.exposures[Int(index)].owner) {
            exposures.append(rows.exposures[Int(index)])
        }
        if isNamed {
            for finding in findings[Int(firstFinding)...] {
                exposures.append(Judgement.Exposure(finding.owner, anchor: finding.anchor))
            }
        }
        own.exposures = first..<Int32(exposures.count)
        if isForAnyone(entry, part, ids) { return }
        let agent = rows.units[Int(entry.unit)].agent
        if entry.outcome == .notEvaluated, agent >= 0, !isCounted(agent) { return }
        let shared = own.sharesExposures ? filtered?.exposures ?? 0..<0 : 0..<0
        // Everybody whom it could have been charged to is exempt.
        if isEvaluated, own.exposures.isEmpty, own.findings.isEmpty, shared.isEmpty, !before { return }
        ruleUnits.append(own)
    }

    /// Whether nobody's outcome of the rule on the unit counts.
    private func isForAnyone(_ entry: Judgement.RuleUnit, _ part: Int32, _ ids: [RuleSummary]) -> Bool {
        let id = ids[Int(entry.rule)].id
        return covers[Int(part)].anyone.contains { index in
            let rules = matcher.exemptions[index].rules
            return rules.isEmpty || rules.contains(id)
        }
    }

    /// Lends the rows without what is exempt, until the next `look`.
    func withCounted(_ rows: JudgementRows, _ body: (JudgementRows) -> Void) {
        units.withUnsafeBufferPointer { units in
            ruleUnits.withUnsafeBufferPointer { ruleUnits in
                classUnits.withUnsafeBufferPointer { classUnits in
                    exposures.withUnsafeBufferPointer { exposures in
                        findings.withUnsafeBufferPointer { findings in
                            procedures.withUnsafeBufferPointer { procedures in
                                body(
                                    JudgementRows(
                                        parts: rows.parts, units: units, ruleUnits: ruleUnits,
                                        classUnits: classUnits, exposures: exposures, findings: findings,
                                        evidence: rows.evidence, spans: rows.spans, procedures: procedures))
                            }
                        }
                    }
                }
            }
        }
    }
}
