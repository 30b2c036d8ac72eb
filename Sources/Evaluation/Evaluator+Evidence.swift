import ChineseText
import ConversationModel
import RuleLanguage

/// Whom a match is charged to, and what it rests on.
extension Evaluator {
    /// The owner of a match of `node` at a row, and the gap that decided it (-1: none).
    func charge(_ node: Int, anchor: Int) -> (owner: Int32, gap: Int64) {
        switch rules.nodes[node].kind {
        case .message: return (owner(of: anchor), -1)
        case .expectation, .silence, .gap:
            guard let obligation = obligation(of: node, anchor: anchor) else { return (owner(of: anchor), -1) }
            return (obligation.owner, gap(of: obligation))
        case .sequence(let steps):
            guard let run = completedRun(of: node, at: anchor) else { return (owner(of: anchor), -1) }
            return (charge(steps[steps.count - 1].node, anchor: anchor).owner, length(of: run))
        case .count(let of, _), .distinct(let of, _): return charge(of, anchor: anchor)
        case .scope(let scope): return (charge(scope.find, anchor: anchor).owner, gap(of: anchor, scope))
        case .all(let children, let subject): return charge(children[subject], anchor: anchor)
        case .any(let children):
            for child in children where holds(child, at: anchor) { return charge(child, anchor: anchor) }
            return (owner(of: anchor), -1)
        case .unit, .not: return (owner(of: anchor), -1)
        }
    }

    private func holds(_ node: Int, at anchor: Int) -> Bool {
        let mark = arena.mark
        let before = obligations.count
        let result = value(node).matches.contains(anchor)
        // The obligations are there already, from the first evaluation.
        obligations.removeSubrange(before...)
        release(to: mark)
        return result
    }

    /// The obligation whose match is anchored at a row.
    private func obligation(of node: Int, anchor: Int) -> Obligation? {
        // ∅ is no obligation's anchor.
        guard anchor >= 0 else { return nil }
        let reportsMet: Bool
        if case .expectation(let expectation) = rules.nodes[node].kind {
            reportsMet = expectation.timing.report == .met
        } else {
            reportsMet = false
        }
        func isAnchored(_ obligation: Obligation) -> Bool {
            obligation.node == node && self.anchor(of: obligation, reportsMet: reportsMet) == anchor
        }
        if obligations.count <= 32 { return obligations.first(where: isAnchored) }
        if indexedNode != node {
            obligationIndex.removeAll(keepingCapacity: true)
            for (index, obligation) in obligations.enumerated() where obligation.node == node {
                let anchor = self.anchor(of: obligation, reportsMet: reportsMet)
                if anchor >= 0, obligationIndex[anchor] == nil { obligationIndex[anchor] = index }
            }
            indexedNode = node
        }
        return obligationIndex[anchor].map { obligations[$0] }
    }

    /// Where the match of an obligation is anchored; -1: it makes none.
    private func anchor(of obligation: Obligation, reportsMet: Bool) -> Int {
        switch obligation.fate {
        case .met: reportsMet ? obligation.answer : -1
        case .missed: reportsMet ? -1 : obligation.trigger
        case .silence: obligation.trigger
        case .void, .unknown: -1
        }
    }

    /// How long an obligation waited, as it is counted; -1 where time decided nothing.
    func gap(of obligation: Obligation) -> Int64 {
        guard hasTimes else { return -1 }
        guard case .expectation(let expectation) = rules.nodes[obligation.node].kind else {
            return obligation.gap(time)
        }
        return obligation.gap(time, expectation.timing)
    }

    // MARK: Evidence

    func addEvidence(row i: Int, _ label: EvidenceLabel, step: Int32 = -1, spans: [Span]) {
        let first = Int32(judgement.spans.count)
        judgement.spans.append(contentsOf: spans)
        judgement.evidence.append(
            Judgement.EvidenceRecord(
                message: Int32(base + i), label: label, spans: first..<Int32(judgement.spans.count), step: step))
    }

