/// Regular expressions as a quality team writes them, one a line; made for measuring.
///
/// They keep to what Python, RE2, Rust and Hyperscan read alike: no look-around, no back-reference,
/// no `\d \w \s \b`, whose meaning differs between engines.
public struct RegexList: Sendable, Hashable {
    /// What the expressions begin with.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Gaps, alternations, classes, negated classes and some that begin with digits.
        case mixed
        /// All begin with digits, so that no literal helps to find them.
        case digits
    }

    /// The expressions, none of them twice.
    public let patterns: [String]

    /// The first `count` expressions of a seeded list, all different; at most 1,000.
    public init(kind: Kind = .mixed, count: Int = 100, seed: UInt64 = 1) {
        let wanted = min(max(count, 0), 1_000)
        var stream = SeededStream(seed: seed)
        var result = kind == .mixed ? Self.written : []
        var seen = Set(result)
        var number = 0
        while result.count < wanted {
            let pattern =
                kind == .digits || number % 6 == 5
                ? Self.digitLed(number, &stream) : Self.composed(number, &stream)
            number += 1
            if seen.insert(pattern).inserted { result.append(pattern) }
        }
        patterns = Array(result.prefix(wanted))
    }

    private static let written = Sentences.list(
        #"""
        1[3-9][0-9*]{5,9}
        (加|留|给|发).{0,5}(微信|扣扣|手机号|v信)
        (微信|VX|vx|v信)[：: ]{0,2}[a-z0-9_-]{6,20}
        (好评|晒图|追评).{0,8}(返现|红包|返[0-9]+|礼物)
        (保证|一定|肯定).{0,12}(发|送到|到货)
        (百分百|百分之百|绝对).{0,6}(不会|有货|没问题)
        全(网|国)[^，。！？]{0,4}(最低|第一|独家)
        (你|您)自己[^，。！？]{0,4}(看|找|想|考虑)
        不(归|关)我[的]?(管|事)
        (爱买|爱找|爱告).{0,2}(不买|谁|告)
        https?://[a-z0-9./?=&-]{8,60}
        [a-z0-9_]{3,20}@(163|qq|126)\.com
        (验证码|密码).{0,10}(发|告诉|给)(我|一下)
        (今天|明天|后天).{0,6}(发出|发货|送到)
        (开票|发票).{0,6}(加|税|点)
        退(款|货)[^，。！？]{0,8}(不了|拒绝|失败)
        请.{0,4}(稍等|稍候|等)[0-9]{0,3}
        第[0-9]{1,3}(页|批|步)
        (运费|邮费).{0,6}(承担|自付|您出)
        (小时|天|个月)(内|以内|之内).{0,8}(退|换|发)
        """#)

    private static func composed(_ number: Int, _ stream: inout SeededStream) -> String {
        let a = stream.pick(KeywordList.heads)
        let b = stream.pick(KeywordList.heads)
        let c = stream.pick(KeywordList.tails)
        let d = stream.pick(KeywordList.tails)
        let gap = stream.within(3...12)
        switch number % 5 {
        case 0: return "(\(a)|\(b)).{0,\(gap)}(\(c)|\(d))"
        case 1: return "(不|没|别|无法).{0,\(gap)}\(a)"
        case 2: return "\(a)[^，。！？]{0,\(gap)}\(c)(了|的|吗|吧)?"
        case 3: return "\(a)[：: ]{0,2}[0-9]{1,\(gap)}"
        default: return "(\(a)|\(b))(已经|还|再)?(\(c)|\(d))"
        }
    }

    private static func digitLed(_ number: Int, _ stream: inout SeededStream) -> String {
        let a = stream.pick(KeywordList.heads)
        let b = stream.pick(KeywordList.tails)
        let gap = stream.within(2...9)
        switch number % 4 {
        case 0: return "[0-9]+(\\.[0-9]+)?元.{0,\(gap)}\(a)"
        case 1: return "[0-9]{1,\(gap)}(天|个|件|分钟).{0,\(gap)}\(b)"
        case 2: return "[0-9]{\(gap),18}[^0-9，。]{0,\(gap)}\(a)"
        default: return "[0-9]+.{0,\(gap)}(\(a)|\(b))"
        }
    }
}
