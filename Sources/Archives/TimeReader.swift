import ConversationModel

/// Reads the times that tables of people have: local, Chinese, unpadded, with or without offset.
package struct TimeReader: Sendable {
    /// What a cell that should hold a time turned out to be.
    package enum Outcome: Hashable, Sendable {
        case time(Instant)
        case absent
        case bad(RecordIssue)
    }

    private let zone: Zone
    private let formats: [TimeFormat]

    /// Local times are of `zone`; `formats` are tried first, in their order.
    package init(zone: Zone, formats: [TimeFormat] = []) {
        self.zone = zone
        self.formats = formats
    }

    /// Reads a cell as a time.
    package func read(_ cell: ArraySlice<UInt8>) -> Outcome {
        let text = trimmed(cell)
        guard !text.isEmpty else { return .absent }
        for format in formats {
            if let parts = format.parts(of: text) { return outcome(parts) }
        }
        if text.allSatisfy({ (0x30...0x39).contains($0) }) { return integer(text) }
        var scanner = DigitScanner(text)
        guard let parts = scanner.dateAndTime() else { return .bad(.badTime) }
        return outcome(parts)
    }

    // Epoch milliseconds; twelve digits and more, up to the year 9999.
    private func integer(_ digits: ArraySlice<UInt8>) -> Outcome {
        guard digits.count <= 15, let value = Int64(String(decoding: digits, as: UTF8.self)),
            value <= 253_402_300_799_999
        else { return .bad(.badTime) }
        // 20260301080503 is a clock without its marks, and would be the year 2612.
        if isCompactClock(digits) { return .bad(.badTime) }
        return value < 100_000_000_000 ? .bad(.timeInSeconds) : .time(Instant(milliseconds: value))
    }

    private func isCompactClock(_ digits: ArraySlice<UInt8>) -> Bool {
        guard digits.count == 12 || digits.count == 14 else { return false }
        func number(_ start: Int, _ count: Int) -> Int {
            digits.dropFirst(start).prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        var parts = TimeParts()
        (parts.year, parts.month, parts.day) = (number(0, 4), number(4, 2), number(6, 2))
        (parts.hour, parts.minute) = (number(8, 2), number(10, 2))
        parts.second = digits.count == 14 ? number(12, 2) : 0
        return (1970...2099).contains(parts.year) && parts.localMilliseconds != nil
    }

    private func outcome(_ parts: TimeParts) -> Outcome {
        guard let local = parts.localMilliseconds else { return .bad(.badTime) }
        if let offset = parts.offset { return .time(Instant(milliseconds: local - offset)) }
        return .time(zone.instant(local: local))
    }
}

/// A date and a time of day as they were written.
package struct TimeParts: Hashable, Sendable {
    package var year = 0
    package var month = 1
    package var day = 1
    package var hour = 0
    package var minute = 0
    package var second = 0
    package var millisecond = 0
    /// 下午 or PM: twelve hours are added to an hour before 12.
    package var isAfternoon: Bool?
    /// Milliseconds to subtract for UTC; nil is local time.
    package var offset: Int64?

    /// Nil where this is not a time of the calendar.
    package var localMilliseconds: Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let date = CalendarDay(year: year, month: month, day: day)
        guard date.civil == (year, month, day) else { return nil }
        var hour = hour
        if let isAfternoon {
            guard hour <= 12 || isAfternoon else { return nil }
            if isAfternoon, hour < 12 { hour += 12 }
            if !isAfternoon, hour == 12 { hour = 0 }
        }
        let minutes = (Int64(date.daysSince1970) * 24 + Int64(hour)) * 60 + Int64(minute)
        return (minutes * 60 + Int64(second)) * 1000 + Int64(millisecond)
    }
}

/// What stands between the numbers of a time, as bytes that are made once.
private enum Marks {
    static let afterYear = ["-", "/", ".", "年"].map { Array($0.utf8) }
    static let afterMonth = ["-", "/", ".", "月"].map { Array($0.utf8) }
    static let afterDay = ["日", "号"].map { Array($0.utf8) }
    static let letterT = ["T", "t"].map { Array($0.utf8) }
    static let morning = ["上午", "凌晨", "早上", "AM", "am"].map { Array($0.utf8) }
    static let afternoon = ["下午", "晚上", "中午", "PM", "pm"].map { Array($0.utf8) }
    static let afterHour = [":", "：", "时", "点"].map { Array($0.utf8) }
    static let afterMinute = [":", "：", "分"].map { Array($0.utf8) }
    static let point = [".", ","].map { Array($0.utf8) }
    static let afterSecond = ["秒"].map { Array($0.utf8) }
    static let letterZ = ["Z", "z"].map { Array($0.utf8) }
    static let sign = ["+", "-"].map { Array($0.utf8) }
    static let colon = [":"].map { Array($0.utf8) }
}

