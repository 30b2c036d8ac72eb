#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why the log cannot be opened, read or written any further.
public enum EventLogError: Error, Hashable, Sendable {
    /// The system refused something while nothing was at stake yet.
    case file(FileError)
    /// Another process has the log.
    case locked(directory: String)
    /// There is nothing to check or to repair.
    case noLog(directory: String)
    /// A write or sync failed: what waited then is not acknowledged, and nothing is ever after, until the log is opened again.
    case stopped(FileError)
    /// More waits to be written than the log allows: come back later.
    case overloaded
    /// The log was closed.
    case closed
    /// Bytes that were synced once are no longer what they were.
    case damaged(path: String, offset: Int, position: LogPosition, FrameProblem)
    /// Records from `from` up to `to` are missing: the segment `before` has been cut short, or the one that would follow it,
    /// `gone`, is not there.
    case missing(before: String, gone: String, from: LogPosition, to: LogPosition)
    /// A segment that the log had is not there any more: its first record and, where another follows, the first behind it.
    case gone(path: String, from: LogPosition, to: LogPosition?)
    /// The beginning of a segment is none.
    case notASegment(path: String)
    /// A segment or snapshot of a later program.
    case unknownVersion(path: String, version: UInt32)
    /// Retention has removed this position; the log begins at `first`.
    case removed(LogPosition, first: LogPosition)
    /// The log ends before this position.
    case beyondEnd(LogPosition, end: LogPosition)
    /// A snapshot knows more than the log: the log is an older copy.
    case snapshotAhead(path: String, position: LogPosition, end: LogPosition)
    /// There are snapshots and none is whole, and the log does not reach back to the start.
    case damagedSnapshots(paths: [String])

    /// What is wrong, as a stable name for programs.
    public var code: String {
        switch self {
        case .file: "file"
        case .locked: "log-locked"
        case .noLog: "no-log"
        case .stopped: "log-stopped"
        case .overloaded: "log-overloaded"
        case .closed: "log-closed"
        case .damaged: "log-damaged"
        case .missing: "log-records-missing"
        case .gone: "log-segment-gone"
        case .notASegment: "not-a-segment"
        case .unknownVersion: "log-version"
        case .removed: "log-removed"
        case .beyondEnd: "log-beyond-end"
        case .snapshotAhead: "snapshot-ahead"
        case .damagedSnapshots(let paths): paths.isEmpty ? "no-snapshot" : "snapshot-damaged"
        }
    }

    /// One sentence in English, lower case and without full stop, with the way out.
    public var english: String {
        switch self {
        case .file(let error): return error.english
        case .locked(let directory):
            return "another process is writing the event log '\(directory)': end it first"
        case .noLog(let directory): return "no event log in '\(directory)'"
        case .stopped(let error):
            return "the event log has stopped, nothing is acknowledged any more: \(error.english); "
                + "put that right and start again"
        case .overloaded: return "more events wait to be written than the event log allows: try again later"
        case .closed: return "the event log is closed"
        case .damaged(let path, let offset, let position, let problem):
            return "the event log is damaged in '\(path)' at byte \(offset) (\(problem.rawValue)), "
                + "from record \(position) on: bring the file back from a copy, or "
                + "let 'mingjian log repair' set the damaged part aside"
        case .missing(let before, let gone, let from, let to):
            return "the event log lacks \(to.index - from.index) records, \(from) to \(to) (without the latter): "
                + "'\(before)' has been cut short, or '\(gone)' is not there; bring it back from a copy "
                + "('mingjian log check' lists all such places), or let 'mingjian log repair' go on without them"
        case .gone(let path, let from, let to):
            let lost = to.map { "records \(from) to \($0) (without the latter)" } ?? "all records from \(from) on"
            return
                "segment '\(path)' of the event log is not there any more, and with it \(lost): bring it back from a copy "
                + "('mingjian log check' lists all such places), or let 'mingjian log repair' go on without them"
        case .notASegment(let path):
            return
                "'\(path)' does not begin as a segment of an event log does, so that its records\(Self.first(in: path)) "
                + "cannot be read: bring it back from a copy, or let 'mingjian log repair' set it aside"
        case .unknownVersion(let path, let version):
            return "'\(path)' has version \(version) of the format, which is newer than this program: update it"
        case .removed(let position, let first):
            return "record \(position) is gone from the event log, which begins at \(first)"
        case .beyondEnd(let position, let end):
            return "record \(position) is not in the event log yet, which ends at \(end)"
        case .snapshotAhead(let path, let position, let end):
            return
                "snapshot '\(path)' knows \(position) records, and the event log ends at \(end): records \(end) to "
                + "\(position) (without the latter) are lost, since its last segment has been cut short or taken away, or the "
                + "log is an older copy; bring the right one back, or remove the snapshot and do without them"
        case .damagedSnapshots(let paths) where paths.isEmpty:
            return
                "there is no snapshot, and the event log does not reach back to its beginning: bring one back from a "
                + "copy, or the segments that are missing"
        case .damagedSnapshots(let paths):
            return "no snapshot is whole (\(paths.joined(separator: ", "))), and the beginning of the event log was "
                + "removed: bring one back from a copy"
        }
    }

