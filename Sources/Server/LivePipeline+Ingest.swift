import ConversationModel
import Diagnostics
import EventLog
import Events
import Monitoring
import Synchronization

/// What became of a batch of events.
///
/// Every line that was read is one of the three: `read` is `taken + duplicate + refused`.
public struct IngestResult: Hashable, Sendable {
    /// An event that was refused.
    public struct Refused: Hashable, Sendable {
        /// 1-based line of the batch.
        public var line: Int
        /// A stable word: a code of docs/live.md, or a reason of docs/event-log.md.
        public var reason: String
        /// Where in the event; empty where it is about the whole line.
        public var field: String
        public var phrase: Phrase
    }

    public var read = 0
    /// In the log, synced.
    public var taken = 0
    public var duplicate = 0
    public var refused = 0
    /// The refused, all of them, by their reasons.
    public var refusedByReason: [String: Int] = [:]
    /// The first of the refused, in the order of the batch.
    public var refusals: [Refused] = []
    /// The newest receipt of the events that were read; nil where there was none.
    public var newestReceipt: Instant?
    /// The position behind the last record that was synced when this batch was.
    public var sequence: UInt64 = 0

    public init() {}
}

extension LivePipeline {
    /// Takes lines of events; returns when those taken are synced. Who asks for figures afterwards is told of them.
    ///
    /// A bad event costs no other: it is listed, counted and kept in `refused.ndjson`. Throws where nothing of the batch is
    /// acknowledged (`overloaded`, `stopped`): it may be sent again as it is.
    public nonisolated func ingest(
        _ bytes: [UInt8], receipt: Receipt, now: Instant
    ) async throws(EventLogError) -> IngestResult {
        var batch = batch(bytes, receipt, now: now)
        let outcomes: [AppendOutcome]
        do throws(EventLogError) {
            outcomes = try await append(batch.events, as: batch.records, now: now)
        } catch {
            for shop in batch.newShops { room.settle(shop, isInLog: false) }
            throw error
        }
        for (index, outcome) in outcomes.enumerated() {
            switch outcome {
            case .appended: batch.result.taken += 1
            case .duplicate: batch.result.duplicate += 1
            case .refused(let refusal):
                batch.refuse(batch.ordinals[index], refusal.rawValue, "", isByLog: true) { refusal.phrase }
            }
        }
        if !batch.newShops.isEmpty {
            let taken = zip(batch.events, outcomes).filter { if case .appended = $1 { true } else { false } }
            let shops = Set(taken.map(\.0.shop))
            for shop in batch.newShops { room.settle(shop, isInLog: shops.contains(shop)) }
        }
        var result = batch.result
        result.sequence = log.end.index
        guard result.refused > 0 else { return result }
        let kept = batch.refused
        let places = TextLines.places(of: kept.map(\.ordinal), in: bytes)
        result.refusals = zip(kept, places).prefix(options.listedRefusals).map { refused, place in
            var refusal = refused.refusal()
            refusal.line = place.number
            return refusal
        }
        let entries = zip(kept, places).map { refused, place in
            // What is no event cannot be masked by its texts, so nothing of it is kept then.
            Quarantine.Entry(
                received: now, reason: refused.reason, bytes: mask == nil ? Array(bytes[place.bytes]) : [],
                isCut: mask != nil)
        }
        // What was refused is told to its sender in any case; keeping it must not undo what was taken.
        do throws(EventLogError) { try quarantine?.put(entries) } catch { await note(quarantineFailure: error) }
        return result
    }

    private func note(quarantineFailure failure: EventLogError) { quarantineFailure = failure }

    /// The events of a batch and the records that the log gets, beside what is refused already.
    private nonisolated func batch(_ bytes: [UInt8], _ receipt: Receipt, now: Instant) -> Batch {
        let (received, keepsReceipts): (Instant?, Bool) =
            switch receipt {
            case .stamped: (now, false)
            case .kept: (nil, true)
            case .told(let present): (present, true)
            }
        var batch = Batch(keptRefusals: options.keptRefusals)
        var shops: [String: Bool] = [:]
        var last: (shop: String, isAllowed: Bool)?
        readers.read(bytes, received: received, keepsReceipts: keepsReceipts) { read in
            let ordinal = batch.result.read
            batch.result.read += 1
            var event: Event
            switch read {
            case .refused(let refusal):
                return batch.refuse(ordinal, refusal.code.rawValue, refusal.field) { refusal.phrase }
            case .event(let whole): event = whole
            }
            if case .tick = event.content, receipt == .stamped {
                return batch.refuse(ordinal, "no-tick", "type") {
                    Phrase(
                        "the server has a clock of its own and writes ticks itself", "服务器有自己的时钟，tick 由它自己写入")
                }
            }
            if last?.shop != event.shop {
                last = (event.shop, shops[event.shop] ?? admit(event.shop, &batch))
                shops[event.shop] = last?.isAllowed
            }
            guard last?.isAllowed == true else {
                return batch.refuse(ordinal, "too-many-shops", "shop") {
                    Phrase("no room for another shop", "店铺数已达上限")
                }
            }
            decide(&event)
            if let mask { event.mask(mask) }
            let record = LivePipeline.record(event)
            // Written with all its escapes it may be longer than it came: what could not be read again is not taken.
            guard record.payload.count <= EventReader.lineLimitBytes else {
                let code = EventRefusal.Code.tooLarge
                return batch.refuse(ordinal, code.rawValue, "") { code.reason }
            }
            batch.add(event, record, ordinal)
        }
        return batch
    }

