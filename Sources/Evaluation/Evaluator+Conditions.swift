import ChineseText
import ConversationModel
import Patterns
import RuleLanguage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A condition's value on a unit (`semantics.md` section 2).
struct Value {
    /// Anchors of its matches.
    var matches: Mask
    /// A match with anchor ∅.
    var matchesWhole = false
    /// True without a match of its own.
    var isMarkedTrue = false
    var unknowns: UnknownReasons = []

    var isTrue: Bool { isMarkedTrue || matchesWhole || !matches.isEmpty }
    var isUnknown: Bool { !isTrue && !unknowns.isEmpty }
}

extension Evaluator {
    /// What a node comes to on the unit at hand. Its masks must not be changed.
    func value(_ number: Int) -> Value {
        if let known = memo.value(of: number) { return known }
        let node = rules.nodes[number]
        let value = value(node.kind, number)
        if node.isPure { memo.keep(value, of: number, mark: arena.mark) }
        return value
    }

    private func value(_ kind: Node.Kind, _ number: Int) -> Value {
        switch kind {
        case .message(let message): return value(message)
        case .expectation(let expectation): return value(expectation, node: number)
        case .silence(let silence): return value(GapPlan(silence), node: number)
        case .gap(let gap): return value(gap, node: number)
        case .sequence(let steps): return value(steps, node: number)
        case .count(let of, let bound): return value(countOf: of, bound)
        case .distinct(let of, let bound): return value(distinctOf: of, bound)
        case .scope(let scope): return value(scope)
        case .unit(let test): return value(unitTest: test)
        case .any(let children):
            var result = Value(matches: arena.empty())
            for child in children {
                let value = value(child)
                result.matches.formUnion(value.matches)
                if value.isTrue { result.isMarkedTrue = true }
                if value.matchesWhole { result.matchesWhole = true }
                result.unknowns.formUnion(value.unknowns)
            }
            return result
        case .not(let child):
            let value = value(child)
            var result = Value(matches: arena.empty())
            if value.isTrue { return result }
            if value.unknowns.isEmpty { result.isMarkedTrue = true } else { result.unknowns = value.unknowns }
            return result
        case .all(let children, let subject): return conjunction(children, subject: subject)
        }
    }

    private func conjunction(_ children: NodeList, subject: Int) -> Value {
        var result = Value(matches: arena.empty())
        var unknowns: UnknownReasons = []
        var isUndecided = false
        var isFalse = false
        var subjectValue: Value?
        for position in children.indices {
            let value = value(children[position])
            if !value.isTrue, value.unknowns.isEmpty {
                isFalse = true
                if !evaluatesAllChildren { break }
            }
            if !value.isTrue { isUndecided = true }
            unknowns.formUnion(value.unknowns)
            if position == subject { subjectValue = value }
        }
        if isFalse { return result }
        result.unknowns = unknowns
        if isUndecided { return result }
        result.isMarkedTrue = true
        if let subjectValue {
            result.matches = subjectValue.matches
            result.matchesWhole = subjectValue.matchesWhole
        }
        return result
    }

    // MARK: Messages

    /// The rows of the unit in a population, by its number. Must not be changed.
    func rows(of number: Int) -> Mask {
        if let known = memo.rows(of: number) { return known }
        let population = rules.populations[number]
        let mask = arena.empty()
        if population.kinds == PopulationTest.contentKinds {
            for sender in 0..<8 where population.senders >> UInt8(sender) & 1 != 0 {
                mask.formUnion(senderMasks[sender])
            }
        } else {
            for i in 0..<count
            where population.contains(
                speaker: table.speakers[base + i], isAutomatic: table.automatic[base + i],
                kind: table.kinds[base + i])
            {
                mask.insert(i)
            }
        }
        mask.formIntersection(unit.members)
        memo.keep(mask, ofPopulation: number, mark: arena.mark)
        return mask
    }

