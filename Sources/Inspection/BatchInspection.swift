import Archives
import ConversationModel
import Diagnostics
import Dispatch
import Evaluation
import Foundation

/// Inspects an archive in parallel; the result is the same whatever the number of threads.
///
/// Blocks are read in turn, registered in order (so that duplicates are decided in order), judged
/// in parallel and merged in order. One worker at a time merges, whatever is ready, while the others
/// go on. What waits to be merged is bounded, and so is memory.
public final class BatchInspection: @unchecked Sendable {
    private let rules: RunRules
    private let options: InspectionOptions
    private let lines: ConversationLines
    private let reader: BlockReader
    private let sink: ([UInt8]) throws -> Void
    private let progress: (InspectionProgress) -> Void
    private let isCancelled: () -> Bool

    /// Held by whoever reads the next block.
    private let readLock = NSLock()

    // Read and written under `condition`.
    private let condition = NSCondition()
    private var seen = SeenConversations()
    /// Where a rule asks for previous conversations.
    private var visits: PreviousVisits?
    private var nextToRegister = 0
    private var nextToMerge = 0
    private var waiting: [Int: BlockResult] = [:]
    private var pool: [[BlockResult]]
    /// Somebody merges: he takes what is ready, and all below is his.
    private var isMerging = false
    /// What cases of a comparison are still wanted, as far as has been merged.
    private var room: ComparisonRoom?
    /// Findings above this grade may still be kept.
    private var closedGrade: Int
    private var failure: (any Error)?
    private var inputFailure: ArchiveError?
    private var isDone = false

    // Read and written by whoever merges; after the workers have ended, by `run`.
    private var totals: RunTotals
    private let checkpoint: RunCheckpoint?
    /// Digests of merged blocks that the checkpoint has not taken yet; what was registered beyond them is read again
    /// after a stop.
    private var newDigests: [UInt64] = []
    /// The lines that the sink gets, used again for each block.
    private var outgoing: [UInt8] = []

    /// - Parameters:
    ///   - sink: takes finding lines in order of the input; called from one thread at a time.
    ///   - progress: called after each merged block, from one thread at a time.
    ///   - isCancelled: asked before each block; the run then stops between blocks.
    public init(
        _ lines: ConversationLines, rules: RunRules, options: InspectionOptions,
        checkpoint: RunCheckpoint? = nil, sink: @escaping ([UInt8]) throws -> Void = { _ in },
        progress: @escaping (InspectionProgress) -> Void = { _ in },
        isCancelled: @escaping () -> Bool = { false }
    ) {
        self.rules = rules
        self.options = options
        self.lines = lines
        self.checkpoint = checkpoint
        self.sink = sink
        self.progress = progress
        self.isCancelled = isCancelled
        reader = BlockReader(lines, target: options.blockSize, largestRecord: options.largestRecord)
        if rules.factKinds.contains(.previous) { visits = PreviousVisits(rules.policy) }
        let threads = max(1, options.threads)
        totals = RunTotals(rules: rules, workers: threads)
        totals.comparison = options.comparison.map { ComparisonTotals($0, byteLimit: options.caseBytes) }
        totals.period = options.period.map { PeriodTotals($0, roster: options.roster) }
        room = totals.comparison?.room
        pool = Array(repeating: [], count: threads)
        closedGrade = options.caseLimit > 0 && options.caseBytes > 0 ? -1 : KeptCases.grades
    }

    /// Runs to the end or until cancelled; nil where cancelled.
    public func run() throws -> InspectionResult? {
        if let restored = try checkpoint?.restore(rules: rules) {
            totals = restored.totals
            totals.forgetWorkers(max(1, options.threads))
            for digest in restored.digests { _ = seen.insert(digest) }
            do { try skip(blocks: totals.blocks) } catch ArchiveError.interrupted { return nil }
            nextToRegister = totals.blocks
            nextToMerge = totals.blocks
            noteClosedGrade()
        }
        let threads = max(1, options.threads)
        if threads == 1 {
            work(0)
        } else {
            DispatchQueue.concurrentPerform(iterations: threads) { self.work($0) }
        }
        if let failure { throw failure }
        if isCancelled(), !isDone {
            try checkpoint?.save(totals, digests: &newDigests)
            return nil
        }
        return try result()
    }

    private func skip(blocks: Int) throws {
        guard visits != nil else {
            let block = ArchiveBlock()
            for _ in 0..<blocks where try !reader.next(block) { return }
            return
        }
        // Who was there is not kept in the checkpoint: it is read again, as it was registered.
        let worker = try BlockWorker(id: 0, rules: rules, options: options)
        let result = BlockResult(sets: rules.count, workerID: 0, comparison: nil)
        var known = SeenConversations()
        for _ in 0..<blocks where try reader.next(worker.block) {
            worker.parse(into: result)
            var duplicates: [Int] = []
            known.insert(result.digests, duplicates: &duplicates)
            _ = visits?.take(result.visits, except: duplicates)
        }
    }

