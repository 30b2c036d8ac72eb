// swift-tools-version: 6.2
import PackageDescription

/// Where changes are checked (`.ci/run`), a warning fails the build; elsewhere it only warns.
let warnings: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let strict: [SwiftSetting] =
    warnings + [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]

/// Targets on the hot path: exclusivity of access is argued in place (one thread a worker, no
/// re-entrance), so that it need not be checked at run time for every access to a class's property.
let hot: [SwiftSetting] =
    strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies + ["TestSupport"], exclude: exclude,
        swiftSettings: strict)
}

let package = Package(
    name: "mingjian",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "mingjian", targets: ["mingjian"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        // System libraries, each behind a header of our own or a module map.
        .systemLibrary(
            name: "CVectorscan", pkgConfig: "libhs",
            providers: [.apt(["libhyperscan-dev"]), .brew(["vectorscan"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CZstd", pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .target(name: "CICU", linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(
            name: "CSimdJSON",
            // simdjson checks every use of its iterators unless told not to.
            cxxSettings: [.define("SIMDJSON_DEVELOPMENT_CHECKS", to: "0"), .define("NDEBUG")],
            linkerSettings: [.linkedLibrary("simdjson")]),

        .target(name: "CHardware"),

        .target(name: "ConversationModel", swiftSettings: hot),
        .target(name: "Diagnostics", exclude: ["Diagnostics.md"], swiftSettings: strict),
        .target(
            name: "ChineseText", dependencies: ["ConversationModel", "CICU"], swiftSettings: hot),
        .target(
            name: "Archives",
            dependencies: ["ConversationModel", "Diagnostics", "CSimdJSON", "CZlib", "CZstd", "CICU"],
            swiftSettings: hot),
        .target(
            name: "RuleLanguage",
            dependencies: [
                "ConversationModel", "Diagnostics", .product(name: "Crypto", package: "swift-crypto"),
            ],
            exclude: ["RuleLanguage.md"],
            swiftSettings: strict),
        .target(
            name: "Patterns",
            dependencies: [
                "ConversationModel", "Diagnostics", "ChineseText", "CVectorscan", "CRE2",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: hot),
        .target(
            name: "Evaluation",
            dependencies: [
                "ConversationModel", "Diagnostics", "ChineseText", "RuleLanguage", "Patterns",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: hot),
        .target(
            name: "Inspection",
            dependencies: [
                "ConversationModel", "Diagnostics", "RuleLanguage", "Evaluation", "Archives",
            ],
            swiftSettings: hot),
        .target(
            name: "EventLog",
            dependencies: ["ConversationModel", "CHardware", .product(name: "Crypto", package: "swift-crypto")],
            exclude: ["EventLog.md"], swiftSettings: strict),
        .target(
            name: "Reports", dependencies: ["ConversationModel"], exclude: ["Reports.md"],
            swiftSettings: strict),
        .target(
            name: "Synthesis", dependencies: ["ConversationModel"], exclude: ["Synthesis.md"],
            swiftSettings: strict),
        .target(
            name: "Events", dependencies: ["ConversationModel", "Diagnostics", "CSimdJSON"],
            swiftSettings: hot),
        .target(name: "Monitoring", dependencies: ["ConversationModel"], swiftSettings: hot),
        .target(
            name: "Server",
            dependencies: [
                "ConversationModel", "Diagnostics", "Inspection", "Events", "EventLog", "Monitoring",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "mingjian",
            dependencies: [
                "ConversationModel", "Diagnostics", "ChineseText", "Archives", "RuleLanguage",
                "Patterns", "Evaluation", "Inspection", "Reports", "Synthesis", "EventLog", "Events",
                "Monitoring", "Server",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["ConversationModel"], path: "Tests/TestSupport",
            swiftSettings: warnings),
        .target(
            name: "OracleSupport", dependencies: ["ConversationModel", "RuleLanguage"],
            path: "Tests/OracleSupport", exclude: ["README.md"], swiftSettings: warnings),
        // A process for tests to kill and for benchmarks to time; in no product.
        .executableTarget(
            name: "event-log-probe", dependencies: ["EventLog", "ConversationModel"],
            path: "Tests/EventLogProbe", swiftSettings: strict),
        .executableTarget(
            name: "live-probe", dependencies: ["Events", "Monitoring", "ConversationModel"],
            path: "Tests/LiveProbe", swiftSettings: strict),
        .executableTarget(
            name: "regex-probe", dependencies: ["Patterns", "RuleLanguage", "ChineseText", "Diagnostics"],
            path: "Tests/RegexProbe", swiftSettings: strict),
        tests("ConversationModel", ["ConversationModel"]),
        tests("Diagnostics", ["Diagnostics"]),
        tests("ChineseText", ["ChineseText", "ConversationModel", "CICU"]),
        tests("Archives", ["Archives", "ConversationModel", "Diagnostics", "CZlib", "CZstd"]),
        tests(
            "RuleLanguage", ["RuleLanguage", "Diagnostics", "ConversationModel"],
            exclude: ["Diagnostics"]),
        tests("Patterns", ["Patterns", "ChineseText"]),
        tests("Evaluation", ["Evaluation", "Patterns", "ChineseText", "RuleLanguage", "OracleSupport"]),
        tests(
            "Inspection",
            [
                "Inspection", "Evaluation", "Archives", "Synthesis", "RuleLanguage", "Patterns",
                "ChineseText", "ConversationModel", "Diagnostics", "OracleSupport",
            ]),
        tests("EventLog", ["EventLog", "ConversationModel", "event-log-probe"]),
        tests("Reports", ["Reports", "Diagnostics", .product(name: "Crypto", package: "swift-crypto")]),
        tests("Synthesis", ["Synthesis", "ConversationModel"]),
        tests(
            "Rule", ["Evaluation", "RuleLanguage", "Inspection", "Archives"],
            exclude: ["Diagnostics", "floors.json"]),
        tests("Events", ["Events", "ConversationModel", "Diagnostics", "Archives"]),
        tests("Monitoring", ["Monitoring", "Events", "Synthesis", "ConversationModel"]),
        tests(
            "Server",
            [
                "Server", "Monitoring", "Events", "EventLog", "Synthesis", "ConversationModel",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        tests("Command", []),
        tests("Tidy", []),
    ],
    cxxLanguageStandard: .cxx17
)
