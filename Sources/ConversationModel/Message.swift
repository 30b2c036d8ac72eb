/// Who sent a message.
public enum Speaker: UInt8, Sendable, Hashable, CaseIterable, Codable {
    case buyer, agent, assistant, system

    /// The word used in archives and rules.
    public var name: String {
        switch self {
        case .buyer: "buyer"
        case .agent: "agent"
        case .assistant: "assistant"
        case .system: "system"
        }
    }
}

/// What a message carries.
public enum MessageKind: UInt8, Sendable, Hashable, CaseIterable, Codable {
    case text, image, video, audio, card, link, file, recall, transfer, event
    /// A kind the archive names and we do not know; kept, and counted as a defect.
    case other

    /// The word used in archives and rules.
    public var name: String {
        switch self {
        case .text: "text"
        case .image: "image"
        case .video: "video"
        case .audio: "audio"
        case .card: "card"
        case .link: "link"
        case .file: "file"
        case .recall: "recall"
        case .transfer: "transfer"
        case .event: "event"
        case .other: "other"
        }
    }
}

/// A half-open range of UTF-8 bytes in one message's **original** text.
public struct Span: Hashable, Sendable, Comparable, Codable {
    public var start: Int
    public var end: Int

    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    public static func < (a: Span, b: Span) -> Bool {
        a.start != b.start ? a.start < b.start : a.end < b.end
    }

    /// The union of `spans`: sorted, disjoint, touching ones joined.
    public static func union(_ spans: [Span]) -> [Span] {
        var result: [Span] = []
        for span in spans.sorted() {
            if let last = result.last, span.start <= last.end {
                result[result.count - 1].end = max(last.end, span.end)
            } else {
                result.append(span)
            }
        }
        return result
    }
}

/// One message as a value: for sessions, examples, oracles and tests.
///
/// The batch path reads the same fields as columns (`MessageColumns`) and never builds this.
public struct Message: Hashable, Sendable {
    /// The source's own id, if it has one.
    public var id: String?
    public var time: Instant?
    public var speaker: Speaker
    /// Who sent it where the speaker is an agent; nil is unknown.
    public var agent: String?
    public var kind: MessageKind
    public var isAutomatic: Bool
    public var text: String
    /// On `transfer`: the receiving agent or group.
    public var transferTarget: String?
    /// On `event`: its type (`assigned`, `closed`, `read`, `rating` …) and value.
    public var eventType: String?
    public var eventValue: String?

    public init(
        id: String? = nil, time: Instant? = nil, speaker: Speaker, agent: String? = nil,
        kind: MessageKind = .text, isAutomatic: Bool = false, text: String = "",
        transferTarget: String? = nil, eventType: String? = nil, eventValue: String? = nil
    ) {
        self.id = id
        self.time = time
        self.speaker = speaker
        self.agent = agent
        self.kind = kind
        self.isAutomatic = isAutomatic
        self.text = text
        self.transferTarget = transferTarget
        self.eventType = eventType
        self.eventValue = eventValue
    }
}
