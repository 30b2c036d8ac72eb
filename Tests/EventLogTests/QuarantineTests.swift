import ConversationModel
import Testing

@testable import EventLog

struct QuarantineTests {
    private func contents(_ files: MemoryFiles) throws -> (entries: [Quarantine.Entry], unreadable: Int) {
        var entries: [Quarantine.Entry] = []
        let unreadable = try Quarantine.read(files) { entries.append($0) }
        return (entries, unreadable)
    }

    @Test("refused events come back byte for byte with their reasons, whatever they are")
    func comesBack() throws {
        let files = MemoryFiles()
        let entries = [
            Quarantine.Entry(received: morning, reason: "too-old", bytes: Array(#"{"id":"亲\n"}"#.utf8)),
            Quarantine.Entry(received: morning, reason: "not-json", bytes: [0xFF, 0, 10, 34, 92]),
            Quarantine.Entry(received: morning, reason: "not-json", bytes: Array("a\nb\r\u{0}\u{2028}\"\\".utf8)),
            Quarantine.Entry(received: morning, reason: "empty", bytes: []),
        ]
        try Quarantine(files).put(entries)
        #expect(try contents(files).entries == entries)
        let text = String(decoding: try #require(files.contents("refused.ndjson")), as: UTF8.self)
        #expect(text.hasPrefix(#"{"bytes":"{\"id\":\"亲\\n\"}","reason":"too-old","received":1772413200000}"# + "\n"))
    }

    @Test("it keeps within its size, and the newest stay")
    func keepsWithinSize() throws {
        let files = MemoryFiles()
        let quarantine = try Quarantine(files, limitBytes: 4000)
        for number in 0..<500 {
            try quarantine.put([.init(received: morning, reason: "too-old", bytes: Array("\(number)".utf8))])
        }
        let sizes = try files.names().map { files.contents($0)?.count ?? 0 }
        #expect(sizes.reduce(0, +) <= 4000)
        let kept = try contents(files).entries.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(kept.count > 20 && kept == (500 - kept.count..<500).map(String.init))
    }

    @Test("a line that a crash tore is counted, and spoils no other")
    func tornLine() throws {
        let files = MemoryFiles()
        try Quarantine(files).put([.init(received: morning, reason: "a", bytes: [65])])
        files.damage("refused.ndjson") { $0.removeLast(5) }
        #expect(try contents(files).unreadable == 1)
        try Quarantine(files).put([.init(received: morning, reason: "b", bytes: [66])])
        let (entries, unreadable) = try contents(files)
        #expect(entries.map(\.reason) == ["b"] && unreadable == 1)
    }

    @Test("of an event that is too large the beginning is kept, and that it is not all")
    func largeIsCut() throws {
        let files = MemoryFiles()
        let large = [UInt8](repeating: 65, count: Quarantine.entryLimitBytes + 1)
        try Quarantine(files).put([.init(received: morning, reason: "size", bytes: large)])
        let entry = try #require(try contents(files).entries.first)
        #expect(entry.isCut && entry.bytes == Array(large.dropLast()))
    }
}
