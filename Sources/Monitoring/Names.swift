import ConversationModel

/// The numbers of a shop's names.
struct Names: Sendable {
    var buyers = NameTable()
    var conversations = NameTable()
    var agents = NameTable()
    var groups = NameTable()
    var orders = NameTable()
    var entries = NameTable()
    /// Those for whom commands are meant: whether there is such an agent is for other events to say.
    var commanded = NameTable()
}

/// The ids of events within the horizon, each with the time that its event counts at.
struct EventIDs: Sendable {
    private(set) var names = NameTable()
    private(set) var times: [Int64] = []

    /// The number of a new id; nil where it is the id of an event since `floor`.
    mutating func add(_ id: String, time: Int64, floor: Int64) -> Int32? {
        let number = names.number(of: id, isOftenLast: false)
        if Int(number) == times.count {
            times.append(time)
        } else if times[Int(number)] >= floor {
            return nil
        } else {
            times[Int(number)] = time
        }
        return number
    }

    /// The number of an id, which may be there for another event.
    mutating func number(of id: String, time: Int64) -> Int32 {
        let number = names.number(of: id, isOftenLast: false)
        if Int(number) == times.count { times.append(time) }
        return number
    }

    /// Forgets those before `floor`; returns the new number of each old one, -1 for those forgotten.
    mutating func compact(floor: Int64) -> [Int32] {
        let map = names.forget(except: times.map { $0 >= floor })
        times.removeAll { $0 < floor }
        return map
    }

    /// Adds an id that is known to be new.
    mutating func append(_ bytes: ArraySlice<UInt8>, _ time: Int64) -> Int32 {
        let number = bytes.withUnsafeBufferPointer { names.number(of: $0) }
        times.append(time)
        return number
    }

    /// Whether `a` counts before `b`: by time, then by what it is, then by id.
    @inline(__always)
    func isBefore(_ a: EventRow, _ b: EventRow) -> Bool {
        if a.time != b.time { return a.time < b.time }
        if a.code != b.code { return a.code.rawValue < b.code.rawValue }
        return isBefore(a.id, b.id)
    }

    /// Whether the id `a` is before the id `b`, byte by byte.
    func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        names.nameBytes(a).lexicographicallyPrecedes(names.nameBytes(b))
    }

    func name(_ number: Int32) -> String? { number == EventRow.none ? nil : names.name(number) }
}

extension ShopMonitor {
    /// Whether events named the agent, commands left out: figures of another one would read as a bad day.
    public func knows(agent: String) -> Bool { names.agents.knows(agent) }

    /// Whether the entry was ever clicked, or set, within the horizon or last before it.
    public func knows(entry: String) -> Bool {
        let set = settings.rows.compactMap(\.change.entries).joined() + settings.base.entries
        return names.entries.knows(entry) || set.contains { $0.id == entry }
    }

    /// Whether events within the horizon named the group.
    public func knows(group: String) -> Bool { names.groups.knows(group) }
}

extension NameTable {
    fileprivate func knows(_ name: String) -> Bool { number(named: name) != nil }

    /// The number of a name that is there.
    func number(named name: String) -> Int32? {
        var name = name
        return name.withUTF8 { known($0) }
    }

    /// The number of `name`; nil where it is new and there are `limit` names.
    mutating func number(of name: String, limit: Int) -> Int32? {
        if count < limit { return number(of: name, isOftenLast: false) }
        var name = name
        return name.withUTF8 { known($0) }
    }
}
