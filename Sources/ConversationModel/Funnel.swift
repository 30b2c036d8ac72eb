/// How far conversations came in one procedure (SOP): whole run, by agent, by group.
public struct Funnel: Sendable, Hashable {
    /// What was counted for one key.
    public struct Row: Sendable, Hashable {
        /// An owner's label, a group, or 全部.
        public var key: String
        /// Units that the procedure decided on; each counts for whoever is charged with its end.
        public var applicable: Int
        /// Per step those of them that were judged by rules that have the step; several versions may differ.
        public var asked: [Int]
        /// Per step the units in which it was taken.
        public var reached: [Int]
        /// Per step the units that left the procedure there: missing, late, out of order.
        public var diverged: [[Int]]

        /// - Parameter asked: nil: every step was asked of all.
        public init(key: String, applicable: Int, asked: [Int]? = nil, reached: [Int], diverged: [[Int]]) {
            self.key = key
            self.applicable = applicable
            self.asked = asked ?? reached.map { _ in applicable }
            self.reached = reached
            self.diverged = diverged
        }

        /// Units in which all required steps were taken.
        public var completed: Int { applicable - diverged.joined().reduce(0, +) }
    }

    /// Index in the tally's rules.
    public var rule: Int
    public var total: Row
    /// Sorted by bytes.
    public var byAgent: [Row]
    /// By pinned group; sorted by bytes.
    public var byGroup: [Row]

    public init(rule: Int, total: Row, byAgent: [Row], byGroup: [Row]) {
        self.rule = rule
        self.total = total
        self.byAgent = byAgent
        self.byGroup = byGroup
    }
}
