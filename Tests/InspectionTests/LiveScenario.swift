import ChineseText
import ConversationModel
import Diagnostics
import Evaluation
import Foundation
import Inspection
import OracleSupport
import Patterns
import RuleLanguage
import TestSupport

/// Random conversations of a shop as events, in an order of arrival that keeps the lateness, some of them twice.
struct LiveScenario {
    static let lateness: Int64 = 5 * 60_000

    let policy: TimePolicy
    let rules: [Rule]
    /// In the order of arrival.
    private(set) var events: [Event] = []

    private var generator: SeededGenerator

    /// - Parameter isShuffled: events come late, at most by the lateness.
    init(seed: UInt64, features: RandomCase.Features, isShuffled: Bool = true) {
        generator = SeededGenerator(seed: seed &* 31)
        let first = RandomCase(seed: seed, features: features)
        policy = first.policy
        rules = first.rules
        var sent: [Event] = []
        for number in 0..<3 {
            let random = RandomCase(seed: seed &+ UInt64(number) &* 1_000_003, features: features)
            sent += events(of: random.conversation, number: number, groups: random.groups)
        }
        for index in sent.indices {
            let delay =
                isShuffled && Bool.random(using: &generator)
                ? Int64.random(in: 0...Self.lateness, using: &generator) : 0
            sent[index].received = sent[index].time.advanced(by: delay)
        }
        for event in sent where Int.random(in: 0..<10, using: &generator) == 0 {
            var again = event
            again.received = event.received.advanced(by: Int64.random(in: 0...20 * 60_000, using: &generator))
            sent.append(again)
        }
        events = sent.enumerated().sorted { ($0.element.received, $0.offset) < ($1.element.received, $1.offset) }
            .map(\.element)
    }

    private mutating func events(of conversation: Conversation, number: Int, groups: Set<String>) -> [Event] {
        // Two conversations of one name, which differ by buyer.
        let (name, buyer) = (number == 0 ? "c0" : "c1", "b\(number)")
        var result: [Event] = []
        func add(_ time: Instant, _ content: Event.Content) {
            result.append(
                Event(
                    id: "\(number)-\(result.count)", shop: "s", time: time, received: time, content: content))
        }
        func change(_ kind: ConversationChange.Kind) -> Event.Content {
            .conversation(ConversationChange(conversation: name, buyer: buyer, kind: kind))
        }
        for message in conversation.messages {
            guard let time = message.time else { continue }
            switch message.kind {
            case .transfer:
                let from = message.agent.map { Party.agent($0) } ?? (message.speaker == .assistant ? .assistant : nil)
                let to = message.transferTarget.map { groups.contains($0) ? Party.group($0) : .agent($0) }
                add(time, change(.handedOver(from: from, to: to ?? .group("?"))))
            case .event where message.eventType == "assigned":
                add(time, change(.assigned(to: .agent(message.eventValue ?? "甲"))))
            case .event: add(time, change(.read(by: nil)))
            default:
                add(
                    time,
                    .message(
                        EventMessage(
                            conversation: name, buyer: buyer, speaker: message.speaker, agent: message.agent,
                            kind: message.kind, isAutomatic: message.isAutomatic, text: message.text)))
            }
            switch Int.random(in: 0..<40, using: &generator) {
            case 0: add(time, change(.closed))
            case 1: add(time.advanced(by: Int64.random(in: 0...40_000, using: &generator)), change(.closed))
            case 2: add(time, change(.queued))
            case 3: add(time, .agent(AgentChange(agent: "甲", kind: .online)))
            default: break
            }
        }
        return result
    }

    func compiled() -> CompiledRules? { LiveScenario.compile(rules, policy: policy) }

    static func compile(_ rules: [Rule], policy: TimePolicy) -> CompiledRules? {
        RuleCompiler.compile(
            rules, digest: rulesDigest(rules), policy: policy, table: SomeRules.table,
            cache: DiskCache(directory: nil)
        ).rules
    }

    /// The rules that ship with the product.
    static let shipped: CompiledRules? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Rules")
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        let files = names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            FileManager.default.contents(atPath: root.appendingPathComponent(name).path).map {
                SourceFile(path: "Rules/" + name, bytes: [UInt8]($0))
            }
        }
        return compile(loadRules(files: files).rules, policy: TimePolicy())
    }()
}

/// Whoever listens to a live inspection: what stands, and what was odd.
struct LiveListener {
    private(set) var standing: [String: LiveFinding] = [:]
    private(set) var changes: [LiveChange] = []
    private(set) var oddities: [String] = []

    mutating func take(_ change: LiveChange) {
        changes.append(change)
        let id = change.finding.finding.id
        switch change.kind {
        case .assert:
            if let before = standing[id], before.finding == change.finding.finding, before.day == change.finding.day,
                before.group == change.finding.group, before.scheme == change.finding.scheme,
                before.version == change.finding.version
            {
                oddities.append("said twice: \(change)")
            }
            standing[id] = change.finding
        case .retract:
            if standing.removeValue(forKey: id) == nil { oddities.append("nothing to take back: \(change)") }
        }
    }

    /// What differs from a batch run of the same conversations; nil: nothing.
    func difference(from events: [Event], _ rules: CompiledRules) throws -> String? {
        let evaluator = try Evaluator(rules)
        var lines: [String] = []
        var byID: [String: [Finding]] = [:]
        for conversation in EventMapping.conversations(from: events) {
            for finding in evaluator.judge(conversation) { byID[finding.id, default: []].append(finding) }
        }
        for (id, findings) in byID.sorted(by: { $0.key < $1.key }) {
            // Two owners missed at one anchor share an id: then either stands.
            guard let mine = standing[id]?.finding else {
                lines.append("not asserted: \(findings)")
                continue
            }
            if !findings.contains(mine) { lines.append("live: \(mine)\nbatch: \(findings)") }
        }
        for (id, live) in standing.sorted(by: { $0.key < $1.key }) where byID[id] == nil {
            lines.append("only live: \(live.finding)")
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}
