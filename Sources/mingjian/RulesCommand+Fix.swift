import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

extension RulesCommand.Check {
    /// Takes keywords out that are listed twice or add nothing; whether a file was changed.
    ///
    /// Which messages hit stays the same; what is marked in them may get shorter. So lists with parameters or word
    /// lists in them are left alone, and word lists themselves. Files that stood in the layout of `rules fmt` stand in it
    /// again.
    func removeKeywords(_ sources: RuleSources) throws -> Bool {
        let (rules, found) = sources.compile(policy: TimePolicy())
        guard rules != nil, !found.contains(where: { $0.severity == .error }) else {
            say(Phrase("--fix changes nothing while there are errors", "有错误时 --fix 不作改动"), severity: "note")
            return false
        }
        let checks = RuleChecks.diagnostics(
            of: sources.rules, table: Surroundings.foldTable, cache: Surroundings.cache)
        let codes = [DiagnosticCode.duplicateKeyword.rawValue, DiagnosticCode.subsumedKeyword.rawValue]
        // Where several of a list must occur, each of them counts, alike or not.
        let counted = RuleChecks.countedKeywords(of: sources.rules)
        let places = (found + checks).filter { codes.contains($0.code) && !counted.contains($0.place) }.map(\.place)
        let layout = RuleLayout(displayWidth: { CharacterClass.displayWidth(of: $0) })
        var changed = 0
        for file in sources.files {
            let all = places.filter { $0.path == file.path }.compactMap(\.range)
            if all.isEmpty { continue }
            let plain = KeywordRemoval.plainKeywords(of: file)
            let ranges = all.filter(plain.contains)
            var bytes = KeywordRemoval.removing(ranges, from: file.bytes)
            if (try? layout.formatted(file)) == file.bytes {
                bytes = try layout.formatted(SourceFile(path: file.path, bytes: bytes))
            }
            if bytes == file.bytes { continue }
            try RegularFile.replace(file.path, by: bytes)
            changed += 1
        }
        if changed > 0 {
            say(Phrase("\(changed) files were changed", "改动了 \(changed) 个文件"), severity: "note")
        }
        return changed > 0
    }
}
