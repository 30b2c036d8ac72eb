import ConversationModel
import EventLog
import HTTPTypes
import Hummingbird
import Monitoring

extension HTTPInterface {
    /// Points of a day, each beside the one of the day before; those before the horizon are null.
    func series(_ shop: String, _ query: Query) async throws -> Response {
        let name = try figureName(query)
        let now = now()
        var day = zone.day(of: now)
        if let text = query["day"] {
            guard let named = CalendarDay(text) else { throw HTTPProblem.badParameter("day", "YYYY-MM-DD") }
            day = named
        }
        let sequence = await pipeline.position.index
        guard let monitor = await pipeline.shop(shop) else { throw HTTPProblem.noShop }
        guard let every = query["every"].map({ Int64($0) }) ?? monitor.policy.slotLength / 60_000,
            (1...1440).contains(every)
        else {
            throw HTTPProblem.badParameter("every", "1 to 1440 minutes")
        }
        // A day on which clocks are changed has 23 or 25 hours.
        let start = zone.start(of: day)
        let end = zone.start(of: CalendarDay(daysSince1970: day.daysSince1970 + 1))
        let minutes = (end.milliseconds - start.milliseconds) / 60_000
        // Many figures of one state, which is a value: computed here, nobody waits for it.
        func point(_ instant: Instant) -> ResponseJSON {
            guard instant <= now, instant >= monitor.oldestAnswer ?? instant else { return .null }
            return .integer(name.value(in: monitor.figures(at: instant)))
        }
        var stops = Array(stride(from: every, through: minutes, by: Int64.Stride(every)))
        // The last stretch may be shorter.
        if stops.last != minutes { stops.append(minutes) }
        let points = stops.map { minute in
            let instant = start.advanced(by: minute * 60_000)
            // At 24:00 the next day has begun, and all that is counted for days with it.
            let asked = instant < end ? instant : end.advanced(by: -1)
            return ResponseJSON.members([
                "at": json.time(instant), "value": point(asked),
                "yesterday": point(monitor.sameTimeYesterday(asked)),
            ])
        }
        return .bytes(
            ResponseJSON.members([
                "shop": .text(shop), "figure": .text(name.rawValue), "day": .text(day.description),
                "asOf": json.time(now), "watermark": json.time(monitor.watermark),
                "sequence": .integer(Int64(clamping: sequence)), "points": .list(points),
            ]).bytes, "application/json")
    }
}
