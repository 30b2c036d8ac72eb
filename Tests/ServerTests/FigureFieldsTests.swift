import ConversationModel
import Events
import Foundation
import Monitoring
import Synthesis
import Testing

@testable import Server

/// That every number which figures show can be explained.
@Suite struct FigureFieldsTests {
    /// Where in an explanation a field of the figures is found.
    enum Part {
        case value, count, sum, oldest, numerator, denominator, means
        /// Whether the value is not 0.
        case flag
        /// The sum of the terms by their number.
        case mean
    }

    /// What a field is.
    enum Field {
        case figure(FigureName, Part, Explanation.Day = .today)
        /// No figure: what was asked, when, what is set or commanded, or how the events arrived.
        case stated
    }

    /// By the path of the field; `[]` stands for the places of a list. A field that is in no line fails the test.
    static let fields: [String: Field] = {
        var fields: [String: Field] = [:]
        for (path, name) in [
            ("served", FigureName.served), ("guidedSales", .guidedSales), ("guidedSalesByPeople", .guidedSalesByPeople),
            ("guidedSalesByAssistant", .guidedSalesByAssistant), ("guidedPayers", .guidedPayers),
            ("guidedPayersByPeople", .guidedPayersByPeople), ("guidedPayersByAssistant", .guidedPayersByAssistant),
            ("inquiring", .inquiring), ("conversion", .conversion), ("strictConversion", .strictConversion),
            ("lateEvents", .lateEvents),
        ] {
            for (day, of) in [
                ("today", Explanation.Day.today), ("yesterday", .yesterday),
                ("yesterdayUntilThisTime", .yesterdayUntilThisTime),
            ] {
                // Null, where a rate is undefined.
                fields["\(day).\(path)"] = .figure(name, .value, of)
                guard name == .conversion || name == .strictConversion else { continue }
                fields["\(day).\(path).perMille"] = .figure(name, .value, of)
                fields["\(day).\(path).numerator"] = .figure(name, .numerator, of)
                fields["\(day).\(path).denominator"] = .figure(name, .denominator, of)
            }
        }
        for whose in ["", "groups[].", "agents[]."] {
            fields[whose + "response.answers.milliseconds"] = .figure(.answers, .value)
            fields[whose + "response.answers.sum"] = .figure(.answers, .sum)
            fields[whose + "response.answers.count"] = .figure(.answers, .count)
            fields[whose + "response.uncounted"] = .figure(.uncounted, .value)
            fields[whose + "response.afterHours"] = .figure(.afterHours, .value)
            fields[whose + "response.transferredUnanswered.milliseconds"] = .figure(.transferred, .mean)
            fields[whose + "response.transferredUnanswered.sum"] = .figure(.transferred, .sum)
            fields[whose + "response.transferredUnanswered.count"] = .figure(.transferred, .value)
            fields[whose + "response.closedUnanswered"] = .figure(.closedUnanswered, .value)
            fields[whose + "pending.count"] = .figure(.pending, .value)
            fields[whose + "pending.oldest"] = .figure(.pending, .oldest)
            fields[whose + "pending.readUnanswered"] = .figure(.readUnanswered, .value)
        }
        for whose in ["", "groups[]."] {
            fields[whose + "pendingPerAgent.perMille"] = .figure(.pendingPerAgent, .value)
            fields[whose + "pendingPerAgent.numerator"] = .figure(.pendingPerAgent, .numerator)
            fields[whose + "pendingPerAgent.denominator"] = .figure(.pendingPerAgent, .denominator)
            fields[whose + "online"] = .figure(.online, .value)
            fields[whose + "suspended"] = .figure(.suspended, .value)
        }
        fields["meanResponse.milliseconds"] = .figure(.response, .value)
        fields["meanResponse.agents"] = .figure(.response, .means)
        fields["buyerWaits.milliseconds"] = .figure(.buyerWaits, .value)
        fields["buyerWaits.sum"] = .figure(.buyerWaits, .sum)
        fields["buyerWaits.count"] = .figure(.buyerWaits, .count)
        fields["openBuyerWaits.count"] = .figure(.openBuyerWaits, .value)
        fields["openBuyerWaits.oldest"] = .figure(.openBuyerWaits, .oldest)
        fields["queued"] = .figure(.queued, .value)
        fields["pooled"] = .figure(.pooled, .value)
        fields["unassigned"] = .figure(.unassigned, .value)
        fields["assistant.servedToday"] = .figure(.served, .value)
        fields["assistant.consulted"] = .figure(.consulted, .value)
        fields["assistant.handed"] = .figure(.handed, .value)
        fields["assistant.handOverRate.perMille"] = .figure(.handOverRate, .value)
        fields["assistant.handOverRate.numerator"] = .figure(.handOverRate, .numerator)
        fields["assistant.handOverRate.denominator"] = .figure(.handOverRate, .denominator)
        fields["assistant.clicks[].clicks"] = .figure(.clicks, .value)
        fields["agents[].isOnline"] = .figure(.online, .flag)
        fields["agents[].isSuspended"] = .figure(.suspended, .flag)
        fields["agents[].servedToday"] = .figure(.served, .value)
        fields["agents[].leftPending"] = .figure(.leftPending, .flag)

        var stated = [
            "shop", "asOf", "since", "watermark", "sequence", "firstDayWithConversion", "slot.start", "slot.end",
            "isSlotAmended", "assistant.isShown", "assistant.isOn", "assistant.isHumanFirst",
            "assistant.halfHour.start", "assistant.halfHour.end", "assistant.clicks[].entry",
            "assistant.entries[].id", "assistant.entries[].title", "groups[].group", "agents[].agent",
            "agents[].group",
        ]
        stated += ["applied", "late", "overLimit", "fromTheFuture"].map { "counters." + $0 }
        for day in ["today", "yesterday", "yesterdayUntilThisTime"] {
            stated += ["day", "until", "isAmended", "isSettled"].map { "\(day).\($0)" }
        }
        let alarms = [
            "", ".on", ".thresholds[].item", ".thresholds[].value", ".thresholds[].least", ".receivers[]", ".by",
            ".changed",
        ]
        stated += alarms.flatMap { ["alarms" + $0, "groups[].alarms" + $0] }
        stated +=
            ["", ".command", ".action", ".group", ".by", ".commanded", ".outcome", ".reason", ".answered"].map {
                "agents[].dispatch" + $0
            }
        stated += ["agent", "reason"].map { "unknownAgents[]." + $0 }
        stated +=
            ["command", "action", "group", "by", "commanded", "outcome", "reason", "answered"].map {
                "unknownAgents[].dispatch." + $0
            }
        for path in stated { fields[path] = .stated }
        return fields
    }()

