import Archives
import Diagnostics
import Foundation

/// Reading files that somebody else may have put there: no link is followed, no pipe waited for,
/// nothing longer than expected taken into memory.
enum RegularFile {
    /// Why a file was not read.
    struct Fault: Error {
        var path: String
        var reason: Phrase
        /// Somebody ended the run while it waited.
        var isInterrupted = false
    }

    /// What stands below a folder.
    struct Entry {
        /// Relative to the folder, with `/`.
        var name: String
        var isDirectory: Bool
        var isRegular: Bool
    }

    /// The bytes of the file at `path`.
    static func read(_ path: String, limit: Int, followsLink: Bool = false) throws(Fault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else {
            // What O_NOFOLLOW answers to a link.
            if errno == ELOOP { throw Fault(path: path, reason: notRegular) }
            throw Fault(path: path, reason: systemReason())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Fault(path: path, reason: systemReason()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Fault(path: path, reason: notRegular) }
        return try contents(of: descriptor, path: path, limit: limit)
    }

    /// What is left to read of an open file or pipe, whatever it is.
    static func contents(of descriptor: Int32, path: String, limit: Int) throws(Fault) -> [UInt8] {
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        if isRegular, status.st_size > limit { throw Fault(path: path, reason: tooLarge(limit)) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // Whatever else it is may keep us waiting for ever.
            if !isRegular, (try? Surroundings.interruption.wait(toRead: descriptor)) == nil {
                throw Fault(path: path, reason: Phrase("interrupted", "已中断"), isInterrupted: true)
            }
            let count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else { throw Fault(path: path, reason: systemReason()) }
            if count == 0 { return bytes }
            bytes += buffer[0..<count]
            // It may have grown since it was measured.
            if bytes.count > limit { throw Fault(path: path, reason: tooLarge(limit)) }
        }
    }

    /// Everything below `folder` but hidden entries, sorted; links are told, not followed.
    static func entries(below folder: String, depth: Int, limit: Int) throws(Fault) -> [Entry] {
        var result: [Entry] = []
        var waiting = [""]
        while let prefix = waiting.popLast() {
            let path = prefix.isEmpty ? folder : folder + "/" + prefix
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: path)
            } catch {
                throw Fault(path: path, reason: Phrase("the folder cannot be read", "无法读取目录"))
            }
            for part in names where !part.hasPrefix(".") {
                let name = prefix.isEmpty ? part : prefix + "/" + part
                var status = stat()
                guard lstat(folder + "/" + name, &status) == 0 else {
                    throw Fault(path: folder + "/" + name, reason: systemReason())
                }
                let kind = status.st_mode & S_IFMT
                result.append(Entry(name: name, isDirectory: kind == S_IFDIR, isRegular: kind == S_IFREG))
                guard result.count <= limit, name.count(where: { $0 == "/" }) < depth else {
                    throw Fault(
                        path: folder,
                        reason: Phrase(
                            "more than \(limit) entries or deeper than \(depth) folders",
                            "超过 \(limit) 项，或目录超过 \(depth) 层"))
                }
                if kind == S_IFDIR { waiting.append(name) }
            }
        }
        return result.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    static let notRegular = Phrase("not a regular file (links are not followed)", "不是普通文件（不跟随链接）")

    private static func tooLarge(_ limit: Int) -> Phrase {
        Phrase("larger than \(limit) bytes", "超过 \(limit) 字节")
    }

    private static func systemReason() -> Phrase { Phrase(system: errno) }
}
