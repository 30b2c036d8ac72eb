extension EntityFinder {
    /// Reads a phone number.
    ///
    /// Mobile: 11 digits from 13 to 19, solid or as 3-4-4, 4-4-3 or 3-3-5 with hyphens, dashes or
    /// spaces, with the country code or without. Landline: area code, then 7 or 8 digits behind a hyphen, space or bracket,
    /// with or without an extension; all in a row it is probable. Service: 400 and 800 numbers of
    /// ten digits.
    func phone(at i: Int, in text: EntityText) -> EntityStep {
        let isPlus = text[i] == UInt8(ascii: "+")
        let isBracket = text[i] == UInt8(ascii: "(")
        let start = isPlus || isBracket ? i + 1 : i
        guard text.isDigit(start) else { return .skip(to: i + 1) }
        let run = start..<text.digits(from: start)
        guard !text.isDigit(i - 1), !text.isDotted(run) else { return .skip(to: run.upperBound) }
        if !isBracket, let mobile = mobile(behindCountryCodeAt: start, in: text) {
            return .found(i..<mobile.end, isProbable: mobile.isMasked)
        }
        if !isPlus, let end = landline(at: start, inBrackets: isBracket, in: text) { return .found(i..<end) }
        // Without its country or area code the number may still be one.
        if start > i { return .skip(to: start) }
        if let mobile = mobile(at: start, in: text) {
            return .found(start..<mobile.end, isProbable: mobile.isMasked)
        }
        if isSolidLandline(run, in: text) { return .found(run, isProbable: true) }
        if let end = service(at: start, in: text) { return .found(start..<end) }
        return .skip(to: run.upperBound)
    }

    /// A mobile number at the first of its digits.
    func mobile(at start: Int, in text: EntityText) -> (end: Int, isMasked: Bool)? {
        guard text[start] == UInt8(ascii: "1"), text[start + 1] &- UInt8(ascii: "3") < 7 else { return nil }
        let length = text.digits(upTo: 12, from: start)
        if length == 11 {
            let end = start + 11
            return text.isDotted(start..<end) ? nil : (end, false)
        }
        if length == 4 { return rareGroups(4, 4, 3, at: start, in: text).map { ($0, false) } }
        guard length == 3 else { return nil }
        if let end = masked(at: start, in: text) { return (end, true) }
        if let end = groups(3, 4, 4, at: start, in: text) ?? rareGroups(3, 3, 5, at: start, in: text) {
            return (end, false)
        }
        guard isJoint(start + 3, in: text), isJoint(start + 8, in: text), isMask(start + 4..<start + 8, in: text),
            text.digits(upTo: 5, from: start + 9) == 4, !continues(start + 13, in: text)
        else { return nil }
        return (start + 13, true)
    }

    /// Where three groups of so many digits end, each but the first behind a hyphen, dash or space.
    private func groups(_ first: Int, _ second: Int, _ third: Int, at start: Int, in text: EntityText) -> Int? {
        let joint = start + first
        let next = joint + jointLength(joint, in: text)
        let lastJoint = next + second
        let last = lastJoint + jointLength(lastJoint, in: text)
        guard next > joint, last > lastJoint, text.digits(upTo: first + 1, from: start) == first,
            text.digits(upTo: second + 1, from: next) == second, text.digits(upTo: third + 1, from: last) == third,
            !continues(last + third, in: text)
        else { return nil }
        return last + third
    }

    /// Groups that prices in a row have as well: 1399 1599 199 元, 1399 1599 199 99.
    private func rareGroups(_ first: Int, _ second: Int, _ third: Int, at start: Int, in text: EntityText) -> Int? {
        guard let end = groups(first, second, third, at: start, in: text) else { return nil }
        let after = text.afterSpace(end)
        // A country code may stand before it.
        let isBehindNumber =
            isJoint(start - 1, in: text) && text.isDigit(start - 2) && !text.has("86", before: start - 1)
        let isRow = text.isDigit(after) || isBehindNumber
        return isRow || text.hasOne(of: "元块件个米克码", at: after) ? nil : end
    }

    /// 138****1234, with 4–6 stars or the letter x, in the place of 11 digits.
    private func masked(at start: Int, in text: EntityText) -> Int? {
        let mask = text[start + 3]
        guard mask == UInt8(ascii: "*") || mask == UInt8(ascii: "x") else { return nil }
        var stars = start + 3
        while text[stars] == mask, stars - start < 10 { stars += 1 }
        let end = start + 11
        guard stars - start - 3 >= 4, stars - start - 3 <= 6, stars + text.digits(upTo: 8, from: stars) == end,
            text[end] != mask
        else { return nil }
        return end
    }

    private func isMask(_ range: Range<Int>, in text: EntityText) -> Bool {
        range.allSatisfy { text[$0] == UInt8(ascii: "*") } || range.allSatisfy { text[$0] == UInt8(ascii: "x") }
    }

    private func mobile(behindCountryCodeAt start: Int, in text: EntityText) -> (end: Int, isMasked: Bool)? {
        let code = text.length(ofOneOf: "0086 86", at: start)
        guard code > 0 else { return nil }
        var next = start + code
        if isJoint(next, in: text) || text[next] == UInt8(ascii: ")") { next += 1 }
        return mobile(at: next, in: text)
    }

    /// Area codes begin with 0, subscribers' numbers with 2–9.
    private func landline(at start: Int, inBrackets: Bool, in text: EntityText) -> Int? {
        guard text[start] == UInt8(ascii: "0"), text[start + 1] != UInt8(ascii: "0") else { return nil }
        let area = text.digits(upTo: 5, from: start)
        guard area == 3 || area == 4 else { return nil }
        var next = start + area
        if inBrackets {
            guard text[next] == UInt8(ascii: ")") else { return nil }
            next += 1
            if isJoint(next, in: text) { next += 1 }
        } else {
            guard isJoint(next, in: text) else { return nil }
            next += 1
        }
        guard text[next] &- UInt8(ascii: "2") < 8 else { return nil }
        let length = text.digits(upTo: 9, from: next)
        var end = next + length
        if length == 3 || length == 4, isJoint(end, in: text), text.digits(upTo: 5, from: end + 1) == 4 {
            end += 5
        } else if length != 7, length != 8 {
            return nil
        }
        if text[end] == UInt8(ascii: "-") {
            let digits = text.digits(upTo: 7, from: end + 1)
            if (1...6).contains(digits) { end += 1 + digits }
        }
        return continues(end, in: text) ? nil : end
    }

    /// Area code and number in a row: 010 and 02x before eight digits, 03xx to 09xx before seven or eight.
    private func isSolidLandline(_ run: Range<Int>, in text: EntityText) -> Bool {
        let start = run.lowerBound
        guard text[start] == UInt8(ascii: "0") else { return false }
        let isShort = text.has("010", at: start) || text.has("02", at: start)
        let length = run.count - (isShort ? 3 : 4)
        return (isShort ? length == 8 : length == 7 || length == 8) && text[start + 1] != UInt8(ascii: "0")
            && (isShort || text[start + 1] != UInt8(ascii: "1"))
            && text[run.upperBound - length] &- UInt8(ascii: "2") < 8
    }

    /// Ten digits from 400 or 800, solid, 3-7, 3-3-4 or 3-4-3.
    private func service(at start: Int, in text: EntityText) -> Int? {
        guard text.length(ofOneOf: "400 800", at: start) > 0 else { return nil }
        let first = text.digits(upTo: 11, from: start)
        if first == 10 { return start + 10 }
        guard first == 3, isJoint(start + 3, in: text) else { return nil }
        let second = text.digits(upTo: 8, from: start + 4)
        var end = start + 4 + second
        if second == 3 || second == 4 {
            guard isJoint(end, in: text), text.digits(upTo: 8, from: end + 1) == 7 - second else { return nil }
            end += 1 + 7 - second
        } else if second != 7 {
            return nil
        }
        return continues(end, in: text) ? nil : end
    }

    /// What stands between the groups of a number.
    func isJoint(_ i: Int, in text: EntityText) -> Bool {
        text[i] == UInt8(ascii: "-") || text[i] == 0x20
    }

    /// The length of what stands between the groups of a mobile number, an en dash included; 0 without it.
    private func jointLength(_ i: Int, in text: EntityText) -> Int {
        isJoint(i, in: text) ? 1 : text.has("–", at: i) ? 3 : 0
    }

    /// Whether a number in groups goes on at `i`.
    private func continues(_ i: Int, in text: EntityText) -> Bool {
        text.isDigit(i) || (text[i] == UInt8(ascii: "-") && text.isDigit(i + 1))
            || (text.has("–", at: i) && text.isDigit(i + 3))
    }
}
