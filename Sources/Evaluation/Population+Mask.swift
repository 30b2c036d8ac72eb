import ConversationModel
import Patterns
import RuleLanguage

/// A population as a table over (speaker, automatic, kind): one look a message.
struct PopulationTest: Hashable, Sendable {
    /// Bit `speaker * 2 + automatic` set: such messages belong.
    let senders: UInt8
    /// Bit per `MessageKind`.
    let kinds: UInt16

    /// Kinds that carry content: all but recall, transfer and event. A constant, since every message is asked.
    @inline(__always)
    static var contentKinds: UInt16 {
        let all = (1 as UInt16) << UInt16(MessageKind.other.rawValue + 1) - 1
        let recall = (1 as UInt16) << UInt16(MessageKind.recall.rawValue)
        let transfer = (1 as UInt16) << UInt16(MessageKind.transfer.rawValue)
        let event = (1 as UInt16) << UInt16(MessageKind.event.rawValue)
        return all & ~(recall | transfer | event)
    }

    init(_ population: Population) {
        var senders: UInt8 = 0
        for speaker in population.speakers {
            if population.automatic != .only { senders |= 1 << (speaker.rawValue * 2) }
            if population.automatic != .no { senders |= 1 << (speaker.rawValue * 2 + 1) }
        }
        self.senders = senders
        kinds =
            population.kinds.map { $0.reduce(0) { $0 | 1 << UInt16($1.rawValue) } }
            ?? PopulationTest.contentKinds
    }

    @inline(__always)
    func contains(speaker: UInt8, isAutomatic: Bool, kind: UInt8) -> Bool {
        senders >> (speaker &* 2 &+ (isAutomatic ? 1 : 0)) & 1 != 0 && kinds >> UInt16(kind) & 1 != 0
    }

    /// Whether agents' messages are among them (exposures are the agents themselves then).
    var hasAgents: Bool { senders & 0b0000_1100 != 0 }
    var hasAssistant: Bool { senders & 0b0011_0000 != 0 }
}

extension Lane.Side {
    /// The side of a speaker, by its raw value.
    @inline(__always)
    init(speaker: UInt8) {
        self = speaker == Speaker.agent.rawValue || speaker == Speaker.assistant.rawValue ? .service : .customer
    }

    /// The senders on this side: bit `speaker * 2 + automatic`.
    var senders: UInt8 {
        Speaker.allCases.reduce(0) { bits, speaker in
            Lane.Side(speaker: speaker.rawValue) == self ? bits | 3 << (speaker.rawValue * 2) : bits
        }
    }
}