    /// A shop's two days, with what the made-up shop lacks.
    private static func shop() -> ShopMonitor {
        var plan = ShopPlan()
        plan.buyersPerDay = 60
        plan.agentsPerGroup = 2
        var generator = EventGenerator(seed: 11, plan: plan)
        var events = generator.events()
        var count = 0
        func add(_ minutes: Int64, _ content: Event.Content) {
            count += 1
            let time = plan.start.advanced(by: minutes * 60_000)
            events.append(Event(id: "more-\(count)", shop: plan.shop, time: time, received: time, content: content))
        }
        add(0, .ordersImported(since: plan.start.advanced(by: -40 * 86_400_000)))
        let nine: Int64 = (24 + 9) * 60
        for day in [Int64(9 * 60), nine] {
            add(day + 1, .message(EventMessage(conversation: "q", buyer: "排队者\(day)", speaker: .buyer)))
            add(day + 2, .conversation(ConversationChange(conversation: "q", buyer: "排队者\(day)", kind: .queued)))
            add(day + 2, .conversation(ConversationChange(conversation: "p", buyer: "池中人\(day)", kind: .pooled)))
            add(day + 3, .message(EventMessage(conversation: "n", buyer: "没人管\(day)", speaker: .buyer)))
        }
        add(nine + 1, .agent(AgentChange(agent: "走了", kind: .groupChanged(to: plan.groups[0]))))
        add(
            nine + 1,
            .conversation(
                ConversationChange(conversation: "l", buyer: "被忘者", kind: .assigned(to: .agent("走了")))))
        add(nine + 2, .message(EventMessage(conversation: "l", buyer: "被忘者", speaker: .buyer)))
        add(nine + 3, .conversation(ConversationChange(conversation: "l", buyer: "被忘者", kind: .read(by: nil))))
        // An answer of which nobody can say how long it took; a wait handed on, and one that was closed.
        add(nine + 2, .message(EventMessage(conversation: "u", buyer: "转来者", speaker: .buyer)))
        add(nine + 3, .message(EventMessage(conversation: "u", buyer: "转来者", speaker: .assistant)))
        add(nine + 4, .message(EventMessage(conversation: "u", buyer: "转来者", speaker: .agent, agent: "走了")))
        add(nine + 4, .order(OrderChange(order: "more", buyer: "转来者", kind: .paid(amount: 500))))
        for (buyer, kind) in [
            ("被转者", ConversationChange.Kind.handedOver(from: nil, to: .agent("别人"))), ("被关者", .closed),
        ] {
            add(
                nine + 3,
                .conversation(
                    ConversationChange(conversation: "t", buyer: buyer, kind: .assigned(to: .agent("走了")))))
            add(nine + 4, .message(EventMessage(conversation: "t", buyer: buyer, speaker: .buyer)))
            add(nine + 5, .conversation(ConversationChange(conversation: "t", buyer: buyer, kind: kind)))
        }
        for day in [nine - 1_440, nine] {
            add(day + 3, .message(EventMessage(conversation: "a", buyer: "自助者", speaker: .buyer)))
            add(day + 4, .message(EventMessage(conversation: "a", buyer: "自助者", speaker: .assistant)))
            add(day + 5, .order(OrderChange(order: "self\(day)", buyer: "自助者", kind: .paid(amount: 300))))
        }
        add(nine + 5, .agent(AgentChange(agent: "别人", kind: .online)))
        add(nine + 5, .agent(AgentChange(agent: "别人", kind: .suspended)))
        add(nine + 1, .entryClicked(entry: "发票"))
        add(nine + 2, .settings(SettingsChange(areAlarmsOn: true, receivers: ["店长"])))
        add(nine + 2, .dispatch(DispatchStep(command: "c", agent: "走了", kind: .commanded(.suspend, by: "店长"))))
        add(nine + 2, .dispatch(DispatchStep(command: "c", agent: "没有的人", kind: .commanded(.suspend, by: "店长"))))
        var time = TimePolicy()
        time.openHours = Array(
            repeating: [TimePolicy.OpenHours(start: 9 * 3_600_000 + 150_000, end: 23 * 3_600_000)], count: 7)
        var monitor = ShopMonitor(policy: MonitorPolicy(time: time))
        for event in events.sorted(by: { $0.received < $1.received }) { monitor.apply(event) }
        return monitor
    }

