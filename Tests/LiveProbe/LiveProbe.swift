import ConversationModel
import Events
import Foundation
import Monitoring

/// A process that benchmarks time: the fold and the figures alone, without log and transport. No part of the product.
///
///     live-probe fold FILE          events of a file folded in memory: seconds, bytes of a shop and of a buyer
///     live-probe refresh FILE AT    the figures of all shops at an instant, 20 times
@main
struct LiveProbe {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 2 else { exit(64) }
        let events = try read(arguments[1])
        switch arguments[0] {
        case "fold" where arguments.count == 2: try print(fold(events))
        case "refresh" where arguments.count == 3:
            guard let at = Int64(arguments[2]) else { exit(64) }
            try print(refresh(events, at: Instant(milliseconds: at)))
        default: exit(64)
        }
    }

    private static func read(_ path: String) throws -> [Event] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return EventReader().read(bytes).map { record in
            guard case .event(let event) = record else { exit(65) }
            return event
        }
    }

    private static func fold(_ events: [Event]) -> [String: Any] {
        let before = resident()
        let clock = ContinuousClock()
        var monitor = Monitor { _ in MonitorPolicy() }
        let cpu = processorSeconds()
        let taken = clock.measure {
            for event in events { monitor.apply(event) }
        }
        let used = processorSeconds() - cpu
        let grown = resident() - before
        var (applied, buyers): (Int64, Set<String>) = (0, [])
        for shop in monitor.shops { applied += shop.counters.applied }
        for event in events { buyer(of: event).map { _ = buyers.insert("\(event.shop)/\($0)") } }
        return [
            "events": events.count, "applied": applied, "shops": monitor.shops.count, "buyers": buyers.count,
            "seconds": seconds(taken), "processorSeconds": used, "bytes": grown,
            "countedBytes": monitor.shops.reduce(0) { $0 + $1.memory }, "digest": digest(monitor),
        ]
    }

    private static func refresh(_ events: [Event], at instant: Instant) -> [String: Any] {
        var monitor = Monitor { _ in MonitorPolicy() }
        for event in events { monitor.apply(event) }
        let clock = ContinuousClock()
        var agents = 0
        var served: Int64 = 0
        let times = (0..<20).map { _ in
            (agents, served) = (0, 0)
            let taken = clock.measure {
                for shop in monitor.shops {
                    let figures = shop.figures(at: instant)
                    agents += figures.agents.count
                    served += figures.today.served
                }
            }
            return seconds(taken) * 1000
        }
        let figures = monitor.names.compactMap { monitor.shop($0) }.map { "\($0.figures(at: instant))" }.joined()
        return [
            "figures": checksum(figures), "shops": monitor.shops.count, "agents": agents, "served": served,
            "milliseconds": times,
            "digest": digest(monitor),
        ]
    }

    private static func buyer(of event: Event) -> String? {
        switch event.content {
        case .message(let message): message.buyer
        case .conversation(let change): change.buyer
        case .order(let change): change.buyer
        default: nil
        }
    }

    /// The digests of all shops, in the order of their names.
    private static func digest(_ monitor: Monitor) -> String {
        checksum(monitor.names.map { monitor.shop($0)?.digest ?? "" }.joined())
    }

    private static func checksum(_ text: String) -> String {
        let sum = text.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return String(sum, radix: 16)
    }

    private static func print(_ values: [String: Any]) throws {
        let data = try JSONSerialization.data(withJSONObject: values, options: [.sortedKeys])
        Swift.print(String(decoding: data, as: UTF8.self))
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Resident bytes of this process; 0 where nothing tells.
    private static func resident() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
