import Diagnostics
import Foundation

/// A failed write.
struct OutputError: Error {
    var path: String
    var code: Int32

    var phrase: Phrase {
        let reason = Phrase(system: code)
        return Phrase("cannot write '\(path)': \(reason.english)", "无法写入 “\(path)”：\(reason.chinese)")
    }
}

/// A file or standard output that is written in whole.
final class Output {
    private let descriptor: Int32
    private let path: String
    private let isOurs: Bool

    /// Standard output.
    init() {
        descriptor = STDOUT_FILENO
        path = "<stdout>"
        isOurs = false
    }

    /// The file at `path`, made or emptied; with `keeping`, cut to so many bytes and gone on with.
    init(path: String, keeping length: Int? = nil) throws {
        self.path = path
        try InputFiles.refuse(output: path)
        descriptor = open(path, O_WRONLY | O_CREAT | (length == nil ? O_TRUNC : 0), 0o644)
        isOurs = true
        guard descriptor >= 0 else { throw OutputError(path: path, code: errno) }
        if let length {
            guard ftruncate(descriptor, off_t(length)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
                throw OutputError(path: path, code: errno)
            }
        }
    }

    /// Throws where the file at `path` could not be written; touches nothing.
    static func check(_ path: String) throws {
        try InputFiles.refuse(output: path)
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { throw OutputError(path: path, code: EISDIR) }
            guard access(path, W_OK) == 0 else { throw OutputError(path: path, code: errno) }
            return
        }
        guard errno == ENOENT else { throw OutputError(path: path, code: errno) }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard stat(folder, &status) == 0 else { throw OutputError(path: path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw OutputError(path: path, code: ENOTDIR) }
        guard access(folder, W_OK | X_OK) == 0 else { throw OutputError(path: path, code: errno) }
    }

    deinit {
        if isOurs { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let n = Foundation.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if n < 0 {
                    if errno == EINTR { continue }
                    throw OutputError(path: path, code: errno)
                }
                done += n
            }
        }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// Makes what was written durable.
    func flush() throws {
        if fsync(descriptor) != 0, errno != EINVAL { throw OutputError(path: path, code: errno) }
    }
}
