import ChineseText
import TestSupport
import Testing

@testable import Patterns

/// Factors are what every matching text holds; the scanner looks for them in the pattern's place.
struct PatternFactorsTests {
    /// Patterns of rules and of benchmarks, and what each implies, the most telling first.
    static let factors: [(String, [[String]])] = [
        ("退(款|货).{0,12}(不了|不行|拒绝)", [["退款", "退货"], ["不了", "不行", "拒绝"]]),
        ("请.{0,4}(稍等|等待).{0,8}(分钟|小时|天)", [["稍等", "等待"], ["分钟", "小时", "天"], ["请"]]),
        ("[0-9]+(\\.[0-9]+)?元.{0,5}赔偿", [["赔偿"], ["元"]]),
        ("(没有|超时).{0,6}补发[0-9]{0,4}", [["补发"], ["没有", "超时"]]),
        ("(加|留|给).{0,6}(微信|QQ|电话)", [["微信", "qq", "电话"], ["加", "留", "给"]]),
        ("银行卡.{0,10}[0-9]{16,19}", [["银行卡"]]),
        ("(投诉|举报|12315)[^,。]{0,3}(去呗|随便)", [["去呗", "随便"], ["投诉", "举报", "12315"]]),
        ("https?://[a-z0-9./]+", [["http"]]),
        ("[a-z0-9_]+@(qq|163)\\.com", [["@qq.com", "@163.com"]]),
        // A run breaks where its strings would be too many; both pieces hold what is between.
        (
            "(绝对|保证|肯定|必定)不会?(变形|掉色|褪|坏|漏|裂|断|伤|起球)x",
            [
                ["绝对不", "保证不", "肯定不", "必定不"],
                [
                    "不变形x", "不掉色x", "不褪x", "不坏x", "不漏x", "不裂x", "不断x", "不伤x", "不起球x", "不会变形x", "不会掉色x",
                    "不会褪x", "不会坏x", "不会漏x", "不会裂x", "不会断x", "不会伤x", "不会起球x",
                ],
            ]
        ),
        // A digit says too little beside a word, a letter enough; a digit makes a character good.
        ("x.*[0-9]退款", [["退款"], ["x"]]),
        (
            "满[0-9]+减",
            [
                ["满0", "满1", "满2", "满3", "满4", "满5", "满6", "满7", "满8", "满9"],
                ["0减", "1减", "2减", "3减", "4减", "5减", "6减", "7减", "8减", "9减"],
            ]
        ),
        // Repeats: what stands before the first and behind the last is next to them.
        ("申(请)+退", [["申请"], ["请退"]]), ("申(?:请.{0,3}款)+退", [["款退"], ["申请"]]),
        ("(哈哈){2,}笑.", [["哈哈哈哈笑"]]), ("补(?:.*退款)*发货", [["发货"], ["补"]]),
        // Assertions take no character.
        ("^微信$", [["微信"]]), ("退\\b款", [["退款"]]), ("\\bvip\\b", [["vip"]]),
        ("发(?:货|走|$).*赔偿", [["赔偿"], ["发"]]), ("^(?:百分百|100%)(?:的|$)", [["百分百", "100%"]]),
        // Branches: one factor of each, or none.
        ("退款.*不了|拒绝.+|补差价", [["退款", "拒绝", "补差价"]]), ("微信|.+元$", [["微信", "元"]]),
        ("(?:\\d{1,2}|[一二])年前的.", [["年前的"]]),
        // Folding comes first, and a class of one character more than sixteen is not spelled out.
        ("加ＶＸ[0-9]{5}", [["加vx"]]),
        ("[a-q]退", [["退"]]), ("您.{0,3}[天地]退$", [["天退", "地退"], ["您"]]),
        // Where nothing better is known a common character or a mark still tells most messages apart; digits do not.
        ("1[3-9][0-9]{9}", []), ("(?:^|[^迷])你(?:[^好]|$)", [["你"]]), ("赔[^,。]{0,4}\\d{3,}", [["赔"]]),
        ("(?:吗|多少)[亲哦哈呢]*$", [["吗", "多少"]]), ("\\w+\\.\\w+", [["."]]),
        // Two that say too little alone stand together; a class of rare characters is spelled out.
        (
            "1[3-9].{0,6}(?:一|二|三|四|五|六|七|八|九|零|〇|壹|贰|叁|肆|伍|陆|柒|捌|玖|拾).{3}",
            [
                ["13", "14", "15", "16", "17", "18", "19"],
                "一二三四五六七八九零〇壹贰叁肆伍陆柒捌玖拾".map(String.init),
            ]
        ),
        ("[❶-❿➀-➉].x", [(0x2776...0x277F).map(scalar) + (0x2780...0x2789).map(scalar), ["x"]]),
    ]