    private func work(_ id: Int) {
        do {
            let worker = try BlockWorker(id: id, rules: rules, options: options)
            while try step(worker) {}
        } catch {
            condition.lock()
            if failure == nil { failure = error }
            condition.broadcast()
            condition.unlock()
        }
    }

    private func step(_ worker: BlockWorker) throws -> Bool {
        if isCancelled() || isStopped { return false }
        guard let source = read(worker.block) else { return false }
        let result = take(worker.id)
        result.sourceName = source
        worker.parse(into: result)
        guard let turn = register(result) else { return false }
        try worker.judge(
            into: result, duplicates: turn.duplicates, previous: turn.previous, keepsCasesAbove: turn.closedGrade)
        try deliver(result)
        return true
    }

    /// Reads the next block and returns the name of its source; nil where there is no block, or the
    /// input broke off.
    private func read(_ block: ArchiveBlock) -> String? {
        readLock.lock()
        defer { readLock.unlock() }
        var broken: ArchiveError?
        do throws(ArchiveError) {
            if try reader.next(block) {
                return lines.sources.indices.contains(block.source) ? lines.sources[block.source].name : ""
            }
        } catch {
            // `isCancelled` says the same, and the block that was being read is read again another time.
            if error == .interrupted { return nil }
            // What was read before is judged and reported; the caller says that the input broke off.
            broken = error
        }
        condition.lock()
        if inputFailure == nil { inputFailure = broken }
        isDone = true
        condition.unlock()
        return nil
    }

    private var isStopped: Bool {
        condition.lock()
        defer { condition.unlock() }
        return failure != nil || inputFailure != nil
    }

    private func take(_ worker: Int) -> BlockResult {
        condition.lock()
        defer { condition.unlock() }
        return pool[worker].popLast()
            ?? BlockResult(sets: rules.count, workerID: worker, comparison: options.comparison)
    }

    /// Waits for the block's turn and notes its conversations; returns which were known, or nil where
    /// the run has failed.
    private func register(
        _ result: BlockResult
    ) -> (duplicates: [Int], previous: [Facts.Previous?], closedGrade: Int)? {
        condition.lock()
        defer { condition.unlock() }
        let sequence = result.sequence
        // Not too far ahead of what is merged: results that wait take memory.
        while failure == nil, nextToRegister != sequence || sequence - nextToMerge > 4 * options.threads {
            condition.wait()
        }
        if failure != nil { return nil }
        var duplicates: [Int] = []
        seen.insert(result.digests, duplicates: &duplicates)
        let previous = visits?.take(result.visits, except: duplicates) ?? []
        nextToRegister += 1
        if let room { result.comparison?.begin(room) }
        condition.broadcast()
        return (duplicates, previous, closedGrade)
    }

    /// Hands a result over, and merges what is ready unless somebody does that already.
    private func deliver(_ result: BlockResult) throws {
        condition.lock()
        defer { condition.unlock() }
        waiting[result.sequence] = result
        guard !isMerging else { return }
        isMerging = true
        while let next = waiting.removeValue(forKey: nextToMerge) {
            do {
                condition.unlock()
                defer { condition.lock() }
                // Who fails here stays the one who merges: nothing is merged after that.
                try merge(next)
            }
            nextToMerge += 1
            room = totals.comparison?.room
            noteClosedGrade()
            pool[next.workerID].append(next)
            condition.broadcast()
        }
        isMerging = false
    }

    /// Spares the workers contexts that would not be kept; what they make too many does no harm.
    private func noteClosedGrade() {
        closedGrade = max(closedGrade, totals.cases.closedGrade)
    }

    private func merge(_ block: BlockResult) throws {
        totals.merge(
            block, caseLimit: options.caseLimit, caseByteLimit: options.caseBytes, casesPerOwner: options.casesPerOwner)
        if block.lines.count > 0 {
            outgoing.removeAll(keepingCapacity: true)
            outgoing.append(contentsOf: block.lines.written)
            try sink(outgoing)
        }
        if checkpoint != nil { newDigests += block.digests }
        try checkpoint?.saveIfDue(totals, digests: &newDigests)
        progress(
            InspectionProgress(
                bytesRead: totals.coverage.bytesRead, records: totals.coverage.recordsRead,
                conversations: totals.coverage.conversations, findings: totals.findings))
    }

    /// A case under the name that the tables give its owner.
    private func labelled(_ findingCase: FindingCase) -> FindingCase {
        guard let roster = options.roster, case .agent(let account) = findingCase.finding.owner else {
            return findingCase
        }
        var labelled = findingCase
        let person =
            roster.isDated(account: account)
            ? roster.entry(account: account, on: findingCase.day)?.person : nil
        labelled.finding.owner = .agent(person ?? RunTotals.label(account: account, roster: roster))
        return labelled
    }

