import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// What was near where a condition on messages does not hold.
extension Evaluator {
    /// Messages that are looked at for what was near.
    static let nearLimit = 2000
    /// Notes of one leaf, and places named in one note.
    private static let noteLimit = 3

    func explain(
        _ message: MessageCondition, _ compiled: MessageNode, _ value: Value,
        into result: inout Explanation.Node
    ) {
        let (scope, _) = scope(compiled)
        guard let scope else { return }
        let size = scope.count
        let population = rows(of: compiled.populationNumber)
        if compiled.position == nil {
            result.notes.append(Phrase("\(counted(size, "message")) looked at", "范围内有 \(size) 条消息"))
        } else {
            let total = population.count
            result.notes.append(
                Phrase("\(size) of \(counted(total, "message")) looked at", "\(total) 条消息中看其中 \(size) 条"))
        }
        if let repeats = message.repeats, !value.isTrue {
            result.notes += near(repeats, compiled, in: compiled.text.map { holds($0, in: scope) } ?? scope)
        }
        guard let text = message.text, let node = compiled.text else { return }
        // Whether a message outside holds in all else its text does not tell.
        if !value.isTrue, compiled.position != nil, message.repeats == nil, message.sent == nil,
            !message.hasStrangersPhone
        {
            let outside = holds(node, in: population)
            outside.subtract(scope)
            let first = outside.first(from: 0)
            if first >= 0 {
                result.notes.append(
                    Phrase(
                        "#\(position(first)) would hold, but is not among them",
                        "#\(position(first)) 满足文本条件，但不在这个范围内"))
            }
        }
        let explained = explain(text, node, in: scope, role: nil)
        if explained.children.isEmpty {
            result.notes += explained.notes
        } else {
            result.children = [explained]
            // Where the texts hold, it is the repetition that is missing.
            if size > 0, message.repeats == nil || explained.truth != .isTrue { result.blamedChild = 0 }
        }
    }

    /// A condition on texts beside the node that it was compiled to.
    private func explain(
        _ text: TextCondition, _ node: TextNode, in scope: Mask, role: Phrase?
    ) -> Explanation.Node {
        let mark = arena.mark
        defer { release(to: mark) }
        let held = holds(node, in: scope)
        var result = Explanation.Node(
            role: role, label: ConditionWords.label(text), truth: held.isEmpty ? .isFalse : .isTrue,
            reasons: [], matches: [], matchCount: held.count, notes: [], children: [],
            blamedChild: nil)
        var i = held.first(from: 0)
        while i >= 0, result.matches.count < Evaluator.noteLimit {
            result.matches.append(match(i, Span.union(spans(node, at: i) ?? [])))
            i = held.first(from: i + 1)
        }
        switch (text.kind, node) {
        case (.keywords, .leaf(let number)), (.regex, .leaf(let number)), (.similar, .leaf(let number)),
            (.entity, .leaf(let number)):
            guard held.isEmpty else { break }
            if case .similar(let condition) = text.kind, case .similar(let matcher) = rules.leaves[number].kind {
                result.notes = near(condition, matcher, in: scope)
            } else {
                result.notes = near(rules.leaves[number], in: scope)
            }
        case (.all(let parts), .all(let nodes)), (.any(let parts), .any(let nodes)):
            result.children = zip(parts, nodes).map { explain($0, $1, in: scope, role: nil) }
            if case .all = node {
                if held.isEmpty { result.notes = nearest(parts: nodes, in: scope) }
                result.blamedChild = result.children.firstIndex { $0.truth != .isTrue }
            } else {
                // The alternative that came closest has something to say.
                result.blamedChild = result.children.firstIndex { !$0.notes.isEmpty }
            }
        case (.not(let part), .not(let node)):
            result.children = [explain(part, node[0], in: scope, role: nil)]
        case (.unless(let part, let exceptions), .all(let nodes)):
            let first = nodes[0]
            result.children = [explain(part, first, in: scope, role: Phrase("condition", "条件"))]
            // Exceptions count where the condition holds: elsewhere they take nothing away.
            let candidates = holds(first, in: scope)
            for (exception, negation) in zip(exceptions, nodes.dropFirst()) {
                guard case .not(let inner) = negation else { continue }
                result.children.append(
                    explain(exception, inner[0], in: candidates, role: Phrase("unless", "例外")))
            }
            if held.isEmpty { blame(exceptionsIn: &result) }
        default: break
        }
        if !held.isEmpty { result.blamedChild = nil }
        return result
    }

