import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage

/// Rule files as the command line names them: read, checked, compiled.
struct RuleSources {
    /// Those that were named, and those that only their names were read from.
    let files: [SourceFile]
    let rules: [Rule]
    /// Which groups have which rules; empty where no file says so.
    let schemes: SchemeTable
    /// How findings become points; nil: nothing is scored.
    let scoring: ScoreFormula?
    /// How many of `files`, from the end, only names were read from.
    private let sharedCount: Int
    /// How many files could not be read.
    private let unreadCount: Int
    let diagnostics: [Diagnostic]
    /// Regexes of rules that cannot be used, and of named conditions.
    private let looseRegexes: [RegexCondition]
    private let checks: Bool

    /// Reads the files at `paths` and the `.json`, `.ndjson` and `.jsonl` files below directories.
    ///
    /// - Parameter checks: whether to warn of what is no fault of one rule.
    init(
        paths: [String], overrides: [RuleID: [String: Parameter.Value]] = [:], checks: Bool = false
    ) throws {
        var unreadable: [Diagnostic] = []
        func source(_ path: String) -> SourceFile? {
            do throws(RegularFile.Fault) {
                return try RuleSources.source(path, isNamed: paths.contains(path))
            } catch {
                unreadable.append(RuleSources.diagnostic(of: error))
                return nil
            }
        }
        let (named, missing) = RuleSources.ruleFiles(at: paths)
        unreadable += missing
        let files = named.compactMap(source)
        guard !files.isEmpty || !unreadable.isEmpty else {
            let named = paths.joined(separator: ", ")
            throw CommandFailure(
                code: CommandFailure.badRules,
                phrase: Phrase(
                    "no rule files in '\(named)': their names end in .json, .ndjson or .jsonl",
                    "“\(named)” 里没有规则文件（文件名须以 .json、.ndjson 或 .jsonl 结尾）"))
        }
        var shared: [SourceFile] = []
        var result = loadRuleBook(files: files, overrides: overrides, checks: checks)
        // Looked for only where a name is missing: the folder may be somebody else's.
        if result.diagnostics.contains(where: { $0.code == DiagnosticCode.unknownName.rawValue }) {
            shared = try RuleSources.sharedFiles(for: paths, besides: named).compactMap(source)
            result = loadRuleBook(files: files, shared: shared, overrides: overrides, checks: checks)
        }
        self.files = files + shared
        sharedCount = shared.count
        rules = result.rules
        schemes = SchemeTable(result.schemes)
        scoring = result.scoring
        diagnostics = (result.diagnostics + unreadable).sorted(by: Diagnostic.precedes)
        unreadCount = unreadable.count
        looseRegexes = result.looseRegexes
        self.checks = checks
    }

    /// Files that were named, or lie in folders that were, read or not.
    var fileCount: Int { files.count + unreadCount }

