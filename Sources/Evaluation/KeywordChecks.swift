import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Static checks of lists of keywords as their matchers compare them: folded.
///
/// What stands in lists as it is written, the reader of rules has said already.
struct KeywordChecks {
    /// Stretches of keywords that are looked up among the keywords, for one list and for a run.
    private static let lookUpsPerList = 1_000_000
    private static let lookUps = 20_000_000

    /// What is found of one keyword, in however many lists.
    private struct Key: Hashable {
        var code: DiagnosticCode
        var place: Place
    }

    private var found: [(key: Key, diagnostic: Diagnostic)] = []
    /// In how many lists a keyword stands, by its place, and in how many it adds nothing: what a shared
    /// list holds may be pointless beside the words of one rule, and not beside those of another.
    private var lists: [Place: Int] = [:]
    private var flagged: [Key: Int] = [:]
    let table: FoldTable
    private let cache: DiskCache
    private var skeletons: SkeletonTable?
    private var seen: Set<Keywords> = []
    let budget = CheckBudget(lookUps)
    let breaker = WordBreaker()

    init(table: FoldTable, cache: DiskCache) {
        self.table = table
        self.cache = cache
    }

    /// Checks all lists of a rule; a shared one once.
    mutating func check(_ rule: Rule) {
        for keywords in [rule.appliesTo, rule.when].compactMap({ $0 }).flatMap(KeywordChecks.lists)
        where seen.insert(keywords).inserted {
            for place in keywords.places + keywords.allowPlaces { lists[place, default: 0] += 1 }
            if keywords.fold == .evasion { checkEvasion(keywords) } else { check(keywords) }
        }
        for condition in [rule.appliesTo, rule.when].compactMap({ $0 }) { checkExceptions(in: condition, of: rule) }
    }

    /// Notes a warning of one keyword in the file of its rule, whatever other lists say of it.
    mutating func warnOnce(_ code: DiagnosticCode, _ place: Place, _ message: Phrase, help: Phrase) {
        let key = Key(code: code, place: place)
        guard flagged[key] == nil else { return }
        flagged[key] = lists[place]
        found.append((key, Diagnostic(code, severity: .warning, message, help: help, at: place)))
    }

    /// Warnings of keywords that add nothing in any list that they stand in.
    var diagnostics: [Diagnostic] {
        found.filter { flagged[$0.key] == lists[$0.key.place] || lists[$0.key.place] == nil }.map(\.diagnostic)
    }

    mutating func warn(
        _ code: DiagnosticCode, _ keywords: Keywords, _ index: Int, _ message: Phrase, help: Phrase
    ) {
        warn(code, place(index, in: keywords), message, help: help)
    }

    private mutating func warn(_ code: DiagnosticCode, _ place: Place, _ message: Phrase, help: Phrase) {
        let key = Key(code: code, place: place)
        flagged[key, default: 0] += 1
        guard flagged[key] == 1 else { return }
        found.append((key, Diagnostic(code, severity: .warning, message, help: help, at: key.place)))
    }

    private func place(_ index: Int, in keywords: Keywords) -> Place {
        keywords.places.indices.contains(index) ? keywords.places[index] : Place(path: "")
    }

    // MARK: Folded and exact

    private mutating func check(_ keywords: Keywords) {
        let level: TextLevel = keywords.fold == .exact ? .exact : .folded
        let folded = keywords.phrases.map { Array(table.folded($0, level: level).utf8) }
        let allow = keywords.allow.map { Array(table.folded($0, level: level).utf8) }
        var first: [[UInt8]: Int] = [:]
        for (index, word) in folded.enumerated() {
            guard let earlier = first[word] else {
                first[word] = index
                continue
            }
            duplicate(keywords, index, of: earlier)
        }
        let shields = Set(allow)
        for (index, word) in folded.enumerated() where first[word] == index && shields.contains(word) {
            swallowed(keywords, index)
        }
        checkAllow(keywords) { [table] phrase in
            let text = Array(table.folded(phrase, level: level).utf8)
            return folded.contains { !KeywordMatcher.occurrences(of: $0, in: text).isEmpty }
        }
        if keywords.boundary == .word { checkCompounds(keywords, folded, allow) }
        guard keywords.quantity == .any, keywords.boundary != .word else { return }
        let local = CheckBudget(KeywordChecks.lookUpsPerList)
        let words = Set(folded.map { $0[...] })
        let lengths = Set(folded.map(\.count)).sorted()
        for (index, word) in folded.enumerated() where first[word] == index {
            guard let part = part(of: word, among: words, lengths, keywords.boundary, allow, local) else { continue }
            let inner = first[Array(part)].map { keywords.phrases[$0] } ?? String(decoding: part, as: UTF8.self)
            subsumed(keywords, index, by: inner)
        }
    }