    /// The message in which most parts of an `all` held.
    private func nearest(parts: TextList, in scope: Mask) -> [Phrase] {
        var best = (row: -1, parts: 0)
        let masks = parts.map { holds($0, in: scope) }
        var looked = 0
        var i = scope.first(from: 0)
        while i >= 0, looked < Evaluator.nearLimit {
            let held = masks.count { $0.contains(i) }
            if held > best.parts { best = (i, held) }
            looked += 1
            i = scope.first(from: i + 1)
        }
        guard best.row >= 0 else { return [] }
        let row = position(best.row)
        return [
            Phrase(
                "#\(row) holds \(best.parts) of \(parts.count)",
                "#\(row) 满足 \(parts.count) 个中的 \(best.parts) 个")
        ]
    }

    /// Why a leaf does not hold although a pattern of it occurs.
    private func near(_ leaf: TextLeaf, in scope: Mask) -> [Phrase] {
        var notes: [Phrase] = []
        var looked = 0
        var i = scope.first(from: 0)
        while i >= 0, looked < Evaluator.nearLimit, notes.count < Evaluator.noteLimit {
            looked += 1
            let text = folded(i, leaf.level)
            switch leaf.kind {
            case .equals, .similar, .evasion: return []
            case .entity(let matcher):
                let shielded = text.bytes.withUnsafeBufferPointer { matcher.shielded(in: $0) }
                for one in shielded.prefix(Evaluator.noteLimit - notes.count) {
                    notes.append(note(.shielded(one.entity, by: one.by), text, at: i))
                }
            case .keywords(let matcher):
                for refusal in matcher.refusals(in: text.bytes, breaker: breaker)
                where notes.count < Evaluator.noteLimit {
                    notes.append(note(refusal, text, at: i))
                }
            case .regex(let matcher):
                if let except = matcher.except, let veto = except.spans(in: text.bytes).first,
                    matcher.spans.matches(text.bytes)
                {
                    let shown = quote(veto, text, at: i)
                    notes.append(
                        Phrase(
                            "in #\(position(i)) '\(shown)' of 'except' vetoes it",
                            "#\(position(i)) 中 “\(shown)” 被 except 排除"))
                }
            }
            i = scope.first(from: i + 1)
        }
        return notes
    }

    private func note(_ refusal: KeywordMatcher.Refusal, _ text: FoldedText, at i: Int) -> Phrase {
        let row = position(i)
        switch refusal {
        case .shielded(let keyword, let shield):
            let (word, cover) = (quote(keyword, text, at: i), quote(shield, text, at: i))
            return Phrase(
                "in #\(row) '\(word)' is shielded by the allow-phrase '\(cover)'",
                "#\(row) 中 “\(word)” 被放行短语 “\(cover)” 挡住")
        case .insideWord(let keyword):
            let word = quote(keyword, text, at: i)
            return Phrase(
                "in #\(row) '\(word)' is not at word boundaries", "#\(row) 中 “\(word)” 不在词边界上")
        case .tooFew(let found, let needed):
            return Phrase(
                "#\(row) holds \(found) of \(needed) keywords", "#\(row) 有 \(found) 个关键词，需要 \(needed) 个")
        }
    }

    private func quote(_ range: Range<Int>, _ text: FoldedText, at i: Int) -> String {
        match(i, [text.original(range)]).texts.first ?? ""
    }
}

extension KeywordMatcher {
    /// Why an occurrence of a keyword does not count.
    enum Refusal {
        case shielded(Range<Int>, by: Range<Int>)
        case insideWord(Range<Int>)
        case tooFew(Int, of: Int)
    }

    /// What kept the keywords from holding in a text in which some occur.
    func refusals(in text: [UInt8], breaker: WordBreaker) -> [Refusal] {
        guard spans(in: text, breaker: breaker) == nil else { return [] }
        var result: [Refusal] = []
        let shields = allow.flatMap { KeywordMatcher.occurrences(of: $0, in: text) }
        var different = 0
        for phrase in phrases {
            var counts = false
            for range in KeywordMatcher.occurrences(of: phrase.bytes, in: text) {
                let shield = shields.first {
                    $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound
                }
                if let shield {
                    result.append(.shielded(range, by: shield))
                } else if isInsideWord(phrase, at: range, in: text, breaker) {
                    result.append(.insideWord(range))
                } else {
                    counts = true
                }
            }
            if counts { different += 1 }
        }
        if different > 0 { result.append(.tooFew(different, of: needed)) }
        return result
    }

    private func isInsideWord(
        _ phrase: Phrase, at range: Range<Int>, in text: [UInt8], _ breaker: WordBreaker
    ) -> Bool {
        breaker.set(text)
        return phrase.wordAtStart && !breaker.isBoundary(range.lowerBound)
            || phrase.wordAtEnd && !breaker.isBoundary(range.upperBound)
    }
}
