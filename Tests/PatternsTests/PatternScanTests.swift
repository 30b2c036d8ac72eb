import ChineseText
import Foundation
import TestSupport
import Testing

@testable import Patterns

/// The scanner over joined messages against other engines over single ones.
struct PatternScanTests {
    /// Random patterns of what all engines mean alike.
    ///
    /// No group that is repeated can match nothing: NSRegularExpression ends such loops early.
    private struct Writer {
        var random: SeededGenerator

        mutating func pick<T>(_ choices: [T]) -> T {
            choices[Int(random.next() % UInt64(choices.count))]
        }

        mutating func pattern() -> String {
            var text = (0...Int(random.next() % 3)).map { _ in piece() }.joined()
            if random.next() % 8 == 0 { text = "^" + text }
            if random.next() % 8 == 0 { text += "$" }
            return text
        }

        private mutating func piece() -> String {
            guard random.next() % 3 == 0 else { return atom() + quantifier() }
            // An atom without quantifier keeps the group from being empty.
            let branches = (0...Int(random.next() % 2)).map { _ in
                atom() + quantifier() + atom()
            }
            return "(?:" + branches.joined(separator: "|") + ")" + quantifier()
        }

        private mutating func atom() -> String {
            pick([
                "a", "b", "1", "微", "信", ",", ".", "[ab]", "[^a]", "[^ab1]", "\\d", "\\s", "[0-9]",
                "\\S", "\\D", "[微信]", "[^微]",
            ])
        }

        private mutating func quantifier() -> String {
            pick(["", "", "", "?", "*", "+", "{2}", "{1,3}", "+?", "{0,2}"])
        }

        mutating func message() -> String {
            let alphabet = ["a", "b", "1", "2", "微", "信", " ", ",", "c"]
            return (0..<Int(random.next() % 9)).map { _ in pick(alphabet) }.joined()
        }
    }

    private func isFound(_ regex: NSRegularExpression, in text: String) -> Bool {
        regex.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }

    @Test("a joined scan finds what NSRegularExpression finds in each message", arguments: 1...40)
    func joinedScanCrossesNoMessage(seed: UInt64) throws {
        var writer = Writer(random: SeededGenerator(seed: seed))
        var sources: [String] = []
        var patterns: [Pattern] = []
        while patterns.count < 10 {
            let source = writer.pattern()
            switch read(source) {
            case .success(let pattern):
                sources.append(source)
                patterns.append(pattern)
            case .failure(let problem):
                #expect(["empty-regex", "costly-regex"].contains(problem.code), "seed \(seed): \(source)")
            }
        }
        let messages = (0..<60).map { _ in writer.message() }
        let found = try scan(patterns, messages)
        for (number, pattern) in patterns.enumerated() {
            let whole = try NSRegularExpression(pattern: sources[number])
            let printed = try NSRegularExpression(pattern: pattern.spanSource)
            let existence = try NSRegularExpression(pattern: pattern.scanSource)
            let spans = try #require(SpanMatcher(pattern))
            for (index, message) in messages.enumerated() {
                let expected = isFound(whole, in: message)
                let note: Comment = "seed \(seed): \(sources[number]) in '\(message)'"
                #expect(found[index].contains(number) == expected, note)
                #expect(spans.matches(Array(message.utf8)) == expected, note)
                #expect(isFound(printed, in: message) == expected, note)
                #expect(isFound(existence, in: message) == expected, note)
            }
        }
    }

    @Test(arguments: ["a.b", "a[^x]b", "a\\sb", "a\\Db", "a\\Wb", "a\\s*b", "a[^x]*b", "a\\nb", "a[\\n,]b"])
    func nothingReachesIntoTheNextMessage(_ source: String) throws {
        guard case .success(let pattern) = read(source) else { return }
        #expect(try scan([pattern], ["a", "b", "a", "", "b", ""]) == Array(repeating: [], count: 6))
    }

    @Test func assertionsHoldAtTheEndsOfEachMessage() throws {
        let patterns = try ["^b", "a$", "^ab$", "\\bab\\b"].map { try read($0).get() }
        let found = try scan(patterns, ["ab", "ba", "b", "xab", "ab c"])
        #expect(found == [[2, 3], [0, 1], [0], [], [3]])
    }

    @Test func spansAreLeftmostLongestAndBounded() throws {
        let matcher = try #require(SpanMatcher(try read("a|ab|abc").get()))
        #expect(matcher.spans(in: Array("xabcab".utf8)) == [1..<4, 4..<6])
        let many = try #require(SpanMatcher(try read("a").get()))
        #expect(many.spans(in: [UInt8](repeating: 0x61, count: 500)).count == SpanMatcher.spanLimit)
    }

    /// Patterns that hang backtracking engines, each with a text that makes them.
    static let attacks: [(String, String)] = [
        ("(a+)+$", "aaaaaaaaab"), ("(a|aa)+b", "aaaaaaaaaa"), ("(.*a){20}", "aaaaaaaaa!"),
        ("(a*)*b", "aaaaaaaaaa"), ("(a|a)*b", "aaaaaaaaaa"), ("([a-z]+)*1", "abcdefghij"),
        ("^(\\d+)*$", "1111111111"), ("(x+x+)+y", "xxxxxxxxxx"), ("a.*b.*c.*d", "abcabcabca"),
        ("(微+)+信", "微微微微微"), ("(?:a?){50}a{50}b", "aaaaaaaaaa"), ("\\s+$", "          x"),
        ("(.+)+@(.+)+\\.com", "a@a@a@a@a@"),
    ]

    @Test("a megabyte of attack takes less than a second", arguments: attacks)
    func attacksAreRefusedOrLinear(_ source: String, _ unit: String) throws {
        guard case .success(let pattern) = read(source) else {
            // Refused is as good, but only by name.
            guard case .failure(let problem) = read(source) else { return }
            #expect(["costly-regex", "empty-regex"].contains(problem.code))
            return
        }
        let text = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
        let matcher = try #require(SpanMatcher(pattern))
        let bytes = Array(text.utf8)
        let matching = Self.processorTime { _ = matcher.matches(bytes) }
        #expect(matching < .seconds(1), "span matcher: \(matching)")
        var set = PatternSet()
        set.look(for: set.regex(pattern), in: .service)
        let scanner = try Scanner(try CompiledPatterns(set, cache: DiskCache(directory: nil)))
        let block = bytes + [0x0A]
        let scanning = Self.processorTime {
            block.withUnsafeBufferPointer { block in
                [UInt32(bytes.count)].withUnsafeBufferPointer {
                    scanner.scan(block, ends: $0, lane: Lane(level: .exact, side: .service))
                }
            }
        }
        #expect(scanning < .seconds(1), "scanner: \(scanning)")
        #expect(scanner.found.isEmpty != matcher.matches(bytes))
    }

    /// What `body` takes of a processor, on the thread that it is called on: other tests may keep the machine busy.
    private static func processorTime(_ body: () -> Void) -> Duration {
        func now() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let began = now()
        body()
        return now() - began
    }
}
