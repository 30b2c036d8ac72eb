/// Tells whether texts match a pattern: a deterministic automaton over scalars whose states are made when a
/// text comes to them. One per thread; the room it takes is bounded.
///
/// RE2 does the same a byte at a time in tables that are a dozen times larger, which hundreds of patterns
/// push out of the processor's cache.
public final class TextAutomaton {
    /// Steps that are walked in making its states, whatever was read, and for each scalar that was.
    private static let walkLimit = 1 << 20
    private static let walkRate = 2

    private enum State {
        static let unknown: UInt16 = 0
        /// No text behind it matches.
        static let dead: UInt16 = 1
        static let match: UInt16 = 2
        static let first = 3
    }

    private let program: PatternProgram
    private let space: AutomatonSpace
    /// Per state a row of following states by class; rows are a power of two long.
    private var table: UnsafeMutablePointer<UInt16>
    private var rows: Int
    private let shift: Int
    /// By the number of a scalar its class, counted from 1, with the highest bit where scalars of it lead from `rest` to
    /// `rest`; 0 before a text had it. In bytes where there are few enough classes: more of them stay in the cache.
    private var classes: UnsafeMutableRawPointer
    private let classSize: Int
    private var classCapacity = 1024
    /// What stands before the text anywhere, since a match may begin there: part of each state, and told once.
    private var entry = Walk()
    /// The places (`follow`) that are part of it.
    private var isEntryPlace: [Bool]
    /// By class, what `entry` leads to, beside itself; nil before a text asked.
    private var behindEntry: [Walk?]
    /// Per state, from `State.first` on: the steps it stands before beside those of `entry`, ascending, and whether the
    /// text may end there.
    private var steps: [[UInt16]] = []
    private var endsMatch: [Bool] = []
    private var numbers: [Key: UInt16] = [:]
    private var start = State.unknown
    /// Where a text is most of the time: nothing of the pattern has begun.
    private var rest = State.unknown
    private var marks: [UInt32]
    private var mark: UInt32 = 0
    private var walked = 0
    /// Scalars of the texts so far.
    private var read = 0
    private var isExhausted = false
    /// What it took of `space`.
    private var taken = 0

    private struct Key: Hashable {
        let steps: [UInt16]
        let endsMatch: Bool
    }

    /// Nil where the automata have taken all the room that there is.
    ///
    /// - Parameter space: what the automata of one evaluator share.
    init?(_ program: PatternProgram, in space: AutomatonSpace) {
        shift = program.classes.count.bitWidth - program.classes.count.leadingZeroBitCount
        // Rows of hundreds of classes are long, and most patterns have few states.
        rows = shift > 8 ? 8 : 16
        classSize = program.classes.count < 1 << 7 ? 1 : 2
        let places = program.steps.count * 2
        // A number of a state takes two bytes, a mark and its flag five, a walk about 48.
        let bytes = rows << shift * 2 + classCapacity * classSize + places * 5 + program.classes.count * 48
        guard space.take(bytes) else { return nil }
        taken = bytes
        self.program = program
        self.space = space
        table = .allocate(capacity: rows << shift)
        table.initialize(repeating: State.unknown, count: rows << shift)
        classes = .allocate(byteCount: classCapacity * classSize, alignment: 16)
        classes.initializeMemory(as: UInt8.self, repeating: 0, count: classCapacity * classSize)
        marks = [UInt32](repeating: 0, count: places)
        isEntryPlace = [Bool](repeating: false, count: places)
        behindEntry = [Walk?](repeating: nil, count: program.classes.count + 1)
        begin()
        follow(program.entry, atStart: false, into: &entry)
        for place in marks.indices where marks[place] == mark { isEntryPlace[place] = true }
        var walk = Walk()
        begin()
        follow(program.entry, atStart: true, passingEntry: false, into: &walk)
        walk.steps.removeAll { isEntryPlace[Int($0) * 2] }
        start = state(of: walk)
        rest = state(of: Walk())
    }

    deinit {
        table.deallocate()
        classes.deallocate()
    }

    /// Whether a text, by the numbers of its scalars, matches anywhere; nil where the automaton's room is used up. Linear
    /// in the text.
    public func matches(_ text: UnsafeBufferPointer<UInt16>) -> Bool? {
        guard !isExhausted else { return nil }
        if classCapacity < space.scalars.count { makeRoomForClasses() }
        read &+= text.count
        let answer = isExhausted ? nil : classSize == 1 ? walk(text, UInt8.self) : walk(text, UInt16.self)
        if isExhausted { giveUp() }
        return answer
    }

