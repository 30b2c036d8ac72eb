import ArgumentParser
import ConversationModel
import Diagnostics
import Foundation
import RuleLanguage

/// What a run takes out of scores and rates: a file of exemptions.
struct ExemptionArguments: ParsableArguments {
    @Option(help: "Exemptions and excluded buyers: a JSON file.")
    var exemptions: String?

    @Option(help: "Only exemptions that were recorded by this day, YYYY-MM-DD: what a report of that day knew.")
    var exemptionsAsOf: String?

    func validate() throws {
        guard exemptionsAsOf == nil || exemptions != nil else {
            throw ValidationError("--exemptions-as-of goes with --exemptions / --exemptions-as-of 须与 --exemptions 一起使用")
        }
    }

    /// The exemptions, and what makes two runs the same as far as they go; prints what is wrong with the file and
    /// ends with 66.
    func loaded(zone: Zone) throws -> (exemptions: Exemptions, key: String) {
        guard let path = exemptions else { return (Exemptions(), "") }
        let source = SourceFile(
            path: path,
            bytes: try InputFiles.read(
                path, Phrase("exemptions", "豁免文件"), code: CommandFailure.badRules))
        let (found, diagnostics) = loadExemptions(source, zone: zone)
        if !diagnostics.isEmpty { note(RuleSources.renderer().render(diagnostics, sources: [source])) }
        guard let found else { throw CommandFailure(code: CommandFailure.badRules, phrase: nil) }
        let key = "exemptions \(RuleVersion.digest(of: source.bytes)) \(exemptionsAsOf ?? "")"
        guard let exemptionsAsOf else { return (found, key) }
        guard let day = CalendarDay(exemptionsAsOf) else {
            throw CommandFailure.misuse(
                "--exemptions-as-of takes a day as YYYY-MM-DD, not '\(exemptionsAsOf)'",
                "--exemptions-as-of 的日期写作 YYYY-MM-DD，而不是 “\(exemptionsAsOf)”")
        }
        return (found.recorded(by: day), key)
    }

    /// Says which rules exemptions name that judged nothing: a typing error would exempt nothing in silence.
    static func tellOfUnknownRules(_ exemptions: Exemptions, among rules: [RuleSummary]) {
        let known = Set(rules.map(\.id))
        let unknown = Set(exemptions.exemptions.flatMap(\.rules)).subtracting(known).sorted().map(\.value)
        guard !unknown.isEmpty else { return }
        let names = unknown.prefix(10).joined(separator: ", ")
        say(
            Phrase("exemptions name rules that judged nothing: \(names)", "豁免里写的规则在本次运行中没有判定任何会话：\(names)"),
            severity: "warning")
    }

    /// Says which exemptions took nothing out.
    static func tellOfIdle(_ places: [Int], of exemptions: Exemptions) {
        guard !places.isEmpty else { return }
        let names = places.prefix(5).map { place in
            let exemption = exemptions.exemptions[place]
            let whose = [exemption.agents, exemption.buyers, exemption.conversations].map {
                $0.sorted().joined(separator: "、")
            }
            return "#\(place + 1) \(visible(whose.filter { !$0.isEmpty }.joined(separator: " ")))"
        }
        let list = names.joined(separator: "，") + (places.count > 5 ? "…" : "")
        say(
            Phrase("these exemptions concern nothing that was judged: \(list)", "这些豁免没有涉及本次判定的任何会话：\(list)"),
            severity: "note")
    }
}
