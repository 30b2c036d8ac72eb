import ConversationModel
import Diagnostics

/// Reads a file of exemptions (`schema/exemptions.schema.json`): what is judged and not scored, and why.
///
/// Nil with the diagnostics that say why where something is wrong. O(bytes).
///
/// - Parameter zone: whose clocks times without offset are of.
public func loadExemptions(_ source: SourceFile, zone: Zone) -> (exemptions: Exemptions?, diagnostics: [Diagnostic]) {
    var decoder = RuleDecoder(path: source.path)
    do throws(JSONFault) {
        if source.bytes.count > RuleLimits.listFileBytes {
            throw JSONFault(
                code: .limit,
                message: Phrase(
                    "the file has \(source.bytes.count) bytes; at most \(RuleLimits.listFileBytes)",
                    "文件有 \(source.bytes.count) 字节，最多 \(RuleLimits.listFileBytes)"),
                range: SourceRange(0, 0))
        }
        if let fault = JSONReader.firstFault(inUTF8: source.bytes) { throw fault }
        var reader = JSONReader(source.bytes)
        let value = try reader.document()
        let exemptions = decoder.exemptions(value, zone: zone)
        let diagnostics = decoder.diagnostics.sorted(by: Diagnostic.precedes)
        return (diagnostics.contains { $0.severity == .error } ? nil : exemptions, diagnostics)
    } catch {
        return (nil, [error.diagnostic(path: source.path)])
    }
}

extension RuleDecoder {
    static let exemptionFileKeys = ["exemptions", "excludedBuyers", "summary", "$schema"]
    static let exemptionKeys = [
        "agent", "rule", "buyer", "conversation", "from", "to", "reason", "author", "recorded",
    ]
    static let excludedKeys = ["buyer", "from", "to", "reason", "author", "recorded"]
    /// Exemptions of a file, and names of one of them.
    private static let exemptionLimit = 10_000

    mutating func exemptions(_ value: JSONValue, zone: Zone) -> Exemptions {
        var result = Exemptions()
        guard let fields = fields(of: value, "exemptions", known: Self.exemptionFileKeys) else { return result }
        _ = fields["summary"].flatMap { summary($0) }
        if fields.present(["exemptions", "excludedBuyers"]).isEmpty, !fields.hasUnknown {
            diagnose(
                .missingField, fields.head, Phrase("nothing is exempted here", "这里没有写任何豁免"),
                help: Phrase(
                    "add \"exemptions\": [ … ] or \"excludedBuyers\": [ … ]",
                    "请加上 \"exemptions\": [ … ] 或 \"excludedBuyers\": [ … ]"))
        }
        for element in entries(fields["exemptions"]) {
            if let one = exemption(element, zone: zone) { result.exemptions.append(one) }
        }
        for element in entries(fields["excludedBuyers"]) {
            if let one = excludedBuyers(element, zone: zone) { result.excludedBuyers.append(one) }
        }
        return result
    }

    private mutating func entries(_ member: JSONMember?) -> [JSONValue] {
        guard let member, let elements = list(member) else { return [] }
        if elements.count <= Self.exemptionLimit { return elements }
        overLimit(member.keyRange, member.key, Self.exemptionLimit)
        return []
    }

    private mutating func exemption(_ value: JSONValue, zone: Zone) -> Exemption? {
        guard let fields = fields(of: value, "exemption", known: Self.exemptionKeys) else { return nil }
        let what = fields.present(["agent", "rule", "buyer", "conversation", "from", "to"])
        if what.isEmpty, !fields.hasUnknown {
            diagnose(
                .missingField, fields.head, Phrase("an exemption of everything", "这条豁免没有写明豁免什么"),
                help: Phrase(
                    "name an agent, a rule, a buyer, a conversation, or 'from' and 'to'",
                    "请写 agent、rule、buyer、conversation，或 from 与 to"))
        }
        let rules = exemptNames(fields["rule"], isRule: true).map { RuleID($0) }
        let (agents, buyers) = (exemptNames(fields["agent"]), exemptNames(fields["buyer"]))
        let conversations = exemptNames(fields["conversation"])
        if let member = fields["conversation"], let name = conversations.first(where: { $0.hasSuffix("#1") }) {
            diagnose(
                .badValue, severity: .warning, member.value.range,
                Phrase(
                    "'\(quoted(name))' names no part of a conversation: their numbers begin with #2",
                    "“\(quoted(name))” 不指会话的任何一段：分段的编号从 #2 开始"),
                help: Phrase(
                    "\"\(quoted(String(name.dropLast(2))))\" exempts all its parts; the first alone cannot be named",
                    "\"\(quoted(String(name.dropLast(2))))\" 豁免它的所有段；第一段不能单独写"))
        }
        let window = window(fields, zone)
        guard let note = note(fields) else { return nil }
        return Exemption(
            agents: Set(agents), rules: Set(rules), buyers: Set(buyers), conversations: Set(conversations),
            window: window, reason: note.reason, author: note.author, recorded: note.recorded)
    }

    private mutating func excludedBuyers(_ value: JSONValue, zone: Zone) -> ExcludedBuyers? {
        guard let fields = fields(of: value, "excludedBuyers", known: Self.excludedKeys) else { return nil }
        let buyers = require(fields, "buyer").map { exemptNames($0) } ?? []
        let window = window(fields, zone)
        guard let note = note(fields) else { return nil }
        return ExcludedBuyers(
            buyers: Set(buyers), window: window, reason: note.reason, author: note.author, recorded: note.recorded)
    }

