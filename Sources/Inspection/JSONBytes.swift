import ConversationModel

/// Writes JSON as bytes, without a value tree, into a buffer that is used again.
struct JSONBytes: ~Copyable {
    private(set) var count = 0
    private var capacity: Int
    private var base: UnsafeMutablePointer<UInt8>

    init(capacity: Int = 256) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit {
        base.deallocate()
    }

    /// What was written; valid until more is.
    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }
    /// What was written, for keeps.
    var bytes: [UInt8] { [UInt8](written) }

    /// Forgets what was written, keeping the room.
    mutating func removeAll() {
        count = 0
    }

    /// Makes room for `more` bytes.
    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if capacity &- count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        new.update(from: base, count: count)
        base.deallocate()
        base = new
        capacity = larger
    }

    // MARK: As it is

    @inline(__always)
    mutating func raw(_ text: StaticString) {
        reserve(text.utf8CodeUnitCount)
        (base + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        count &+= text.utf8CodeUnitCount
    }

    @inline(__always)
    mutating func raw(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).update(from: start, count: bytes.count)
        count &+= bytes.count
    }

    mutating func raw(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { raw($0) }
    }

    // MARK: Numbers

    /// An integer in decimal digits.
    mutating func integer(_ value: some BinaryInteger) {
        let value = Int64(value)
        // 19 digits and a sign.
        reserve(20)
        if value < 0 { put(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while digits < 19, rest >= bound {
            digits &+= 1
            bound &*= 10
        }
        var place = count &+ digits
        count = place
        repeat {
            place &-= 1
            base[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }

    /// `YYYY-MM-DD`; days before year 0 and after 9999 are written as the nearest within.
    mutating func day(_ day: CalendarDay) {
        // 0000-01-01 and 9999-12-31.
        let within = min(max(day.daysSince1970, -719_528), 2_932_896)
        let (year, month, date) = CalendarDay(daysSince1970: within).civil
        reserve(10)
        twoDigits(year / 100)
        twoDigits(year % 100)
        put(UInt8(ascii: "-"))
        twoDigits(month)
        put(UInt8(ascii: "-"))
        twoDigits(date)
    }

    @inline(__always)
    private mutating func twoDigits(_ value: Int) {
        put(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / 10))
        put(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10))
    }

    // MARK: Strings

    /// A string with its quotes.
    mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        raw("\"")
        escaped(text)
        raw("\"")
    }

    mutating func string(_ text: ArraySlice<UInt8>) {
        text.withUnsafeBufferPointer { string($0) }
    }

    mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string($0) }
    }

    /// What stands between the quotes of a string.
    mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress else { return }
        reserve(text.count)
        var i = 0
        while i < text.count {
            if text.count &- i >= 8 {
                let word = UnsafeRawPointer(start + i).loadUnaligned(as: UInt64.self)
                if !JSONBytes.needsEscape(word) {
                    UnsafeMutableRawPointer(base + count).storeBytes(of: word, as: UInt64.self)
                    count &+= 8
                    i &+= 8
                    continue
                }
            }
            let byte = start[i]
            i &+= 1
            if byte >= 0x20, byte != 0x22, byte != 0x5C { put(byte) } else { escape(byte, before: text.count &- i) }
        }
    }

    /// Whether one of eight bytes is a control character, a quote or a backslash.
    @inline(__always)
    private static func needsEscape(_ word: UInt64) -> Bool {
        func hasZero(_ word: UInt64) -> UInt64 { (word &- 0x0101_0101_0101_0101) & ~word }
        let below = (word &- 0x2020_2020_2020_2020) & ~word
        let found = below | hasZero(word ^ 0x2222_2222_2222_2222) | hasZero(word ^ 0x5C5C_5C5C_5C5C_5C5C)
        return found & 0x8080_8080_8080_8080 != 0
    }

    /// Escapes a byte and keeps room for the `rest` bytes behind it.
    private mutating func escape(_ byte: UInt8, before rest: Int) {
        // The longest escape is six bytes.
        reserve(6 + rest)
        put(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: put(byte)
        case 0x0A: put(UInt8(ascii: "n"))
        case 0x0D: put(UInt8(ascii: "r"))
        case 0x09: put(UInt8(ascii: "t"))
        default:
            raw("u00")
            for nibble in [byte >> 4, byte & 15] { put(nibble < 10 ? 48 + nibble : 87 + nibble) }
        }
    }

    /// A byte for which there is room.
    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        base[count] = byte
        count &+= 1
    }
}
