import ConversationModel

/// Makes the events of a shop: agents with shifts and tempers, an assistant, buyers who ask, wait, order and pay,
/// with peaks of the day, a sale at midnight and outages. The same seed, plan and commands give the same events.
///
/// The shop obeys the commands of a supervisor: see `init`. What happened before a command was received is the same
/// without it.
public struct EventGenerator: Sendable {
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour

    let plan: ShopPlan
    private let seed: UInt64
    /// Those of this shop by receipt, then by id: a later one changes no number of an earlier one.
    let commands: [Event]
    /// Of what is made just now.
    var stream: SeededStream
    var agents: [Agent] = []
    /// Ascending.
    var switches: [(time: Int64, state: AssistantSwitches)] = []
    /// Time from the start, what happened.
    private var happened: [(time: Int64, content: Event.Content)] = []

    /// The shop of `plan`, as `seed` makes it.
    ///
    /// It obeys those of the `commands` that are its own, a moment after each was received. A `dispatch-commanded` suspends, resumes or
    /// moves an agent, and is answered (`dispatch-acknowledged`, or `dispatch-failed` where there is no such agent or group, or he is
    /// not there). A `settings-changed` says whether the assistant is on, and who comes first. Everything else is ignored.
    public init(seed: UInt64, plan: ShopPlan = ShopPlan(), commands: [Event] = []) {
        self.plan = plan
        self.seed = seed
        self.commands = commands.filter { $0.shop == plan.shop }
            .sorted { ($0.received.milliseconds, $0.id) < ($1.received.milliseconds, $1.id) }
        stream = SeededStream(seed: seed)
    }

    /// All events, in the order in which they are received. The commands are not among them.
    public mutating func events() -> [Event] {
        happened = []
        hire()
        for day in 0..<plan.days {
            for buyer in 0..<plan.buyersPerDay { visit(day, buyer) }
        }
        return received()
    }

    /// What has random numbers of its own, so that what a command changes stays where it is.
    enum Purpose: UInt64 {
        case staff, visit, receipt, command
    }

    func numbers(for purpose: Purpose, _ number: Int = 0) -> SeededStream {
        SeededStream(seed: seed ^ (purpose.rawValue &* 0xA24B_AED4_963E_E407), index: UInt64(number))
    }

    mutating func add(_ time: Int64, _ content: Event.Content) { happened.append((time, content)) }

    // MARK: Receipt

    /// Puts the events in order of receipt, with what is late, cut off and doubled.
    private mutating func received() -> [Event] {
        stream = numbers(for: .receipt)
        var events: [Event] = []
        happened = happened.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
        for (number, event) in happened.enumerated() {
            var receipt = event.time + Int64(stream.within(20...800))
            if stream.chance(plan.latePerMille) { receipt += Int64(stream.within(1...20)) * EventGenerator.minute }
            if let outage = plan.outages.first(where: { $0.from <= event.time && event.time < $0.to }) {
                receipt = max(receipt, outage.to + Int64(stream.within(0...5_000)))
            }
            let made = Event(
                id: "\(plan.tag)v\(number)", shop: plan.shop, time: plan.start.advanced(by: event.time),
                received: plan.start.advanced(by: receipt), content: event.content)
            events.append(made)
            if stream.chance(plan.doubledPerMille) {
                var again = made
                again.received = made.received.advanced(by: Int64(stream.within(1...600_000)))
                events.append(again)
            }
        }
        return events.enumerated().sorted { a, b in
            (a.element.received.milliseconds, a.offset) < (b.element.received.milliseconds, b.offset)
        }.map(\.element)
    }
}
