import Foundation

/// What the API offers: the table by which requests are answered and `/openapi.json` is written.
struct HTTPRoute: Hashable, Sendable {
    enum Operation: String, Hashable, Sendable, CaseIterable {
        case postEvents, listShops, shopFigures, shopSeries, shopExplain, shopSources, shopStream
        case livez, readyz, metrics, openapi
    }

    struct Parameter: Hashable, Sendable {
        var name: String
        var isRequired = false
        var about: String
    }

    var operation: Operation
    var method: String
    /// With `{shop}` for a name of one path segment.
    var path: String
    var about: String
    var parameters: [Parameter] = []
    var mediaType = "application/json"
    /// Whether a token is needed where there are any.
    var isProtected = true

    private static let at = Parameter(
        name: "at", about: "RFC 3339 with an offset, or milliseconds since 1970; now where it is absent")

    static let all = [
        HTTPRoute(
            operation: .postEvents, method: "POST", path: "/api/v1/events",
            about: "Takes events; answers when they are synced. Sending them again is harmless"),
        HTTPRoute(operation: .listShops, method: "GET", path: "/api/v1/shops", about: "Names of the shops, ascending"),
        HTTPRoute(
            operation: .shopFigures, method: "GET", path: "/api/v1/shops/{shop}/figures",
            about: "The figures of a shop at an instant", parameters: [at]),
        HTTPRoute(
            operation: .shopSeries, method: "GET", path: "/api/v1/shops/{shop}/series",
            about: "A figure over a day, beside the day before",
            parameters: [
                Parameter(name: "figure", isRequired: true, about: "served, pending, response, online and others"),
                Parameter(name: "day", about: "YYYY-MM-DD in the shop's zone; today where it is absent"),
                Parameter(name: "every", about: "minutes between points, 3 to 1440; 30 where it is absent"),
            ]),
        HTTPRoute(
            operation: .shopExplain, method: "GET", path: "/api/v1/shops/{shop}/explain",
            about: "What a figure counted, and what it left out",
            parameters: [
                Parameter(name: "figure", isRequired: true, about: "served, pending, response, online and others"),
                Parameter(name: "agent", about: "whose figure"), Parameter(name: "group", about: "whose figure"),
                Parameter(name: "assistant", about: "true: the assistant's figure"),
                Parameter(name: "entry", about: "the entry of clicks"), at,
            ]),
        HTTPRoute(
            operation: .shopSources, method: "GET", path: "/api/v1/shops/{shop}/sources",
            about: "How the shop's source is doing"),
        HTTPRoute(
            operation: .shopStream, method: "GET", path: "/api/v1/shops/{shop}/stream",
            about: "Server-sent events: the figures, and again at each refresh at which they have changed",
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
    static let value: JSONValue = {
        var paths: [JSONValue.Member] = []
        for route in HTTPRoute.all {
            paths.append(
                JSONValue.Member(
                    name: route.path,
                    value: .object([JSONValue.Member(name: route.method.lowercased(), value: operation(route))])))
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
                "schemas": .members(["Problem": problem]),
            ]),
        ])
    }()

    private static func operation(_ route: HTTPRoute) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "operationId", value: .text(route.operation.rawValue)),
            .init(name: "summary", value: .text(route.about)),
        ]
        var parameters: [JSONValue] = []
        if route.path.contains("{shop}") {
            parameters.append(parameter("shop", in: "path", isRequired: true, "the shop's name"))
        }
        parameters += route.parameters.map { parameter($0.name, in: "query", isRequired: $0.isRequired, $0.about) }
        if route.operation == .postEvents {
            parameters.append(parameter("Idempotency-Key", in: "header", isRequired: false, "1 to 255 bytes"))
            members.append(
                .init(
                    name: "requestBody",
                    value: .members([
                        "required": .flag(true),
                        "content": .members([
                            "application/x-ndjson": .members(["schema": .members(["type": .text("string")])]),
                            "application/json": .members([
                                "schema": .members([
                                    "type": .text("array"), "items": .members(["type": .text("object")]),
                                ])
                            ]),
                        ]),
                    ])))
        }
        if !parameters.isEmpty { members.append(.init(name: "parameters", value: .list(parameters))) }
        if route.isProtected {
            members.append(.init(name: "security", value: .list([.members(["bearer": .list([])])])))
        }
        let type = route.mediaType == "application/json" ? "object" : "string"
        members.append(
            .init(
                name: "responses",
                value: .members([
                    "200": .members([
                        "description": .text("done"),
                        "content": .object([
                            .init(
                                name: route.mediaType,
                                value: .members(["schema": .members(["type": .text(type)])]))
                        ]),
                    ]),
                    "default": .members([
                        "description": .text("a problem, RFC 9457"),
                        "content": .members([
                            "application/problem+json": .members([
                                "schema": .members(["$ref": .text("#/components/schemas/Problem")])
                            ])
                        ]),
                    ]),
                ])))
        return .object(members)
    }

    private static func parameter(_ name: String, in place: String, isRequired: Bool, _ about: String) -> JSONValue {
        .members([
            "name": .text(name), "in": .text(place), "required": .flag(isRequired), "description": .text(about),
            "schema": .members(["type": .text("string")]),
        ])
    }

    private static let problem = JSONValue.members([
        "type": .text("object"),
        "required": .list(["type", "title", "status"].map { .text($0) }),
        "properties": .members([
            "type": .members(["type": .text("string")]), "title": .members(["type": .text("string")]),
            "status": .members(["type": .text("integer")]), "detail": .members(["type": .text("string")]),
        ]),
    ])
}
