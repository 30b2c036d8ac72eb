import Foundation
import Testing

@testable import Patterns

@Suite("the cache on disk keeps what is used, within its bounds") struct DiskCacheTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mingjian-\(UUID())")

    private func key(_ number: Int) -> [UInt8] { Array("entry \(number)".utf8) }

    private func path(_ number: Int) -> String { folder.appendingPathComponent(DiskCache.name(key(number))).path }

    private func age(_ path: String, hours: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)], ofItemAtPath: path)
    }

    @Test("beyond the limit what was not used for longest goes; the last stored and foreign files stay")
    func leastRecentlyUsed() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = DiskCache(directory: folder.path, limit: 3_500)
        let value = [UInt8](repeating: 7, count: 1_000)
        for number in 1...3 {
            cache.store(value, for: key(number))
            try age(path(number), hours: Double(10 - number))
        }
        let foreign = folder.appendingPathComponent("notes.txt").path
        let unfinished = [".\(DiskCache.name(key(8))).1", ".\(DiskCache.name(key(9))).1"].map { folder.path + "/" + $0 }
        for path in [foreign] + unfinished { try Data(count: 9_000).write(to: URL(fileURLWithPath: path)) }
        try age(foreign, hours: 99)
        try age(unfinished[0], hours: 2)
        // The oldest is used again, so that the second one is due.
        #expect(cache.value(for: key(1)) == value)
        cache.store(value, for: key(4))
        #expect((1...4).map { cache.value(for: key($0)) != nil } == [true, false, true, true])
        #expect(([foreign] + unfinished).map { FileManager.default.fileExists(atPath: $0) } == [true, false, true])
        // One that is larger than all may be: it stays alone until the next.
        let large = [UInt8](repeating: 1, count: 5_000)
        cache.store(large, for: key(5))
        #expect((1...5).map { cache.value(for: key($0)) != nil } == [false, false, false, false, true])
    }

    @Test("an entry under another one's name is a miss")
    func otherName() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = DiskCache(directory: folder.path)
        for number in 1...2 { cache.store([UInt8(number)], for: key(number)) }
        try FileManager.default.removeItem(atPath: path(2))
        try FileManager.default.copyItem(atPath: path(1), toPath: path(2))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(2))
        #expect(cache.value(for: key(1)) == [1] && cache.value(for: key(2)) == nil)
    }

    @Test("a changed byte, another owner's mode or a short file is a miss")
    func doubt() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = DiskCache(directory: folder.path)
        cache.store([1, 2, 3], for: key(1))
        #expect(cache.value(for: key(1)) == [1, 2, 3] && cache.value(for: key(2)) == nil)
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path(1))
        #expect(cache.value(for: key(1)) == nil)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(1))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path(1)))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path(1)))
        #expect(cache.value(for: key(1)) == nil)
    }
}
