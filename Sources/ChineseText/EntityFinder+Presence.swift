extension EntityFinder {
    /// Whether a text may hold an entity of a kind: false means that there is none.
    ///
    /// A cheap test of a few bytes, for leaving out most texts. Allocates nothing.
    public func mayHold(_ kind: EntityKind, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch kind {
        case .phone: count(text) { isDigit($0) } >= 5
        case .url: holds(text) { a, b, c in equal(a, ".") & isLatin(b) | equal(a, ":") & equal(b, "/") & equal(c, "/") }
        case .email: holds(text) { a, b, _ in equal(a, "@") & (isLatin(b) | isDigit(b)) }
        case .wechatID:
            holds(text) { a, b, c in
                equal(a, "v") | equal(a, "w") | equal("微", a, b, c) | equal("薇", a, b, c) | equal("加", a, b, c)
            } && holdsName(text)
        case .qqNumber:
            holds(text) { a, b, c in
                equal(a, "q") & (equal(b, "q") | equal(b, 0xE5)) | equal("扣", a, b, c) | equal("抠", a, b, c)
            } && count(text) { isDigit($0) } >= 5
        case .bankCard: count(text) { isDigit($0) | equal($0, "*") } >= 16
        case .identityCard: count(text) { isDigit($0) | equal($0, "*") } >= 15
        case .orderNumber:
            switch count(text, { isDigit($0) }) {
            case 15...: true
            case 6...: holds(text) { a, b, c in equal("单", a, b, c) | equal("号", a, b, c) }
            default: false
            }
        case .amount:
            holds(text) { a, b, c in
                equal("元", a, b, c) | equal("块", a, b, c) | equal("毛", a, b, c) | equal("角", a, b, c)
                    | equal("钱", a, b, c) | equal("币", a, b, c) | equal(a, 0xC2) & equal(b, 0xA5)
                    | equal(a, "r") & equal(b, "m") & equal(c, "b") | equal(a, "c") & equal(b, "n") & equal(c, "y")
            }
        case .date:
            holds(text) { a, b, c in
                equal("天", a, b, c) | equal("日", a, b, c) | equal("号", a, b, c) | equal("月", a, b, c)
                    | equal("年", a, b, c) | equal("周", a, b, c) | equal("期", a, b, c) | equal("拜", a, b, c)
                    | equal("晚", a, b, c) | equal("早", a, b, c) | equal("晨", a, b, c) | equal("儿", a, b, c)
            } || count(text) { isDigit($0) } >= 6
        case .duration:
            holds(text) { a, b, c in
                equal("钟", a, b, c) | equal("时", a, b, c) | equal("天", a, b, c) | equal("秒", a, b, c)
                    | equal("分", a, b, c) | equal("日", a, b, c) | equal("周", a, b, c) | equal("期", a, b, c)
                    | equal("拜", a, b, c) | equal("月", a, b, c) | equal("年", a, b, c)
                    | isTimeLetter(b) & isNumberEnd(a) | equal(b, " ") & isTimeLetter(c) & isNumberEnd(a)
            }
        }
    }

    // MARK: - Bytes as 0 and 1, so that the loops become vector instructions

    @inline(__always)
    private func flag(_ value: Bool) -> UInt8 { value ? 1 : 0 }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> UInt8 { flag(byte &- 0x30 < 10) }

    @inline(__always)
    private func isLatin(_ byte: UInt8) -> UInt8 { flag(byte &- 0x61 < 26) }

    @inline(__always)
    private func equal(_ byte: UInt8, _ value: UInt8) -> UInt8 { flag(byte == value) }

    @inline(__always)
    private func equal(_ byte: UInt8, _ character: Unicode.Scalar) -> UInt8 {
        flag(byte == UInt8(truncatingIfNeeded: character.value))
    }

    /// Whether three bytes are a character of three bytes.
    @inline(__always)
    private func equal(_ character: Unicode.Scalar, _ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
        let value = character.value
        let x = UInt8(truncatingIfNeeded: 0xE0 | value >> 12)
        let y = UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3F)
        let z = UInt8(truncatingIfNeeded: 0x80 | value & 0x3F)
        return flag((a ^ x) | (b ^ y) | (c ^ z) == 0)
    }

    /// The first letters of h, min, s, day and week.
    @inline(__always)
    private func isTimeLetter(_ byte: UInt8) -> UInt8 {
        equal(byte, "h") | equal(byte, "m") | equal(byte, "s") | equal(byte, "d") | equal(byte, "w")
    }

    /// A digit, or the last byte of a Chinese number.
    @inline(__always)
    private func isNumberEnd(_ byte: UInt8) -> UInt8 { isDigit(byte) | flag(byte >= 0x80) }

    /// How many bytes pass a test.
    @inline(__always)
    private func count(_ text: UnsafeBufferPointer<UInt8>, _ test: (UInt8) -> UInt8) -> Int {
        var sum = 0
        for byte in text { sum &+= Int(test(byte)) }
        return sum
    }

    /// Whether a byte and the two behind it, zero outside the text, pass a test anywhere.
    @inline(__always)
    private func holds(_ text: UnsafeBufferPointer<UInt8>, _ test: (UInt8, UInt8, UInt8) -> UInt8) -> Bool {
        guard let base = text.baseAddress, !text.isEmpty else { return false }
        let last = text.count - 2
        var i = 0
        while i < last {
            let end = min(i + 256, last)
            var found: UInt8 = 0
            for k in i..<end { found |= test(base[k], base[k + 1], base[k + 2]) }
            if found != 0 { return true }
            i = end
        }
        let final = base[text.count - 1]
        return (last >= 0 && test(base[last], final, 0) != 0) || test(final, 0, 0) != 0
    }

    /// Whether six bytes in a row could be a name: letters, digits, hyphens, underscores.
    @inline(__always)
    private func holdsName(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var run = 0
        var longest = 0
        for byte in text {
            let isName = isLatin(byte) | isDigit(byte) | equal(byte, "_") | equal(byte, "-")
            run = (run &+ 1) & (0 &- Int(isName))
            longest = max(longest, run)
        }
        return longest >= 6
    }
}
