import ChineseText
import Diagnostics
import RuleLanguage

extension KeywordChecks {
    /// What often stands before and behind a keyword in chats; with it ICU may read the two as one word.
    private static let before = "快你我他这那真太很好不去来给出开再都全没老小大死".unicodeScalars.map { Array(String($0).utf8) }
    private static let behind = "蛋开出吧了的人子货动远死回来去啊呢边一".unicodeScalars.map { Array(String($0).utf8) }

    /// Warns of words of a dictionary that hold a keyword with `"boundary": "word"`, and so hide it: 滚 is not found in 快滚.
    ///
    /// Of single characters, and where the list names no longer word with the character, as a keyword or as an allow-phrase:
    /// whoever does has thought of it. ICU's dictionary is not the language, and holds what is no word.
    mutating func checkCompounds(_ keywords: Keywords, _ folded: [[UInt8]], _ allow: [[UInt8]]) {
        for (index, word) in folded.enumerated() {
            guard word.count == 3, word[0] >= 0xE3, budget.take(60 + folded.count + allow.count) else { continue }
            let isThoughtOf = (folded + allow).contains { longer in
                longer.count > word.count && !KeywordMatcher.occurrences(of: word, in: longer).isEmpty
            }
            if isThoughtOf { continue }
            var hidden: [String] = []
            func look(_ text: [UInt8], boundary: Int) {
                guard hidden.count < 4 else { return }
                breaker.set(text)
                if !breaker.isBoundary(boundary) { hidden.append(String(decoding: text, as: UTF8.self)) }
            }
            for character in KeywordChecks.before { look(character + word, boundary: character.count) }
            for character in KeywordChecks.behind { look(word + character, boundary: word.count) }
            guard !hidden.isEmpty else { continue }
            let list = hidden.prefix(3).joined(separator: "、") + (hidden.count > 3 ? "…" : "")
            let keyword = keywords.phrases[index]
            warn(
                .hiddenCompound, keywords, index,
                Phrase(
                    "'\(keyword)' is not found inside words of the dictionary: \(list)",
                    "按词边界，“\(keyword)” 在这些词里找不到：\(list)"),
                help: Phrase(
                    "add those that should hit as keywords, and those that should not to \"allow\"",
                    "应当命中的请加为关键词，不该命中的请写进 \"allow\""))
        }
    }
}
