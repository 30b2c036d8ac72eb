import Diagnostics
import RuleLanguage

/// Why nothing was found near an anchor.
extension Evaluator {
    /// Anchors that are named.
    private static let anchorLimit = 3

    func explain(_ scope: Scope, _ compiled: Fixed<ScopeNode>, into result: inout Explanation.Node) {
        let anchor = explainChild(scope.anchor, compiled.anchor, Phrase("anchor", "锚点"))
        let find = explainChild(scope.find, compiled.find, Phrase("find", "查找"))
        result.children = [anchor, find]
        if anchor.truth != .isTrue {
            result.blamedChild = anchor.truth == result.truth ? 0 : nil
            if result.truth == .isUnknown { return }
            result.notes.append(Phrase("no anchor opens a window", "没有锚点，无窗口可查"))
            return
        }
        if find.truth != .isTrue {
            result.blamedChild = find.truth == result.truth ? 1 : nil
            return
        }
        guard result.truth == .isFalse else { return }
        let mark = arena.mark
        defer { release(to: mark) }
        let anchors = anchors(value(compiled.anchor).matches, compiled.plan.which)
        let matches = value(compiled.find).matches
        var i = anchors.first(from: 0)
        if i < 0 {
            let found = anchor.matchCount
            result.notes.append(
                Phrase("only \(counted(found, "anchor")) found", "只找到 \(found) 个锚点"))
        }
        var named = 0
        while i >= 0, named < Evaluator.anchorLimit {
            result.notes.append(note(i, matches, compiled.plan))
            named += 1
            i = anchors.first(from: i + 1)
        }
    }

    /// The match nearest to an anchor on the sides that are looked at.
    private func note(_ anchor: Int, _ matches: Mask, _ plan: ScopePlan) -> Phrase {
        let place = "#\(position(anchor))"
        let later = plan.looksAfter ? matches.first(from: anchor + 1) : -1
        let earlier = plan.looksBefore ? matches.last(upTo: anchor - 1) : -1
        var near = later >= 0 ? later : earlier
        if later >= 0, earlier >= 0 {
            let isEarlier = hasTimes ? time(anchor) - time(earlier) < time(later) - time(anchor) : false
            if isEarlier { near = earlier }
        }
        guard near >= 0 else {
            switch plan.direction {
            case .after: return Phrase("nothing is found after \(place)", "\(place) 之后没有找到")
            case .before: return Phrase("nothing is found before \(place)", "\(place) 之前没有找到")
            case .around: return Phrase("nothing else is found around \(place)", "\(place) 前后没有找到")
            }
        }
        let found = "#\(position(near))"
        // Whatever else it is about, where only messages are counted it is not how long.
        guard hasTimes, plan.time != nil else {
            return Phrase("\(found) lies outside the window of \(place)", "\(found) 在 \(place) 的窗口之外")
        }
        let gap = ConditionWords.duration(abs(time(near) - time(anchor)))
        return Phrase(
            "\(found) lies outside the window of \(place), \(gap) away", "\(found) 在 \(place) 的窗口之外，相隔 \(gap)")
    }
}

extension ConditionWords {
    static func label(_ scope: Scope) -> Phrase {
        let which: Phrase =
            switch scope.which {
            case .each: Phrase("each anchor", "每个锚点")
            case .first: Phrase("the first anchor", "第一个锚点")
            case .last: Phrase("the last anchor", "最后一个锚点")
            case .nth(let number): Phrase("anchor no. \(number)", "第 \(number) 个锚点")
            }
        let side: Phrase =
            switch scope.direction {
            case .after: Phrase("after", "之后")
            case .before: Phrase("before", "之前")
            case .around: Phrase("around", "前后")
            }
        var english = "messages \(side.english) \(which.english)"
        var chinese = "\(which.chinese)\(side.chinese)的消息"
        if let messages = scope.messages {
            english += ", within \(counted(messages, "message"))"
            chinese += "，\(messages) 条以内"
        }
        if let time = scope.time {
            english += ", within \(duration(time))"
            chinese += "，\(duration(time)) 以内"
        }
        return Phrase(english, chinese)
    }
}
