import ChineseText
import ConversationModel
import TestSupport
import Testing

@testable import Patterns

/// Automata over scalars, held against RE2.
struct TextAutomatonTests {
    @Test("an automaton says of a random pattern what RE2 says", arguments: 1...60)
    func equalsRE2(seed: UInt64) throws {
        var writer = FactorWriter(random: SeededGenerator(seed: seed))
        var answers = [false: 0, true: 0]
        for _ in 0..<60 {
            let source = writer.pattern()
            let level: TextLevel = writer.random.next() % 4 == 0 ? .exact : .folded
            guard case .success(let pattern) = read(source, level: level) else { continue }
            let matcher = try #require(SpanMatcher(pattern))
            let space = AutomatonSpace()
            guard let automaton = matcher.automaton(in: space) else {
                #expect(source.contains("\\b") || source.contains("\\B"), "seed \(seed): \(source)")
                continue
            }
            let tree = try PatternTree.read(source, level: level, table: table)
            for _ in 0..<12 {
                let message = writer.message(for: tree)
                let expected = matcher.matches(Array(message.utf8))
                #expect(answer(automaton, message, space) == expected, "seed \(seed): \(source) in '\(message)'")
                answers[expected, default: 0] += 1
            }
        }
        // Otherwise the property would say nothing.
        #expect(answers.values.allSatisfy { $0 > 50 }, "seed \(seed)")
    }

    @Test(
        "marks, letters, Han, emoji and what lies beyond the first plane",
        arguments: [
            "^[🎁-🎫]+$", "[^\\s您]退", "加.{0,3}微信", "^(?:好|行)的?$", "(?:^|[^不])可以", "退$", "[𠀀-𪛟]", "\\d{6,}",
        ])
    func sayWhatRE2Says(_ source: String) throws {
        let pattern = try read(source, level: .folded).get()
        let matcher = try #require(SpanMatcher(pattern))
        let space = AutomatonSpace()
        let automaton = try #require(matcher.automaton(in: space))
        for text in [
            "", "🎁", "🎁🎂🎪", "🎁x", "退", " 退", "您退", "货退", "加微信", "加一下微信", "加一下我的微信", "好的", "好的呀", "行", "可以",
            "不可以", "也可以", "退款", "𠮷", "我𠮷", "12345", "1234567", "𠀀退",
        ] {
            #expect(answer(automaton, text, space) == matcher.matches(Array(text.utf8)), "\(source) in '\(text)'")
        }
    }

    @Test(
        "patterns of hundreds of different characters have automata",
        // Three more classes: 退, 款 and the rest. A byte holds up to 127 beside its bit.
        arguments: [100, 123, 124, 125, 252, 300, 550])
    func manyClasses(_ count: Int) throws {
        let scalars = (0..<count).compactMap { Unicode.Scalar(0x4E00 + UInt32($0) * 7) }
        // Each is told from the others, since another one must follow it.
        let pairs = zip(scalars, scalars.dropFirst(3)).map { "\($0)\($1)" }
        let pattern = try read("(?:\(pairs.joined(separator: "|")))退?款", level: .exact).get()
        let matcher = try #require(SpanMatcher(pattern))
        let space = AutomatonSpace()
        let automaton = try #require(matcher.automaton(in: space))
        var random = SeededGenerator(seed: UInt64(count))
        var answers = [false: 0, true: 0]
        for _ in 0..<400 {
            let place = Int(random.next() % UInt64(count))
            let next = place + (random.next() % 2 == 0 ? 3 : 2)
            guard next < count else { continue }
            let text = "您好\(scalars[place])\(scalars[next])\(random.next() % 2 == 0 ? "退" : "")款"
            let expected = matcher.matches(Array(text.utf8))
            #expect(answer(automaton, text, space) == expected, "\(text)")
            answers[expected, default: 0] += 1
        }
        #expect(answers.values.allSatisfy { $0 > 50 })
    }

    @Test("thousands of ends of the text in a row are one")
    func endsInARow() throws {
        let pattern = try read("a" + String(repeating: "$", count: 3000), level: .folded).get()
        let matcher = try #require(SpanMatcher(pattern))
        let space = AutomatonSpace()
        let automaton = try #require(matcher.automaton(in: space))
        for text in ["a", "ba", "ab", ""] {
            #expect(answer(automaton, text, space) == matcher.matches(Array(text.utf8)), "\(text)")
        }
    }

