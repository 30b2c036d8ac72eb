import ConversationModel
import TestSupport
import Testing

@testable import Events

/// The bytes of the writer against their slow definitions.
struct WriterFormTests {
    @Test("an instant is written as utcText is, at ends of days, months, years and leap years, and anywhere")
    func instants() {
        var random = SeededGenerator(seed: 5)
        let days: [Int64] = [0, 58, 59, 60, 364, 365, 789, 11_015, 11_016, 47_540, 47_541, 2_932_895, 2_932_896]
        var times = days.flatMap { [$0 * 86_400_000, $0 * 86_400_000 + 86_399_999] }
        times += (0..<20_000).map { _ in Int64.random(in: -10_000_000_000...260_000_000_000_000, using: &random) }
        for time in times {
            let instant = Instant(milliseconds: time)
            var bytes: [UInt8] = []
            bytes.appendQuoted(instant)
            #expect(String(decoding: bytes, as: UTF8.self) == "\"\(instant.utcText)\"")
        }
    }

    @Test("every control character, quote and backslash is found at every place of a text")
    func escapes() {
        for length in 0..<20 {
            for place in 0..<max(1, length) {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [UInt8](repeating: 0xE5, count: length)
                    if length > 0 { bytes[place] = byte }
                    let isNeeded = bytes.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }
                    let found = bytes.withUnsafeBufferPointer { EventWriter.needsEscapes($0) }
                    if found != isNeeded { Issue.record("byte \(byte) at \(place) of \(length)") }
                }
            }
        }
    }

    @Test("an unknown field is told with what was meant, though good lines remember no names")
    func suggestionsRemain() {
        let line =
            #"{"id":"1","shop":"s","time":1772413452000,"received":1772413452000,"type":"settings-changed","assistant":{"onn":true}}"#
        guard case .refused(let refusal)? = EventReader().read(Array(line.utf8)).first else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.code == .unknownField)
        #expect(refusal.field == "assistant.onn")
        #expect(refusal.suggestion == "on")
    }
}
