import Monitoring

/// The states of all shops as bytes: what a snapshot of the log holds.
///
///     "MJLIVE1\n" shops:u64 { nameLength:u64 name stateLength:u64 state }, shops by name, numbers little-endian
enum LiveSnapshot {
    private static let format = Array("MJLIVE1\n".utf8)

    static func bytes(of monitor: Monitor) -> [UInt8] {
        var bytes = format
        let names = monitor.names
        append(names.count, to: &bytes)
        for name in names {
            append(name.utf8.count, to: &bytes)
            bytes += name.utf8
            let state = monitor.shop(name)?.snapshot ?? []
            append(state.count, to: &bytes)
            bytes += state
        }
        return bytes
    }

    static func monitor(
        from bytes: [UInt8], policy: @escaping @Sendable (String) -> MonitorPolicy
    ) throws(SnapshotError) -> Monitor {
        guard bytes.starts(with: format) else { throw .unknownFormat }
        var monitor = Monitor(policy: policy)
        var rest = bytes[format.count...]
        for _ in 0..<(try number(&rest)) {
            let name = String(decoding: try part(&rest), as: UTF8.self)
            let state = Array(try part(&rest))
            monitor.restore(try ShopMonitor(snapshot: state, policy: policy(name)), of: name)
        }
        guard rest.isEmpty else { throw .damaged }
        return monitor
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: UInt64(number) >> UInt64(shift)))
        }
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) throws(SnapshotError) -> Int {
        guard rest.count >= 8 else { throw .damaged }
        let value = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(8)
        guard value <= UInt64(bytesLimit) else { throw .damaged }
        return Int(value)
    }

    private static func part(_ rest: inout ArraySlice<UInt8>) throws(SnapshotError) -> ArraySlice<UInt8> {
        let count = try number(&rest)
        guard count <= rest.count else { throw .damaged }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// No number in a snapshot is larger.
    private static let bytesLimit = 1 << 40
}
