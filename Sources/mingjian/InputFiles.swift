import Diagnostics
import Foundation
import Synchronization

/// What the run reads: nothing of it may be written over, and nothing beside archives may be longer than is expected.
enum InputFiles {
    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    private static let known = Mutex<Set<Identity>>([])

    /// Bytes that a file beside the archives may have where nothing else is said.
    static let limit = 64 << 20

    /// Notes that the run reads the file or folder at `path`; what is not there is nothing to be kept.
    static func note(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { return }
        let identity = Identity(status)
        known.withLock { _ = $0.insert(identity) }
    }

    /// Throws where the file at `path` is one that the run reads.
    static func refuse(output path: String) throws {
        guard isRead(path, kind: S_IFREG) else { return }
        throw CommandFailure.misuse(
            "'\(visible(path))' is read by this run and would be written over: name another file",
            "“\(visible(path))” 是本次运行的输入，会被覆盖：请换一个文件名")
    }

    /// Throws where the folder at `path` is, or lies in, one that the run reads: the next run would read its own report.
    static func refuse(outputFolder path: String) throws {
        var folder = URL(fileURLWithPath: path).standardizedFileURL
        while true {
            if isRead(folder.path, kind: S_IFDIR) {
                throw CommandFailure.misuse(
                    "'\(visible(path))' lies in a folder that this run reads: name one outside of it",
                    "“\(visible(path))” 在本次运行读取的目录里：请换到该目录之外")
            }
            guard folder.path != "/" else { return }
            folder.deleteLastPathComponent()
        }
    }

    private static func isRead(_ path: String, kind: mode_t) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == kind else { return false }
        let identity = Identity(status)
        return known.withLock { $0.contains(identity) }
    }

    /// The bytes of the file at `path`, which is noted; `title` says in a failure what it is.
    ///
    /// - Parameter code: with which to end where it cannot be read.
    static func read(
        _ path: String, _ title: Phrase, limit: Int = limit, code: Int32 = CommandFailure.inputOutput
    ) throws -> [UInt8] {
        do throws(RegularFile.Fault) {
            return try bytes(of: path, limit: limit)
        } catch {
            if error.isInterrupted { throw CommandFailure(code: CommandFailure.interrupted, phrase: error.reason) }
            throw CommandFailure(
                code: code,
                phrase: Phrase(
                    "cannot read \(title.english) '\(visible(path))': \(error.reason.english)",
                    "无法读取\(title.chinese) “\(visible(path))”：\(error.reason.chinese)"))
        }
    }

    /// The bytes of the file at `path`, which is noted.
    static func bytes(of path: String, limit: Int) throws(RegularFile.Fault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw RegularFile.Fault(path: path, reason: Phrase(system: errno)) }
        defer { close(descriptor) }
        note(path)
        return try RegularFile.contents(of: descriptor, path: path, limit: limit)
    }
}
