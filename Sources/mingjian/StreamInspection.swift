import Archives
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Synchronization

/// `inspect --stream`: lines in, result lines out, flushed as they come.
struct StreamInspection {
    let archive: ArchiveArguments
    let shop: String
    let maxBad: Double
    /// The least severity of a negative hit that makes the exit code 1.
    let failing: Severity?

    func run(rules: RunRules) throws -> Int32 {
        guard try rules.scheme(0) == nil else {
            throw CommandFailure(
                code: CommandFailure.usage,
                phrase: Phrase(
                    "--stream judges every line by one set of rules; these have schemes for groups",
                    "--stream 对每行使用同一套规则，而这些规则按分组配有方案"))
        }
        var options = try archive.options(cutting: false)
        options.zone = rules.zone
        options.waitsForHead = false
        // Whatever a line is, it gets its result line.
        options.shape = .conversations
        let lines = try openArchive(try archive.inputs(), options: options)
        let reader = BlockReader(lines, largestRecord: archive.maxLine, isLive: true)
        let inspector = try StreamInspector(
            rules, engine: Version.engine, defaultShop: shop, isStrict: archive.strictJSON)
        let block = ArchiveBlock()
        let output = Output()
        while try reader.next(block) {
            try output.write(inspector.results(block))
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
