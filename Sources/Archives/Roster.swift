import ConversationModel
import Diagnostics

/// What a roster (花名册) says of one account for a span of days.
public struct RosterEntry: Hashable, Sendable {
    /// In its normal form, `店铺:子账号` or bare.
    public var account: String
    public var person: String?
    public var nickname: String?
    public var group: String?
    public var role: String?
    /// First day, inclusive; nil is from the beginning.
    public var from: CalendarDay?
    /// Last day, inclusive; nil is without end.
    public var to: CalendarDay?
    public var shift: String?
    public var probationUntil: CalendarDay?

    /// Whether the entry holds on `day`; nil is an unknown day, on which only entries without
    /// end hold.
    public func holds(on day: CalendarDay?) -> Bool {
        guard let day else { return to == nil }
        return (from.map { $0 <= day } ?? true) && (to.map { day <= $0 } ?? true)
    }
}

/// Accounts and the people behind them, dated.
public struct Roster: Sendable {
    /// Rows that count, and of them those of one account; those beyond are left out.
    static let rowLimit = 200_000
    static let rowsOfAccountLimit = 1_000

    /// In the order of the file.
    public private(set) var entries: [RosterEntry] = []
    private var byAccount: [String: [Int]] = [:]
    /// Sub-accounts that one shop alone has, so that they are known without its name.
    private var byBareAccount: [String: Set<String>] = [:]

    private enum Column: String, CaseIterable {
        case account, person, nickname, group, role, from, to, shift
        case probationUntil = "probation_until"

        var chinese: [String] {
            switch self {
            case .account: ["账号", "客服账号", "子账号"]
            case .person: ["姓名", "人员", "员工"]
            case .nickname: ["昵称", "花名"]
            case .group: ["分组", "组别", "客服组"]
            case .role: ["角色", "岗位", "职务"]
            case .from: ["开始日期", "生效日期", "入组日期"]
            case .to: ["结束日期", "失效日期", "离组日期"]
            case .shift: ["班次"]
            case .probationUntil: ["试用期至", "试用期截止"]
            }
        }
    }

    /// A roster without anybody.
    public init() {}

    /// Reads the CSV file `bytes`, in any encoding that archives may have; `path` stands in diagnostics.
    ///
    /// A row that cannot be read is left out with a diagnostic; the others are kept. Throws
    /// `invalidRoster` where there is no column of accounts, or no row that can be read.
    public static func parse(
        _ bytes: [UInt8], path: String
    ) throws(ArchiveError) -> (roster: Roster, diagnostics: [Diagnostic]) {
        let encoding = TextEncoding.detected(in: Array(bytes.prefix(1 << 20)), isWhole: true)
        var stream: any ByteStream = MemoryStream(bytes)
        if encoding != .utf8 {
            stream = try TranscodingStream(stream, from: encoding, name: path)
        }
        var builder = RosterBuilder(path: path)
        let reader = try CSVReader(stream, largestRecord: 1 << 20)
        var row = CSVRow()
        var columns: [Column: Int]?
        var width = 0
        var rows = 0
        while try reader.next(&row) {
            if row.isBlank { continue }
            guard let known = columns else {
                columns = try builder.columns(of: row)
                width = row.count
                continue
            }
            rows += 1
            builder.add(row, known, width: width)
        }
        if columns == nil { throw .invalidRoster(path: path, .noHeader(among: [])) }
        if builder.entries.isEmpty, rows > 0, let first = builder.diagnostics.first(where: { $0.severity == .error }) {
            let row = first.place.record ?? 0
            throw .invalidRoster(
                path: path,
                Phrase(
                    "none of its \(rows) rows can be used; row \(row): \(first.message.english)",
                    "\(rows) 行都无法使用；第 \(row) 行：\(first.message.chinese)"))
        }
        return (Roster(builder.entries), builder.diagnostics)
    }

    private init(_ entries: [RosterEntry]) {
        self.entries = entries
        for (index, entry) in entries.enumerated() {
            byAccount[entry.account, default: []].append(index)
            byBareAccount[Roster.bare(entry.account), default: []].insert(entry.account)
        }
    }

    /// The account as rosters and archives are compared: trimmed, without `cntaobao`, one colon.
    ///
    ///     Roster.normalForm("cntaobao某某旗舰店：小美")  // "某某旗舰店:小美"
    public static func normalForm(_ account: String) -> String {
        var text = String(decoding: trimmed(ArraySlice(account.utf8)), as: UTF8.self)
        if text.hasPrefix("cntaobao"), text.utf8.count > 8 { text = String(text.dropFirst(8)) }
        guard let colon = text.firstIndex(where: { $0 == ":" || $0 == "：" }) else { return text }
        let shop = trimmed(ArraySlice(text[..<colon].utf8))
        let name = trimmed(ArraySlice(text[text.index(after: colon)...].utf8))
        return String(decoding: shop, as: UTF8.self) + ":" + String(decoding: name, as: UTF8.self)
    }

