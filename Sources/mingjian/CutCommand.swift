import Archives
import ArgumentParser
import ChineseText
import ConversationModel
import Diagnostics

/// `mingjian cut`: endless buyer logs to conversations.
struct CutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cut",
        abstract: "Cuts endless buyer logs into conversations, a conversation a line. 切分会话",
        discussion: """
            Examples:
              mingjian cut --preview logs.csv          what each limit of silence would give
              mingjian cut logs.csv > archive.ndjson

            Exit codes: 0 done; 64 usage; 65 more records are bad than --max-bad; 66
            policy; 74 input or output; 130 interrupted.
            """)

    @OptionGroup var archive: ArchiveArguments

    @Flag(help: "Only count: gaps between messages, and conversations by limit of silence.")
    var preview = false

    @Option(parsing: .unconditional, help: "Percent of bad records above which the exit code is 65.")
    var maxBad = 0.1

    func run() throws {
        try mingjian.run { try cut() }
    }

    private func cut() throws -> Int32 {
        try checkBadRecordLimit(maxBad)
        let options = try archive.options(cutting: true)
        let inputs = try archive.inputs()
        let output = Output()
        if preview {
            let preview = try cutPreview(inputs, options: options)
            try output.write(text(preview))
            sayWhatIsLeftOut(preview)
            tellOfRecords(preview.diagnostics, bad: preview.recordsBad)
            if let failure = preview.failure { throw failure }
            return verdict(preview.recordsBad, of: preview.recordsRead, preview.sources)
        }
        var conversion = Conversion(archive)
        try conversion.convert(inputs, options, to: output)
        return verdict(conversion.recordsBad, of: conversion.recordsRead, conversion.sources)
    }

    private func verdict(_ bad: Int, of all: Int, _ sources: [Coverage.SourceNote]) -> Int32 {
        archive.tellOfMapping(among: sources)
        return hasTooManyBadRecords(bad, of: all, limit: maxBad) ? CommandFailure.badData : 0
    }

    private func sayWhatIsLeftOut(_ preview: CutPreview) {
        let (conversations, inputs) = (preview.conversationsWithIDs, preview.inputsOfConversations)
        guard conversations + inputs > 0 else { return }
        var (english, chinese): ([String], [String]) = ([], [])
        if conversations > 0 {
            english.append("\(conversations) conversations of messages that have conversation ids")
            chinese.append("\(conversations) 个会话的消息已有会话号")
        }
        if inputs > 0 {
            english.append("\(inputs) inputs of whole conversations")
            chinese.append("\(inputs) 个输入本来就是一行一个会话")
        }
        say(
            Phrase(
                "left out, since only buyers' logs without conversation ids are cut: "
                    + english.joined(separator: ", "),
                "未计入（只切分没有会话号的买家记录）：" + chinese.joined(separator: "，")), severity: "note")
    }

    private func text(_ preview: CutPreview) -> String {
        let isChinese = Surroundings.language == .chinese
        var text =
            isChinese
            ? "\(preview.logs) 个买家记录，\(preview.messages) 条消息\n\n相邻消息的间隔\n"
            : "\(preview.logs) buyer logs, \(preview.messages) messages\n\ngaps between messages\n"
        for bucket in preview.gaps {
            let label = bucket.upTo.map { "≤ \(duration($0))" } ?? "> 24 h"
            text += "  " + label + String(repeating: " ", count: max(1, 10 - label.count)) + "\(bucket.gaps)\n"
        }
        text += isChinese ? "\n沉默多久算结束 → 会话数\n" : "\nsilence that closes → conversations\n"
        for candidate in preview.candidates {
            let label = duration(candidate.closeAfter)
            text +=
                "  " + label + String(repeating: " ", count: max(1, 10 - label.count)) + "\(candidate.conversations)\n"
        }
        return text
    }

    private func duration(_ milliseconds: Int64) -> String {
        milliseconds % 3_600_000 == 0 ? "\(milliseconds / 3_600_000) h" : "\(milliseconds / 60_000) min"
    }
}

/// `mingjian import`: what a table or an export would be read as, before it is.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Shows what an archive would be read as, or converts it. 导入预览与转换",
        discussion: """
            Examples:
              mingjian import --preview export.csv --mapping mapping.json
              mingjian import export.csv > archive.ndjson

            Exit codes: 0 done; 64 usage; 65 more records are bad than --max-bad; 66
            policy; 74 input or output; 130 interrupted.
            """)

    @OptionGroup var archive: ArchiveArguments

    @Flag(help: "Show columns and the first rows, convert nothing.")
    var preview = false

    @Option(help: "Rows of the preview.")
    var rows = 20

    @Option(
        parsing: .unconditional, help: "Percent of bad records above which the exit code is 65; a preview counts none.")
    var maxBad = 0.1

    func run() throws {
        try mingjian.run {
            try checkBadRecordLimit(maxBad)
            let options = try archive.options()
            let output = Output()
            var conversion = Conversion(archive)
            var previewed: [Coverage.SourceNote] = []
            let inputs = try archive.inputs()
            // A conversation may go on in the next file.
            if !preview { try conversion.convert(inputs, options, to: output) }
            for input in preview ? inputs : [] {
                do {
                    let shown = try previewArchive(input, options: options, rows: min(1000, max(1, rows)))
                    previewed.append(shown.source)
                    try output.write(text(shown))
                    if let failure = shown.failure { throw failure }
                } catch let error as ArchiveError where error.isForeign && input.isFromDirectory {
                    say(
                        Phrase("passed over: \(error.phrase.english)", "已跳过：\(error.phrase.chinese)"),
                        severity: "warning")
                }
            }
            archive.tellOfMapping(among: conversion.sources + previewed)
            let isTooBad = hasTooManyBadRecords(conversion.recordsBad, of: conversion.recordsRead, limit: maxBad)
            return isTooBad ? CommandFailure.badData : 0
        }
    }

    private func text(_ preview: ArchivePreview) -> String {
        var text =
            "\(preview.source.name)  \(preview.source.shape)  \(preview.source.encoding)  \(preview.source.compression)\n"
        for column in preview.columns {
            text += "  \(column.field.rawValue) ← \(column.headers.map(visible).joined(separator: " + "))\n"
        }
        for row in preview.rows {
            text += "\(row.record)  \(visible(row.line))"
            if let issue = row.issue { text += "  ✗ \(visible(issue.text(in: Surroundings.language)))" }
            text += "\n"
        }
        return text + RuleSources.renderer(.concise).render(preview.diagnostics, sources: [])
    }
}

/// `mingjian fold`: how a text looks to rules.
struct FoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold", abstract: "Folds lines of standard input as rules see them. 归一化",
        discussion: "Example: echo 'ＡＢ 薇信號' | mingjian fold")

    func run() throws {
        try mingjian.run {
            let output = Output()
            let table = Surroundings.foldTable
            while let line = readLine() { try output.write(table.folded(line) + "\n") }
            return 0
        }
    }
}
