import ChineseText
import Patterns

/// Whether regexes hold in the messages of a block: by automata, which each evaluator makes as it needs them, and by
/// RE2 where there is none.
final class RegexAnswers {
    private let space = AutomatonSpace()
    /// Per leaf that of its pattern and that of its veto; nil before anybody asked, and where there is none.
    private let automata: UnsafeMutablePointer<Unmanaged<TextAutomaton>?>
    private let isKnown: UnsafeMutablePointer<Bool>
    private let count: Int
    /// By level. Unmanaged as automata are: counting references would cost more than most looks.
    private let texts: FixedTable<Unmanaged<ScalarTexts>>

    init(leaves: Int) {
        count = leaves * 2
        automata = .allocate(capacity: count + 1)
        automata.initialize(repeating: nil, count: count + 1)
        isKnown = .allocate(capacity: count + 1)
        isKnown.initialize(repeating: false, count: count + 1)
        texts = FixedTable(TextLevel.allCases.map { _ in .passRetained(ScalarTexts()) })
    }

    deinit {
        for place in 0..<count { automata[place]?.release() }
        for level in texts.indices { texts[level].release() }
        automata.deallocate()
        isKnown.deallocate()
    }

    /// Forgets the block before; the next one has so many messages.
    func begin(messages: Int) {
        for level in texts.indices { texts[level]._withUnsafeGuaranteedRef { $0.begin(count: messages) } }
    }

    /// Whether a leaf's regex holds in a message, whose folded text this is.
    @inline(__always)
    func holds(
        _ question: RegexQuestion, leaf: Int, message: Int, _ text: UnsafeBufferPointer<UInt8>, _ level: TextLevel
    ) -> Bool {
        if let pattern = question.pattern, !matches(pattern, leaf * 2, message, text, level) { return false }
        if let except = question.except, matches(except, leaf * 2 + 1, message, text, level) { return false }
        return true
    }

    private func matches(
        _ matcher: Unmanaged<SpanMatcher>, _ place: Int, _ message: Int, _ text: UnsafeBufferPointer<UInt8>,
        _ level: TextLevel
    ) -> Bool {
        if !isKnown[place] {
            isKnown[place] = true
            automata[place] = matcher._withUnsafeGuaranteedRef { $0.automaton(in: space) }.map { .passRetained($0) }
        }
        if let automaton = automata[place],
            let scalars = texts[Int(level.rawValue)]._withUnsafeGuaranteedRef({
                $0.text(message, of: text, in: space)
            }),
            let answer = automaton._withUnsafeGuaranteedRef({ $0.matches(scalars) })
        {
            return answer
        }
        return matcher._withUnsafeGuaranteedRef { $0.matches(text) }
    }
}
