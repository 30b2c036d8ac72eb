import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage
import Synchronization

/// Writing versions: whole or not at all, one publisher at a time.
extension VersionStore {
    /// Where a version is written before it gets its name; what a dead publisher left is removed.
    private var unfinishedPath: String { versionsPath + "/.new" }

    /// Publishes what `decide` makes of the versions that are there when it is this publisher's turn.
    func publish(
        _ files: [SourceFile], policy: [UInt8]? = nil,
        decide: (RuleVersionIndex) throws -> RuleVersionIndex.Publication
    ) throws -> (publication: RuleVersionIndex.Publication, index: RuleVersionIndex) {
        try makeFolder(versionsPath)
        let lock = try takeLock()
        defer { close(lock) }
        let index = try index()
        // What is built on must be as it was published: "has this content already" would be said of what it has not.
        for version in index.versions {
            if let fault = try fault(of: version) { throw fault }
        }
        let publication = try decide(index)
        guard case .new(let version) = publication else { return (publication, index) }
        try write(version, files, policy: policy)
        return (publication, try self.index())
    }

    private func write(_ version: RuleVersion, _ files: [SourceFile], policy: [UInt8]?) throws {
        try? FileManager.default.removeItem(atPath: unfinishedPath)
        var folders: Set<String> = [unfinishedPath, unfinishedPath + "/rules"]
        for file in files {
            let parts = file.path.split(separator: "/").dropLast()
            for count in 1..<parts.count + 1 {
                folders.insert(unfinishedPath + "/rules/" + parts.prefix(count).joined(separator: "/"))
            }
        }
        for folder in folders.sorted() { try makeFolder(folder) }
        for file in files { try writeFile(unfinishedPath + "/rules/" + file.path, file.bytes) }
        if let policy { try writeFile(unfinishedPath + "/" + RuleVersion.policyName, policy) }
        try writeFile(unfinishedPath + "/" + RuleVersion.recordName, version.record)
        for folder in folders { try makeDurable(folder) }
        let target = folder(of: version)
        guard rename(unfinishedPath, target) == 0 else { throw OutputError(path: target, code: errno) }
        try makeDurable(versionsPath)
        try makeDurable(path)
    }

    /// A new file that nobody may write to.
    private func writeFile(_ path: String, _ bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o444)
        guard descriptor >= 0 else { throw OutputError(path: path, code: errno) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw OutputError(path: path, code: errno) }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw OutputError(path: path, code: errno) }
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw OutputError(path: path, code: errno == 0 ? EIO : errno)
        }
    }

    private func makeDurable(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OutputError(path: folder, code: errno) }
        defer { close(descriptor) }
        // Some file systems know no fsync of folders.
        if fsync(descriptor) != 0, errno != EINVAL { throw OutputError(path: folder, code: errno) }
    }

    /// Waits until no other publisher writes: 30 seconds at most.
    private func takeLock() throws -> Int32 {
        let file = path + "/.lock"
        let descriptor = open(file, O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw OutputError(path: file, code: errno) }
        for _ in 0..<1500 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
            if Surroundings.isInterrupted.load(ordering: .relaxed) {
                close(descriptor)
                throw CommandFailure(code: 130, phrase: Phrase("interrupted", "已中断"))
            }
            usleep(20_000)
        }
        close(descriptor)
        throw CommandFailure(
            code: CommandFailure.inputOutput,
            phrase: Phrase("somebody else is publishing to '\(path)'", "另一次发布正在写入 “\(path)”"))
    }
}
