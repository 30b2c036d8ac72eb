import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Synchronization

extension RulesCommand.Test {
    /// What `--mutate` and `--coverage` found, with a line each that sums it up.
    struct Trials {
        var diagnostics: [Diagnostic] = []
        var summary: [Phrase] = []
    }

    func trials(_ rules: [Rule]) throws -> Trials {
        var result = Trials()
        if mutate {
            let mutations = try ExampleMutations(
                of: rules, table: Surroundings.foldTable, cache: Surroundings.cache)
            result.diagnostics += mutations.survivors.map(\.diagnostic)
            let (left, all) = (mutations.survivors.count, mutations.changes)
            result.summary.append(
                Phrase(
                    "mutations: \(all - left) of \(all) changes noticed, \(left) not",
                    "变异：\(all) 处改动中发现 \(all - left) 处，未发现 \(left) 处"))
            if mutations.leftOut > 0 {
                let limit = ExampleMutations.limitPerRule
                result.summary.append(
                    Phrase(
                        "\(mutations.leftOut) changes were not tried: at most \(limit) a rule, fewer of rules with thousands of words",
                        "有 \(mutations.leftOut) 处改动未试：每条规则最多 \(limit) 处，词很多的规则更少"))
            }
        }
        if coverage {
            let found = try ExampleCoverage(of: rules, table: Surroundings.foldTable, cache: Surroundings.cache)
            result.diagnostics += found.unreached
            result.summary.append(
                Phrase(
                    "coverage: \(found.branches) conditions, \(found.unreached.count) not reached",
                    "覆盖：共 \(found.branches) 个条件，未触及 \(found.unreached.count) 个"))
        }
        return result
    }

    // MARK: Again when something changes

    /// What tells that a file is another one than before.
    private struct Stamp: Equatable {
        var size: Int64
        var changed: timespec

        static func == (a: Stamp, b: Stamp) -> Bool {
            a.size == b.size && a.changed.tv_sec == b.changed.tv_sec && a.changed.tv_nsec == b.changed.tv_nsec
        }
    }

    /// Tests, and tests again when a rule file was changed, added or removed; looks once a second.
    func testAgainAndAgain() throws -> Int32 {
        // Asked for, so that signals end the wait and not the process.
        _ = Surroundings.interruption
        var seen: [String: Stamp]?
        while !Surroundings.isInterrupted.load(ordering: .relaxed) {
            let now = stamps()
            if now != seen {
                seen = now
                do {
                    _ = try test()
                } catch let failure as CommandFailure {
                    // A file that is just being written may be gone for a moment.
                    if let phrase = failure.phrase { say(phrase) }
                }
                say(Phrase("waiting for changes; Ctrl-C ends", "等待文件变化；Ctrl-C 结束"), severity: "note")
            }
            Surroundings.pause(until: .now.advanced(by: .seconds(1)))
        }
        return 130
    }

    /// The rule files below the paths, and the shared ones beside them.
    private func stamps() -> [String: Stamp] {
        var result: [String: Stamp] = [:]
        var folders: [String] = []
        for path in paths {
            let parts = path.split(separator: "/").dropLast().joined(separator: "/")
            let above = path.hasPrefix("/") ? "/" + parts : parts
            folders += [
                path, above.isEmpty ? "shared" : above + "/shared", above.isEmpty ? "../shared" : above + "/../shared",
            ]
        }
        for folder in folders {
            add(folder, to: &result)
            for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? []
            where [".json", ".ndjson", ".jsonl"].contains(where: { name.hasSuffix($0) }) {
                add(folder + "/" + name, to: &result)
            }
        }
        return result
    }

    private func add(_ path: String, to stamps: inout [String: Stamp]) {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else { return }
        #if canImport(Darwin)
        let changed = status.st_ctimespec
        #else
        let changed = status.st_ctim
        #endif
        stamps[path] = Stamp(size: Int64(status.st_size), changed: changed)
    }
}
