import ArgumentParser
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Synchronization

/// The time policy of a run: a file, or one that ships in `Policies/`, and what options set over it.
struct PolicyArguments: ParsableArguments {
    /// What was said of policies in this run.
    private static let told = Mutex<Set<String>>([])

    @Option(help: "Time policy: a JSON file, or a preset of Policies/ (taobao, jd, douyin).")
    var policy: String?

    @Option(help: "Zone of local times and of days (default: the policy's, Asia/Shanghai).")
    var zone: String?

    @Option(help: "Minutes of silence after which a conversation is closed (default: the policy's, 30).")
    var closeAfter: Int?

    /// What is asked for, in words.
    var key: String { "\(policy ?? "") \(zone ?? "") \(closeAfter.map { String($0) } ?? "")" }

    /// The policy; prints what is wrong with its file and ends with 66.
    ///
    /// - Parameter base: the zone where neither the file nor an option names one; default Asia/Shanghai.
    func timePolicy(zone base: Zone? = nil) throws -> TimePolicy {
        var result = TimePolicy(zone: base ?? Surroundings.zone("Asia/Shanghai") ?? .chinaStandard)
        if let source = try file() {
            let (policy, diagnostics) = loadPolicy(source, base: result) { Surroundings.zone($0) }
            if !diagnostics.isEmpty {
                let text = RuleSources.renderer().render(diagnostics, sources: [source])
                // A command may read its policy more than once.
                if PolicyArguments.told.withLock({ $0.insert(text).inserted }) || policy == nil { note(text) }
            }
            guard let policy else { throw CommandFailure(code: CommandFailure.badRules, phrase: nil) }
            result = policy
        }
        result = try inZone(result)
        if let closeAfter = try closeAfterMilliseconds() { result.closeAfter = closeAfter }
        return result
    }

    /// What the option says of the silence that closes a conversation; nil: nothing.
    func closeAfterMilliseconds() throws -> Int64? {
        guard let closeAfter else { return nil }
        guard closeAfter > 0, closeAfter <= 7 * 24 * 60 else {
            throw CommandFailure.misuse("--close-after takes 1 to 10080 minutes", "--close-after 取 1 到 10080 分钟")
        }
        return Int64(closeAfter) * 60_000
    }

    /// The policy as reports name it: what was asked for, without folders, and what options set over it.
    var name: String {
        let base = policy.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "默认"
        let parts = [zone.map { "时区 \($0)" }, closeAfter.map { "静默 \($0) 分钟结束" }].compactMap { $0 }
        return base + (parts.isEmpty ? "" : "（\(parts.joined(separator: "，"))）")
    }

    /// The file of the policy as it is; nil where none is asked for.
    func file() throws -> SourceFile? {
        guard let path = try path() else { return nil }
        return SourceFile(
            path: path,
            bytes: try InputFiles.read(
                path, Phrase("policy", "时间策略"), limit: 16 << 20, code: CommandFailure.badRules))
    }

    /// `policy` with the zone that the option names.
    func inZone(_ policy: TimePolicy) throws -> TimePolicy {
        guard let zone else { return policy }
        guard let known = Surroundings.zone(zone) else {
            throw CommandFailure.misuse("unknown time zone '\(zone)'", "未知的时区 “\(zone)”")
        }
        var result = policy
        result.zone = known
        return result
    }

    /// Says which rules ask for opening hours where there are none, so that they judge day and night.
    ///
    /// - Parameter policy: nil: it is not known yet which one rules will have.
    static func tellOfHours(_ rules: [Rule], in policy: TimePolicy?) {
        guard policy?.openHours.isEmpty ?? true else { return }
        let asking = rules.filter(\.asksForHours).map(\.id.value)
        guard !asking.isEmpty else { return }
        let names = asking.prefix(5).joined(separator: ", ") + (asking.count > 5 ? ", …" : "")
        say(
            policy == nil
                ? Phrase(
                    "opening hours come from --policy; without hours in it these rules judge day and night: \(names)",
                    "营业时间来自 --policy；策略里没有 hours 时，这些规则全天判定：\(names)")
                : Phrase(
                    "the time policy has no opening hours, so these rules judge day and night: \(names) (--policy)",
                    "时间策略没有营业时间（hours），这些规则全天判定：\(names)（--policy）"),
            severity: "note")
    }

    /// The file of the policy; nil where none is asked for.
    func path() throws -> String? {
        guard let policy else { return nil }
        if FileManager.default.fileExists(atPath: policy) { return policy }
        var searched = "taobao, jd, douyin"
        let isName = !policy.isEmpty && policy.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }
        if isName {
            // In the folder at hand, else beside the program or above it.
            var folders = ["."]
            var folder = URL(fileURLWithPath: Surroundings.programPath).resolvingSymlinksInPath()
            for _ in 0..<4 {
                folder.deleteLastPathComponent()
                folders.append(folder.path)
            }
            searched = folders.map { $0 == "." ? "Policies/" : "\($0)/Policies/" }.joined(separator: ", ")
            for folder in folders {
                let path = folder == "." ? "Policies/\(policy).json" : "\(folder)/Policies/\(policy).json"
                if FileManager.default.fileExists(atPath: path) { return path }
            }
        }
        throw CommandFailure(
            code: CommandFailure.badRules,
            phrase: Phrase(
                "no policy '\(visible(policy))': no such file, and no preset \(searched)",
                "没有时间策略 “\(visible(policy))”：没有这个文件，也没有预设（\(searched)）"))
    }
}
