/// A number as people write it: 12, 1,234.5, 三十五, 1万2, 两三 (two or three).
struct Numeral {
    /// Ten-thousandths, so that 1.25万 is exact.
    static let unit: Int64 = 10_000
    /// Larger numbers are none that a chat speaks of; the limit keeps products inside 64 bits.
    static let maximum: Int64 = 100_000_000_000 * unit

    /// In `unit`ths; of two neighbouring digits (两三, 七八百) the upper.
    var value: Int64
    var end: Int
    /// Begins with an Arabic digit.
    var isArabic: Bool
    /// Has no value that counts: 十几, 1.2.3, too many digits. `end` still is where reading goes on.
    var isVague = false

    func isBelow(_ limit: Int64) -> Bool { value < limit * Self.unit }
}

extension EntityText {
    /// The number that begins at `i`, or nil where none does.
    ///
    /// Reads each byte of it once. 百, 千 and 万 begin none: 百元大钞, 上千块.
    func numeral(at i: Int) -> Numeral? {
        var reading = NumeralReading()
        var end = i
        while end < count, let next = read(end, into: &reading) { end = next }
        guard end > i else { return nil }
        let value = reading.total
        // 几十 and 数十 name no number, 第十 an ordinal.
        let isVague =
            reading.isVague || value > Numeral.maximum || (has("十", at: i) && hasOne(of: "几数第", before: i))
        return Numeral(value: value, end: end, isArabic: isDigit(i), isVague: isVague)
    }

    /// The number that two or more characters of cheques write: 壹佰, 叁仟伍佰; nil where none begins.
    ///
    /// One alone is a name more often than not (大陆, 伍先生).
    func formalNumeral(at i: Int) -> Numeral? {
        var reading = NumeralReading()
        var end = i
        while end < count, acceptFormal(end, into: &reading) { end += 3 }
        return end - i < 6
            ? nil : Numeral(value: reading.total, end: end, isArabic: false, isVague: reading.total > Numeral.maximum)
    }

    private func acceptFormal(_ i: Int, into reading: inout NumeralReading) -> Bool {
        switch scalar(at: i).scalar {
        case "壹": reading.accept(digit: 1)
        case "贰": reading.accept(digit: 2)
        case "叁": reading.accept(digit: 3)
        case "肆": reading.accept(digit: 4)
        case "伍": reading.accept(digit: 5)
        case "陆": reading.accept(digit: 6)
        case "柒": reading.accept(digit: 7)
        case "捌": reading.accept(digit: 8)
        case "玖": reading.accept(digit: 9)
        case "零", "〇": reading.hasBegun && reading.acceptZero()
        case "拾": reading.hasBegun && reading.accept(unit: 10)
        case "佰": reading.hasBegun && reading.accept(unit: 100)
        case "仟": reading.hasBegun && reading.accept(unit: 1000)
        case "万": reading.hasBegun && reading.accept(section: 10_000)
        case "亿": reading.hasBegun && reading.accept(section: 100_000_000)
        default: false
        }
    }

    /// The span of numbers that begins with `first` (1-2, 三到五, 10 ~ 20), or nil.
    func span(from first: Numeral) -> Numeral? {
        guard let start = afterDash(first.end), let second = numeral(at: start), !second.isVague,
            second.value >= first.value
        else { return nil }
        return Numeral(value: second.value, end: second.end, isArabic: first.isArabic)
    }

    /// Behind what joins the two ends of a span, spaces included, or nil where that is not there.
    func afterDash(_ i: Int) -> Int? {
        var end = afterSpace(i)
        let length = length(ofOneOf: "- ~ 到 至 – —", at: end)
        guard length > 0 else { return nil }
        end += length
        // People double dashes.
        end += self.length(ofOneOf: "- ~ —", at: end)
        return afterSpace(end)
    }

    /// One token of a number: where it ends, or nil where the number has ended before it.
    private func read(_ i: Int, into reading: inout NumeralReading) -> Int? {
        if isDigit(i) {
            guard reading.acceptsArabic else { return nil }
            return readArabic(i, into: &reading)
        }
        guard self[i] &- 0xE3 < 7 else { return nil }
        if let digit = hanDigit(at: i) { return reading.accept(digit: digit) ? i + 3 : nil }
        switch scalar(at: i).scalar {
        case "两":
            // 三两 is a weight, 一两天 a guess.
            guard reading.row == 0 || (reading.row == 1 && reading.digit == 1) else { return nil }
            return reading.accept(digit: 2) ? i + 3 : nil
        case "俩": return reading.row == 0 && reading.accept(digit: 2) ? i + 3 : nil
        case "零", "〇": return reading.acceptZero() ? i + 3 : nil
        case "十": return reading.accept(unit: 10) ? i + 3 : nil
        case "百": return reading.accept(unit: 100) ? i + 3 : nil
        case "千": return reading.accept(unit: 1000) ? i + 3 : nil
        case "万": return reading.accept(section: 10_000) ? i + 3 : nil
        case "亿": return reading.accept(section: 100_000_000) ? i + 3 : nil
        case "几":
            guard reading.hasBegun, !reading.isVague else { return nil }
            reading.isVague = true
            return i + 3
        default: return nil
        }
    }

