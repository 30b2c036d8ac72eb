import ConversationModel

/// The union of its children's matches.
///
/// A match is final when no other child can add evidence at its row; beyond `pendingLimit` waiting
/// rows the rest is decided at the end.
final class AnyTrack: SessionTrack {
    private let children: [SessionTrack]
    private var pending: [Int] = []
    private static let pendingLimit = 256

    init(_ run: SessionRun, _ children: [SessionTrack]) {
        self.children = children
        let isImmediate = children.allSatisfy(\.isImmediate)
        super.init(run, isImmediate: isImmediate, isOrdered: isImmediate)
    }

    override var isTrue: Bool { super.isTrue || children.contains(where: \.isTrue) }
    override var isRefuted: Bool { children.allSatisfy(\.isRefuted) }
    override var knownUnknowns: UnknownReasons {
        children.reduce(unknowns) { $0.union($1.knownUnknowns) }
    }

    override func combine() {
        for child in children {
            for anchor in child.fresh where !pending.contains(anchor) && pending.count < AnyTrack.pendingLimit {
                pending.append(anchor)
            }
        }
        guard !pending.isEmpty else { return }
        let ready = isImmediate ? pending : pending.filter { settles($0) }
        guard !ready.isEmpty else { return }
        pending.removeAll { ready.contains($0) }
        for anchor in ready.sorted() { emit(anchor) }
    }

    private func settles(_ anchor: Int) -> Bool { children.allSatisfy { $0.isSettled(anchor) } }

    override func isSettled(_ anchor: Int) -> Bool { settles(anchor) && !pending.contains(anchor) }

    override func close() {
        var all: Set<Int> = []
        for child in children {
            all.formUnion(child.found)
            if child.isTrue { isMarkedTrue = true }
            if child.matchesWhole { matchesWhole = true }
            unknowns.formUnion(child.unknowns)
        }
        settle(all.sorted())
    }

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) {
        children.first { $0.contains(anchor) }?.charge(anchor) ?? super.charge(anchor)
    }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        for child in children where anchor < 0 || child.contains(anchor) {
            child.addEvidence(anchor, to: &evidence)
        }
    }

    override func spans(_ row: Int) -> [Span] {
        Span.union(children.filter { $0.contains(row) }.flatMap { $0.spans(row) })
    }

    override func scope() -> [Int]? {
        var all: Set<Int> = []
        for child in children {
            guard let scope = child.scope() else { return nil }
            all.formUnion(scope)
        }
        return all.sorted()
    }

    override func addExposures(to exposures: inout SessionExposures) {
        for child in children { child.addExposures(to: &exposures) }
    }
}

/// The subject's matches, held until all other children are true for good.
final class AllTrack: SessionTrack {
    private let children: [SessionTrack]
    private let subject: Int
    private var pending: [Int] = []
    private var isReleased = false

    init(_ run: SessionRun, _ children: [SessionTrack], subject: Int) {
        self.children = children
        self.subject = subject
        super.init(run, isImmediate: false, isOrdered: children[subject].isOrdered)
    }

    override var isRefuted: Bool { children.contains(where: \.isRefuted) }
    override var knownUnknowns: UnknownReasons {
        children.reduce(unknowns) { $0.union($1.knownUnknowns) }
    }

    override func combine() {
        pending += children[subject].fresh
        guard !pending.isEmpty else { return }
        isReleased = isReleased || children.enumerated().allSatisfy { $0 == subject || isCertain($1) }
        guard isReleased else { return }
        for anchor in pending { emit(anchor) }
        pending.removeAll()
    }

    /// True for good, and the first match that it adds as context is known.
    private func isCertain(_ child: SessionTrack) -> Bool {
        if child is NotTrack || child is UnitTrack { return child.isTrue }
        return child.isOrdered && !child.found.isEmpty
    }

    override func close() {
        let isFalse = children.contains { !$0.isTrue && $0.unknowns.isEmpty }
        if isFalse { return settle([]) }
        unknowns = children.reduce([]) { $0.union($1.unknowns) }
        guard children.allSatisfy(\.isTrue) else { return settle([]) }
        isMarkedTrue = true
        matchesWhole = children[subject].matchesWhole
        settle(children[subject].found)
    }

    override func charge(_ anchor: Int) -> (owner: Int32, gap: Int64) { children[subject].charge(anchor) }

    override func addEvidence(_ anchor: Int, to evidence: inout [Evidence]) {
        children[subject].addEvidence(anchor, to: &evidence)
        for (place, child) in children.enumerated() where place != subject && !(child is NotTrack) {
            if let first = child.found.first {
                evidence.append(self.evidence(first, .context, child.spans(first)))
            }
        }
    }

    override func spans(_ row: Int) -> [Span] { children[subject].spans(row) }
    override func scope() -> [Int]? { children[subject].scope() }

    override func addExposures(to exposures: inout SessionExposures) {
        children[subject].addExposures(to: &exposures)
    }
}

/// True where its child is not; known early only when the child is refuted.
final class NotTrack: SessionTrack {
    private let child: SessionTrack

    init(_ run: SessionRun, _ child: SessionTrack) {
        self.child = child
        super.init(run, isImmediate: false, isOrdered: false)
    }

    override var isTrue: Bool { super.isTrue || child.isRefuted }
    override var isRefuted: Bool { child.isTrue }
    override func isSettled(_ anchor: Int) -> Bool { true }

    override func close() {
        if child.isTrue { return }
        if child.unknowns.isEmpty { isMarkedTrue = true } else { unknowns = child.unknowns }
    }

    override func addExposures(to exposures: inout SessionExposures) { exposures.add(unit.ownerOfWhole, -1) }
}
