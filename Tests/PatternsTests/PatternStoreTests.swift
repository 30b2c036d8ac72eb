import ChineseText
import ConversationModel
import Foundation
import Testing

@testable import Patterns

/// Patterns that a later run takes from the cache.
struct PatternStoreTests {
    private static let sources: [PreparedRegexes.Source] = [
        .init("退.{0,4}款", level: .folded), .init("您+", level: .folded), .init("^(?:好|行)的?$", level: .folded),
        .init("[0-9]{6}", level: .exact), .init("ＶＸ|微信", level: .exact),
    ]

    private static func patterns() throws -> [Pattern] {
        try sources.map { try Pattern($0.pattern, level: $0.level, table: table) }
    }

    @Test func whatWasStoredComesBack() throws {
        let patterns = try Self.patterns()
        let found = try #require(PatternStore.patterns(PatternStore.bytes(patterns), of: Self.sources))
        #expect(found == patterns)
        for (a, b) in zip(found, patterns) {
            #expect(a.scanSource == b.scanSource)
            #expect(a.factors == b.factors)
            #expect(a.isLiteral == b.isLiteral)
            #expect(a.isAnchored == b.isAnchored)
            #expect(a.firstScalars == b.firstScalars)
        }
    }

    @Test func bytesThatAreCutOrDamagedAreNoListAndNeverCrash() throws {
        let bytes = PatternStore.bytes(try Self.patterns())
        for length in bytes.indices { #expect(PatternStore.patterns(Array(bytes[..<length]), of: Self.sources) == nil) }
        #expect(PatternStore.patterns(bytes + [0], of: Self.sources) == nil)
        #expect(PatternStore.patterns(bytes, of: Array(Self.sources.dropLast())) == nil)
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0xFF
            _ = PatternStore.patterns(damaged, of: Self.sources)
        }
    }

    @Test func aSecondRunFindsTheSameSpansWithoutReadingTheSources() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mingjian-store-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = DiskCache(directory: folder.path)
        var first = PreparedRegexes(Self.sources, table: table, cache: cache)
        var second = PreparedRegexes(Self.sources, table: table, cache: cache)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
        for source in Self.sources {
            let (_, a) = try first.outcome(of: source).get()
            let (_, b) = try second.outcome(of: source).get()
            for text in ["退了一个款", "您您", "好的", "行", "123456", "ＶＸ", ""] {
                #expect(a?.spans(in: Array(text.utf8)) == b?.spans(in: Array(text.utf8)))
            }
        }
    }

    @Test func aListWithARefusedPatternIsReadEachTime() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mingjian-store-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let sources = Self.sources + [.init("(退", level: .folded)]
        for _ in 0..<2 {
            var regexes = PreparedRegexes(sources, table: table, cache: DiskCache(directory: folder.path))
            #expect(throws: PatternProblem.self) { try regexes.outcome(of: sources[5]).get() }
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }
}
