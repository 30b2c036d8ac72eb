import ConversationModel
import RuleLanguage

/// Which rows concern which rule, and which rules are decided at the end of a unit only: what sessions show to whom.
///
/// A row that cannot change what a rule comes to is never shown to it, and a rule that can say nothing before the end is looked at
/// there. Where it is not known what concerns a condition, every row does. One per reader, hence per thread.
final class SessionPlan {
    /// Messages of some senders and kinds.
    struct Rows: BitwiseCopyable {
        var senders: UInt8
        var kinds: UInt16

        init(_ population: PopulationTest) { (senders, kinds) = (population.senders, population.kinds) }

        init(senders: UInt8, kinds: UInt16) { (self.senders, self.kinds) = (senders, kinds) }

        static let all = Rows(senders: .max, kinds: .max)

        @inline(__always)
        func contains(_ sender: UInt8, _ kind: UInt8) -> Bool { senders >> sender & 1 != 0 && kinds >> kind & 1 != 0 }
    }

    /// A leaf in such rows concerns a rule.
    struct Mention: BitwiseCopyable {
        let leaf: Int32
        let rule: Int32
        let rows: Rows
    }

    /// Rules of one kind of unit.
    final class Side {
        /// By `sender * 16 + kind` of a row, ascending.
        let ofRow: FlatLists<Int32>
        let ofLeaf: FlatLists<Mention>
        let rules: [Int32]

        init(_ numbers: [Int32], _ concerns: [SessionConcerns], leaves: Int) {
            rules = numbers
            let timely = numbers.filter { !concerns[Int($0)].isLate }
            ofRow = FlatLists(
                (0..<128).map { row in
                    timely.filter { concerns[Int($0)].kinds[row / 16] >> UInt16(row % 16) & 1 != 0 }
                })
            var mentions = [[Mention]](repeating: [], count: leaves)
            for number in timely {
                for mention in concerns[Int(number)].mentions { mentions[Int(mention.leaf)].append(mention) }
            }
            ofLeaf = FlatLists(mentions)
        }
    }

    /// Which rules sleep until a leaf that they need holds somewhere.
    final class Sleep {
        let sleeps: [Bool]
        /// By kind of unit and leaf.
        let wakers: [FlatLists<Int32>]
        /// By kind of unit: the rules that must be looked at at the end, whatever came.
        let closers: [[Int32]]

        init(_ rules: CompiledRules, _ sides: [Side], needs: [[Int32]?], closes: (Int) -> Bool) {
            sleeps = needs.map { $0 != nil }
            wakers = sides.map { side in
                var lists = [[Int32]](repeating: [], count: rules.leaves.count)
                for number in side.rules {
                    for leaf in Set(needs[Int(number)] ?? []) { lists[Int(leaf)].append(number) }
                }
                return FlatLists(lists)
            }
            closers = sides.map { $0.rules.filter { needs[Int($0)] == nil || closes(Int($0)) } }
        }
    }

    private let sides: [Side]
    private let isLate: [Bool]
    /// By rule and sender, a bit for each kind of row that concerns it whatever its text.
    private let kinds: [UInt16]
    private let mentions: FlatLists<Mention>
    private let told: Sleep
    private let untold: Sleep
    /// Compares messages; one at a time does.
    let likeness = LikenessTable()
    /// What `find` found: `rule * 2`, and 1 more where a leaf that it needs holds. Ascending.
    private(set) var found: [Int32] = []

    init(_ rules: CompiledRules) {
        let concerns = rules.rules.indices.map { SessionConcerns($0, in: rules) }
        isLate = concerns.map(\.isLate)
        kinds = concerns.flatMap(\.kinds)
        mentions = FlatLists(concerns.map(\.mentions))
        let sides = [false, true].map { isOfStays in
            Side(
                rules.rules.indices.filter { rules.rules[$0].isOfStays == isOfStays }.map { Int32($0) }, concerns,
                leaves: rules.leaves.count)
        }
        self.sides = sides
        var needs: [[Int32]?] = Array(repeating: [], count: rules.rules.count)
        for number in rules.alwaysRules { needs[Int(number)] = nil }
        for leaf in rules.leaves.indices {
            for number in rules.rulesOfLeaf[leaf] { needs[Int(number)]?.append(Int32(leaf)) }
        }
        told = Sleep(rules, sides, needs: needs) { _ in true }
        untold = Sleep(rules, sides, needs: concerns.map(\.needs)) {
            rules.rules[$0].isPositive && rules.rules[$0].duty == nil && rules.rules[$0].procedure < 0
        }
    }

    /// Of sessions that tell what rules came to, and of those that tell findings.
    func sleep(tellsOutcomes: Bool) -> Sleep { tellsOutcomes ? told : untold }

    /// All rules of a kind of unit, ascending.
    func rules(isOfStays: Bool) -> [Int32] { sides[isOfStays ? 1 : 0].rules }

    /// Whether a rule says nothing before the end.
    func isLate(_ rule: Int) -> Bool { isLate[rule] }

    /// Finds the rules that rows concern, and those that they wake.
    func find(_ fresh: ClosedRange<Int>, _ rows: SessionRows, isOfStays: Bool) {
        found.removeAll(keepingCapacity: true)
        let side = sides[isOfStays ? 1 : 0]
        let wakers = sleep(tellsOutcomes: rows.tellsOutcomes).wakers[isOfStays ? 1 : 0]
        var isSorted = fresh.count == 1
        for row in fresh {
            let (sender, kind) = rows.sender(row)
            for rule in side.ofRow[Int(sender) &* 16 &+ Int(kind)] { found.append(rule &* 2) }
            for leaf in rows.texts[row].leaves {
                for mention in side.ofLeaf[Int(leaf)] where mention.rows.contains(sender, kind) {
                    found.append(mention.rule &* 2)
                    isSorted = false
                }
                for rule in wakers[Int(leaf)] {
                    found.append(rule &* 2 &+ 1)
                    isSorted = false
                }
            }
        }
        if !isSorted { unite() }
    }

    /// Sorts what was found, each rule once.
    private func unite() {
        found.sort()
        var kept = 0
        for place in found.indices {
            if kept > 0, found[kept - 1] >> 1 == found[place] >> 1 {
                found[kept - 1] |= found[place]
            } else {
                found[kept] = found[place]
                kept += 1
            }
        }
        found.removeLast(found.count - kept)
    }

    /// Whether a row can change what a rule comes to.
    func concerns(_ rule: Int, _ row: Int, _ rows: SessionRows) -> Bool {
        let (sender, kind) = rows.sender(row)
        if kinds[rule &* 8 &+ Int(sender)] >> UInt16(kind) & 1 != 0 { return true }
        let leaves = rows.texts[row].leaves
        guard !leaves.isEmpty else { return false }
        for mention in mentions[rule] where mention.rows.contains(sender, kind) && leaves.hasSorted(mention.leaf) {
            return true
        }
        return false
    }
}

extension Array where Element: Comparable {
    /// Whether an element is in an ascending array. O(log n).
    func hasSorted(_ element: Element) -> Bool {
        let place = firstPlace(notBefore: element)
        return place < count && self[place] == element
    }
}

extension SessionRows {
    /// `speaker * 2 + automatic`, and the kind.
    @inline(__always)
    func sender(_ row: Int) -> (sender: UInt8, kind: UInt8) {
        (table.speakers[row] &* 2 &+ (table.automatic[row] ? 1 : 0), table.kinds[row])
    }
}
