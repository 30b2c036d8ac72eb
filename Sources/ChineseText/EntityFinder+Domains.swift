/// Which hosts there are: letters of any script behind `://`, and endings that need no scheme.
extension EntityFinder {
    /// Letters that are not ASCII, of a host in any script: the length of the one at `i`, or 0.
    func foreignLetter(at i: Int, in text: EntityText) -> Int {
        guard text[i] >= 0x80 else { return 0 }
        let (scalar, length) = text.scalar(at: i)
        return scalar.properties.isAlphabetic ? length : 0
    }

    /// Where the host ends that begins at `i`, behind `://` or an @; nil where none does.
    ///
    /// Letters behind an ASCII name are of the host only where a label follows that could end one:
    /// `taobao.com.例子.cn` leads to 例子.cn, `taobao.com请点击` to taobao.com.
    func hostEnd(at i: Int, in text: EntityText) -> Int? {
        var end = i
        if text.isLatinOrDigit(i) {
            end = hostRun(at: i, in: text)
        } else if let first = foreignHost(at: i, in: text) {
            end = first
        } else {
            return nil
        }
        while end - i <= 253, let next = foreignHost(at: end, in: text) { end = next }
        return end
    }

    /// Where a host has come to that goes on with a letter which is not ASCII; nil where it does not go on.
    ///
    /// Behind a point, a hyphen or an @ the label may mix scripts; behind a letter it is prose unless a
    /// label follows right behind its letters.
    func foreignHost(at i: Int, in text: EntityText) -> Int? {
        var start = i
        var isMixed = !text.isLatinOrDigit(i - 1)
        while foreignLetter(at: start, in: text) > 0, start - i <= 253 {
            let isBehindPoint = start > i || text[i - 1] == UInt8(ascii: ".")
            let ending = isBehindPoint ? text.length(ofOneOf: Self.nationalEndings, at: start) : 0
            var end = start
            while end - start <= 253 {
                let letter = foreignLetter(at: end, in: text)
                let isOther = isMixed && (text.isLatinOrDigit(end) || text[end] == UInt8(ascii: "-"))
                guard letter > 0 || isOther else { break }
                end += max(letter, 1)
            }
            let next = end + 1
            if text[end] == UInt8(ascii: "."), text.isLatinOrDigit(next) {
                let run = trimmed(next..<hostRun(at: next, in: text), in: text)
                let last = lastLabel(run, in: text)
                if text.isLatin(last.lowerBound), last.count >= 2 { return run.upperBound }
            }
            guard text[end] == UInt8(ascii: "."), foreignLetter(at: next, in: text) > 0 else {
                return ending > 0 ? start + ending : nil
            }
            isMixed = true
            start = next
        }
        return nil
    }

    /// A domain without a scheme under 中国 and the like, whose point ends a run of host characters.
    ///
    /// A point before such a word ends a sentence as well: the name is of three characters or more
    /// with a letter among them, and no letter follows.
    func nationalDomain(_ run: Range<Int>, in text: EntityText) -> Range<Int>? {
        let ending = nationalEnding(at: run.upperBound, in: text)
        guard ending > 0, run.count >= 4, text.isLatinOrDigit(run.upperBound - 2),
            run.contains(where: { text.isLatin($0) })
        else { return nil }
        return run.lowerBound..<run.upperBound + ending
    }

    /// The length of 中国 or the like behind a point, with no letter behind it; 0 without one.
    func nationalEnding(at i: Int, in text: EntityText) -> Int {
        guard text[i - 1] == UInt8(ascii: ".") else { return 0 }
        let length = text.length(ofOneOf: Self.nationalEndings, at: i)
        guard length > 0, foreignLetter(at: i + length, in: text) == 0, !text.isLatinOrDigit(i + length) else {
            return 0
        }
        return length
    }

    /// Top-level domains in Han that anyone may register under.
    private static let nationalEndings: StaticString = "中国 公司 网络"

    func lastLabel(_ host: Range<Int>, in text: EntityText) -> Range<Int> {
        var start = host.upperBound
        while start > host.lowerBound, text[start - 1] != UInt8(ascii: ".") { start -= 1 }
        return start..<host.upperBound
    }

    /// Whether a host without a scheme is meant as one.
    ///
    /// Endings that are words as well (me, pro, live) count with a path or a third label only.
    func isDomain(_ host: Range<Int>, hasPath: Bool, in text: EntityText) -> Bool {
        let last = lastLabel(host, in: text)
        guard last.lowerBound > host.lowerBound, text.isLatin(last.lowerBound), last.count >= 2 else { return false }
        if text.has("www.", at: host.lowerBound) { return true }
        let name = host.lowerBound..<last.lowerBound - 1
        let hasThree = name.contains { text[$0] == UInt8(ascii: ".") }
        // .NET has names that look like domains.
        if !hasPath, text.isOne(of: "asp.net ado.net vb.net", host) { return false }
        if text.isOne(of: EntityFinder.domains, last) { return true }
        return (hasPath || hasThree) && text.isOne(of: EntityFinder.wordDomains, last)
    }

    /// Top-level domains that nothing else in a chat ends with.
    private static let domains: StaticString = """
        com cn net org edu gov hk tw cc biz info mobi xyz vip shop club site online store icu ltd wang \
        top jp kr uk us de fr ru ca au eu sg pw asia
        """

    /// Top-level domains that are words or file endings as well.
    private static let wordDomains: StaticString = """
        me tv co io ai im so la ws sh pro app link ink fun pub work group live tech cloud win run kim red art \
        design love life world today ren video press wiki space host website mo my th vn ph id in it es ly gg \
        to name news fit
        """
}
