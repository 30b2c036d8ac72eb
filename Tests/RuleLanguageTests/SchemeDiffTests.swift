import Diagnostics
import RuleLanguage
import Testing

/// What differs between schemes and formulas of scores, as people read it.
struct SchemeDiffTests {
    private static let rule = #"""
        {"id": "slow", "name": "慢", "polarity": "negative",
         "parameters": {"limit": {"type": "duration", "default": "3m", "min": "1m", "max": "1h"}},
         "when": {"after": {"message": {"from": "buyer"}}, "expect": {"message": {"from": "agent"}},
          "within": {"time": "${limit}"}, "report": "missed"}}
        """#

    private func side(_ files: String...) -> SchemeDiff.Side {
        let sources = ([Self.rule] + files).enumerated().map { number, text in
            SourceFile(path: "\(number).json", bytes: Array(text.utf8))
        }
        let book = loadRuleBook(files: sources)
        #expect(!book.diagnostics.contains { $0.severity == .error }, "\(book.diagnostics.map(\.message.english))")
        return SchemeDiff.Side(schemes: SchemeTable(book.schemes), scoring: book.scoring, rules: book.rules)
    }

    private func scheme(_ more: String, id: String = "after", name: String = "售后方案") -> String {
        #"{"schemes": [{"id": "\#(id)", "name": "\#(name)", \#(more)}]}"#
    }

    private func text(_ old: SchemeDiff.Side, _ new: SchemeDiff.Side, _ language: Language = .chinese) -> String {
        SchemeDiff(from: old, to: new).text(in: language)
    }

    @Test("values of parameters, groups and rules are told one a line")
    func schemes() {
        let old = side(scheme(#""groups": ["一组"], "parameters": {"slow": {"limit": "5m"}}"#))
        let new = side(scheme(#""groups": ["一组", "二组"], "off": ["slow"], "parameters": {"slow": {"limit": "6m"}}"#))
        #expect(
            text(old, new) == """
                ~ 方案 售后方案：分组 +二组
                ~ 方案 售后方案：停用 +slow
                ~ 方案 售后方案：slow.limit 5m → 6m

                """)
        #expect(text(new, old, .english).contains("~ scheme after (售后方案): slow.limit 6m → 5m\n"))
        #expect(text(side(), old) == "+ 方案 售后方案 [一组]\n+ 方案 售后方案：slow.limit 无 → 5m\n")
        #expect(
            text(new, side(), .english) == """
                - scheme after (售后方案) [一组、二组]
                - scheme after (售后方案): off -slow
                - scheme after (售后方案): slow.limit 6m → none

                """)
        let plain = side(scheme(#""groups": ["一组"]"#))
        #expect(text(plain, old) == "~ 方案 售后方案：slow.limit 无 → 5m\n")
        #expect(text(old, old) == "" && SchemeDiff(from: old, to: old).isEmpty)
    }

    @Test("a formula is told by its keys, against nothing by all its values")
    func scoring() {
        let old = side(#"{"scoring": {"hit": {"major": 10}}}"#)
        let new = side(#"{"scoring": {"hit": {"major": 12}, "veto": ["slow"], "repeats": {"slow": 3}}}"#)
        #expect(
            text(old, new) == """
                ~ 计分：hit.major 10 → 12
                ~ 计分：repeats.slow 无 → 3
                ~ 计分：一票否决 +slow

                """)
        #expect(text(side(), old, .english).contains("~ scoring: base none → 100\n"))
        #expect(text(old, side(#"{"scoring": {"hit": {"major": 10}, "base": 100}}"#)) == "")
    }

    @Test("programs read what people do")
    func json() throws {
        let old = side(scheme(#""groups": ["一组"], "parameters": {"slow": {"limit": "5m"}}"#))
        let new = side(scheme(#""groups": ["一组"], "parameters": {"slow": {"limit": "6m"}}"#), #"{"scoring": {}}"#)
        let members = SchemeDiff(from: old, to: new).json
        #expect(members.map(\.key) == ["schemes", "scoring"])
        let text = JSONText.object(members).compact
        #expect(
            text.contains(
                #""changed":[{"id":"after","name":"售后方案","changes":[{"path":"slow.limit","kind":"value","old":"5m","new":"6m"}]}]"#
            ), "\(text)")
        #expect(text.contains(#"{"path":"base","kind":"value","old":null,"new":100}"#))
    }
}
