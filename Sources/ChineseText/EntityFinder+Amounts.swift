extension EntityFinder {
    /// Reads a sum of money: ¥100, 12.5元, 3块5, 五十块钱, 1-2万元, 壹佰元. Its value is in fen; of $99
    /// and 100美元 it is in cents.
    ///
    /// 块 counts things as well: 一块 alone is none, and 二 to 九 are one only where nothing follows
    /// that could be counted.
    func amount(at i: Int, in text: EntityText) -> EntityStep {
        let symbol = text.length(ofOneOf: "¥ $ rmb cny", at: i)
        if symbol > 0, symbol < 3 || !text.isLatin(i - 1) {
            return amount(behindSymbol: i, length: symbol, in: text)
        }
        guard let first = text.numeral(at: i) ?? text.formalNumeral(at: i) else { return .skip(to: text.next(i)) }
        guard !first.isVague, !text.has("第", before: i) else { return .skip(to: first.end) }
        if let span = text.span(from: first), let sum = sum(span, from: i, in: text) {
            return .found(i..<sum.end, value: sum.fen, isProbable: sum.isVague)
        }
        guard let sum = sum(first, from: i, in: text) else { return .skip(to: first.end) }
        return .found(i..<sum.end, value: sum.fen, isProbable: sum.isVague)
    }

    private struct Sum {
        var fen: Int64
        var end: Int
        var isVague = false
    }

    private func amount(behindSymbol i: Int, length: Int, in text: EntityText) -> EntityStep {
        let start = text.afterSpace(i + length)
        guard text.isDigit(start), let first = text.numeral(at: start) else { return .skip(to: i + length) }
        guard !first.isVague else { return .skip(to: first.end) }
        var number = text.span(from: first) ?? first
        thousands(&number, in: text)
        var end = number.end
        if text.has("元", at: end), !text.hasOne(of: Self.yuanWords, at: end + 3) { end += 3 }
        return .found(i..<end, value: number.value / (Numeral.unit / 100))
    }

    /// 2w and 5k, which mean 万 and 千 before a unit.
    private func thousands(_ number: inout Numeral, in text: EntityText) {
        guard number.isArabic, number.isBelow(1_000_000), !text.isLatinOrDigit(number.end + 1) else { return }
        switch text[number.end] {
        case UInt8(ascii: "w"): number.value *= 10_000
        case UInt8(ascii: "k"): number.value *= 1000
        default: return
        }
        number.end += 1
    }

    /// The sum that a number and the unit behind it make; `start` is where the number begins.
    private func sum(_ number: Numeral, from start: Int, in text: EntityText) -> Sum? {
        var number = number
        thousands(&number, in: text)
        var result = Sum(fen: number.value / (Numeral.unit / 100), end: number.end)
        if text.hasOne(of: "多来", at: result.end) {
            result.isVague = true
            result.end += 3
        }
        let unit = text.afterSpace(result.end)
        result.end = unit + 3
        switch text.scalar(at: unit).scalar {
        case "元":
            guard !text.hasOne(of: Self.yuanWords, at: unit + 3), !isTerm(number, at: unit, in: text) else {
                return nil
            }
            change(&result, isBare: false, in: text)
        case "圆":
            // 圆桌 and 圆领 are things.
            guard !number.isBelow(10) || number.isArabic,
                closes(at: unit + 3, in: text) || text.hasOne(of: "整正", at: unit + 3)
            else { return nil }
        case "美":
            guard text.length(ofOneOf: "美元 美金", at: unit) > 0 else { return nil }
            result.end = unit + 6
        case "块":
            let isChanged = change(&result, isBare: true, in: text)
            guard isChanged || isMoney(number, from: start, unit: unit, in: text) else { return nil }
        case "毛", "角":
            guard number.isBelow(100), isSmallMoney(number, unit: unit, in: text) else { return nil }
            result.fen /= 10
            if !text.has("钱", at: result.end), let fen = digit(at: result.end, in: text), !counts(at: fen.end, in: text)
            {
                result.fen += fen.value
                result.end = fen.end
                if text.has("分", at: result.end) { result.end += 3 }
            }
        case "分":
            guard number.isBelow(100), text.has("钱", at: unit + 3) else { return nil }
            result.fen /= 100
        case "¥":
            guard !text.isDigit(unit + 2) else { return nil }
            result.end = unit + 2
        case "人":
            guard text.has("人民币", at: unit) else { return nil }
            result.end = unit + 9
        case "r", "c":
            guard text.length(ofOneOf: "rmb cny", at: unit) > 0, !text.isLatinOrDigit(unit + 3) else { return nil }
        default: return nil
        }
        if text.has("钱", at: result.end) { result.end += 3 }
        return result
    }

    /// What stands behind 元 in words that are no money: 元旦, 元素, 公元前.
    private static let yuanWords: StaticString = "旦素件宵年气首老月前"

    /// Whether a number and the 元 behind it name something: 一元化, 二元一次方程, 三元里, 三元催化.
    private func isTerm(_ number: Numeral, at unit: Int, in text: EntityText) -> Bool {
        guard !number.isArabic, number.isBelow(10) else { return false }
        let after = unit + 3
        switch number.value / Numeral.unit {
        case 2 where text.has("一次", at: after): return true
        case 3 where text.has("里", at: after) && !text.hasOne(of: "面头", at: after + 3): return true
        default:
            return text.length(ofOneOf: "论 方程 函数 催化 一次方程 一次函数 一次不等 二次 复始", at: after) > 0
                || (text.has("化", at: after) && !text.hasOne(of: "妆肥", at: after + 3))
        }
    }

    // MARK: - 块

    /// Whether 块 behind a number is money.
    private func isMoney(_ number: Numeral, from start: Int, unit: Int, in text: EntityText) -> Bool {
        let after = unit + 3
        if text.has("钱", at: after) { return true }
        // 一块 is "together", and iphone6块 a model with something.
        if (!number.isArabic && number.value == Numeral.unit) || (number.isArabic && text.isLatin(start - 1)) {
            return false
        }
        if !number.isBelow(10) {
            return !text.hasOne(of: "屏板砖布表腹糖地皂肉", at: after)
                && text.length(ofOneOf: "电池 电板 手表 肥皂 香皂 毛巾 巧克力 饼干 蛋糕 硬盘 内存 面膜", at: after) == 0
        }
        return closes(at: after, in: text)
    }

    /// Whether 毛 or 角 behind a number is money: 5毛, 五毛钱, but neither 五角星 nor 一毛一样.
    private func isSmallMoney(_ number: Numeral, unit: Int, in text: EntityText) -> Bool {
        let after = unit + 3
        if text.has("钱", at: after) { return true }
        guard number.isArabic else { return false }
        return closes(at: after, in: text) || digit(at: after, in: text) != nil
    }

    /// Whether no thing follows that could be counted: the end, punctuation, or a word of talk.
    private func closes(at i: Int, in text: EntityText) -> Bool {
        if text.isHan(i) { return text.hasOne(of: "吧了的呢吗啊呀哦噢就可行不也左以起一运邮优红券包差多贵够是啦嘛能还给每或", at: i) }
        return !text.isLatinOrDigit(i)
    }

    // MARK: - 角 and 分

    /// Adds what stands behind 元 or 块: 3块5, 3元5角2分, 三块半; says whether there is anything.
    ///
    /// A bare digit is 角, two are 分; behind 元 neither counts without its unit.
    @discardableResult
    private func change(_ sum: inout Sum, isBare: Bool, in text: EntityText) -> Bool {
        if isBare, text.has("半", at: sum.end), !text.hasOne(of: "价天年个小", at: sum.end + 3) {
            sum.fen += 50
            sum.end += 3
            return true
        }
        guard let first = digit(at: sum.end, in: text) else {
            let end = sum.end + 2
            guard isBare, text.digits(upTo: 3, from: sum.end) == 2, !counts(at: end, in: text) else { return false }
            sum.fen += Int64(text.number(sum.end..<end))
            sum.end = end
            return true
        }
        if text.hasOne(of: "角毛", at: first.end) {
            sum.fen += first.value * 10
            sum.end = first.end + 3
            if let second = digit(at: sum.end, in: text),
                isBare ? !counts(at: second.end, in: text) : text.has("分", at: second.end)
            {
                sum.fen += second.value
                sum.end = second.end + (text.has("分", at: second.end) ? 3 : 0)
            }
            return true
        }
        if text.has("分", at: first.end), !text.has("分钟", at: first.end) {
            sum.fen += first.value
            sum.end = first.end + 3
            return true
        }
        guard isBare, !counts(at: first.end, in: text) else { return false }
        sum.fen += first.value * 10
        sum.end = first.end
        return true
    }

    /// One digit that stands alone.
    private func digit(at i: Int, in text: EntityText) -> (value: Int64, end: Int)? {
        if text.isDigit(i) { return text.isDigit(i + 1) ? nil : (Int64(text[i] &- 0x30), i + 1) }
        // 两 counts things, too, but 毛, 角 and 分 only as money.
        if text.has("两", at: i), text.hasOne(of: "毛角分", at: i + 3) { return (2, i + 3) }
        return text.hanDigit(at: i).map { (Int64($0), i + 3) }
    }

    /// Whether a digit before `i` counts something of its own: 10块3双, 3块5折, 5块2.5.
    func counts(at i: Int, in text: EntityText) -> Bool {
        let next = text.afterSpace(i)
        if text.isHan(next) {
            return text.hasOne(of: "个件斤袋盒双支张瓶只片条套箱块天本根罐克两米号月日元点次折年小分秒周种款台部人万千百十半多", at: next)
                || (text.has("包", at: next) && !text.has("包邮", at: next))
        }
        return text.isLatinOrDigit(i) || (text[i] == UInt8(ascii: ".") && text.isDigit(i + 1))
            || text[i] == UInt8(ascii: "-")
    }
}
