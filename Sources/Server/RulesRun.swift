import ConversationModel
import EventLog
import Events
import Inspection
import Synchronization

/// Rules on the events of a log, from where they had come to on: judged in the order of the log, said in a file.
///
/// For one thread. A line is written only once the events that gave it are synced, and told to others once it is synced
/// itself. A restart goes on at the last checkpoint: it judges again what was open then, and says what differs from what
/// the file says already. Lines may come twice, none is lost.
final class RulesRun {
    /// What was said before, until the log is read again up to there.
    private struct Replay {
        /// The position of the next event at that time, and up to when deadlines had been fired.
        var applied: UInt64
        var at: Instant
        /// Whether the log still has all that is to be read again.
        var isWhole: Bool
        var said: [String: FindingLine] = [:]
        /// In the order in which they were said, some more than once.
        var order: [String] = []
    }

    private static let batch = 500

    private let log: EventLog
    private let board: FindingBoard
    private let options: LiveRules.Options
    private let clock: () -> Instant
    private let files: any FileLayer
    private let name: String
    private let lock: any Sendable
    private let live: LiveInspection
    private let source: any EventSource<EventLogError>
    private let parser = EventReader()
    private let writer = LiveChangeWriter()
    private var file: FindingFile
    private let generation: UInt64
    private var applied: UInt64
    private var replay: Replay?
    /// What is before was seen already, before the restart.
    private let fresh: UInt64
    private var lines: [FindingLine] = []
    private let checkpoints: CheckpointWriter

    /// Opens the file of findings and goes on from its checkpoint, or from the beginning of the log where there is none.
    init(
        _ log: EventLog, rules: RunRules, files: any FileLayer, name: String, options: LiveRules.Options,
        board: FindingBoard, clock: @escaping () -> Instant
    ) throws {
        (self.log, self.board, self.options, self.clock) = (log, board, options, clock)
        (self.files, self.name) = (files, name)
        checkpoints = CheckpointWriter(files, RulesRun.checkpointName(name))
        try files.prepare()
        guard let lock = try files.lock(name + ".lock") else {
            throw LiveRulesError.locked(files.directory + "/" + name)
        }
        self.lock = lock
        var file = try FindingFile(files, name)
        var checkpoint = try RulesCheckpoint.load(files, RulesRun.checkpointName(name))
        // The log is another one, or an older copy.
        if let known = checkpoint, known.applied > log.end.index { checkpoint = nil }
        var known = FindingBoard.State()
        var replay: Replay?
        var generation = UInt64(max(0, clock().milliseconds))
        if let last = checkpoint {
            for bytes in last.standing { FindingLine(bytes).map { known.take($0) } }
            var goesOn = Replay(applied: last.applied, at: last.at, isWhole: last.memory.position >= log.first.index)
            if try last.offset <= file.end && FindingFile.endsLine(at: last.offset, in: file.file) {
                generation = last.generation
                let end = try RulesRun.readTail(of: file, from: last.offset, into: &known, &goesOn)
                try file.cut(to: end)
            }
            goesOn.applied = min(goesOn.applied, log.end.index)
            replay = goesOn
        }
        let start = max(checkpoint?.memory.position ?? 0, log.first.index)
        var inspection = options.inspection
        inspection.tellsSettled = true
        live = try LiveInspection(rules, options: inspection, memory: checkpoint?.memory)
        source = try log.reader(from: LogPosition(min(start, log.end.index)))
        applied = start
        self.file = file
        self.replay = replay
        fresh = replay?.applied ?? 0
        self.generation = generation
        let (end, missed, standing) = (file.end, start - min(start, checkpoint?.memory.position ?? 0), known)
        board.state.withLock { state in
            state.generation = generation
            state.file = file.file
            state.end = end
            (state.open, state.taken) = (standing.open, standing.taken)
            state.figures.applied = start
            state.figures.missed += checkpoint == nil ? 0 : missed
            state.failure = nil
        }
        if checkpoint == nil { try save() }
    }

    /// The name of what is kept beside the file.
    static func checkpointName(_ name: String) -> String { name + ".state" }

    /// Takes what was said after the checkpoint; returns where the last line ends that is one.
    private static func readTail(
        of file: FindingFile, from offset: Int, into state: inout FindingBoard.State, _ replay: inout Replay
    ) throws(FileError) -> Int {
        var place = offset
        while case let lines = try FindingFile.lines(from: place, to: file.end, limit: 1 << 20, in: file.file),
            !lines.isEmpty
        {
            for (bytes, end) in lines {
                // A power cut may leave anything behind what was synced.
                guard let line = FindingLine(bytes) else { return place }
                state.take(line)
                replay.applied = max(replay.applied, line.position &+ 1)
                replay.at = max(replay.at, line.at)
                place = end
            }
        }
        return place
    }

    // MARK: Going on

