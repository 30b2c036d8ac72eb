extension EntityFinder {
    /// Reads the name of a WeChat account: 6–20 of `[a-z][a-z0-9_-]` behind a cue, or `wxid_…`.
    ///
    /// A name of letters alone is a word as likely as not (微信 iphone): it needs 号, 是, a colon or
    /// the like before it, or a cue that asks to be added.
    func wechatID(at i: Int, in text: EntityText) -> EntityStep {
        let followsLatin = text.isLatinOrDigit(i - 1)
        if !followsLatin, text.has("wxid_", at: i) {
            let end = nameEnd(i, limit: 30, in: text)
            if (12...30).contains(end - i), endsName(end, in: text) { return .found(i..<end) }
        }
        let latin = followsLatin ? 0 : text.length(ofOneOf: "weixin wechat vx wx v信 v:", at: i)
        // Cues that ask to be added; 加我 alone is said of more than WeChat.
        let asking = text.length(ofOneOf: "加我vx 加我wx 加vx 加wx 加v 加微信 加微 +vx +wx +v", at: i)
        let cue = max(latin, asking, text.length(ofOneOf: "微信 薇信 加我", at: i))
        guard cue > 0 else { return .skip(to: text.next(i)) }
        // 微信账号, 微信搜; behind 加我 these are of any app.
        let name = i + cue
        let isWechat = latin > 0 || text.has("信", before: name)
        let word = isWechat ? nameWord(at: text.afterSpace(name), in: text) : nil
        let gap = gap(behind: word?.end ?? name, words: "", in: text)
        let end = nameEnd(gap.end, limit: 20, in: text)
        guard text.isLatin(gap.end), (6...20).contains(end - gap.end), endsName(end, in: text),
            text.length(ofOneOf: "iphone ipad android windows wechat weixin alipay", at: gap.end) == 0
        else { return .skip(to: text.next(i)) }
        if (gap.end..<end).allSatisfy({ text.isLatin($0) }) {
            // vxabcdef is one word.
            let isApart = gap.end > i + cue || !text.isLatin(gap.end - 1)
            let isLinked = gap.isLinked || text.has(":", before: i + cue) || word?.isLink ?? false
            let isAsked = asking > 0 || text.hasOne(of: "加我", before: i) || text.has("我的", before: i)
            guard isApart, isLinked || isAsked else { return .skip(to: text.next(i)) }
        }
        return .found(gap.end..<end)
    }

    /// What stands between WeChat and a name: where it ends, and whether a name of letters alone may follow.
    private func nameWord(at i: Int, in text: EntityText) -> (end: Int, isLink: Bool)? {
        let link = text.length(ofOneOf: "账号 帐号 名字叫 名字 名叫 名 叫", at: i)
        if link > 0 { return (i + link, true) }
        if text.has("id", at: i), !text.isLatinOrDigit(i + 2) { return (i + 2, true) }
        let word = text.length(ofOneOf: "联系 搜索 搜", at: i)
        return word > 0 ? (i + word, false) : nil
    }

    /// Reads a QQ number: 5–11 digits that do not begin with 0, behind a cue.
    func qqNumber(at i: Int, in text: EntityText) -> EntityStep {
        let latin = text.isLatinOrDigit(i - 1) ? 0 : text.length(ofOneOf: "qq q号 q群 q:", at: i)
        let cue =
            latin > 0 ? latin : text.length(ofOneOf: "扣扣 抠抠 球球 叩叩 口口 蔻蔻 秋秋 扣q 企鹅号 加q 加我q", at: i)
        guard cue > 0 else { return .skip(to: text.next(i)) }
        let start = gap(behind: i + cue, words: "群账帐", in: text).end
        let end = start + text.digits(upTo: 12, from: start)
        let unit = text.afterSpace(end)
        // qq 10000元 is a price, 12345@qq.com an address.
        guard (5...11).contains(end - start), text[start] != UInt8(ascii: "0"), !text.isLatin(end),
            text[end] != UInt8(ascii: "@"), !text.isDotted(start..<end), !text.hasOne(of: "元块万个人分天", at: unit)
        else { return .skip(to: text.next(i)) }
        return .found(start..<end)
    }

    /// What lies between a cue and its number: where it ends, and whether it links them outright.
    private func gap(behind start: Int, words: StaticString, in text: EntityText) -> (end: Int, isLinked: Bool) {
        var end = start
        var isLinked = false
        while end - start < EntityGap.limit {
            let (scalar, length) = text.scalar(at: end)
            let isLink = EntityGap.isLink(scalar)
            guard isLink || EntityGap.isSeparator(scalar) || text.hasOne(of: words, at: end) else { break }
            isLinked = isLinked || isLink
            end += length
        }
        return (end, isLinked)
    }

    /// Where a run of name characters ends; one more than the limit where it is longer.
    private func nameEnd(_ start: Int, limit: Int, in text: EntityText) -> Int {
        var end = start
        while end - start <= limit, Self.isNameByte(text[end]) { end += 1 }
        // A hyphen at the end is none of the name.
        while end > start, text[end - 1] == UInt8(ascii: "-") { end -= 1 }
        return end
    }

    /// Whether a name ends here, and is none of a domain, an e-mail address or a scheme.
    private func endsName(_ end: Int, in text: EntityText) -> Bool {
        switch text[end] {
        case UInt8(ascii: "@"): false
        case UInt8(ascii: "."): !text.isLatinOrDigit(end + 1)
        case UInt8(ascii: ":"): text[end + 1] != UInt8(ascii: "/")
        default: true
        }
    }
}
