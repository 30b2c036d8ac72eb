import ConversationModel

/// What conditions came to on the unit at hand, so that rules which share a condition share its value.
///
/// Masks are kept, not copied: what is taken from here must not be changed.
struct UnitMemo {
    private let nodeEpochs: UnsafeMutablePointer<UInt32>
    private let nodeValues: UnsafeMutablePointer<Value>
    private let rowEpochs: UnsafeMutablePointer<UInt32>
    private let rowMasks: UnsafeMutablePointer<Mask>
    private let exposureEpochs: UnsafeMutablePointer<UInt32>
    private let exposureRanges: UnsafeMutablePointer<Range<Int>>
    private let nodeCount: Int
    private let populationCount: Int
    private var epoch: UInt32 = 0
    /// Exposures of the unit's populations, in the ranges that `exposures(of:)` names.
    var exposures: [Judgement.Exposure] = []
    /// What was kept, with the arena's mark behind it: nodes by number, rows of populations by `~number`.
    private var kept: [(entry: Int, mark: Int)] = []

    init(nodes: Int, populations: Int) {
        nodeCount = nodes
        populationCount = populations
        func room<T>(_ count: Int) -> UnsafeMutablePointer<T> { .allocate(capacity: count + 1) }
        nodeEpochs = room(nodes)
        nodeValues = room(nodes)
        rowEpochs = room(populations)
        rowMasks = room(populations)
        exposureEpochs = room(populations)
        exposureRanges = room(populations)
        forget()
    }

    func deallocate() {
        nodeEpochs.deallocate()
        nodeValues.deallocate()
        rowEpochs.deallocate()
        rowMasks.deallocate()
        exposureEpochs.deallocate()
        exposureRanges.deallocate()
    }

    private func forget() {
        nodeEpochs.initialize(repeating: 0, count: nodeCount)
        rowEpochs.initialize(repeating: 0, count: populationCount)
        exposureEpochs.initialize(repeating: 0, count: populationCount)
    }

    /// Forgets the unit before.
    mutating func begin() {
        kept.removeAll(keepingCapacity: true)
        exposures.removeAll(keepingCapacity: true)
        epoch &+= 1
        if epoch == 0 {
            forget()
            epoch = 1
        }
    }

    /// Forgets what rests on masks that the arena took back.
    mutating func release(to mark: Int) {
        while let last = kept.last, last.mark > mark {
            if last.entry >= 0 { nodeEpochs[last.entry] = 0 } else { rowEpochs[~last.entry] = 0 }
            kept.removeLast()
        }
    }

    @inline(__always)
    func value(of node: Int) -> Value? { nodeEpochs[node] == epoch ? nodeValues[node] : nil }

    mutating func keep(_ value: Value, of node: Int, mark: Int) {
        nodeEpochs[node] = epoch
        nodeValues[node] = value
        kept.append((node, mark))
    }

    @inline(__always)
    func rows(of population: Int) -> Mask? { rowEpochs[population] == epoch ? rowMasks[population] : nil }

    mutating func keep(_ rows: Mask, ofPopulation population: Int, mark: Int) {
        rowEpochs[population] = epoch
        rowMasks[population] = rows
        kept.append((~population, mark))
    }

    /// Where a population's exposures stand in `exposures`.
    @inline(__always)
    func exposures(of population: Int) -> Range<Int>? {
        exposureEpochs[population] == epoch ? exposureRanges[population] : nil
    }

    func keep(_ exposures: Range<Int>, ofPopulation population: Int) {
        exposureEpochs[population] = epoch
        exposureRanges[population] = exposures
    }
}
