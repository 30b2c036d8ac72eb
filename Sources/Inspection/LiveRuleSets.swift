import Archives
import ConversationModel
import Evaluation
import RuleLanguage

/// The rule sets of a live inspection, and which of them judges what. One per thread.
///
/// A part of a conversation is judged by the version in force at its first message and, where there are schemes, by
/// that of its group, which is known once a human agent is assigned or speaks, at the latest when the part closes.
final class LiveRuleSets {
    /// What judges by one rule set.
    final class Judge {
        let reader: SessionReader
        let rules: [RuleID: RuleSummary]
        /// Nil where rules have no version.
        let version: Int?
        /// Nil where there are no schemes.
        let scheme: String?

        init(_ set: Int, of rules: RunRules) throws {
            reader = try SessionReader(rules.set(set).compiled)
            self.rules = Dictionary(reader.rules.summaries.map { ($0.id, $0) }) { first, _ in first }
            version = rules.version(set)?.number
            scheme = try rules.scheme(set)?.id
        }
    }

    /// Reported as the group of conversations in which only the assistant spoke, and of those in which nobody did.
    static let assistant = "服务助手"
    static let none = "未分组"
    /// Judges that are kept; one that is needed again is made again.
    private static let kept = 64

    /// How conversations close, the same for all sets.
    let policy: TimePolicy
    /// Names that a hand-over may carry without meaning an agent.
    let groups: Set<String>
    /// Why a set could not be had; what was said since is not to be used.
    private(set) var failure: (any Error)?
    private let rules: RunRules
    private let roster: Roster?
    private var judges: [Int: Judge] = [:]
    private let first: Judge

    /// Loads the set of now, so that rules that cannot be had are known at once.
    init(_ rules: RunRules, roster: Roster?) throws {
        guard !rules.policiesDiffer else { throw LiveInspectionError.policiesDiffer }
        self.rules = rules
        self.roster = roster
        let set = rules.choice(at: nil).set
        first = try Judge(set, of: rules)
        judges[set] = first
        policy = first.reader.rules.policy
        groups = Set(roster?.entries.compactMap(\.group) ?? [])
    }

    /// Whether who judges a part rests on its group.
    var needsGroup: Bool { rules.hasSchemes }

    /// Who judges what begins at an instant; with schemes the first one's, until the group is known.
    func judge(at instant: Instant) -> Judge { judge(rules.choice(at: instant).set) }

    /// Who judges what begins at an instant for a group.
    func judge(at instant: Instant, for group: String) -> Judge {
        let first = rules.choice(at: instant).set
        do { return judge(try rules.set(of: group, inVersionOf: first).set) } catch {
            failure = error
            return self.first
        }
    }

    private func judge(_ set: Int) -> Judge {
        if let known = judges[set] { return known }
        do {
            let judge = try Judge(set, of: rules)
            if judges.count >= LiveRuleSets.kept { judges.removeAll() }
            judges[set] = judge
            return judge
        } catch {
            failure = error
            return first
        }
    }

    // MARK: Groups

    /// The group that a message gives its conversation, by the roster of `day`; nil: it gives none.
    ///
    /// The same that `GroupPinning` decides over the rows of a table.
    func group(pinnedBy message: Message, on day: CalendarDay) -> String? {
        guard let agent = agent(of: message) else { return nil }
        return roster?.entry(account: agent, on: day)?.group ?? LiveRuleSets.none
    }

    private func agent(of message: Message) -> String? {
        if message.speaker == .agent, !message.isAutomatic { return message.agent ?? OwnerNumber.unknownAgent }
        switch message.kind {
        case .transfer: return message.transferTarget.flatMap { groups.contains($0) ? nil : $0 }
        case .event where message.eventType == "assigned":
            return message.eventValue.flatMap { groups.contains($0) ? nil : $0 }
        default: return nil
        }
    }

    /// The group of a part to which no message gives one.
    func group(withoutAgent messages: some Sequence<Message>) -> String {
        messages.contains { $0.speaker == .assistant } ? LiveRuleSets.assistant : LiveRuleSets.none
    }
}

/// Why rules cannot judge live.
public enum LiveInspectionError: Error, Hashable, Sendable {
    /// Versions have different time policies, by which one conversation would be cut in different ways.
    case policiesDiffer
}
