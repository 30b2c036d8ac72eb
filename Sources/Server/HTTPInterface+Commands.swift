import EventLog
import Hummingbird

extension HTTPInterface {
    /// Commands from a position of the log on, for whoever carries them out; without `from` where the log ends, to begin there.
    func commands(_ query: Query) async throws -> Response {
        guard let limit = Int(query["limit"] ?? "100"), (1...1000).contains(limit) else {
            throw HTTPProblem.badParameter("limit", "1 to 1000")
        }
        var position: LogPosition?
        if let text = query["from"] {
            guard let index = UInt64(text), index <= UInt64(Int64.max) else {
                throw HTTPProblem.badParameter("from", "a number that was `next`")
            }
            position = LogPosition(index)
        }
        let page: LivePipeline.CommandPage
        do { page = try pipeline.commands(from: position, limit: limit) } catch EventLogError.beyondEnd(_, let end) {
            throw HTTPProblem("beyond-end", .notFound, "the log ends at \(end): ask without from")
        }
        let head = ResponseJSON.members([
            "asOf": json.time(now()), "sequence": .integer(Int64(clamping: pipeline.log.end.index)),
            "next": .integer(Int64(clamping: page.next.index)),
        ]).bytes
        let lines = page.lines.joined(separator: [UInt8(ascii: ",")])
        return .bytes(head.dropLast() + Array(",\"commands\":[".utf8) + lines + Array("]}".utf8), "application/json")
    }
}
