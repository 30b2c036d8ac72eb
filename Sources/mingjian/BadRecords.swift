import ConversationModel
import Diagnostics
import Inspection

/// Tells of the files that were passed over and of bad records, the first ten of each by their places.
func tellOfRecords(_ result: InspectionResult, listedIn file: String? = nil) {
    tellOfForeignFiles(result.diagnostics)
    guard result.coverage.recordsBad > 0 else { return }
    tellOfBadRecords(
        result.diagnostics.filter { $0.code != "foreign-file" }, bad: result.coverage.recordsBad,
        listedIn: file)
}

/// Tells of what a conversion read: also what is odd and was kept.
func tellOfRecords(_ diagnostics: [Diagnostic], bad: Int) {
    tellOfForeignFiles(diagnostics)
    tellOfBadRecords(diagnostics.filter { $0.code != "foreign-file" }, bad: bad)
}

private func tellOfForeignFiles(_ diagnostics: [Diagnostic]) {
    let renderer = RuleSources.renderer(.concise)
    let foreign = diagnostics.filter { $0.code == "foreign-file" }
    note(renderer.render(Array(foreign.prefix(10)), sources: []))
    if foreign.count > 10 {
        let more = foreign.count - 10
        say(Phrase("\(more) more files were passed over", "另有 \(more) 个文件被跳过"), severity: "note")
    }
}

private func tellOfBadRecords(_ diagnostics: [Diagnostic], bad: Int, listedIn file: String? = nil) {
    let shown = diagnostics.prefix(10)
    note(RuleSources.renderer(.concise).render(Array(shown), sources: []))
    let more = bad - shown.count { $0.severity == .error }
    guard more > 0 else { return }
    var phrase = Phrase("\(more) more bad \(more == 1 ? "record" : "records")", "另有 \(more) 条坏记录")
    if let file {
        phrase.english += "; \(file) lists them"
        phrase.chinese += "，见 \(file)"
    }
    say(phrase, severity: "note")
}

/// Whether more than `limit` percent of all records are bad; says so.
func hasTooManyBadRecords(_ result: InspectionResult, limit: Double) -> Bool {
    hasTooManyBadRecords(result.coverage.recordsBad, of: result.coverage.recordsRead, limit: limit)
}

/// The same for records that were counted elsewhere.
func hasTooManyBadRecords(_ bad: Int, of all: Int, limit: Double) -> Bool {
    guard Double(bad) * 100 > limit * Double(all) else { return false }
    let limit = limit == limit.rounded() ? String(Int(limit)) : String(limit)
    say(
        Phrase(
            "\(bad) of \(all) records are bad, more than \(limit) % (--max-bad)",
            "\(all) 条记录中有 \(bad) 条坏记录，超过 \(limit) %（--max-bad）"))
    return true
}

/// Refuses what is no share; what is not a number would let every share pass.
func checkBadRecordLimit(_ percent: Double) throws {
    guard percent >= 0, percent <= 100 else {
        throw CommandFailure.misuse("--max-bad takes 0 to 100 percent", "--max-bad 取 0 到 100 的百分数")
    }
}