    /// A keyword inside `word` that is found wherever `word` is.
    func part(
        of word: [UInt8], among words: Set<ArraySlice<UInt8>>, _ lengths: [Int], _ boundary: Keywords.Boundary,
        _ allow: [[UInt8]], _ local: CheckBudget
    ) -> ArraySlice<UInt8>? {
        for length in lengths where length > 0 && length < word.count {
            for start in 0...(word.count - length) {
                // Only whole characters.
                if word[start] & 0xC0 == 0x80 { continue }
                let end = start + length
                if end < word.count, word[end] & 0xC0 == 0x80 { continue }
                guard budget.take(), local.take() else { return nil }
                let part = word[start..<end]
                guard words.contains(part), isFree(start, end, in: word, boundary) else { continue }
                guard local.take(allow.count) else { return nil }
                // Where an allow-phrase may cover the part alone, the whole is found where the part is not.
                if allow.contains(where: { !KeywordMatcher.occurrences(of: Array(part), in: $0).isEmpty }) { continue }
                return part
            }
        }
        return nil
    }

    /// Whether ends that need a word boundary have one wherever the whole has.
    private func isFree(_ start: Int, _ end: Int, in word: [UInt8], _ boundary: Keywords.Boundary) -> Bool {
        guard boundary == .automatic else { return true }
        // Between Han (lead bytes E4–E9 cover U+4000–U+9FFF) and Latin there always is one.
        func isHan(_ lead: Int) -> Bool { lead >= 0 && (0xE4...0xE9).contains(word[lead]) }
        return (start == 0 || isHan(start - 3) || !CharacterClass.isLatinOrDigit(word[start]))
            && (end == word.count || isHan(end) || !CharacterClass.isLatinOrDigit(word[end - 1]))
    }

    // MARK: Evasion

    private mutating func checkEvasion(_ keywords: Keywords) {
        let table = skeletons ?? SkeletonTable.cached(folding: self.table, in: cache)
        skeletons = table
        var bySkeleton: [[UInt8]: [(index: Int, matcher: EvasionMatcher)]] = [:]
        var matchers: [EvasionMatcher] = []
        for (index, phrase) in keywords.phrases.enumerated() {
            guard
                let matcher = EvasionMatcher(
                    phrase, homophones: keywords.homophones, table: table,
                    wholeRuns: keywords.boundary != .substring)
            else { continue }
            matchers.append(matcher)
            // Of one skeleton there are few, unless somebody makes it so.
            let alike = bySkeleton[matcher.skeleton, default: []]
            if let same = alike.prefix(64).first(where: { $0.matcher.findsTheSame(as: matcher) }) {
                duplicate(keywords, index, of: same.index)
            } else {
                bySkeleton[matcher.skeleton, default: []].append((index, matcher))
                if isBare(keywords, index) { bare(keywords, index) }
            }
        }
        checkAllow(keywords) { phrase in
            let text = EvasionText(phrase, table: table)
            return matchers.contains { $0.occurs(in: text) }
        }
    }

    // MARK: Allow-phrases

