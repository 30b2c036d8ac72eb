import ConversationModel
import Crypto
import Diagnostics

/// One published state of the rules: who, why, when, from when on, and which files.
///
/// A version never changes. Its seal is a digest of everything it says; the next version holds it,
/// so that no part of the history can be altered unseen.
public struct RuleVersion: Sendable, Hashable {
    /// One rule file of a version.
    public struct File: Sendable, Hashable {
        /// Relative, with `/`; see `RuleFileName`.
        public var name: String
        public var bytes: Int
        /// SHA-256 of its bytes.
        public var digest: String

        public init(name: String, bytes: Int, digest: String) {
            self.name = name
            self.bytes = bytes
            self.digest = digest
        }
    }

    /// The time policy that a version was tested with and judges by.
    public struct Policy: Sendable, Hashable {
        /// The file that was named, kept as `policy.json`; nil: what it says stands as where no file is named.
        public var file: File?
        /// Milliseconds of silence that close a conversation, where an option set them over the file.
        public var closeAfter: Int64?

        public init(file: File? = nil, closeAfter: Int64? = nil) {
            self.file = file
            self.closeAfter = closeAfter
        }
    }

    /// The version before.
    public struct Previous: Sendable, Hashable {
        public var number: Int
        public var seal: String

        public init(number: Int, seal: String) {
            self.number = number
            self.seal = seal
        }
    }

    /// From 1, without gaps.
    public var number: Int
    /// SHA-256 over the sorted names and the bytes of the files.
    public var digest: String
    /// What the rules mean (`rulesDigest`).
    public var rulesDigest: String
    public var ruleCount: Int
    public var author: String
    public var note: String
    public var publishedAt: Instant
    /// The next midnight of the shop; for an emergency version the instant of its publication.
    public var effectiveFrom: Instant
    /// The shop's zone, by its name in the tz database.
    public var zone: String
    /// Why it could not wait for midnight; nil for an ordinary version.
    public var emergencyReason: String?
    public var previous: Previous?
    /// Nil: published before versions kept one; it is judged by that of the run.
    public var policy: Policy?
    /// Sorted by the bytes of their names.
    public var files: [File]

    public init(
        number: Int, digest: String, rulesDigest: String, ruleCount: Int, author: String, note: String,
        publishedAt: Instant, effectiveFrom: Instant, zone: String, emergencyReason: String? = nil,
        previous: Previous? = nil, policy: Policy? = nil, files: [File]
    ) {
        self.number = number
        self.digest = digest
        self.rulesDigest = rulesDigest
        self.ruleCount = ruleCount
        self.author = author
        self.note = note
        self.publishedAt = publishedAt
        self.effectiveFrom = effectiveFrom
        self.zone = zone
        self.emergencyReason = emergencyReason
        self.previous = previous
        self.policy = policy
        self.files = files
    }

    public var isEmergency: Bool { emergencyReason != nil }

    /// The folder of the version in a store: `0007-3fe2c19ab04d`.
    public var folderName: String {
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, 4 - digits.count))
        return "\(padding)\(digits)-\(digest.prefix(12))"
    }

    /// The digest of `files` that a version is named by: SHA-256 over sorted names and bytes.
    public static func contentDigest(_ files: [SourceFile]) -> String {
        var hash = SHA256()
        func add(_ bytes: [UInt8]) {
            withUnsafeBytes(of: Int64(bytes.count).littleEndian) { hash.update(data: Array($0)) }
            hash.update(data: bytes)
        }
        add(Array("mingjian rule version 1".utf8))
        for file in sorted(files) {
            add(Array(file.path.utf8))
            add(file.bytes)
        }
        return hexadecimal(hash.finalize())
    }

    /// SHA-256 of `bytes` as 64 hexadecimal digits.
    public static func digest(of bytes: [UInt8]) -> String {
        hexadecimal(SHA256.hash(data: bytes))
    }

    /// By the bytes of their paths.
    static func sorted(_ files: [SourceFile]) -> [SourceFile] {
        files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private static func hexadecimal(_ digest: SHA256Digest) -> String {
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// What differs between the files as they were published and `found`, paths being names.
    ///
    /// - Returns: the first difference in the order of names; nil where there is none.
    public func fault(ofFiles found: [SourceFile]) -> VersionFault? {
        // Keys are compared as text, so that a file system may write accents in its own way.
        var rest: [String: SourceFile] = [:]
        for file in found { rest[file.path] = file }
        var matched: [SourceFile] = []
        for file in files {
            guard let bytes = rest.removeValue(forKey: file.name)?.bytes else {
                return VersionFault(
                    file: "rules/\(file.name)", Phrase("the file is missing", "文件缺失"))
            }
            if bytes.count != file.bytes || RuleVersion.digest(of: bytes) != file.digest {
                return VersionFault(
                    file: "rules/\(file.name)",
                    Phrase("the file is not as it was published", "文件与发布时不一致"))
            }
            matched.append(SourceFile(path: file.name, bytes: bytes))
        }
        if let name = rest.keys.min(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            return VersionFault(
                file: "rules/\(name)", Phrase("the file was not published", "此文件并非发布内容"))
        }
        if RuleVersion.contentDigest(matched) != digest {
            return VersionFault(
                file: RuleVersion.recordName,
                Phrase("its digest is not that of the files", "摘要与规则文件不符"))
        }
        return nil
    }
}

/// Why a version, or a store of them, is not used.
public struct VersionFault: Error, Sendable, Hashable {
    /// Relative to the version's folder, or the store's.
    public var file: String
    public var reason: Phrase

    public init(file: String, _ reason: Phrase) {
        self.file = file
        self.reason = reason
    }
}
