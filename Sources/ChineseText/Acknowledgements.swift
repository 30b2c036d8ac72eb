import ConversationModel

/// Buyer messages that ask for nothing: 好的, 谢谢, a lone emoji (the time policy's default list).
public struct Acknowledgements: Sendable {
    /// The phrases, folded.
    public static let standard = [
        "好", "好的", "好滴", "好哒", "好嘞", "好吧", "好呀", "好的好的", "好的谢谢", "好谢谢", "好的呢", "好的哦",
        "谢谢", "谢谢你", "谢谢您", "谢谢啦", "谢谢了", "谢谢亲", "谢了", "多谢", "感谢", "非常感谢", "谢谢客服",
        "嗯", "嗯嗯", "嗯嗯好的", "嗯好的", "嗯好", "哦", "哦哦", "哦好的", "哦好", "噢", "噢噢", "行", "行吧",
        "行的", "可以", "可以的", "知道了", "我知道了", "了解", "了解了", "明白", "明白了", "收到", "收到了谢谢", "ok",
        "okk", "okok", "ok的", "没事", "没事了", "没事谢谢", "没有了", "没有了谢谢", "不用了", "不用了谢谢", "不客气", "再见",
        "拜拜", "晚安", "辛苦了", "辛苦", "麻烦了", "麻烦你了", "麻烦您了", "那好吧", "好的麻烦了", "好的知道了", "好的明白了",
        "3q", "thx", "thanks", "thankyou",
    ]

    private let phrases: Set<[UInt8]>
    /// The Han of the phrases, and those that folding changes: a bit for each of U+4E00–U+9FFF.
    private let familiar: [UInt64]
    private let longest: Int
    private let table: FoldTable

    public init(table: FoldTable, phrases: [String] = standard) {
        self.table = table
        let folded = phrases.map { phrase in
            Acknowledgements.compact(Array(table.folded(phrase).utf8))
        }
        self.phrases = Set(folded)
        longest = folded.map(\.count).max() ?? 0
        let characters = Set(folded.flatMap { String(decoding: $0, as: UTF8.self).unicodeScalars.map(\.value) })
        var familiar = [UInt64](repeating: 0, count: Acknowledgements.han.count / 64)
        for value in Acknowledgements.han where characters.contains(value) || !table.isUnchanged(value) {
            let place = Int(value - Acknowledgements.han.lowerBound)
            familiar[place >> 6] |= 1 << UInt64(place & 63)
        }
        self.familiar = familiar
    }

    private static let han: Range<UInt32> = 0x4E00..<0xA000

    /// Whether a buyer's message asks for an answer: it is no acknowledgement and says something.
    ///
    /// Well-formed UTF-8. Most that ask are told by one look at their bytes.
    public func needsAnswer(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if isBeyondPhrases(text) { return true }
        let folded = Acknowledgements.withoutEmojiNames(table.foldedBytes(text))
        let core = Stripping.core(of: folded)
        let compact = Acknowledgements.compact(folded[core])
        if phrases.contains(compact) { return false }
        // Nothing but punctuation: a question mark still asks; an emoji, 。 or ~ does not.
        let saysSomething = compact.contains { $0 >= 0x80 || CharacterClass.isLatinOrDigit($0) || $0 == 0x3F }
        guard saysSomething else { return false }
        return !Acknowledgements.isDecoration(compact)
    }

    /// Whether a text has more Han than any phrase, or one that none has: no decoration makes it one.
    private func isBeyondPhrases(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var count = 0
        var i = 0
        while i + 2 < text.count {
            let lead = text[i]
            // U+4000–U+9FFF.
            if lead &- 0xE4 < 6 {
                count += 3
                if count > longest { return true }
                let value = UInt32(lead & 0x0F) << 12 | UInt32(text[i + 1] & 0x3F) << 6 | UInt32(text[i + 2] & 0x3F)
                if value >= Acknowledgements.han.lowerBound {
                    let place = Int(value - Acknowledgements.han.lowerBound)
                    if familiar[place >> 6] >> UInt64(place & 63) & 1 == 0 { return true }
                }
                i += 3
                continue
            }
            // A bracket may begin the name of an emoji, whose Han do not count; two more fold to it. What stands before it does.
            if lead == 0x5B || lead == 0xEF && (text[i + 1] == 0xBC && text[i + 2] == 0xBB)
                || lead == 0xEF && (text[i + 1] == 0xB9 && text[i + 2] == 0x87)
            {
                return false
            }
            i += 1
        }
        return false
    }

    /// The same for a `String`.
    public func needsAnswer(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { needsAnswer($0) }
    }

    /// Whether a buyer's message of a kind asks for an answer: by its text; a picture, a card or a file without one asks.
    @inline(__always)
    public func needsAnswer(_ text: UnsafeBufferPointer<UInt8>, kind: MessageKind) -> Bool {
        text.isEmpty ? kind != .text : needsAnswer(text)
    }

    /// The same for a `String`.
    public func needsAnswer(_ text: String, kind: MessageKind) -> Bool {
        text.isEmpty ? kind != .text : needsAnswer(text)
    }

    /// Only emoji, punctuation and symbols, none of which asks.
    private static func isDecoration(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy { scalar in
            scalar != "?"
                && (CharacterClass.isPictographic(scalar) || CharacterClass.isPunctuationOrSymbol(scalar))
        }
    }

    /// What stands in brackets where exports name a thing that was sent: that asks for an answer.
    private static let attachments = Set(
        ["图片", "动画表情", "视频", "语音", "文件", "链接", "商品", "订单", "卡片", "位置"].map { Array($0.utf8) })

    /// Without names of emoji in brackets, such as `[微笑]`.
    private static func withoutEmojiNames(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0x5B) else { return bytes }
        var result: [UInt8] = []
        var i = 0
        while i < bytes.count {
            let name = bytes[(i + 1)...].prefix { $0 >= 0x80 }
            if bytes[i] == 0x5B, (1...24).contains(name.count), name.endIndex < bytes.count,
                bytes[name.endIndex] == 0x5D, !attachments.contains(Array(name))
            {
                i = name.endIndex + 1
            } else {
                result.append(bytes[i])
                i += 1
            }
        }
        return result
    }

    /// Without spaces and the punctuation people sprinkle in: 好的, 谢谢~ is 好的谢谢. All of it where nothing else is there.
    private static func compact(_ bytes: some RandomAccessCollection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case 0x20, 0x2C, 0x2E, 0x21, 0x7E: continue
            default: result.append(byte)
            }
            // 。 、 … are three bytes each.
            if result.count >= 3, sprinkled.contains(where: { result.suffix(3).elementsEqual($0) }) {
                result.removeLast(3)
            }
        }
        return result.isEmpty ? Array(bytes) : result
    }

    private static let sprinkled = ["。", "、", "…"].map { Array($0.utf8) }
}
