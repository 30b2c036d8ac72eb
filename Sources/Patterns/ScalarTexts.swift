/// The scalars of messages that were looked at, by their numbers, kept for one block.
///
/// Not safe to share between threads.
public final class ScalarTexts {
    private var scalars = UnsafeMutablePointer<UInt16>.allocate(capacity: 4096)
    private var capacity = 4096
    private var used = 0
    /// Per message where its scalars begin, and how many they are; `unread` before anybody asked, `unnumbered` where
    /// they have no numbers.
    private var places = UnsafeMutablePointer<(begin: UInt32, count: UInt32)>.allocate(capacity: 64)
    private var messageCapacity = 64
    private static let unread = UInt32.max
    private static let unnumbered = UInt32.max - 1

    public init() {}

    deinit {
        scalars.deallocate()
        places.deallocate()
    }

    /// Forgets the block before; the next one has so many messages.
    public func begin(count: Int) {
        used = 0
        if messageCapacity < count {
            places.deallocate()
            messageCapacity = max(count, messageCapacity * 2)
            places = .allocate(capacity: messageCapacity)
        }
        places.initialize(repeating: (0, ScalarTexts.unread), count: count)
    }

    /// The scalars of a message, whose text, well-formed UTF-8, is this; valid until the next call. Nil where they are
    /// too many different ones.
    @inline(__always)
    public func text(
        _ message: Int, of bytes: UnsafeBufferPointer<UInt8>, in space: AutomatonSpace
    ) -> UnsafeBufferPointer<UInt16>? {
        if places[message].count == ScalarTexts.unread { read(message, bytes, space) }
        let place = places[message]
        if place.count == ScalarTexts.unnumbered { return nil }
        return UnsafeBufferPointer(start: scalars + Int(place.begin), count: Int(place.count))
    }

    @inline(never)
    private func read(_ message: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ space: AutomatonSpace) {
        if capacity - used < bytes.count { grow(bytes.count) }
        let begin = used
        var i = 0
        while i < bytes.count {
            let first = UInt32(bytes[i])
            let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            var scalar = length == 1 ? first : first & 0x7F >> UInt32(length)
            for place in i + 1..<min(i + length, bytes.count) { scalar = scalar << 6 | UInt32(bytes[place]) & 0x3F }
            guard let number = space.number(of: scalar) else {
                used = begin
                places[message].count = ScalarTexts.unnumbered
                return
            }
            scalars[used] = number
            used += 1
            i += length
        }
        places[message] = (UInt32(begin), UInt32(used - begin))
    }

    private func grow(_ more: Int) {
        let larger = UnsafeMutablePointer<UInt16>.allocate(capacity: max(capacity * 2, used + more))
        larger.moveInitialize(from: scalars, count: used)
        scalars.deallocate()
        scalars = larger
        capacity = max(capacity * 2, used + more)
    }
}
