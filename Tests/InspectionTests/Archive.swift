import Archives
import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import Synchronization
import Testing

/// A directory for one test, removed with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("mingjian-inspection-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> ArchiveInput {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return ArchiveInput(path: ArchivePath(file))
    }
}

/// Rules made from JSON text, compiled once for all tests.
enum SomeRules {
    static let table = FoldTable()

    /// Rules of every shape that inspection counts differently.
    private static let texts = [
        #"""
        {"id":"contact","name":"引流","polarity":"negative","severity":"critical",
         "when":{"message":{"from":"agent","keywords":["微信","加v","QQ"]}}}
        """#,
        #"""
        {"id":"greeting","name":"开始语","polarity":"positive","severity":"minor",
         "when":{"after":{"message":{"from":"buyer"}},
           "expect":{"message":{"from":"agent","keywords":["您好","在的","欢迎"]}},"within":{"time":"60s"}}}
        """#,
        #"""
        {"id":"price","name":"报价","polarity":"negative","severity":"info",
         "when":{"message":{"regex":"[0-9]+元"}}}
        """#,
    ]

    private static let procedure =
        #"""
        {"id":"procedure","name":"流程","polarity":"positive","severity":"minor",
         "when":{"sequence":{"steps":[
           {"name":"问候","message":{"from":["agent","assistant"],"keywords":["您好","在的","欢迎"]}},
           {"name":"解答","message":{"from":"agent"},"within":{"time":"60s"}},
           {"name":"再答","message":{"from":"agent"},"optional":true},
           {"name":"收尾","message":{"from":"agent","keywords":["祝您","感谢","再见","愉快"]}}]}}}
        """#

    static let loaded = loadRules(files: files(texts))

    static let compiled = compile(loaded.rules)

    /// The same and a procedure of four steps.
    static let withProcedure = compile(loadRules(files: files(texts + [procedure])).rules)

    private static func files(_ texts: [String]) -> [SourceFile] {
        texts.enumerated().map { SourceFile(path: "rule\($0).json", bytes: Array($1.utf8)) }
    }

    private static func compile(_ rules: [Rule]) -> CompiledRules? {
        RuleCompiler.compile(rules, digest: rulesDigest(rules), table: table, cache: DiskCache(directory: nil)).rules
    }
}
