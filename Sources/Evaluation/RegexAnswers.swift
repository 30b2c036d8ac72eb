import ChineseText
import Patterns

/// Whether regexes hold in the messages of a block: by automata, which one thread makes as it needs them, and by
/// RE2 where there is none.
final class RegexAnswers {
    private let room = AutomatonRoom()
    /// Per leaf that of its pattern and that of its veto; nil before anybody asked, and where there is none.
    private let automata: UnsafeMutablePointer<Unmanaged<TextAutomaton>?>
    private let isKnown: UnsafeMutablePointer<Bool>
    private let count: Int
    private let texts: FixedTable<ScalarTexts>

    init(leaves: Int) {
        count = leaves * 2
        automata = .allocate(capacity: count + 1)
        automata.initialize(repeating: nil, count: count + 1)
        isKnown = .allocate(capacity: count + 1)
        isKnown.initialize(repeating: false, count: count + 1)
        texts = FixedTable(TextLevel.allCases.map { _ in ScalarTexts() })
    }

    deinit {
        for place in 0..<count { automata[place]?.release() }
        automata.deallocate()
        isKnown.deallocate()
        for level in texts.indices { texts[level].deallocate() }
    }

    /// Forgets the block before; the next one has so many messages.
    func begin(messages: Int) {
        for level in texts.indices { texts[level].begin(count: messages) }
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
            automata[place] = matcher._withUnsafeGuaranteedRef { $0.automaton(in: room) }.map { .passRetained($0) }
        }
        if let automaton = automata[place] {
            let scalars = texts[Int(level.rawValue)].text(message, of: text)
            if let answer = automaton._withUnsafeGuaranteedRef({ $0.matches(scalars) }) { return answer }
        }
        return matcher._withUnsafeGuaranteedRef { $0.matches(text) }
    }
}

/// The scalars of messages that were looked at, kept for one block.
final class ScalarTexts {
    private var scalars = UnsafeMutablePointer<UInt32>.allocate(capacity: 4096)
    private var capacity = 4096
    private var used = 0
    /// Per message where its scalars begin, and how many they are; `unread` before anybody asked.
    private var places = UnsafeMutablePointer<(begin: UInt32, count: UInt32)>.allocate(capacity: 64)
    private var messageCapacity = 64
    private static let unread = UInt32.max

    func deallocate() {
        scalars.deallocate()
        places.deallocate()
    }

    func begin(count: Int) {
        used = 0
        if messageCapacity < count {
            places.deallocate()
            messageCapacity = max(count, messageCapacity * 2)
            places = .allocate(capacity: messageCapacity)
        }
        places.initialize(repeating: (0, ScalarTexts.unread), count: count)
    }

    /// The scalars of a message, whose text, well-formed UTF-8, is this; valid until the next call.
    @inline(__always)
    func text(_ message: Int, of bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt32> {
        if places[message].count == ScalarTexts.unread { read(message, bytes) }
        let place = places[message]
        return UnsafeBufferPointer(start: scalars + Int(place.begin), count: Int(place.count))
    }

    @inline(never)
    private func read(_ message: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
        if capacity - used < bytes.count { grow(bytes.count) }
        let begin = used
        var i = 0
        while i < bytes.count {
            let first = UInt32(bytes[i])
            let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            var scalar = length == 1 ? first : first & 0x7F >> UInt32(length)
            for place in i + 1..<min(i + length, bytes.count) { scalar = scalar << 6 | UInt32(bytes[place]) & 0x3F }
            scalars[used] = scalar
            used += 1
            i += length
        }
        places[message] = (UInt32(begin), UInt32(used - begin))
    }

    private func grow(_ more: Int) {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: max(capacity * 2, used + more))
        larger.moveInitialize(from: scalars, count: used)
        scalars.deallocate()
        scalars = larger
        capacity = max(capacity * 2, used + more)
    }
}
