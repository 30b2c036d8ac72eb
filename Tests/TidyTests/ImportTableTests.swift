import Foundation
import Testing

/// Who may import whom: the house plan as data. A foreign import, an overlong file, a clock below
/// the composition root or a path of somebody's machine fails here.
struct ImportTableTests {
    /// Modules of the system that are free everywhere but where `forbidden` says otherwise.
    static let free: Set<String> = ["Foundation", "Dispatch", "Glibc", "Musl", "Darwin", "Synchronization"]

    static let allowed: [String: Set<String>] = [
        "ConversationModel": [],
        "Diagnostics": [],
        "ChineseText": ["ConversationModel", "CICU"],
        "Archives": ["ConversationModel", "Diagnostics", "CSimdJSON", "CZlib", "CZstd", "CICU"],
        "RuleLanguage": ["ConversationModel", "Diagnostics", "Crypto"],
        "Patterns": ["ConversationModel", "Diagnostics", "ChineseText", "CVectorscan", "CRE2", "Crypto"],
        "Evaluation": ["ConversationModel", "Diagnostics", "ChineseText", "RuleLanguage", "Patterns", "Crypto"],
        "Inspection": ["ConversationModel", "Diagnostics", "RuleLanguage", "Evaluation", "Archives"],
        "EventLog": ["ConversationModel", "CHardware", "Crypto"],
        "Events": ["ConversationModel", "Diagnostics", "CSimdJSON"],
        "Monitoring": ["ConversationModel"],
        "Reports": ["ConversationModel"],
        "Synthesis": ["ConversationModel"],
        "Server": [
            "ConversationModel", "Diagnostics", "Inspection", "Events", "EventLog", "Monitoring", "Crypto",
            "Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix",
            "ServiceLifecycle",
        ],
        "mingjian": [
            "ConversationModel", "Diagnostics", "ChineseText", "Archives", "RuleLanguage", "Patterns",
            "Evaluation", "Inspection", "Reports", "Synthesis", "EventLog", "Events",
            "Monitoring", "Server", "ArgumentParser",
        ],
    ]

    /// Exceptions to `free`.
    static let forbidden: [String: Set<String>] = [
        "ConversationModel": ["Foundation", "Dispatch"],
        "Synthesis": ["Foundation", "Dispatch"],
        "Monitoring": ["Foundation", "Dispatch"],
        "Events": ["Foundation", "Dispatch"],
        "Evaluation": ["Foundation", "Dispatch"],
    ]

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file below a folder, with its text.
    static func files(below folder: String) -> [(path: String, text: String)] {
        let base = root.appendingPathComponent(folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            (try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)).map {
                ("\(folder)/\(name)", $0)
            }
        }
    }

    @Test("every import is in the table", arguments: Array(allowed.keys).sorted())
    func everyImportIsInTheTable(target: String) throws {
        let files = Self.files(below: "Sources/\(target)")
        #expect(!files.isEmpty, "no sources in \(target)")
        for file in files {
            for (number, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let words = line.split(whereSeparator: { $0 == " " })
                let modifiers = ["public", "package", "internal", "private", "@testable", "@preconcurrency"]
                guard let keyword = words.firstIndex(of: "import"), words.count > keyword + 1,
                    words[..<keyword].allSatisfy({ modifiers.contains(String($0)) })
                else { continue }
                let module = String(words[keyword + 1])
                let isAllowed =
                    Self.allowed[target, default: []].contains(module)
                    || (Self.free.contains(module) && !Self.forbidden[target, default: []].contains(module))
                #expect(isAllowed, "\(file.path):\(number + 1): \(target) may not import \(module)")
            }
        }
    }

    @Test("no source file is longer than 500 lines")
    func noSourceFileIsTooLong() {
        for file in Self.files(below: "Sources") {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 500, "\(file.path) has \(lines) lines")
        }
    }

    @Test("no clock is read below the composition root")
    func noClockBelowTheRoot() {
        let clocks = [
            "Date()", "Date.now", "Date(timeIntervalSinceNow", "DispatchTime.now", "ContinuousClock",
            "SuspendingClock", "clock_gettime", "gettimeofday", "timespec_get", "time(nil)", ".now()",
        ]
        for file in Self.files(below: "Sources") where !file.path.hasPrefix("Sources/mingjian/") {
            // For how long somebody is waited for, not what time it is.
            let text = file.text.replacingOccurrences(of: "wait(timeout: .now()", with: "")
            for clock in clocks {
                #expect(!text.contains(clock), "\(file.path) reads a clock: \(clock)")
            }
        }
    }

    @Test("no path of somebody's machine stands in a tracked file")
    func noPathOfAMachine() throws {
        // In parts, so that this file is none of them.
        let homes = ["/ho" + "me/", "/Use" + "rs/", "/ro" + "ot/", "/wo" + "rk/"]
        var count = 0
        for folder in ["Sources", "Tests", "docs", "Rules", "Corpora", "Benchmarks", "scripts", "schema", "Policies"] {
            let base = Self.root.appendingPathComponent(folder)
            for name in FileManager.default.enumerator(atPath: base.path)?.compactMap({ $0 as? String }) ?? [] {
                guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") || $0 == "__pycache__" }),
                    let text = try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)
                else { continue }
                count += 1
                for home in homes where text.contains(home) { Issue.record("\(folder)/\(name) names \(home)") }
            }
        }
        #expect(count > 500)
    }

    @Test("rules, versions and reports come from values: these targets read no file and no environment")
    func noFilesInPureTargets() {
        let pure = [
            "ConversationModel", "Diagnostics", "RuleLanguage", "Evaluation", "Reports", "Synthesis", "Events",
            "Monitoring",
        ]
        for file in pure.flatMap({ Self.files(below: "Sources/\($0)") }) {
            for word in ["FileManager", "FileHandle", "fopen(", "contentsOf: URL", "ProcessInfo", "getenv("] {
                #expect(!file.text.contains(word), "\(file.path) contains \(word)")
            }
        }
    }

    @Test("no stub is left and no force is used")
    func noStubIsLeft() {
        for file in Self.files(below: "Sources") {
            for word in ["TODO", "FIXME", "fatalError(", "try!", "as!"] {
                #expect(!file.text.contains(word), "\(file.path) contains \(word)")
            }
        }
    }

    @Test("every public and package declaration of a type or function has a docstring")
    func everyPublicDeclarationIsDocumented() {
        let keywords = ["struct", "enum", "class", "protocol", "func", "actor"]
        for file in Self.files(below: "Sources") {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            for (number, line) in lines.enumerated() {
                guard line.hasPrefix("public ") || line.hasPrefix("package "), !line.contains(" override "),
                    keywords.contains(where: { line.contains(" \($0) ") })
                else { continue }
                let isOperator = line.contains("static func") && line.contains("(a: ")
                // What a protocol documents is not said again by each of its types.
                if line.contains(" func read(into ") || line.contains(" func next(_ block: MessageBlock") { continue }
                var before = number - 1
                while before >= 0, lines[before].hasPrefix("@") { before -= 1 }
                let isDocumented = before >= 0 && lines[before].hasPrefix("///")
                #expect(isDocumented || isOperator, "\(file.path):\(number + 1): no docstring: \(line)")
            }
        }
    }
}
