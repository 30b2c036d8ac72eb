/// A point in time as a message names it: 今天18点前, 明晚八点左右, 周五下班前.
///
/// Told by form and relative to the day of the message; which instant it is, depends on that.
public struct PromisedMoment: Sendable, Hashable {
    /// The day that is named.
    public enum Day: Sendable, Hashable {
        /// None: the next time that clocks show it.
        case next
        /// 今天 is 0, 明天 1, 大后天 3.
        case after(Int)
        /// 周五: 1 is Monday; the next one, today included.
        case weekday(Int)
        /// 这周五 is in week 0, 下周五 in week 1; weeks begin on Monday.
        case weekdayOfWeek(Int, week: Int)
    }

    /// The part of the day that is named.
    public enum Part: Sendable, Hashable {
        case night, morning, noon, afternoon, evening
    }

    /// What of the day.
    public enum Time: Sendable, Hashable {
        /// An hour of 0 to 24 and its minute, as written.
        case clock(hour: Int, minute: Int, Part?)
        /// 今天内, 当天: the end of the day.
        case endOfDay
        /// 下班前: when the shop closes.
        case closing
    }

    public var day: Day
    public var time: Time
    /// UTF-8 bytes of the folded text.
    public var range: Range<Int>

    public init(day: Day, time: Time, range: Range<Int>) {
        self.day = day
        self.time = time
        self.range = range
    }
}

/// Reads the points in time that a folded text sets as limits.
///
/// A clock time counts with 前, 之前, 以前 or 左右 behind it, a day with 内 or 前, a part of the day only as
/// 中午前. What is asked of the reader is no promise: 18点前下单. Nothing is guessed: 明天, 晚点, 今晚, 月底 name no point.
public struct MomentReader: Sendable {
    public init() {}

    /// The moments of a text in their order, disjoint, at most `EntityFinder.limit`. O(*n*) for *n* bytes.
    public func moments(in text: UnsafeBufferPointer<UInt8>) -> [PromisedMoment] {
        guard MomentReader.mayHold(text) else { return [] }
        let text = EntityText(text)
        var result: [PromisedMoment] = []
        // 18点前下单，当天发货: the day is that of the order.
        var isConditional = false
        var i = 0
        while i < text.count, result.count < EntityFinder.limit {
            switch read(at: i, in: text, isConditional: isConditional) {
            case .found(let moment):
                result.append(moment)
                i = moment.range.upperBound
            case .condition(let end):
                isConditional = true
                i = end
            case .skip(let next): i = max(next, text.next(i))
            }
        }
        return result
    }

    /// Whether 前, 左(右), 内 or 当(天) is there, without one of which no moment is told.
    private static func mayHold(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= 3 else { return false }
        for i in 0..<text.count - 2 where text[i] == 0xE5 {
            switch (text[i + 1], text[i + 2]) {
            case (0x89, 0x8D), (0xB7, 0xA6), (0x86, 0x85), (0xBD, 0x93): return true
            default: continue
            }
        }
        return false
    }

    private enum Step {
        case found(PromisedMoment)
        /// A limit that the other side has to keep.
        case condition(end: Int)
        case skip(to: Int)
    }

    private func read(at i: Int, in text: EntityText, isConditional: Bool) -> Step {
        let isNumber = text.isDigit(i) && !text.isLatinOrDigit(i - 1) && !text.isDotted(i..<i)
        guard text.isHan(i) || isNumber else { return .skip(to: i + 1) }
        var end = i
        let day = day(at: i, in: text)
        if let day { end = text.afterSpace(day.end) }
        var part = day?.part
        if let found = self.part(at: end, in: text), part == nil || found.part == part {
            part = found.part
            end = text.afterSpace(found.end)
        }
        let isElsewhere = day == nil && isBehindDate(i, in: text)
        func step(_ time: PromisedMoment.Time, _ day: PromisedMoment.Day, until end: Int) -> Step {
            if isElsewhere { return .skip(to: end) }
            if isAsked(at: end, in: text) { return .condition(end: end) }
            return .found(PromisedMoment(day: day, time: time, range: i..<end))
        }
        if let clock = clocks(at: end, isFirst: end == i, in: text), let limit = limit(at: clock.end, in: text) {
            return step(.clock(hour: clock.hour, minute: clock.minute, part), day?.day ?? .next, until: limit)
        }
        if part == .noon, let limit = before(at: end, in: text) {
            return step(.clock(hour: 12, minute: 0, .noon), day?.day ?? .next, until: limit)
        }
        let closing = text.length(ofOneOf: "下班", at: end)
        if closing > 0, part == nil || part == .evening, let limit = before(at: end + closing, in: text) {
            return step(.closing, day?.day ?? .after(0), until: limit)
        }
        guard let day, part == day.part else { return .skip(to: end) }
        let within = text.length(ofOneOf: "之内 以内 内", at: end)
        if within > 0 { return step(.endOfDay, day.day, until: end + within) }
        if day.part == nil, let limit = before(at: end, in: text) { return step(.endOfDay, day.day, until: limit) }
        if day.isSameDay, !isConditional, !text.has("的", at: end) { return step(.endOfDay, day.day, until: end) }
        return .skip(to: end)
    }

