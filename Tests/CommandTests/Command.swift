import Foundation
import Testing

/// The built command, run as its users run it.
enum Command {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// `MINGJIAN_BIN`, else the newer build in the package; nil where none was built.
    static let path: String? = {
        let manager = FileManager.default
        if let named = ProcessInfo.processInfo.environment["MINGJIAN_BIN"] {
            return manager.isExecutableFile(atPath: named) ? named : nil
        }
        func changed(_ path: String) -> Date? {
            manager.isExecutableFile(atPath: path)
                ? (try? manager.attributesOfItem(atPath: path))?[.modificationDate] as? Date : nil
        }
        return ["release", "debug"].map { root + "/.build/\($0)/mingjian" }
            .compactMap { path in changed(path).map { (path, $0) } }.max { $0.1 < $1.1 }?.0
    }()

    static var isBuilt: Bool { path != nil }

    /// What a finished run left.
    struct Outcome {
        var code: Int32
        /// By a signal, not by an exit.
        var wasKilled: Bool
        var output: [UInt8]
        var errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
        var lines: [Substring] { text.split(separator: "\n") }
    }

    /// A process of the command with its streams in files, so that no pipe can fill up.
    static func process(
        _ arguments: [String], in directory: TemporaryDirectory, input: String? = nil,
        environment: [String: String] = [:]
    ) throws -> (process: Process, output: String, errors: String) {
        // The library's threads block signals, and a child inherits that.
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGINT)
        sigaddset(&mask, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "/nonexistent")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: root)
        var variables = [
            "PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8", "HOME": directory.path, "TMPDIR": directory.path,
            "XDG_CACHE_HOME": FileManager.default.temporaryDirectory.path + "/mingjian-test-cache",
        ]
        if let library = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] {
            variables["LD_LIBRARY_PATH"] = library
        }
        process.environment = variables.merging(environment) { $1 }
        let name = UUID().uuidString
        let output = directory.path + "/\(name).out"
        let errors = directory.path + "/\(name).err"
        for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.standardInput = FileHandle(forReadingAtPath: input ?? "/dev/null")
        return (process, output, errors)
    }

    /// A port of this machine that nobody listens at, as the system gives them.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isKnown, "\(errno)")
        return UInt16(bigEndian: address.sin_port)
    }

    /// Runs the command to its end; `input` is a file that standard input reads.
    static func run(
        _ arguments: [String], in directory: TemporaryDirectory, input: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Outcome {
        try outcome(of: process(arguments, in: directory, input: input, environment: environment))
    }

    /// Runs a process to its end, and reads what it left.
    private static func outcome(of run: (process: Process, output: String, errors: String)) throws -> Outcome {
        try run.process.run()
        run.process.waitUntilExit()
        return Outcome(
            code: run.process.terminationStatus, wasKilled: run.process.terminationReason == .uncaughtSignal,
            output: Array(FileManager.default.contents(atPath: run.output) ?? Data()),
            errors: String(decoding: FileManager.default.contents(atPath: run.errors) ?? Data(), as: UTF8.self))
    }
}

extension Command {
    /// `script`, which gives a process a terminal, takes its command as Linux writes it.
    static var hasScript: Bool {
        #if os(Linux)
        isBuilt && FileManager.default.isExecutableFile(atPath: "/usr/bin/script")
        #else
        false
        #endif
    }

    /// Runs the command with a terminal for its streams, on which the file `input` is typed.
    static func runOnTerminal(_ arguments: [String], in directory: TemporaryDirectory, input: String) throws -> Outcome
    {
        let run = try process([], in: directory, input: input)
        run.process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
        let words = [path ?? ""] + arguments
        run.process.arguments = ["-qec", words.map { "'\($0)'" }.joined(separator: " "), "/dev/null"]
        return try outcome(of: run)
    }
}

/// A directory for one test, removed with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("mingjian-command-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    func contents(_ name: String) -> [UInt8] {
        Array(FileManager.default.contents(atPath: path + "/" + name) ?? Data())
    }
}
