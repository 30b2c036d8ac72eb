extension EntityFinder {
    /// Reads a length of time: 10分钟, 半个小时, 1-2天, 1小时30分. Its value is in milliseconds.
    ///
    /// Told by form: 24小时 of 24小时客服热线 is one. A working day counts as a day, a month as 30.
    /// No duration: what names no number (几天, 一会儿), an ordinal or a rate (第3天, 每天), the
    /// return policy 7天无理由, a point in time (12:30, 3点).
    func duration(at i: Int, in text: EntityText) -> EntityStep {
        guard var length = length(at: i, in: text) else {
            return .skip(to: max(text.next(i), text.numeral(at: i)?.end ?? 0))
        }
        // 1小时-2小时, 12小时到3天: the upper end counts.
        if let next = text.afterDash(length.end), let upper = self.length(at: next, in: text) {
            length.end = upper.end
            length.milliseconds = max(length.milliseconds, upper.milliseconds)
            length.isVague = length.isVague || upper.isVague
        }
        return .found(i..<length.end, value: length.milliseconds, isProbable: length.isVague)
    }

    private struct Length {
        var milliseconds: Int64
        var end: Int
        /// 多 or 来 stands in it.
        var isVague: Bool
        var unit: Int64
    }

    /// Numbers with their units, from large to small: 1小时30分钟, 1天12小时.
    private func length(at i: Int, in text: EntityText) -> Length? {
        guard var length = half(at: i, in: text) ?? part(at: i, below: .max, in: text) else { return nil }
        while true {
            var start = text.afterSpace(length.end)
            if text.has("零", at: start) { start += 3 }
            guard let more = part(at: start, below: length.unit, in: text) else { return length }
            length.milliseconds += more.milliseconds
            length.end = more.end
            length.unit = more.unit
            length.isVague = length.isVague || more.isVague
        }
    }

    /// 半小时, 半个月; 半天 only where a limit is set, since it else means "ages".
    private func half(at i: Int, in text: EntityText) -> Length? {
        guard text.has("半", at: i), !text.hasOne(of: "个一大小老好前后上下多两点", before: i) else { return nil }
        var end = i + 3
        let hasCounter = text.has("个", at: end)
        if hasCounter { end += 3 }
        let isVague = text.has("多", at: end)
        if isVague { end += 3 }
        guard let unit = unit(at: end, below: .max, hasCounter: hasCounter, isFew: true, in: text),
            !text.has("半天", at: i) || text.length(ofOneOf: "内 之内 以内 左右 时间", at: unit.end) > 0
        else { return nil }
        return Length(milliseconds: unit.milliseconds / 2, end: unit.end, isVague: isVague, unit: unit.milliseconds)
    }

    /// One number, or a span of numbers, with its unit.
    private func part(at i: Int, below limit: Int64, in text: EntityText) -> Length? {
        guard let first = text.numeral(at: i), !first.isVague, first.value > 0 else { return nil }
        // Ordinals and rates; the rest of a clock time; 周三 天气; models such as p40.
        let isOther =
            text.hasOne(of: "第每", before: i) || (text[i - 1] == UInt8(ascii: ":") && text.isDigit(i - 2))
            || (first.isArabic ? text.isLatin(i - 1) : text.hasOne(ofWords: "周 星期 礼拜", before: i))
        guard !isOther else { return nil }
        if let span = text.span(from: first), let length = part(span, from: i, below: limit, in: text) { return length }
        return part(first, from: i, below: limit, in: text)
    }

    private func part(_ number: Numeral, from start: Int, below limit: Int64, in text: EntityText) -> Length? {
        guard number.isBelow(1_000_000) else { return nil }
        var end = number.end
        var isVague = false
        var isHalfMore = false
        if text.hasOne(of: "多来", at: end) {
            isVague = true
            end += 3
        }
        end = text.afterSpace(end)
        let hasCounter = text.has("个", at: end)
        if hasCounter {
            end += 3
            if text.has("多", at: end) {
                isVague = true
                end += 3
            } else if text.has("半", at: end) {
                isHalfMore = true
                end += 3
            }
            end = text.afterSpace(end)
        }
        // 18年 and 08年 are years, 十八年 is a length.
        let isFew = number.isArabic ? number.isBelow(10) && text[start] != UInt8(ascii: "0") : number.isBelow(100)
        guard let unit = unit(at: end, below: limit, hasCounter: hasCounter, isFew: isFew, in: text),
            !(number.value == Numeral.unit && !number.isArabic && isSomeDay(start, unit.milliseconds, in: text))
        else { return nil }
        end = unit.end
        // 2小时半, but neither 3天半价 nor 3天半夜.
        if !isHalfMore, text.has("半", at: end), !text.hasOne(of: "价夜天年个小分", at: end + 3) {
            isHalfMore = true
            end += 3
        }
        let milliseconds = number.value * (unit.milliseconds / 1000) / (Numeral.unit / 1000)
        return Length(
            milliseconds: milliseconds + (isHalfMore ? unit.milliseconds / 2 : 0), end: end, isVague: isVague,
            unit: unit.milliseconds)
    }

    /// 有一天, 这一天, 那一年: no length.
    private func isSomeDay(_ start: Int, _ unit: Int64, in text: EntityText) -> Bool {
        unit >= Self.day && text.hasOne(of: "某有这那哪同头", before: start)
    }

    // MARK: - Units

    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000

    /// The unit that begins at `i`, shorter than `limit`, in milliseconds.
    ///
    /// `hasCounter` says that 个 stands before it, `isFew` that the number is too
    /// small for a year's.
    private func unit(
        at i: Int, below limit: Int64, hasCounter: Bool, isFew: Bool, in text: EntityText
    ) -> (milliseconds: Int64, end: Int)? {
        let found: (milliseconds: Int64, length: Int)?
        switch text.scalar(at: i).scalar {
        case "秒", "天", "日", "年":
            // 一个天 is the beginning of 天津.
            guard !hasCounter else { return nil }
            found = shortUnit(at: i, isFew: isFew, in: text)
        case "分": found = minutes(at: i, behindHours: limit == Self.hour, in: text).map { (60_000, $0) }
        case "刻": found = text.has("刻钟", at: i) ? (900_000, 6) : nil
        case "小": found = text.has("小时", at: i) ? (Self.hour, 6) : nil
        case "钟":
            // 个钟; 点钟 is a time of day.
            found = text.has("钟头", at: i) ? (Self.hour, 6) : (hasCounter ? (Self.hour, 3) : nil)
        case "工", "自": found = text.length(ofOneOf: "工作日 自然日", at: i) > 0 ? (Self.day, 9) : nil
        case "周": found = text.hasOne(of: "岁年边刊报转", at: i + 3) ? nil : (7 * Self.day, 3)
        case "星": found = text.has("星期", at: i) ? (7 * Self.day, 6) : nil
        case "礼": found = text.has("礼拜", at: i) ? (7 * Self.day, 6) : nil
        case "月": found = hasCounter ? (30 * Self.day, 3) : nil
        default: found = hasCounter ? nil : latinUnit(at: i, in: text)
        }
        guard let found, found.milliseconds < limit else { return nil }
        return (found.milliseconds, i + found.length)
    }

    /// Units that 个 never stands before.
    private func shortUnit(at i: Int, isFew: Bool, in text: EntityText) -> (milliseconds: Int64, length: Int)? {
        switch text.scalar(at: i).scalar {
        case "秒": return (1000, text.has("秒钟", at: i) ? 6 : 3)
        case "天": return isDay(at: i, in: text) ? (Self.day, 3) : nil
        case "日":
            // 3日 is a date, 3日内 a limit.
            let isLimit = text.length(ofOneOf: "内 之内 以内", at: i + 3) > 0 && isDay(at: i, in: text)
            return isLimit ? (Self.day, 3) : nil
        default:
            // 三年级 names a year.
            return isFew && !text.hasOne(of: "级代货款份", at: i + 3) ? (365 * Self.day, 3) : nil
        }
    }

    /// 分钟; 分 alone is a mark, unless hours stand before it or a limit is set by it.
    private func minutes(at i: Int, behindHours: Bool, in text: EntityText) -> Int? {
        if text.has("分钟", at: i) { return 6 }
        let isLimit = text.length(ofOneOf: "内 之内 以内", at: i + 3) > 0
        return behindHours || isLimit ? 3 : nil
    }

    /// Whether 天 or 日 at `i` is a day: not of 天猫 or 天线, nor of the policy 7天无理由.
    private func isDay(at i: Int, in text: EntityText) -> Bool {
        if text.hasOne(of: "猫花线鹅然天", at: i + 3) { return false }
        // 7天内可无理由: a few words may stand between.
        for k in i + 3...i + 15 where text.has("无理由", at: k) { return false }
        return true
    }

    /// h, min, days and so on; s, d and m alone are models, dimensions and metres.
    private func latinUnit(at i: Int, in text: EntityText) -> (milliseconds: Int64, length: Int)? {
        var end = i
        while text.isLatin(end), end - i < 8 { end += 1 }
        guard end > i, !text.isDigit(end) else { return nil }
        let word = i..<end
        if text.isOne(of: "h hr hrs hour hours", word) { return (Self.hour, end - i) }
        if text.isOne(of: "min mins minute minutes", word) { return (60_000, end - i) }
        if text.isOne(of: "sec secs second seconds", word) { return (1000, end - i) }
        if text.isOne(of: "day days", word) { return (Self.day, end - i) }
        if text.isOne(of: "week weeks", word) { return (7 * Self.day, end - i) }
        return nil
    }
}
