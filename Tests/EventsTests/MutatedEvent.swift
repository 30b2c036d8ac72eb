import Events
import Foundation
import TestSupport

/// Draws events as JSON, and changes them: members that go, come, stand twice or hold something else.
struct MutatedEvent {
    private var draw: RandomEvent

    init(seed: UInt64) { draw = RandomEvent(seed: seed) }

    /// An event as the writer writes it, with what a sender may add.
    mutating func event(_ kind: Int) throws -> JSONForm {
        let line = EventWriter.line(draw.event(kind))
        var form = try JSONDecoder().decode(JSONForm.self, from: Data(line.utf8))
        if draw.chance() { form.add("version", .number("1")) }
        if draw.chance() { form.add("x-trace", junk()) }
        return form
    }

    /// The same with up to three changes, each somewhere in it.
    mutating func mutated(_ form: JSONForm) -> JSONForm {
        var form = form
        for _ in 0..<draw.number(1...3) {
            let places = form.objectPaths
            form.change(places[Int(draw.number(0...Int64(places.count - 1)))][...]) { change(&$0) }
        }
        return form
    }

    private mutating func change(_ members: inout [JSONForm.Member]) {
        let place = members.isEmpty ? nil : Int(draw.number(0...Int64(members.count - 1)))
        switch (draw.number(0...9), place) {
        case (0, let place?): members.remove(at: place)
        case (1, let place?): members[place].value = .null
        case (2...3, let place?): members[place].value = junk()
        case (4, let place?): members[place].value = edge(members[place].value)
        case (5, let place?): members[place].name = MutatedEvent.names.randomElement(using: &draw.random) ?? ""
        case (6, let place?): members.append(members[place])
        case (7, let place?):
            members[place].value = members.randomElement(using: &draw.random)?.value ?? .null
        default:
            members.append(
                .init(name: MutatedEvent.names.randomElement(using: &draw.random) ?? "", value: junk()))
        }
    }

    /// Something near what stands there: a text as long as may be, a list with more in it, a number beside.
    private mutating func edge(_ value: JSONForm) -> JSONForm {
        switch value {
        case .text(let text):
            let piece = ["a", "界", "🤝", "\u{7F}", "\u{85}"].randomElement(using: &draw.random) ?? "a"
            let counts = [0, 1, 31, 32, 33, 42, 43, 127, 128, 129, 170, 171, 512, 513]
            let count = counts.randomElement(using: &draw.random) ?? 0
            return .text(draw.chance() ? String(repeating: piece, count: count) : text + piece)
        case .list(let items):
            let more = [1, 5, 7, 8, 10, 11, 200, 201].randomElement(using: &draw.random) ?? 1
            return .list(Array(repeating: draw.chance() ? items.first ?? .text("a") : junk(), count: more))
        // Digits behind others, so that it stays a number of JSON.
        case .number(let number) where number.allSatisfy(\.isNumber) && number != "0":
            return .number(draw.chance() ? number + ".0" : number + "0")
        case .flag(let flag): return .flag(!flag)
        default: return junk()
        }
    }

    private mutating func junk() -> JSONForm {
        switch draw.number(0...5) {
        case 0: .text(MutatedEvent.times.randomElement(using: &draw.random) ?? "")
        case 1: .text(MutatedEvent.words.randomElement(using: &draw.random) ?? "")
        case 2, 3: .number(MutatedEvent.numbers.randomElement(using: &draw.random) ?? "0")
        case 4: .flag(draw.chance())
        default: MutatedEvent.others.randomElement(using: &draw.random) ?? .null
        }
    }