    /// The sub-account alone: what stands behind the colon of a normal form, or all of it.
    public static func bare(_ normal: String) -> String {
        guard let colon = normal.firstIndex(of: ":") else { return normal }
        return String(normal[normal.index(after: colon)...])
    }

    /// The entry of `account` on `day`, in any of its forms; nil is not listed.
    ///
    /// A bare account finds `店铺:子账号` if only one shop has it, and the other way round; what is listed in the form of `account` comes
    /// first. Where several entries of a form hold, the last of the file does.
    public func entry(account: String, on day: CalendarDay?) -> RosterEntry? {
        forms(of: account).lazy.compactMap { last(of: $0, on: day) }.first
    }

    /// Everybody who has had `account`, in any of its forms, once each in the order of the file; empty where the account is not listed or
    /// no person is named.
    public func people(account: String) -> [String] {
        var seen: Set<String> = []
        return entries(account: account).compactMap { entries[$0].person }.filter { seen.insert($0).inserted }
    }

    /// Whether it depends on the day who has `account`, in any of its forms: it changed hands, or is nobody's on some day. An unknown day
    /// is one of them.
    public func isDated(account: String) -> Bool {
        let listed = entries(account: account)
        guard listed.contains(where: { entries[$0].person != nil }) else { return false }
        var days: [CalendarDay?] = [nil, CalendarDay(daysSince1970: .min)]
        for index in listed {
            days.append(entries[index].from)
            if let to = entries[index].to, to.daysSince1970 < .max {
                days.append(CalendarDay(daysSince1970: to.daysSince1970 + 1))
            }
        }
        return Set(days.map { entry(account: account, on: $0)?.person }).count > 1
    }

    /// Whether somebody has several accounts, on whatever days.
    public var hasPersonsOfSeveralAccounts: Bool {
        let accounts = Set(entries.compactMap { entry in entry.person.map { [$0, entry.account] } })
        return Set(accounts.map { $0[0] }).count < accounts.count
    }

    /// Whether some account is dated.
    public var hasDatedAccounts: Bool { byAccount.keys.contains { isDated(account: $0) } }

    /// Whether `account` is listed, in any of its forms, on whatever day.
    public func lists(account: String) -> Bool { !entries(account: account).isEmpty }

    /// What the roster says of the days from `first` to `last`, and of no other: without the entries that hold on none of them, and without
    /// bounds that lie beyond them. Nil is without end.
    public func holding(from first: CalendarDay?, to last: CalendarDay?) -> Roster {
        Roster(
            entries.compactMap { entry in
                if let first, let to = entry.to, to < first { return nil }
                if let last, let from = entry.from, from > last { return nil }
                var bounded = entry
                if let first, let from = entry.from, from <= first { bounded.from = nil }
                if let last, let to = entry.to, to >= last { bounded.to = nil }
                return bounded
            })
    }

    /// Places of all entries of an account, in any of its forms, in the order of the file.
    private func entries(account: String) -> [Int] {
        forms(of: account).flatMap { byAccount[$0] ?? [] }.sorted()
    }

    /// The forms in which an account may be listed: its own, then the one without a shop, or with the only shop that has it.
    private func forms(of account: String) -> [String] {
        let normal = Roster.normalForm(account)
        let bare = Roster.bare(normal)
        if bare != normal { return [normal, bare] }
        let shops = byBareAccount[normal, default: []].subtracting([normal])
        return [normal] + (shops.count == 1 ? shops : [])
    }

    private func last(of account: String, on day: CalendarDay?) -> RosterEntry? {
        byAccount[account]?.last { entries[$0].holds(on: day) }.map { entries[$0] }
    }

    private struct RosterBuilder {
        let path: String
        var entries: [RosterEntry] = []
        var rows: [Int] = []
        var diagnostics: [Diagnostic] = []
        private var indexOf: [String: [Int]] = [:]

        init(path: String) {
            self.path = path
        }

        mutating func report(
            _ code: String, _ message: Phrase, row: Int, severity: Diagnostic.Severity = .error,
            help: Phrase? = nil
        ) {
            guard diagnostics.count < RecordLog.keptLimit else { return }
            diagnostics.append(
                Diagnostic(
                    code, severity: severity, message, help: help,
                    at: Place(path: path, record: row)))
        }

        mutating func columns(of row: CSVRow) throws(ArchiveError) -> [Column: Int] {
            var columns: [Column: Int] = [:]
            var headers: [String] = []
            for index in 0..<row.count {
                let header = String(decoding: trimmed(row[index]), as: UTF8.self)
                let known = Column.allCases.first {
                    $0.rawValue == header.lowercased() || $0.chinese.contains(header)
                }
                let shown = printable(Array(header.utf8))
                headers.append(shortened(shown))
                guard let known else {
                    report(
                        "unknown-field",
                        Phrase("unknown column '\(shown)' in roster", "花名册里有未知的列“\(shown)”"),
                        row: row.number, severity: .warning,
                        help: Phrase(
                            "known: \(Column.allCases.map(\.rawValue).joined(separator: ", "))",
                            "可用的列：\(Column.allCases.map(\.rawValue).joined(separator: "、"))"))
                    continue
                }
                if columns.updateValue(index, forKey: known) != nil {
                    report(
                        "duplicate-key", Phrase("column '\(shown)' stands twice", "列“\(shown)”重复"),
                        row: row.number)
                }
            }
            if columns[.account] == nil { throw .invalidRoster(path: path, .noHeader(among: headers)) }
            return columns
        }

