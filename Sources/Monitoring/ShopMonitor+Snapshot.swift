import ConversationModel

extension ShopMonitor {
    private static let format: [UInt8] = Array("MJSHOP5\n".utf8)

    /// The state as bytes, with their digest at the end: equal states give equal bytes. Version 5.
    public var snapshot: [UInt8] {
        let body = self.body
        return body + ShopMonitor.digest(of: body[...]).utf8
    }

    private var body: [UInt8] {
        var writer = SnapshotWriter()
        writer.raw(ShopMonitor.format)
        writer.raw(ShopMonitor.bytes(of: policy))
        for value in [
            sequence, counters.applied, counters.late, counters.duplicate, counters.tooOld, counters.overLimit,
            counters.leftOut,
            counters.fromTheFuture, watermarkTime, heard, began, ordersKnownSince, floor, nextCompaction,
        ] { writer.integer(value) }
        for table in [
            names.buyers, names.conversations, names.agents, names.groups, names.orders, names.entries,
            names.commanded, ids.names,
        ] { writer.names(table) }
        for time in ids.times { writer.integer(time) }
        writer.list(buyers) { $0.buyer($1) }
        writer.list(agents) { $0.agent($1) }
        writer.list(commands) { $0.dispatch($1) }
        writer.settings(settings)
        writer.list(ledger.days) { $0.day($1) }
        return writer.bytes
    }

    /// 128 bits of the state, as hexadecimal digits: equal states have equal ones.
    public var digest: String { ShopMonitor.digest(of: body[...]) }

    private static func digest(of bytes: ArraySlice<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { bytes in
            [NameTable.hash(bytes), NameTable.hash(bytes, seed: 0x9AE1_6A3B_2F90_404F)].map { half in
                let digits = String(half, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined()
        }
    }

    /// The state that a snapshot was taken of, under the same policy.
    public init(snapshot: [UInt8], policy: MonitorPolicy) throws(SnapshotError) {
        self.init(policy: policy)
        let body = snapshot.dropLast(32)
        var reader = SnapshotReader(body)
        guard let format = try? reader.raw(), format.elementsEqual(ShopMonitor.format) else { throw .unknownFormat }
        guard try reader.raw().elementsEqual(ShopMonitor.bytes(of: policy)) else { throw .otherPolicy }
        guard ShopMonitor.digest(of: body).utf8.elementsEqual(snapshot.suffix(32)) else { throw .damaged }
        sequence = try reader.integer()
        counters.applied = try reader.integer()
        counters.late = try reader.integer()
        counters.duplicate = try reader.integer()
        counters.tooOld = try reader.integer()
        counters.overLimit = try reader.integer()
        counters.leftOut = try reader.integer()
        counters.fromTheFuture = try reader.integer()
        watermarkTime = try reader.integer()
        heard = try reader.integer()
        began = try reader.integer()
        ordersKnownSince = try reader.integer()
        floor = try reader.integer()
        nextCompaction = try reader.integer()
        names.buyers = try reader.names()
        names.conversations = try reader.names()
        names.agents = try reader.names()
        names.groups = try reader.names()
        names.orders = try reader.names()
        names.entries = try reader.names()
        names.commanded = try reader.names()
        let ids = try reader.names()
        for number in 0..<ids.count { _ = self.ids.append(ids.nameBytes(Int32(number)), try reader.integer()) }
        let bounds = SnapshotBounds(names: names, ids: ids.count, policy: policy.time)
        buyers = try reader.list { reader throws(SnapshotError) in try reader.buyer(bounds) }
        agents = try reader.list { reader throws(SnapshotError) in try reader.agent(bounds) }
        commands = try reader.list { reader throws(SnapshotError) in try reader.dispatch(bounds) }
        guard buyers.count == names.buyers.count, agents.count == names.agents.count,
            commands.count == names.commanded.count
        else { throw .damaged }
        settings = try reader.settings(bounds)
        let calendar = context.calendar
        ledger = Ledger(
            policy,
            days: try reader.list { reader throws(SnapshotError) in try reader.day(bounds, calendar) })
        guard reader.isAtEnd else { throw .damaged }
    }

    /// What makes two policies the same, as bytes.
    private static func bytes(of policy: MonitorPolicy) -> [UInt8] {
        var writer = SnapshotWriter()
        for value in [policy.slotLength, policy.lateness, policy.skew, policy.idleAfter] { writer.integer(value) }
        writer.raw(policy.pendingUntil.rawValue.utf8)
        let time = policy.time
        writer.raw(time.zone.name.utf8)
        writer.list(time.zone.transitions) {
            $0.integer($1.start.milliseconds)
            $0.integer($1.offset)
        }
        writer.integer(time.closeAfter)
        writer.integer(time.closeAfterOpenWait)
        func hours(_ hours: [[TimePolicy.OpenHours]]) {
            writer.list(hours) { writer, day in
                writer.list(day) {
                    $0.integer($1.start)
                    $0.integer($1.end)
                }
            }
        }
        hours(time.openHours)
        writer.flag(time.waits.assistantAnswers)
        writer.flag(time.waits.countsOpenHours)
        writer.raw(time.waits.onTransfer.rawValue.utf8)
        writer.integer(time.waits.cap ?? -1)
        hours(time.waits.assessment?.hours ?? [])
        writer.raw((time.waits.assessment?.by.rawValue ?? "").utf8)
        writer.list(time.buyersLeftOut.sorted()) { $0.raw($1.utf8) }
        return writer.bytes
    }
}

/// What numbers in a snapshot may be, so that no index is ever out of range.
struct SnapshotBounds {
    let buyers: Int
    let conversations: Int
    let agents: Int
    let groups: Int
    let orders: Int
    let entries: Int
    let ids: Int
    let policy: TimePolicy

    init(names: Names, ids: Int, policy: TimePolicy) {
        buyers = names.buyers.count
        conversations = names.conversations.count
        agents = names.agents.count
        groups = names.groups.count
        orders = names.orders.count
        entries = names.entries.count
        self.ids = ids
        self.policy = policy
    }
}
