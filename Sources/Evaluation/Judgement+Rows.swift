import ConversationModel

extension Judgement.RuleUnit {
    /// An outcome on a unit without exposures of its own and without findings.
    public init(rule: Int32, unit: Int32, outcome: Outcome, sharesExposures: Bool) {
        self.init(
            rule: rule, unit: unit, outcome: outcome, reasons: [], exposures: 0..<0, findings: 0..<0,
            sharesExposures: sharesExposures)
    }
}

extension Judgement.Exposure {
    /// Somebody who could have been charged; `anchor` -1: for the whole unit.
    public init(_ owner: Int32, anchor: Int32) {
        self.init(owner: owner, anchor: anchor)
    }
}
