import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage

/// A folder of published versions of rules: `versions/0001-3fe2c19ab04d/{version.json,rules/…}`.
///
/// Whatever is not exactly as it was published ends the command with 66 and the name of the file.
struct VersionStore {
    let path: String

    init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    var versionsPath: String { path + "/versions" }

    func folder(of version: RuleVersion) -> String { versionsPath + "/" + version.folderName }

    /// All versions; empty where the store is not there yet and `mayBeMissing`.
    func index(mayBeMissing: Bool = false) throws -> RuleVersionIndex {
        var isDirectory: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: versionsPath, isDirectory: &isDirectory)
        guard isThere, isDirectory.boolValue else {
            if mayBeMissing, !isThere { return try indexed([]) }
            throw CommandFailure(
                code: CommandFailure.badRules,
                phrase: Phrase("no versions of rules in '\(path)'", "“\(path)” 里没有规则版本"))
        }
        var versions: [RuleVersion] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: versionsPath).sorted()
        where !name.hasPrefix(".") {
            versions.append(try version(folder: name))
        }
        return try indexed(versions)
    }

    /// The newest version, or another one by its number; 64 where there is none such.
    func version(_ number: Int, in index: RuleVersionIndex) throws -> RuleVersion {
        guard let version = index[number] else {
            throw CommandFailure.misuse(
                "no version \(number) in '\(path)'; the newest is \(index.versions.count)",
                "“\(path)” 里没有第 \(number) 版，最新为第 \(index.versions.count) 版")
        }
        return version
    }

    /// The rule files of `version` by their paths, exactly as they were published.
    func files(of version: RuleVersion) throws -> [SourceFile] {
        do {
            return try verifiedFiles(of: version)
        } catch let fault as VersionFault {
            throw damaged(folder(of: version) + "/" + fault.file, fault.reason)
        }
    }

    /// Why `version` is not as it was published; nil where it is.
    func fault(of version: RuleVersion) throws -> CommandFailure? {
        do {
            _ = try files(of: version)
            _ = try policy(of: version)
            return nil
        } catch let failure as CommandFailure {
            return failure
        }
    }

    private func verifiedFiles(of version: RuleVersion) throws -> [SourceFile] {
        let base = folder(of: version) + "/rules"
        let found = try names(below: base, of: version).map { name in
            SourceFile(
                path: name,
                bytes: try intact { () throws(RegularFile.Fault) in
                    try RegularFile.read(base + "/" + name, limit: RuleLimits.listFileBytes)
                })
        }
        if let fault = version.fault(ofFiles: found) { throw fault }
        return found.map { SourceFile(path: base + "/" + $0.path, bytes: $0.bytes) }
    }

    private func names(below base: String, of version: RuleVersion) throws -> [String] {
        let entries = try intact { () throws(RegularFile.Fault) in
            try RegularFile.entries(
                below: base, depth: RuleFileName.depth, limit: RuleFileName.files * 2)
        }
        if let odd = entries.first(where: { !$0.isDirectory && !$0.isRegular }) {
            throw VersionFault(file: "rules/\(odd.name)", RegularFile.notRegular)
        }
        return entries.filter(\.isRegular).map(\.name)
    }

    private func version(folder name: String) throws -> RuleVersion {
        let record = versionsPath + "/" + name + "/" + RuleVersion.recordName
        let bytes = try intact { () throws(RegularFile.Fault) in
            try RegularFile.read(record, limit: RuleVersion.recordBytes)
        }
        do {
            let version = try RuleVersion(record: bytes)
            guard version.folderName == name else {
                throw VersionFault(
                    file: RuleVersion.recordName,
                    Phrase("it belongs into '\(version.folderName)'", "它属于目录 “\(version.folderName)”"))
            }
            return version
        } catch let fault as VersionFault {
            throw damaged(record, fault.reason)
        }
    }

    private func indexed(_ versions: [RuleVersion]) throws -> RuleVersionIndex {
        do {
            return try RuleVersionIndex(versions)
        } catch {
            throw damaged(path + "/" + error.file, error.reason)
        }
    }

    func intact<Value>(_ body: () throws(RegularFile.Fault) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw damaged(error.path, error.reason)
        }
    }

    func damaged(_ file: String, _ reason: Phrase) -> CommandFailure {
        CommandFailure(
            code: CommandFailure.badRules,
            phrase: Phrase(
                "damaged version of rules: '\(visible(file))': \(reason.english)",
                "规则版本已损坏：“\(visible(file))”：\(reason.chinese)"))
    }
}
