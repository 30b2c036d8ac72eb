import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage
import Testing

/// One case a code: `Diagnostics/<code>.in.json` and what is printed for it, `<code>.out.txt`.
///
/// `RECORD_GOLDENS=1` writes the outputs anew and fails, so that nobody records by accident.
@Suite struct DiagnosticGoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Diagnostics").path

    /// Codes that other targets produce, with goldens of their own.
    static let codesShownElsewhere: Set<DiagnosticCode> = [
        .badRegex, .unsupportedRegex, .costlyRegex, .emptyRegex, .tooManyRegexes, .scannerFailed,
        .exampleMissed, .exampleHit, .exampleSpans, .exampleUndecided, .exampleApplicable, .exampleNotApplicable,
        .unreadableFile, .uselessAllow, .systemLeftOut, .hiddenCompound,
        .subsumedKeyword, .shortEvasionKeyword, .commonKeyword, .unreachableBranch, .neverTrue,
        .alwaysTrue, .duplicateRule, .subsumedRule, .unnoticedChange, .unreachedBranch,
    ]

    /// Codes that only `rules check` shows.
    static let codesOfChecks: Set<DiagnosticCode> = [.unusedName]

    static let names: [String] =
        ((try? files(in: folder, suffix: ".in.json")) ?? []).map { String($0.dropLast(8)) }

    @Test(arguments: names)
    func printsWhatWasRecorded(_ name: String) throws {
        let input = Self.folder + "/" + name + ".in.json"
        let file = SourceFile(path: name + ".in.json", bytes: try bytes(at: input))
        let overrides: [RuleID: [String: Parameter.Value]] =
            name == "unknown-rule" ? [RuleID("test-rul"): ["limit": .number(1000)]] : [:]
        let checks = Self.codesOfChecks.contains { $0.rawValue == name }
        let diagnostics = loadRules(files: [file], overrides: overrides, checks: checks).diagnostics
        #expect(diagnostics.contains { $0.code == name }, "the case does not show its code")
        var printed = ""
        for language in [Language.english, .chinese] {
            let renderer = DiagnosticRenderer(language: language, displayWidth: columns)
            printed += renderer.render(diagnostics, sources: [file])
            printed += renderer.summary(of: diagnostics, fileCount: 1) + "\n"
        }
        let output = URL(fileURLWithPath: Self.folder + "/" + name + ".out.txt")
        if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
            try Data(printed.utf8).write(to: output)
            Issue.record("recorded \(name).out.txt; run again without RECORD_GOLDENS")
            return
        }
        let expected = String(decoding: try bytes(at: output.path), as: UTF8.self)
        #expect(printed == expected)
    }

    @Test func showsEveryCode() {
        let missing = DiagnosticCode.allCases.filter {
            !Self.names.contains($0.rawValue) && !Self.codesShownElsewhere.contains($0)
        }
        #expect(missing.isEmpty)
        #expect(Set(Self.names).isSubset(of: DiagnosticCode.allCases.map(\.rawValue)))
    }

    @Test func documentsEveryCode() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let page = String(decoding: try bytes(at: root + "/docs/diagnostics.md"), as: UTF8.self)
        for code in DiagnosticCode.allCases {
            #expect(page.contains("\n### `\(code.rawValue)`"), "docs/diagnostics.md")
        }
    }
}
