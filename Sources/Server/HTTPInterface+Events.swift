import ConversationModel
import Crypto
import Diagnostics
import Events
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

extension HTTPInterface {
    /// Answers remembered for keys of requests that may come again.
    private static let rememberedKeys = 1_000

    /// Takes a batch of events and answers when it is synced.
    ///
    /// `wantsBody` is called before the body is read, where nothing is wrong with the head.
    func post(_ request: Request, wantsBody: () -> Void = {}) async throws -> Response {
        let media = request.headers[.contentType].map(MediaType.init)
        guard let type = media?.name, type == "application/x-ndjson" || type == "application/json" else {
            throw HTTPProblem(
                "unsupported-media-type", .unsupportedMediaType,
                "application/x-ndjson, or application/json for an array")
        }
        guard media?.charsets.allSatisfy(["utf-8", "utf8", "us-ascii"].contains) ?? true else {
            throw HTTPProblem("unsupported-media-type", .unsupportedMediaType, "no charset but utf-8 is understood")
        }
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw HTTPProblem("unsupported-media-type", .unsupportedMediaType, "no content encoding is understood")
        }
        if let coding = request.headers[.transferEncoding], coding.lowercased() != "chunked" {
            throw HTTPProblem("unsupported-coding", .notImplemented, "no transfer coding but chunked is understood")
        }
        guard let keyName = HTTPField.Name("Idempotency-Key") else { throw HTTPProblem.noShop }
        let key = request.headers[keyName]
        if let key, key.isEmpty || key.utf8.count > 255 {
            throw HTTPProblem.badParameter("Idempotency-Key", "1 to 255 bytes")
        }
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? options.bodyBytes
        let room = min(length, options.bodyBytes)
        try hold(room)
        defer { state.counts.withLock { $0.heldBytes -= room } }
        if length > options.bodyBytes {
            throw HTTPProblem("too-large", .contentTooLarge, "more than \(options.bodyBytes) bytes")
        }
        wantsBody()
        var bytes = try await body(request)
        // The same bytes are another body where they are of another type.
        let digest = key == nil ? [] : Array(SHA256.hash(data: Array(type.utf8) + [0x0A] + bytes))
        if let key, let known = try begin(key) {
            guard known.body == digest else {
                throw HTTPProblem(
                    "key-used", .unprocessableContent, "the Idempotency-Key was used for another body")
            }
            return .bytes(known.answer, "application/json")
        }
        defer { if let key { state.counts.withLock { _ = $0.keysUnderWay.remove(key) } } }
        bytes.removeFirst(EventReader.byteOrderMark(in: bytes))
        if type == "application/json" {
            guard let lines = EventBatch.lines(ofArray: bytes) else {
                throw HTTPProblem("not-an-array", .badRequest, "the body is no JSON array")
            }
            bytes = lines
        }
        let result: IngestResult
        if let clock {
            result = try await pipeline.ingest(bytes, receipt: .told(present: clock.now), now: clock.real())
            if let newest = result.newestReceipt { clock.tell(newest) }
        } else {
            result = try await pipeline.ingest(bytes, receipt: .stamped, now: now())
        }
        let answer = ResponseJSON.members([
            "asOf": json.time(now()), "sequence": .integer(Int64(clamping: result.sequence)),
            "read": .integer(Int64(result.read)), "taken": .integer(Int64(result.taken)),
            "duplicate": .integer(Int64(result.duplicate)), "refused": .integer(Int64(result.refused)),
            "refusedBy": .object(
                result.refusedByReason.sorted { $0.key < $1.key }.map {
                    ResponseJSON.Member(name: $0.key, value: .integer(Int64($0.value)))
                }),
            "refusals": .list(
                result.refusals.map {
                    .members([
                        "line": .integer(Int64($0.line)), "reason": .text($0.reason), "field": .text($0.field),
                        "detail": .text($0.phrase.english),
                    ])
                }),
        ]).bytes
        state.counts.withLock { counts in
            counts.taken += result.taken
            counts.duplicate += result.duplicate
            counts.refused += result.refused
            if let key {
                counts.answers.append((key, digest, answer))
                if counts.answers.count > Self.rememberedKeys { counts.answers.removeFirst() }
            }
        }
        return .bytes(answer, "application/json")
    }

    /// A `Content-Type`, in small letters and without spaces.
    private struct MediaType {
        var name: String
        /// What its parameters say of the encoding of the body.
        var charsets: [String]

        init(_ field: String) {
            let parts = field.lowercased().filter { $0 != " " && $0 != "\t" }
                .split(separator: ";", omittingEmptySubsequences: false)
            name = parts.first.map(String.init) ?? ""
            charsets = parts.dropFirst().filter { $0.hasPrefix("charset=") }.map {
                $0.dropFirst("charset=".count).filter { $0 != "\"" }
            }
        }
    }

    /// What was answered for a key; nil where nothing was, and then the key is under way until its answer is there.
    private func begin(_ key: String) throws(HTTPProblem) -> (body: [UInt8], answer: [UInt8])? {
        let (known, isUnderWay) = state.counts.withLock { counts in
            let known = counts.answers.last { $0.key == key }
            return (known, known == nil && !counts.keysUnderWay.insert(key).inserted)
        }
        guard !isUnderWay else {
            throw HTTPProblem(
                "key-under-way", .conflict, "a request with this Idempotency-Key is being answered: try again",
                field: HTTPField(name: .retryAfter, value: "1"))
        }
        return known.map { ($0.body, $0.answer) }
    }

    /// Sets memory aside for a body, or says that there is none.
    private func hold(_ bytes: Int) throws(HTTPProblem) {
        let isFree = state.counts.withLock { counts in
            guard counts.heldBytes + bytes <= options.heldBytes else { return false }
            counts.heldBytes += bytes
            return true
        }
        guard isFree else {
            throw HTTPProblem(
                "overloaded", .serviceUnavailable,
                "other batches take all the memory that there is for them: try again",
                field: HTTPField(name: .retryAfter, value: "1"))
        }
    }

    /// The body, bounded in size and in the time it may take.
    private func body(_ request: Request) async throws -> [UInt8] {
        let limit = options.bodyBytes
        let tooLarge = HTTPProblem("too-large", .contentTooLarge, "more than \(limit) bytes")
        let (stream, seconds) = (request.body, options.bodySeconds)
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                for try await part in stream {
                    guard bytes.count + part.readableBytes <= limit else { throw tooLarge }
                    bytes += part.readableBytesView
                }
                return bytes
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw HTTPProblem("too-slow", .requestTimeout, "the body did not come within \(seconds) s")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