    @Test("the costliest patterns take no more room than there is", arguments: PatternFactorsTests.costly.indices)
    func costlyPatternsAreBounded(_ number: Int) throws {
        let source = PatternFactorsTests.costly[number]
        let pattern = try read(source, level: .folded).get()
        // RE2 itself refuses one of them.
        let space = AutomatonSpace()
        guard let matcher = SpanMatcher(pattern), let automaton = matcher.automaton(in: space) else { return }
        var writer = FactorWriter(random: SeededGenerator(seed: 1))
        let tree = try PatternTree.read(source, level: .folded, table: table)
        for _ in 0..<20 {
            let text = String(repeating: writer.message(for: tree), count: 20)
            // Nil: the room is used up, and RE2 is asked instead.
            if let answer = answer(automaton, text, space) { #expect(answer == matcher.matches(Array(text.utf8))) }
        }
    }

    @Test func aPatternWhoseStatesHaveNoEndGivesUpInsteadOfTakingAllMemory() throws {
        // Which of the last fourteen characters were 甲: thousands of states.
        let pattern = try read("甲.{13}乙", level: .exact).get()
        let matcher = try #require(SpanMatcher(pattern))
        let space = AutomatonSpace(bytes: 1 << 16)
        let automaton = try #require(matcher.automaton(in: space))
        var random = SeededGenerator(seed: 7)
        let text = String((0..<20_000).map { _ in random.next() % 2 == 0 ? "甲" : "丙" })
        #expect(answer(automaton, text, space) == nil)
        #expect(answer(automaton, "甲", space) == nil)
        // What it took is there for others again: twenty of them would not fit beside one another.
        for _ in 0..<20 {
            let other = try #require(matcher.automaton(in: space))
            #expect(answer(other, "甲一二三四五六七八九十一二三乙", space) == true)
            #expect(answer(other, text, space) == nil)
        }
    }

    @Test func aPatternOfManyBeginningsKeepsAnsweringAsManyTextsCome() throws {
        // Hundreds of beginnings, which are part of each state, and gaps that make thousands of states.
        let scalars = (0..<160).compactMap { Unicode.Scalar(0x4E00 + UInt32($0) * 5) }
        let beginnings = zip(scalars, scalars.dropFirst()).map { "\($0)\($1)" }.joined(separator: "|")
        let matcher = try #require(SpanMatcher(read("(?:\(beginnings))[^。]{1,8}[退换]款", level: .exact).get()))
        let space = AutomatonSpace()
        let automaton = try #require(matcher.automaton(in: space))
        var random = SeededGenerator(seed: 11)
        var answers = [false: 0, true: 0]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<6 {
                let place = Int(random.next() % 159)
                text.unicodeScalars.append(contentsOf: [scalars[place], scalars[place + Int(random.next() % 2)]])
                if random.next() % 4 == 0 { text += random.next() % 2 == 0 ? "。" : "退款" }
            }
            let expected = matcher.matches(Array(text.utf8))
            #expect(answer(automaton, text, space) == expected, "\(text)")
            answers[expected, default: 0] += 1
        }
        #expect(answers.values.allSatisfy { $0 > 1000 }, "\(answers)")
    }

    @Test func automataTogetherTakeNoMoreThanTheirSpace() throws {
        let space = AutomatonSpace(bytes: 8_000)
        let matchers = try "甲乙丙丁戊己庚辛壬癸".map { try #require(SpanMatcher(read("\($0).退").get())) }
        let made = matchers.compactMap { $0.automaton(in: space) }
        #expect(!made.isEmpty && made.count < matchers.count)
        // Of those that were made, tables of classes for thousands of characters are too large.
        for scalar in UInt32(0x4E00)..<0x9000 { _ = space.number(of: scalar) }
        for automaton in made { #expect(answer(automaton, "货", space) == nil) }
    }

    @Test func moreDifferentCharactersThanHaveNumbersHaveNone() {
        let space = AutomatonSpace()
        let scalars = (0..<UInt32(0x1_0FFF)).map { $0 + 0x2_0000 }
        let numbered = scalars.compactMap { space.number(of: $0) }
        #expect(numbered == (0..<UInt16.max).map { $0 })
        #expect(space.number(of: 0x2_0000) == 0 && space.number(of: 0x41) == nil)
    }

    private func answer(_ automaton: TextAutomaton, _ text: String, _ space: AutomatonSpace) -> Bool? {
        text.unicodeScalars.compactMap { space.number(of: $0.value) }.withUnsafeBufferPointer { automaton.matches($0) }
    }
}
