extension EntityFinder {
    /// Reads a bank card, solid or in groups of four; masked ones keep four digits at the end.
    ///
    /// One in ten article numbers of that length passes the Luhn check, too: behind 商品编号 there is no card.
    func bankCard(at i: Int, in text: EntityText) -> EntityStep {
        guard let run = maskedRun(at: i, in: text) else { return .skip(to: i + 1) }
        let end = run.range.upperBound
        if run.range.count == 4, let card = groupedCard(at: i, in: text) {
            if isBehindOrderCue(i, orArticle: true, in: text) { return .skip(to: card.range.upperBound) }
            return .found(card.range, isProbable: card.isMasked)
        }
        let hasHead = run.head == 0 || run.head == 4 || run.head == 6
        let isMasked = hasHead && run.stars >= 6 && run.tail == 4 && !isMaskedIdentity(run, in: text)
        guard (16...19).contains(run.range.count), !text.isLatin(end), !text.isDotted(run.range),
            run.stars == 0 ? isBankCard(run.range, in: text) : isMasked,
            !isBehindOrderCue(i, orArticle: true, in: text)
        else { return .skip(to: end) }
        return .found(run.range, isProbable: isMasked)
    }

    /// Reads an identity card, solid or in groups of 6, 8 and 4; one of the old form, or masked, is probable.
    func identityCard(at i: Int, in text: EntityText) -> EntityStep {
        guard let run = maskedRun(at: i, in: text) else { return .skip(to: i + 1) }
        let end = run.range.upperBound
        if run.range.count == 6, let card = groupedIdentityCard(at: i, in: text) {
            return isBehindOrderCue(i, in: text) ? .skip(to: card.upperBound) : .found(card)
        }
        let whole = withCheckLetter(run.range, in: text)
        let isMasked = run.stars > 0 && isMaskedIdentity(run, in: text)
        let isOld = run.stars == 0 && isOldIdentityCard(whole, in: text)
        guard isMasked || isOld || (run.stars == 0 && isIdentityCard(whole, in: text)),
            !text.isLatinOrDigit(whole.upperBound), !text.isDotted(run.range), !isBehindOrderCue(i, in: text)
        else { return .skip(to: end) }
        return .found(whole, isProbable: isMasked || isOld)
    }

    /// Reads an order or waybill number. There is no check digit, so each is probable.
    ///
    /// Behind a cue 6–30 digits count, up to four letters in front included (sf1234567890123), and
    /// what a masked archive left of them (8****).
    func orderNumber(at i: Int, in text: EntityText) -> EntityStep {
        guard text.isLatinOrDigit(i) else { return .skip(to: i + 1) }
        var start = i
        while text.isLatin(start) { start += 1 }
        let run = start..<text.digits(from: start)
        if start == i, text[run.upperBound] == UInt8(ascii: "*") {
            guard let masked = maskedRun(at: i, in: text) else { return .skip(to: run.upperBound) }
            let isOrder = masked.stars >= 2 && masked.range.count <= 30 && isBehindOrderCue(i, in: text)
            return isOrder ? .found(masked.range, isProbable: true) : .skip(to: masked.range.upperBound)
        }
        // Letters and digits in turn are a model or a hash; read on behind all of it.
        guard !run.isEmpty, !text.isLatinOrDigit(i - 1), !text.isLatin(run.upperBound), !text.isDotted(run) else {
            return .skip(to: max(run.upperBound, i + 1))
        }
        if start - i <= 4, (6...30).contains(run.count), isBehindOrderCue(i, in: text) {
            return .found(i..<run.upperBound, isProbable: true)
        }
        guard start == i, (15...20).contains(run.count), text[i - 1] != UInt8(ascii: "*"),
            !isBankCard(run, in: text), !isIdentityCard(run, in: text), !isOldIdentityCard(run, in: text),
            !isPhone(run, in: text)
        else { return .skip(to: run.upperBound) }
        return .found(run, isProbable: true)
    }

    // MARK: - What digits are

    /// Solid digits that pass the Luhn check, are not all the same, and are no identity card.
    func isBankCard(_ run: Range<Int>, in text: EntityText) -> Bool {
        (16...19).contains(run.count) && isCardNumber(text.bytes[run]) && !isIdentityCard(run, in: text)
    }

    /// 8888888888888888 passes the Luhn check and is no card.
    private func isCardNumber(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        PersonalData.passesLuhn(digits) && digits.contains { $0 != digits.first }
    }

    /// 18 characters by GB 11643: a province, a birthday and the check digit.
    func isIdentityCard(_ run: Range<Int>, in text: EntityText) -> Bool {
        run.count == 18 && hasProvince(run.lowerBound, in: text)
            && isBirthday(text.number(run.lowerBound + 6..<run.lowerBound + 14), in: 1850...2099)
            && PersonalData.hasIdentityCheckDigit(text.bytes[run])
    }

    /// 15 digits, the birthday with two digits for its year.
    func isOldIdentityCard(_ run: Range<Int>, in text: EntityText) -> Bool {
        run.count == 15 && hasProvince(run.lowerBound, in: text) && text.isDigit(run.upperBound - 1)
            && isBirthday(19_000_000 + text.number(run.lowerBound + 6..<run.lowerBound + 12), in: 1900...1999)
    }

    private func isPhone(_ run: Range<Int>, in text: EntityText) -> Bool {
        if case .found = phone(at: run.lowerBound, in: text) { return true }
        return false
    }

