import ConversationModel
import Diagnostics
import RuleLanguage
import TestSupport
import Testing

@Suite struct RuleLoadingTests {
    private func line(_ id: String) -> String {
        #"{"id":"\#(id)","name":"名","polarity":"negative","when":{"message":{"keywords":["甲乙"]}}}"#
    }

    @Test func loadsOneRuleALine() {
        let list = source("\(line("a"))\n\n  \r\n\(line("b"))\r\n\(line("c"))", path: "l.ndjson")
        let result = loadRules(files: [list])
        #expect(result.rules.map(\.id.value) == ["a", "b", "c"])
        #expect(result.diagnostics == [])
    }

    @Test func keepsTheOtherLinesWhereOneIsBroken() {
        let list = source("\(line("a"))\n{\"id\": \n\(line("b"))\n", path: "l.ndjson")
        let result = loadRules(files: [list])
        #expect(result.rules.map(\.id.value) == ["a", "b"])
        #expect(result.diagnostics.map(\.code) == ["syntax"])
        #expect(list.position(of: result.diagnostics[0].place.range?.start ?? 0).line == 2)
    }

    @Test("what is read side by side is what is read one after another")
    func sideBySide() {
        // Enough for several pieces of lines; a broken line makes that all is read once more, in order.
        let names = source(#"{"wordLists": {"words-a": ["甲乙", "丙丁"], "spare": ["戊"]}}"#, path: "names.json")
        func files(_ more: String) -> [SourceFile] {
            let lines = (0..<3_000).map { number in
                line("r\(number)").replacing(
                    #"["甲乙"]"#, with: number % 7 == 3 ? #"["@words-a"]"# : #"["词\#(number)"]"#)
            }
            let list = source(lines.joined(separator: "\n") + more, path: "l.ndjson")
            return [names, list, source("\(line("x"))\n\(line("y"))", path: "few.ndjson")]
        }
        let sound = loadRules(files: files(""), checks: true)
        let broken = loadRules(files: files("\n{"), checks: true)
        #expect(sound.rules.count == 3_002)
        #expect(sound.rules == broken.rules)
        #expect(sound.diagnostics.map(\.code) == ["unused-name"])
        #expect(broken.diagnostics.map(\.code) == ["syntax"])
    }

    @Test func readsAListOfRules() {
        let list = source("[\(line("a")), \(line("b"))]")
        #expect(loadRules(files: [list]).rules.count == 2)
        #expect(loadRules(files: [source("[]")]).diagnostics.map(\.code) == ["empty-list"])
        #expect(
            loadRules(files: [source("\(line("a"))\n\(line("b"))")]).diagnostics.map(\.code)
                == ["syntax"])
    }

    @Test func doesNotDependOnTheOrderOfTheFiles() {
        let files = [
            source(line("b"), path: "b.ndjson"), source(line("a"), path: "a.ndjson"),
            source(line("a"), path: "c.ndjson"), source("{", path: "d.ndjson"),
        ]
        let forward = loadRules(files: files)
        let backward = loadRules(files: files.reversed())
        #expect(forward.rules == backward.rules)
        #expect(forward.diagnostics == backward.diagnostics)
        #expect(forward.rules.map(\.id.value) == ["a", "b"])
        #expect(forward.diagnostics.map(\.code) == ["duplicate-id", "syntax"])
        #expect(forward.diagnostics[0].place.path == "c.ndjson")
        #expect(forward.diagnostics[0].message.english.contains("a.ndjson:1"))
    }

    @Test func digestsMeaningAndNotForm() {
        let first = loadRules(files: [source("\(line("a"))\n\(line("b"))", path: "x.ndjson")]).rules
        let spaced = line("b").replacing(",", with: " , ")
        let second = loadRules(
            files: [source("[\(spaced)]", path: "z.json"), source(line("a"), path: "y.ndjson")]
        ).rules
        #expect(rulesDigest(first) == rulesDigest(second))
        #expect(rulesDigest(first).count == 64)
        #expect(rulesDigest(first) != rulesDigest([first[0]]))
        #expect(rulesDigest([]) != rulesDigest([first[0]]))
        let changed = loadRules(files: [
            source(line("a").replacing("甲乙", with: "甲丙"), path: "x.ndjson")
        ])
        #expect(rulesDigest(changed.rules) != rulesDigest([first[0]]))
    }

    @Test func refusesFilesThatAreTooLarge() {
        let file = source(String(repeating: " ", count: RuleLimits.fileBytes + 1))
        #expect(loadRules(files: [file]).diagnostics.map(\.code) == ["limit"])
    }

    @Test func keepsErrorsApartFromAFloodOfWarnings() {
        let phrases = Array(repeating: "\"重复\"", count: 3000).joined(separator: ",")
        let text = """
            [{"id": "a", "name": "甲", "polarity": "negative", "when": {"message": {"keywords": [\(phrases)]}}},
             {"id": "b", "name": "乙", "polarity": "negative", "when": {"message": {"keywords": []}}}]
            """
        let result = loadRules(files: [source(text)])
        #expect(result.rules.map(\.id.value) == ["a"])
        let codes = result.diagnostics.map(\.code)
        #expect(codes.count { $0 == "duplicate-keyword" } == 1000)
        #expect(codes.contains("empty-list") && codes.last == "limit")
        #expect(result.diagnostics.count { $0.severity == .error } == 1)
    }

    @Test func givesUpOnAFileOfErrors() {
        let broken = Array(repeating: #"{"a":{}}"#, count: 5000).joined(separator: ",")
        let result = loadRules(files: [source("[\(broken)]")])
        #expect(result.diagnostics.count <= 2002)
        #expect(result.diagnostics.last?.code == "limit")
    }

    @Test func survivesMutationsOfARule() {
        let seed: UInt64 = 11
        var generator = SeededGenerator(seed: seed)
        let whole = Array(
            """
            {"id":"a","name":"名","polarity":"positive","parameters":{"t":{"type":"duration","default":"3m"}},
            "appliesTo":{"message":{"from":"buyer","position":{"first":2},"regex":"a+","except":"b"}},
            "when":{"all":[{"after":{"message":{"from":["buyer"]}},"expect":{"message":{"equals":["好"]}},
            "within":{"time":"${t}","messages":3},"trigger":"each","subject":true},
            {"not":{"count":{"of":{"message":{"length":{"max":3}}},"share":{"atLeast":50}}}}],
            "unless":[{"silence":{"of":"agent","min":"1m"}}]},
            "examples":{"hit":["⟦一⟧",[{"buyer":"在"},{"agent":"好","after":"5s"},{"close":"5m"}]],"clean":["二"]}}
            """.utf8)
        #expect(loadRules(files: [SourceFile(path: "r.json", bytes: whole)]).rules.count == 1)
        let renderer = DiagnosticRenderer(displayWidth: columns)
        let inserts = ["{", "}", "[", "]", ",", "\"", "1", "null", "\"x\"", "⟦", "-", "\u{1}"]
        for round in 0..<600 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.remove(at: place)
                case 1:
                    let index = Int.random(in: 0..<inserts.count, using: &generator)
                    bytes.insert(contentsOf: inserts[index].utf8, at: place)
                default: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            let file = SourceFile(path: "r.json", bytes: bytes)
            let result = loadRules(files: [file])
            let errors = result.diagnostics.count { $0.severity == .error }
            #expect(result.rules.isEmpty == (errors > 0), "seed \(seed), round \(round)")
            for diagnostic in result.diagnostics {
                let range = diagnostic.place.range
                #expect(
                    (range?.start ?? 0) <= (range?.end ?? 0)
                        && (range?.end ?? 0) <= bytes.count + 1,
                    "seed \(seed), round \(round)")
            }
            #expect(
                renderer.render(result.diagnostics, sources: [file]).isEmpty
                    == result.diagnostics.isEmpty)
        }
    }
}
