import EventLog
import HTTPTypes
import Hummingbird
import Monitoring

extension HTTPInterface {
    /// Where a figure comes from.
    func explain(_ shop: String, _ query: Query) async throws -> Response {
        guard [nil, "true", "false"].contains(query["assistant"]) else {
            throw HTTPProblem.badParameter("assistant", "true or false")
        }
        let name = try figureName(query)
        guard let day = Explanation.Day(rawValue: query["day"] ?? Explanation.Day.today.rawValue) else {
            throw HTTPProblem.badParameter(
                "day", "one of \(Explanation.Day.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard
            let figure = name.figure(
                group: query["group"], agent: query["agent"], isAssistant: query["assistant"] == "true",
                entry: query["entry"]), day == .today || figure.isOfDay
        else {
            throw HTTPProblem(
                "no-such-figure", .notFound, "the figure is not told of such a group, agent, assistant, entry or day")
        }
        let sequence = await pipeline.position.index
        guard let explanation = try await pipeline.explain(figure, of: shop, on: day, at: try instant(query)) else {
            throw HTTPProblem.noShop
        }
        let watermark = await pipeline.shop(shop)?.watermark
        return .bytes(
            json.value(explanation, shop: shop, name: name, watermark: watermark, sequence: sequence).bytes,
            "application/json")
    }

    /// The figure that is asked for.
    func figureName(_ query: Query) throws(HTTPProblem) -> FigureName {
        guard let name = query["figure"].flatMap({ FigureName(rawValue: $0) }) else {
            throw HTTPProblem.badParameter(
                "figure", "one of \(FigureName.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return name
    }
}
