import ChineseText
import ConversationModel
import RuleLanguage

/// A compiled `repeats`: which earlier messages a message is compared with, and when it repeats them.
final class RepeatsTest: Sendable {
    let plan: Repeats
    /// Among these are the messages that are compared.
    let population: PopulationTest
    let populationNumber: Int
    private let allow: EqualsMatcher?

    init(_ plan: Repeats, population: PopulationTest, populationNumber: Int, table: FoldTable) {
        self.plan = plan
        self.population = population
        self.populationNumber = populationNumber
        allow = plan.allow.isEmpty ? nil : EqualsMatcher(EqualsCondition(texts: plan.allow), table: table)
    }

    var needsTimes: Bool { plan.needsTimes }

    /// The population of the messages that are compared, for a condition on `population`.
    static func compared(_ plan: Repeats, for population: Population) -> Population {
        var result = population
        switch plan.of {
        case .sender: break
        case .speaker(let speaker): result.speakers = [speaker]
        case .side:
            let service: Set<Speaker> = [.agent, .assistant]
            let isService = !service.isDisjoint(with: population.speakers)
            result.speakers = Set(population.speakers).union(isService ? service : [])
                .sorted { $0.rawValue < $1.rawValue }
        }
        return result
    }

    /// Whether a message may count, as repeating or as repeated.
    func counts(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if plan.minimumLength > 0, Evaluator.scalarsWithoutSpaces(bytes) < plan.minimumLength { return false }
        return allow?.match(bytes) == nil
    }

    /// Whether two rows of a table have the sender in common, as far as `of` asks.
    func isSameSource(_ row: Int, _ other: Int, _ table: MessageTable) -> Bool {
        let (speaker, earlier) = (table.speakers[row], table.speakers[other])
        switch plan.of {
        case .speaker: return true
        case .sender:
            return speaker == earlier
                && (speaker != Speaker.agent.rawValue || table.agents[row] == table.agents[other])
        case .side: return RepeatsTest.side(speaker) == RepeatsTest.side(earlier)
        }
    }

    /// Agents and the assistant are one side.
    private static func side(_ speaker: UInt8) -> UInt8 {
        speaker == Speaker.assistant.rawValue ? Speaker.agent.rawValue : speaker
    }
}

/// The pairs of one message, or its one scalar, to compare others with. One per thread; allocates nothing.
final class LikenessTable {
    private struct Slot {
        var pair: UInt64 = 0
        /// Message for which the slot is taken.
        var epoch: UInt32 = 0
        /// Comparison for which `used` counts.
        var comparison: UInt32 = 0
        var times: Int32 = 0
        var used: Int32 = 0
    }

    /// A power of two, at least twice as many as there are pairs.
    private static let capacity = 2 * Repeats.comparedScalars
    private let slots: UnsafeMutablePointer<Slot>
    private var epoch: UInt32 = 0
    private var comparison: UInt32 = 0
    private var size = 0

    init() {
        slots = .allocate(capacity: LikenessTable.capacity)
        slots.initialize(repeating: Slot(), count: LikenessTable.capacity)
    }

    deinit { slots.deallocate() }

    /// Takes the message that others are compared with.
    func load(_ bytes: UnsafeBufferPointer<UInt8>) {
        next(&epoch)
        size = 0
        forEachPair(of: LikenessTable.compared(bytes), orLone: true) { pair in
            let slot = place(of: pair)
            if slots[slot].epoch != epoch {
                slots[slot] = Slot(pair: pair, epoch: epoch)
            }
            slots[slot].times += 1
            size += 1
        }
    }

    /// Whether a message is alike to the one that was loaded, and what it cost to see.
    func isAlike(_ bytes: UnsafeBufferPointer<UInt8>, percent: Int) -> (isAlike: Bool, steps: Int) {
        let bytes = LikenessTable.compared(bytes)
        let other = pairs(of: bytes)
        guard LikenessTable.sizesAllow(size, other, percent: percent) else { return (false, 1) }
        return (
            Evaluation.isAlike(common: common(with: bytes), size + other, floor: percent),
            LikenessTable.steps(other)
        )
    }

    /// Whether messages of so many pairs can be alike at all.
    @inline(__always)
    static func sizesAllow(_ size: Int, _ other: Int, percent: Int) -> Bool {
        size > 0 && other > 0 && 200 * min(size, other) >= percent * (size + other)
    }

    /// What it costs to compare with a message of so many pairs.
    @inline(__always)
    static func steps(_ pairs: Int) -> Int { 1 + pairs / 8 }

    /// How alike a message is to the one that was loaded, rounded down.
    func percent(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let bytes = LikenessTable.compared(bytes)
        let other = pairs(of: bytes)
        return size > 0 && other > 0 ? 200 * common(with: bytes) / (size + other) : 0
    }

    private func pairs(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var scalars = 0
        for byte in bytes where byte & 0xC0 != 0x80 { scalars += 1 }
        return scalars == 1 ? 1 : scalars - 1
    }

    /// The pairs that a message shares with the one that was loaded, each as often as both have it.
    private func common(with bytes: UnsafeBufferPointer<UInt8>) -> Int {
        next(&comparison)
        var common = 0
        forEachPair(of: bytes, orLone: true) { pair in
            let slot = place(of: pair)
            guard slots[slot].epoch == epoch else { return }
            if slots[slot].comparison != comparison {
                slots[slot].comparison = comparison
                slots[slot].used = 0
            }
            guard slots[slot].used < slots[slot].times else { return }
            slots[slot].used += 1
            common += 1
        }
        return common
    }

    private func next(_ counter: inout UInt32) {
        counter &+= 1
        guard counter == 0 else { return }
        slots.update(repeating: Slot(), count: LikenessTable.capacity)
        counter = 1
    }

    private func place(of pair: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & (LikenessTable.capacity - 1)
        while slots[slot].epoch == epoch, slots[slot].pair != pair {
            slot = (slot + 1) & (LikenessTable.capacity - 1)
        }
        return slot
    }

    /// The beginning of a text that is compared.
    static func compared(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard bytes.count > Repeats.comparedScalars else { return bytes }
        var left = Repeats.comparedScalars
        for (place, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
            if left == 0 { return UnsafeBufferPointer(rebasing: bytes[..<place]) }
            left -= 1
        }
        return bytes
    }
}
