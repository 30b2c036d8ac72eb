import ConversationModel

/// What one agent did in one stay, message by message.
public struct OracleWork: Sendable {
    /// With its part: `id#2`.
    public var conversation: String
    /// Index in the record of the first message of the part.
    public var firstMessage: Int
    public var agent: String
    /// Indices of what he typed and of what the buyer said, in the stay.
    public var typed: [Int]
    public var asked: [Int]
    /// The buyer said something in the part before the last that he typed.
    public var isServed: Bool
    public var isHandedOver: Bool
    /// Each wait of the stay; nil where something is missing.
    public var waits: [Wait]?

    /// A wait: how long until the answer, and the length that counts.
    public struct Wait: Sendable {
        public var answeredAfter: Int64?
        public var length: Int64?
    }
}

extension Oracle {
    /// Every stay of a conversation.
    public func work(of conversation: Conversation) -> [OracleWork] {
        let record = OracleRecord(
            conversation, policy: policy, groups: groups, asOf: asOf, needsAnswer: needsAnswer)
        return record.parts.flatMap { part in
            record.units(of: .stay, in: part).compactMap { unit -> OracleWork? in
                guard let stay = unit.stay, case .agent(let agent) = stay.owner else { return nil }
                let typed = unit.members.filter { record.isHuman($0) }
                func said(_ row: Int) -> Bool {
                    let message = conversation.messages[row]
                    return message.speaker == .buyer && !message.isAutomatic && record.hasContent(row)
                }
                let judge = OracleJudge(unit: unit)
                let isKnown = record.times != nil && !unit.end.isCutOff && !unit.startIsCut
                var isHandedOver = false
                if case .handedOver = unit.end { isHandedOver = true }
                return OracleWork(
                    conversation: part.id, firstMessage: part.rows.lowerBound, agent: agent, typed: typed,
                    asked: unit.members.filter(said),
                    isServed: typed.contains { own in part.rows.contains { $0 < own && said($0) } },
                    isHandedOver: isHandedOver,
                    waits: isKnown
                        ? judge.waits.map { wait in
                            OracleWork.Wait(
                                answeredAfter: wait.answer.map { judge.span(wait.start, $0) },
                                length: judge.length(wait))
                        } : nil)
            }
        }
    }
}
