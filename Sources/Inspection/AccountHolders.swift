import Archives
import ConversationModel
import Evaluation

/// Tells apart the people who have had one account one after another, so that each is counted for the days on which it was theirs.
///
/// Judgements know accounts. What is counted of an account that changed hands goes to a name of its own, made of the account and
/// the person of the part's day; on a day of nobody it stays with the account. One per worker.
final class AccountHolders {
    private let roster: Roster
    private let names: AgentNames
    /// Per account whether it changed hands, as far as they were looked at.
    private var changedHands: [Bool] = []
    /// By account and day.
    private var numbers: [UInt64: Int32] = [:]

    private var units: [Judgement.Unit] = []
    private var exposures: [Judgement.Exposure] = []
    private var findings: [Judgement.FindingRecord] = []
    private var procedures: [Judgement.ProcedureRecord] = []

    /// nil where no account of the roster changed hands.
    init?(roster: Roster?, names: AgentNames) {
        guard let roster, roster.hasAccountsThatChangedHands else { return nil }
        self.roster = roster
        self.names = names
    }

    /// The number of whoever had the account on the day; the account's own where that is nobody, or always the same.
    func number(of agent: Int32, on day: CalendarDay?) -> Int32 {
        guard hasChangedHands(agent) else { return agent }
        let key = PairKey.make(agent, day?.daysSince1970 ?? .min)
        if let known = numbers[key] { return known }
        let account = names.table.name(agent)
        let person = roster.entry(account: account, on: day)?.person
        let number = person.map { names.table.number(of: AccountHolder(account: account, person: $0).name) } ?? agent
        numbers[key] = number
        return number
    }

    private func hasChangedHands(_ agent: Int32) -> Bool {
        guard agent >= 0 else { return false }
        while changedHands.count <= Int(agent) {
            changedHands.append(roster.people(account: names.table.name(Int32(changedHands.count))).count > 1)
        }
        return changedHands[Int(agent)]
    }

    /// Lends the rows with people in place of accounts that changed hands; `places` are those of the parts.
    func withPeople(in rows: JudgementRows, _ places: [PartPlace], _ body: (JudgementRows) -> Void) {
        let isNeeded =
            rows.units.contains { hasChangedHands($0.agent) } || rows.exposures.contains { hasChangedHands($0.owner) }
            || rows.findings.contains { hasChangedHands($0.owner) }
            || rows.procedures.contains { hasChangedHands($0.owner) }
        guard isNeeded else { return body(rows) }
        func person(_ owner: Int32, in unit: Int32) -> Int32 {
            number(of: owner, on: places[Int(rows.units[Int(unit)].part)].day)
        }
        units = rows.units.map { unit in
            var own = unit
            own.agent = number(of: unit.agent, on: places[Int(unit.part)].day)
            return own
        }
        findings = rows.findings.map { finding in
            var own = finding
            own.owner = person(finding.owner, in: finding.unit)
            return own
        }
        procedures = rows.procedures.map { record in
            var own = record
            own.owner = person(record.owner, in: record.unit)
            return own
        }
        exposures = Array(rows.exposures)
        for entry in rows.classUnits {
            for index in entry.exposures {
                exposures[Int(index)].owner = person(rows.exposures[Int(index)].owner, in: entry.unit)
            }
        }
        for entry in rows.ruleUnits {
            for index in entry.exposures {
                exposures[Int(index)].owner = person(rows.exposures[Int(index)].owner, in: entry.unit)
            }
        }
        lend(rows, body)
    }

    private func lend(_ rows: JudgementRows, _ body: (JudgementRows) -> Void) {
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
