import Archives
import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics
import Foundation

/// Options of every command that reads archives.
struct ArchiveArguments: ParsableArguments {
    @Argument(help: "Archives: files, directories, or - for standard input.")
    var archives: [String]

    @Option(help: "utf-8, utf-16le, utf-16be or gb18030 (default: detected).")
    var encoding: String?

    @Option(help: "Column mapping of CSV files: a small JSON file.")
    var mapping: String?

    @Flag(help: "Messages of one conversation are neighbours: nothing is spilled to disk.")
    var sorted = false

    @Flag(help: "Cut logs without conversation ids by shop and buyer.")
    var cut = false

    @OptionGroup var time: PolicyArguments

    @Flag(help: "Check scalars in fields that nobody reads, too.")
    var strictJSON = false

    @Option(help: "Bytes of the longest record; longer ones are bad.")
    var maxLine = 16 << 20

    @Flag(help: "The same conversation or message id may stand twice.")
    var allowDuplicates = false

    /// What a run reads and how, in words: another answer, another key.
    var key: String {
        let flags = "\(sorted) \(cut) \(strictJSON) \(allowDuplicates)"
        return "\(archives) \(encoding ?? "") \(mapping ?? "") \(flags) \(maxLine) \(time.key)"
    }

    /// The archives; says which rosters beside them are no archives.
    func inputs() throws -> [ArchiveInput] {
        for archive in archives {
            let roster = (archive as NSString).appendingPathComponent("roster.csv")
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: archive, isDirectory: &isDirectory), isDirectory.boolValue,
                FileManager.default.fileExists(atPath: roster)
            else { continue }
            say(
                Phrase("'\(roster)' is taken for a roster, not for chats", "“\(roster)” 视为花名册，不作聊天记录读取"),
                severity: "note")
        }
        for archive in archives { InputFiles.note(archive) }
        let inputs = try ArchiveInput.resolve(RawArguments.paths(archives))
        tellOfRepeats(among: inputs)
        return inputs
    }

    /// Says which files are read twice: by two names or links, or beside a directory that holds them.
    private func tellOfRepeats(among inputs: [ArchiveInput]) {
        var first: [[UInt64]: String] = [:]
        for input in inputs {
            var status = stat()
            guard let path = input.path, path.withCString({ stat($0, &status) }) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            let file = [UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino)]
            if let name = first[file] {
                say(
                    Phrase(
                        "'\(input.name)' is read twice: it is the same file as '\(name)'; name it once",
                        "“\(input.name)” 会读两遍：它与 “\(name)” 是同一个文件，只需写一次"),
                    severity: "warning")
            }
            first[file] = first[file] ?? input.name
        }
    }

    func policy() throws -> TimePolicy { try time.timePolicy() }

    /// Says that `--mapping` was for nothing where no input was a table.
    func tellOfMapping(among sources: [Coverage.SourceNote]) {
        guard let mapping, !sources.isEmpty, !sources.contains(where: { $0.shape == ArchiveShape.csv.rawValue }) else {
            return
        }
        say(
            Phrase(
                "the mapping '\(mapping)' was not used (--mapping): no input is a table",
                "列映射“\(mapping)”未使用（--mapping）：没有任何输入是表格"), severity: "warning")
    }

    /// - Parameters:
    ///   - given: the time policy of the run where options alone do not say it.
    ///   - policyAt: the one that closes a conversation by when it begins, where not all have the same.
    func options(
        cutting: Bool? = nil, policy given: TimePolicy? = nil, policyAt: (@Sendable (Instant) -> TimePolicy)? = nil
    ) throws -> ArchiveOptions {
        var options = ArchiveOptions()
        options.interruption = Surroundings.interruption
        if let encoding {
            do { options.encoding = try TextEncoding(name: encoding) } catch {
                throw CommandFailure(code: CommandFailure.usage, phrase: error.phrase)
            }
        }
        if let mapping {
            let bytes = try InputFiles.read(mapping, Phrase("mapping", "列映射"), limit: 1 << 20)
            options.mapping = try ColumnMapping(json: bytes, path: mapping)
        }
        let policy = try given ?? policy()
        options.zone = policy.zone
        options.zones = { Surroundings.zone($0) }
        if cutting ?? cut {
            let acknowledgements = Acknowledgements(
                table: Surroundings.foldTable, phrases: Acknowledgements.standard + policy.waits.noAnswer)
            options.cutting = CutPolicy(policy: policy, policyAt: policyAt) { kind, text in
                acknowledgements.needsAnswer(text, kind: kind)
            }
        }
        guard maxLine >= 1024, maxLine <= 256 << 20 else {
            throw CommandFailure.misuse("--max-line takes 1024 to 268435456 bytes", "--max-line 取 1024 到 268435456 字节")
        }
        options.isSorted = sorted
        options.isStrict = strictJSON
        options.allowsDuplicates = allowDuplicates
        options.largestRecord = maxLine
        options.spillDirectory = ArchivePath(
            bytes: Array((ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp").utf8))
        return options
    }
}