    @Test("every field of the figures is a stated fact or is explained, and the explanation says the same")
    func everyFieldIsExplained() throws {
        let monitor = Self.shop()
        let json = FiguresJSON(zone: .chinaStandard)
        var seen: Set<String> = []
        /// Those that were once something other than nothing.
        var full: Set<String> = []
        let start = ShopPlan().start
        for minute in [10 * 60, 33 * 60 + 6, 33 * 60 + 9, 33 * 60 + 30, 36 * 60, 40 * 60 + 1, 47 * 60] as [Int64] {
            let now = start.advanced(by: minute * 60_000)
            let value = json.value(monitor.figures(at: now), shop: "店", sequence: 1)
            for leaf in Leaf.all(of: value) {
                seen.insert(leaf.path)
                guard let field = Self.fields[leaf.path] else {
                    Issue.record("\(leaf.path) is not explained: give it an explanation, and a line in the table")
                    continue
                }
                if ![.null, .integer(0), .flag(false)].contains(leaf.value) { full.insert(leaf.path) }
                guard case .figure(let name, let part, let day) = field else { continue }
                let figure = try #require(
                    name.figure(
                        group: leaf.group, agent: leaf.agent, isAssistant: leaf.path == "assistant.servedToday",
                        entry: leaf.entry), "\(leaf.path)")
                let explanation = monitor.explain(figure, of: day, at: now)
                #expect(Self.value(of: part, in: explanation, json) == leaf.value, "\(leaf.path) at minute \(minute)")
            }
        }
        for (path, field) in Self.fields {
            guard case .figure(let name, let part, let day) = field else { continue }
            // A rate that is undefined has no parts, one that is defined is not null itself.
            let isRate = name == .conversion || name == .strictConversion
            if isRate, part == .value, !path.hasSuffix("perMille") { continue }
            #expect(seen.contains(path), "\(path) never came")
            if day == .today { #expect(full.contains(path), "\(path) was always nothing") }
        }
    }

    private static func value(of part: Part, in explanation: Explanation, _ json: FiguresJSON) -> ResponseJSON {
        let (sum, count) = (explanation.sum, Int64(explanation.terms.count))
        return switch part {
        case .value: .integer(explanation.value)
        case .count, .numerator: .integer(count)
        case .denominator: .integer(Int64(explanation.others.count))
        case .sum: .integer(sum)
        case .mean: .integer(count == 0 ? nil : sum / count)
        case .means: .integer(Int64(explanation.means.count))
        case .oldest: json.time(explanation.oldest)
        case .flag: .flag(explanation.value != 0)
        }
    }

    /// A value without members, where it stands, and whose it is.
    private struct Leaf {
        var path = ""
        var value = ResponseJSON.null
        var group: String?
        var agent: String?
        var entry: String?

        static func all(of value: ResponseJSON) -> [Leaf] { Leaf().leaves(value) }

