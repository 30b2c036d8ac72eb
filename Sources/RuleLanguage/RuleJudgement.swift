import ConversationModel

extension Rule {
    /// The form of what the rule judges by: equal for two rules that give the same findings under the same id,
    /// however they are named, graded and described.
    public var judgement: [UInt8] {
        var content = CanonicalBytes()
        content.add([id.value, polarity.rawValue, unit.rawValue])
        content.add(appliesTo != nil)
        if let condition = appliesTo { content.add(condition) }
        content.add(when)
        return content.bytes
    }
}
