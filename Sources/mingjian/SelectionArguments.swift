import Archives
import ArgumentParser
import ConversationModel
import Diagnostics
import Foundation
import Inspection
import Server

/// Which conversations a run over archives judges, whom it knows, and with how many threads.
struct SelectionArguments: ParsableArguments {
    @Option(help: "Roster (CSV): accounts to persons and groups, dated.")
    var roster: String?

    @Option(help: "First day, YYYY-MM-DD: conversations by the day of their first message.")
    var from: String?

    @Option(help: "Last day, YYYY-MM-DD, inclusive.")
    var to: String?

    @Option(help: "Only this group (may be repeated).")
    var group: [String] = []

    @Option(help: "Only conversations with this agent: account, or person of the roster (may be repeated).")
    var agent: [String] = []

    @Option(help: "What was not closed at this instant (RFC 3339) is cut off.")
    var asOf: String?

    @Option(help: "The shop's name where the archive has none; part of finding ids.")
    var shop = ""

    @Option(parsing: .unconditional, help: "Threads (default: all processors).")
    var threads: Int?

    /// What makes two runs the same, as far as it is said here.
    var key: String {
        "\(from ?? "") \(to ?? "") \(group) \(agent) \(asOf ?? "") \(shop) \(roster ?? "")"
    }

    /// Says which of the groups and agents asked for were in nothing that was read: most likely written in another way.
    func tellOfNames(_ seen: NamesSeen) {
        func tell(_ asked: [String], _ known: [String], _ english: String, _ chinese: String, option: String) {
            for name in asked where !known.contains(name) {
                var phrase = Phrase(
                    "no conversation that was read has the \(english) '\(name)' (\(option))",
                    "读到的会话里没有\(chinese) “\(name)”（\(option)）")
                let sorted = known.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                if let near = didYouMean(name, among: sorted) {
                    phrase.english += "; did you mean '\(near)'?"
                    phrase.chinese += "；是不是想写 “\(near)”？"
                } else if !sorted.isEmpty {
                    let some = sorted.prefix(5).joined(separator: ", ") + (sorted.count > 5 ? ", …" : "")
                    phrase.english += "; it has \(some)"
                    phrase.chinese += "；有：\(some)"
                }
                say(phrase, severity: "warning")
            }
        }
        tell(group, seen.groups, "group", "分组", option: "--group")
        tell(agent, seen.agents, "agent", "客服账号", option: "--agent")
    }

    /// The options of a run, without its roster.
    func options(_ archive: ArchiveArguments) throws -> InspectionOptions {
        var options = InspectionOptions()
        options.threads = min(256, max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount))
        options.firstDay = try day(from, "--from")
        options.lastDay = try day(to, "--to")
        if let first = options.firstDay, let last = options.lastDay, first > last {
            throw CommandFailure.misuse("--from is after --to", "--from 晚于 --to")
        }
        if let threads, threads < 1 {
            throw CommandFailure.misuse("--threads takes 1 or more", "--threads 至少为 1")
        }
        options.groups = Set(group)
        options.agents = Set(agent)
        options.defaultShop = shop
        options.allowsDuplicates = archive.allowDuplicates
        options.isStrict = archive.strictJSON
        options.largestRecord = archive.maxLine
        if let asOf { options.asOf = try SelectionArguments.instant(asOf) }
        return options
    }

    /// The roster at `path`; rows that cannot be used are said unless the run is quiet.
    ///
    /// One in which nobody can be found ends the command: figures by group would silently be wrong.
    static func readRoster(_ path: String, isQuiet: Bool) throws -> Roster {
        let bytes = try InputFiles.read(path, Phrase("roster", "花名册"))
        let (roster, diagnostics) = try Roster.parse(bytes, path: path)
        if !diagnostics.isEmpty, !isQuiet { note(RuleSources.renderer(.concise).render(diagnostics, sources: [])) }
        return roster
    }

    private func day(_ text: String?, _ option: String) throws -> CalendarDay? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else {
            throw CommandFailure.misuse(
                "\(option) takes a day as YYYY-MM-DD, not '\(text)'", "\(option) 的日期写作 YYYY-MM-DD，而不是 “\(text)”")
        }
        return day
    }

    /// The instant that `--as-of` names.
    static func instant(_ text: String) throws -> Instant {
        // Digits alone are milliseconds there: a year would be one of the first seconds of 1970.
        guard Int64(text) == nil, let instant = Instant(rfc3339: text) else {
            throw CommandFailure.misuse("--as-of takes an RFC 3339 time with offset", "--as-of 取带时区偏移的 RFC 3339 时间")
        }
        return instant
    }

    /// Bytes of the inputs together; nil where one of them is no file.
    static func totalBytes(_ inputs: [ArchiveInput]) -> Int? {
        var total = 0
        for input in inputs {
            guard let path = input.path else { return nil }
            var status = stat()
            guard path.withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            total += Int(status.st_size)
        }
        return total
    }
}
