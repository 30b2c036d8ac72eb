import Archives
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import Patterns
import RuleLanguage
import Synchronization

/// A history of versions in memory.
struct History {
    var index: RuleVersionIndex
    var sources: [Int: [SourceFile]] = [:]
    let zone: Zone

    init(zone: Zone = .chinaStandard) throws {
        self.zone = zone
        index = try RuleVersionIndex([])
    }

    /// Publishes the texts of rules, one a file.
    mutating func publish(_ texts: [String], at instant: Instant, isEmergency: Bool = false) throws {
        let files = texts.enumerated().map { SourceFile(path: "rule\($0).json", bytes: Array($1.utf8)) }
        let publication = try index.publication(
            of: files, rules: loadRules(files: files).rules, author: "a", note: "n", at: instant, zone: zone,
            emergencyReason: isEmergency ? "误判" : nil)
        guard case .new(let version) = publication else { return }
        index = try RuleVersionIndex(index.versions + [version])
        sources[version.number] = files
    }

    func compiled(_ number: Int) throws -> CompiledRules {
        let rules = loadRules(files: sources[number] ?? []).rules
        let result = RuleCompiler.compile(
            rules, digest: rulesDigest(rules), policy: TimePolicy(zone: zone), table: SomeRules.table,
            cache: DiskCache(directory: nil))
        guard let compiled = result.rules else { throw RunFailure.refused("\(result.diagnostics)") }
        return compiled
    }

    /// The rules of a run by day; `loads` notes the numbers of versions in the order of loading.
    func rules(at now: Instant, loads: LoadLog = LoadLog()) -> RunRules {
        RunRules(versions: index, at: now, policy: TimePolicy(zone: zone)) { version in
            loads.numbers.withLock { $0.append(version.number) }
            return RuleSet(try compiled(version.number))
        }
    }

    /// The rules of a run in which one version judges everything.
    func rules(only number: Int) throws -> RunRules {
        RunRules(RuleSet(try compiled(number)), origin: .namedVersion, version: index[number])
    }
}

/// Versions that were loaded.
final class LoadLog: Sendable {
    let numbers = Mutex<[Int]>([])
}

enum RunFailure: Error {
    case refused(String)
}

/// A negative rule on agents' keywords.
func keywordRule(_ id: String, _ words: [String], more: String = "") -> String {
    let list = words.map { "\"\($0)\"" }.joined(separator: ",")
    return
        #"{"id":"\#(id)","name":"\#(id)","polarity":"negative",\#(more)"when":{"message":{"from":"agent","keywords":[\#(list)]}}}"#
}
