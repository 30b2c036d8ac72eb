import ConversationModel
import Diagnostics
import RuleLanguage

/// Changes of what is asked of one message.
extension ConditionEdits {
    func edits(_ message: MessageCondition, _ place: Place) -> [Edit<MessageCondition>] {
        var result = positions(message, place)
        if case .not? = message.text?.kind {
            result.append(
                Edit.without(
                    \.text, of: message, at: message.text?.place ?? place, Phrase("without this condition", "去掉这个条件")))
        }
        if let text = message.text { result += texts.edits(text).map { $0.member(\.text, of: message) } }
        if message.sent != nil {
            result.append(Edit.without(\.sent, of: message, at: place, Phrase("without 'sent'", "去掉 sent")))
        }
        if message.hasStrangersPhone {
            let bare = {
                var bare = message
                bare.hasStrangersPhone = false
                return bare
            }
            result.append(Edit(value: bare, place: place, change: Phrase("without 'phone'", "去掉 phone")))
        }
        if let repeats = message.repeats {
            result.append(Edit.without(\.repeats, of: message, at: place, Phrase("without 'repeats'", "去掉 repeats")))
            result += edits(repeats, place).map { $0.member(\.repeats, of: message) }
        }
        return result
    }

    private func positions(_ message: MessageCondition, _ place: Place) -> [Edit<MessageCondition>] {
        func counts(_ number: Int, _ name: String, _ position: @escaping (Int) -> Position) -> [Edit<MessageCondition>]
        {
            Edit<Int64>.shifts(of: number, in: 1...RuleLimits.count, name, at: place)
                .map { $0.map(position).member(\.position, of: message) }
        }
        func times(_ time: Int64, _ name: String, _ position: @escaping (Int64) -> Position) -> [Edit<MessageCondition>]
        {
            Edit<Int64>.shifts(of: time, name, at: place).map { $0.map(position).member(\.position, of: message) }
        }
        switch message.position {
        case .firstMessages(let number)?: return counts(number, "first") { .firstMessages($0) }
        case .lastMessages(let number)?: return counts(number, "last") { .lastMessages($0) }
        case .firstMilliseconds(let time)?: return times(time, "first") { .firstMilliseconds($0) }
        case .lastMilliseconds(let time)?: return times(time, "last") { .lastMilliseconds($0) }
        case nil: return []
        }
    }

    private func edits(_ repeats: Repeats, _ place: Place) -> [Edit<Repeats>] {
        numbers(\.times, in: 2...(repeats.lookBack + 1), "times", of: repeats, place)
            + numbers(\.similarity, in: 1...100, by: 10, "similarity", of: repeats, place)
            + numbers(
                \.lookBack, in: max(1, repeats.times - 1)...RuleLimits.lookBack, "lookBack", of: repeats, place)
            + (repeats.minimumLength > 0
                ? numbers(\.minimumLength, in: 0...RuleLimits.count, "minLength", of: repeats, place) : [])
            + spans(\.minimumGap, "minGap", of: repeats, place)
            + repeats.allow.enumerated().map { index, text in
                let fewer = {
                    var fewer = repeats
                    fewer.allow.remove(at: index)
                    return fewer
                }
                return Edit(
                    value: fewer, place: place,
                    change: Phrase("without the allow-phrase '\(text)'", "去掉放行短语 “\(text)”"))
            }
    }
}
