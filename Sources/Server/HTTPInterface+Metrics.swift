import ConversationModel
import EventLog
import Monitoring
import Synchronization

extension HTTPInterface {
    /// Prometheus' text format, 0.0.4.
    func metrics() async -> String {
        let sources = await pipeline.sources(now: now())
        let position = await pipeline.position.index
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: String)]) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(type)")
            lines += values.map { "\(name)\($0.labels) \($0.value)" }
        }
        state.counts.withLock { counts in
            add(
                "mingjian_events_total", "counter", "Events that came in by HTTP.",
                [("taken", counts.taken), ("duplicate", counts.duplicate), ("refused", counts.refused)].map {
                    ("{outcome=\"\($0.0)\"}", String($0.1))
                })
            add(
                "mingjian_http_responses_total", "counter", "Responses by status.",
                counts.statuses.sorted { $0.key < $1.key }.map { ("{status=\"\($0.key)\"}", String($0.value)) })
            add("mingjian_streams", "gauge", "Streams that are open.", [("", String(counts.streams))])
        }
        add("mingjian_log_records", "gauge", "The position behind the last record folded.", [("", String(position))])
        add("mingjian_shops", "gauge", "Shops that are known.", [("", String(sources.count))])
        add(
            "mingjian_shops_silent", "gauge", "Shops from which nothing comes.",
            [("", String(sources.count(where: \.isSilent)))])
        add(
            "mingjian_events_late_total", "counter", "Events that came later than the lateness allows.",
            [("", String(sources.reduce(0) { $0 + $1.counters.late }))])
        add(
            "mingjian_events_over_limit_total", "counter",
            "Events beyond what one buyer may have in memory: in the log, and in no figure.",
            [("", String(sources.reduce(0) { $0 + $1.counters.overLimit }))])
        add(
            "mingjian_log_up", "gauge", "Whether the log takes events.", [("", pipeline.failure == nil ? "1" : "0")])
        if let rules { lines += rules.board.metrics(end: pipeline.log.end.index) }
        return lines.joined(separator: "\n") + "\n"
    }
}