    // MARK: Days

    private struct Day {
        var day: PromisedMoment.Day
        /// 今晚, 明早: the part of the day that the word names.
        var part: PromisedMoment.Part?
        /// 当天, 当日.
        var isSameDay = false
        var end: Int
    }

    private func day(at i: Int, in text: EntityText) -> Day? {
        func word(_ words: StaticString) -> Int? {
            let length = text.length(ofOneOf: words, at: i)
            return length > 0 ? i + length : nil
        }
        if let end = word("今晚上 今晚 今夜") { return Day(day: .after(0), part: .evening, end: end) }
        if let end = word("今早上 今早") { return Day(day: .after(0), part: .morning, end: end) }
        if let end = word("明晚上 明晚") { return Day(day: .after(1), part: .evening, end: end) }
        if let end = word("明早上 明早") { return Day(day: .after(1), part: .morning, end: end) }
        if let end = word("当天 当日") { return Day(day: .after(0), isSameDay: true, end: end) }
        if let end = word("今天 今日 今儿") { return Day(day: .after(0), end: end) }
        if let end = word("明天 明日 明儿") { return Day(day: .after(1), end: end) }
        if let end = word("大后天") { return Day(day: .after(3), end: end) }
        if let end = word("后天") { return Day(day: .after(2), end: end) }
        return weekday(at: i, in: text)
    }

    private func weekday(at i: Int, in text: EntityText) -> Day? {
        var end = i
        var week: Int?
        let this = text.length(ofOneOf: "这个 本 这", at: i)
        if this > 0 {
            week = 0
            end += this
        } else if text.has("下", at: i) {
            // 下下周 is told by nobody here.
            guard !text.has("下", at: i + 3), !text.has("下", before: i) else { return nil }
            week = 1
            end += text.has("下个", at: i) ? 6 : 3
        } else if text.has("下", before: i) || text.has("上", before: i) || text.has("每", before: i) {
            return nil
        }
        let name = text.length(ofOneOf: "周 星期 礼拜", at: end)
        guard name > 0 else { return nil }
        end += name
        let names: [StaticString] = ["一 1", "二 2", "三 3", "四 4", "五 5", "六 6", "日 天 7"]
        guard let number = names.firstIndex(where: { text.length(ofOneOf: $0, at: end) > 0 }) else { return nil }
        end += text.length(ofOneOf: names[number], at: end)
        let day: PromisedMoment.Day = week.map { .weekdayOfWeek(number + 1, week: $0) } ?? .weekday(number + 1)
        return Day(day: day, end: end)
    }

    private func part(at i: Int, in text: EntityText) -> (part: PromisedMoment.Part, end: Int)? {
        func word(_ words: StaticString) -> Int? {
            let length = text.length(ofOneOf: words, at: i)
            return length > 0 ? i + length : nil
        }
        if let end = word("凌晨") { return (.night, end) }
        if let end = word("早上 早晨 清晨 上午 早") { return (.morning, end) }
        if let end = word("中午") { return (.noon, end) }
        if let end = word("下午 傍晚") { return (.afternoon, end) }
        if let end = word("晚上 晚间 夜里 夜间 晚") { return (.evening, end) }
        return nil
    }

    // MARK: Clocks and limits

    /// A clock time, or the upper end of a span: 8点到10点.
    private func clocks(at i: Int, isFirst: Bool, in text: EntityText) -> (hour: Int, minute: Int, end: Int)? {
        guard let first = clock(at: i, isFirst: isFirst, in: text) else { return nil }
        guard let next = text.afterDash(first.end), let upper = clock(at: next, isFirst: false, in: text) else {
            return first
        }
        return upper
    }

