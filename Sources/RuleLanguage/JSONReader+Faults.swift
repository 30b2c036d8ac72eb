import Diagnostics

extension JSONReader {
    func fault(_ message: Phrase, help: Phrase? = nil, _ range: SourceRange) -> JSONFault {
        JSONFault(code: .syntax, message: message, help: help, range: range)
    }

    /// What stands at the position instead of `expected`, with the reason people usually have.
    func unexpected(_ expected: Phrase, help: Phrase? = nil) -> JSONFault {
        guard let (scalar, range) = scalar(at: position) else {
            return fault(
                Phrase(
                    "the text ends here; expected \(expected.english)",
                    "内容到此中断，此处应为\(expected.chinese)"),
                help: Phrase("close every '{', '[' and '\"'", "检查 “{”、“[”、引号是否都已闭合"),
                SourceRange(end, end))
        }
        if let ascii = Self.fullWidth[scalar] {
            return fault(
                Phrase(
                    "full-width '\(scalar)'; expected \(expected.english)",
                    "全角符号 “\(scalar)”，此处应为\(expected.chinese)"),
                help: Phrase(
                    "type \(ascii.english) with the input method in English mode",
                    "把输入法切换到英文标点，改成\(ascii.chinese)"),
                range)
        }
        let reason: Phrase?
        switch scalar {
        case "'", "`":
            reason = Phrase("strings stand in double quotes", "字符串要用双引号")
        case "/", "#":
            reason = Phrase(
                "JSON has no comments; say it in 'summary'", "JSON 没有注释，说明请写进 summary")
        case "=": reason = Phrase("a key is followed by ':'", "键后面用 “:”")
        case ";": reason = Phrase("elements are separated by ','", "各项之间用 “,”")
        case "+", ".": reason = Phrase("numbers begin with a digit or '-'", "数字以数字或 “-” 开头")
        case "\"", "{", "[":
            // What was expected is said by whoever expected it; behind a line end a comma is what is missing.
            reason =
                help
                ?? (isFirstOfLine
                    ? Phrase("the line before lacks a ',' at its end", "上一行末尾少了逗号 “,”")
                    : Phrase("a ',' is missing before it", "它前面少了逗号 “,”"))
        default: reason = help
        }
        if isWordByte(bytes[position]) { return unexpectedWord(expected) }
        return fault(
            Phrase(
                "unexpected '\(scalar)'; expected \(expected.english)",
                "多出 “\(scalar)”，此处应为\(expected.chinese)"),
            help: reason, range)
    }

    /// Whether only white space stands before the place in its line, which is not the first.
    private var isFirstOfLine: Bool {
        var i = position - 1
        while i >= 0, bytes[i] == 0x20 || bytes[i] == 0x09 || bytes[i] == 0x0D { i -= 1 }
        return i >= 0 && bytes[i] == 0x0A
    }

    private func unexpectedWord(_ expected: Phrase) -> JSONFault {
        var after = position
        while after < end, isWordByte(bytes[after]), after - position < 40 { after += 1 }
        let word = String(decoding: bytes[position..<after], as: UTF8.self)
        var help: Phrase?
        switch word.lowercased() {
        case "true", "false", "null":
            help = Phrase("write '\(word.lowercased())'", "改写为 “\(word.lowercased())”")
        case "none", "nil", "undefined", "nan": help = Phrase("write 'null'", "改写为 “null”")
        default: help = Phrase("texts stand in double quotes", "文字要用双引号括起来")
        }
        return fault(
            Phrase(
                "unexpected '\(word)'; expected \(expected.english)",
                "多出 “\(word)”，此处应为\(expected.chinese)"),
            help: help, SourceRange(position, after))
    }

