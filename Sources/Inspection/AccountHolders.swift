import Archives
import ConversationModel
import Evaluation

/// Tells apart the people who have had one account one after another, so that each is counted for the days on which it was theirs.
///
/// Judgements know accounts. What is counted of an account that is somebody's on some days only goes to a name of its own, made of the
/// account and the person of the part's day; on a day of nobody it stays with the account. One per worker.
final class AccountHolders {
    private let roster: Roster
    private let names: AgentNames
    /// Per account whether it depends on the day whose it is, as far as they were looked at.
    private var dated: [Bool] = []
    /// By account and day.
    private var numbers: [UInt64: Int32] = [:]

    /// Some person has several accounts.
    private let hasPersonsOfSeveral: Bool
    /// Per number the first one of the same person.
    private var firsts: [Int32] = []
    private var firstOfLabel: [String: Int32] = [:]

    private let byDay = RowCopies()
    private let byPerson = RowCopies()

    /// nil where every account of the roster is always the same person's, who has no other one, or nobody's.
    init?(roster: Roster?, names: AgentNames) {
        guard let roster else { return nil }
        hasPersonsOfSeveral = roster.hasPersonsOfSeveralAccounts
        guard hasPersonsOfSeveral || roster.hasDatedAccounts else { return nil }
        self.roster = roster
        self.names = names
    }

    /// The number of whoever had the account on the day; the account's own where that is nobody, or always the same.
    func number(of agent: Int32, on day: CalendarDay?) -> Int32 {
        guard isDated(agent) else { return agent }
        let key = PairKey.make(agent, day?.daysSince1970 ?? .min)
        if let known = numbers[key] { return known }
        let account = names.table.name(agent)
        let person = roster.entry(account: account, on: day)?.person
        let number = person.map { names.table.number(of: AccountHolder(account: account, person: $0).name) } ?? agent
        numbers[key] = number
        return number
    }

    private func isDated(_ agent: Int32) -> Bool {
        guard agent >= 0 else { return false }
        while dated.count <= Int(agent) {
            dated.append(roster.isDated(account: names.table.name(Int32(dated.count))))
        }
        return dated[Int(agent)]
    }

    /// Lends the rows with people in place of dated accounts; `places` are those of the parts.
    func withPeople(in rows: JudgementRows, _ places: [PartPlace], _ body: (JudgementRows) -> Void) {
        let isNeeded =
            rows.units.contains { isDated($0.agent) } || rows.exposures.contains { isDated($0.owner) }
            || rows.findings.contains { isDated($0.owner) } || rows.procedures.contains { isDated($0.owner) }
        guard isNeeded else { return body(rows) }
        byDay.lend(rows, { number(of: $0, on: places[Int(rows.units[Int($1)].part)].day) }, body)
    }

    /// Lends the rows with one number for all accounts of a person, so that what several of them did in one unit is counted once.
    func withPersons(in rows: JudgementRows, _ body: (JudgementRows) -> Void) {
        guard hasPersonsOfSeveral else { return body(rows) }
        byPerson.lend(rows, { owner, _ in first(of: owner) }, body)
    }

    /// The first number that was seen of the same person; below zero is nobody's.
    private func first(of owner: Int32) -> Int32 {
        guard owner >= 0 else { return owner }
        while firsts.count <= Int(owner) {
            let number = Int32(firsts.count)
            let label = RunTotals.label(account: names.table.name(number), roster: roster)
            firsts.append(firstOfLabel[label] ?? number)
            if firstOfLabel[label] == nil { firstOfLabel[label] = number }
        }
        return firsts[Int(owner)]
    }
}

/// Rows of a judgement with other owners.
private final class RowCopies {
    private var units: [Judgement.Unit] = []
    private var exposures: [Judgement.Exposure] = []
    private var findings: [Judgement.FindingRecord] = []
    private var procedures: [Judgement.ProcedureRecord] = []

    /// Lends `rows` in which `other`, given an owner and the place of its unit, stands for each owner.
    func lend(_ rows: JudgementRows, _ other: (Int32, Int32) -> Int32, _ body: (JudgementRows) -> Void) {
        units = rows.units.enumerated().map { place, unit in
            var own = unit
            own.agent = other(unit.agent, Int32(place))
            return own
        }
        findings = rows.findings.map { finding in
            var own = finding
            own.owner = other(finding.owner, finding.unit)
            return own
        }
        procedures = rows.procedures.map { record in
            var own = record
            own.owner = other(record.owner, record.unit)
            return own
        }
        exposures = Array(rows.exposures)
        for entry in rows.classUnits {
            for index in entry.exposures {
                exposures[Int(index)].owner = other(rows.exposures[Int(index)].owner, entry.unit)
            }
        }
        for entry in rows.ruleUnits {
            for index in entry.exposures {
                exposures[Int(index)].owner = other(rows.exposures[Int(index)].owner, entry.unit)
            }
        }
        units.withUnsafeBufferPointer { units in
            exposures.withUnsafeBufferPointer { exposures in
                findings.withUnsafeBufferPointer { findings in
                    procedures.withUnsafeBufferPointer { procedures in
                        body(
                            JudgementRows(
                                parts: rows.parts, units: units, ruleUnits: rows.ruleUnits, classUnits: rows.classUnits,
                                exposures: exposures, findings: findings, evidence: rows.evidence, spans: rows.spans,
                                procedures: procedures))
                    }
                }
            }
        }
    }
}

/// An account in the hands of one of the people who have had it, as it is counted.
struct AccountHolder {
    let account: String
    let person: String

    /// Stands in no text: a code point that is no character.
    private static let separator: Character = "\u{FFFF}"

    init(account: String, person: String) {
        self.account = account
        self.person = person
    }

    /// What `name` stands for; nil: for an account.
    init?(_ name: String) {
        guard let end = name.firstIndex(of: AccountHolder.separator) else { return nil }
        account = String(name[..<end])
        person = String(name[name.index(after: end)...])
    }

    /// The name under which it is counted.
    var name: String { "\(account)\(AccountHolder.separator)\(person)" }
}