    /// The population after its position, or nil with the reason why it is not known. Must not be
    /// changed.
    func scope(_ message: MessageNode) -> (mask: Mask?, unknown: UnknownReasons) {
        guard let position = message.position else { return (rows(of: message.populationNumber), []) }
        let mask = arena.copy(rows(of: message.populationNumber))
        switch position {
        case .firstMessages(let n):
            if unit.startIsCut { return (nil, .cutOff) }
            var i = -1
            for _ in 0..<n {
                i = mask.first(from: i + 1)
                if i < 0 { return (mask, []) }
            }
            while true {
                i = mask.first(from: i + 1)
                if i < 0 { return (mask, []) }
                mask.remove(i)
            }
        case .lastMessages(let n):
            if unit.isCutOff { return (nil, .cutOff) }
            var i = count
            for _ in 0..<n {
                i = mask.last(upTo: i - 1)
                if i < 0 { return (mask, []) }
            }
            while true {
                i = mask.last(upTo: i - 1)
                if i < 0 { return (mask, []) }
                mask.remove(i)
            }
        case .firstMilliseconds(let span):
            guard hasTimes else { return (nil, .noTimes) }
            if unit.startIsCut { return (nil, .cutOff) }
            let start = unit.isStay ? unit.start : unit.members.first(from: 0)
            guard start >= 0 else { return (mask, []) }
            let limit = time(start)
            return (keeping(mask) { time($0) - limit <= span }, [])
        case .lastMilliseconds(let span):
            guard hasTimes else { return (nil, .noTimes) }
            if unit.isCutOff { return (nil, .cutOff) }
            let last = unit.members.last(upTo: count - 1)
            guard last >= 0 else { return (mask, []) }
            let limit = time(last)
            return (keeping(mask) { limit - time($0) <= span }, [])
        }
    }

    private func keeping(_ mask: Mask, where holds: (Int) -> Bool) -> Mask {
        var i = mask.first(from: 0)
        while i >= 0 {
            if !holds(i) { mask.remove(i) }
            i = mask.first(from: i + 1)
        }
        return mask
    }

    private func value(_ message: MessageNode) -> Value {
        let (scope, unknown) = scope(message)
        guard let scope else { return Value(matches: arena.empty(), unknowns: unknown) }
        if message.moment >= 0, !hasTimes { return Value(matches: arena.empty(), unknowns: .noTimes) }
        if message.repeats >= 0, !hasTimes, rules.repeats[Int(message.repeats)].needsTimes {
            return Value(matches: arena.empty(), unknowns: .noTimes)
        }
        var held = message.text.map { holds($0, in: scope) } ?? scope
        if message.moment >= 0 { held = sent(rules.moments[Int(message.moment)], in: held) }
        var open: UnknownReasons = []
        if message.hasStrangersPhone { (held, open) = withStrangersPhone(in: held) }
        if message.repeats < 0 { return Value(matches: held, unknowns: open) }
        var result = repeating(Int(message.repeats), in: held)
        result.unknowns.formUnion(open)
        return result
    }

    /// The rows of `scope` whose text satisfies the condition.
    func holds(_ text: TextNode, in scope: Mask) -> Mask {
        switch text {
        case .leaf(let number): return leafHolds(number, in: scope)
        case .length(let minimum, let maximum):
            return keeping(arena.copy(scope)) { i in
                let length = Evaluator.scalarsWithoutSpaces(foldedBytes(i, .folded))
                return length >= minimum && length <= maximum
            }
        case .all(let parts):
            // The dear parts are asked of few rows, or of none.
            var result = scope
            for part in parts.inOrderOfCost where !result.isEmpty { result = holds(part, in: result) }
            return result
        case .any(let parts):
            let result = arena.empty()
            let open = arena.copy(scope)
            for part in parts.inOrderOfCost where mayHold(part, in: open) {
                result.formUnion(holds(part, in: open))
                open.subtract(result)
                if open.isEmpty { break }
            }
            return result
        case .not(let part):
            let held = holds(part[0], in: scope)
            let result = arena.copy(scope)
            result.subtract(held)
            return result
        }
    }

    /// False only where no row of `scope` is a candidate: most of a list of conditions, which this passes over.
    @inline(__always)
    private func mayHold(_ text: TextNode, in scope: Mask) -> Bool {
        guard case .leaf(let number) = text else { return true }
        let traits = rules.leafTraits[number]
        if traits.unscannedPlace >= 0 || traits.isInverted { return true }
        return candidates.masks(of: number)?.rows.intersects(scope) ?? false
    }

    /// Rows in which a leaf without candidates holds; each row of the part is asked about once.
    private func unscannedHolds(_ number: Int, place: Int, in scope: Mask) -> Mask {
        let asked = askedMasks[place]
        let held = heldMasks[place]
        let open = arena.copy(scope)
        open.subtract(asked)
        var i = open.first(from: 0)
        while i >= 0 {
            asked.insert(i)
            if confirms(number, at: i) { held.insert(i) }
            i = open.first(from: i + 1)
        }
        open.copy(scope)
        open.formIntersection(held)
        return open
    }