    private static func scalar(_ value: Int) -> String { Unicode.Scalar(value).map { String(Character($0)) } ?? "" }

    @Test("branches with too many strings together give those that say enough with the fewest")
    func manyBranches() throws {
        // Each branch knows sixty strings of four characters, and one of two at its other end.
        let numbers = "一二三四五六七八九十"
        let branches = "甲乙丙丁戊己庚辛壬癸".map { "\($0)[\(numbers)][壬癸子丑寅卯]酉.{0,9}\($0)辰" }
        let pattern = try read(branches.joined(separator: "|"), level: .exact).get()
        #expect(pattern.factors.map { $0.map(text) } == ["甲乙丙丁戊己庚辛壬癸".map { "\($0)辰" }])
    }

    @Test(arguments: factors)
    func implies(_ source: String, _ expected: [[String]]) throws {
        let pattern = try read(source, level: .folded).get()
        #expect(!pattern.isLiteral)
        #expect(pattern.factors.map { Set($0.map(text)) } == expected.map(Set.init))
    }

    @Test(arguments: [
        ("您", ["您"]), ("[?]", ["?"]), ("[0-2]", ["0", "1", "2"]), ("预计|大概|为准", ["预计", "大概", "为准"]),
        ("(你|您)好", ["你好", "您好"]), ("退款?", ["退"]), ("您+", ["您"]), ("(?:退款){2}", ["退款退款"]),
        ("好的?呀", ["好呀", "好的呀"]), ("退款|申请退款|款", ["款"]), ("繁體（中", ["繁体(中"]), ("x{0}退", ["退"]),
        ("[?!]{2,}", ["??", "?!", "!?", "!!"]),
        (
            "(?:ab|cd)(?:e|f){1,2}g",
            ["abeg", "abfg", "abeeg", "abefg", "abfeg", "abffg", "cdeg", "cdfg", "cdeeg", "cdefg", "cdfeg", "cdffg"]
        ),
    ])
    func isNoMoreThanStrings(_ source: String, _ expected: [String]) throws {
        let pattern = try read(source, level: .folded).get()
        #expect(pattern.isLiteral)
        #expect(pattern.factors.map { Set($0.map(text)) } == [Set(expected)])
    }

    @Test(arguments: ["^您", "您$", "\\b您", "您.", "您\\d*们", "[a-z]", "退[\\d.]{2}款"])
    func isMoreThanStrings(_ source: String) throws {
        #expect(try !read(source, level: .folded).get().isLiteral)
    }

    @Test func factorsOfExactPatternsAreTheTextAsItIs() throws {
        #expect(try read("加ＶＸ.").get().factors.map { $0.map(text) } == [["加ＶＸ"]])
        #expect(try read("微\\n信").get().factors.map { $0.map(text) } == [["微\u{2028}信"]])
        #expect(try read("(?i)vx").get().factors.map { Set($0.map(text)) } == [["vx", "vX", "Vx", "VX"]])
    }

