import ConversationModel
import Crypto
import EventLog
import Inspection

/// How far rules have come: what a restart needs beside the log and the file of findings.
///
///     "MJRULES1" generation:u64 offset:u64 applied:u64 at:i64 position:u64
///     conversations:u64 { shop buyer conversation parts:u64 messages:u64 closedAt:i64 lastMessage:i64 hasAgent:u64 agent }
///     standing:u64 { line } sha256[32]
///
/// Numbers are little-endian; texts and lines have their length in front.
struct RulesCheckpoint: Equatable {
    fileprivate static let magic = Array("MJRULES1".utf8)
    fileprivate static let digestSize = 32
    /// No text or line is longer.
    fileprivate static let textLimit: UInt64 = 1 << 30

    /// Which file the offset is of; another number once its beginning is another.
    var generation: UInt64
    /// The length of the file of findings that is synced and accounted for in here.
    var offset: Int
    /// The position of the next event.
    var applied: UInt64
    /// Deadlines up to here had been fired.
    var at: Instant
    var memory: LiveMemory
    /// The last line of each finding that stood and that events may still take back, the latest said last.
    var standing: [[UInt8]]

    /// Keeps it durably in place of the one before.
    func save(_ files: any FileLayer, _ name: String) throws(FileError) {
        let new = name + ".new"
        if try files.names().contains(new) { try files.remove(new) }
        let file = try files.create(new)
        try file.write(bytes, at: 0)
        try file.sync()
        try files.rename(new, to: name)
        try files.syncDirectory()
    }

    /// What was saved last; nil where there is none, or it is damaged or of another program.
    static func load(_ files: any FileLayer, _ name: String) throws(FileError) -> RulesCheckpoint? {
        guard try files.names().contains(name) else { return nil }
        let file = try files.open(name, forWriting: false)
        return RulesCheckpoint(try file.bytes(at: 0, count: file.size()))
    }

    var bytes: [UInt8] {
        var bytes = Self.magic
        func add(_ number: UInt64) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        func add(_ text: some Collection<UInt8>) {
            add(UInt64(text.count))
            bytes.append(contentsOf: text)
        }
        func add(_ instant: Instant) { add(UInt64(bitPattern: instant.milliseconds)) }
        add(generation)
        add(UInt64(offset))
        add(applied)
        add(at)
        add(memory.position)
        add(UInt64(memory.conversations.count))
        for record in memory.conversations {
            add(record.key.shop.utf8)
            add(record.key.buyer.utf8)
            add(record.key.conversation.utf8)
            add(UInt64(record.parts))
            add(UInt64(record.messages))
            add(record.closedAt)
            add(record.lastMessage)
            add(UInt64(record.lastAgent == nil ? 0 : 1))
            add((record.lastAgent ?? "").utf8)
        }
        add(UInt64(standing.count))
        for line in standing { add(line) }
        bytes.append(contentsOf: SHA256.hash(data: bytes))
        return bytes
    }

}

extension RulesCheckpoint {
    /// What `bytes` gave; nil for anything else.
    init?(_ bytes: [UInt8]) {
        let content = bytes.count - Self.digestSize
        guard content >= Self.magic.count, bytes.starts(with: Self.magic),
            SHA256.hash(data: bytes[..<content]) == bytes[content...]
        else { return nil }
        var rest = bytes[Self.magic.count..<content]
        var isBad = false
        func number() -> UInt64 {
            guard rest.count >= 8 else {
                isBad = true
                return 0
            }
            defer { rest = rest.dropFirst(8) }
            return rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        func count() -> Int {
            let value = number()
            if value > Self.textLimit { isBad = true }
            return isBad ? 0 : Int(value)
        }
        func instant() -> Instant { Instant(milliseconds: Int64(bitPattern: number())) }
        func data() -> [UInt8] {
            let size = count()
            guard size <= rest.count else {
                isBad = true
                return []
            }
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
        func text() -> String { String(decoding: data(), as: UTF8.self) }
        generation = number()
        offset = Int(clamping: number())
        applied = number()
        at = instant()
        memory = LiveMemory(position: number(), conversations: [])
        var left = count()
        while left > 0, !isBad {
            let key = LiveConversationKey(shop: text(), buyer: text(), conversation: text())
            let (parts, messages) = (count(), count())
            let (closedAt, lastMessage) = (instant(), instant())
            let (hasAgent, agent) = (number() != 0, text())
            memory.conversations.append(
                LiveMemory.Record(
                    key: key, parts: parts, messages: messages, closedAt: closedAt, lastMessage: lastMessage,
                    lastAgent: hasAgent ? agent : nil))
            left -= 1
        }
        standing = []
        left = count()
        while left > 0, !isBad {
            standing.append(data())
            left -= 1
        }
        if isBad || !rest.isEmpty { return nil }
    }
}
