extension EntityFinder {
    /// The host of a link: `item.taobao.com` of `https://item.taobao.com:80/x`.
    ///
    /// Without user name and port, in lower case as the text is. nil for entities of other kinds.
    public func urlHost(_ entity: Entity, in text: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard entity.kind == .url, entity.range.lowerBound >= 0, entity.range.upperBound <= text.count else {
            return nil
        }
        let reader = EntityText(UnsafeBufferPointer(rebasing: text[..<entity.range.upperBound]))
        let start = entity.range.lowerBound
        let run = hostRun(at: start, in: reader)
        if reader.has("://", at: run) { return authority(at: run + 3, in: reader) }
        let ending = nationalEnding(at: run, in: reader)
        return ending > 0 ? start..<run + ending : trimmed(start..<run, in: reader)
    }

    /// Reads a link: a scheme, `www.`, or a bare domain under a known top-level domain.
    ///
    /// It ends before what is not ASCII, the letters of a host aside, and before a comma, semicolon,
    /// exclamation mark or bracket: folded, those of Chinese prose look like those of a link.
    func link(at i: Int, in text: EntityText) -> EntityStep {
        guard text.isLatinOrDigit(i) else { return .skip(to: i + 1) }
        let end = hostRun(at: i, in: text)
        if text.has("://", at: end) {
            guard let scheme = scheme(in: i..<end, of: text), let host = authority(at: end + 3, in: text) else {
                return .skip(to: end + 3)
            }
            return .found(scheme..<linkEnd(behind: host.upperBound, in: text))
        }
        // A user name before an @, or the domain behind one, is an e-mail address.
        guard text[end] != UInt8(ascii: "@"), text[i - 1] != UInt8(ascii: "@"), end - i <= 253 else {
            return .skip(to: end)
        }
        if let host = nationalDomain(i..<end, in: text) {
            return .found(host.lowerBound..<linkEnd(behind: host.upperBound, in: text))
        }
        let host = trimmed(i..<end, in: text)
        let hasPath = host.upperBound == end && (text[end] == UInt8(ascii: "/") || hasPort(end, in: text))
        guard isDomain(host, hasPath: hasPath, in: text) else { return .skip(to: end) }
        return .found(host.lowerBound..<linkEnd(behind: host.upperBound, in: text))
    }

    /// Reads an e-mail address: up to 64 characters, an @, and a domain of two or more labels.
    func email(at i: Int, in text: EntityText) -> EntityStep {
        guard isLocalByte(text[i]) else { return .skip(to: i + 1) }
        var at = i
        while isLocalByte(text[at]) { at += 1 }
        guard text[at] == UInt8(ascii: "@") else { return .skip(to: at) }
        var start = i
        // A hyphen in front is a bullet; a point can neither begin nor end the name.
        while start < at, !text.isLatinOrDigit(start) { start += 1 }
        let end = hostRun(at: at + 1, in: text)
        let host = trimmed(at + 1..<end, in: text)
        guard start < at, at - start <= 64, text[at - 1] != UInt8(ascii: "."), text.isLatinOrDigit(at + 1),
            end - start <= 254, text[end] != UInt8(ascii: "@")
        else { return .skip(to: at + 1) }
        let last = lastLabel(host, in: text)
        // logo@2x.png is a file.
        guard last.lowerBound > host.lowerBound, last.count >= 2, last.allSatisfy({ text.isLatin($0) }),
            !text.isOne(of: "png jpg jpeg gif webp svg", last)
        else { return .skip(to: at + 1) }
        return .found(start..<host.upperBound)
    }

    // MARK: - Parts

    /// Where a run of host characters ends; two points in a row end it, too.
    func hostRun(at start: Int, in text: EntityText) -> Int {
        var end = start
        while text.isLatinOrDigit(end) || text[end] == UInt8(ascii: "-") || text[end] == UInt8(ascii: "_")
            || (text[end] == UInt8(ascii: ".") && text[end + 1] != UInt8(ascii: "."))
        {
            end += 1
        }
        return end
    }

    /// Without points, hyphens and underscores at its end.
    func trimmed(_ run: Range<Int>, in text: EntityText) -> Range<Int> {
        var end = run.upperBound
        while end > run.lowerBound, text[end - 1] < 0x80, !text.isLatinOrDigit(end - 1) { end -= 1 }
        return run.lowerBound..<end
    }

    /// Where the scheme begins that a run of host characters ends with: 1.https, 看https.
    private func scheme(in run: Range<Int>, of text: EntityText) -> Int? {
        var start = run.upperBound
        while start > run.lowerBound, text.isLatinOrDigit(start - 1), run.upperBound - start < 20 { start -= 1 }
        // What was typed before it without a space.
        if text.has("https", before: run.upperBound) { return run.upperBound - 5 }
        if text.has("http", before: run.upperBound) { return run.upperBound - 4 }
        while start < run.upperBound, text.isDigit(start) { start += 1 }
        return run.upperBound - start >= 2 ? start : nil
    }

    /// The host behind `://`, user name left out: `http://taobao.com@a.cc` leads to a.cc.
    private func authority(at start: Int, in text: EntityText) -> Range<Int>? {
        var begin = start
        var i = start
        while true {
            let letter = foreignLetter(at: i, in: text)
            guard letter > 0 || isAuthorityByte(text[i]) else { break }
            i += max(letter, 1)
            if text[i - 1] == UInt8(ascii: "@"), text.isLatinOrDigit(i) || foreignHost(at: i, in: text) != nil {
                begin = i
            }
        }
        guard let end = hostEnd(at: begin, in: text) else { return nil }
        let host = trimmed(begin..<end, in: text)
        return host.count <= 253 ? host : nil
    }

    private func isAuthorityByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): false
        default: isLinkByte(byte)
        }
    }

    private func hasPort(_ i: Int, in text: EntityText) -> Bool {
        text[i] == UInt8(ascii: ":") && (1...5).contains(text.digits(upTo: 6, from: i + 1))
    }

    /// Where a link ends whose host ends at `i`.
    private func linkEnd(behind i: Int, in text: EntityText) -> Int {
        var end = i
        if hasPort(end, in: text) { end = text.digits(from: end + 1) }
        switch text[end] {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): break
        default: return end
        }
        while isLinkByte(text[end]) { end += 1 }
        // Punctuation of the sentence.
        while end > i {
            switch text[end - 1] {
            case UInt8(ascii: "."), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "~"): end -= 1
            default: return end
            }
        }
        return end
    }

    private func isLinkByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F...,
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "!"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "\\"),
            UInt8(ascii: "|"), UInt8(ascii: "^"):
            false
        default: true
        }
    }

    private func isLocalByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
