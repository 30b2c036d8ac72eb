import Foundation

extension RegularFile {
    /// Writes beside the file and renames, so that a stop in between leaves the old or the new one.
    static func replace(_ path: String, by bytes: [UInt8]) throws {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let beside = target + ".new-\(getpid())"
        var status = stat()
        let mode = target.withCString { stat($0, &status) } == 0 ? status.st_mode & 0o7777 : 0o644
        do {
            let output = try Output(path: beside)
            try output.write(bytes)
            try output.flush()
        } catch {
            unlink(beside)
            throw error
        }
        chmod(beside, mode)
        guard rename(beside, target) == 0 else {
            let code = errno
            unlink(beside)
            throw OutputError(path: path, code: code)
        }
    }
}
