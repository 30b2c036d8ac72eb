import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage

/// Terminal columns as the goldens assume them: two for Han, kana, full width and emoji.
let columns: @Sendable (String) -> Int = { text in
    text.unicodeScalars.reduce(0) { width, scalar in
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF:
            width + 2
        default: width + 1
        }
    }
}

/// The folder of corpora and test suites, where `MINGJIAN_SHARED` names it.
let sharedFolder = ProcessInfo.processInfo.environment["MINGJIAN_SHARED"]

/// A rule file of `text`, named as the tests see it.
func source(_ text: String, path: String = "rule.json") -> SourceFile {
    SourceFile(path: path, bytes: Array(text.utf8))
}

/// A whole rule around `when`, with enough examples to be quiet.
func ruleText(
    when: String, polarity: String = "negative", more: String = "",
    examples: String = #"{"hit": ["甲", "乙"], "clean": ["丙", "丁"]}"#
) -> String {
    """
    {"id": "test-rule", "name": "测试", "polarity": "\(polarity)", \(more)"when": \(when),
     "examples": \(examples)}
    """
}

/// The only rule of `file`, and the codes of its diagnostics in order.
func decode(
    _ text: String, overrides: [RuleID: [String: Parameter.Value]] = [:]
) -> (rule: Rule?, codes: [String], diagnostics: [Diagnostic]) {
    let file = RuleFile(source(text), overrides: overrides)
    return (file.rules.first, file.diagnostics.map(\.code), file.diagnostics)
}

/// `condition` as a rule's `when` gives it.
func decodeWhen(_ condition: String) -> (kind: Condition.Kind?, codes: [String]) {
    let result = decode(ruleText(when: condition))
    return (result.rule?.when.kind, result.codes)
}

/// The files of `folder` whose names end in `suffix`, sorted.
func files(in folder: String, suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.hasSuffix(suffix) }.sorted()
}

/// The bytes of the file at `path`.
func bytes(at path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}
