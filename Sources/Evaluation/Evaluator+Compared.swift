import ConversationModel

/// Which findings of a rule carry what they rest on, where the rule stands in two forms that are compared.
public struct EvidenceNeed: Sendable {
    /// The number of the other form, the next one or the one before; -1: there is none.
    public var partner: Int32
    /// Findings that the other form has not made need it, too; those that both have made always do.
    public var ofUnshared: Bool

    public init(partner: Int32, ofUnshared: Bool) {
        self.partner = partner
        self.ofUnshared = ofUnshared
    }
}

/// Which findings of the rule at hand carry what they rest on.
enum EvidenceScope {
    case all, none
    /// Those at `Evaluator.sharedPlaces`.
    case shared
}

/// Where a finding stands in a unit.
struct FindingPlace: Hashable {
    var outcome: FindingOutcome
    /// In the table; -1: the whole unit.
    var anchor: Int32
}

/// Two forms of a rule on one unit: what their findings rest on is asked for only where it may be compared or shown.
extension Evaluator {
    /// Whether a finding of the rule at hand carries what it rests on.
    @inline(__always)
    func collectsEvidence(of outcome: FindingOutcome, anchor: Int) -> Bool {
        switch evidenceScope {
        case .all: true
        case .none: false
        case .shared:
            sharedPlaces.contains(FindingPlace(outcome: outcome, anchor: anchor < 0 ? -1 : Int32(base + anchor)))
        }
    }

    /// Judges the woken rules of the unit's kind, both forms of a rule together.
    func judgeCompared(isStay: Bool) {
        var place = 0
        while place < wokenRules.count {
            let number = Int(wokenRules[place])
            place += 1
            guard rules.rules[number].isOfStays == isStay else { continue }
            if place < wokenRules.count, wokenRules[place] == evidenceNeeds[number].partner,
                rules.rules[Int(wokenRules[place])].isOfStays == isStay
            {
                judge(number, and: Int(wokenRules[place]))
                place += 1
            } else {
                judge(number, scope(of: number))
            }
        }
    }

    private func scope(of rule: Int, shared: Bool = false) -> EvidenceScope {
        evidenceNeeds[rule].ofUnshared ? .all : shared ? .shared : .none
    }

    private func judge(_ rule: Int, _ scope: EvidenceScope) {
        evidenceScope = scope
        judge(rule: rule)
    }

    /// Judges both, and once more where findings of both stand at one place and lack what they rest on.
    private func judge(_ old: Int, and new: Int) {
        let start = judgement.extent
        judge(old, scope(of: old))
        let middle = judgement.findings.count
        judge(new, scope(of: new))
        let isComplete = evidenceNeeds[old].ofUnshared && evidenceNeeds[new].ofUnshared
        if isComplete || middle == start.findings || middle == judgement.findings.count { return }
        let before = Set(judgement.findings[start.findings..<middle].map(\.place))
        sharedPlaces.removeAll(keepingCapacity: true)
        for finding in judgement.findings[middle...] where before.contains(finding.place) {
            sharedPlaces.insert(finding.place)
        }
        if sharedPlaces.isEmpty { return }
        judgement.removeAll(since: start)
        judge(old, scope(of: old, shared: true))
        judge(new, scope(of: new, shared: true))
    }
}

extension Judgement.FindingRecord {
    fileprivate var place: FindingPlace { FindingPlace(outcome: outcome, anchor: anchor) }
}
