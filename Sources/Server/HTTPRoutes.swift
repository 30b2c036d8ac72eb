import Foundation
import Monitoring

/// What the API offers: the table by which requests are answered and `/openapi.json` is written.
struct HTTPRoute: Hashable, Sendable {
    enum Operation: String, Hashable, Sendable, CaseIterable {
        case postEvents, listCommands, listShops, shopFigures, shopSeries, shopExplain, shopSources, shopStream,
            shopFindings,
            shopFindingsStream
        case livez, readyz, metrics, openapi
    }

    struct Parameter: Hashable, Sendable {
        var name: String
        var isRequired = false
        var about: String
        /// What values may be, as JSON Schema.
        var schema = ResponseJSON.members(["type": .text("string")])
    }

    var operation: Operation
    var method: String
    /// With `{shop}` for a name of one path segment.
    var path: String
    var about: String
    var parameters: [Parameter] = []
    var mediaType = "application/json"
    /// The schema of the answer among `OpenAPISchemas.all`; nil: any object, or text.
    var schema: String?
    /// Whether a token is needed where there are any.
    var isProtected = true

    private static let at = Parameter(
        name: "at", about: "RFC 3339 with an offset, or milliseconds since 1970, up to 2200; now where it is absent",
        schema: .members([
            "anyOf": .list([
                .members(["type": .text("string"), "format": .text("date-time")]),
                .members(["type": .text("integer"), "minimum": .integer(0), "maximum": .integer(7_258_118_400_000)]),
            ])
        ]))

    /// The parameter that names a figure.
    private static func figure(_ about: String) -> Parameter {
        Parameter(
            name: "figure", isRequired: true, about: about,
            schema: OpenAPISchemas.words(FigureName.allCases.map(\.rawValue)))
    }

    static let all = [
        HTTPRoute(
            operation: .postEvents, method: "POST", path: "/api/v1/events",
            about: "Takes events; answers when they are synced. Sending them again is harmless"),
        HTTPRoute(
            operation: .listCommands, method: "GET", path: "/api/v1/commands",
            about:
                "Commands to shops (dispatch-commanded, settings-changed) as events, in the order of the log: for whoever carries "
                + "them out. Without `from` none, and in `next` where the log ends",
            parameters: [
                Parameter(
                    name: "from", about: "`next` of the answer before: a position of the log",
                    schema: .members(["type": .text("integer"), "minimum": .integer(0)])),
                Parameter(
                    name: "limit", about: "commands of an answer, 1 to 1000; 100 where it is absent",
                    schema: .members(["type": .text("integer"), "minimum": .integer(1), "maximum": .integer(1000)])),
            ]),
        HTTPRoute(operation: .listShops, method: "GET", path: "/api/v1/shops", about: "Names of the shops, ascending"),
        HTTPRoute(
            operation: .shopFigures, method: "GET", path: "/api/v1/shops/{shop}/figures",
            about: "The figures of a shop at an instant", parameters: [at], schema: "Figures"),
        HTTPRoute(
            operation: .shopSeries, method: "GET", path: "/api/v1/shops/{shop}/series",
            about: "A figure over a day, beside the day before",
            parameters: [
                figure("the shop's figure"),
                Parameter(
                    name: "day", about: "YYYY-MM-DD in the shop's zone; today where it is absent",
                    schema: .members(["type": .text("string"), "format": .text("date")])),
                Parameter(
                    name: "every", about: "minutes between points, 1 to 1440; the shop's slot where it is absent",
                    schema: .members(["type": .text("integer"), "minimum": .integer(1), "maximum": .integer(1440)])),
            ]),
        HTTPRoute(
            operation: .shopExplain, method: "GET", path: "/api/v1/shops/{shop}/explain",
            about: "What a figure counted, and what it left out",
            parameters: [
                figure("of the shop, or of agent, group or assistant where it has that scope"),
                Parameter(name: "agent", about: "whose figure"),
                Parameter(name: "group", about: "whose figure; empty: of those who are in no group"),
                Parameter(
                    name: "assistant", about: "true: the assistant's figure",
                    schema: .members(["type": .text("boolean")])),
                Parameter(name: "entry", about: "the entry of clicks; all of them where it is absent"),
                Parameter(
                    name: "day", about: "which day's, of figures that are counted for days; today where it is absent",
                    schema: OpenAPISchemas.words(Explanation.Day.allCases.map(\.rawValue))),
                at,
            ], schema: "Explanation"),
        HTTPRoute(
            operation: .shopSources, method: "GET", path: "/api/v1/shops/{shop}/sources",
            about: "How the shop's source is doing"),
        HTTPRoute(
            operation: .shopStream, method: "GET", path: "/api/v1/shops/{shop}/stream",
            about: "Server-sent events: the figures, then what has changed at each refresh",
            mediaType: "text/event-stream"),
        HTTPRoute(
            operation: .shopFindings, method: "GET", path: "/api/v1/shops/{shop}/findings",
            about: "What the rules find at present: findings that stand and may still be taken back, the latest first",
            parameters: [
                Parameter(
                    name: "limit", about: "findings of a page, 1 to 1000; 100 where it is absent",
                    schema: .members(["type": .text("integer"), "minimum": .integer(1), "maximum": .integer(1000)])),
                Parameter(
                    name: "before", about: "`next` of the page before",
                    schema: .members(["type": .text("integer"), "minimum": .integer(0)])),
            ]),
        HTTPRoute(
            operation: .shopFindingsStream, method: "GET", path: "/api/v1/shops/{shop}/findings/stream",
            about: "Server-sent events: findings as they are asserted and retracted; goes on behind Last-Event-ID",
            mediaType: "text/event-stream"),
        HTTPRoute(
            operation: .livez, method: "GET", path: "/livez", about: "The process is there", isProtected: false),
        HTTPRoute(
            operation: .readyz, method: "GET", path: "/readyz", about: "The log takes events", isProtected: false),
        HTTPRoute(
            operation: .metrics, method: "GET", path: "/metrics", about: "Metrics for Prometheus",
            mediaType: "text/plain"),
        HTTPRoute(
            operation: .openapi, method: "GET", path: "/openapi.json", about: "This document", isProtected: false),
    ]