    /// The evidence of a match of `node`; anchor -1 is ∅.
    func addEvidence(_ node: Int, anchor: Int) {
        switch rules.nodes[node].kind {
        case .message(let message):
            if anchor >= 0 { addEvidence(row: anchor, .match, spans: spans(message, at: anchor)) }
            addRepeated(message, by: anchor)
        case .expectation(let expectation):
            guard let obligation = obligation(of: node, anchor: anchor) else { return }
            addTriggerEvidence(node, obligation)
            if obligation.fate == .met {
                addEvidence(
                    row: obligation.answer, .answer, spans: spans(node: expectation.expect, at: obligation.answer))
            }
        case .silence, .gap:
            guard let obligation = obligation(of: node, anchor: anchor) else { return }
            addEvidence(row: obligation.trigger, .earlier, spans: [])
            if obligation.answer >= 0 { addEvidence(row: obligation.answer, .later, spans: []) }
        case .sequence:
            if let run = completedRun(of: node, at: anchor) { addEvidence(run) }
        case .count(let of, _):
            let mark = arena.mark
            let before = obligations.count
            let matches = value(of).matches
            var i = matches.first(from: 0)
            var left = 20
            while i >= 0, left > 0 {
                addEvidence(row: i, .match, spans: spans(node: of, at: i))
                left -= 1
                if i == anchor { break }
                i = matches.first(from: i + 1)
            }
            obligations.removeSubrange(before...)
            release(to: mark)
        case .distinct(let of, _): addEvidence(distinctOf: of, anchor: anchor)
        case .scope(let scope): addEvidence(scope, anchor: anchor)
        case .all(let children, let subject):
            addEvidence(children[subject], anchor: anchor)
            for (position, child) in children.enumerated() where position != subject { addContext(child) }
        case .any(let children):
            for child in children where anchor < 0 || holds(child, at: anchor) { addEvidence(child, anchor: anchor) }
        case .unit, .not: break
        }
    }

    /// What another child of `all` adds: its first match.
    private func addContext(_ node: Int) {
        if case .not = rules.nodes[node].kind { return }
        let mark = arena.mark
        let before = obligations.count
        let first = value(node).matches.first(from: 0)
        obligations.removeSubrange(before...)
        release(to: mark)
        if first >= 0 { addEvidence(row: first, .context, spans: spans(node: node, at: first)) }
    }

    func addTriggerEvidence(_ node: Int, _ obligation: Obligation) {
        guard case .expectation(let expectation) = rules.nodes[node].kind else { return }
        addEvidence(
            row: obligation.trigger, .trigger, spans: spans(node: expectation.after, at: obligation.trigger))
    }

    /// The spans of a node's match at a row, in the original text; united, at most 64.
    func spans(node: Int, at i: Int) -> [Span] {
        switch rules.nodes[node].kind {
        case .message(let message): spans(message, at: i)
        case .expectation(let expectation):
            spans(node: expectation.timing.report == .met ? expectation.expect : expectation.after, at: i)
        case .count(let of, _), .distinct(let of, _): spans(node: of, at: i)
        case .scope(let scope): spans(node: scope.find, at: i)
        case .all(let children, let subject): spans(node: children[subject], at: i)
        case .any(let children):
            Span.union(children.filter { holds($0, at: i) }.flatMap { spans(node: $0, at: i) })
        case .sequence(let steps): spans(of: steps, node, at: i)
        case .silence, .gap, .unit, .not: []
        }
    }

    private func spans(_ message: MessageNode, at i: Int) -> [Span] {
        guard let text = message.text else { return [] }
        return Span.union(spans(text, at: i) ?? [])
    }

    /// The spans of a text condition in a row, or nil where it does not hold there.
    func spans(_ text: TextNode, at i: Int) -> [Span]? {
        switch text {
        case .leaf(let number):
            let leaf = rules.leafTraits[number]
            let isCandidate =
                leaf.unscannedPlace >= 0 || candidates.masks(of: number)?.rows.contains(i) == true
            let found = isCandidate ? foundSpans(number, at: i) : nil
            if leaf.isInverted { return found == nil ? [] : nil }
            guard let found else {
                // The scanner found a match that the span matcher does not: the message counts whole.
                return isCandidate && !leaf.needsVerification ? [] : nil
            }
            return found.map { original($0, of: i, leaf.level) }
        case .length(let minimum, let maximum):
            let length = folded(i, .folded).bytes.withUnsafeBufferPointer { Evaluator.scalarsWithoutSpaces($0) }
            return length >= minimum && length <= maximum ? [] : nil
        case .all(let parts):
            var result: [Span] = []
            for part in parts {
                guard let spans = spans(part, at: i) else { return nil }
                result += spans
            }
            return result
        case .any(let parts):
            let found = parts.compactMap { spans($0, at: i) }
            return found.isEmpty ? nil : found.flatMap { $0 }
        case .not(let part): return spans(part[0], at: i) == nil ? [] : nil
        }
    }
}
