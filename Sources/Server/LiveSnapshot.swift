import EventLog
import Monitoring

/// A fold as bytes: what a snapshot of the log holds.
///
///     "MJLIVE2\n" positions:u64 { position:u64 } shops:u64 { nameLength:u64 name stateLength:u64 state }
///
/// One position stands for all partitions; else there are 1,024 of them. Shops by name, numbers little-endian. "MJLIVE1\n" has
/// no positions: it is of a log, and the name of its file says them.
enum LiveSnapshot {
    private static let format = Array("MJLIVE2\n".utf8)
    private static let formatWithoutPositions = Array("MJLIVE1\n".utf8)

    static func bytes(of monitor: Monitor, at positions: PartitionPositions) -> [UInt8] {
        var bytes = format
        if positions.areEqual {
            append(1, to: &bytes)
            append(Int(positions.lowest.index), to: &bytes)
        } else {
            append(ShopPartition.count, to: &bytes)
            for partition in ShopPartition.all { append(Int(positions[partition].index), to: &bytes) }
        }
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

    /// The fold; of a snapshot that does not say where it stands, at `position`.
    static func read(
        _ bytes: [UInt8], at position: LogPosition, policy: @escaping @Sendable (String) -> MonitorPolicy
    ) throws(SnapshotError) -> (monitor: Monitor, positions: PartitionPositions) {
        let hasPositions = bytes.starts(with: format)
        guard hasPositions || bytes.starts(with: formatWithoutPositions) else { throw .unknownFormat }
        var monitor = Monitor(policy: policy)
        var rest = bytes[format.count...]
        let positions = hasPositions ? try self.positions(&rest) : PartitionPositions(position)
        for _ in 0..<(try number(&rest)) {
            let name = String(decoding: try part(&rest), as: UTF8.self)
            let state = Array(try part(&rest))
            monitor.restore(try ShopMonitor(snapshot: state, policy: policy(name)), of: name)
        }
        guard rest.isEmpty else { throw .damaged }
        return (monitor, positions)
    }

    private static func positions(_ rest: inout ArraySlice<UInt8>) throws(SnapshotError) -> PartitionPositions {
        let count = try number(&rest)
        guard count == 1 || count == ShopPartition.count else { throw .damaged }
        var positions = PartitionPositions(LogPosition(UInt64(try number(&rest))))
        for partition in ShopPartition.all.dropFirst().prefix(count - 1) {
            positions[partition] = LogPosition(UInt64(try number(&rest)))
        }
        return positions
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
        guard value <= UInt64(Int.max) else { throw .damaged }
        return Int(value)
    }

    private static func part(_ rest: inout ArraySlice<UInt8>) throws(SnapshotError) -> ArraySlice<UInt8> {
        let count = try number(&rest)
        guard count <= rest.count else { throw .damaged }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
