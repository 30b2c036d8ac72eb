import ConversationModel

extension Zone {
    /// RFC 3339 with the offset that the zone has at the moment: `2026-03-02T09:04:12.000+08:00`.
    public func text(of instant: Instant) -> String {
        let offset = offset(at: instant)
        let minutes = abs(offset) / 60_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
        let rest = instant.milliseconds % 1000
        let part = String(1000 + (rest < 0 ? rest + 1000 : rest)).dropFirst()
        let local = instant.localText(offset: offset).replacing(" ", with: "T")
        return "\(local).\(part)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

extension Instant {
    /// The moment written in RFC 3339 with an offset, or in milliseconds since 1970; nil for any other text.
    public init?(rfc3339 text: String) {
        if !text.isEmpty, text.utf8.count <= 15, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let milliseconds = Int64(text)
        {
            self.init(milliseconds: milliseconds)
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var end = 19
        var fraction: [UInt8] = []
        if bytes[end] == UInt8(ascii: ".") {
            fraction = Array(bytes[(end + 1)...].prefix { (0x30...0x39).contains($0) })
            guard !fraction.isEmpty, fraction.count <= 9 else { return nil }
            end += 1 + fraction.count
        }
        let part = String(decoding: (fraction + [0x30, 0x30, 0x30]).prefix(3), as: UTF8.self)
        let head = String(decoding: bytes[..<10], as: UTF8.self)
        let clock = String(decoding: bytes[11..<19], as: UTF8.self)
        guard bytes[10] | 0x20 == UInt8(ascii: "t"), let local = Instant(utcText: "\(head)T\(clock).\(part)Z"),
            let offset = Instant.offset(bytes[end...])
        else { return nil }
        self = local.advanced(by: -offset)
    }

    /// `Z` or `+08:00` in milliseconds.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = Array(bytes)
        if text.count == 1 { return text[0] | 0x20 == UInt8(ascii: "z") ? 0 : nil }
        guard text.count == 6, text[3] == UInt8(ascii: ":"),
            text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
            [1, 2, 4, 5].allSatisfy({ (0x30...0x39).contains(text[$0]) })
        else { return nil }
        let digits = text.map { Int64($0) - 0x30 }
        let (hours, minutes) = (digits[1] * 10 + digits[2], digits[4] * 10 + digits[5])
        guard hours < 24, minutes < 60 else { return nil }
        return (text[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes) * 60_000
    }
}
