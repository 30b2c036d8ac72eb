import ConversationModel
import Events
import Synchronization
import Synthesis

/// The day of simulated shops as lines of events, in the order of their receipt.
///
/// A shop's day is made at once and kept as bytes. A command that comes while the day goes on makes the rest of its
/// shop's day anew; what was given out before is the same in the new one (see `EventGenerator`).
struct SimulatedDay {
    /// Lines by receipt, and the next one to give out.
    private struct Lines {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        var receipts: [Int64] = []
        var next = 0

        var due: Int64 { next < receipts.count ? receipts[next] : .max }

        mutating func append(_ event: Event) {
            EventWriter.append(event, to: &bytes)
            ends.append(bytes.count)
            receipts.append(event.received.milliseconds)
        }

        mutating func take(into out: inout [UInt8]) {
            out += bytes[(next == 0 ? 0 : ends[next - 1])..<ends[next]]
            next += 1
        }
    }

    private let seeds: [UInt64]
    private let plans: [ShopPlan]
    /// Of each shop, and of the commands at the end.
    private var lines: [Lines]
    /// When each of them has its next line; `.max`: never.
    private var due: [Int64]
    private var commands: [Event] = []

    /// A day of so many shops, each the same whatever their number; `commands` are obeyed, and given out with the rest.
    ///
    /// Made only in part where the process is interrupted.
    init(seed: UInt64, shops: Int, day: String, start: Instant, commands: [Event] = []) {
        let names = SimulatedDay.shopNames(shops)
        seeds = names.indices.map { seed &+ UInt64($0) &* 0x9E37_79B9_7F4A_7C15 }
        plans = names.map { name in
            var plan = ShopPlan()
            plan.shop = name
            plan.tag = SimulatedDay.tag(seed: seed, day: day)
            plan.start = start
            plan.days = 1
            return plan
        }
        lines = [Lines](repeating: Lines(), count: shops + 1)
        due = [Int64](repeating: .max, count: shops + 1)
        let ordered = commands.enumerated().sorted {
            ($0.element.received, $0.offset) < ($1.element.received, $1.offset)
        }
        give(ordered.map(\.element))
        for shop in plans.indices where !Surroundings.isInterrupted.load(ordering: .relaxed) { make(shop) }
    }

    /// What the ids of a day's events begin with.
    static func tag(seed: UInt64, day: String) -> String { "\(day)-\(seed)-" }

    /// The names of so many shops.
    static func shopNames(_ count: Int) -> [String] {
        (0..<count).map { ShopPlan().shop + ($0 == 0 ? "" : "\($0 + 1)") }
    }

    /// How many lines there are, with those given out.
    var count: Int { lines.reduce(0) { $0 + $1.receipts.count } }

    /// When the next line is received; nil at the end.
    var nextReceipt: Instant? { due.min().flatMap { $0 == .max ? nil : Instant(milliseconds: $0) } }

    /// The next lines that are received by `now`, at most `limit`; of one instant commands come last, shops in their order.
    mutating func take(until now: Instant, limit: Int) -> (bytes: [UInt8], count: Int) {
        var (bytes, count) = ([UInt8](), 0)
        while count < limit {
            var first = 0
            for index in due.indices where due[index] < due[first] { first = index }
            guard due[first] < .max, due[first] <= now.milliseconds else { break }
            lines[first].take(into: &bytes)
            due[first] = lines[first].due
            count += 1
        }
        return (bytes, count)
    }

    /// Obeys commands that were received just now: at the receipt of what was last given out or later. Those that `areKnown` where the
    /// lines go are not given out.
    mutating func obey(_ commands: [Event], areKnown: Bool = false) {
        if areKnown { self.commands += commands } else { give(commands) }
        for (shop, plan) in plans.enumerated() where commands.contains(where: { $0.shop == plan.shop }) { make(shop) }
    }

    private mutating func give(_ commands: [Event]) {
        self.commands += commands
        for command in commands { lines[plans.count].append(command) }
        due[plans.count] = lines[plans.count].due
    }

    private mutating func make(_ shop: Int) {
        var generator = EventGenerator(seed: seeds[shop], plan: plans[shop], commands: commands)
        var made = Lines()
        for event in generator.events() { made.append(event) }
        made.next = lines[shop].next
        lines[shop] = made
        due[shop] = made.due
    }
}