    private static let names = [
        "$schema", "version", "id", "shop", "time", "received", "type", "conversation", "buyer", "from", "agent", "to",
        "kind", "automatic", "needsAnswer", "text", "group", "order", "amount", "imported", "paid", "since", "entry",
        "assistant", "on", "mode", "entries", "title", "alarms", "thresholds", "item", "value", "least", "receivers",
        "by", "command", "action", "reason", "x-", "x-y", "x", "X-y", "x-\u{301}", "Agent", "", "名",
    ]
    private static let words = [
        "", " ", "a", "a\nb", "a\0", "\u{7F}", "message", "tick", "dispatch-commanded", "agent", "buyer", "assistant",
        "system", "move", "suspend", "text", "human-first", "pending", "1", String(repeating: "界", count: 42),
        String(repeating: "界", count: 43), String(repeating: "a", count: 128), String(repeating: "a", count: 129),
    ]
    private static let times = [
        "2026-03-02T09:04:12+08:00", "2026-03-02 09:04:12,5+0800", "2026-03-02t09:04z", "2026-03-02T09:04:60Z",
        "2026-03-02T09:04:61Z", "2026-03-02T24:00:00Z", "2026-03-02T09:60:00Z", "2026-03-02T09:04:12",
        "2026-03-02T09:04:12+24:00", "2026-03-02T09:04:12-23:59", "2026-03-02T09:04:12+8", "2026-02-29T00:00:00Z",
        "2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "1969-12-31T23:59:59Z",
        "1970-12-31T23:59:59Z", "1970-12-31T20:00:00-05:00", "1971-01-01T02:00:00+08:00", "1971-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z", "9999-01-01T00:00:01Z", "9998-12-31T23:00:00-05:00", "9998-12-31T23:59:60Z",
        "2026-03-02T09:04:12.Z", "2026-03-02T09:04:12.123456789Z", "2026-03-02T09:04:12Z\n", " 2026-03-02T09:04:12Z",
        "2026-03-02", "26-03-02T09:04:12Z", "２026-03-02T09:04:12Z",
    ]
    private static let numbers = [
        "0", "1", "-1", "-0", "1.0", "1e0", "1.5", "100.0", "1e3", "2", "1772413452000", "1772413452000.0",
        "1772413452",
        "31536000000", "31535999999", "253370764800000", "253370764800001", "1000000", "1000001", "1000000000000",
        "1000000000001", "1000000000000000", "1000000000000001", "9223372036854775807", "99999999999999999999",
    ]
    private static let others: [JSONForm] = [
        .null, .list([]), .object([]), .list([.object([])]), .list([.null]), .list([.text("a")]),
        .object([.init(name: "agent", value: .text("a"))]), .object([.init(name: "group", value: .text("a"))]),
        .object([.init(name: "assistant", value: .flag(true))]),
        .object([.init(name: "assistant", value: .flag(false))]),
        .object([.init(name: "agent", value: .text("a")), .init(name: "group", value: .null)]),
        .object([.init(name: "agent", value: .text("a")), .init(name: "assistant", value: .flag(false))]),
        .object([.init(name: "agent", value: .text("a")), .init(name: "x-y", value: .null)]),
        .list([.object([.init(name: "id", value: .text("a")), .init(name: "title", value: .null)])]),
        .list([.object([.init(name: "item", value: .text("pending")), .init(name: "value", value: .number("1.0"))])]),
        .list([.list([])]),
    ]
}

extension JSONForm {
    mutating func add(_ name: String, _ value: JSONForm) {
        guard case .object(let members) = self else { return }
        self = .object(members + [Member(name: name, value: value)])
    }

    /// Where objects stand: indices of members and items from the outside in.
    var objectPaths: [[Int]] {
        switch self {
        case .object(let members):
            [[]] + members.enumerated().flatMap { place, member in member.value.objectPaths.map { [place] + $0 } }
        case .list(let items):
            items.enumerated().flatMap { place, item in item.objectPaths.map { [place] + $0 } }
        default: []
        }
    }

    /// Changes the members of the object at a path.
    mutating func change(_ path: ArraySlice<Int>, _ body: (inout [Member]) -> Void) {
        switch self {
        case .object(var members):
            if let first = path.first {
                members[first].value.change(path.dropFirst(), body)
            } else {
                body(&members)
            }
            self = .object(members)
        case .list(var items):
            guard let first = path.first else { return }
            items[first].change(path.dropFirst(), body)
            self = .list(items)
        default: break
        }
    }

    /// All texts and numbers as they are written, and whether a name stands twice somewhere outside of the sender's own.
    func visit(text: (String) -> Void = { _ in }, number: (String) -> Void = { _ in }, twice: () -> Void = {}) {
        switch self {
        case .text(let value): text(value)
        case .number(let value): number(value)
        case .list(let items): for item in items { item.visit(text: text, number: number, twice: twice) }
        case .object(let members):
            for (place, member) in members.enumerated() {
                if members[..<place].contains(where: { $0.name == member.name }) { twice() }
                member.value.visit(text: text, number: number, twice: twice)
            }
        default: break
        }
    }
}
