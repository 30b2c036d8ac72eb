import CSimdJSON
import ConversationModel

extension NDJSONParser {
    /// When a buyer was there, and with whom he spoke last.
    public struct Visit: Sendable {
        /// Of shop and buyer; 0: the buyer is not known.
        public var buyer: UInt64
        /// Milliseconds of the first and the last message; `MessageTable.noTime` where a time is missing.
        public var first: Int64
        public var last: Int64
        /// The last human agent who spoke; nil: none did.
        public var agent: [UInt8]?
    }

    /// The conversation at `index` as a visit of its buyer; local times take `zone`. O(messages).
    public func visit(_ index: Int, zone: Zone) -> Visit {
        let c = rows.conversations[index]
        let buyer = bytes(c.buyer)
        var visit = Visit(buyer: 0, first: MessageTable.noTime, last: MessageTable.noTime, agent: nil)
        guard buyer.baseAddress != nil, c.message_count > 0 else { return visit }
        visit.buyer = max(1, NameTable.hash(buyer, seed: NameTable.hash(bytes(c.shop)) ^ 0x5851_F42D_4C95_7F2D))
        var (first, last) = (Int64.max, Int64.min)
        var spokeAt = Int64.min
        var speaker = mj_slice(offset: 0, length: MJ_ABSENT)
        for place in Int(c.first_message)..<Int(c.first_message + c.message_count) {
            let m = rows.messages[place]
            if m.time == MessageTable.noTime { return visit }
            let isLocal = Int32(m.flags) & Int32(MJ_LOCAL_TIME) != 0
            let time = isLocal ? zone.instant(local: m.time).milliseconds : m.time
            first = min(first, time)
            last = max(last, time)
            let hasContent = m.kind < MessageKind.recall.rawValue || m.kind > MessageKind.event.rawValue
            if m.speaker == UInt8(MJ_AGENT), Int32(m.flags) & Int32(MJ_AUTOMATIC) == 0, hasContent, time >= spokeAt {
                spokeAt = time
                speaker = m.agent
            }
        }
        visit.first = first
        visit.last = last
        if spokeAt > .min {
            visit.agent = speaker.length == MJ_ABSENT ? Array(OwnerNumber.unknownAgent.utf8) : Array(bytes(speaker))
        }
        return visit
    }
}
