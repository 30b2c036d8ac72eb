import ConversationModel

extension Judgement {
    /// What one agent did in one of his stays.
    public struct StayRecord {
        /// The stay's place among the units.
        public var unit: Int32
        /// Messages that he typed, and those of the buyer.
        public var agentMessages: Int32
        public var buyerMessages: Int32
        /// He typed something after the buyer had said something in that part.
        public var isServed: Bool
        /// The stay ended because somebody else, or a group, took over.
        public var isHandedOver: Bool
        /// nil: not known, without times or where a part of the stay is missing.
        public var waits: WaitMeter?
    }
}

extension Evaluator {
    /// Notes what was done in the stay at hand.
    func noteStay() {
        func count(_ speaker: Speaker) -> Int32 {
            let mask = arena.copy(senderMasks[Int(speaker.rawValue) * 2])
            mask.formIntersection(unit.members)
            return Int32(mask.count)
        }
        let asked = senderMasks[Int(Speaker.buyer.rawValue) * 2].first(from: 0)
        let typed = arena.copy(senderMasks[Int(Speaker.agent.rawValue) * 2])
        typed.formIntersection(unit.members)
        var isHandedOver = false
        if case .handedOver = unit.end { isHandedOver = true }
        judgement.stays.append(
            Judgement.StayRecord(
                unit: unit.number, agentMessages: Int32(typed.count), buyerMessages: count(.buyer),
                isServed: asked >= 0 && typed.last(upTo: self.count - 1) > asked, isHandedOver: isHandedOver,
                waits: hasTimes && !unit.isCutOff && !unit.startIsCut ? unitMeasures.waits : nil))
    }
}
