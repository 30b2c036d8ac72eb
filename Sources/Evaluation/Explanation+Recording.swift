import ConversationModel
import Diagnostics
import RuleLanguage

/// The evaluator's pass that keeps what `value(_:)` gives at every node.
extension Evaluator {
    /// Matches of a node that are shown.
    private static let matchLimit = 20

    /// Explains a rule on each of its units of the conversation; replaces `judgement`.
    ///
    /// `rule` must be one of the rules that were compiled; any other gives an empty list. The
    /// conversation must have been appended and scanned.
    public func explain(
        _ rule: Rule, of row: ConversationRow, defaultShop: String = ""
    ) -> [Explanation] {
        guard let number = rules.summaries.firstIndex(where: { $0.id == rule.id }) else { return [] }
        var result: [Explanation] = []
        judgement.removeAll()
        cutIntoParts(row)
        for (partNumber, part) in judgement.parts.enumerated() {
            self.partNumber = Int32(partNumber)
            load(part, conversation: row)
            let unitNumber = Int32(judgement.units.count)
            judgement.units.append(
                Judgement.Unit(
                    part: Int32(partNumber), agent: OwnerNumber.none, start: count > 0 ? Int32(base) : -1))
            enterConversation(number: unitNumber)
            if rule.unit == .conversation {
                result.append(explainUnit(rule, number, row, defaultShop))
            } else {
                forEachStay { result.append(explainUnit(rule, number, row, defaultShop)) }
            }
        }
        return result
    }

    /// The first reason why no unit of the conversation is hit, in one line.
    func reason(_ rule: Rule, of row: ConversationRow) -> Phrase {
        let explanations = explain(rule, of: row)
        return explanations.first { $0.outcome != .notApplicable }?.reason
            ?? explanations.first?.reason
            ?? Phrase("no agent speaks, so there is no unit to judge", "没有客服发言，无可评判的接待段")
    }

    private func explainUnit(
        _ rule: Rule, _ number: Int, _ row: ConversationRow, _ defaultShop: String
    ) -> Explanation {
        let mark = arena.mark
        defer { release(to: mark) }
        judge(rules.rules[number], number: number)
        let entry = judgement.ruleUnits[judgement.ruleUnits.count - 1]
        let findings = entry.findings.map { finding(Int($0), conversation: row, defaultShop: defaultShop) }
        let compiled = rules.rules[number]
        var appliesTo: Explanation.Node?
        if let condition = rule.appliesTo, let node = compiled.appliesTo {
            appliesTo = explainChild(condition, node, Phrase("applies to", "适用范围"))
        }
        return Explanation(
            rule: rules.summaries[number],
            conversation: conversationID(judgement.units[Int(unit.number)], row),
            agent: unit.isStay ? names.name(unit.agent) : nil,
            start: unit.start < 0 ? nil : position(unit.start), outcome: entry.outcome,
            reasons: entry.reasons, appliesTo: appliesTo,
            condition: explainChild(rule.when, compiled.root), findings: findings)
    }

    /// The index in the conversation of a row of the part.
    func position(_ i: Int) -> Int { Int(table.positions[base + i]) }

    // MARK: Conditions

    /// A condition beside the node that it was compiled to: both trees have the same form.
    func explainChild(
        _ condition: Condition, _ node: Int, _ role: Phrase? = nil
    ) -> Explanation.Node {
        let mark = arena.mark
        defer { release(to: mark) }
        obligations.removeAll(keepingCapacity: true)
        sequenceRuns.removeAll(keepingCapacity: true)
        indexedNode = -1
        let value = value(node)
        let own = obligations.filter { $0.node == node }
        var result = Explanation.Node(
            role: role, label: ConditionWords.label(condition), truth: truth(value),
            reasons: value.unknowns, matches: matches(value, node),
            matchCount: value.matches.count + (value.matchesWhole ? 1 : 0), notes: [], children: [],
            blamedChild: nil)
        switch (condition.kind, rules.nodes[node].kind) {
        case (.message(let message), .message(let compiled)):
            explain(message, compiled, value, into: &result)
        case (.expectation(let plan), .expectation(let compiled)):
            explain(plan, compiled, own, into: &result)
        case (.silence(let silence), .silence):
            result.notes = notes(GapPlan(silence))
        case (.sequence(let sequence), .sequence(let steps)):
            explain(sequence, steps, sequenceRuns[node]?.first { $0.isFirst }, into: &result)
        case (.gap, .gap(let plan)):
            result.notes = notes(plan)
        case (.count(let count), .count(let of, let bound)):
            explain(count, of: of, bound, into: &result)
        case (.count(let count), .distinct(let of, _)):
            result.children = [explainChild(count.of, of)]
            result.notes.append(distinctNote(of))
            if result.children[0].matchCount == 0, case .atLeast = count.bound { result.blamedChild = 0 }
        case (.unit(let unit), .unit): result.notes += notes(unit)
        case (.scope(let scope), .scope(let compiled)):
            explain(scope, compiled, into: &result)
        case (.all(let conditions), .all(let nodes, let subject)):
            for (position, (child, node)) in zip(conditions, nodes).enumerated() {
                let isSubject = position == subject && nodes.count > 1
                result.children.append(
                    explainChild(child, node, isSubject ? Phrase("subject", "主体") : nil))
            }
            result.blamedChild = blamed(among: result.children, of: result.truth)
        case (.unless(let first, let exceptions), .all(let nodes, _)):
            result.children.append(explainChild(first, nodes[0], Phrase("condition", "条件")))
            for (exception, negation) in zip(exceptions, nodes.dropFirst()) {
                guard case .not(let node) = rules.nodes[negation].kind else { continue }
                result.children.append(explainChild(exception, node, Phrase("unless", "例外")))
            }
            blame(exceptionsIn: &result)
        case (.any(let conditions), .any(let nodes)):
            result.children = zip(conditions, nodes).map { explainChild($0, $1) }
            result.blamedChild = blamed(among: result.children, of: result.truth)
        case (.not(let inner), .not(let node)):
            result.children = [explainChild(inner, node)]
            if value.isUnknown { result.blamedChild = 0 }
            if !value.isTrue, !value.isUnknown {
                result.notes.append(
                    found(result.children[0], Phrase("what it forbids was found", "出现了不该有的内容")))
            }
        default: break
        }
        if result.truth == .isTrue { result.blamedChild = nil }
        return result
    }

