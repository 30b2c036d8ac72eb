import Crypto

/// Who may use the API: SHA-256 hashes of bearer tokens; the tokens themselves are nowhere.
public struct AccessTokens: Sendable {
    private var hashes: [[UInt8]] = []

    /// Nobody has a token: only for a server that others cannot reach.
    public init() {}

    /// A hash a line, 64 hexadecimal digits; what follows a space is a note, lines with `#` are comments. Nil where a
    /// line is neither, or none is a hash.
    public init?(file text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let word = words.first, !word.hasPrefix("#") else { continue }
            let digits = word.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == 64, word.utf8.count == 64 else { return nil }
            hashes.append(stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) })
        }
        if hashes.isEmpty { return nil }
    }

    /// One more token, in clear; at least 16 bytes, or nothing is added.
    public mutating func add(token: String) {
        if token.utf8.count >= 16 { hashes.append(AccessTokens.hash(token)) }
    }

    /// Whether no token is known.
    public var isEmpty: Bool { hashes.isEmpty }

    /// Whether the value of an `Authorization` header carries a known token. Takes as long whichever it is.
    func allow(_ header: String?) -> Bool {
        guard let header, header.count > 7, header.prefix(7).lowercased() == "bearer ", header.utf8.count <= 4096
        else { return false }
        let asked = AccessTokens.hash(String(header.dropFirst(7)))
        var isKnown = false
        for hash in hashes {
            let difference = zip(hash, asked).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 }
            if difference == 0 { isKnown = true }
        }
        return isKnown
    }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
