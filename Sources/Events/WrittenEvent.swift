import CSimdJSON
import ConversationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads an event back from the bytes that `EventWriter` gave: members in its order, nothing escaped, no white space.
///
/// What a log holds is nearly all of that form, for which no parser of JSON is needed. Nil for anything else, and for kinds of events
/// that are rare; what is read is what `EventReader` reads.
struct WrittenEvent {
    /// The day written last, and the instant at which it began: neighbours mostly have the same.
    struct Day {
        var text: (UInt64, UInt16) = (0, 0)
        var start: Int64 = 0
    }

    private static let speakers = Speaker.allCases.map { (name: Array($0.name.utf8), value: $0) }
    private static let kinds = MessageKind.allCases.map { (name: Array($0.name.utf8), value: $0) }
    private let bytes: UnsafeRawBufferPointer
    private let skipsTexts: Bool
    private var place = 0

    private init(_ bytes: UnsafeRawBufferPointer, skipsTexts: Bool) {
        (self.bytes, self.skipsTexts) = (bytes, skipsTexts)
    }

    /// The event of a line without its end. With `skipsTexts` texts of messages are left out.
    static func read(_ line: UnsafeRawBufferPointer, skipsTexts: Bool, _ day: inout Day) -> Event? {
        guard line.count <= Int(MJ_TREE_BYTES), let base = line.assumingMemoryBound(to: UInt8.self).baseAddress,
            mj_is_utf8(base, line.count) != 0
        else { return nil }
        var written = WrittenEvent(line, skipsTexts: skipsTexts)
        return written.event(&day)
    }

    private mutating func event(_ day: inout Day) -> Event? {
        guard take("{\"id\":\""), let id = name(), take(",\"shop\":\""), let shop = name(), take(",\"time\":\""),
            let time = instant(&day), take(",\"received\":\""), let received = instant(&day), take(",\"type\":\""),
            let content = content(), take("}"), place == bytes.count
        else { return nil }
        let event = Event(id: id, shop: shop, time: time, received: received, content: content)
        return event.isTooOld ? nil : event
    }

    private mutating func content() -> Event.Content? {
        if take("message\"") { return message().map { .message($0) } }
        guard take("conversation-") else { return nil }
        return conversation().map { .conversation($0) }
    }

    private mutating func message() -> EventMessage? {
        guard take(",\"conversation\":\""), let conversation = name(), take(",\"buyer\":\""), let buyer = name(),
            take(",\"from\":\""), let speaker = speaker()
        else { return nil }
        var result = EventMessage(conversation: conversation, buyer: buyer, speaker: speaker)
        if speaker == .agent {
            guard take(",\"agent\":\""), let agent = name() else { return nil }
            result.agent = agent
        }
        if speaker == .buyer, take(",\"to\":{") {
            guard let party = party() else { return nil }
            result.addressee = party
        }
        if take(",\"kind\":\"") {
            guard let kind = kind() else { return nil }
            result.kind = kind
        }
        if take(",\"automatic\":true") { result.isAutomatic = true }
        if speaker == .buyer {
            if take(",\"needsAnswer\":true") {
                result.needsAnswer = true
            } else if take(",\"needsAnswer\":false") {
                result.needsAnswer = false
            }
        }
        if take(",\"text\":\"") {
            guard let range = plain(), range.count <= EventLimits.textBytes else { return nil }
            if !skipsTexts { result.text = string(range) }
        }
        return result
    }

    private mutating func conversation() -> ConversationChange? {
        guard let kind = change(), take(",\"conversation\":\""), let conversation = name(), take(",\"buyer\":\""),
            let buyer = name()
        else { return nil }
        return ConversationChange(conversation: conversation, buyer: buyer, kind: kind)
    }

    private mutating func change() -> ConversationChange.Kind? {
        if take("assigned\",\"to\":{") { return party().map { .assigned(to: $0) } }
        if take("opened\"") {
            guard take(",\"to\":{") else { return .opened(to: nil) }
            return party().map { .opened(to: $0) }
        }
        if take("read\"") {
            guard take(",\"agent\":\"") else { return .read(by: nil) }
            return name().map { .read(by: $0) }
        }
        if take("closed\"") { return .closed }
        if take("queued\"") { return .queued }
        if take("pooled\"") { return .pooled }
        guard take("handed-over\"") else { return nil }
        var from: Party?
        if take(",\"from\":{") {
            guard let party = party() else { return nil }
            from = party
        }
        guard take(",\"to\":{"), let to = party() else { return nil }
        return .handedOver(from: from, to: to)
    }

    private mutating func party() -> Party? {
        if take("\"agent\":\"") { return name().flatMap { take("}") ? .agent($0) : nil } }
        if take("\"group\":\"") { return name().flatMap { take("}") ? .group($0) : nil } }
        return take("\"assistant\":true}") ? .assistant : nil
    }

