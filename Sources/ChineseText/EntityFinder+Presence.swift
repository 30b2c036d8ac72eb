extension EntityFinder {
    /// Whether a text may hold an entity of a kind: false means that there is none.
    ///
    /// A cheap test of a few bytes, for leaving out most texts. Allocates nothing.
    /// - Complexity: O(*n*).
    public func mayHold(_ kind: EntityKind, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !text.isEmpty else { return false }
        return switch kind {
        // Of a masked mobile number five digits stay.
        case .phone: digits(in: text, reach: 5)
        case .url: Self.urlMarks.isIn(text)
        case .email: Self.emailMarks.isIn(text)
        case .wechatID: holdsName(text) && Self.wechatMarks.isIn(text)
        case .qqNumber: digits(in: text, reach: 5) && Self.qqMarks.isIn(text)
        case .bankCard: digits(in: text, orStars: true, reach: 16)
        case .identityCard: digits(in: text, orStars: true, reach: 15)
        case .orderNumber:
            digits(in: text, orStars: true, reach: 3) && (digits(in: text, reach: 15) || Self.orderMarks.isIn(text))
        case .amount: Self.amountMarks.isIn(text)
        case .date: Self.dateMarks.isIn(text)
        case .duration: Self.durationMarks.isIn(text)
        }
    }

    // MARK: - Marks

    private static let letters = Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    private static let figures = Array(UInt8(ascii: "0")...UInt8(ascii: "9"))

    private static let urlMarks: BytePresence = {
        var marks = BytePresence()
        marks.insert([UInt8(ascii: ".")], letters)
        // 中国, 公司 and 网络.
        marks.insert([UInt8(ascii: ".")], [0xE4, 0xE5, 0xE7], [0xB8, 0x85, 0xBD])
        marks.insert([UInt8(ascii: ":")], [UInt8(ascii: "/")], [UInt8(ascii: "/")])
        return marks
    }()

    private static let emailMarks: BytePresence = {
        var marks = BytePresence()
        marks.insert([UInt8(ascii: "@")], letters + figures)
        return marks
    }()

    /// vx, wx, weixin, wechat, wxid_, 加v, +v and v信 all hold a v or a w.
    private static let wechatMarks: BytePresence = {
        var marks = BytePresence(characters: "微薇加")
        marks.insert(Array("vw".utf8))
        return marks
    }()

    private static let qqMarks: BytePresence = {
        var marks = BytePresence(characters: "扣抠球叩口蔻秋企")
        marks.insert([UInt8(ascii: "q")])
        return marks
    }()

    private static let orderMarks = BytePresence(characters: "单号")

    private static let amountMarks: BytePresence = {
        var marks = BytePresence(characters: "元圆块毛角钱币金")
        marks.insert([UInt8(ascii: "$")])
        marks.insert([0xC2], [0xA5])
        marks.insert([UInt8(ascii: "r")], [UInt8(ascii: "m")], [UInt8(ascii: "b")])
        marks.insert([UInt8(ascii: "c")], [UInt8(ascii: "n")], [UInt8(ascii: "y")])
        return marks
    }()

    private static let dateMarks: BytePresence = {
        var marks = BytePresence(characters: "天日号月年周期拜晚早晨儿")
        // 2026-03-05.
        marks.insert(figures, Array("-/.".utf8), figures)
        return marks
    }()

    private static let durationMarks: BytePresence = {
        var marks = BytePresence(characters: "钟时天秒分日周期拜月年")
        // 24h, 5 min, 三day: the first letters of the units behind the end of a number.
        let ends = figures + Array(0x80...0xBF)
        let units = Array("hmsdw".utf8)
        marks.insert(ends, units)
        marks.insert(ends, [0x20], units)
        return marks
    }()

    // MARK: - Counts

    /// Whether a text has so many digits, or digits and asterisks.
    @inline(__always)
    private func digits(in text: UnsafeBufferPointer<UInt8>, orStars: Bool = false, reach limit: Int) -> Bool {
        guard let base = text.baseAddress, text.count >= limit else { return false }
        let stars: UInt8 = orStars ? 1 : 0
        var sum = 0
        var i = 0
        while i < text.count {
            // A byte counts to 255, and bytes are what the vector units add most of.
            let end = min(i + 240, text.count)
            var part: UInt8 = 0
            for k in i..<end {
                let isDigit: UInt8 = base[k] &- 0x30 < 10 ? 1 : 0
                let isStar: UInt8 = base[k] == UInt8(ascii: "*") ? 1 : 0
                part &+= isDigit | (isStar & stars)
            }
            sum += Int(part)
            if sum >= limit { return true }
            i = end
        }
        return false
    }

    /// Whether six bytes in a row could be a name: letters, digits, hyphens, underscores.
    ///
    /// Each six in a row hold a byte at a multiple of six: only there it looks closer.
    private func holdsName(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let reader = EntityText(text)
        var i = 5
        while i < text.count {
            if Self.isNameByte(text[i]) {
                var start = i
                while start > i - 5, Self.isNameByte(reader[start - 1]) { start -= 1 }
                var end = i + 1
                while end - start < 6, Self.isNameByte(reader[end]) { end += 1 }
                if end - start >= 6 { return true }
            }
            i += 6
        }
        return false
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
