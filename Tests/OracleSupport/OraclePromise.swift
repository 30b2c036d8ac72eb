import ConversationModel
import RuleLanguage

/// Points of time that are drawn: a phrase, days from the message's own (nil: the next day on which it is still to come),
/// and minutes of that day (nil: the close).
private let drawnMoments: [(text: String, days: Int?, minutes: Int?)] = [
    ("今天18点前", 0, 18 * 60), ("今晚八点前", 0, 20 * 60), ("明天上午10点前", 1, 10 * 60), ("明天中午前", 1, 12 * 60),
    ("今天内", 0, 24 * 60), ("下班前", 0, nil), ("上午10点05分前", nil, 10 * 60 + 5), ("明早9:50前", 1, 9 * 60 + 50),
]

extension Promise {
    private static let units: [(name: String, length: Int64)] = [
        ("小时", 3_600_000), ("分钟", 60_000), ("秒", 1_000),
    ]

    /// What a folded text of `instant` promises: milliseconds or an instant. The first number with a unit or drawn
    /// moment that is still to come, else the first word of the table.
    ///
    /// Numbers are in plain digits; 半小时, 1-2天 and their like are not modelled.
    func limit(in folded: FoldedText, at instant: Int64, _ policy: TimePolicy) -> OracleLimit? {
        let text = Array(folded.string.unicodeScalars)
        let length = self.length(text)
        for start in text.indices {
            if let length, length.start == start { return .span(length.limit) }
            for moment in drawnMoments where has(moment.text, text, start) {
                for days in moment.days.map({ [$0] }) ?? [0, 1] {
                    if let end = OracleHours(policy: policy).moment(days, moment.minutes, since: instant) {
                        return .moment(end)
                    }
                }
            }
        }
        for start in text.indices {
            let here = words.filter { has(FoldedText($0.text, level: .folded).string, text, start) }
            if let longest = here.max(by: { $0.text.utf8.count < $1.text.utf8.count }) { return .span(longest.limit) }
        }
        return nil
    }

    /// The first number with a unit.
    private func length(_ text: [Unicode.Scalar]) -> (start: Int, limit: Int64)? {
        for start in text.indices where isDigit(text, start) && !isDigit(text, start - 1) {
            let before = start > 0 ? text[start - 1] : " "
            guard !("a"..."z").contains(before), let first = part(text, at: start, below: .max) else { continue }
            var (total, end, unit) = first
            while let next = part(text, at: has(" ", text, end) ? end + 1 : end, below: unit) {
                total += next.0
                (end, unit) = (next.1, next.2)
            }
            return (start, min(total, 366 * 86_400_000))
        }
        return nil
    }

    private func isDigit(_ text: [Unicode.Scalar], _ place: Int) -> Bool {
        text.indices.contains(place) && ("0"..."9").contains(text[place])
    }

    private func has(_ word: String, _ text: [Unicode.Scalar], _ place: Int) -> Bool {
        text[min(place, text.count)...].starts(with: word.unicodeScalars)
    }

    /// A number and its unit: milliseconds, where it ends, the unit's own length.
    private func part(_ text: [Unicode.Scalar], at start: Int, below: Int64) -> (Int64, Int, Int64)? {
        var end = start
        while isDigit(text, end) { end += 1 }
        let digits = String(String.UnicodeScalarView(text[min(start, text.count)..<min(end, text.count)]))
        guard let number = Int64(digits), (1..<1_000_000).contains(number) else { return nil }
        let place = has(" ", text, end) ? end + 1 : end
        for unit in Promise.units where has(unit.name, text, place) && unit.length < below {
            return (number * unit.length, place + unit.name.unicodeScalars.count, unit.length)
        }
        return nil
    }
}

/// T as a length, or as the instant that ends it.
enum OracleLimit {
    case span(Int64)
    case moment(Int64)
}

extension OracleHours {
    /// The instant of a minute (nil: of the last close) of the day that is `days` after that of `start`; nil where it is over.
    fileprivate func moment(_ days: Int, _ minutes: Int?, since start: Int64) -> Int64? {
        var day = policy.zone.day(of: Instant(milliseconds: start))
        day.daysSince1970 += Int32(days)
        var local = minutes.map { Int64($0) * 60_000 }
        if minutes == nil, policy.openHours.count == 7 { local = policy.openHours[day.weekday - 1].map(\.end).max() }
        guard let local else { return nil }
        let end = policy.zone.instant(local: Int64(day.daysSince1970) * 86_400_000 + local).milliseconds
        return end > start ? end : nil
    }
}