/// Reads numbers with the marks that people put between them.
private struct DigitScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) {
        rest = text
    }

    // 2024/6/18 9:05, 2024年6月18日 09:05:03, 2024-06-18T09:05:03.123+08:00, 2024-06-18
    mutating func dateAndTime() -> TimeParts? {
        var parts = TimeParts()
        guard let year = number(4...4), skipOne(Marks.afterYear),
            let month = number(1...2), skipOne(Marks.afterMonth), let day = number(1...2)
        else { return nil }
        (parts.year, parts.month, parts.day) = (year, month, day)
        _ = skipOne(Marks.afterDay)
        let hasMark = skipOne(Marks.letterT)
        skipSpaces()
        if rest.isEmpty { return hasMark ? nil : parts }
        if skipOne(Marks.morning) { parts.isAfternoon = false }
        if skipOne(Marks.afternoon) { parts.isAfternoon = true }
        skipSpaces()
        guard let hour = number(1...2), skipOne(Marks.afterHour), let minute = number(1...2)
        else { return nil }
        (parts.hour, parts.minute) = (hour, minute)
        if skipOne(Marks.afterMinute), !rest.isEmpty {
            guard let second = number(1...2) else { return nil }
            parts.second = second
            if skipOne(Marks.point) {
                guard let fraction = fraction() else { return nil }
                parts.millisecond = fraction
            }
            _ = skipOne(Marks.afterSecond)
        }
        skipSpaces()
        if skipOne(Marks.morning) { parts.isAfternoon = false }
        if skipOne(Marks.afternoon) { parts.isAfternoon = true }
        skipSpaces()
        if rest.isEmpty { return parts }
        guard let offset = zoneOffset(), rest.isEmpty else { return nil }
        parts.offset = offset
        return parts
    }

    private mutating func zoneOffset() -> Int64? {
        if skipOne(Marks.letterZ) { return 0 }
        let sign: Int64 = rest.first == 0x2D ? -1 : 1
        guard skipOne(Marks.sign), let hours = number(2...2) else { return nil }
        _ = skipOne(Marks.colon)
        let minutes = rest.isEmpty ? 0 : number(2...2)
        guard let minutes, hours <= 23, minutes <= 59 else { return nil }
        return sign * (Int64(hours) * 60 + Int64(minutes)) * 60_000
    }

    private mutating func fraction() -> Int? {
        var value = 0
        var digits = 0
        while let byte = rest.first, (0x30...0x39).contains(byte) {
            if digits < 3 { value = value * 10 + Int(byte - 0x30) }
            digits += 1
            rest = rest.dropFirst()
        }
        guard digits > 0 else { return nil }
        for _ in 0..<max(0, 3 - digits) { value *= 10 }
        return value
    }

    private mutating func number(_ widths: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix(widths.upperBound).prefix { (0x30...0x39).contains($0) }
        guard digits.count >= widths.lowerBound else { return nil }
        rest = rest[digits.endIndex...]
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private mutating func skipOne(_ marks: [[UInt8]]) -> Bool {
        guard let first = rest.first else { return false }
        for mark in marks where mark[0] == first && rest.starts(with: mark) {
            rest = rest.dropFirst(mark.count)
            return true
        }
        return false
    }

    private mutating func skipSpaces() {
        while rest.first == 0x20 || rest.first == 0x09 { rest = rest.dropFirst() }
    }
}

private let wideSpaces: [[UInt8]] = [[0xE3, 0x80, 0x80], [0xEF, 0xBB, 0xBF], [0xC2, 0xA0]]

/// `bytes` without the white space around them: ASCII, U+00A0, U+3000 and U+FEFF.
package func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while let first = rest.first {
        if first <= 0x20 {
            rest = rest.dropFirst()
        } else if first >= 0x80, let mark = wideSpaces.first(where: { rest.starts(with: $0) }) {
            rest = rest.dropFirst(mark.count)
        } else {
            break
        }
    }
    while let last = rest.last {
        if last <= 0x20 {
            rest = rest.dropLast()
        } else if last >= 0x80,
            let mark = wideSpaces.first(where: { rest.suffix($0.count).elementsEqual($0) })
        {
            rest = rest.dropLast(mark.count)
        } else {
            break
        }
    }
    return rest
}