        private func leaves(_ value: ResponseJSON) -> [Leaf] {
            switch value {
            case .object(let members):
                var whose = self
                for member in members {
                    guard case .text(let name) = member.value else { continue }
                    switch (path, member.name) {
                    case ("agents[]", "agent"): whose.agent = name
                    case ("groups[]", "group"): whose.group = name
                    case ("assistant.clicks[]", "entry"): whose.entry = name
                    default: break
                    }
                }
                // Those who are in no group are asked for by an empty name.
                if path == "groups[]", whose.group == nil { whose.group = "" }
                return members.flatMap { member in
                    var next = whose
                    next.path += (path.isEmpty ? "" : ".") + member.name
                    return next.leaves(member.value)
                }
            case .list(let values):
                var next = self
                next.path += "[]"
                return values.flatMap { next.leaves($0) }
            default:
                var leaf = self
                leaf.value = value
                return [leaf]
            }
        }
    }

    @Test("what is answered fits the schemas of the document: each member is described, and of that type")
    func answersFitTheSchemas() throws {
        let monitor = Self.shop()
        let json = FiguresJSON(zone: .chinaStandard)
        let schemas = try #require(
            try JSONSerialization.jsonObject(with: Data(OpenAPISchemas.all.bytes)) as? [String: Any])
        func problems(_ value: ResponseJSON, _ schema: Any?, _ path: String) -> [String] {
            guard let schema = schema as? [String: Any] else { return ["\(path): no schema"] }
            if let reference = schema["$ref"] as? String {
                return problems(value, schemas[String(reference.split(separator: "/").last ?? "")], path)
            }
            if let any = schema["anyOf"] as? [Any] {
                let all = any.map { problems(value, $0, path) }
                return all.contains([]) ? [] : all.first ?? []
            }
            switch (schema["type"] as? String, value) {
            case ("object"?, .object(let members)):
                let properties = schema["properties"] as? [String: Any] ?? [:]
                let names = Set(members.map(\.name))
                let missing = Set(schema["required"] as? [String] ?? []).subtracting(names)
                return missing.map { "\(path).\($0) is missing" }
                    + members.flatMap { problems($0.value, properties[$0.name], path + "." + $0.name) }
            case ("array"?, .list(let values)): return values.flatMap { problems($0, schema["items"], path + "[]") }
            case ("string"?, .text(let text)):
                guard let words = schema["enum"] as? [String] else { return [] }
                return words.contains(text) ? [] : ["\(path): \(text)"]
            case ("integer"?, .integer), ("boolean"?, .flag), ("null"?, .null): return []
            default: return ["\(path): \(value) is no \(schema["type"] ?? "")"]
            }
        }
        let now = ShopPlan().start.advanced(by: (33 * 60 + 6) * 60_000)
        let figures = json.value(monitor.figures(at: now), shop: "店", sequence: 1)
        #expect(problems(figures, schemas["Figures"], "") == [])
        for name in FigureName.allCases {
            let explanation = monitor.explain(try #require(name.figure()), at: now)
            let value = json.value(explanation, shop: "店", name: name, watermark: now, sequence: 1)
            #expect(problems(value, schemas["Explanation"], name.rawValue) == [])
            #expect(name.value(in: monitor.figures(at: now)) == explanation.value, "\(name)")
        }
        #expect(problems(.members(["shop": .integer(1)]), schemas["Figures"], "").count > 20)
    }

    @Test("the documentation names every figure, every reason and why there is no value")
    func documentation() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("docs/live.md"), encoding: .utf8)
        let words =
            FigureName.allCases.map(\.rawValue) + Explanation.LeftOut.Reason.allCases.map(\.rawValue)
            + Explanation.Undefined.allCases.map(\.rawValue) + Explanation.Day.allCases.map(\.rawValue)
        for word in words { #expect(page.contains("`\(word)`"), "\(word)") }
    }

    @Test("the words for events are those of the event schema")
    func wordsOfEvents() {
        let monitor = Self.shop()
        var types: Set<String> = []
        let now = ShopPlan().start.advanced(by: (33 * 60 + 6) * 60_000)
        for name in FigureName.allCases {
            guard let figure = name.figure() else { continue }
            types.formUnion(monitor.explain(figure, at: now).events.compactMap(\.type))
        }
        #expect(types.count >= 8)
        for type in types { #expect(Self.schemaTypes.contains(type), "\(type)") }
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let schemaTypes: Set<String> = {
        guard let data = try? Data(contentsOf: root.appendingPathComponent("schema/event.schema.json")),
            let schema = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let definitions = schema["$defs"] as? [String: Any]
        else { return [] }
        return Set(definitions.keys)
    }()
}
