import Foundation
import Testing

@Suite(.enabled(if: Command.isBuilt))
struct RulePagesTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("the pages in docs/rules are those of the rules in Rules")
    func pagesAreFresh() throws {
        let run = try Command.run(["rules", "docs", "Rules", "--out", "docs/rules", "--check"], in: directory)
        #expect(run.code == 0, "run `mingjian rules docs Rules --out docs/rules`: \(run.errors)")
    }

    @Test("whatever a shipped rule says is said in words on its page")
    func pagesHaveNoJSON() throws {
        let folder = Command.root + "/docs/rules"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".md") {
            let page = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            #expect(!page.contains("：`{"), "\(name)")
        }
    }

    @Test("rules shown as examples pass their own examples")
    func examplesPass() throws {
        let run = try Command.run(["rules", "test", "docs/examples"], in: directory)
        #expect(run.code == 0, "\(run.text)")
    }

    /// A folder with one rule, whose texts try to be markup.
    private func hostileRule(name: String) throws -> String {
        let folder = directory.path + "/rules"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let rule = """
            {"id": "odd", "name": "\(name)", "polarity": "negative", "summary": "a|b <script>x</script> [y](z) `c`",
             "when": {"message": {"from": "agent", "any": [{"keywords": ["``x`", "甲|乙"]}, {"use": "named"}]}},
             "examples": {"hit": ["``x` <b>", "甲|乙"], "clean": ["丙", "丁"]}}
            """
        try Data(rule.utf8).write(to: URL(fileURLWithPath: folder + "/odd.json"))
        let shared = #"{"conditions": {"named": {"keywords": ["戊己"]}}}"#
        try Data(shared.utf8).write(to: URL(fileURLWithPath: folder + "/names.json"))
        return folder
    }

    @Test("texts of rules are no markup, names of conditions and the way to the file are shown")
    func textsAreEscaped() throws {
        let rules = try hostileRule(name: "*粗* <i>")
        let out = directory.path + "/pages"
        let run = try Command.run(["rules", "docs", rules, "--out", out], in: directory)
        #expect(run.code == 0 && run.text.hasPrefix("3 pages, 3 written, 0 removed"), "\(run.errors)")
        let page = String(decoding: directory.contents("pages/odd.md"), as: UTF8.self)
        #expect(page.contains("# \\*粗\\* \\<i\\>"))
        #expect(page.contains("a\\|b \\<script\\>x\\</script\\> \\[y\\](z) \\`c\\`"))
        #expect(page.contains("``` ``x` ```") && page.contains("`甲|乙`"))
        #expect(page.contains("共享条件 [`named`](_shared.md#named)") && page.contains("](../rules/odd.json)"))
        let shared = String(decoding: directory.contents("pages/_shared.md"), as: UTF8.self)
        #expect(shared.contains("## named\n\n- 含任一：`戊己`\n"), "\(shared)")
        #expect(page.contains("1. 客服：\\`\\`x\\` \\<b\\>"))
    }

    @Test("--check names what is stale and writes nothing; pages of others are neither removed nor overwritten")
    func staleAndForeignPages() throws {
        var rules = try hostileRule(name: "甲")
        let out = directory.path + "/pages"
        let arguments = { ["rules", "docs", rules, "--out", out] }
        #expect(try Command.run(arguments(), in: directory).code == 0)
        let gone = out + "/gone.md"
        let page = try String(contentsOfFile: out + "/odd.md", encoding: .utf8)
        try page.write(toFile: gone, atomically: true, encoding: .utf8)
        try "mine".write(toFile: out + "/mine.md", atomically: true, encoding: .utf8)
        rules = try hostileRule(name: "乙")
        let check = try Command.run(arguments() + ["--check"], in: directory)
        #expect(check.code == 1)
        #expect(
            check.errors.contains("odd.md") && check.errors.contains("gone.md") && !check.errors.contains("mine.md"))
        #expect(try String(contentsOfFile: out + "/odd.md", encoding: .utf8) == page)
        #expect(try Command.run(arguments(), in: directory).code == 0)
        #expect(!FileManager.default.fileExists(atPath: gone))
        #expect(try String(contentsOfFile: out + "/mine.md", encoding: .utf8) == "mine")
        #expect(try Command.run(arguments() + ["--check"], in: directory).code == 0)
        try "mine".write(toFile: out + "/odd.md", atomically: true, encoding: .utf8)
        #expect(try Command.run(arguments(), in: directory).code == 74)
        #expect(try String(contentsOfFile: out + "/odd.md", encoding: .utf8) == "mine")
    }
}
