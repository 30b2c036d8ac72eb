import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Inspection
import Patterns
import RuleLanguage
import TestSupport
import Testing

/// Rules, schemes and a formula of scores, drawn from a seed.
struct DrawnSide {
    let texts: [String]
    let files: [SourceFile]
    let book: RuleBook
    let schemes: SchemeTable

    static let groups = ["售前", "售后", "夜班", ""]
    private static let words = ["微信", "返现", "好评", "您好", "稍等"]

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var texts: [String] = []
        for number in 0..<4 where number == 0 || Int.random(in: 0..<5, using: &random) > 0 {
            let words = Self.words.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
            let unit = Bool.random(using: &random) ? "stay" : "conversation"
            texts.append(
                #"""
                {"id":"word-\#(number)","name":"词","polarity":"negative","severity":"major","unit":"\#(unit)",
                 "when":{"message":{"from":"agent","keywords":[\#(words.map { "\"\($0)\"" }.joined(separator: ","))]}}}
                """#)
        }
        texts.append(
            #"""
            {"id":"answer","name":"答复","polarity":"positive","severity":"minor",
             "parameters":{"limit":{"type":"duration","default":"30s","min":"1s","max":"10m"}},
             "when":{"after":{"message":{"from":"buyer"}},
             "expect":{"message":{"from":"agent"}},"within":{"time":"${limit}"}}}
            """#)
        var free = Self.groups.filter { !$0.isEmpty }.shuffled(using: &random)
        var schemes: [String] = []
        for name in ["first", "second"] where Int.random(in: 0..<4, using: &random) > 0 {
            let own = free.prefix(Int.random(in: 1...2, using: &random))
            free.removeFirst(own.count)
            if own.isEmpty { continue }
            let list = own.map { "\"\($0)\"" }.joined(separator: ",")
            let ticked =
                ["\"on\":[\"word-0\",\"answer\"],", "\"off\":[\"word-0\"],", ""].randomElement(using: &random) ?? ""
            schemes.append(
                #"""
                {"id":"\#(name)","name":"\#(name)","groups":[\#(list)],\#(ticked)
                 "parameters":{"answer":{"limit":"\#(Int.random(in: 5...60, using: &random))s"}}}
                """#)
        }
        if !schemes.isEmpty { texts.append("{\"schemes\":[\(schemes.joined(separator: ","))]}") }
        if Int.random(in: 0..<4, using: &random) > 0 {
            texts.append(#"{"scoring":{"base":\#(Int.random(in: 50...100, using: &random)),"veto":["word-0"]}}"#)
        }
        self.texts = texts
        files = texts.enumerated().map { SourceFile(path: "\($0).json", bytes: Array($1.utf8)) }
        book = loadRuleBook(files: files)
        let errors = book.diagnostics.filter { $0.severity == .error }
        try #require(errors.isEmpty, "\(errors)")
        self.schemes = SchemeTable(book.schemes)
    }

    func rules(_ scheme: Scheme?) -> [Rule] {
        guard let scheme else { return book.rules }
        return loadRules(files: files, overrides: scheme.parameters).rules.filter { scheme.takes($0.id) }
    }

    static func set(_ rules: [Rule], scoring: ScoreFormula? = nil, comparison: ComparedRules? = nil) throws -> RuleSet {
        let result = RuleCompiler.compile(
            rules, digest: rulesDigest(rules), policy: TimePolicy(), table: SomeRules.table,
            cache: DiskCache(directory: nil), sets: 2)
        guard let compiled = result.rules else { throw RunFailure.refused("\(result.diagnostics)") }
        return RuleSet(compiled, comparison: comparison, scoring: scoring)
    }

    var runRules: RunRules {
        get throws {
            if schemes.isEmpty { return RunRules(try Self.set(book.rules, scoring: book.scoring)) }
            return RunRules(schemes: schemes, policy: TimePolicy()) {
                try Self.set(rules($0), scoring: book.scoring)
            }
        }
    }

    func joined(with new: DrawnSide, _ pair: SchemePairs.Pair) throws -> RuleSet {
        let (all, joined) = ComparedRules.joined(old: rules(pair.old), new: new.rules(pair.new))
        var comparison = joined
        comparison.scoring = (book.scoring, new.book.scoring)
        comparison.schemes = (pair.old?.id, pair.new?.id)
        return try Self.set(all, comparison: comparison)
    }

    /// An agent is exempt, from all rules or from some, and two buyers are excluded.
    static func exemptions(ofRules isOfRules: Bool) -> Exemptions {
        let day = CalendarDay(year: 2023, month: 11, day: 1)
        return Exemptions(
            exemptions: [
                Exemption(
                    agents: ["甲"], rules: isOfRules ? [RuleID("word-0"), RuleID("answer")] : [], reason: "新人",
                    author: "甲", recorded: day)
            ],
            excludedBuyers: [ExcludedBuyers(buyers: ["b3", "b4"], reason: "测试", author: "甲", recorded: day)])
    }

    /// Conversations of all groups, some of two parts, two agents and no group.
    static func archive(seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        for number in 0..<120 {
            var time: Int64 = 1_700_000_000_000 + Int64(number) * 3_600_000
            var messages: [String] = []
            for _ in 0..<Int.random(in: 1...7, using: &random) {
                let isBuyer = Bool.random(using: &random)
                let agent = Bool.random(using: &random) ? "甲" : "乙"
                let from = isBuyer ? #""from":"buyer""# : #""from":"agent","agent":"\#(agent)""#
                let word = (words + ["在吗"]).randomElement(using: &random) ?? ""
                messages.append(#"{\#(from),"time":\#(time),"text":"\#(word)"}"#)
                time +=
                    Int64.random(in: 0..<20, using: &random) == 0
                    ? 200_000_000 : Int64.random(in: 0..<60_000, using: &random)
            }
            let group = groups.randomElement(using: &random) ?? ""
            bytes += Array(
                #"{"id":"c\#(number)","group":"\#(group)","buyer":"b\#(number % 30)","messages":[\#(messages.joined(separator: ","))]}"#
                    .utf8)
            bytes.append(0x0A)
        }
        return bytes
    }
}
