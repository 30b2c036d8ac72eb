import ConversationModel
import Diagnostics

/// A phrase of a list with the string it comes from.
struct PlacedPhrase {
    var text: String
    var range: SourceRange
    /// Where it stands, if not in the file that is being decoded: `range` is that of the list's name.
    var origin: Place?

    /// The phrase as the list that is named at `range` puts it in.
    func spliced(at range: SourceRange) -> PlacedPhrase {
        PlacedPhrase(text: text, range: range, origin: origin)
    }
}

extension RuleDecoder {
    /// The phrases of a list that cannot name other lists.
    mutating func phrases(_ member: JSONMember) -> [PlacedPhrase] {
        var spliced: [SplicedList] = []
        return phrases(member, lists: &spliced, takesLists: false)
    }

    /// The phrases of a list, `"${name}"` replaced by the phrases of that parameter, `"@name"` by the
    /// words of that list; the lists are added to `lists`.
    mutating func phrases(
        _ member: JSONMember, lists: inout [SplicedList], takesLists: Bool = true
    ) -> [PlacedPhrase] {
        guard let elements = list(member) else { return [] }
        if elements.isEmpty { emptyList(member) }
        var result: [PlacedPhrase] = []
        result.reserveCapacity(min(elements.count, RuleLimits.phrases))
        for element in elements {
            if let (name, range) = listReference(element) {
                if case .object = element.content {
                    _ = fields(of: element, member.key, known: ["list"])
                }
                guard takesLists else {
                    refuseList(name, range, in: member.key)
                    continue
                }
                guard let list = usedList(name, range) else { continue }
                // Counted before it is put in.
                guard result.count + list.words.count <= RuleLimits.phrases else {
                    overLimit(range, member.key, RuleLimits.phrases)
                    continue
                }
                lists.append(SplicedList(list: list, range: range))
                result += list.words.map { $0.spliced(at: range) }
                continue
            }
            guard case .string(let written) = element.content else {
                wrongType(element, member.key, .string)
                continue
            }
            let text = unescapedPhrase(written)
            if parameterName(text) != nil {
                guard let parameter = parameter(in: text, element.range, .keywords),
                    case .strings(let spliced) = parameter.value
                else { continue }
                result += spliced.map { PlacedPhrase(text: $0, range: element.range) }
            } else if isSound(text, element.range, member.key) {
                result.append(PlacedPhrase(text: text, range: element.range))
            }
            if result.count > RuleLimits.phrases {
                overLimit(element.range, member.key, RuleLimits.phrases)
                return Array(result.prefix(RuleLimits.phrases))
            }
        }
        return result
    }

    private mutating func refuseList(_ name: String, _ range: SourceRange, in key: String) {
        diagnose(
            .badValue, range,
            Phrase(
                "a word list cannot stand in '\(quoted(key))'", "“\(quoted(key))” 里不能写词表名称"),
            help: Phrase(
                "name it in \"keywords\"; the phrase '@\(quoted(name))' itself is written '@@\(quoted(name))'",
                "请写在 \"keywords\" 里；如果就是要查 “@\(quoted(name))”，写作 “@@\(quoted(name))”"))
    }

    /// `phrases` without those that a named list puts in once more.
    func withoutRepeats(_ phrases: [PlacedPhrase], _ fold: FoldLevel) -> [PlacedPhrase] {
        guard phrases.contains(where: { $0.origin != nil }) else { return phrases }
        var seen: Set<String> = []
        return phrases.filter { phrase in
            let isNew = seen.insert(comparable(phrase.text, fold)).inserted
            return isNew || phrase.origin == nil
        }
    }