    /// Gives all room back, as others may have use for it.
    @inline(never)
    private func giveUp() {
        table.deallocate()
        table = .allocate(capacity: 1)
        classes.deallocate()
        classes = .allocate(byteCount: 1, alignment: 16)
        (marks, isEntryPlace, behindEntry) = ([], [], [])
        (steps, endsMatch, numbers) = ([], [], [:])
        space.give(taken)
        taken = 0
    }

    private func take(_ bytes: Int) -> Bool {
        guard space.take(bytes) else { return false }
        taken += bytes
        return true
    }

    @inline(__always)
    private func walk<Class: FixedWidthInteger & UnsignedInteger>(
        _ text: UnsafeBufferPointer<UInt16>, _: Class.Type
    ) -> Bool? {
        let classes = classes.assumingMemoryBound(to: Class.self)
        let idle: Class = 1 << (Class.bitWidth - 1)
        var state = start
        if state <= State.match { return state == State.match }
        var i = 0
        while i < text.count {
            var known = classes[Int(text[i])]
            if state == rest {
                // Each scalar waits for none before it here.
                while known & idle != 0 {
                    i += 1
                    if i == text.count { return endsMatch[Int(state) - State.first] }
                    known = classes[Int(text[i])]
                }
            }
            if known == 0 {
                known = learn(text[i], idle)
                if isExhausted { return nil }
                classes[Int(text[i])] = known
            }
            i += 1
            let number = Int(known & ~idle)
            var next = table[Int(state) &<< shift | number]
            if next <= State.match {
                if next == State.unknown {
                    next = following(state, number)
                    if isExhausted { return nil }
                }
                if next <= State.match { return next == State.match }
            }
            state = next
        }
        return endsMatch[Int(state) - State.first]
    }

    /// What stands in `classes` for a scalar that no text had before.
    @inline(never)
    private func learn<Class: FixedWidthInteger & UnsignedInteger>(_ scalar: UInt16, _ idle: Class) -> Class {
        let number = program.classes.number(of: space.scalars[Int(scalar)]) + 1
        guard rest > State.match else { return Class(number) }
        let next = table[Int(rest) &<< shift | number]
        return (next == State.unknown ? following(rest, number) : next) == rest ? Class(number) | idle : Class(number)
    }

