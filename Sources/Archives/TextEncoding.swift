import CSimdJSON

/// How the text of an archive is written as bytes.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "utf-8"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    case gb18030

    /// The encoding that a user names: also `utf8`, `gbk`, `gb2312` and `cp936`, which GB18030 contains.
    public init(name: String) throws(ArchiveError) {
        switch name.lowercased() {
        case "utf-8", "utf8": self = .utf8
        case "utf-16le", "utf16le": self = .utf16LittleEndian
        case "utf-16be", "utf16be": self = .utf16BigEndian
        case "gb18030", "gbk", "gb2312", "cp936": self = .gb18030
        default: throw .unknownEncoding(name)
        }
    }

    /// The encoding that the first bytes of a text say, the first MiB at most.
    ///
    /// A byte-order mark decides; without one UTF-8 with at most 0.1 % bad lines. Else UTF-8 all the same where four of five of its
    /// sequences are sound, since Chinese in GB18030 hardly ever makes one; then GB18030 with at most one fault in a hundred bytes
    /// that are not ASCII, or one in all; then UTF-8, whose bad lines will be counted. `isWhole` says that nothing follows: otherwise the
    /// last, cut line is not looked at.
    package static func detected(in head: [UInt8], isWhole: Bool) -> TextEncoding {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
        if head.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
        if head.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        // No archive begins with U+0000, and all begin with ASCII when they are JSON.
        if head.count >= 2, head[0] == 0, head[1] != 0 { return .utf16BigEndian }
        if head.count >= 2, head[1] == 0, head[0] != 0 { return .utf16LittleEndian }

        var whole = head[...]
        if !isWhole { whole = wholeLines(of: head) }
        let (lines, bad) = whole.withUnsafeBytes { linesNotUTF8(in: $0) }
        if bad * 1000 <= lines { return .utf8 }
        // A table may begin with other letters: line ends and commas are a zero and a byte, always on the same side, where no
        // text of another encoding has zeros at all.
        if let order = zeros(in: head) { return order }
        let (sound, unsound) = whole.withUnsafeBytes { sequences(in: $0) }
        if sound >= 4 * unsound { return .utf8 }
        // One line longer than the head may end in half a character, and so may a file that was cut: one fault.
        let others = whole.count { $0 >= 0x80 }
        return isGB18030(whole, upTo: max(1, others / 100)) ? .gb18030 : .utf8
    }

    /// The order of bytes of UTF-16 without a mark, by its zeros: 20 or one in fifty units, most of them on one side. On the other one
    /// stand those of 一, 开, 最 and others of every 256th character.
    private static func zeros(in head: [UInt8]) -> TextEncoding? {
        var (even, odd) = (0, 0)
        for (place, byte) in head.enumerated() where byte == 0 {
            if place & 1 == 0 { even += 1 } else { odd += 1 }
        }
        guard max(even, odd) >= min(20, max(2, head.count / 100)) else { return nil }
        guard min(even, odd) * 2 <= max(even, odd) else { return nil }
        return odd > even ? .utf16LittleEndian : .utf16BigEndian
    }

    /// Sequences of two bytes and more that are sound UTF-8, and stretches that are none.
    private static func sequences(in bytes: UnsafeRawBufferPointer) -> (sound: Int, unsound: Int) {
        var (sound, unsound) = (0, 0)
        var start = 0
        while start < bytes.count {
            let length =
                switch bytes[start] {
                case ..<0x80: 1
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 0
                }
            let isSound =
                length > 0 && start + length <= bytes.count
                && (1..<max(1, length)).allSatisfy { bytes[start + $0] & 0xC0 == 0x80 }
            if isSound {
                if length > 1 { sound += 1 }
                start += length
                continue
            }
            // What goes on with a sequence that is none belongs to it.
            unsound += 1
            start += 1
            while start < bytes.count, bytes[start] & 0xC0 == 0x80 { start += 1 }
        }
        return (sound, unsound)
    }

    private static func wholeLines(of head: [UInt8]) -> ArraySlice<UInt8> {
        if let newline = head.lastIndex(of: 0x0A) { return head[...newline] }
        // The start of a sequence at the very end is cut with it.
        var end = head.count
        for _ in 0..<min(3, head.count) where head[end - 1] & 0xC0 == 0x80 { end -= 1 }
        if end > 0, head[end - 1] >= 0xC0 { end -= 1 }
        return head[..<end]
    }

    private static func linesNotUTF8(in bytes: UnsafeRawBufferPointer) -> (lines: Int, bad: Int) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return (0, 0)
        }
        if mj_is_utf8(base, bytes.count) != 0 { return (1, 0) }
        var lines = 0
        var bad = 0
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, base[end] != 0x0A { end += 1 }
            lines += 1
            if mj_is_utf8(base + start, end - start) == 0 { bad += 1 }
            start = end + 1
        }
        return (lines, bad)
    }

    /// Whether the bytes are GB18030 but for so many faults.
    private static func isGB18030(_ bytes: ArraySlice<UInt8>, upTo limit: Int) -> Bool {
        let stream = MemoryStream(Array(bytes))
        guard let text = try? TranscodingStream(stream, from: .gb18030, name: "") else {
            return false
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while let count = try? text.read(into: buffer), count > 0 {
            if text.replacements > limit { return false }
        }
        return text.replacements <= limit
    }
}
