import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Reports

/// The directory of `--out`: findings as they come, reports at the end, a checkpoint in between.
final class OutputDirectory {
    let findings: Output
    let checkpoint: RunCheckpoint
    private let path: String
    /// Held while the process lives: two runs into one directory would mix their findings.
    private let lock: Int32

    init(path: String, key: String) throws {
        self.path = path
        try InputFiles.refuse(outputFolder: path)
        try OutputDirectory.make(path)
        lock = try OutputDirectory.lock(path)
        let file = path + "/findings.ndjson"
        let lines = FindingsFile()
        let start = ContinuousClock.now
        checkpoint = RunCheckpoint(
            path: path + "/.checkpoint", key: key, uptime: { start.duration(to: .now) },
            flush: { try lines.output?.flush() })
        // Another run may have emptied the file since: then its findings are gone, whatever the checkpoint says.
        var status = stat()
        let kept = checkpoint.restoredLineBytes().flatMap { length in
            stat(file, &status) == 0 && Int(status.st_size) >= length ? length : nil
        }
        // A checkpoint must not outlive the file that it counts on, be it another run's.
        if kept == nil { checkpoint.remove() }
        findings = try Output(path: file, keeping: kept)
        lines.output = findings
    }

    /// Writes the reports, and the bad records that were kept where there are some.
    func finish(_ report: Report, _ writer: ReportWriter, badRecords: [Diagnostic]) throws {
        for (name, format) in [("report.json", InspectCommand.Format.json), ("report.html", .html)] {
            try writer.write(report, format: format, to: Output(path: path + "/" + name))
        }
        let hasProcedures = report.tally.rules.contains { !$0.steps.isEmpty }
        for table in CSVReport.Table.allCases {
            if table == .scores, report.scores == nil { continue }
            if table == .procedures, !hasProcedures { continue }
            if table == .exemptions, report.coverage.exemptions.isEmpty { continue }
            let tables = ReportWriter(
                title: writer.title, archives: writer.archives, policy: writer.policy,
                policyName: writer.policyName, rowLimit: nil, csvTable: table)
            try tables.write(report, format: .csv, to: Output(path: "\(path)/\(table.rawValue).csv"))
        }
        try list(badRecords.filter { $0.code != "foreign-file" }, of: report.coverage.recordsBad)
        checkpoint.remove()
        unlink(path + "/.lock")
    }

    /// Lists bad records, a line each, as they are told on the terminal.
    private func list(_ diagnostics: [Diagnostic], of all: Int) throws {
        let file = path + "/" + OutputDirectory.badRecordsName
        if diagnostics.isEmpty {
            // Those of an earlier run are not this one's.
            unlink(file)
            return
        }
        let output = try Output(path: file)
        try output.write(RuleSources.renderer(.concise).render(diagnostics, sources: []))
        let more = all - diagnostics.count { $0.severity == .error }
        if more > 0 {
            let phrase = Phrase("\(more) more bad records are only counted", "另有 \(more) 条坏记录只计数，不列出")
            try output.write(phrase.text(in: Surroundings.language) + "\n")
        }
        try output.flush()
    }

    /// The file with the bad records.
    static let badRecordsName = "bad-records.txt"

    /// Makes the directory and those above it where they are missing.
    private static func make(_ path: String) throws {
        guard !path.isEmpty else { throw OutputError(path: path, code: ENOENT) }
        var end = path.startIndex
        while end < path.endIndex {
            end = path[end...].dropFirst().firstIndex(of: "/") ?? path.endIndex
            if mkdir(String(path[..<end]), 0o777) == 0 { continue }
            let code = errno
            var status = stat()
            // What is there already need not be ours to write in; that shows when something is written.
            guard stat(String(path[..<end]), &status) == 0 else { throw OutputError(path: path, code: code) }
            guard status.st_mode & S_IFMT == S_IFDIR else { throw OutputError(path: path, code: ENOTDIR) }
        }
    }

    /// A descriptor of the lock file, locked.
    private static func lock(_ path: String) throws -> Int32 {
        let file = path + "/.lock"
        while true {
            let descriptor = open(file, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw OutputError(path: file, code: errno) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(descriptor)
                guard code == EWOULDBLOCK else { throw OutputError(path: file, code: code) }
                throw CommandFailure(
                    code: CommandFailure.inputOutput,
                    phrase: Phrase("another run is writing to '\(path)'", "另一个任务正在写入 “\(path)”"))
            }
            // A run that ended in between has removed the file: then this lock keeps nobody out.
            var (own, named) = (stat(), stat())
            if fstat(descriptor, &own) == 0, stat(file, &named) == 0, own.st_ino == named.st_ino,
                own.st_dev == named.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
    }

    /// Opened once it is known how much of it belongs to the checkpoint, before the run begins; to be flushed while it is
    /// written is nothing to a file.
    private final class FindingsFile: @unchecked Sendable {
        var output: Output?
    }
}
