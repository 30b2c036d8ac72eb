import ConversationModel
import TestSupport
import Testing

@testable import Events

/// What a log holds, read without a parser of JSON.
struct WrittenEventTests {
    private func events(_ bytes: [UInt8], skipsTexts: Bool = false) -> [Event] {
        var result: [Event] = []
        bytes.withUnsafeBytes { EventReader().events(in: $0, skipsTexts: skipsTexts) { result.append($0) } }
        return result
    }

    private func short(_ bytes: [UInt8]) -> Event? {
        var day = WrittenEvent.Day()
        return bytes.withUnsafeBytes { WrittenEvent.read($0, skipsTexts: false, &day) }
    }

    private func read(_ line: [UInt8]) -> Event? {
        guard case .event(let event)? = EventReader().read(line).first else { return nil }
        return event
    }

    private func plainMessage(_ draw: inout RandomEvent) -> Event {
        var message = EventMessage(conversation: "c1", buyer: "小王", speaker: .buyer, text: "请问什么时候发货？")
        if draw.chance() { message.needsAnswer = draw.chance() }
        if draw.chance() { message.addressee = .assistant }
        if draw.chance() { message.kind = .image }
        if draw.chance() { (message.speaker, message.agent) = (.agent, "豆豆") }
        let received = Instant(milliseconds: draw.number(100_000_000_000...4_000_000_000_000))
        return Event(id: "e1", shop: "云杉家居", time: received, received: received, content: .message(message))
    }

    @Test(
        "events of every kind are read as they were written, with and without texts", arguments: 0..<60 as Range<UInt64>
    )
    func readsBack(seed: UInt64) {
        var draw = RandomEvent(seed: seed)
        let written = (0..<RandomEvent.kinds * 4).map { draw.event($0 % RandomEvent.kinds) }
        var bytes: [UInt8] = []
        for event in written { EventWriter.append(event, to: &bytes) }
        #expect(events(bytes) == written, "seed \(seed)")
        let without = written.map { event in
            var event = event
            if case .message(var message) = event.content {
                message.text = nil
                event.content = .message(message)
            }
            return event
        }
        #expect(events(bytes, skipsTexts: true) == without, "seed \(seed)")
    }

    @Test("a message in which nothing is escaped needs no parser")
    func messagesAreShort() {
        var draw = RandomEvent(seed: 3)
        for _ in 0..<200 {
            let event = plainMessage(&draw)
            // What only a buyer's message has makes any other refused.
            if case .message(let message) = event.content, message.speaker == .agent,
                message.needsAnswer != nil || message.addressee != nil
            {
                continue
            }
            #expect(short(Array(EventWriter.line(event).utf8)) == event)
        }
    }

    @Test(
        "of lines with a byte changed, lost or more it reads nothing else than the parser",
        arguments: 0..<40 as Range<UInt64>)
    func mutationsAgree(seed: UInt64) {
        var draw = RandomEvent(seed: seed)
        for number in 0..<200 {
            let event = number % 2 == 0 ? plainMessage(&draw) : draw.event(number % 8)
            var line = Array(EventWriter.line(event).utf8)
            let place = Int(draw.number(0...Int64(line.count - 1)))
            switch draw.number(0...2) {
            case 0: line[place] = UInt8(draw.number(0...255))
            case 1: line.remove(at: place)
            default:
                line.insert([0x20, 0x22, 0x30, 0x5C, 0x7D, 0x80].randomElement(using: &draw.random) ?? 0x20, at: place)
            }
            guard !line.contains(0x0A), let found = short(line) else { continue }
            #expect(found == read(line), "seed \(seed): \(String(decoding: line, as: UTF8.self))")
        }
    }
}