    private static func position(in path: String) -> LogPosition? {
        SegmentFormat.position(
            in: String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]),
            suffix: ".segment")
    }

    private static func first(in path: String) -> String {
        position(in: path).map { ", from \($0) on," } ?? ""
    }

    /// The same sentence in Chinese.
    public var chinese: String {
        switch self {
        case .file(let error): return error.chinese
        case .locked(let directory): return "另一个进程正在写入事件日志“\(directory)”：请先结束它"
        case .noLog(let directory): return "“\(directory)”里没有事件日志"
        case .stopped(let error): return "事件日志已停止，不再确认任何事件：\(error.chinese)；请排除故障后重新启动"
        case .overloaded: return "等待写入的事件超过上限：请稍后重试"
        case .closed: return "事件日志已关闭"
        case .damaged(let path, let offset, let position, let problem):
            return "事件日志“\(path)”在第 \(offset) 字节处损坏（\(problem.rawValue)），自第 \(position) 条记录起："
                + "请从备份恢复该文件，或用 mingjian log repair 隔离损坏部分"
        case .missing(let before, let gone, let from, let to):
            return "事件日志缺少 \(to.index - from.index) 条记录，第 \(from) 条至第 \(to) 条（不含）：“\(before)”被截短，"
                + "或“\(gone)”不在了；请从备份恢复（mingjian log check 列出所有缺失），或用 mingjian log repair 跳过"
        case .gone(let path, let from, let to):
            let lost = to.map { "第 \(from) 条至第 \($0) 条（不含）" } ?? "第 \(from) 条起的全部"
            return "事件日志的分段“\(path)”已不在，\(lost)记录随之缺失：请从备份恢复（mingjian log check 列出所有缺失），"
                + "或用 mingjian log repair 跳过"
        case .notASegment(let path):
            let from = Self.position(in: path).map { "（第 \($0) 条起）" } ?? ""
            return "“\(path)”的开头不是事件日志分段，其中的记录\(from)无法读取：请从备份恢复，或用 mingjian log repair 隔离"
        case .unknownVersion(let path, let version): return "“\(path)”的格式版本 \(version) 比本程序新：请升级程序"
        case .removed(let position, let first): return "第 \(position) 条记录已被清理，事件日志从第 \(first) 条开始"
        case .beyondEnd(let position, let end): return "事件日志还没有第 \(position) 条记录，它到第 \(end) 条为止"
        case .snapshotAhead(let path, let position, let end):
            return "快照“\(path)”含 \(position) 条记录，而事件日志只到 \(end) 条：第 \(end) 条至第 \(position) 条（不含）记录缺失，"
                + "最后一个分段被截短或移走，或日志是旧的副本；请恢复正确的日志，或删除该快照并放弃这些记录"
        case .damagedSnapshots(let paths) where paths.isEmpty:
            return "没有快照，而事件日志的开头也不在了：请从备份恢复快照或缺失的分段"
        case .damagedSnapshots(let paths):
            return "没有完好的快照（\(paths.joined(separator: "、"))），而事件日志的开头已被清理：请从备份恢复一个快照"
        }
    }
}

extension FileError {
    /// Whether there is no such file.
    var isNotThere: Bool { code == ENOENT }

    /// One sentence in English, lower case and without full stop.
    public var english: String {
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return "cannot \(operation.rawValue) '\(path)': \(reason.prefix(1).lowercased() + reason.dropFirst())"
    }

    /// The same sentence in Chinese.
    public var chinese: String {
        let what =
            switch operation {
            case .open: "打开"
            case .create: "新建"
            case .list: "列出"
            case .read: "读取"
            case .write: "写入"
            case .truncate: "截短"
            case .sync: "同步到磁盘"
            case .rename: "改名"
            case .remove: "删除"
            case .lock: "加锁"
            }
        let reason =
            switch code {
            case ENOENT: "没有这个文件或目录"
            case EACCES, EPERM: "没有权限"
            case ENOTDIR: "不是目录"
            case ENOSPC: "磁盘已满"
            case EMFILE, ENFILE: "打开的文件太多"
            case EIO: "读写错误"
            case EROFS: "只读文件系统"
            default: strerror(code).map { String(cString: $0) } ?? "错误 \(code)"
            }
        return "无法\(what)“\(path)”：\(reason)"
    }
}
