import Diagnostics
import Reports
import Testing

struct CleanTextTests {
    @Test("tables and diagnostics take the same characters for unsafe: whatever a terminal obeys, or shows nothing for")
    func sameSet() {
        let differing = (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).filter { scalar in
            let text = String(Character(scalar))
            return (singleLine("a" + text) != "a" + text) != (visible("a" + text) != "a" + text)
        }
        #expect(differing.isEmpty, "\(differing.prefix(5).map(\.value))")
        #expect(singleLine("加\u{200B}微\u{202E}信\u{1B}") == "加\u{FFFD}微\u{FFFD}信\u{FFFD}")
        #expect(singleLine("👨\u{200D}👩\u{200D}👧") == "👨\u{200D}👩\u{200D}👧")
    }
}