    mutating func isSound(_ phrase: String, _ range: SourceRange, _ name: String) -> Bool {
        let count = phrase.unicodeScalars.count
        if count > RuleLimits.phraseScalars {
            diagnose(
                .limit, range,
                Phrase(
                    "a phrase of \(count) characters in '\(name)'; at most \(RuleLimits.phraseScalars)",
                    "“\(name)” 里有 \(count) 个字符的短语，最多 \(RuleLimits.phraseScalars) 个"))
            return false
        }
        if phrase.utf8.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
            diagnose(
                .outOfRange, range,
                Phrase("an empty phrase in '\(name)'", "“\(name)” 里有空短语"))
            return false
        }
        return true
    }

    // MARK: Static checks

    /// Warns of phrases that add nothing, refuses allow-phrases that leave nothing.
    mutating func check(_ keywords: Keywords, _ phrases: [PlacedPhrase], allow: [PlacedPhrase]) {
        var seen = SeenPhrases()
        for phrase in phrases {
            if !seen.insert(comparable(phrase.text, keywords.fold)) {
                diagnose(
                    .duplicateKeyword, severity: .warning, phrase.range,
                    Phrase(
                        "keyword '\(quoted(phrase.text))' is listed twice",
                        "关键词 “\(quoted(phrase.text))” 重复"),
                    help: Phrase("remove one", "删掉一个"))
            } else if partsHan(phrase.text) {
                diagnose(
                    .spacedKeyword, severity: .warning, phrase.range,
                    Phrase(
                        "keyword '\(quoted(phrase.text))' is one phrase, found only with its space",
                        "“\(quoted(phrase.text))” 是一个短语，消息里带空格才会命中"),
                    help: Phrase("write two keywords: \"…\", \"…\"", "请写成两个关键词：\"…\", \"…\""))
            } else if listsHan(phrase.text) {
                diagnose(
                    .spacedKeyword, severity: .warning, phrase.range,
                    Phrase(
                        "keyword '\(quoted(phrase.text))' is one phrase, found only with its punctuation",
                        "“\(quoted(phrase.text))” 是一个短语，消息里带这些标点才会命中"),
                    help: Phrase("write several keywords: \"…\", \"…\"", "请写成几个关键词：\"…\", \"…\""))
            } else if looksLikePattern(phrase.text) {
                diagnose(
                    .literalKeyword, severity: .warning, phrase.range,
                    Phrase(
                        "keyword '\(quoted(phrase.text))' is no pattern: it is found letter for letter",
                        "“\(quoted(phrase.text))” 不是模式，消息里一字不差才会命中"),
                    help: Phrase("for a pattern write \"regex\": \"…\"", "要写模式，请用 \"regex\": \"…\""))
            } else if looksLikeListName(phrase.text) {
                diagnose(
                    .literalKeyword, severity: .warning, phrase.range,
                    Phrase(
                        "keyword '\(quoted(phrase.text))' names no word list: it is found letter for letter",
                        "“\(quoted(phrase.text))” 不是词表的名字，消息里一字不差才会命中"),
                    help: Phrase(
                        "names of word lists are ASCII letters and digits joined by '-': \"@insults\"",
                        "词表名由英文字母和数字组成，用 - 连接，例如 \"@insults\""))
            } else if isBareCharacter(phrase.text, keywords.boundary) {
                diagnose(
                    .oneCharacterKeyword, severity: .warning, phrase.range,
                    Phrase(
                        "one-character keyword '\(phrase.text)' is found inside longer words",
                        "单字关键词 “\(phrase.text)” 会在别的词里命中"),
                    help: Phrase(
                        "add \"boundary\": \"word\", use a longer phrase, or shield words with \"allow\"",
                        "加上 \"boundary\": \"word\"，换成更长的短语，或用 \"allow\" 放行常见词"))
            }
        }
        checkAllow(allow, seen, keywords.fold)
    }

    func comparable(_ phrase: String, _ fold: FoldLevel) -> String {
        fold == .exact ? phrase : phrase.lowercased()
    }

    /// Whether a space stands between two Chinese characters.
    private func partsHan(_ phrase: String) -> Bool {
        guard phrase.utf8.contains(0x20) else { return false }
        let scalars = Array(phrase.unicodeScalars)
        return scalars.indices.dropFirst().dropLast().contains { i in
            scalars[i] == " " && scalars[i - 1].properties.isIdeographic && scalars[i + 1].properties.isIdeographic
        }
    }

    /// Whether Chinese words stand in it as in a list: between 、 ; or |, or several commas. One comma is as likely a phrase.
    private func listsHan(_ phrase: String) -> Bool {
        // By lead bytes: thousands of phrases are asked, and most hold none of the marks.
        guard phrase.utf8.contains(where: { ",;|".utf8.contains($0) || $0 == 0xE3 || $0 == 0xEF }) else { return false }
        let scalars = Array(phrase.unicodeScalars)
        var commas = 0
        for i in scalars.indices.dropFirst().dropLast()
        where scalars[i - 1].properties.isIdeographic && scalars[i + 1].properties.isIdeographic {
            switch scalars[i] {
            case "、", "；", ";", "|", "｜": return true
            case "，", ",": commas += 1
            default: break
            }
        }
        return commas > 1
    }

    /// Whether it is written as a regex or with wildcards are.
    private func looksLikePattern(_ phrase: String) -> Bool {
        // A quick look at the bytes, since thousands of phrases are asked: none of the signs, no pattern.
        guard phrase.utf8.contains(where: { "*+[\\?".utf8.contains($0) }) else { return false }
        if [".*", ".+", "\\d", "\\s", "\\w", "[^", "(?:"].contains(where: phrase.contains) { return true }
        guard phrase.utf8.count(where: { $0 == UInt8(ascii: "*") }) == 1 else { return false }
        // 滚* and *包邮: in the middle a star hides a letter.
        return phrase.utf8.count > 1 && (phrase.hasSuffix("*") || phrase.hasPrefix("*"))
    }

    /// Whether it is written as word lists are named, but for the letters: `@骂人`, `@words.txt`. 所有人 is who is called.
    private func looksLikeListName(_ phrase: String) -> Bool {
        guard phrase.hasPrefix("@"), !phrase.hasPrefix("@@") else { return false }
        let name = phrase.dropFirst()
        if [".txt", ".csv", ".json"].contains(where: name.hasSuffix) { return true }
        return !name.isEmpty && !["所有人", "全体成员"].contains(where: name.hasPrefix)
            && name.unicodeScalars.allSatisfy { $0.properties.isIdeographic }
    }

    /// A single letter or digit that `boundary` does not keep out of longer words.
    private func isBareCharacter(_ phrase: String, _ boundary: Keywords.Boundary) -> Bool {
        guard boundary != .word, let scalar = phrase.unicodeScalars.first,
            phrase.unicodeScalars.dropFirst().isEmpty
        else { return false }
        let isWordLike = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        return isWordLike && (boundary == .substring || !isLatinOrDigit(scalar))
    }

    private func isLatinOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0xFF10...0xFF19,
            0xFF21...0xFF3A, 0xFF41...0xFF5A:
            true
        default: false
        }
    }

    /// What a phrase of `allow` may shield depends on how keywords are looked for: `rules check` says it.
    private mutating func checkAllow(_ allow: [PlacedPhrase], _ keywords: SeenPhrases, _ fold: FoldLevel) {
        for phrase in allow where keywords.contains(comparable(phrase.text, fold)) {
            diagnose(
                .swallowedKeyword, phrase.range,
                Phrase(
                    "the allow-phrase '\(quoted(phrase.text))' is a keyword itself and swallows it",
                    "放行短语 “\(quoted(phrase.text))” 就是关键词本身，会使它永不命中"),
                help: Phrase(
                    "remove it from one of the two lists, or write the longer phrase that is harmless",
                    "从其中一个列表删掉，或写成无害的更长短语"))
        }
    }
}

/// A set of phrases that hashes none while they are few: most rules have a handful, and files thousands of rules.
private struct SeenPhrases {
    private static let few = 8
    private var first: [String] = []
    private var all: Set<String> = []

    func contains(_ phrase: String) -> Bool { all.isEmpty ? first.contains(phrase) : all.contains(phrase) }

    /// False where it is there already.
    mutating func insert(_ phrase: String) -> Bool {
        guard all.isEmpty else { return all.insert(phrase).inserted }
        if first.contains(phrase) { return false }
        first.append(phrase)
        if first.count > Self.few { all = Set(first) }
        return true
    }
}