    private func leafHolds(_ number: Int, in scope: Mask) -> Mask {
        let traits = rules.leafTraits[number]
        let result: Mask
        if traits.unscannedPlace >= 0 {
            result = unscannedHolds(number, place: Int(traits.unscannedPlace), in: scope)
        } else if let (rows, checked) = candidates.masks(of: number) {
            result = arena.copy(rows)
            result.formIntersection(scope)
            if traits.needsVerification { verify(number, rows, checked, result) }
        } else {
            result = arena.empty()
        }
        guard traits.isInverted else { return result }
        let inverted = arena.copy(scope)
        inverted.subtract(result)
        return inverted
    }

    /// Drops from `rows` and from the candidates those that fail a closer look; each is looked at once.
    private func verify(_ leaf: Int, _ candidates: Mask, _ checked: Mask, _ rows: Mask) {
        var i = rows.first(from: 0)
        while i >= 0 {
            if !checked.contains(i) {
                checked.insert(i)
                if !confirms(leaf, at: i) {
                    candidates.remove(i)
                    rows.remove(i)
                }
            }
            i = rows.first(from: i + 1)
        }
    }

    /// The closer look at a candidate.
    func confirms(_ number: Int, at i: Int) -> Bool {
        let traits = rules.leafTraits[number]
        // Looks at level `evasion` read the original, and are asked for spans.
        let text = foldedBytes(i, traits.level)
        switch traits.question {
        case .regex(let regex):
            return regexes.holds(regex, leaf: number, message: base + i, text, traits.level)
        case .evasion: return foundSpans(number, at: i) != nil
        case .equals(let matcher): return matcher._withUnsafeGuaranteedRef { $0.match(text) } != nil
        case .entity(let matcher): return matcher._withUnsafeGuaranteedRef { $0.holds(text) }
        case .similar(let matcher): return matcher._withUnsafeGuaranteedRef { $0.matches(text, pairs) }
        case .keywords(let matcher):
            return matcher._withUnsafeGuaranteedRef { matcher in
                guard matcher.needed == 1 else { return foundSpans(number, at: i) != nil }
                for hit in hits(of: i) {
                    for place in rules.placesOfAtom[Int(hit.atom)]
                    where place.leaf == Int32(number) && matcher.counts(Int(place.part), in: text, breaker: breaker) {
                        return true
                    }
                }
                return false
            }
        }
    }

    /// The folded ranges of a candidate's matches, or nil where the leaf does not hold.
    func foundSpans(_ number: Int, at i: Int) -> [Range<Int>]? {
        let leaf = rules.leaves[number]
        if case .regex(let matcher) = leaf.kind {
            // Rules share conditions, those of a draft and the ones in force most of all.
            let key = UInt64(number) << 32 | UInt64(i)
            if let known = regexSpans[key] { return known.isEmpty ? nil : known }
            // Most candidates of an `any` match nowhere, which RE2 would find out slower.
            let text = foldedBytes(i, leaf.level)
            let holds = regexes.holds(RegexQuestion(matcher), leaf: number, message: base + i, text, leaf.level)
            let found = holds ? matcher.spans.spans(in: text) : []
            // Bounded: a conversation may have a hundred thousand messages.
            if regexSpans.count >= 4096 { regexSpans.removeAll(keepingCapacity: true) }
            regexSpans[key] = found
            return found.isEmpty ? nil : found
        }
        var phrases: [Int] = []
        if leaf.hasPhrases {
            for hit in hits(of: i) {
                for place in rules.placesOfAtom[Int(hit.atom)] where place.leaf == Int32(number) {
                    phrases.append(Int(place.part))
                }
            }
        }
        return leaf.spans(in: readBytes(i, leaf), phrases: phrases, breaker: breaker)
    }

    /// What a leaf is decided on: a row's folded text, or its original.
    @inline(__always)
    private func readBytes(_ i: Int, _ leaf: TextLeaf) -> UnsafeBufferPointer<UInt8> {
        leaf.readsOriginal ? table.texts[base + i] : foldedBytes(i, leaf.traits.level)
    }

    /// The folded bytes of a row as they were scanned.
    @inline(__always)
    func foldedBytes(_ i: Int, _ level: TextLevel) -> UnsafeBufferPointer<UInt8> {
        blocks[Lane(level: level, side: Lane.Side(speaker: table.speakers[base + i])).number]
            ._withUnsafeGuaranteedRef { $0.text(base + i) }
    }

