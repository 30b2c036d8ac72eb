import Archives
import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Patterns
import RuleLanguage
import Testing

/// The repository's folder, whatever the working directory.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

/// A text of the repository.
func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: root + "/" + path)))
}

/// The rules that ship with the product, read and compiled once.
enum Shipped {
    static let table = FoldTable()
    static let noCache = DiskCache(directory: nil)

    static let files: [SourceFile] = {
        let below =
            FileManager.default.enumerator(atPath: root + "/Rules")?.compactMap { $0 as? String }
            ?? []
        return below.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            (try? contents("Rules/" + name)).map { SourceFile(path: "Rules/" + name, bytes: $0) }
        }
    }()

    static let loaded = loadRules(files: files)

    static let compiled = compile(loaded.rules, sources: files)

    static func compile(
        _ rules: [Rule], sources: [SourceFile]
    ) -> (rules: CompiledRules?, diagnostics: [Diagnostic]) {
        RuleCompiler.compile(
            rules, digest: rulesDigest(rules), table: table, cache: DiskCache(directory: nil),
            sources: sources)
    }
}

/// Diagnostics as a terminal shows them.
func printed(
    _ diagnostics: [Diagnostic], _ sources: [SourceFile], _ language: Language = .english
) -> String {
    DiagnosticRenderer(
        language: language, displayWidth: { CharacterClass.displayWidth(of: $0) }
    ).render(diagnostics, sources: sources)
}

/// Everything `rules` find in the archive at `path` of the repository, by the batch path.
func findings(in path: String, by rules: CompiledRules? = Shipped.compiled.rules) throws -> [Finding] {
    let compiled = try #require(rules)
    let evaluator = try Evaluator(compiled)
    let input = ArchiveInput(path: ArchivePath(root + "/" + path))
    let reader = BlockReader(try openArchive([input], options: ArchiveOptions()))
    let parser = NDJSONParser()
    let block = ArchiveBlock()
    var found: [Finding] = []
    while try reader.next(block) {
        parser.parse(block)
        evaluator.begin()
        let rows = (0..<parser.conversationCount).map { index in
            parser.row(
                index, into: evaluator.table, names: &evaluator.names, zone: .chinaStandard,
                isGroup: { _ in false })
        }
        evaluator.scan()
        for row in rows {
            evaluator.judge(row)
            found += evaluator.judgement.findings.indices.map {
                evaluator.finding($0, conversation: row)
            }
        }
    }
    return found
}
