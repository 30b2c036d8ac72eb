import ChineseText
import ConversationModel
import Diagnostics
import RuleLanguage

/// Matches that say something new, counted.
extension Evaluator {
    func value(distinctOf of: Int, _ bound: Count.Bound) -> Value {
        let inner = value(of)
        var open = inner.unknowns
        if unit.isCutOff || unit.startIsCut { open.insert(.cutOff) }
        var result = Value(matches: arena.empty())
        var different = DistinctTexts()
        // ∅ comes before all messages, and is unlike each of them.
        if inner.matchesWhole { different.addWhole() }
        switch bound {
        case .atLeast(let wanted):
            if different.count >= wanted {
                result.matchesWhole = true
                result.unknowns = inner.unknowns
                return result
            }
            var i = inner.matches.first(from: 0)
            while i >= 0 {
                guard let isNew = addText(of: of, at: i, to: &different) else {
                    result.unknowns = open.union(.limit)
                    return result
                }
                if isNew, different.count >= wanted {
                    result.matches.insert(i)
                    result.unknowns = inner.unknowns
                    return result
                }
                i = inner.matches.first(from: i + 1)
            }
            result.unknowns = open
        case .atMost(let allowed):
            var i = inner.matches.first(from: 0)
            while i >= 0, different.count <= allowed {
                guard addText(of: of, at: i, to: &different) != nil else {
                    result.unknowns = open.union(.limit)
                    return result
                }
                i = inner.matches.first(from: i + 1)
            }
            if different.count > allowed { return result }
            if open.isEmpty { result.matchesWhole = true } else { result.unknowns = open }
        case .share, .every: result.unknowns = open
        }
        return result
    }

    /// Adds what a match says and returns whether it is new; nil where too much was looked at.
    private func addText(of node: Int, at i: Int, to different: inout DistinctTexts) -> Bool? {
        if !rules.nodes[node].isPure {
            // Each look evaluates what cannot be kept once more.
            steps += count
            if steps > Evaluator.stepLimit { return nil }
        }
        return different.add(spans(node: node, at: i), of: table.texts[base + i], rules.table)
    }

    /// The first matches that say something new, up to the anchor, as evidence.
    func addEvidence(distinctOf of: Int, anchor: Int) {
        let mark = arena.mark
        let before = obligations.count
        let matches = value(of).matches
        var different = DistinctTexts()
        var i = matches.first(from: 0)
        var left = 20
        while i >= 0, left > 0 {
            if let isNew = addText(of: of, at: i, to: &different), isNew {
                addEvidence(row: i, .match, spans: spans(node: of, at: i))
                left -= 1
            }
            if i == anchor { break }
            i = matches.first(from: i + 1)
        }
        obligations.removeSubrange(before...)
        release(to: mark)
    }
}

extension Evaluator {
    /// How many different things the matches of a node say.
    func distinctNote(_ of: Int) -> Phrase {
        let mark = arena.mark
        let before = obligations.count
        defer {
            obligations.removeSubrange(before...)
            release(to: mark)
        }
        let matches = value(of).matches
        var different = DistinctTexts()
        var i = matches.first(from: 0)
        while i >= 0, addText(of: of, at: i, to: &different) != nil { i = matches.first(from: i + 1) }
        let (found, all) = (different.count, matches.count)
        return Phrase("\(all) found, \(found) of them different", "找到 \(all) 次，其中不同的 \(found) 个")
    }
}

/// Different texts: what spans say, folded, each piece once and in one order.
struct DistinctTexts {
    private var known: Set<[[UInt8]]> = []
    private var whole = 0

    var count: Int { known.count + whole }

    mutating func addWhole() { whole = 1 }

    /// Adds what a match says: its spans, or the whole text where it has none; true where it is new.
    mutating func add(_ spans: [Span], of text: UnsafeBufferPointer<UInt8>, _ table: FoldTable) -> Bool {
        var pieces = spans.compactMap { span -> [UInt8]? in
            guard span.start <= span.end, span.end <= text.count else { return nil }
            return folded(text[span.start..<span.end], table)
        }
        if spans.isEmpty { pieces = [folded(text[...], table)] }
        pieces.sort { $0.lexicographicallyPrecedes($1) }
        var different: [[UInt8]] = []
        for piece in pieces where different.last != piece { different.append(piece) }
        return known.insert(different).inserted
    }

    private func folded(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ table: FoldTable) -> [UInt8] {
        Array(table.folded(String(decoding: text, as: UTF8.self), level: .folded).utf8)
    }
}