    /// Judges the next events of the log, fires what is due, and says what changed; returns whether there were events.
    func step() throws -> Bool {
        let now = clock()
        let entries = try source.poll(upTo: RulesRun.batch)
        var newest: Instant?
        for entry in entries {
            if let replay, entry.position.index >= replay.applied { endReplay(replay) }
            entry.record.payload.withUnsafeBytes { payload in
                parser.events(in: payload) { event in
                    live.apply(event, position: entry.position.index) { take($0) }
                }
            }
            applied = entry.position.index + 1
            newest = max(newest ?? entry.record.received, entry.record.received)
        }
        if entries.isEmpty, let replay { endReplay(replay) }
        // While events wait the clock is that of the last receipt: what was received by then has been judged.
        // Before anything has come nothing is due, and a clock that is told the time by what comes does not know it yet.
        if replay == nil, applied > 0 {
            live.expire(to: (newest ?? now).advanced(by: -options.grace)) { take($0) }
        }
        if let failure = live.failure { throw failure }
        try say(entries)
        return !entries.isEmpty
    }

    /// When `step` will fire something, as far as is known; nil: nothing is due.
    var nextDeadline: Instant? { live.nextExpiry?.advanced(by: options.grace) }

    /// Keeps how far all has come, durably. O(findings that stand and conversations that are remembered).
    func save() throws {
        try checkpoints.finish()
        if let checkpoint { try checkpoints.save(checkpoint()) }
    }

    /// Begins to keep it while judging goes on; false where it cannot be kept at present. Throws what the last one met.
    func beginSaving() throws(FileError) -> Bool {
        guard !checkpoints.isBusy, let checkpoint else { return false }
        try checkpoints.begin(checkpoint)
        return true
    }

    /// Whether what was begun is not over yet.
    var isSaving: Bool { checkpoints.isBusy }

    /// Waits until what was begun is over.
    func endSaving() { try? checkpoints.finish() }

    /// How far all has come by now, put together where it is called. Nil where it cannot be kept: what the file says is known only
    /// once the log was read up to there, and what could not be written is not said.
    private var checkpoint: (@Sendable () -> RulesCheckpoint)? {
        guard replay == nil, lines.isEmpty else { return nil }
        let (open, end) = board.state.withLock { ($0.open, $0.end) }
        let memory = live.memory(next: self.applied, isSorted: false)
        let (generation, applied, at) = (generation, self.applied, live.now ?? Instant(milliseconds: .min))
        return {
            var memory = memory
            memory.sort()
            let standing = open.values.flatMap(\.values).sorted { $0.order < $1.order }.map(\.line)
            return RulesCheckpoint(
                generation: generation, offset: end, applied: applied, at: at, memory: memory, standing: standing)
        }
    }

    private func take(_ change: LiveChange) {
        guard let line = FindingLine(writer.line(change).dropLast(), shop: change.finding.shop) else { return }
        guard replay != nil else { return lines.append(line) }
        replay?.said[line.id] = line.holds ? line : nil
        replay?.order.append(line.id)
    }

    /// The log is read again up to where the file ends: says what differs.
    private func endReplay(_ last: Replay) {
        live.expire(to: last.at) { take($0) }
        guard let replay else { return }
        self.replay = nil
        let known = board.state.withLock { $0.open }
        let at = live.now ?? last.at
        for findings in known.sorted(by: { $0.key < $1.key }).map(\.value) {
            for (id, open) in findings.sorted(by: { $0.value.order < $1.value.order }) where replay.said[id] == nil {
                guard replay.isWhole, let line = FindingLine(open.line),
                    let retraction = line.retraction(at: at, position: applied &- 1)
                else { continue }
                lines.append(retraction)
            }
        }
        var said: Set<String> = []
        for id in replay.order {
            guard let line = replay.said[id], said.insert(id).inserted else { continue }
            let before = known[line.shop]?[id].flatMap { FindingLine($0.line) }
            if before.map({ $0.says(theSameAs: line) }) != true { lines.append(line) }
        }
    }

    /// Writes what is to be said, syncs it, and tells others.
    private func say(_ entries: [LogEntry]) throws(FileError) {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line.bytes
            bytes.append(0x0A)
        }
        if !bytes.isEmpty { try file.append(bytes) }
        let (synced, said, applied, fresh) = (clock(), lines, applied, fresh)
        lines.removeAll(keepingCapacity: true)
        let settled = replay == nil ? live.takeSettled() : []
        let (end, counts) = (file.end, live.counts)
        board.state.withLock { state in
            for line in said {
                state.take(line)
                if line.holds { state.figures.asserted += 1 } else { state.figures.retracted += 1 }
            }
            for finding in settled { state.remove(finding.id, of: finding.shop) }
            state.end = end
            state.figures.applied = applied
            state.figures.counts = counts
            for entry in entries where entry.position.index >= fresh {
                let delay = max(0, synced.milliseconds - entry.record.received.milliseconds)
                let bucket = FindingBoard.delayLimits.firstIndex { delay <= $0 } ?? FindingBoard.delayLimits.count
                state.figures.delays[bucket] += 1
                state.figures.delaySum &+= delay
            }
        }
    }
}

/// Why rules cannot run behind a log.
public enum LiveRulesError: Error, Hashable, Sendable {
    /// Another process writes the file of findings.
    case locked(String)
}
