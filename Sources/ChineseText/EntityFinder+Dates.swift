extension EntityFinder {
    /// Reads a day, week, month or year: 明天, 下周五, 3月5日, 2026-03-05, 月底.
    ///
    /// 3号 names doors, metro lines and shades, too: it is a day only beside words that suit one.
    /// Holidays and sales (双11, 国庆) are none.
    func date(at i: Int, in text: EntityText) -> EntityStep {
        if text[i] < 0x80 {
            guard text.isDigit(i) else { return .skip(to: i + 1) }
            let run = i..<text.digits(from: i)
            // Neither of a model nor of a version.
            let isWhole = !text.isLatinOrDigit(i - 1) && !text.isDotted(i..<i)
            if isWhole, let end = impossibleDay(at: i, in: text) { return .skip(to: end) }
            guard isWhole, let end = digitDate(run, in: text) else { return .skip(to: run.upperBound) }
            return .found(i..<end)
        }
        if let end = dayWord(at: i, in: text) ?? weekOrMonth(at: i, in: text) { return .found(i..<end) }
        guard text.isHan(i), let number = text.numeral(at: i) else { return .skip(to: text.next(i)) }
        if let end = impossibleDay(at: i, in: text) { return .skip(to: end) }
        guard !number.isVague, number.isBelow(10_000), number.value % Numeral.unit == 0,
            let end = hanDate(number, from: i, in: text)
        else { return .skip(to: number.end) }
        return .found(i..<end)
    }

    /// Days of a month, without a year those of a leap year; 0 for what is no month.
    static func days(inMonth month: Int, of year: Int? = nil) -> Int {
        switch month {
        case 2: year.map { $0 % 4 == 0 && ($0 % 100 != 0 || $0 % 400 == 0) } ?? true ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1, 3, 5, 7, 8, 10, 12: 31
        default: 0
        }
    }

    // MARK: - Numbers

    private func digitDate(_ run: Range<Int>, in text: EntityText) -> Int? {
        let number = text.number(run)
        let after = text.afterSpace(run.upperBound)
        if run.count == 4, (1900...2099).contains(number) {
            if let end = dashedDate(behindYear: run, in: text) { return end }
            guard text.has("年", at: after) else { return nil }
            return month(at: after + 3, in: text) ?? after + 3
        }
        guard run.count <= 2 else { return nil }
        if text.has("年", at: run.upperBound) { return month(at: run.upperBound + 3, in: text) }
        return monthOrDay(number, from: run.lowerBound, unit: after, isArabic: true, in: text)
    }

    private func hanDate(_ number: Numeral, from start: Int, in text: EntityText) -> Int? {
        let value = Int(number.value / Numeral.unit)
        if text.has("年", at: number.end), (1900...2099).contains(value) {
            return month(at: number.end + 3, in: text) ?? number.end + 3
        }
        return monthOrDay(value, from: start, unit: number.end, isArabic: false, in: text)
    }

    /// Month and day behind a year, both with the mark that stands there: 2026-03-05.
    private func dashedDate(behindYear year: Range<Int>, in text: EntityText) -> Int? {
        let i = year.upperBound
        let mark = text[i]
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") || mark == UInt8(ascii: ".") else { return nil }
        let month = i + 1..<i + 1 + text.digits(upTo: 3, from: i + 1)
        guard (1...2).contains(month.count), text[month.upperBound] == mark else { return nil }
        let day = month.upperBound + 1..<month.upperBound + 1 + text.digits(upTo: 3, from: month.upperBound + 1)
        let value = text.number(day)
        guard (1...2).contains(day.count), value >= 1,
            value <= Self.days(inMonth: text.number(month), of: text.number(year)),
            !(text[day.upperBound] == mark && text.isDigit(day.upperBound + 1))
        else { return nil }
        return day.upperBound
    }

    /// A month behind a year, with its day where that follows.
    private func month(at i: Int, in text: EntityText) -> Int? {
        let start = text.afterSpace(i)
        guard let number = whole(at: start, below: 13, in: text) else { return nil }
        let unit = text.afterSpace(number.end)
        guard text.has("月", at: unit) else { return nil }
        return day(ofMonth: number.value, at: unit + 3, isArabic: text.isDigit(start), in: text) ?? unit + 3
    }

    /// 3月…, 3日 or 3号.
    private func monthOrDay(_ number: Int, from start: Int, unit: Int, isArabic: Bool, in text: EntityText) -> Int? {
        guard number >= 1, number <= 31 else { return nil }
        switch text.scalar(at: unit).scalar {
        case "月":
            guard number <= 12, !text.has("第", before: start) else { return nil }
            let end = unit + 3
            if let day = day(ofMonth: number, at: end, isArabic: isArabic, in: text) { return day }
            // 一月一次 is a rate, 3月龄 an age.
            return isArabic && !text.hasOne(of: "龄大亮球饼经嫂", at: end) ? end : nil
        case "日":
            // 三日 is a length; 3日内 one, too; 7日无理由 a policy, 30日元 money, 30日抛 a lens.
            let isOther =
                text.hasOne(of: "内之以无游达元本系式语韩抛", at: unit + 3) || text.hasOne(of: "第每", before: start)
            return isArabic && !isOther ? unit + 3 : nil
        case "号": return isDayOfMonth(from: start, end: unit + 3, in: text) ? unit + 3 : nil
        default: return nil
        }
    }

    /// The day behind 月: 5日, 5号, a bare 5 in digits, or 底, 初, 中旬 and the like.
    private func day(ofMonth month: Int, at i: Int, isArabic: Bool, in text: EntityText) -> Int? {
        let word = text.length(ofOneOf: "份 底 初 末 上旬 中旬 下旬", at: i)
        if word > 0 { return i + word }
        let start = text.afterSpace(i)
        guard let day = whole(at: start, below: 32, in: text), day.value >= 1, day.value <= Self.days(inMonth: month)
        else { return nil }
        let unit = text.afterSpace(day.end)
        if text.hasOne(of: "日号", at: unit) { return unit + 3 }
        // 10月1-7号.
        if let last = text.afterDash(day.end), let lastDay = whole(at: last, below: 32, in: text),
            text.hasOne(of: "日号", at: lastDay.end)
        {
            return lastDay.end + 3
        }
        return isArabic && text.isDigit(start) && start == i && !counts(at: day.end, in: text) ? day.end : nil
    }

    /// Where a day ends that no calendar has, its year and month included: 2月30日, 13月1日, 2026年2月29日.
    ///
    /// What it is made of (30日, 2月) is no date of its own.
    private func impossibleDay(at i: Int, in text: EntityText) -> Int? {
        guard var month = whole(at: i, below: 10_000, in: text) else { return nil }
        var year: Int?
        let afterYear = text.afterSpace(month.end)
        if text.has("年", at: afterYear) {
            year = month.value < 100 ? 2000 + month.value : month.value
            guard let next = whole(at: text.afterSpace(afterYear + 3), below: 100, in: text) else { return nil }
            month = next
        }
        let unit = text.afterSpace(month.end)
        guard month.value < 100, text.has("月", at: unit),
            let day = whole(at: text.afterSpace(unit + 3), below: 100, in: text)
        else { return nil }
        var last = day
        if let upper = text.afterDash(day.end).flatMap({ whole(at: $0, below: 100, in: text) }),
            text.hasOne(of: "日号", at: upper.end)
        {
            last = upper
        }
        let end = text.afterSpace(last.end) + 3
        // 3月38号鞋 is a month and a size.
        guard text.hasOne(of: "日号", at: end - 3), text.has("日", at: end - 3) || !text.hasOne(of: "鞋码色楼线床", at: end)
        else { return nil }
        let days = Self.days(inMonth: month.value, of: year)
        return day.value >= 1 && max(day.value, last.value) <= days ? nil : end
    }

    private func whole(at i: Int, below limit: Int64, in text: EntityText) -> (value: Int, end: Int)? {
        guard let number = text.numeral(at: i), !number.isVague, number.isBelow(limit), number.value % Numeral.unit == 0
        else { return nil }
        return (Int(number.value / Numeral.unit), number.end)
    }

    /// Whether 号 is of a day, judged by its neighbours.
    private func isDayOfMonth(from start: Int, end: Int, in text: EntityText) -> Bool {
        if text.hasOne(of: "路街弄巷道村里院区坊庄镇楼段第服工编站园座室单型货账栋幢层口线机馆铁色尺", before: start) { return false }
        if text.hasOne(ofWords: "型号 色号 货号 编号 工号", before: start) { return false }
        if text.isLatin(start - 1) || text[start - 1] == UInt8(ascii: "#") { return false }
        // 1号楼5-2号 is an address, 3-5号发货 a span of days.
        let isSpan = text[start - 1] == UInt8(ascii: "-") && text.isDigit(start - 2)
        guard text.isHan(end) else { return !isSpan && !text.isLatinOrDigit(end) }
        return text.hasOne(of: "前后之到左早上下中晚发送能会可才就的了吗呢吧啊呀哦凌以开给寄出收回再买拍签安预至我你您他还是不都也周星那应即要去付申退换取", at: end)
    }

    // MARK: - Words

    /// 今天, 明日, 大后天 and the like.
    private func dayWord(at i: Int, in text: EntityText) -> Int? {
        let second = i + 3
        let isDay: Bool
        switch text.scalar(at: i).scalar {
        case "今": isDay = text.hasOne(of: "天日晚早晨儿", at: second)
        case "明":
            // 声明日期; 说明 天猫.
            isDay =
                text.hasOne(of: "天日晚早晨儿", at: second) && !(text.has("说", before: i) && text.has("猫", at: second + 3))
        case "昨": isDay = text.hasOne(of: "天日晚", at: second)
        case "次": isDay = text.has("日", at: second)
        case "隔": isDay = text.hasOne(of: "天日", at: second)
        case "当": isDay = text.hasOne(of: "天日晚", at: second) && !text.hasOne(of: "相适应", before: i)
        // 以后天天, 售后天猫, 目前天气.
        case "后": isDay = text.has("天", at: second) && !text.hasOne(of: "以之最然售往今先", before: i)
        case "前": isDay = text.has("天", at: second) && !text.hasOne(of: "以之目提当", before: i)
        case "大": return text.length(ofOneOf: "大后天 大前天", at: i) > 0 ? i + 9 : nil
        default: return nil
        }
        return isDay && !text.has("日期", at: second) ? second + 3 : nil
    }

    /// 周五, 下周三, 周末, 这个月, 月底.
    private func weekOrMonth(at i: Int, in text: EntityText) -> Int? {
        switch text.scalar(at: i).scalar {
        case "周", "星", "礼":
            // 一周一次 has no Monday, 周四周五 a Friday.
            let isCounted =
                text.hasOne(of: "一二两三四五六七八九十几", before: i)
                && !text.hasOne(ofWords: "周 星期 礼拜", before: i - 3)
            return isCounted ? nil : weekday(at: i, in: text)
        case "月": return text.hasOne(of: "底初末", at: i + 3) ? i + 6 : nil
        case "上", "下", "本", "这": break
        default: return nil
        }
        var end = i + 3
        // 下下周.
        if text.hasOne(of: "上下", at: i), text.has("上上", at: i) || text.has("下下", at: i) { end += 3 }
        let hasCounter = text.has("个", at: end)
        if hasCounter { end += 3 }
        if let day = weekday(at: end, in: text) { return day }
        if text.has("月", at: end) {
            return text.hasOne(of: "底初末", at: end + 3) ? end + 6 : end + 3
        }
        let week = text.length(ofOneOf: "周 星期 礼拜", at: end)
        // 以下周边, 一下周转.
        guard week > 0, !text.hasOne(of: "以一", before: i), !text.hasOne(of: "边围到岁年期转折", at: end + week) else {
            return nil
        }
        return end + week
    }

    /// 周五, 星期天, 礼拜3, 周末.
    private func weekday(at i: Int, in text: EntityText) -> Int? {
        let week = text.length(ofOneOf: "周 星期 礼拜", at: i)
        guard week > 0 else { return nil }
        let day = i + week
        if text.isDigit(day) {
            let isDay = text[day] &- 0x31 < 7 && !counts(at: day + 1, in: text)
            return isDay ? day + 1 : nil
        }
        // 每周一次; 周六福 is a jeweller.
        let isDay =
            text.hasOne(of: "一二三四五六日天末", at: day) && !text.hasOne(of: "次回趟", at: day + 3)
            && !text.has("周六福", at: i)
        return isDay ? day + 3 : nil
    }
}
