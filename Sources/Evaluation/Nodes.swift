import ConversationModel
import RuleLanguage

/// A condition ready to be evaluated.
///
/// Nodes are plain values without reference counts, since they are walked for every rule and unit;
/// their lists live in a `NodeMemory`. Equal conditions of different rules are one node, so that
/// what it comes to on a unit is found once.
struct Node: @unchecked Sendable {
    enum Kind: Hashable {
        case message(MessageNode)
        case expectation(Fixed<ExpectationNode>)
        case silence(Silence)
        case gap(GapPlan)
        case sequence(StepList)
        case count(of: Int, bound: Count.Bound)
        case distinct(of: Int, bound: Count.Bound)
        case scope(Fixed<ScopeNode>)
        /// Number of the test in `CompiledRules.unitTests`.
        case unit(Int32)
        case all(NodeList, subject: Int)
        case any(NodeList)
        case not(Int)
    }

    let kind: Kind
    /// No obligation or silence is below it: its value on a unit may be kept.
    let isPure: Bool
}

/// Judges messages one by one.
struct MessageNode: Hashable {
    let population: PopulationTest
    /// Number of the population in `CompiledRules.populations`.
    let populationNumber: Int
    let position: Position?
    let text: TextNode?
    /// Number of its `repeats` in `CompiledRules.repeats`, or -1.
    let repeats: Int32
    /// Number of its `sent` in `CompiledRules.moments`, or -1.
    let moment: Int32
    let hasStrangersPhone: Bool
}

/// The times and counts of an expectation, without its conditions.
struct ExpectationTiming {
    let trigger: Expectation.Trigger
    let earliest: Int64
    let time: Int64?
    /// Number of its promise in `CompiledRules.promises`, or -1.
    let promise: Int32
    let cap: Int64?
    let messages: Int?
    let clock: Expectation.Clock
    let onlyInsideHours: Bool
    let excuseTimes: Int
    let excuseExtend: Int64?
    let atClose: Expectation.AtClose?
    let report: Expectation.Report
    let onTransfer: Expectation.OnTransfer

    /// Some time limits it, written or promised.
    var hasTime: Bool { time != nil || promise >= 0 }

    /// A wait as it is counted.
    func counted(_ wait: Int64) -> Int64 { min(wait, cap ?? .max) }

    init(_ plan: Expectation, promise: Int32 = -1) {
        self.promise = promise
        cap = plan.cap
        trigger = plan.trigger
        earliest = plan.earliest
        time = plan.time
        messages = plan.messages
        clock = plan.clock
        onlyInsideHours = plan.onlyInsideHours
        excuseTimes = plan.excuse?.times ?? 0
        excuseExtend = plan.excuse?.extend
        atClose = plan.atClose
        report = plan.report
        onTransfer = plan.onTransfer
    }
}

/// After X, Y is expected.
struct ExpectationNode {
    let timing: ExpectationTiming
    let after: Int
    let expect: Int
    let excuse: Int?
}

/// A compiled condition on the text of one message.
enum TextNode: Hashable {
    /// Keywords, a regex or whole messages.
    case leaf(Int)
    case length(minimum: Int, maximum: Int)
    case all(TextList)
    case any(TextList)
    /// Of the list's only member.
    case not(TextList)
}

// MARK: Memory

/// Numbers of nodes; the memory is a `NodeMemory`'s.
struct NodeList: RandomAccessCollection, Hashable {
    fileprivate let base: UnsafePointer<Int32>
    let count: Int

    var startIndex: Int { 0 }
    var endIndex: Int { count }
    @inline(__always)
    subscript(position: Int) -> Int { Int(base[position]) }
}

/// Conditions on a text; the memory is a `NodeMemory`'s.
struct TextList: RandomAccessCollection, Hashable {
    fileprivate let base: UnsafePointer<TextNode>
    fileprivate let cheapFirst: UnsafePointer<TextNode>
    let count: Int

    /// The same conditions in the order in which they are best asked.
    var inOrderOfCost: UnsafeBufferPointer<TextNode> { UnsafeBufferPointer(start: cheapFirst, count: count) }

    var startIndex: Int { 0 }
    var endIndex: Int { count }
    @inline(__always)
    subscript(position: Int) -> TextNode { base[position] }
}

/// Steps of a sequence; the memory is a `NodeMemory`'s.
struct StepList: RandomAccessCollection, Hashable {
    fileprivate let base: UnsafePointer<StepNode>
    let count: Int

    var startIndex: Int { 0 }
    var endIndex: Int { count }
    @inline(__always)
    subscript(position: Int) -> StepNode { base[position] }
}

/// A value in a `NodeMemory`, handed around without copying it.
@dynamicMemberLookup
struct Fixed<Value>: Hashable {
    fileprivate let base: UnsafePointer<Value>

    @inline(__always)
    subscript<Member>(dynamicMember member: KeyPath<Value, Member>) -> Member { base.pointee[keyPath: member] }
}

/// Owns what nodes point to. Equal lists are one list.
///
/// Filled while rules are compiled, immutable from then on, hence safe to share.
final class NodeMemory: @unchecked Sendable {
    private var lists: [[Int32]: NodeList] = [:]
    private var textLists: [[TextNode]: TextList] = [:]
    private var expectations: [UnsafeMutablePointer<ExpectationNode>] = []
    private var scopes: [ScopeNode: Fixed<ScopeNode>] = [:]
    private var sequences: [StepList] = []

    deinit {
        for list in lists.values { list.base.deallocate() }
        for list in textLists.values {
            list.base.deallocate()
            list.cheapFirst.deallocate()
        }
        for expectation in expectations { expectation.deallocate() }
        for scope in scopes.values { scope.base.deallocate() }
        for sequence in sequences { sequence.base.deallocate() }
    }

    func list(_ numbers: some Sequence<Int>) -> NodeList {
        let numbers = numbers.map { Int32($0) }
        if let known = lists[numbers] { return known }
        let list = NodeList(base: NodeMemory.copy(numbers), count: numbers.count)
        lists[numbers] = list
        return list
    }

    /// - Parameter cost: what asking a condition costs, against the others.
    func texts(_ nodes: [TextNode], cost: (TextNode) -> Int) -> TextList {
        if let known = textLists[nodes] { return known }
        let costs = nodes.map(cost)
        let order = nodes.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }
        let list = TextList(
            base: NodeMemory.copy(nodes), cheapFirst: NodeMemory.copy(order.map { nodes[$0] }), count: nodes.count)
        textLists[nodes] = list
        return list
    }

    func keep(_ expectation: ExpectationNode) -> Fixed<ExpectationNode> {
        let pointer = UnsafeMutablePointer<ExpectationNode>.allocate(capacity: 1)
        pointer.initialize(to: expectation)
        expectations.append(pointer)
        return Fixed(base: UnsafePointer(pointer))
    }

    func keep(_ steps: [StepNode]) -> StepList {
        let list = StepList(base: NodeMemory.copy(steps), count: steps.count)
        sequences.append(list)
        return list
    }

    func keep(_ scope: ScopeNode) -> Fixed<ScopeNode> {
        if let known = scopes[scope] { return known }
        let kept = Fixed(base: NodeMemory.copy([scope]))
        scopes[scope] = kept
        return kept
    }

    private static func copy<T>(_ values: [T]) -> UnsafePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: Swift.max(1, values.count))
        memory.initialize(from: values, count: values.count)
        return UnsafePointer(memory)
    }
}