    /// - Parameter isNamed: it may be a pipe, and is waited for.
    private static func source(_ path: String, isNamed: Bool) throws(RegularFile.Fault) -> SourceFile {
        var status = stat()
        if !isNamed, stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw RegularFile.Fault(path: path, reason: Phrase("not a regular file", "不是普通文件"))
        }
        // What a file of rules may have is said by the reader of rules, which names the place: it is longer by far.
        return SourceFile(path: path, bytes: try InputFiles.bytes(of: path, limit: 256 << 20))
    }

    /// That a file cannot be read.
    static func diagnostic(of fault: RegularFile.Fault) -> Diagnostic {
        Diagnostic(
            .unreadableFile, Phrase("cannot be read: \(fault.reason.english)", "无法读取：\(fault.reason.chinese)"),
            at: Place(path: fault.path))
    }

    /// The `.json` files of the folder `shared` in each named folder, else beside it; of a file, in
    /// its folder, else beside that: a rule looked at by itself knows the names that it knows among all.
    private static func sharedFiles(for paths: [String], besides named: [String]) throws -> [String] {
        var known = Set(named.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
        var result: [String] = []
        for path in paths {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            var folder = isDirectory.boolValue ? path : parent(of: path)
            for _ in 0..<2 {
                let shared = folder.isEmpty ? "shared" : joined(folder, "shared")
                if FileManager.default.fileExists(atPath: shared, isDirectory: &isDirectory),
                    isDirectory.boolValue
                {
                    let names = try FileManager.default.contentsOfDirectory(atPath: shared)
                        .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
                    result += names.sorted().map { joined(shared, $0) }.filter {
                        known.insert(URL(fileURLWithPath: $0).standardizedFileURL.path).inserted
                    }
                    break
                }
                folder = parent(of: folder)
            }
        }
        return result
    }

    /// The folder that holds `path`, as the user would write it.
    private static func parent(of path: String) -> String {
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return path.isEmpty ? ".." : "/" }
        if last == ".." || last == "." { return joined(path, "..") }
        let above = parts.dropLast().joined(separator: "/")
        return path.hasPrefix("/") ? "/" + above : above
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// Rules of files that were read already.
    init(files: [SourceFile]) {
        self.files = files
        sharedCount = 0
        unreadCount = 0
        let result = loadRuleBook(files: files)
        rules = result.rules
        schemes = SchemeTable(result.schemes)
        scoring = result.scoring
        diagnostics = result.diagnostics
        looseRegexes = result.looseRegexes
        checks = false
    }

    /// The rules of a scheme with its values of their parameters.
    func rules(of scheme: Scheme) -> [Rule] {
        let all =
            scheme.parameters.isEmpty
            ? rules
            : loadRules(
                files: Array(files.dropLast(sharedCount)), shared: Array(files.suffix(sharedCount)),
                overrides: scheme.parameters
            ).rules
        return all.filter { scheme.takes($0.id) }
    }

    /// What the values of schemes make of their rules that is not so with the defaults, told at the schemes: what
    /// compiling and the static checks say, less what is among `known`.
    func schemeProblems(besides known: [Diagnostic]) -> [Diagnostic] {
        let known = Set(known)
        return schemes.schemes.filter { !$0.parameters.isEmpty }.flatMap { scheme in
            let rules = self.rules(of: scheme).filter { scheme.parameters[$0.id] != nil }
            let compiled = RuleCompiler.compile(
                rules, digest: "", table: Surroundings.foldTable, cache: Surroundings.cache, sources: files)
            let checked = RuleChecks.diagnostics(
                of: rules, table: Surroundings.foldTable, cache: Surroundings.cache)
            return scheme.problems(
                (compiled.diagnostics + checked).filter { !known.contains($0) }, of: self.rules)
        }
    }

    /// The rules in which none of `errors` stands.
    func rules(without errors: [Diagnostic]) -> [Rule] {
        let starts = Dictionary(grouping: errors, by: \.place.path).mapValues { $0.compactMap(\.place.range?.start) }
        return rules.filter { rule in
            guard let range = rule.place.range, let starts = starts[rule.place.path] else { return true }
            return !starts.contains { (range.start..<range.end).contains($0) }
        }
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
        note(RuleSources.renderer().summary(of: errors, fileCount: fileCount))
        return CommandFailure(code: CommandFailure.badRules, phrase: nil)
    }

    /// The files at `paths`, and the rule files below those that are folders; and what cannot be found.
    static func ruleFiles(at paths: [String]) -> (files: [String], unreadable: [Diagnostic]) {
        var files: [String] = []
        var unreadable: [Diagnostic] = []
        for path in paths {
            do throws(RegularFile.Fault) {
                files += try ruleFiles(at: path)
            } catch {
                unreadable.append(diagnostic(of: error))
            }
        }
        return (files, unreadable)
    }

    private static func ruleFiles(at path: String) throws(RegularFile.Fault) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw RegularFile.Fault(path: path, reason: Phrase(system: errno)) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        // A link to a directory has nothing below it by itself.
        let folder = URL(fileURLWithPath: base).resolvingSymlinksInPath().path
        let below = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return below.filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") }
                && [".json", ".ndjson", ".jsonl"].contains { name.hasSuffix($0) }
        }.sorted().map { base + "/" + $0 }
    }

    /// The rules, compiled where they have no error, and all diagnostics of reading and compiling.
    ///
    /// Rules that could be read are compiled even where others could not, and of those the regexes are checked, so that
    /// one run shows all.
    func compile(
        policy: TimePolicy, scheme: Scheme? = nil
    ) -> (rules: CompiledRules?, diagnostics: [Diagnostic]) {
        let rules = scheme.map { self.rules(of: $0) } ?? self.rules
        let isReadable = !diagnostics.contains { $0.severity == .error }
        let digest = Meanwhile { rulesDigest(rules) }
        // Where all is well nobody waits for regexes that no rule uses.
        let result = RuleCompiler.compile(
            rules, digest: digest.value, policy: policy, table: Surroundings.foldTable,
            cache: Surroundings.cache, sources: files, loose: checks || !isReadable ? looseRegexes : [],
            letGo: letGoMeanwhile)
        // Of a condition with a name every rule that uses it has the same to say.
        var seen: Set<Diagnostic> = []
        let all = (diagnostics + result.diagnostics).filter { seen.insert($0).inserted }
        return (isReadable ? result.rules : nil, all)
    }

    /// The rules, or those of a scheme, compiled; prints every error and ends with 66 where there is one.
    func compiled(policy: TimePolicy, scheme: Scheme? = nil) throws -> CompiledRules {
        if ScannerLibrary.losesMatches {
            say(
                Phrase(
                    "this Vectorscan (\(ScannerLibrary.version)) loses matches; install libhyperscan-dev and build again",
                    "此版本的 Vectorscan（\(ScannerLibrary.version)）会漏掉匹配；请安装 libhyperscan-dev 后重新编译"),
                severity: "warning")
        }
        let (compiled, all) = compile(policy: policy, scheme: scheme)
        let errors = all.filter { $0.severity == .error }
        if let compiled, errors.isEmpty { return compiled }
        throw refused(errors)
    }

    /// The rules, or those of a scheme, as a set that judges a run.
    func ruleSet(policy: TimePolicy, scheme: Scheme? = nil) throws -> RuleSet {
        RuleSet(try compiled(policy: policy, scheme: scheme), scoring: scoring)
    }

    /// The renderer of diagnostics for standard error.
    static func renderer(_ format: DiagnosticRenderer.Format = .full) -> DiagnosticRenderer {
        DiagnosticRenderer(
            format: format, language: Surroundings.language, usesColor: Surroundings.usesColor(STDERR_FILENO),
            displayWidth: { CharacterClass.displayWidth(of: $0) })
    }
}
