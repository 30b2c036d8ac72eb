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
    /// A byte-order mark decides; without one UTF-8 with at most 0.1 % bad lines, then GB18030 without
    /// a single fault, then UTF-8, whose bad lines will be counted. `isWhole` says that nothing
    /// follows: otherwise the last, cut line is not looked at.
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
        if isWhole || whole.last == 0x0A {
            return isGB18030(whole) ? .gb18030 : .utf8
        }
        // One line longer than the head: its end may be half a character of up to four bytes.
        for cut in 0..<min(4, whole.count) where isGB18030(whole.dropLast(cut)) {
            return .gb18030
        }
        return .utf8
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

    private static func isGB18030(_ bytes: ArraySlice<UInt8>) -> Bool {
        let stream = MemoryStream(Array(bytes))
        guard let text = try? TranscodingStream(stream, from: .gb18030, name: "") else {
            return false
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while let count = try? text.read(into: buffer), count > 0 {
            if text.replacements > 0 { return false }
        }
        return text.replacements == 0
    }
}
