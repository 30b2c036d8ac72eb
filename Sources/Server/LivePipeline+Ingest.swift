import ConversationModel
import Diagnostics
import EventLog
import Events
import Monitoring

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
    /// The first of the refused, in the order of the batch.
    public var refusals: [Refused] = []
    /// The newest receipt of the events that were read; nil where there was none.
    public var newestReceipt: Instant?
    /// The position behind the last record folded after this batch.
    public var sequence: UInt64 = 0

    public init() {}
}

extension LivePipeline {
    /// Takes lines of events; returns when those taken are synced and counted.
    ///
    /// A bad event costs no other: it is listed, counted and kept in `refused.ndjson`. Throws where nothing of the batch is
    /// acknowledged (`overloaded`, `stopped`): it may be sent again as it is.
    public func ingest(_ bytes: [UInt8], receipt: Receipt, now: Instant) async throws(EventLogError) -> IngestResult {
        var result = IngestResult()
        var refusals: [IngestResult.Refused] = []
        var records: [(line: Int, record: LogRecord)] = []
        var newShops: Set<String> = []
        var line = 0
        let lines = LineNumbers(bytes)
        for read in events.read(bytes, received: receipt == .stamped ? now : nil) {
            result.read += 1
            switch read {
            case .refused(let refusal):
                line = refusal.line
                refusals.append(
                    IngestResult.Refused(
                        line: line, reason: refusal.code.rawValue, field: refusal.field, phrase: refusal.phrase))
            case .event(var event):
                line = lines.lineWithText(after: line)
                if monitor.shop(event.shop) == nil, !newShops.contains(event.shop) {
                    guard monitor.shops.count + newShops.count < options.shops else {
                        refusals.append(
                            IngestResult.Refused(
                                line: line, reason: "too-many-shops", field: "shop",
                                phrase: Phrase("no room for another shop", "店铺数已达上限")))
                        continue
                    }
                    newShops.insert(event.shop)
                }
                decide(&event)
                if let mask { event.mask(mask) }
                result.newestReceipt = max(result.newestReceipt ?? event.received, event.received)
                records.append((line, LivePipeline.record(event)))
            }
        }
        let outcomes = try await log.append(records.map(\.record), now: now)
        for (record, outcome) in zip(records, outcomes) {
            switch outcome {
            case .appended: result.taken += 1
            case .duplicate: result.duplicate += 1
            case .refused(let refusal):
                refusals.append(
                    IngestResult.Refused(
                        line: record.line, reason: refusal.rawValue, field: "", phrase: refusal.phrase))
            }
        }
        refusals.sort { $0.line < $1.line }
        result.refused = refusals.count
        result.refusals = Array(refusals.prefix(options.listedRefusals))
        if !refusals.isEmpty {
            let entries = refusals.map { refusal in
                // What is no event cannot be masked by its texts, so nothing of it is kept then.
                Quarantine.Entry(
                    received: now, reason: refusal.reason, bytes: mask == nil ? Array(lines[refusal.line]) : [],
                    isCut: mask != nil)
            }
            // What was refused is told to its sender in any case; keeping it must not undo what was taken.
            do throws(EventLogError) { try quarantine?.put(entries) } catch { quarantineFailure = error }
        }
        try catchUp()
        result.sequence = position.index
        return result
    }

    /// Whether a buyer's message needs an answer is decided once, when it is appended.
    private func decide(_ event: inout Event) {
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

/// Where the lines of a batch are.
struct LineNumbers {
    private let lines: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    }

    /// A line without its end; empty where there is none.
    subscript(number: Int) -> ArraySlice<UInt8> {
        number >= 1 && number <= lines.count ? lines[number - 1] : []
    }

    /// The next line that is not blank: what the reader read next.
    func lineWithText(after number: Int) -> Int {
        var next = number + 1
        while next < lines.count, lines[next - 1].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { next += 1 }
        return next
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
