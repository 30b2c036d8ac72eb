import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Patterns
import RuleLanguage

/// Rule files as the command line names them: read, checked, compiled.
struct RuleSources {
    let files: [SourceFile]
    let rules: [Rule]
    let diagnostics: [Diagnostic]

    /// Reads the files at `paths` and the `.json`, `.ndjson` and `.jsonl` files below directories.
    init(paths: [String], overrides: [RuleID: [String: Parameter.Value]] = [:]) throws {
        var files: [SourceFile] = []
        for path in paths {
            for file in try RuleSources.ruleFiles(at: path) {
                guard let data = FileManager.default.contents(atPath: file) else {
                    throw RuleSources.unreadable(file)
                }
                files.append(SourceFile(path: file, bytes: [UInt8](data)))
            }
        }
        guard !files.isEmpty else {
            let named = paths.joined(separator: ", ")
            throw CommandFailure(
                code: CommandFailure.badRules,
                phrase: Phrase("no rule files in '\(named)'", "“\(named)” 里没有规则文件"))
        }
        self.files = files
        (rules, diagnostics) = loadRules(files: files, overrides: overrides)
    }

    /// Rules of files that were read already.
    init(files: [SourceFile]) {
        self.files = files
        (rules, diagnostics) = loadRules(files: files)
    }

    /// The rules, for whoever only reads them; prints every error and ends with 66 where there is one.
    func checkedRules() throws -> [Rule] {
        let errors = diagnostics.filter { $0.severity == .error }
        if errors.isEmpty { return rules }
        throw refused(errors)
    }

    /// Prints `errors`; what to throw then.
    func refused(_ errors: [Diagnostic]) -> CommandFailure {
        note(RuleSources.renderer().render(errors, sources: files))
        note(RuleSources.renderer().summary(of: errors, fileCount: files.count))
        return CommandFailure(code: CommandFailure.badRules, phrase: nil)
    }

    private static func unreadable(_ path: String) -> CommandFailure {
        let reason = String(cString: strerror(errno == 0 ? ENOENT : errno))
        return CommandFailure(
            code: CommandFailure.badRules,
            phrase: Phrase("cannot read rules '\(path)': \(reason)", "无法读取规则 “\(path)”：\(reason)"))
    }

    private static func ruleFiles(at path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            errno = ENOENT
            throw unreadable(path)
        }
        guard isDirectory.boolValue else { return [path] }
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        let below = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        return below.filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") }
                && [".json", ".ndjson", ".jsonl"].contains { name.hasSuffix($0) }
        }.sorted().map { base + "/" + $0 }
    }

    /// The rules, compiled where they have no error, and all diagnostics of reading and compiling.
    ///
    /// Rules that could be read are compiled even where others could not, so that one run shows all.
    func compile(policy: TimePolicy) -> (rules: CompiledRules?, diagnostics: [Diagnostic]) {
        let result = RuleCompiler.compile(
            rules, digest: rulesDigest(rules), policy: policy, table: Surroundings.foldTable,
            cache: Surroundings.cache, sources: files)
        let isReadable = !diagnostics.contains { $0.severity == .error }
        return (isReadable ? result.rules : nil, diagnostics + result.diagnostics)
    }

    /// The rules, compiled; prints every error and ends with 66 where there is one.
    func compiled(policy: TimePolicy) throws -> CompiledRules {
        if ScannerLibrary.losesMatches {
            say(
                Phrase(
                    "this Vectorscan (\(ScannerLibrary.version)) loses matches; install libhyperscan-dev and build again",
                    "此版本的 Vectorscan（\(ScannerLibrary.version)）会漏掉匹配；请安装 libhyperscan-dev 后重新编译"),
                severity: "warning")
        }
        let (compiled, all) = compile(policy: policy)
        let errors = all.filter { $0.severity == .error }
        if let compiled, errors.isEmpty { return compiled }
        throw refused(errors)
    }

    /// The renderer of diagnostics for standard error.
    static func renderer(_ format: DiagnosticRenderer.Format = .full) -> DiagnosticRenderer {
        DiagnosticRenderer(
            format: format, language: Surroundings.language, usesColor: Surroundings.usesColour(STDERR_FILENO),
            displayWidth: { CharacterClass.displayWidth(of: $0) })
    }
}
