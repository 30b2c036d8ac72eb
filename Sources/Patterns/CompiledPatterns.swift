import CVectorscan
import ChineseText
import Diagnostics
import Dispatch

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The scanner's databases for one set of patterns. Immutable; shared by all threads.
public final class CompiledPatterns: Sendable {
    /// One database: literals or regexes of one lane.
    struct Database: @unchecked Sendable {
        let lane: Lane
        let pointer: OpaquePointer
    }

    /// Number of atoms.
    public let atomCount: Int
    let databases: [Database]

    /// Compiles, or takes from the cache. Regexes that the scanner refuses are returned with its
    /// reason and left out.
    public init(_ set: PatternSet, cache: DiskCache) throws(ScannerError) {
        atomCount = set.atoms.count
        let sources = Lane.allCases.flatMap { lane in
            [DatabaseSource.Kind.literals, .regexes].map { (lane, DatabaseSource(set, lane: lane, kind: $0)) }
        }.filter { !$0.1.numbers.isEmpty }
        // Compiling one takes much longer than all else, and no two have anything in common. The dearest come first:
        // begun last, one would be waited for alone.
        let order = sources.indices.sorted { (sources[$0].1.compilingCost, $1) > (sources[$1].1.compilingCost, $0) }
        let outcomes = [Result<OpaquePointer, ScannerError>?](unsafeUninitializedCapacity: sources.count) {
            room, count in
            room.initialize(repeating: nil)
            nonisolated(unsafe) let places = room
            DispatchQueue.concurrentPerform(iterations: sources.count) { turn in
                let number = order[turn]
                places[number] = Result { () throws(ScannerError) in try sources[number].1.database(cache: cache) }
            }
            count = sources.count
        }
        var databases: [Database] = []
        var failure: ScannerError?
        for ((lane, _), outcome) in zip(sources, outcomes) {
            switch outcome {
            case .success(let pointer): databases.append(Database(lane: lane, pointer: pointer))
            case .failure(let error): failure = failure ?? error
            case nil: break
            }
        }
        if let failure {
            for database in databases { hs_free_database(database.pointer) }
            throw failure
        }
        self.databases = databases
    }

    deinit {
        for database in databases { hs_free_database(database.pointer) }
    }
}

/// What goes wrong between us and the scanner's library.
public enum ScannerError: Error, Sendable {
    /// The atom that cannot be compiled (-1: none in particular), and the library's reason.
    case refused(atom: Int32, reason: String)
    /// Out of memory or a processor that the library does not support.
    case failed(String)
}

/// The patterns of one database.
struct DatabaseSource: Sendable {
    enum Kind { case literals, regexes }

    let kind: Kind
    private let set: PatternSet
    /// The atoms that it holds.
    private(set) var numbers: [UInt32] = []
    /// UTF-8 bytes of its patterns.
    private var size = 0

    init(_ set: PatternSet, lane: Lane, kind: Kind) {
        self.set = set
        self.kind = kind
        for number in set.atoms.indices
        where set.atoms[number].level == lane.level && set.atoms[number].sides >> lane.side.rawValue & 1 != 0 {
            switch (set.atoms[number].source, kind) {
            case (.literal(let bytes), .literals): size += bytes.count
            case (.regex(let pattern), .regexes): size += pattern.scanSource.utf8.count
            default: continue
            }
            numbers.append(UInt32(number))
        }
    }

    /// A pattern in a form that compiles.
    private func pattern(_ number: UInt32) -> [CChar] {
        switch set.atoms[Int(number)].source {
        case .literal(let bytes): DatabaseSource.escaped(bytes)
        case .regex(let pattern): Array(pattern.scanSource.utf8CString)
        }
    }

    /// A literal as a pattern of escaped bytes: no metacharacter survives.
    private static func escaped(_ bytes: [UInt8]) -> [CChar] {
        var out: [CChar] = []
        out.reserveCapacity(bytes.count * 4 + 1)
        let hexadecimal = Array("0123456789abcdef".utf8)
        for byte in bytes {
            for character in [
                UInt8(ascii: "\\"), UInt8(ascii: "x"), hexadecimal[Int(byte >> 4)],
                hexadecimal[Int(byte & 15)],
            ] { out.append(CChar(bitPattern: character)) }
        }
        out.append(0)
        return out
    }

    /// What compiling it costs, against the others: a regex a few dozen times as much as a literal.
    var compilingCost: Int { kind == .regexes ? size * 50 : size }

    private var flags: UInt32 {
        switch kind {
        // Pure bytes: no UTF-8 mode, which makes compiling 40 times slower.
        case .literals: 0
        case .regexes: UInt32(HS_FLAG_UTF8) | UInt32(HS_FLAG_MULTILINE)
        }
    }

    /// Everything the compiled form depends on.
    private var key: [UInt8] {
        var platform = hs_platform_info_t()
        hs_populate_platform(&platform)
        let form = "patterns-3 \(String(cString: hs_version())) \(platform.tune) \(platform.cpu_features) \(flags)\n"
        var key = ByteKey(Array(form.utf8), capacity: form.utf8.count + size + numbers.count * 16)
        for number in numbers {
            key.append(Int(number))
            switch set.atoms[Int(number)].source {
            case .literal(let bytes): key.append(bytes)
            case .regex(let pattern): key.append(pattern.scanSource)
            }
        }
        return key.bytes
    }

    func database(cache: DiskCache) throws(ScannerError) -> OpaquePointer {
        let key = key
        if let stored = cache.value(for: key), let database = DatabaseSource.deserialize(stored) {
            return database
        }
        let database = try compile()
        if let bytes = DatabaseSource.serialize(database) { cache.store(bytes, for: key) }
        return database
    }

    private func compile() throws(ScannerError) -> OpaquePointer {
        var pointers = numbers.map { number -> UnsafePointer<CChar>? in
            let pattern = pattern(number)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: pattern.count)
            copy.initialize(from: pattern, count: pattern.count)
            return UnsafePointer(copy)
        }
        defer { for pointer in pointers { pointer?.deallocate() } }
        let flags = [UInt32](repeating: flags, count: numbers.count)
        var database: OpaquePointer?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        let status = hs_compile_multi(
            &pointers, flags, numbers, UInt32(numbers.count), UInt32(HS_MODE_BLOCK), nil, &database,
            &failure)
        if let failure {
            defer { hs_free_compile_error(failure) }
            let reason = failure.pointee.message.map { String(cString: $0) } ?? "unknown"
            let index = Int(failure.pointee.expression)
            throw .refused(
                atom: numbers.indices.contains(index) ? Int32(numbers[index]) : -1, reason: reason)
        }
        guard status == HS_SUCCESS, let database else { throw .failed("hs_compile_multi: \(status)") }
        return database
    }

    private static func serialize(_ database: OpaquePointer) -> [UInt8]? {
        var bytes: UnsafeMutablePointer<CChar>?
        var length = 0
        guard hs_serialize_database(database, &bytes, &length) == HS_SUCCESS, let bytes else { return nil }
        defer { free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: length))
    }

    private static func deserialize(_ bytes: [UInt8]) -> OpaquePointer? {
        var database: OpaquePointer?
        let status = bytes.withUnsafeBytes { raw in
            hs_deserialize_database(raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count, &database)
        }
        return status == HS_SUCCESS ? database : nil
    }
}
