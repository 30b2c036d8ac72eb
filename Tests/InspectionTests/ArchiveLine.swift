import ConversationModel
import Foundation

/// A conversation as a line of an archive, its facts left out.
func archiveLine(_ conversation: Conversation) throws -> [UInt8] {
    var object: [String: Any] = ["id": conversation.id]
    object["shop"] = conversation.shop
    object["buyer"] = conversation.buyer
    object["group"] = conversation.group
    object["agent"] = conversation.agent
    object["closedAt"] = conversation.closedAt?.milliseconds
    let truncated = [
        conversation.isTruncatedAtStart ? "start" : nil, conversation.isTruncatedAtEnd ? "end" : nil,
    ].compactMap { $0 }
    if let first = truncated.first { object["truncated"] = truncated.count == 1 ? first : truncated }
    object["messages"] = conversation.messages.map { message in
        var line: [String: Any] = ["from": message.speaker.name, "text": message.text, "kind": message.kind.name]
        line["time"] = message.time?.milliseconds
        line["agent"] = message.agent
        line["id"] = message.id
        if message.isAutomatic { line["auto"] = true }
        line["to"] = message.transferTarget
        if let type = message.eventType { line["event"] = ["type": type, "value": message.eventValue ?? ""] }
        return line
    }
    return [UInt8](try JSONSerialization.data(withJSONObject: object)) + [0x0A]
}
