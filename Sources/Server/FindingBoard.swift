import ConversationModel
import EventLog
import Inspection
import Synchronization

/// What the rules have found, for those who ask: one thread writes it, any may read.
final class FindingBoard: Sendable {
    /// A finding that stands and that events may still take back.
    struct Open: Sendable {
        /// Its last line, without the line feed.
        var line: [UInt8]
        /// The later it was said, the greater; no two are the same.
        var order: Int
    }

    /// A place in the file of findings, as streams name it in `id:`.
    struct Place: Hashable, Sendable {
        var generation: UInt64
        var offset: Int

        var text: String { "\(generation)-\(offset)" }

        init(generation: UInt64, offset: Int) {
            self.generation = generation
            self.offset = offset
        }

        /// Nil for what `text` did not write.
        init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, text.utf8.count <= 40, let generation = UInt64(parts[0]),
                let offset = Int(parts[1]), offset >= 0
            else { return nil }
            self.init(generation: generation, offset: offset)
        }
    }

    /// How the rules are doing.
    struct Figures: Sendable {
        /// The position of the next event.
        var applied: UInt64 = 0
        var asserted = 0
        var retracted = 0
        /// What became of events, since the start.
        var counts = LiveInspection.Counts()
        /// Events by the time from their receipt until what they gave was synced; each bucket alone, the last without end.
        var delays = [Int](repeating: 0, count: FindingBoard.delayLimits.count + 1)
        var delaySum: Int64 = 0
        /// Streams that were ended because they were too far behind.
        var cutStreams = 0
        /// Events that retention took before the rules had seen them.
        var missed: UInt64 = 0
    }

    /// Upper limits of delays in milliseconds.
    static let delayLimits: [Int64] = [5, 10, 25, 50, 100, 250, 1_000, 10_000, 60_000]

    struct State: Sendable {
        var generation: UInt64 = 0
        /// Nil until the rules run.
        var file: (any LogFile)?
        /// What is before is synced.
        var end = 0
        /// By shop and id.
        var open: [String: [String: Open]] = [:]
        /// Assertions that were taken so far.
        var taken = 0
        var figures = Figures()
        /// Why the rules do not run at present.
        var failure: String?
    }

    let state = Mutex(State())

    /// The end of what is synced; a stream waits for it to move.
    var place: Place { state.withLock { Place(generation: $0.generation, offset: $0.end) } }

    /// What stands of a shop, the latest last, and the place at which that was.
    func open(of shop: String) -> (findings: [Open], place: Place) {
        let (open, place) = state.withLock {
            ($0.open[shop] ?? [:], Place(generation: $0.generation, offset: $0.end))
        }
        return (open.values.sorted { $0.order < $1.order }, place)
    }
}

extension FindingBoard.State {
    /// Takes the next line.
    mutating func take(_ line: FindingLine) {
        if line.holds {
            taken += 1
            open[line.shop, default: [:]][line.id] = FindingBoard.Open(line: line.bytes, order: taken)
        } else {
            remove(line.id, of: line.shop)
        }
    }

    /// Forgets a finding that stands for good, or no more.
    mutating func remove(_ id: String, of shop: String) {
        open[shop]?[id] = nil
        if open[shop]?.isEmpty == true { open[shop] = nil }
    }
}

extension FindingBoard {
    /// The lines of `/metrics` about the rules; `end` is the position behind the last event that is synced.
    func metrics(end: UInt64) -> [String] {
        let (figures, open, isUp) = state.withLock { state in
            (state.figures, state.open.values.reduce(0) { $0 + $1.count }, state.failure == nil)
        }
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: Int64)]) {
            lines.append("# HELP mingjian_rules_\(name) \(help)")
            lines.append("# TYPE mingjian_rules_\(name) \(type)")
            lines += values.map { "mingjian_rules_\(name)\($0.labels) \($0.value)" }
        }
        add("up", "gauge", "Whether the rules run.", [("", isUp ? 1 : 0)])
        add(
            "lag_events", "gauge", "Records of the log that the rules have not seen.",
            [("", Int64(clamping: end > figures.applied ? end - figures.applied : 0))])
        add("open_findings", "gauge", "Findings that stand and may still be taken back.", [("", Int64(open))])
        add(
            "changes_total", "counter", "What was said of findings.",
            [("{change=\"assert\"}", Int64(figures.asserted)), ("{change=\"retract\"}", Int64(figures.retracted))])
        let counts = figures.counts
        add(
            "events_total", "counter", "Events by what the rules made of them.",
            [
                ("taken", counts.taken), ("duplicate", counts.duplicates), ("too-late", counts.tooLate),
                ("over-limit", counts.overLimit), ("left-out", counts.leftOut), ("other", counts.others),
            ].map { ("{outcome=\"\($0.0)\"}", Int64($0.1)) })
        add(
            "missed_events_total", "counter", "Events that retention took before.",
            [("", Int64(clamping: figures.missed))])
        add("cut_streams_total", "counter", "Streams ended for being behind.", [("", Int64(figures.cutStreams))])
        var sum = 0
        var buckets: [(labels: String, value: Int64)] = []
        for (count, limit) in zip(figures.delays, Self.delayLimits.map { String($0) } + ["+Inf"]) {
            sum += count
            buckets.append(("_bucket{le=\"\(limit)\"}", Int64(sum)))
        }
        add(
            "delay_milliseconds", "histogram", "From the receipt of an event until what it gave was synced.",
            buckets + [("_sum", figures.delaySum), ("_count", Int64(sum))])
        return lines
    }
}