    /// What one of 一 to 九 stands for.
    func hanDigit(at i: Int) -> Int? {
        switch scalar(at: i).scalar {
        case "一": 1
        case "二": 2
        case "三": 3
        case "四": 4
        case "五": 5
        case "六": 6
        case "七": 7
        case "八": 8
        case "九": 9
        default: nil
        }
    }

    /// Digits with thousands commas and decimals.
    private func readArabic(_ start: Int, into reading: inout NumeralReading) -> Int {
        var end = digits(from: start)
        var value = Int64(number(start..<end)) * Numeral.unit
        if end - start > 9 { reading.isVague = true }
        if end - start <= 3 {
            var groups = 0
            while self[end] == UInt8(ascii: ","), digits(upTo: 4, from: end + 1) == 3, groups < 3 {
                value = value * 1000 + Int64(number(end + 1..<end + 4)) * Numeral.unit
                end += 4
                groups += 1
            }
        }
        if self[end] == UInt8(ascii: "."), isDigit(end + 1) {
            let decimals = digits(from: end + 1)
            var place = Numeral.unit / 10
            for k in end + 1..<min(decimals, end + 5) {
                value += Int64(self[k] &- 0x30) * place
                place /= 10
            }
            end = decimals
            // 1.2.3 is a version.
            if self[end] == UInt8(ascii: "."), isDigit(end + 1) { reading.isVague = true }
        }
        // The rest of a version, or of a number with a point in front.
        if self[start - 1] == UInt8(ascii: "."), isDigit(start - 2) { reading.isVague = true }
        reading.accept(arabic: value)
        return end
    }

    /// How many digits stand at `i`, counted up to a limit.
    func digits(upTo limit: Int, from i: Int) -> Int {
        var length = 0
        while length < limit, isDigit(i + length) { length += 1 }
        return length
    }
}

/// The state of reading a number: sections of 万, inside them digits and units.
private struct NumeralReading {
    private var sections: Int64 = 0
    private var section: Int64 = 0
    private var current: Int64?
    private var lastUnit: Int64 = 1
    private var hasZero = false
    private var isArabic = false
    private var previous = 0
    /// Han digits in a row: 二〇二六, or two of them that say "two or three".
    private(set) var row = 0
    private(set) var digit = 0
    private(set) var hasBegun = false
    private var isMisformed = false
    var isVague = false

    var acceptsArabic: Bool { current == nil && !isVague }

    mutating func accept(arabic value: Int64) {
        current = value
        isArabic = true
        row = 1
        hasBegun = true
    }

    mutating func accept(digit: Int) -> Bool {
        guard !isVague else { return false }
        if let value = current {
            guard !isArabic else { return false }
            row += 1
            // What is longer is no number, but has to be read to its end.
            current = row <= 9 ? value * 10 + Int64(digit) * Numeral.unit : value
            isMisformed = isMisformed || row > 9
        } else {
            current = Int64(digit) * Numeral.unit
            isArabic = false
            row = 1
        }
        previous = self.digit
        self.digit = digit
        hasBegun = true
        return true
    }

    mutating func acceptZero() -> Bool {
        // 一百零五; elsewhere it is a digit.
        if current == nil, hasBegun {
            guard !hasZero, !isVague else { return false }
            hasZero = true
            return true
        }
        return accept(digit: 0)
    }

    mutating func accept(unit: Int64) -> Bool {
        guard !isVague else { return false }
        if let value = counted {
            // 五五十块 is a slip of the tongue.
            isMisformed = isMisformed || (row > 1 && !isGuess)
            section = clamped(section, plus: value, times: unit)
        } else {
            guard unit == 10, current == nil, !hasBegun || hasZero || lastUnit > 10 else { return false }
            section = clamped(section, plus: Numeral.unit, times: 10)
        }
        finish(unit)
        return true
    }

    mutating func accept(section unit: Int64) -> Bool {
        guard !isVague, hasBegun else { return false }
        let value = section + (current == nil ? 0 : counted ?? 0)
        guard value > 0 else { return false }
        sections =
            unit == 10_000
            ? clamped(sections, plus: value, times: unit) : clamped(0, plus: sections + value, times: unit)
        section = 0
        finish(unit)
        return true
    }

    var total: Int64 {
        if isMisformed { return Numeral.maximum + 1 }
        guard var last = counted ?? current else { return sections + section }
        // 一百二 is 120, 1万2 is 12,000.
        if lastUnit >= 100, !hasZero, row == 1, last < 10 * Numeral.unit, last % Numeral.unit == 0 {
            last *= lastUnit / 10
        }
        return sections + section + last
    }

    /// The number in front of a unit: of 七八 in 七八百 the upper.
    private var counted: Int64? {
        guard let current else { return nil }
        return isGuess ? Int64(digit) * Numeral.unit : current
    }

    /// 两三, 七八, 三五.
    private var isGuess: Bool {
        !isArabic && row == 2 && (digit == previous + 1 || (previous == 3 && digit == 5))
    }

    private mutating func finish(_ unit: Int64) {
        current = nil
        lastUnit = unit
        row = 0
        hasZero = false
        hasBegun = true
    }

    private func clamped(_ sum: Int64, plus value: Int64, times unit: Int64) -> Int64 {
        let (product, overflow) = value.multipliedReportingOverflow(by: unit)
        guard !overflow, product <= Numeral.maximum, sum <= Numeral.maximum else { return Numeral.maximum + 1 }
        return min(sum + product, Numeral.maximum + 1)
    }
}