    private nonisolated func admit(_ shop: String, _ batch: inout Batch) -> Bool {
        switch room.admit(shop) {
        case .known: return true
        case .refused: return false
        case .reserved:
            batch.newShops.append(shop)
            return true
        }
    }

    /// Whether a buyer's message needs an answer is decided once, when it is appended.
    private nonisolated func decide(_ event: inout Event) {
        guard case .message(var message) = event.content, message.speaker == .buyer, message.needsAnswer == nil
        else { return }
        message.needsAnswer = needsAnswer(message)
        event.content = .message(message)
    }
}

extension Event {
    /// Masks the text of a message.
    fileprivate mutating func mask(_ mask: (String) -> String) {
        guard case .message(var message) = content, let text = message.text else { return }
        message.text = mask(text)
        content = .message(message)
    }
}

/// A batch on its way into the log. Ordinals count the lines with text, from 0.
private struct Batch {
    var events: [Event] = []
    var records: [LogRecord] = []
    /// Of each event.
    var ordinals: [Int] = []
    private var refusedByReader: [Refused] = []
    private var refusedByLog: [Refused] = []
    /// Shops for which it holds a place.
    var newShops: [String] = []
    var result = IngestResult()

    mutating func add(_ event: Event, _ record: LogRecord, _ ordinal: Int) {
        result.newestReceipt = max(result.newestReceipt ?? event.received, event.received)
        events.append(event)
        records.append(record)
        ordinals.append(ordinal)
    }

    /// What was refused, and how to say it: most are only counted.
    struct Refused {
        var ordinal: Int
        var reason: String
        var field: String
        var phrase: () -> Phrase

        func refusal() -> IngestResult.Refused {
            IngestResult.Refused(line: 0, reason: reason, field: field, phrase: phrase())
        }
    }

    private let keptRefusals: Int

    init(keptRefusals: Int) { self.keptRefusals = keptRefusals }

    /// Counts what the reader refused or, with `isByLog`, the log; each in their order.
    mutating func refuse(
        _ ordinal: Int, _ reason: String, _ field: String, isByLog: Bool = false, _ phrase: @escaping () -> Phrase
    ) {
        result.refused += 1
        result.refusedByReason[reason, default: 0] += 1
        let one = Refused(ordinal: ordinal, reason: reason, field: field, phrase: phrase)
        if isByLog, refusedByLog.count < keptRefusals {
            refusedByLog.append(one)
        } else if !isByLog, refusedByReader.count < keptRefusals {
            refusedByReader.append(one)
        }
    }

    /// The first that were refused, by the order of the batch.
    var refused: ArraySlice<Refused> {
        (refusedByReader + refusedByLog).sorted { $0.ordinal < $1.ordinal }.prefix(keptRefusals)
    }
}

/// Readers of lines for as many batches as come at once.
final class EventReaders: Sendable {
    /// One is used by one batch at a time: whoever takes it has it alone until he gives it back.
    private struct Idle: @unchecked Sendable { var readers: [EventReader] = [] }

    /// As many are kept; each has a buffer of a MiB.
    private static let kept = 8
    private let idle = Mutex(Idle())

    func read(
        _ bytes: [UInt8], received: Instant?, keepsReceipts: Bool = false, each: (EventReader.Record) -> Void
    ) {
        withReader { reader in
            bytes.withUnsafeBufferPointer {
                reader.read($0, received: received, keepsReceipts: keepsReceipts, each: each)
            }
        }
    }

    /// The events of a log, without the texts of messages.
    func readEvents(_ bytes: [UInt8], each: (Event) -> Void) {
        withReader { reader in bytes.withUnsafeBytes { reader.events(in: $0, skipsTexts: true, each: each) } }
    }

    private func withReader(_ use: (EventReader) -> Void) {
        let reader = idle.withLock { $0.readers.popLast() } ?? EventReader()
        use(reader)
        idle.withLock { if $0.readers.count < EventReaders.kept { $0.readers.append(reader) } }
    }
}

extension Refusal {
    fileprivate var phrase: Phrase {
        switch self {
        case .tooOld:
            Phrase("more than 48 h older than the newest receipt", "比最新的接收时间早 48 小时以上")
        case .receivedInFuture: Phrase("received in the future", "接收时间在未来")
        case .size: Phrase("longer than the log takes", "超过日志允许的长度")
        }
    }
}
