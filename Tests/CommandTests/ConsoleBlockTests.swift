import Foundation
import Testing

/// The fenced blocks of the documents that show commands and what they print: each is run where what it reads is here.
///
/// A line "…" in a block stands for any number of lines, "…" in a line for any text. A command without lines below it may
/// print anything.
@Suite(.enabled(if: Command.isBuilt)) struct ConsoleBlockTests {
    static let pages = ["README.md", "README.zh-CN.md", "docs/cli.md"]
    /// Folders of the reader's own; a path with a slash or a known ending is looked for as well.
    private static let folders: Set<String> = ["shop", "drafts", "draft"]
    private static let endings = [".json", ".ndjson", ".csv", ".txt"]
    private static let outputs: Set<String> = ["--html", "--out", "--to", "--truth"]

    private struct Step {
        var command: String
        var expected: [Substring] = []
        var line: Int
    }

    private static func blocks(_ page: String) throws -> [[Step]] {
        let text = try String(contentsOfFile: Command.root + "/" + page, encoding: .utf8)
        var blocks: [[Step]] = []
        var isInside = false
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "```console" {
                isInside = true
                blocks.append([])
            } else if line.hasPrefix("```") {
                isInside = false
            } else if isInside, let last = blocks.indices.last {
                if line.hasPrefix("$ ") {
                    blocks[last].append(Step(command: String(line.dropFirst(2)), line: number + 1))
                } else if let step = blocks[last].indices.last {
                    if blocks[last][step].command.hasSuffix("\\") {
                        blocks[last][step].command.removeLast()
                        blocks[last][step].command += line.drop { $0 == " " }
                    } else {
                        blocks[last][step].expected.append(line)
                    }
                }
            }
        }
        return blocks
    }

    /// Whether all that a command reads is in the folder.
    private func canRun(_ command: String, in folder: String) -> Bool {
        guard command.hasPrefix("mingjian ") || command.hasPrefix("echo "), !command.contains("…"),
            !["serve", "make ", "--every", "--speed"].contains(where: command.contains)
        else { return false }
        let words = command.split(separator: " ").map(String.init)
        return words.indices.dropFirst().allSatisfy { place in
            let word = words[place]
            let isPath =
                word.contains("/") || Self.folders.contains(word) || Self.endings.contains(where: word.hasSuffix)
            let isMade =
                Self.outputs.contains(words[place - 1]) || words[place - 1] == "--log" && words[2] == "replay"
            return !isPath || isMade || FileManager.default.fileExists(atPath: folder + "/" + word)
        }
    }

    private func printed(by command: String, in folder: String, language: String) throws -> [Substring] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "(\(command)) > .printed 2>&1"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let bin = URL(fileURLWithPath: try #require(Command.path)).deletingLastPathComponent().path
        process.environment = ProcessInfo.processInfo.environment.merging([
            "PATH": bin + ":/usr/bin:/bin", "LANG": language, "LC_ALL": language, "HOME": folder,
            "MINGJIAN_NOW": "2026-03-02T02:00:00.000Z", "NO_COLOR": "1",
        ]) { $1 }
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOfFile: folder + "/.printed", encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.prefix($0.count - $0.reversed().prefix { $0 == " " }.count) }
    }

    /// Whether a printed line is what a document shows, some of it perhaps left out.
    private func stands(_ printed: Substring, for expected: Substring) -> Bool {
        let pieces = expected.split(separator: "…", omittingEmptySubsequences: false)
        guard let first = pieces.first, let last = pieces.last, printed.hasPrefix(first) else { return false }
        if pieces.count == 1 { return printed == expected }
        var rest = printed.dropFirst(first.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let range = rest.firstRange(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    /// The first expected line that does not stand where it must; nil where all do.
    private func firstDifference(_ expected: [Substring], _ printed: [Substring]) -> Substring? {
        var next = 0
        var isFree = false
        for line in expected {
            if line == "…" {
                isFree = true
                continue
            }
            let rest = printed[next...]
            let found = isFree ? rest.firstIndex { stands($0, for: line) } : rest.startIndex
            guard let place = found, place < rest.endIndex, stands(rest[place], for: line) else { return line }
            next = place + 1
            isFree = false
        }
        let hasRest = printed[next...].contains { !$0.isEmpty }
        return hasRest && !isFree ? "(more is printed) \(printed[next...].joined(separator: "\n").prefix(200))" : nil
    }

    @Test("what documents show is what the commands print", arguments: pages)
    func showsWhatIsPrinted(page: String) throws {
        var count = 0
        for block in try Self.blocks(page) {
            let directory = try TemporaryDirectory()
            for name in ["Rules", "Corpora", "Policies"] {
                try FileManager.default.createSymbolicLink(
                    atPath: directory.path + "/" + name, withDestinationPath: Command.root + "/" + name)
            }
            for step in block where canRun(step.command, in: directory.path) {
                let isChinese = page.contains("zh-CN")
                let lines = try printed(
                    by: step.command, in: directory.path, language: isChinese ? "zh_CN.UTF-8" : "en_US.UTF-8")
                if step.expected.isEmpty { continue }
                count += 1
                let difference = firstDifference(step.expected, lines)
                #expect(difference == nil, "\(page):\(step.line) \(step.command)")
            }
        }
        #expect(count > 0)
    }
}