    /// The shop in `path` where it is one of this route's paths; empty where the route has no shop.
    func match(_ path: Substring) -> String? {
        let (wanted, given) = (
            self.path.split(separator: "/", omittingEmptySubsequences: false),
            path.split(separator: "/", omittingEmptySubsequences: false)
        )
        guard wanted.count == given.count else { return nil }
        var shop = ""
        for (wanted, given) in zip(wanted, given) {
            if wanted == "{shop}" {
                guard let name = given.removingPercentEncoding, !name.isEmpty else { return nil }
                shop = name
            } else if wanted != given {
                return nil
            }
        }
        return shop
    }
}

/// The description of the API, OpenAPI 3.1, by the table of routes.
enum OpenAPIDocument {
    /// With `isOpen` no token is needed.
    static func value(isOpen: Bool) -> ResponseJSON {
        var paths: [ResponseJSON.Member] = []
        for route in HTTPRoute.all {
            paths.append(
                ResponseJSON.Member(
                    name: route.path,
                    value: .object([
                        ResponseJSON.Member(name: route.method.lowercased(), value: operation(route, isOpen))
                    ])
                ))
        }
        return .members([
            "openapi": .text("3.1.0"),
            "info": .members([
                "title": .text("Mingjian live monitoring"), "version": .text("1"),
                "description": .text(
                    "Figures of shops while they work. Times are RFC 3339; what is undefined is null."),
            ]),
            "paths": .object(paths),
            "components": .members([
                "securitySchemes": .members([
                    "bearer": .members(["type": .text("http"), "scheme": .text("bearer")])
                ]),
                "schemas": OpenAPISchemas.all,
            ]),
        ])
    }

    private static func operation(_ route: HTTPRoute, _ isOpen: Bool) -> ResponseJSON {
        var members: [ResponseJSON.Member] = [
            .init(name: "operationId", value: .text(route.operation.rawValue)),
            .init(name: "summary", value: .text(route.about)),
        ]
        var parameters: [ResponseJSON] = []
        if route.path.contains("{shop}") {
            let shop = HTTPRoute.Parameter(name: "shop", isRequired: true, about: "the shop's name")
            parameters.append(parameter(shop, in: "path"))
        }
        parameters += route.parameters.map { parameter($0, in: "query") }
        if route.operation == .postEvents {
            let key = HTTPRoute.Parameter(
                name: "Idempotency-Key", about: "the same answer for the same key",
                schema: .members([
                    "type": .text("string"), "minLength": .integer(1), "maxLength": .integer(255),
                ]))
            parameters.append(parameter(key, in: "header"))
            members.append(
                .init(
                    name: "requestBody",
                    value: .members([
                        "required": .flag(true),
                        "content": .members([
                            "application/x-ndjson": .members(["schema": .members(["type": .text("string")])]),
                            "application/json": .members([
                                // Elements that are no events are refused one by one.
                                "schema": .members(["type": .text("array")])
                            ]),
                        ]),
                    ])))
        }
        if !parameters.isEmpty { members.append(.init(name: "parameters", value: .list(parameters))) }
        if route.isProtected, !isOpen {
            members.append(.init(name: "security", value: .list([.members(["bearer": .list([])])])))
        }
        let schema: ResponseJSON =
            if let name = route.schema { OpenAPISchemas.reference(name) } else {
                .members(["type": .text(route.mediaType == "application/json" ? "object" : "string")])
            }
        members.append(
            .init(
                name: "responses",
                value: .members([
                    "200": .members([
                        "description": .text("done"),
                        "content": .object([
                            .init(
                                name: route.mediaType,
                                value: .members(["schema": schema]))
                        ]),
                    ]),
                    "default": .members([
                        "description": .text("a problem, RFC 9457"),
                        "content": .members([
                            "application/problem+json": .members([
                                "schema": OpenAPISchemas.reference("Problem")
                            ])
                        ]),
                    ]),
                ])))
        return .object(members)
    }

    private static func parameter(_ parameter: HTTPRoute.Parameter, in place: String) -> ResponseJSON {
        .members([
            "name": .text(parameter.name), "in": .text(place), "required": .flag(parameter.isRequired),
            "description": .text(parameter.about), "schema": parameter.schema,
        ])
    }
}
