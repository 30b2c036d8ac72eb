import ChineseText
import Diagnostics
import Foundation
import Patterns
import RuleLanguage

/// Puts the closer looks of an inspection to RE2 and to automata over scalars. A process for benchmarks to time; no part of the product.
///
///     regex-probe RULES TEXTS ROUNDS
///
/// RULES is a folder of rules, TEXTS a file with a message a line. A message is put to a regex where it holds what the
/// scanner would have found of it. Prints one JSON object; answers that differ end with 1.
@main
struct RegexProbe {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let rounds = Int(arguments[3]), rounds > 0 else { exit(64) }
        let probe = try Probe(rules: arguments[1], texts: arguments[2])
        var samples: [[String: Double]] = []
        for _ in 0..<rounds {
            let (re2, expected) = probe.timed { probe.answersOfRE2() }
            let (automata, found) = probe.timed { probe.answersOfAutomata() }
            guard found == expected else {
                FileHandle.standardError.write(Data("the answers differ\n".utf8))
                exit(1)
            }
            samples.append(["re2Seconds": re2, "automataSeconds": automata])
        }
        let object: [String: Any] = [
            "regexes": probe.matchers.count, "messages": probe.texts.count, "looks": probe.looks.count,
            "bytes": probe.looks.reduce(0) { $0 + probe.texts[Int($1.message)].count },
            "matches": probe.answersOfRE2().count(where: \.self), "samples": samples,
        ]
        print(String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self))
    }
}

/// The regexes, the texts, and which is put to which.
private struct Probe {
    struct Look {
        let message: Int32
        let regex: Int32
    }

    let matchers: [SpanMatcher]
    /// Folded.
    let texts: [[UInt8]]
    /// In the order of the messages, as an inspection asks.
    let looks: [Look]

    init(rules path: String, texts file: String) throws {
        let table = FoldTable()
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        let files = try names.filter { $0.hasSuffix(".json") }.sorted().map {
            SourceFile(path: $0, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + $0))))
        }
        var seen: Set<String> = []
        let sources = loadRuleBook(files: files).rules.flatMap { $0.lookups.regexes.map(\.pattern) }
            .filter { seen.insert($0).inserted }
        let patterns = try sources.map { try Pattern($0, level: .folded, table: table) }.filter { !$0.factors.isEmpty }
        matchers = patterns.compactMap { SpanMatcher($0) }
        texts = try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8).split(separator: "\n")
            .map { Array(table.folded(String($0), level: .folded).utf8) }
        looks = try Probe.looks(patterns, texts)
    }

    /// Which messages hold something of every factor of which regexes, by the scanner.
    private static func looks(_ patterns: [Pattern], _ texts: [[UInt8]]) throws -> [Look] {
        var set = PatternSet()
        let factors = patterns.map { $0.factors.map { Set($0.map { set.literal($0, level: .folded) }) } }
        for factor in factors.joined() { for atom in factor { set.look(for: atom, in: .service) } }
        let scanner = try Scanner(CompiledPatterns(set, cache: DiskCache(directory: nil)))
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
        for text in texts {
            bytes += text
            ends.append(UInt32(bytes.count))
            bytes.append(0x0A)
        }
        bytes += [UInt8](repeating: 0x0A, count: 128)
        scanner.reset()
        bytes.withUnsafeBufferPointer { bytes in
            ends.withUnsafeBufferPointer {
                scanner.scan(bytes, ends: $0, lane: Lane(level: .folded, side: .service))
            }
        }
        var found = [Set<Int32>](repeating: [], count: texts.count)
        for hit in scanner.found { found[Int(hit.message)].insert(hit.atom) }
        return texts.indices.flatMap { message in
            patterns.indices.filter { regex in
                !found[message].isEmpty && factors[regex].allSatisfy { !$0.isDisjoint(with: found[message]) }
            }.map { Look(message: Int32(message), regex: Int32($0)) }
        }
    }

    func timed<Result>(_ body: () -> Result) -> (seconds: Double, Result) {
        let clock = ContinuousClock()
        let begin = clock.now
        let result = body()
        return (Double((clock.now - begin) / .microseconds(1)) / 1e6, result)
    }

    func answersOfRE2() -> [Bool] {
        looks.map { matchers[Int($0.regex)].matches(texts[Int($0.message)]) }
    }

    /// What a thread does: automata are made, and texts read, as they are asked.
    func answersOfAutomata() -> [Bool] {
        let space = AutomatonSpace()
        var automata = [TextAutomaton?](repeating: nil, count: matchers.count)
        var isMade = [Bool](repeating: false, count: matchers.count)
        let read = ScalarTexts()
        read.begin(count: texts.count)
        return looks.map { look in
            let regex = Int(look.regex)
            if !isMade[regex] {
                isMade[regex] = true
                automata[regex] = matchers[regex].automaton(in: space)
            }
            let answer = texts[Int(look.message)].withUnsafeBufferPointer { text in
                read.text(Int(look.message), of: text, in: space).flatMap { automata[regex]?.matches($0) }
            }
            return answer ?? matchers[regex].matches(texts[Int(look.message)])
        }
    }
}