    /// Why, who and when: nobody is exempted without.
    private mutating func note(_ fields: Fields) -> (reason: String, author: String, recorded: CalendarDay)? {
        let reason = requiredLabel(fields, "reason")
        let author = requiredLabel(fields, "author")
        let recorded = require(fields, "recorded").flatMap { day($0) }
        guard let reason, let author, let recorded else { return nil }
        return (reason, author, recorded)
    }

    /// A name or a list of them.
    private mutating func exemptNames(_ member: JSONMember?, isRule: Bool = false) -> [String] {
        guard let member else { return [] }
        var elements = [member.value]
        if case .array(let list) = member.value.content {
            elements = list
            if list.isEmpty { emptyList(member) }
        }
        if elements.count > Self.exemptionLimit {
            overLimit(member.keyRange, member.key, Self.exemptionLimit)
            return []
        }
        return elements.compactMap { element in
            let one = JSONMember(key: member.key, keyRange: member.keyRange, value: element)
            guard let name = text(one, scalars: RuleLimits.phraseScalars) else { return nil }
            if !isRule || isKebab(name) { return name }
            diagnose(
                .badID, element.range,
                Phrase("'\(quoted(name))' is no rule id", "“\(quoted(name))” 不能作规则 id"),
                help: Phrase("the id of a rule: slow-reply", "写规则的 id，例如 slow-reply"))
            return nil
        }
    }

    // MARK: Times

    private mutating func day(_ member: JSONMember) -> CalendarDay? {
        guard let text = string(member) else { return nil }
        if let day = CalendarDay(text) { return day }
        diagnose(
            .badValue, member.value.range,
            Phrase("'\(quoted(text))' is no day", "“\(quoted(text))” 不是日期"),
            help: Phrase("write it like \"2026-03-01\"", "写法如 \"2026-03-01\""))
        return nil
    }

    private enum Bound {
        case day(CalendarDay)
        case instant(Instant)
    }

    private mutating func window(_ fields: Fields, _ zone: Zone) -> Exemption.Window? {
        let from = fields["from"].flatMap { bound($0, zone) }
        let to = fields["to"].flatMap { bound($0, zone) }
        func refuse(_ code: DiagnosticCode, _ message: Phrase) {
            if let member = fields["to"] { diagnose(code, member.value.range, message) }
        }
        switch (from, to) {
        case (nil, nil): return nil
        case (.day(let from)?, .day(let to)?):
            if to < from { refuse(.impossibleWindow, Phrase("'to' is before 'from'", "“to” 早于 “from”")) }
            return .days(from, to)
        case (.instant(let from)?, .instant(let to)?):
            if to <= from { refuse(.impossibleWindow, Phrase("'to' is not after 'from'", "“to” 不晚于 “from”")) }
            return .instants(from, to)
        case (.day(let from)?, nil): return .days(from, nil)
        case (nil, .day(let to)?): return .days(nil, to)
        case (.instant(let from)?, nil): return .instants(from, nil)
        case (nil, .instant(let to)?): return .instants(nil, to)
        default:
            refuse(
                .conflictingFields,
                Phrase("'from' and 'to' are a day and a time", "“from” 和 “to” 一个是日期，一个是时刻"))
            return nil
        }
    }

    /// A day, or a time on it: `2026-03-08T20:00`, with seconds and an offset where one likes.
    private mutating func bound(_ member: JSONMember, _ zone: Zone) -> Bound? {
        guard let text = string(member) else { return nil }
        if let day = CalendarDay(text) { return .day(day) }
        if let instant = ClockText.instant(text, zone: zone) { return .instant(instant) }
        diagnose(
            .badValue, member.value.range,
            Phrase("'\(quoted(text))' is neither a day nor a time", "“\(quoted(text))” 既不是日期也不是时刻"),
            help: Phrase(
                "\"2026-03-08\", \"2026-03-08T20:00\" or \"2026-03-08T20:00:00+08:00\"",
                "写 \"2026-03-08\"、\"2026-03-08T20:00\" 或 \"2026-03-08T20:00:00+08:00\""))
        return nil
    }
}

extension ClockText {
    /// The instant of `2026-03-08T20:00`, with `:SS` and an offset (`Z`, `+08:00`) or as clocks of `zone` show it.
    static func instant(_ text: String, zone: Zone) -> Instant? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, let day = CalendarDay(String(halves[0])), halves[1].utf8.count >= 5,
            let clock = milliseconds(String(halves[1].prefix(5))), clock < 86_400_000
        else { return nil }
        var local = Int64(day.daysSince1970) * 86_400_000 + clock
        var rest = halves[1].dropFirst(5)
        if rest.first == ":" {
            let digits = rest.dropFirst().prefix(2)
            guard digits.utf8.count == 2, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let seconds = Int64(digits), seconds < 60
            else { return nil }
            local += seconds * 1000
            rest = rest.dropFirst(3)
        }
        if rest.isEmpty { return zone.instant(local: local) }
        if rest == "Z" { return Instant(milliseconds: local) }
        guard let sign = rest.first, sign == "+" || sign == "-", let offset = milliseconds(String(rest.dropFirst())),
            offset <= 18 * 3_600_000
        else { return nil }
        return Instant(milliseconds: sign == "+" ? local - offset : local + offset)
    }
}