        private func shortened(_ header: String) -> String {
            header.count > 40 ? header.prefix(40) + "…" : header
        }

        mutating func add(_ row: CSVRow, _ columns: [Column: Int], width: Int) {
            if let issue = row.issue {
                return report(issue.rawValue, issue.phrase, row: row.number)
            }
            guard row.count == width else {
                let issue = RecordIssue.raggedRow
                return report(issue.rawValue, issue.phrase, row: row.number)
            }
            func text(_ column: Column) -> String? {
                guard let index = columns[column] else { return nil }
                let value = unwrapped(row[index], isText: false)
                return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
            }
            guard let account = text(.account) else {
                return report(
                    "missing-field", Phrase("row without an account", "这一行没有账号"), row: row.number)
            }
            var days: [Column: CalendarDay] = [:]
            for column in [Column.from, .to, .probationUntil] {
                guard let written = text(column) else { continue }
                guard let day = Roster.day(written) else {
                    let shown = printable(Array(written.utf8))
                    return report(
                        "bad-value",
                        Phrase(
                            "'\(shown)' in column '\(column.rawValue)' is no day",
                            "列“\(column.rawValue)”里的“\(shown)”不是日期"),
                        row: row.number, help: Phrase("write 2026-03-01", "写成 2026-03-01"))
                }
                days[column] = day
            }
            if let from = days[.from], let to = days[.to], to < from {
                return report(
                    "bad-value", Phrase("'to' is before 'from'", "结束日期早于开始日期"), row: row.number)
            }
            let entry = RosterEntry(
                account: Roster.normalForm(account), person: text(.person),
                nickname: text(.nickname), group: text(.group), role: text(.role),
                from: days[.from], to: days[.to], shift: text(.shift),
                probationUntil: days[.probationUntil])
            guard entries.count < Roster.rowLimit else {
                report(
                    "limit",
                    Phrase(
                        "more than \(Roster.rowLimit) rows; those from here on do not count",
                        "超过 \(Roster.rowLimit) 行，从这一行起不计"), row: row.number)
                return
            }
            let earlier = indexOf[entry.account, default: []]
            guard earlier.count < Roster.rowsOfAccountLimit else {
                return report(
                    "limit",
                    Phrase(
                        "more than \(Roster.rowsOfAccountLimit) rows of one account",
                        "同一账号超过 \(Roster.rowsOfAccountLimit) 行"), row: row.number)
            }
            if let other = earlier.first(where: { Roster.overlap(entries[$0], entry) }) {
                let shown = printable(Array(entry.account.utf8))
                report(
                    "overlapping-entry",
                    Phrase(
                        "'\(shown)' has days in common with row \(rows[other]); the later row counts",
                        "“\(shown)”与第 \(rows[other]) 行的日期重叠，以后面的行为准"),
                    row: row.number, severity: .warning)
            }
            indexOf[entry.account, default: []].append(entries.count)
            entries.append(entry)
            rows.append(row.number)
        }
    }

    // 2026-03-01, 2026/3/1, 2026年3月1日; a time of day behind it is no day.
    private static func day(_ text: String) -> CalendarDay? {
        let utc = TimeReader(zone: .fixed(name: "UTC", offset: 0))
        guard case .time(let instant) = utc.read(ArraySlice(text.utf8)),
            instant.milliseconds % 86_400_000 == 0, !text.contains(":"),
            text.utf8.contains(where: { !(0x30...0x39).contains($0) })
        else { return nil }
        return CalendarDay(daysSince1970: Int32(instant.milliseconds / 86_400_000))
    }

    private static func overlap(_ a: RosterEntry, _ b: RosterEntry) -> Bool {
        let first = CalendarDay(daysSince1970: .min)
        let last = CalendarDay(daysSince1970: .max)
        return (a.from ?? first) <= (b.to ?? last) && (b.from ?? first) <= (a.to ?? last)
    }
}

extension Phrase {
    fileprivate static func noHeader(among headers: [String]) -> Phrase {
        let names = headers.prefix(20)
        return names.isEmpty
            ? Phrase("it is empty; a column 'account' is needed", "内容为空；需要“account”（账号）列")
            : Phrase(
                "no column 'account' among \(names.joined(separator: ", "))",
                "没有“account”（账号）列；现有列：\(names.joined(separator: "、"))")
    }
}