    /// 18点, 八点半, 10点05分, 三点一刻, 18:30; of a span (8-10点) the upper end.
    private func clock(at i: Int, isFirst: Bool, in text: EntityText) -> (hour: Int, minute: Int, end: Int)? {
        // Not the rest of a number: 二十|八点; behind a day it is none: 周一八点.
        if isFirst, text.hasOne(of: "零〇一二三四五六七八九十两百千万", before: i) { return nil }
        guard var number = text.numeral(at: i), !number.isVague else { return nil }
        if let upper = text.span(from: number) { number = upper }
        guard number.value % Numeral.unit == 0, number.isBelow(25) else { return nil }
        let hour = Int(number.value / Numeral.unit)
        if text[number.end] == UInt8(ascii: ":") {
            let minutes = number.end + 1..<text.digits(from: number.end + 1)
            guard minutes.count == 2, text.number(minutes) < 60, text[minutes.upperBound] != UInt8(ascii: ":") else {
                return nil
            }
            return valid(hour, text.number(minutes), minutes.upperBound)
        }
        var end = text.afterSpace(number.end)
        guard text.has("点", at: end) || text.has("时", at: end) else { return nil }
        end += 3
        let whole = text.length(ofOneOf: "钟 整", at: end)
        if whole > 0 { return valid(hour, 0, end + whole) }
        if text.has("半", at: end) { return valid(hour, 30, end + 3) }
        for (name, minute) in [("一刻", 15), ("1刻", 15), ("三刻", 45), ("3刻", 45)] as [(StaticString, Int)]
        where text.has(name, at: end) {
            return valid(hour, minute, end + name.utf8CodeUnitCount)
        }
        if let minutes = text.numeral(at: end), !minutes.isVague, minutes.isBelow(60),
            minutes.value % Numeral.unit == 0
        {
            end = minutes.end
            return valid(hour, Int(minutes.value / Numeral.unit), text.has("分", at: end) ? end + 3 : end)
        }
        return valid(hour, 0, end)
    }

    private func valid(_ hour: Int, _ minute: Int, _ end: Int) -> (hour: Int, minute: Int, end: Int)? {
        hour == 24 && minute > 0 ? nil : (hour, minute, end)
    }

    /// Behind 前, 之前, 以前 or 左右.
    private func limit(at i: Int, in text: EntityText) -> Int? {
        let start = text.afterSpace(i)
        if let end = before(at: start, in: text) { return end }
        let about = text.length(ofOneOf: "左右", at: start)
        return about > 0 ? start + about : nil
    }

    /// Behind 前, which is no part of another word: 前提, 前面.
    private func before(at i: Int, in text: EntityText) -> Int? {
        let start = text.afterSpace(i)
        let length = text.length(ofOneOf: "之前 以前 前后 前", at: start)
        guard length > 0, !text.hasOne(of: "提面端台往段期者几", at: start + length) else { return nil }
        return start + length
    }

    /// Whether what follows is for the buyer to do: 下单, 付款.
    private func isAsked(at i: Int, in text: EntityText) -> Bool {
        var start = text.afterSpace(i)
        if text.hasOne(of: "您你亲", at: start) { start += 3 }
        if text.has("拍", at: start) { return !text.hasOne(of: "照图视摄个张", at: start + 3) }
        return text.length(ofOneOf: "下单 下的单 付款 支付 购买 买 成交 的订单 的单", at: start) > 0
    }

    /// Whether -05 or /5 ends before `i`.
    private func isEndOfDate(_ i: Int, in text: EntityText) -> Bool {
        var start = i
        while text.isDigit(start - 1), i - start < 3 { start -= 1 }
        return start < i && (text[start - 1] == UInt8(ascii: "-") || text[start - 1] == UInt8(ascii: "/"))
    }

    /// Whether another day than one of ours is named before `i`: 3月5日, 每天, 周末, 上周五, 2026-03-05.
    private func isBehindDate(_ i: Int, in text: EntityText) -> Bool {
        let hasSpace = text[i - 1] == 0x20
        let end = hasSpace ? i - 1 : i
        return text.hasOne(of: "日号末底初年月天", before: end)
            || (text.hasOne(of: "一二三四五六", before: end) && text.hasOne(of: "周期拜", before: end - 3))
            || (hasSpace && isEndOfDate(end, in: text))
    }
}
