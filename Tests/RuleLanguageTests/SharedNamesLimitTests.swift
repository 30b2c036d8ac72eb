import ConversationModel
import Diagnostics
import RuleLanguage
import TestSupport
import Testing

/// Names are hostile, too: what they grow to is counted before it is put in.
@Suite struct SharedNamesLimitTests {
    private func codes(_ shared: String, when: String) -> [String] {
        loadRules(files: [
            source(shared, path: "names.json"), source(ruleText(when: when), path: "rule.json"),
        ]).diagnostics.map(\.code)
    }

    /// `c0` is one condition, each further one uses the one before as often as `pattern` has `%`.
    private func chain(_ count: Int, _ first: String, _ pattern: String) -> String {
        var parts = [#""c0": \#(first)"#]
        for number in 1...count {
            parts.append(#""c\#(number)": \#(pattern.replacing("%", with: "c\(number - 1)"))"#)
        }
        return #"{"conditions": {\#(parts.joined(separator: ","))}}"#
    }

    @Test func countsTheConditionsThatNamesStandFor() {
        // With the `any` around them and the one that uses them they are as many as there may be.
        let many = Array(repeating: #"{"message": {}}"#, count: RuleLimits.conditions - 2).joined(separator: ",")
        let shared = #"{"conditions": {"many": {"any": [\#(many)]}, "one": {"message": {}}}}"#
        #expect(codes(shared, when: #"{"any": [{"use": "many"}]}"#) == [])
        #expect(codes(shared, when: #"{"any": [{"use": "many"}, {"use": "one"}]}"#) == ["limit"])
        let doubled = chain(30, #"{"message": {}}"#, #"{"any": [{"use": "%"}, {"use": "%"}]}"#)
        #expect(codes(doubled, when: #"{"use": "c30"}"#) == ["limit"])
    }

    @Test func countsTheLevelsThatNamesStandFor() {
        let nested = chain(15, #"{"message": {}}"#, #"{"not": {"use": "%"}}"#)
        #expect(codes(nested, when: #"{"use": "c15"}"#) == [])
        #expect(codes(nested, when: #"{"not": {"use": "c15"}}"#) == ["limit"])
    }

    @Test func doesNotNestWithoutEnd() {
        let plain = chain(3000, #"{"message": {}}"#, #"{"use": "%"}"#)
        #expect(codes(plain, when: #"{"use": "c3000"}"#) == [])
        let mixed = chain(3000, #"{"length": 2}"#, #"{"use": "%", "length": 2}"#)
        #expect(codes(mixed, when: #"{"message": {"use": "c3000"}}"#) == ["limit"])
        let excepted = chain(3000, #"{"message": {}}"#, #"{"use": "%", "unless": {"message": {}}}"#)
        #expect(codes(excepted, when: #"{"use": "c3000"}"#) == ["limit"])
    }

    @Test func followsLongCycles() {
        let cycle = chain(5000, #"{"use": "c5000"}"#, #"{"use": "%"}"#)
        let result = loadRules(files: [source(cycle, path: "names.json")])
        #expect(result.diagnostics.map(\.code) == ["cyclic-name"])
        #expect((result.diagnostics.first?.message.english.utf8.count ?? 1000) < 200)
    }

    @Test func countsPhrasesBeforePuttingThemIn() {
        let words = (0..<6000).map { #""词\#($0)""# }.joined(separator: ",")
        let shared = #"{"wordLists": {"a": [\#(words)], "b": ["@a", "甲乙"], "c": {"words": ["@a", "@b"]}}}"#
        #expect(codes(shared, when: #"{"message": {"keywords": ["@b"]}}"#) == ["limit"])
        let twice = #"{"wordLists": {"a": [\#(words)], "b": {"words": ["@a"]}}}"#
        #expect(codes(twice, when: #"{"message": {"keywords": ["@b", "@a"]}}"#) == ["limit"])
        #expect(codes(twice, when: #"{"message": {"keywords": ["@b"], "allow": ["词1甲"]}}"#) == [])
    }

    @Test func countsWhatARunPutsIn() {
        let words = (0..<9000).map { #""一个比较长的词\#($0)""# }.joined(separator: ",")
        let shared = #"{"wordLists": {"a": [\#(words)]}, "conditions": {"c": {"keywords": ["@a"]}}}"#
        let rules = (0..<400).map {
            #"{"id":"r\#($0)","name":"名","polarity":"negative","when":{"message":{"use":"c"}}}"#
        }
        let result = loadRules(files: [
            source(shared, path: "names.json"),
            source(rules.joined(separator: "\n"), path: "rules.ndjson"),
        ])
        #expect(result.rules.count > 100 && result.rules.count < 400)
        #expect(Set(result.diagnostics.map(\.code)) == ["limit"])
    }

    @Test func staysQuickOnMisspeltNames() {
        let names = (0..<3000).map { #""name-\#($0)-of-some-length": {"message": {}}"# }
        let uses = (0..<60).map { #"{"use": "name-\#($0)-of-sme-lngth"}"# }.joined(separator: ",")
        let result = codes(
            #"{"conditions": {\#(names.joined(separator: ","))}}"#, when: #"{"any": [\#(uses)]}"#)
        #expect(result == Array(repeating: "unknown-name", count: 60))
    }

    @Test func survivesMutationsOfNames() {
        let seed: UInt64 = 23
        var generator = SeededGenerator(seed: seed)
        let whole = Array(
            """
            [{"conditions":{"asks":{"message":{"from":"buyer","use":"text","not":{"use":"thanks"}}},
            "text":{"any":[{"keywords":["@a",{"list":"b"}]},{"use":"thanks"}]},"thanks":{"equals":["@a"]},
            "late":{"after":{"use":"asks"},"expect":{"message":{}},"within":{"time":"3m"}}},
            "wordLists":{"a":["甲乙","@b"],"b":{"words":["丙丁"],"allow":["丙丁戊"],"aliases":{"甲乙":["己庚"]}}}},
            {"id":"r","name":"名","polarity":"negative","when":{"all":[{"use":"late"},{"use":"asks","subject":true}],
            "unless":{"message":{"keywords":["@b","${w}"]}}},"parameters":{"w":{"type":"keywords","default":["辛壬"]}},
            "examples":{"hit":["一","二"],"clean":["三","四"]}}]
            """.utf8)
        let first = loadRules(files: [SourceFile(path: "r.json", bytes: whole)])
        #expect(first.rules.count == 1 && first.diagnostics == [])
        let inserts = ["{", "}", "[", "]", ",", "\"", "@", "\"use\":\"asks\",", "\"@a\",", "null,", "a", "b"]
        for round in 0..<800 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.remove(at: place)
                case 1:
                    let index = Int.random(in: 0..<inserts.count, using: &generator)
                    bytes.insert(contentsOf: inserts[index].utf8, at: place)
                default: bytes[place] = UInt8.random(in: 0x20...0x7D, using: &generator)
                }
            }
            let result = loadRules(files: [SourceFile(path: "r.json", bytes: bytes)], checks: true)
            let errors = result.diagnostics.count { $0.severity == .error }
            #expect(result.rules.isEmpty || errors == 0 || result.rules.count == 1, "seed \(seed), round \(round)")
            // A rule is lost only for a reason that is shown.
            #expect(!result.rules.isEmpty || errors > 0, "seed \(seed), round \(round)")
        }
    }
}
