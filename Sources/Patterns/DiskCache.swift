import ChineseText
import Crypto
import Foundation
import Synchronization

/// Keeps what is slow to make (fold table, compiled patterns) on disk between runs.
///
/// Private to the user, checksummed, keyed by everything that the content depends on. Any doubt
/// (wrong owner, mode, length, digest) is a miss, and a failed write is silent: it is only a cache.
/// Each change of a rule makes new entries: beyond `limit` bytes those go that were not used for longest.
public struct DiskCache: Sendable {
    private let directory: URL?
    private let limit: Int

    /// Bytes that all entries may take together.
    public static let defaultLimit = 512 << 20
    /// Seconds after which a file that is still being written is nobody's any more.
    private static let longestWrite = 3600

    /// A cache in `directory` (made when first needed); nil keeps nothing.
    ///
    /// - Parameter limit: bytes that all entries may take together; the one stored last always stays.
    public init(directory: String?, limit: Int = DiskCache.defaultLimit) {
        self.directory = directory.map { URL(fileURLWithPath: $0, isDirectory: true) }
        self.limit = limit
    }

    /// The hexadecimal SHA-256 of `key`, which names an entry.
    static func name(_ key: [UInt8]) -> String {
        SHA256.hash(data: key).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Of an entry's name, too: a file under another name is another entry's.
    private static func digest(of content: some DataProtocol, in name: String) -> SHA256.Digest {
        var hash = SHA256()
        hash.update(data: Data(name.utf8))
        hash.update(data: content)
        return hash.finalize()
    }

    /// The content stored under `key`, or nil.
    public func value(for key: [UInt8]) -> [UInt8]? {
        let name = DiskCache.name(key)
        guard let url = directory?.appendingPathComponent(name) else { return nil }
        var status = stat()
        // A file that others could have written is not ours.
        guard stat(url.path, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o022 == 0,
            status.st_size >= 32, status.st_size < 2_000_000_000,
            let data = try? Data(contentsOf: url)
        else { return nil }
        let content = data.dropFirst(32)
        guard Array(DiskCache.digest(of: content, in: name)) == Array(data.prefix(32)) else { return nil }
        // The time of change is that of the last use.
        utimes(url.path, nil)
        return Array(content)
    }

    /// Stores `value` under `key`, whole or not at all.
    public func store(_ value: [UInt8], for key: [UInt8]) {
        guard let directory else { return }
        let manager = FileManager.default
        try? manager.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let name = DiskCache.name(key)
        let temporary = directory.appendingPathComponent(".\(name).\(getpid())")
        let content = Data(DiskCache.digest(of: value, in: name)) + Data(value)
        guard
            manager.createFile(
                atPath: temporary.path, contents: content, attributes: [.posixPermissions: 0o600])
        else { return }
        if rename(temporary.path, directory.appendingPathComponent(name).path) != 0 {
            unlink(temporary.path)
        }
        prune(keeping: name)
    }

    /// Takes out what was not used for longest until the rest fits; files that are not entries are left alone.
    private func prune(keeping kept: String) {
        var written = stat()
        guard let directory, stat(directory.appendingPathComponent(kept).path, &written) == 0,
            let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path)
        else { return }
        // It was written just now: no clock is needed.
        let now = DiskCache.seconds(written)
        var entries: [(path: String, bytes: Int, used: Int)] = []
        var total = 0
        for name in names {
            let isUnfinished = name.first == "." && DiskCache.isEntry(name.dropFirst().prefix(64))
            guard isUnfinished || DiskCache.isEntry(name[...]) else { continue }
            let path = directory.appendingPathComponent(name).path
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if isUnfinished {
                // Of a process that was killed while it wrote.
                if now - DiskCache.seconds(status) > DiskCache.longestWrite { unlink(path) }
                continue
            }
            total += Int(status.st_size)
            if name != kept { entries.append((path, Int(status.st_size), DiskCache.seconds(status))) }
        }
        guard total > limit else { return }
        // By path among those of one second, so that two processes take the same ones.
        for entry in entries.sorted(by: { ($0.used, $0.path) < ($1.used, $1.path) }) where total > limit {
            if unlink(entry.path) == 0 { total -= entry.bytes }
        }
    }

    private static func isEntry(_ name: Substring) -> Bool {
        name.utf8.count == 64 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Seconds since 1970 of the last change.
    private static func seconds(_ status: stat) -> Int {
        #if canImport(Darwin)
        Int(status.st_mtimespec.tv_sec)
        #else
        Int(status.st_mtim.tv_sec)
        #endif
    }
}

extension SkeletonTable {
    /// The skeleton table from the cache, or generated and stored there; the process keeps it from then on, for making it
    /// takes longer than compiling a few rules.
    public static func cached(folding: FoldTable, in cache: DiskCache) -> SkeletonTable {
        made.withLock { known in
            if let known { return known }
            let key = Array(SkeletonTable.cacheKey.utf8)
            let stored = cache.value(for: key).flatMap { SkeletonTable(serialized: $0) }
            let table = stored ?? SkeletonTable(folding: folding)
            if stored == nil { cache.store(table.serialized, for: key) }
            known = table
            return table
        }
    }

    /// Every fold table is made in the same way: there is one table of skeletons.
    private static let made = Mutex<SkeletonTable?>(nil)
}

extension FoldTable {
    /// The fold table from the cache, or generated and stored there.
    public static func cached(in cache: DiskCache) -> FoldTable {
        let key = Array(FoldTable.cacheKey.utf8)
        if let bytes = cache.value(for: key), let table = FoldTable(serialized: bytes) { return table }
        let table = FoldTable()
        cache.store(table.serialized, for: key)
        return table
    }
}
