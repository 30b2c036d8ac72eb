import CHardware
import ConversationModel

/// Which events the log has taken in during the last 48 hours of event time, and whether one more may come in.
///
/// A table of fingerprints: 24 bytes a slot, at most three quarters in use. An event that is older than what the
/// table remembers is refused, so that forgetting never lets an event in twice. When the table is full, the oldest
/// quarter is forgotten before its time, and what is as old is refused from then on.
struct SeenEvents {
    struct Limits: Hashable, Sendable {
        /// How long before the newest receipt an event may have happened, in milliseconds.
        var horizon: Int64
        /// How far the receipt may be ahead of the present, and the event of its receipt, in milliseconds.
        var skew: Int64
        /// How many events are remembered; at least 64.
        var count: Int

        init(horizon: Int64, skew: Int64, count: Int) {
            self.horizon = horizon
            self.skew = skew
            self.count = max(64, count)
        }
    }

    struct Fingerprint: Hashable {
        var high: UInt64
        var low: UInt64
    }

    private struct Slot {
        var fingerprint = Fingerprint(high: 0, low: 0)
        var time: Int64 = 0

        /// No fingerprint is zero.
        var isFree: Bool { fingerprint.high == 0 && fingerprint.low == 0 }
    }

    let limits: Limits
    /// The newest receipt so far, `Int64.min` before the first.
    private(set) var clock = Int64.min
    /// Events before this were forgotten for want of room.
    private(set) var forgottenBefore = Int64.min
    private(set) var count = 0
    private var slots: [Slot]
    private let largest: Int
    /// Drawn anew for each table, so that nobody can prepare ids that collide in it.
    private let salt: (UInt64, UInt64)

    init(_ limits: Limits) {
        self.limits = limits
        // Room for all of them at three quarters, as a power of two.
        largest = 1 << max(10, Int.bitWidth - (limits.count / 3 * 4).leadingZeroBitCount)
        slots = [Slot](repeating: Slot(), count: 1 << 10)
        var generator = SystemRandomNumberGenerator()
        salt = (generator.next(), generator.next())
    }

    /// Events before this are refused.
    var horizon: Int64 {
        clock == .min ? forgottenBefore : max(forgottenBefore, Instant(milliseconds: clock).before(limits.horizon))
    }

    /// The memory of the table in bytes.
    var bytes: Int { slots.count * MemoryLayout<Slot>.stride }

    enum Admission: Hashable {
        case new, duplicate
        case refused(Refusal)
    }

    /// Moves the clock on to what is known of records that need not be remembered.
    mutating func advance(toReceipt received: Int64) {
        clock = max(clock, received)
    }

    /// Decides on an event and remembers it if it is new.
    mutating func admit(
        _ fingerprint: Fingerprint, time: Int64, received: Int64, now: Int64
    ) -> Admission {
        if received > Instant(milliseconds: now).advanced(by: limits.skew).milliseconds {
            return .refused(.receivedInFuture)
        }
        let oldest = max(horizon, Instant(milliseconds: received).before(limits.horizon))
        if bounded(time, by: received) < oldest { return .refused(.tooOld) }
        return remember(fingerprint, time: time, received: received) ? .new : .duplicate
    }

    /// Remembers an event that is in the log, or comes in now; says whether it was not known.
    @discardableResult
    mutating func remember(_ fingerprint: Fingerprint, time: Int64, received: Int64) -> Bool {
        let time = bounded(time, by: received)
        let horizon = max(horizon, Instant(milliseconds: received).before(limits.horizon))
        var index = Int(truncatingIfNeeded: fingerprint.low) & (slots.count - 1)
        while !slots[index].isFree, slots[index].fingerprint != fingerprint {
            index = (index + 1) & (slots.count - 1)
        }
        // What is past counts as gone, swept out or not: else a restart would change the answer.
        let isHeld = !slots[index].isFree
        if isHeld, slots[index].time >= horizon { return false }
        // Not for duplicates: they are not in the log, from which the clock is read again after a restart.
        clock = max(clock, received)
        guard time >= horizon else { return true }
        slots[index] = Slot(fingerprint: fingerprint, time: time)
        if isHeld { return true }
        count += 1
        if count >= min(limits.count, slots.count / 4 * 3) { makeRoom() }
        return true
    }

    /// Has the memory of a fingerprint that is remembered soon on its way.
    func fetch(_ fingerprint: Fingerprint) {
        slots.withUnsafeBufferPointer { slots in
            guard let base = slots.baseAddress else { return }
            mj_fetch_to_write(base + Int(truncatingIfNeeded: fingerprint.low) & (slots.count - 1))
        }
    }

    /// SipHash with 128 bits, keyed by the salt, over the length of the shop's key, key and id.
    func fingerprint(shop: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer) -> Fingerprint {
        withUnsafeTemporaryAllocation(byteCount: 8 + shop.count + id.count, alignment: 8) { bytes in
            bytes.storeBytes(of: UInt64(shop.count).littleEndian, as: UInt64.self)
            UnsafeMutableRawBufferPointer(rebasing: bytes[8...]).copyMemory(from: shop)
            UnsafeMutableRawBufferPointer(rebasing: bytes[(8 + shop.count)...]).copyMemory(from: id)
            let (high, low) = SipHash.hash(UnsafeRawBufferPointer(bytes), key: salt)
            return Fingerprint(high: high, low: low == 0 ? 1 : low)
        }
    }

    /// The time that counts: an event dated 2099 is not remembered till then.
    private func bounded(_ time: Int64, by received: Int64) -> Int64 {
        min(time, Instant(milliseconds: received).advanced(by: limits.skew).milliseconds)
    }

    /// Forgets what is past; if that is not enough, grows; and at the limit forgets the oldest.
    private mutating func makeRoom() {
        let horizon = horizon
        let live = slots.count { !$0.isFree && $0.time >= horizon }
        var size = slots.count
        if live >= limits.count / 8 * 7 {
            forgettingOldest()
        } else if live > size / 2 {
            size = min(size * 2, largest)
        }
        rebuild(size)
    }

    /// Moves the horizon past the oldest quarter, told by a sample of the table.
    private mutating func forgettingOldest() {
        let horizon = horizon
        let stride = max(1, slots.count / 8192)
        var times = Swift.stride(from: 0, to: slots.count, by: stride).compactMap { index in
            slots[index].isFree || slots[index].time < horizon ? nil : slots[index].time
        }
        times.sort()
        guard !times.isEmpty else { return }
        forgottenBefore = Instant(milliseconds: times[times.count / 4]).advanced(by: 1).milliseconds
    }

    private mutating func rebuild(_ size: Int) {
        let horizon = horizon
        var next = [Slot](repeating: Slot(), count: size)
        count = 0
        for slot in slots where !slot.isFree && slot.time >= horizon {
            var index = Int(truncatingIfNeeded: slot.fingerprint.low) & (size - 1)
            while !next[index].isFree { index = (index + 1) & (size - 1) }
            next[index] = slot
            count += 1
        }
        slots = next
    }
}

extension Instant {
    /// The milliseconds of the moment `milliseconds` earlier, clamped at the ends of the range.
    fileprivate func before(_ milliseconds: Int64) -> Int64 {
        advanced(by: -milliseconds).milliseconds
    }
}