    func badNumber(from start: Int) -> JSONFault {
        var after = start
        while after < end, after - start < 40 {
            let byte = bytes[after]
            guard isWordByte(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E else { break }
            after += 1
        }
        let word = String(decoding: bytes[start..<after], as: UTF8.self)
        return fault(
            Phrase("'\(word)' is not a number", "“\(word)” 不是合法的数字"),
            help: Phrase(
                "no leading zeros or '+', digits on both sides of the point; a duration is a string: \"30s\"",
                "不能有前导零或 “+”，小数点两边都要有数字；时长写成字符串：\"30s\""),
            SourceRange(start, max(after, start + 1)))
    }

    /// A control character inside a string; a line end there means that the closing quote is missing.
    func control(start: Int) -> JSONFault {
        let byte = bytes[position]
        guard byte == 0x0A || byte == 0x0D else {
            return fault(
                Phrase("control character in a string", "字符串里有控制字符"),
                help: Phrase(
                    "write a tab as '\\t', others as '\\u00XX'",
                    "制表符写作 “\\t”，其他写作 “\\u00XX”"),
                SourceRange(position, position + 1))
        }
        return unterminated(start: start)
    }

    func unterminated(start: Int) -> JSONFault {
        let text = String(decoding: bytes[start..<min(position, end)], as: UTF8.self)
        let help: Phrase
        if text.unicodeScalars.contains(where: { $0 == "”" || $0 == "“" || $0 == "＂" }) {
            help = Phrase(
                "a full-width quotation mark closes no string: type '\"' in English mode",
                "全角引号不能结束字符串：请在英文输入法下键入 “\"”")
        } else {
            help = Phrase(
                "close it with '\"'; a line break inside is written '\\n'",
                "补上结尾的双引号；字符串内换行写作 “\\n”")
        }
        return fault(
            Phrase("a string is not closed on its line", "字符串没有在本行内结束"), help: help,
            SourceRange(start, max(start + 1, min(position, end))))
    }

    private func scalar(at offset: Int) -> (Unicode.Scalar, SourceRange)? {
        guard offset < end else { return nil }
        let text = String(decoding: bytes[offset..<min(end, offset + 4)], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first else { return nil }
        return (scalar, SourceRange(offset, offset + UTF8.width(scalar)))
    }

    /// What Chinese input methods type in place of the punctuation of JSON.
    private static let fullWidth: [Unicode.Scalar: Phrase] = [
        "“": Phrase("'\"'", "英文双引号"), "”": Phrase("'\"'", "英文双引号"),
        "„": Phrase("'\"'", "英文双引号"), "＂": Phrase("'\"'", "英文双引号"),
        "「": Phrase("'\"'", "英文双引号"), "『": Phrase("'\"'", "英文双引号"),
        "‘": Phrase("'\"'", "英文双引号"), "’": Phrase("'\"'", "英文双引号"),
        "：": Phrase("':'", "英文冒号"), "，": Phrase("','", "英文逗号"),
        "、": Phrase("','", "英文逗号"), "；": Phrase("','", "英文逗号"),
        "｛": Phrase("'{'", "英文花括号"), "｝": Phrase("'}'", "英文花括号"),
        "［": Phrase("'['", "英文方括号"), "］": Phrase("']'", "英文方括号"),
        "【": Phrase("'['", "英文方括号"), "】": Phrase("']'", "英文方括号"),
        "\u{3000}": Phrase("a plain space", "普通空格"),
        "\u{A0}": Phrase("a plain space", "普通空格"),
    ]

    /// The first place at which `bytes` is no UTF-8, nil where all of it is.
    public static func firstFault(inUTF8 bytes: [UInt8]) -> JSONFault? {
        let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        if !isUTF16, String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        scanning: while !isUTF16 {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded): offset += encoded.count
            case .emptyInput, .error: break scanning
            }
        }
        return JSONFault(
            code: .notUTF8,
            message: isUTF16
                ? Phrase("the file is UTF-16, not UTF-8", "文件是 UTF-16 编码，不是 UTF-8")
                : Phrase("the file is not UTF-8 from here on", "文件从这里起不是 UTF-8 编码"),
            help: isUTF16
                ? Phrase("save it as UTF-8", "请另存为 UTF-8 编码")
                : Phrase("save it as UTF-8 (it may be GBK)", "请另存为 UTF-8 编码（原文件可能是 GBK）"),
            range: SourceRange(offset, min(bytes.count, offset + 1)))
    }
}

/// Letters, digits and '_': what makes a longer word of `true` or a number.
func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
    default: false
    }
}