    /// The first child with the truth of the condition, which made it so: what is false decides whatever is unknown.
    private func blamed(among children: [Explanation.Node], of truth: Explanation.Truth) -> Int? {
        children.firstIndex { $0.truth == truth } ?? children.firstIndex { $0.truth != .isTrue }
    }

    /// A condition that does not hold is to blame itself; an exception, by what was found of it, and so it is said
    /// of the whole.
    func blame(exceptionsIn node: inout Explanation.Node) {
        guard let condition = node.children.first else { return }
        let exception = node.children.dropFirst().first { $0.truth == .isTrue }
        if condition.truth == .isFalse {
            node.blamedChild = 0
        } else if let exception {
            node.notes.append(
                found(
                    exception,
                    Phrase("the exception holds: \(exception.label.english)", "例外成立：\(exception.label.chinese)")))
        } else {
            node.blamedChild = node.children.firstIndex { $0.truth == .isUnknown }
        }
    }

    /// A note that names where something was found.
    private func found(_ node: Explanation.Node, _ phrase: Phrase) -> Phrase {
        guard let message = node.matches.first?.message else { return phrase }
        return Phrase("\(phrase.english) at #\(message)", "\(phrase.chinese)（#\(message)）")
    }

    private func truth(_ value: Value) -> Explanation.Truth {
        value.isTrue ? .isTrue : value.unknowns.isEmpty ? .isFalse : .isUnknown
    }

    private func matches(_ value: Value, _ node: Int) -> [Explanation.Match] {
        var result: [Explanation.Match] = []
        if value.matchesWhole { result.append(Explanation.Match(message: nil, spans: [], texts: [])) }
        var i = value.matches.first(from: 0)
        while i >= 0, result.count < Evaluator.matchLimit {
            let gap = charge(node, anchor: i).gap
            result.append(match(i, spans(node: node, at: i), gap: gap < 0 ? nil : gap))
            i = value.matches.first(from: i + 1)
        }
        return result
    }

    func match(_ i: Int, _ spans: [Span], gap: Int64? = nil) -> Explanation.Match {
        let text = Array(maskedText(base + i).utf8)
        return Explanation.Match(
            message: position(i), spans: spans,
            texts: spans.map { span in
                guard span.start <= span.end, span.end <= text.count else { return "" }
                return String(decoding: text[span.start..<span.end], as: UTF8.self)
            }, gap: gap)
    }

    // MARK: Count

    private func explain(
        _ count: Count, of node: Int, _ bound: Count.Bound, into result: inout Explanation.Node
    ) {
        let inner = explainChild(count.of, node)
        result.children = [inner]
        let found = inner.matchCount
        switch bound {
        case .atLeast(let wanted):
            result.notes.append(Phrase("\(found) of \(wanted) found", "找到 \(found) 次，需要 \(wanted) 次"))
            if found == 0 { result.blamedChild = 0 }
        case .atMost(let allowed):
            result.notes.append(Phrase("\(found) found, \(allowed) allowed", "找到 \(found) 次，至多 \(allowed) 次"))
        case .share, .every:
            guard let population = positionedPopulation(node) else { return }
            let total = population.count
            result.notes.append(Phrase("\(found) of \(counted(total, "message"))", "\(total) 条消息中满足 \(found) 条"))
            let mark = arena.mark
            population.subtract(value(node).matches)
            release(to: mark)
            var others: [String] = []
            var i = population.first(from: 0)
            while i >= 0, others.count < 5 {
                others.append("#\(position(i))")
                i = population.first(from: i + 1)
            }
            if !others.isEmpty {
                let list = others.joined(separator: ", ")
                let more = total - found - others.count
                result.notes.append(
                    more > 0
                        ? Phrase("not in \(list) and \(more) more", "不满足的有 \(list) 等 \(others.count + more) 条")
                        : Phrase("not in \(list)", "不满足的有 \(list)"))
            }
        }
    }
}