    private func result() throws -> InspectionResult {
        var coverage = totals.coverage
        coverage.recordsRead += lines.recordsRead
        coverage.recordsBad += lines.recordsBad
        for (reason, n) in lines.badByReason { coverage.badByReason[reason, default: 0] += n }
        for (reason, n) in lines.defectsByReason { coverage.defectsByReason[reason, default: 0] += n }
        coverage.recordsInspected = coverage.recordsRead - coverage.recordsBad - coverage.recordsFiltered
        coverage.bytesRead = lines.bytesRead
        coverage.sources = lines.sources
        coverage.brokenOff = inputFailure.map {
            Coverage.BreakNote(english: $0.phrase.english, chinese: $0.phrase.chinese, unread: lines.unread)
        }
        if let visits, visits.outOfOrder > 0 {
            coverage.defectsByReason["out-of-order", default: 0] += visits.outOfOrder
        }
        if visits?.isForgetful == true { coverage.defectsByReason["buyers-forgotten", default: 0] += 1 }
        if seen.isForgetful { coverage.defectsByReason["duplicates-forgotten", default: 0] += 1 }
        if let roster = options.roster {
            let counted = totals.countedAgents
            let accounts = names(of: totals.agentNames).enumerated().filter { number, account in
                if AccountHolder(account) != nil || account == OwnerNumber.unknownAgent { return false }
                return !roster.lists(account: account)
                    || (roster.isDated(account: account) && counted.contains(Int32(number)))
            }
            coverage.unmappedAccounts = Array(accounts.map(\.element).sorted().prefix(1000))
        }
        coverage.exemptions = totals.exemptionNotes(options.exemptions.exemptions) { number in
            guard case .agent(let account) = OwnerNumber.owner(number, names: totals.agentNames) else {
                return OwnerNumber.owner(number, names: totals.agentNames).label
            }
            return RunTotals.label(account: account, roster: options.roster)
        }
        return InspectionResult(
            tally: try totals.tally(roster: options.roster), rulesDigest: try totals.rulesDigest(),
            coverage: coverage,
            cases: totals.cases.inOrder.map(labelled), findings: totals.findings,
            negativeHitsBySeverity: totals.negativeHitsBySeverity,
            inputFailure: inputFailure,
            period: try totals.periodFigures(roster: options.roster, exemptions: options.exemptions.exemptions),
            scores: totals.scores(roster: options.roster),
            comparison: totals.comparison?.result(
                agentNames: totals.agentNames, groupNames: totals.groupNames
            ) { account in
                RunTotals.label(account: account, roster: options.roster)
            },
            diagnostics: Array((lines.recordDiagnostics + totals.diagnostics).prefix(RunTotals.diagnosticLimit)),
            namesSeen: NamesSeen(
                groups: names(of: totals.groupNames),
                agents: options.agents.isEmpty ? [] : agentsSeen),
            idleExemptions: totals.idleExemptions(options.exemptions.exemptions))
    }

    /// Accounts in all their forms, and the people who have had them.
    private var agentsSeen: [String] {
        var seen: Set<String> = []
        return names(of: totals.agentNames).filter { AccountHolder($0) == nil }.flatMap { account in
            AgentFilter.forms(of: account) + (options.roster?.people(account: account) ?? [])
        }.filter { seen.insert($0).inserted }
    }

    private func names(of table: NameTable) -> [String] { (0..<table.count).map { table.name(Int32($0)) } }
}

extension BatchInspection {
    /// The same with one set of rules that judges everything.
    public convenience init(
        _ lines: ConversationLines, rules: CompiledRules, options: InspectionOptions,
        checkpoint: RunCheckpoint? = nil, sink: @escaping ([UInt8]) throws -> Void = { _ in },
        progress: @escaping (InspectionProgress) -> Void = { _ in },
        isCancelled: @escaping () -> Bool = { false }
    ) {
        self.init(
            lines, rules: RunRules(RuleSet(rules)), options: options, checkpoint: checkpoint, sink: sink,
            progress: progress, isCancelled: isCancelled)
    }
}

/// What a batch inspection came to.
public struct InspectionResult: Sendable {
    public var tally: Tally
    /// What the rules mean; empty where several versions judged, which the coverage names.
    public var rulesDigest: String
    public var coverage: Coverage
    /// The gravest findings with their context, in the order of the input.
    public var cases: [FindingCase]
    /// All findings, kept or not.
    public var findings: Int
    /// Hits of negative rules by severity, in the order of `Severity.allCases`.
    public var negativeHitsBySeverity: [Int]
    /// Why the input broke off: everything before that is in the result.
    public var inputFailure: ArchiveError?
    /// Where figures of a period were asked for.
    public var period: PeriodFigures?
    /// What stays got; nil: the rules have no formula of scores.
    public var scores: Scores?
    /// Where two rule sets were compared.
    public var comparison: ComparisonOutcome?
    /// Bad records: the first 1,000.
    public var diagnostics: [Diagnostic]
    /// Groups and accounts of what was read, also of conversations that `--group` and `--agent` left out.
    public var namesSeen: NamesSeen
    /// Places of exemptions from all rules that took no stay and no finding out: most likely a name that nobody has.
    public var idleExemptions: [Int]
}

/// Names of what stood in the conversations of a run, in the order in which they came; agents by all that `--agent` may call them,
/// and only where it was given.
public struct NamesSeen: Sendable, Hashable {
    public var groups: [String]
    public var agents: [String]
}
