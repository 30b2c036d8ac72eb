import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import Testing

/// Facts from the archive to the rules.
struct FactTests {
    private func rules(_ conditions: [String: String], policy: TimePolicy = TimePolicy()) throws -> CompiledRules {
        let texts = conditions.sorted { $0.key < $1.key }.map { id, when in
            SourceFile(
                path: "\(id).json",
                bytes: Array(#"{"id": "\#(id)", "name": "规则", "polarity": "negative", "when": \#(when)}"#.utf8))
        }
        let loaded = loadRules(files: texts)
        #expect(!loaded.diagnostics.contains { $0.severity == .error }, "\(loaded.diagnostics)")
        let compiled = RuleCompiler.compile(
            loaded.rules, digest: "", policy: policy, table: SomeRules.table, cache: DiskCache(directory: nil))
        return try #require(compiled.rules)
    }

    /// The rules that hit, by conversation, and why others were not evaluated.
    private func inspect(
        _ text: String, _ rules: CompiledRules, name: String = "a.ndjson", threads: Int = 1
    ) throws -> (hits: [String: [String]], coverage: Coverage) {
        let directory = try TemporaryDirectory()
        let run = try Run([try directory.write(name, Array(text.utf8))], rules: rules) { options in
            options.threads = threads
            options.blockSize = 200
        }
        var hits: [String: [String]] = [:]
        for finding in try run.findings() { hits[finding.conversation, default: []].append(finding.rule) }
        return (hits.mapValues { $0.sorted() }, try #require(run.result?.coverage))
    }

    private static let tests = [
        "paid": #"{"fact": {"name": "order.state", "in": ["paid", "待发货"]}}"#,
        "rich": #"{"fact": {"name": "order.amount", "min": 10000}}"#,
        "none": #"{"fact": {"name": "order.count", "max": 0}}"#,
        "vip": #"{"fact": {"name": "tag", "is": "vip"}}"#,
        "level": #"{"fact": {"name": "attributes.会员 等级", "min": 3}}"#,
        "new": #"{"fact": {"name": "attributes.new", "is": true}}"#,
        "app": #"{"fact": {"name": "channel", "is": "APP"}}"#,
        "phone": #"{"fact": {"name": "order.phone", "present": true}}"#,
    ]
    private static let message = #""messages":[{"time":1772331030000,"from":"agent","agent":"甲","text":"在的"}]"#

    @Test func factsOfConversationLinesReachTheRules() throws {
        let text = """
            {"id":"a","channel":"App","tags":["VIP"],"attributes":{"会员 等级":3.5,"new":true,"odd":[1]},"orders":[{"id":7,"state":"待\\u53d1货","amount":9900},{"state":"paid","amount":10000,"phone":"138"}],\(Self.message)}
            {"id":"b","tags":[],"orders":[],"attributes":{"会员 等级":2,"new":false},\(Self.message)}
            {"id":"c",\(Self.message)}
            """
        let (hits, coverage) = try inspect(text, try rules(Self.tests))
        #expect(hits["a"] == ["app", "level", "new", "paid", "phone", "rich", "vip"])
        #expect(hits["b"] == ["none"])
        #expect(hits["c"] == nil)
        // Of c nothing is known, of b the channel alone is not.
        #expect(coverage.notEvaluatedByReason == ["no-fact": 9])
    }

    @Test func factsThatNobodyAsksForAreNotLookedAt() throws {
        let odd = #"{"id":"a","tags":7.5,"orders":{"x":[]},"attributes":"no",\#(Self.message)}"#
        let plain = try inspect(odd, try rules(["word": #"{"message": {"from": "agent", "keywords": ["在"]}}"#]))
        #expect(plain.coverage.defectsByReason == [:] && plain.coverage.recordsBad == 0)
        let asking = try inspect(odd, try rules(Self.tests))
        #expect(asking.coverage.defectsByReason == ["odd-fact": 3] && asking.coverage.recordsBad == 0)
        #expect(asking.coverage.notEvaluatedByReason == ["no-fact": 8])
    }

    @Test func whatIsOddInAnOrderIsUnknownAlone() throws {
        let text = """
            {"id":"a","orders":[{"state":{},"amount":"9","paidAt":"gestern"}],\(Self.message)}
            {"id":"b","orders":[{"state":"paid"},3],\(Self.message)}
            {"id":"c","orders":[{"state":"x"}],"orders":[{"state":"paid"}],\(Self.message)}
            """
        let (hits, coverage) = try inspect(
            text, try rules(["paid": Self.tests["paid"] ?? "", "none": Self.tests["none"] ?? ""]))
        #expect(hits == ["b": ["paid"], "c": ["paid"]])
        #expect(coverage.defectsByReason == ["odd-fact": 4, "duplicate-key": 1])
        #expect(coverage.notEvaluatedByReason == ["no-fact": 2])
    }

    @Test func messageLinesAndTablesCarryFacts() throws {
        let lines = """
            {"conversation":"a","time":1772331030000,"from":"buyer","text":"在吗","orders":[{"state":"paid","amount":20000}],"tags":["vip"]}
            {"conversation":"a","time":1772331031000,"from":"agent","agent":"甲","text":"在的","channel":"app"}
            """
        #expect(try inspect(lines, try rules(Self.tests)).hits["a"] == ["app", "paid", "rich", "vip"])
        let table = """
            会话ID,发送时间,角色,发送内容,标签,订单号,订单状态,渠道
            a,2026-03-01 10:10:15,买家,在吗,"老客, vip",12,待发货,APP
            a,2026-03-01 10:10:25,客服,在的,,,,
            """
        #expect(try inspect(table, try rules(Self.tests), name: "a.csv").hits["a"] == ["app", "paid", "vip"])
    }

    @Test func aThousandValuesAreTheMost() throws {
        let tags = (0..<1500).map { #""t\#($0)""# }.joined(separator: ",")
        let text = #"{"id":"a","tags":[\#(tags)],"channel":"app",\#(Self.message)}"#
        let (hits, coverage) = try inspect(text, try rules(["vip": Self.tests["vip"] ?? ""]))
        #expect(hits.isEmpty)
        #expect(coverage.notEvaluatedByReason == ["no-fact": 1])
        #expect(coverage.defectsByReason == ["odd-fact": 500])
    }

    // MARK: Previous conversations

    private func line(_ id: String, buyer: String, at hours: Int, agent: String = "甲") -> String {
        let time = 1_772_331_000_000 + hours * 3_600_000
        return
            #"{"id":"\#(id)","shop":"s","buyer":"\#(buyer)","messages":[{"time":\#(time),"from":"buyer","text":"在吗"},{"time":\#(time + 60_000),"from":"agent","agent":"\#(agent)","text":"在的"}]}"#
    }

    private static let previous = [
        "soon": #"{"fact": {"name": "previous.gap", "max": "5h"}}"#,
        "yi": #"{"fact": {"name": "previous.agent", "is": "乙"}}"#,
    ]

    @Test(arguments: [1, 3])
    func aConversationKnowsTheOneBefore(threads: Int) throws {
        let text = [
            line("a", buyer: "x", at: 0, agent: "乙"), line("b", buyer: "y", at: 1), line("c", buyer: "x", at: 4),
            line("d", buyer: "x", at: 20), line("e", buyer: "z", at: 40), line("f", buyer: "y", at: 2),
        ].joined(separator: "\n")
        let (hits, coverage) = try inspect(text, try rules(Self.previous), threads: threads)
        // a and b stand at the beginning; d comes 16 h after c; e was not there for longer than 5 h.
        #expect(hits == ["c": ["soon", "yi"], "f": ["soon"]])
        #expect(coverage.notEvaluatedByReason == ["no-fact": 5])
    }

    @Test func conversationsInTheWrongOrderKnowNothing() throws {
        let text = [line("a", buyer: "x", at: 9), line("b", buyer: "x", at: 0)].joined(separator: "\n")
        let (hits, coverage) = try inspect(text, try rules(Self.previous))
        #expect(hits.isEmpty)
        #expect(coverage.defectsByReason == ["out-of-order": 1])
    }

    @Test func aRunThatGoesOnKnowsWhoWasThere() throws {
        let rules = try rules(Self.previous)
        let directory = try TemporaryDirectory()
        let text = (0..<60).map { line("c\($0)", buyer: "b\($0 % 7)", at: $0, agent: $0 % 2 == 0 ? "乙" : "甲") }
        let input = try directory.write("a.ndjson", Array(text.joined(separator: "\n").utf8))
        let whole = try Run([input], rules: rules) { $0.blockSize = 200 }
        let checkpoint = RunCheckpoint(path: directory.path + "/checkpoint", key: "k") {}
        let first = try Run([input], rules: rules, checkpoint: checkpoint, stopAfter: 20) { $0.blockSize = 200 }
        let again = RunCheckpoint(path: directory.path + "/checkpoint", key: "k") {}
        let rest = try Run([input], rules: rules, checkpoint: again) { $0.blockSize = 200 }
        #expect(first.result == nil)
        #expect(first.lines + rest.lines == whole.lines)
        expectSame(rest.result, whole.result, "resumed")
    }

    @Test func buyersThatThePolicyLeavesOutAreFilteredWithTheReason() throws {
        let policy = TimePolicy(buyersLeftOut: ["测试号"])
        let text = [line("a", buyer: "测试号", at: 0), line("b", buyer: "y", at: 1)].joined(separator: "\n")
        let (hits, coverage) = try inspect(
            text, try rules(["word": #"{"message": {"from": "agent"}}"#], policy: policy))
        #expect(hits == ["b": ["word"]])
        #expect(coverage.recordsFiltered == 1 && coverage.filteredByReason == ["buyer-left-out": 1])
        expectAddsUp(coverage)
    }

    @Test(
        "a number of the order is the buyer's however it is written, and what is no number is unknown",
        arguments: [
            ("13800138000", "known"), ("１３８００１３８０００", "known"), ("+86 138-0013-8000", "known"),
            ("8613800138000", "known"),
            ("13800138000-1234", "known"), ("13800138000转1234", "known"), ("13900139000/13800138000", "known"),
            ("138****8000", "known"), ("138＊＊＊＊8000", "known"), ("138xxxx8000", "known"), ("86-138****8000", "known"),
            ("*******8000", "known"), ("13900139000", "stranger"), ("138****8001", "stranger"),
            ("0571-88888888", "stranger"),
            ("", "unknown"), (" ", "unknown"), ("无", "unknown"), ("n/a", "unknown"), ("***********", "unknown"),
        ])
    func phonesOfOrders(phone: String, expected: String) throws {
        let rules = try rules(["of": #"{"message": {"from": "agent", "entity": "phone", "phone": "of-others"}}"#])
        let line = """
            {"id":"c","orders":[{"id":"o","phone":"\(phone)"}],"messages":[{"time":1772331030000,"from":"agent",\
            "agent":"甲","text":"您的13800138000对吗"}]}
            """
        let (hits, coverage) = try inspect(line, rules)
        #expect(hits == (expected == "stranger" ? ["c": ["of"]] : [:]))
        #expect(coverage.notEvaluatedByReason == (expected == "unknown" ? ["no-fact": 1] : [:]))
    }

    @Test("a condition made of facts is no subject of an all: the message is, and its agent is charged")
    func subjectsBesideFacts() throws {
        let fact = #"{"fact": {"name": "order.count", "min": 0}}"#
        let rude = #"{"message": {"from": "agent", "keywords": ["滚蛋"]}}"#
        for first in [
            fact, #"{"any": [\#(fact), \#(fact)]}"#,
            #"{"fact": {"name": "order.count", "min": 0}, "unless": [\#(Self.tests["rich"] ?? "")]}"#,
            #"{"all": [\#(fact), {"not": \#(Self.tests["rich"] ?? "")}]}"#,
        ] {
            let rules = try rules(["a": #"{"all": [\#(first), \#(rude)]}"#])
            let line = """
                {"id":"c","orders":[{"id":"o","amount":5}],"messages":[{"time":1772331030000,"from":"agent","agent":"甲","text":"滚蛋"},\
                {"time":1772331031000,"from":"agent","agent":"乙","text":"您好"}]}
                """
            let directory = try TemporaryDirectory()
            let run = try Run([try directory.write("a.ndjson", Array(line.utf8))], rules: rules)
            let lines = String(decoding: run.lines, as: UTF8.self)
            #expect(lines.contains(#""agent":"甲""#) && lines.contains(#""message":0"#), "\(first) \(lines)")
        }
    }
}