    private mutating func speaker() -> Speaker? {
        guard let range = plain() else { return nil }
        return WrittenEvent.speakers.first { equals(range, $0.name) }?.value
    }

    private mutating func kind() -> MessageKind? {
        guard let range = plain() else { return nil }
        return WrittenEvent.kinds.first { equals(range, $0.name) }?.value
    }

    // MARK: Bytes

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count &- place >= count else { return false }
        for i in 0..<count where bytes[place &+ i] != text.utf8Start[i] { return false }
        place &+= count
        return true
    }

    private func equals(_ range: Range<Int>, _ word: [UInt8]) -> Bool {
        guard word.count == range.count else { return false }
        for i in 0..<word.count where bytes[range.lowerBound &+ i] != word[i] { return false }
        return true
    }

    /// What stands before the quote that comes next, which is taken, too; nil where something in it is escaped, or is to be.
    private mutating func plain() -> Range<Int>? {
        let start = place
        var end = place
        while bytes.count &- end >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
            // Of the lowest byte that is found it is certain.
            let found = EventWriter.bytesToEscape(word)
            guard found == 0 else {
                end &+= found.trailingZeroBitCount / 8
                break
            }
            end &+= 8
        }
        while end < bytes.count, bytes[end] >= 0x20, bytes[end] != 0x22, bytes[end] != 0x5C { end &+= 1 }
        guard end < bytes.count, bytes[end] == 0x22 else { return nil }
        place = end &+ 1
        return start..<end
    }

    private mutating func name() -> String? {
        guard let range = plain(), (1...EventLimits.nameBytes).contains(range.count) else { return nil }
        for i in range where bytes[i] == 0x7F { return nil }
        return string(range)
    }

    private func string(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    /// `2026-03-02T01:00:06.000Z` and its closing quote.
    private mutating func instant(_ day: inout Day) -> Instant? {
        guard bytes.count &- place >= 25 else { return nil }
        let text = (
            bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: place &+ 8, as: UInt16.self)
        )
        if day.start == 0 || day.text != text {
            guard let year = number(at: 0, digits: 4), let month = number(at: 5, digits: 2),
                let date = number(at: 8, digits: 2), bytes[place &+ 4] == UInt8(ascii: "-"),
                bytes[place &+ 7] == UInt8(ascii: "-"), (1...12).contains(month), date >= 1
            else { return nil }
            let calendar = CalendarDay(year: Int(year), month: Int(month), day: Int(date))
            guard calendar.civil == (Int(year), Int(month), Int(date)) else { return nil }
            day = Day(text: text, start: Int64(calendar.daysSince1970) * 86_400_000)
        }
        guard let hour = number(at: 11, digits: 2), let minute = number(at: 14, digits: 2),
            let second = number(at: 17, digits: 2), let millisecond = number(at: 20, digits: 3), hour < 24,
            minute < 60, second < 60, bytes[place &+ 10] == UInt8(ascii: "T"),
            bytes[place &+ 13] == UInt8(ascii: ":"), bytes[place &+ 16] == UInt8(ascii: ":"),
            bytes[place &+ 19] == UInt8(ascii: "."), bytes[place &+ 23] == UInt8(ascii: "Z"),
            bytes[place &+ 24] == UInt8(ascii: "\"")
        else { return nil }
        let time = day.start &+ ((hour &* 60 &+ minute) &* 60 &+ second) &* 1000 &+ millisecond
        guard EventLimits.times.contains(time) else { return nil }
        place &+= 25
        return Instant(milliseconds: time)
    }

    private func number(at offset: Int, digits: Int) -> Int64? {
        var result: Int64 = 0
        for i in 0..<digits {
            let digit = bytes[place &+ offset &+ i] &- 0x30
            guard digit < 10 else { return nil }
            result = result &* 10 &+ Int64(digit)
        }
        return result
    }
}

extension EventReader {
    /// The events among the lines of `bytes`, which a log holds, in their order: what is none is left out.
    ///
    /// - Parameter skipsTexts: texts of messages are left out.
    public func events(
        in bytes: UnsafeRawBufferPointer, skipsTexts: Bool = false, each: (Event) -> Void
    ) {
        var day = WrittenEvent.Day()
        var start = 0
        while start < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            guard let base = rest.baseAddress else { return }
            let length = memchr(base, 0x0A, rest.count).map { UnsafeRawPointer($0) - base } ?? rest.count
            let line = UnsafeRawBufferPointer(rebasing: rest[..<length])
            start += length + 1
            if let event = WrittenEvent.read(line, skipsTexts: skipsTexts, &day) {
                each(event)
                continue
            }
            read(line.assumingMemoryBound(to: UInt8.self)) { record in
                guard case .event(var event) = record else { return }
                if skipsTexts, case .message(var message) = event.content {
                    message.text = nil
                    event.content = .message(message)
                }
                each(event)
            }
        }
    }
}
