import Diagnostics
import Foundation
import RuleLanguage

/// Rule files to be published, with the names they get in a version.
enum RuleFolder {
    /// Bytes of all files of a version.
    private static let totalBytes = 64 << 20

    /// The files at `paths` by name: of a directory those below it, by their places in it; hidden
    /// entries and other files are left out. Links below a directory, and two files that would get
    /// one name, are refused.
    static func files(at paths: [String]) throws -> [(name: String, source: SourceFile)] {
        var found: [(name: String, path: String, isNamed: Bool)] = []
        for path in paths { found += try names(at: path) }
        guard !found.isEmpty else {
            let named = paths.joined(separator: ", ")
            throw refused(named, Phrase("no rule files", "没有规则文件"))
        }
        guard found.count <= RuleFileName.files else {
            throw refused(
                paths.joined(separator: ", "),
                Phrase("more than \(RuleFileName.files) rule files", "规则文件超过 \(RuleFileName.files) 个"))
        }
        for file in found {
            if let reason = RuleFileName.fault(of: file.name) { throw refused(file.path, reason) }
        }
        if let (first, second) = RuleFileName.collision(among: found.map(\.name)) {
            throw refused(
                second,
                Phrase("the name collides with '\(visible(first))'", "与 “\(visible(first))” 重名"))
        }
        var left = totalBytes
        return try found.map { file in
            do {
                let bytes = try RegularFile.read(
                    file.path, limit: min(left, RuleLimits.listFileBytes), followsLink: file.isNamed)
                left -= bytes.count
                return (file.name, SourceFile(path: file.path, bytes: bytes))
            } catch let fault as RegularFile.Fault {
                throw refused(fault.path, fault.reason)
            }
        }
    }

    private static func names(at path: String) throws -> [(name: String, path: String, isNamed: Bool)] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw refused(path, Phrase(system: errno))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return [(name, path, true)]
        }
        let base = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        do {
            let entries = try RegularFile.entries(below: base, depth: 16, limit: 20_000)
            if let odd = entries.first(where: { !$0.isDirectory && !$0.isRegular }) {
                throw refused(base + "/" + odd.name, RegularFile.notRegular)
            }
            return entries.filter { entry in
                entry.isRegular && [".json", ".ndjson", ".jsonl"].contains { entry.name.hasSuffix($0) }
            }.map { ($0.name, base + "/" + $0.name, false) }
        } catch let fault as RegularFile.Fault {
            throw refused(fault.path, fault.reason)
        }
    }

    private static func refused(_ path: String, _ reason: Phrase) -> CommandFailure {
        CommandFailure(
            code: CommandFailure.badRules,
            phrase: Phrase(
                "cannot publish '\(visible(path))': \(reason.english)", "无法发布 “\(visible(path))”：\(reason.chinese)"))
    }
}