    @inline(never)
    private func makeRoomForClasses() {
        let capacity = max(classCapacity * 2, space.scalars.count)
        guard take((capacity - classCapacity) * classSize) else {
            isExhausted = true
            return
        }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * classSize, alignment: 16)
        larger.copyMemory(from: classes, byteCount: classCapacity * classSize)
        (larger + classCapacity * classSize).initializeMemory(
            as: UInt8.self, repeating: 0, count: (capacity - classCapacity) * classSize)
        classes.deallocate()
        classes = larger
        classCapacity = capacity
    }

    // MARK: Making states

    /// The steps that a text stands before, as they are found.
    private struct Walk {
        var steps: [UInt16] = []
        var isMatch = false
        var endsMatch = false
    }

    private func begin() { mark += 1 }

    /// Notes the steps that are reached from one without taking a scalar.
    ///
    /// - Parameter atEnd: only if the text ends here.
    /// - Parameter passingEntry: what `entry` holds is part of each state and not noted again.
    private func follow(
        _ first: Int, atStart: Bool, atEnd: Bool = false, passingEntry: Bool = true, into walk: inout Walk
    ) {
        var open = [first]
        while let number = open.popLast() {
            let place = number * 2 + (atEnd ? 1 : 0)
            guard marks[place] != mark, !passingEntry || !isEntryPlace[place] else { continue }
            marks[place] = mark
            walked += 1
            switch program.steps[number] {
            case .take: if !atEnd { walk.steps.append(UInt16(number)) }
            case .fork(let a, let b):
                open.append(a)
                open.append(b)
            case .textStart(let next): if atStart { open.append(next) }
            case .textEnd(let next):
                if atEnd {
                    open.append(next)
                } else {
                    follow(next, atStart: atStart, atEnd: true, passingEntry: passingEntry, into: &walk)
                }
            case .match: if atEnd { walk.endsMatch = true } else { walk.isMatch = true }
            }
        }
    }

    /// The state behind one on a scalar of a class.
    private func following(_ state: UInt16, _ number: Int) -> UInt16 {
        let fresh = behindEntry[number] ?? walkBehindEntry(number)
        var walk = Walk()
        begin()
        take(number, steps[Int(state) - State.first], into: &walk)
        for step in fresh.steps where marks[Int(step) * 2] != mark { walk.steps.append(step) }
        walked += fresh.steps.count
        walk.isMatch = walk.isMatch || fresh.isMatch
        walk.endsMatch = walk.endsMatch || fresh.endsMatch
        let next = self.state(of: walk)
        if !isExhausted { table[Int(state) &<< shift | number] = next }
        return next
    }

    private func walkBehindEntry(_ number: Int) -> Walk {
        var walk = Walk()
        begin()
        take(number, entry.steps, into: &walk)
        if take(walk.steps.count * 2) { behindEntry[number] = walk } else { isExhausted = true }
        return walk
    }

    /// Goes on from those steps that take a scalar of a class.
    private func take(_ number: Int, _ steps: [UInt16], into walk: inout Walk) {
        walked += steps.count
        for step in steps {
            if case .take(let set, let next) = program.steps[Int(step)], program.classes.contains(number - 1, set) {
                follow(next, atStart: false, into: &walk)
            }
        }
    }

    /// The state of what a walk found beside `entry`.
    private func state(of walk: Walk) -> UInt16 {
        if walked > TextAutomaton.walkLimit + read * TextAutomaton.walkRate { isExhausted = true }
        if walk.isMatch || entry.isMatch { return State.match }
        let endsMatch = walk.endsMatch || entry.endsMatch
        if walk.steps.isEmpty, entry.steps.isEmpty, !endsMatch { return State.dead }
        let key = Key(steps: walk.steps.sorted(), endsMatch: endsMatch)
        if let known = numbers[key] { return known }
        let number = State.first + steps.count
        if number == rows { grow() }
        guard number < rows, take(key.steps.count * 2 + 64) else {
            isExhausted = true
            return State.dead
        }
        steps.append(key.steps)
        self.endsMatch.append(key.endsMatch)
        numbers[key] = UInt16(number)
        return UInt16(number)
    }

    private func grow() {
        guard rows <= 1 << 14, take(rows << shift * 2) else { return }
        let larger = UnsafeMutablePointer<UInt16>.allocate(capacity: (rows * 2) << shift)
        larger.moveInitialize(from: table, count: rows << shift)
        (larger + rows << shift).initialize(repeating: State.unknown, count: rows << shift)
        table.deallocate()
        table = larger
        rows *= 2
    }
}

/// What the automata of one evaluator share: numbers of scalars, and the memory that they may yet take. Not safe to
/// share between threads.
public final class AutomatonSpace {
    /// The scalars of texts by their numbers: the first that came is 0, so that common ones have low numbers.
    private(set) var scalars: [UInt32] = []
    /// Number and one of the scalars below `direct`; 0 before a text had it.
    private let numbers: UnsafeMutablePointer<UInt16>
    private var others: [UInt32: UInt16] = [:]
    private static let direct = 0x2_0000
    /// Bytes, roughly.
    private var left: Int

    /// - Parameter bytes: memory that automata may take.
    public init(bytes: Int = 32 << 20) {
        left = bytes
        numbers = .allocate(capacity: AutomatonSpace.direct)
        numbers.initialize(repeating: 0, count: AutomatonSpace.direct)
    }

    deinit { numbers.deallocate() }

    /// The number of a scalar; nil where there are too many different ones.
    @inline(__always)
    public func number(of scalar: UInt32) -> UInt16? {
        if scalar < AutomatonSpace.direct, numbers[Int(scalar)] > 0 { return numbers[Int(scalar)] &- 1 }
        return newNumber(of: scalar)
    }

    @inline(never)
    private func newNumber(of scalar: UInt32) -> UInt16? {
        if let known = others[scalar] { return known }
        guard scalars.count < UInt16.max else { return nil }
        let number = UInt16(scalars.count)
        scalars.append(scalar)
        if scalar < AutomatonSpace.direct { numbers[Int(scalar)] = number + 1 } else { others[scalar] = number }
        return number
    }

    fileprivate func take(_ bytes: Int) -> Bool {
        guard bytes <= left else { return false }
        left -= bytes
        return true
    }

    fileprivate func give(_ bytes: Int) { left += bytes }
}