    /// The original span of a range of a row's folded bytes.
    func original(_ range: Range<Int>, of i: Int, _ level: TextLevel) -> Span {
        let text = table.texts[base + i]
        // At level `evasion` ranges are of the original already, and most texts are as they were folded.
        if level == .evasion || isUnchanged(text, by: foldedBytes(i, level)) {
            return Span(range.lowerBound, range.upperBound)
        }
        return rules.table.original(range, of: text, level: level)
    }

    /// What folding leaves as it is holds only code points that stand for themselves.
    @inline(__always)
    private func isUnchanged(_ text: UnsafeBufferPointer<UInt8>, by folded: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == folded.count, let start = text.baseAddress, let other = folded.baseAddress else {
            return false
        }
        return memcmp(start, other, text.count) == 0
    }

    /// What the scanner found in a row.
    func hits(of i: Int) -> UnsafeBufferPointer<ScanHit> {
        let first = Int(firstHit[base + i])
        return UnsafeBufferPointer(start: hits + first, count: Int(firstHit[base + i + 1]) - first)
    }

    /// Unicode scalars but U+0020, the measure of `length`.
    static func scalarsWithoutSpaces(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var n = 0
        for byte in bytes where byte & 0xC0 != 0x80 && byte != 0x20 { n &+= 1 }
        return n
    }

    /// The folded text of a row with its map back.
    func folded(_ i: Int, _ level: TextLevel) -> FoldedText {
        mapped.text(base + i, level: level) { rules.table.foldMapped(table.texts[base + i], level: level) }
    }

    // MARK: Count

    private func value(countOf of: Int, _ bound: Count.Bound) -> Value {
        let inner = value(of)
        let found = inner.matches.count + (inner.matchesWhole ? 1 : 0)
        var open = inner.unknowns
        if unit.isCutOff || unit.startIsCut { open.insert(.cutOff) }
        var result = Value(matches: arena.empty())
        switch bound {
        case .atLeast(let wanted):
            guard found >= wanted else {
                result.unknowns = open
                return result
            }
            result.unknowns = inner.unknowns
            // ∅ comes before all messages.
            var left = wanted - (inner.matchesWhole ? 1 : 0)
            if left == 0 {
                result.matchesWhole = true
                return result
            }
            var i = -1
            while left > 0 {
                i = inner.matches.first(from: i + 1)
                left -= 1
            }
            result.matches.insert(i)
        case .atMost(let allowed):
            if found > allowed { return result }
            if open.isEmpty { result.matchesWhole = true } else { result.unknowns = open }
        case .share(let percent):
            guard open.isEmpty, let population = positionedPopulation(of) else {
                result.unknowns = open
                return result
            }
            let total = population.count
            let matching = arena.copy(population)
            matching.formIntersection(inner.matches)
            result.matchesWhole = total > 0 && matching.count * 100 >= percent * total
        case .every:
            guard let population = positionedPopulation(of) else {
                result.unknowns = open
                return result
            }
            let total = population.count
            let broken = arena.copy(population)
            broken.subtract(inner.matches)
            let isBroken = !broken.isEmpty
            if isBroken, inner.unknowns.isEmpty { return result }
            if !open.isEmpty { result.unknowns = open } else { result.matchesWhole = total > 0 }
        }
        return result
    }

    /// The messages a condition chooses from, position applied; nil where not known.
    func positionedPopulation(_ node: Int) -> Mask? {
        switch rules.nodes[node].kind {
        case .message(let message): return scope(message).mask
        case .any(let children):
            let result = arena.empty()
            for child in children {
                guard let mask = positionedPopulation(child) else { return nil }
                result.formUnion(mask)
            }
            return result
        case .all(let children, let subject): return positionedPopulation(children[subject])
        case .count(let of, _), .distinct(let of, _): return positionedPopulation(of)
        case .scope(let scope): return positionedPopulation(scope.find)
        case .expectation(let expectation): return positionedPopulation(expectation.expect)
        case .sequence(let steps): return positionedPopulation(steps[steps.count - 1].node)
        case .silence, .gap, .unit, .not: return arena.empty()
        }
    }
}

/// Folded texts of the messages that were looked at closely, kept for one block.
struct MappedTextCache {
    private var texts: [UInt64: FoldedText] = [:]

    mutating func removeAll() {
        texts.removeAll(keepingCapacity: true)
    }

    mutating func text(_ message: Int, level: TextLevel, make: () -> FoldedText) -> FoldedText {
        let key = UInt64(message) << 2 | UInt64(level.rawValue)
        if let known = texts[key] { return known }
        let text = make()
        // Bounded: an archive where every message hits must not keep them all.
        if texts.count >= 256 { texts.removeAll(keepingCapacity: true) }
        texts[key] = text
        return text
    }
}
