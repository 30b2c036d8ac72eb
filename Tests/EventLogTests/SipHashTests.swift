import Testing

@testable import EventLog

struct SipHashTests {
    /// The first, second and sixteenth of the vectors of the paper's authors: key 00 to 0f, inputs of 00, 01, 02 and so on.
    @Test(
        "the vectors of the reference",
        arguments: [
            (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
            (2, "8177228da4a45dc7fca38bdef60affe4"), (3, "9c70b60c5267a94e5f33b6b02985ed51"),
            (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
        ])
    func vectors(length: Int, expected: String) {
        let input = (0..<length).map { UInt8($0) }
        let words = input.withUnsafeBytes { SipHash.hash($0, key: (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)) }
        let bytes = [words.first, words.second].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(text == expected)
    }
}
