import Archives
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Synchronization

/// `inspect --stream`: lines in, result lines out, flushed as they come.
struct StreamInspection {
    let archive: ArchiveArguments
    /// The shop, roster and exemptions of the run.
    let options: InspectionOptions
    let maxBad: Double
    /// The least severity of a negative hit that makes the exit code 1.
    let failing: Severity?

    func run(rules: RunRules) throws -> Int32 {
        var reading = try archive.options(cutting: false)
        reading.zone = rules.zone
        reading.waitsForHead = false
        // Whatever a line is, it gets its result line.
        reading.shape = .conversations
        let lines = try openArchive(try archive.inputs(), options: reading)
        let reader = BlockReader(lines, largestRecord: archive.maxLine, isLive: true)
        let inspector = try StreamInspector(rules, engine: Version.engine, options: options)
        let block = ArchiveBlock()
        let output = Output()
        while try reader.next(block) {
            try output.write(try inspector.results(block))
            if Surroundings.isInterrupted.load(ordering: .relaxed) { throw ArchiveError.interrupted }
        }
        if Double(inspector.badLines) * 100 > maxBad * Double(inspector.allLines) {
            say(
                Phrase(
                    "\(inspector.badLines) of \(inspector.allLines) lines are bad, more than \(maxBad) %",
                    "\(inspector.allLines) 行中有 \(inspector.badLines) 行是坏的，超过 \(maxBad) %"))
            return CommandFailure.badData
        }
        guard let failing else { return 0 }
        let order = Severity.allCases
        let isHit = order.indices.contains {
            order[$0] >= failing && inspector.negativeHitsBySeverity[$0] > 0
        }
        return isHit ? 1 : 0
    }
}
