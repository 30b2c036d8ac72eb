import ConversationModel
import Foundation
import TestSupport
import Testing

@testable import Inspection

struct JSONBytesTests {
    /// A buffer is not copied, so what was written comes out as text.
    private func written(_ write: (inout JSONBytes) -> Void) -> String {
        var json = JSONBytes(capacity: 1)
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test("strings of any bytes read as they were", arguments: 0..<40 as Range<UInt64>)
    func stringsReadAsTheyWere(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let scalars: [Character] = ["\"", "\\", "\n", "\r", "\t", "\u{0}", "\u{1F}", "\u{7F}", " ", "a", "é", "好", "🤝"]
        for length in 0..<40 {
            // Mostly plain text: words of eight bytes that go through as they are.
            let text = String(
                (0..<length).map { _ in
                    Int.random(in: 0..<6, using: &random) > 0 ? "x" : scalars.randomElement(using: &random) ?? "x"
                })
            let json = written { $0.string(text) }
            #expect(try JSONDecoder().decode(String.self, from: Data(json.utf8)) == text, "seed \(seed): \(json)")
        }
    }

    @Test("each byte is escaped or not wherever it stands among eight")
    func everyByteAtEveryPlace() {
        for byte in UInt8(0)..<128 {
            for place in 0..<17 {
                var text = [UInt8](repeating: UInt8(ascii: "a"), count: 17)
                text[place] = byte
                let isPlain = byte >= 0x20 && byte != 0x22 && byte != 0x5C
                let json = written { json in text.withUnsafeBufferPointer { json.string($0) } }
                #expect((json.utf8.count == 19) == isPlain, "byte \(byte) at \(place): \(json)")
            }
        }
    }

    @Test("integers are written as Swift writes them")
    func integers() {
        var random = SeededGenerator(seed: 3)
        var values: [Int64] = [0, 9, 10, 99, 100, -1, -10, .max, .min]
        for _ in 0..<500 {
            let width = Int64.random(in: 0...63, using: &random)
            values.append(Int64.random(in: .min ... .max, using: &random) >> width)
        }
        for value in values { #expect(written { $0.integer(value) } == "\(value)") }
    }

    @Test("days are written as days, and those beyond the calendar as the nearest")
    func days() {
        for text in ["0000-01-01", "0999-12-31", "1969-12-31", "1970-01-01", "2024-02-29", "2026-11-07", "9999-12-31"] {
            #expect(CalendarDay(text).map { day in written { $0.day(day) } } == text)
        }
        #expect(written { $0.day(CalendarDay(daysSince1970: .min)) } == "0000-01-01")
        #expect(written { $0.day(CalendarDay(daysSince1970: .max)) } == "9999-12-31")
    }
}