    /// Warns of phrases in which no keyword is found: they can cover none.
    private mutating func checkAllow(_ keywords: Keywords, holdsKeyword: (String) -> Bool) {
        let local = CheckBudget(KeywordChecks.lookUpsPerList)
        for (phrase, place) in zip(keywords.allow, keywords.allowPlaces) {
            guard budget.take(keywords.phrases.count), local.take(keywords.phrases.count) else { return }
            if holdsKeyword(phrase) { continue }
            warn(
                .uselessAllow, place,
                Phrase(
                    "no keyword is found in the allow-phrase '\(visible(phrase))', so it shields none",
                    "放行短语 “\(visible(phrase))” 里查不到任何关键词，不起作用"),
                help: Phrase(
                    "it shields a keyword only where it covers it: 女装 shields 装",
                    "放行短语要包含关键词才起作用，例如 女装 放行 装"))
        }
    }

    /// Two Han characters of which one may be another that reads alike, and nothing to shield it.
    private func isBare(_ keywords: Keywords, _ index: Int) -> Bool {
        guard keywords.homophones, keywords.allow.isEmpty, keywords.boundary != .word, keywords.quantity == .any
        else { return false }
        let scalars = table.folded(keywords.phrases[index]).unicodeScalars
        return scalars.count == 2 && scalars.allSatisfy { $0.properties.isIdeographic }
    }

    // MARK: Diagnostics

    private mutating func duplicate(_ keywords: Keywords, _ index: Int, of earlier: Int) {
        let (phrase, other) = (keywords.phrases[index], keywords.phrases[earlier])
        // Case alone: said when the file was read.
        if keywords.fold == .exact ? phrase == other : phrase.lowercased() == other.lowercased() { return }
        warn(
            .duplicateKeyword, keywords, index,
            Phrase(
                "keyword '\(phrase)' finds what '\(other)' finds: they are the same once folded",
                "关键词 “\(phrase)” 与 “\(other)” 折叠后相同，查找结果一样"),
            help: Phrase("remove one", "删掉一个"))
    }

    private mutating func swallowed(_ keywords: Keywords, _ index: Int) {
        let phrase = keywords.phrases[index]
        // Equal as they are written: said when the file was read.
        guard
            !keywords.allow.contains(where: {
                keywords.fold == .exact ? $0 == phrase : $0.lowercased() == phrase.lowercased()
            })
        else { return }
        warn(
            .swallowedKeyword, keywords, index,
            Phrase(
                "an allow-phrase is the same as keyword '\(phrase)' once folded, and swallows it",
                "有放行短语折叠后与关键词 “\(phrase)” 相同，会使它永不命中"),
            help: Phrase(
                "remove it from one of the two lists, or write the longer phrase that is harmless",
                "从其中一个列表删掉，或写成无害的更长短语"))
    }

    private mutating func subsumed(_ keywords: Keywords, _ index: Int, by part: String) {
        let phrase = keywords.phrases[index]
        warn(
            .subsumedKeyword, keywords, index,
            Phrase(
                "keyword '\(phrase)' adds nothing: '\(part)' of the same list stands in it",
                "关键词 “\(phrase)” 不起作用：同一列表里的 “\(part)” 已经包含在其中"),
            help: Phrase(
                "remove the longer one, or the shorter one if it finds too much", "请删掉较长的；如果较短的命中过多，则删掉较短的"))
    }

    private mutating func bare(_ keywords: Keywords, _ index: Int) {
        let phrase = keywords.phrases[index]
        warn(
            .shortEvasionKeyword, keywords, index,
            Phrase(
                "two characters at level 'evasion': '\(phrase)' is found wherever one of them stands beside a homophone of the other",
                "两个字的 “\(phrase)” 用 evasion：只要其中一字旁边是另一字的同音字就会命中"),
            help: Phrase(
                "use a longer phrase (加微信), shield words with \"allow\", or set \"homophones\": false",
                "请用更长的短语（如 加微信），用 \"allow\" 放行常见词，或设 \"homophones\": false"))
    }

    // MARK: Lists

    /// All lists of keywords inside a condition.
    static func lists(in condition: Condition) -> [Keywords] {
        if case .message(let message) = condition.kind { return message.text.map { lists(in: $0) } ?? [] }
        return condition.parts.flatMap { lists(in: $0) }
    }

    private static func lists(in text: TextCondition) -> [Keywords] {
        if case .keywords(let keywords) = text.kind { return [keywords] }
        return text.parts.flatMap { lists(in: $0) }
    }
}