    /// The first two digits of GB/T 2260: provinces, Taiwan, Hong Kong and Macau, and 83 of residence permits.
    private func hasProvince(_ i: Int, in text: EntityText) -> Bool {
        switch text.number(i..<i + 2) {
        case 11...15, 21...23, 31...37, 41...46, 50...54, 61...65, 71, 81...83: true
        default: false
        }
    }

    /// Whether a number such as 19491231 is a day.
    private func isBirthday(_ number: Int, in years: ClosedRange<Int>) -> Bool {
        years.contains(number / 10_000) && number % 100 > 0
            && number % 100 <= EntityFinder.days(inMonth: number / 100 % 100, of: number / 10_000)
    }

    // MARK: - Runs

    private struct MaskedRun {
        /// Digits and asterisks.
        let range: Range<Int>
        let head: Int
        let stars: Int
        let tail: Int
    }

    /// The run of digits and asterisks that begins at `i`.
    ///
    /// `stars` counts those in a row behind the head; a run of another shape has no tail that fits.
    private func maskedRun(at i: Int, in text: EntityText) -> MaskedRun? {
        func isPart(_ k: Int) -> Bool { text.isDigit(k) || text[k] == UInt8(ascii: "*") }
        guard isPart(i), !isPart(i - 1) else { return nil }
        let head = text.digits(from: i) - i
        var stars = i + head
        while text[stars] == UInt8(ascii: "*") { stars += 1 }
        let tail = text.digits(from: stars)
        var end = tail
        while isPart(end) { end += 1 }
        return MaskedRun(
            range: i..<end, head: head, stars: stars - i - head, tail: end == tail ? tail - stars : 0)
    }

    /// With the letter that stands for ten as check digit.
    private func withCheckLetter(_ run: Range<Int>, in text: EntityText) -> Range<Int> {
        run.count == 17 && text[run.upperBound] == UInt8(ascii: "x") ? run.lowerBound..<run.upperBound + 1 : run
    }

    private func isMaskedIdentity(_ run: MaskedRun, in text: EntityText) -> Bool {
        let whole = withCheckLetter(run.range, in: text)
        let tail = run.tail + whole.count - run.range.count
        return whole.count == 18 && (1...6).contains(run.head) && run.stars >= 8 && (1...4).contains(tail)
            && (run.head == 1 || hasProvince(run.range.lowerBound, in: text))
    }

    /// 4-4-4-4 with one space or hyphen between, and up to three digits more.
    private func groupedCard(at i: Int, in text: EntityText) -> (range: Range<Int>, isMasked: Bool)? {
        func group(_ start: Int) -> Int {
            var length = 0
            while length < 5, text.isDigit(start + length) || text[start + length] == UInt8(ascii: "*") { length += 1 }
            return length
        }
        var end = i + 4
        for _ in 0..<3 {
            guard isJoint(end, in: text), group(end + 1) == 4 else { return nil }
            end += 5
        }
        // The longer reading first: a card of 19 digits has a group of three behind.
        let more = isJoint(end, in: text) ? group(end + 1) : 0
        if (1...3).contains(more), let isMasked = isCard(i..<end + 1 + more, in: text) {
            return (i..<end + 1 + more, isMasked)
        }
        return isCard(i..<end, in: text).map { (i..<end, $0) }
    }

    /// 110105 19491231 002x, with one space or hyphen between.
    private func groupedIdentityCard(at i: Int, in text: EntityText) -> Range<Int>? {
        let last = i + 16
        let end = last + text.digits(upTo: 5, from: last) + (text[last + 3] == UInt8(ascii: "x") ? 1 : 0)
        guard isJoint(i + 6, in: text), text.digits(upTo: 9, from: i + 7) == 8, isJoint(i + 15, in: text),
            end == last + 4, !text.isLatinOrDigit(end), hasProvince(i, in: text),
            isBirthday(text.number(i + 7..<i + 15), in: 1850...2099)
        else { return nil }
        let characters = text.bytes[i..<end].lazy.filter { $0 != UInt8(ascii: "-") && $0 != 0x20 }
        return PersonalData.hasIdentityCheckDigit(characters) ? i..<end : nil
    }

    /// Whether groups of digits are a card, and if so, whether it is masked; nil where it is none.
    private func isCard(_ range: Range<Int>, in text: EntityText) -> Bool? {
        guard !text.isLatinOrDigit(range.upperBound) else { return nil }
        let digits = text.bytes[range].lazy.filter { $0 != UInt8(ascii: "-") && $0 != 0x20 }
        let star = UInt8(ascii: "*")
        guard digits.contains(star) else { return isCardNumber(digits) ? false : nil }
        let isHidden = text.isDigit(range.lowerBound) || digits.dropLast(4).allSatisfy { $0 == star }
        return isHidden && !digits.suffix(4).contains(star) ? true : nil
    }

    /// Whether what begins at `i` stands behind 订单号, 运单号 and the like, or what an article's number is called.
    private func isBehindOrderCue(_ i: Int, orArticle: Bool = false, in text: EntityText) -> Bool {
        var end = i
        while i - end <= EntityGap.limit {
            if text.hasOne(ofWords: "单号 订单 运单 订单编号 退款编号 交易号 流水号", before: end) { return true }
            if orArticle, text.hasOne(ofWords: "商品编号 商品号 商品id 货号 款号 型号 条码 条形码 序列号", before: end) {
                return true
            }
            let (scalar, length) = text.scalar(before: end)
            guard length > 0, EntityGap.isSeparator(scalar) || EntityGap.isLink(scalar) else { return false }
            end -= length
        }
        return false
    }
}