    @Test("whatever a random pattern matches holds its factors", arguments: 1...60)
    func matchesHoldFactors(seed: UInt64) throws {
        var writer = FactorWriter(random: SeededGenerator(seed: seed))
        var matches = 0
        var literals = 0
        for _ in 0..<60 {
            let source = writer.pattern()
            let level: TextLevel = writer.random.next() % 4 == 0 ? .exact : .folded
            guard case .success(let pattern) = read(source, level: level) else { continue }
            expectBounds(pattern, source)
            let matcher = try #require(SpanMatcher(pattern))
            let tree = try PatternTree.read(source, level: level, table: table)
            for _ in 0..<12 {
                let message = Array(writer.message(for: tree).utf8)
                let isMatch = matcher.matches(message)
                let note: Comment = "seed \(seed): \(source) in '\(text(message))'"
                #expect(isMatch != matcher.spans(in: message).isEmpty, note)
                let held = pattern.factors.map { $0.contains { holds(message, $0) } }
                if isMatch { #expect(!held.contains(false), note) }
                if pattern.isLiteral { #expect(held == [isMatch], note) }
                if isMatch, !held.isEmpty { matches += 1 }
                if isMatch, pattern.isLiteral { literals += 1 }
            }
        }
        // Otherwise the property would say nothing.
        #expect(matches > 50 && literals > 0, "seed \(seed)")
    }

    /// The costliest that the front end takes, each in its own way.
    static let costly: [String] = {
        func joined(_ count: Int, by separator: String = "|", _ part: (Int) -> String) -> String {
            (0..<count).map(part).joined(separator: separator)
        }
        let han = (0..<1000).map { String(Unicode.Scalar(0x4E00 + UInt16($0)).map(Character.init) ?? "x") }
        return [
            joined(1000) { han[$0] }, joined(580) { han[$0] + han[$0 + 1] },
            joined(1300, by: "") { han[$0 % 1000] }, "(?i)" + joined(3900, by: "") { _ in "a" },
            joined(600, by: "") { _ in "a?" } + "b", joined(300, by: "") { "[\(han[$0])x]?" } + "b",
            joined(250, by: "") { "(\(han[$0])|xx)" }, joined(250, by: ".*") { "(\(han[$0])|xx)" },
            "(?:" + joined(1000) { _ in "a" } + "){1,3}b", "(?:(?:" + joined(60) { _ in "a" } + "){8}){8}b",
            "(?:(?:a|b|c){30}){30}", "(?:((a?){30}){30}b)+c", "(?:a{100}){30}", "((a|b?){2}c){1,200}",
            String(repeating: "(?:a|", count: 32) + "bc" + String(repeating: ")d", count: 32),
            String(repeating: "(?:退?", count: 32) + "款" + String(repeating: "){1,2}", count: 5)
                + String(repeating: ")?", count: 27) + "货",
            joined(40) { "(?:[a-p][a-d]x\($0).*)+" }, joined(100, by: "") { _ in "(?:aa|bb|.)" },
            joined(13) { branch in joined(20, by: "") { "[\(han[branch])\(han[$0 + 20])]" } },
        ]
    }()

    @Test("factors of the costliest patterns stay within the bounds", arguments: costly.indices)
    func costlyPatternsStayWithinBounds(_ number: Int) throws {
        let source = Self.costly[number]
        let pattern = try read(source, level: .folded).get()
        expectBounds(pattern, String(source.prefix(80)))
        var writer = FactorWriter(random: SeededGenerator(seed: 1))
        let message = try Array(writer.match(of: PatternTree.read(source, level: .folded, table: table)).utf8)
        for factor in pattern.factors { #expect(factor.contains { holds(message, $0) }) }
    }

    private func expectBounds(_ pattern: Pattern, _ source: String) {
        let literals = pattern.factors.flatMap { $0 }
        #expect(pattern.factors.count <= (pattern.isLiteral ? 1 : 3), "\(source)")
        #expect(literals.count <= (pattern.isLiteral ? 64 : LiteralSet.literalLimit), "\(source)")
        #expect(pattern.factors.allSatisfy { !$0.isEmpty }, "\(source)")
        #expect(literals.allSatisfy { 1...32 ~= text($0).unicodeScalars.count && !$0.contains(0x0A) }, "\(source)")
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}
