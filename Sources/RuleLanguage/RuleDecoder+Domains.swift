import Diagnostics

extension RuleDecoder {
    /// The names of a list of domains, in lower case, sorted; what is no name of a domain is an error.
    mutating func domains(_ member: JSONMember) -> [String] {
        var result: [String] = []
        for phrase in phrases(member) {
            let domain = phrase.text.lowercased()
            if isDomain(domain) {
                result.append(domain)
            } else {
                refuseDomain(phrase)
            }
        }
        return result.sorted()
    }

    /// Labels joined by dots; other scripts than Latin have domains, too.
    private func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                !label.isEmpty
                    && label.unicodeScalars.allSatisfy {
                        $0 == "-" || $0.properties.isAlphabetic || $0.properties.numericType != nil
                    }
            }
    }

    private mutating func refuseDomain(_ phrase: PlacedPhrase) {
        let text = phrase.text.lowercased()
        let name = bareName(text)
        let help: Phrase
        if !isDomain(name) {
            help =
                text.contains("*")
                ? Phrase(
                    "every link would be allowed: leave 'url' out of the kinds instead",
                    "这会放行所有链接；不想查链接就别把 “url” 写进 kinds")
                : Phrase("write it like taobao.com", "写法如 taobao.com")
        } else {
            help = Phrase(
                "write '\(quoted(name))': it covers everything below it", "请写 “\(quoted(name))”：它包括其下的所有子域名和页面")
        }
        diagnose(
            .badValue, phrase.range,
            Phrase("'\(quoted(phrase.text))' is not the name of a domain", "“\(quoted(phrase.text))” 不是域名"), help: help)
    }

    /// What is left of a link or a pattern: `*.taobao.com` and `https://taobao.com/x` are `taobao.com`.
    private func bareName(_ text: String) -> String {
        var rest = Substring(text)
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { !"/?#".contains($0) }
        if let account = rest.lastIndex(of: "@") { rest = rest[rest.index(after: account)...] }
        rest = rest.prefix { $0 != ":" }
        while rest.hasPrefix("*.") || rest.hasPrefix(".") { rest = rest.drop { $0 == "*" || $0 == "." } }
        return String(rest)
    }
}
