import ArgumentParser
import ConversationModel
import Diagnostics
import Foundation
import Synthesis

/// `mingjian corpus`: seeded archives with their truth, lists of patterns, and how well rules do.
struct CorpusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus", abstract: "Makes seeded archives and pattern lists, and measures rules. 生成语料与测量规则",
        subcommands: [Generate.self, Keywords.self, Regexes.self, Rates.self])

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a seeded archive of conversations, with the truth beside it.",
            discussion:
                "Example: mingjian corpus generate --conversations 10000 --seed 1 --out a.ndjson --truth t.ndjson")

        @Option(help: "Number of conversations.")
        var conversations: Int?

        @Option(help: "Size in megabytes (10⁶ bytes) instead.")
        var megabytes: Int?

        @Option var seed: UInt64 = 1

        @Option(help: "Shape: \(CorpusShape.allCases.map(\.rawValue).joined(separator: ", ")).")
        var shape = "everyday"

        @Option(help: "The archive (- is standard output).")
        var out = "-"

        @Option(help: "What was planted where, one line a conversation.")
        var truth: String?

        func run() throws {
            try mingjian.run {
                guard let shape = CorpusShape(rawValue: shape) else {
                    throw CommandFailure.misuse("unknown shape '\(self.shape)'", "未知的形状 “\(self.shape)”")
                }
                guard (conversations == nil) != (megabytes == nil) else {
                    throw CommandFailure.misuse(
                        "give --conversations or --megabytes", "请给出 --conversations 或 --megabytes 之一")
                }
                let plan = CorpusPlan(
                    seed: seed, conversations: conversations, bytes: megabytes.map { $0 * 1_000_000 },
                    options: CorpusOptions(shape: shape))
                let archive = out == "-" ? Output() : try Output(path: out)
                // The truth must not be written over the archive.
                if out != "-" { InputFiles.note(out) }
                let facts = try truth.map { try Output(path: $0) }
                let size = try writeCorpus(
                    plan, archive: { bytes in try archive.write(bytes) },
                    truth: { bytes in try facts?.write(bytes) })
                let written = Phrase(
                    "\(size.conversations) conversations, \(size.messages) messages, \(size.bytes) bytes",
                    "\(size.conversations) 个会话，\(size.messages) 条消息，\(size.bytes) 字节")
                note(written.text(in: Surroundings.language) + "\n")
                return 0
            }
        }
    }

    struct Keywords: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes a seeded list of keywords.")

        @Option(help: "mixed, same-hits or common.")
        var kind = "mixed"

        @Option var count = 1000
        @Option var seed: UInt64 = 1
        @Option var out = "-"

        func run() throws {
            try mingjian.run {
                guard let kind = KeywordList.Kind(rawValue: kind) else {
                    throw CommandFailure.misuse("unknown kind '\(self.kind)'", "未知的种类 “\(self.kind)”")
                }
                let output = out == "-" ? Output() : try Output(path: out)
                try output.write(KeywordList(kind: kind, count: count, seed: seed).words.map { $0 + "\n" }.joined())
                return 0
            }
        }
    }

    struct Regexes: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes a seeded list of regexes.")

        @Option(help: "mixed or digits.")
        var kind = "mixed"

        @Option var count = 100
        @Option var seed: UInt64 = 1
        @Option var out = "-"

        func run() throws {
            try mingjian.run {
                guard let kind = RegexList.Kind(rawValue: kind) else {
                    throw CommandFailure.misuse("unknown kind '\(self.kind)'", "未知的种类 “\(self.kind)”")
                }
                let output = out == "-" ? Output() : try Output(path: out)
                try output.write(RegexList(kind: kind, count: count, seed: seed).patterns.map { $0 + "\n" }.joined())
                return 0
            }
        }
    }
}
