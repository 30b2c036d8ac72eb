import ConversationModel
import Diagnostics
import RuleLanguage
import TestSupport
import Testing

@Suite struct RuleVersionTests {
    private static func instant(_ text: String) -> Instant {
        Instant(utcText: text + ":00.000Z") ?? Instant(milliseconds: .min)
    }

    private static func files(_ word: String) -> [SourceFile] {
        [
            source(ruleText(when: #"{"message": {"keywords": ["\#(word)"]}}"#), path: "greeting/a.json"),
            source("[]", path: "b.json"),
        ]
    }

    /// A history: when each version was published, in UTC, and why at once.
    private static func history(_ steps: [(time: String, reason: String?)]) throws -> RuleVersionIndex {
        var index = try RuleVersionIndex([])
        for (number, step) in steps.enumerated() {
            let files = files("词\(number)")
            let publication = try index.publication(
                of: files, rules: loadRules(files: files).rules, author: "阿宁", note: "第\(number)次",
                at: instant(step.time), zone: .chinaStandard, emergencyReason: step.reason)
            guard case .new(let version) = publication else { continue }
            index = try RuleVersionIndex(index.versions + [version])
        }
        return index
    }

    private func number(_ index: RuleVersionIndex, _ time: String) -> String {
        guard let current = index.inForce(at: Self.instant(time)) else { return "-" }
        return "\(current.version.number)" + (current.isRetroactive ? " 追溯" : "")
    }

    @Test("a record reads back as it was written, and any changed byte is damage")
    func recordsReadBack() throws {
        let index = try Self.history([("2026-03-02T02:00", nil), ("2026-03-03T02:00", "误判\"大促\"")])
        for version in index.versions {
            #expect(try RuleVersion(record: version.record) == version)
            // One that keeps its time policy is another one: the policy is under the seal.
            let file = RuleVersion.File(
                name: RuleVersion.policyName, bytes: 20, digest: String(repeating: "a", count: 64))
            for policy in [
                RuleVersion.Policy(), RuleVersion.Policy(file: file), RuleVersion.Policy(closeAfter: 600_000),
                RuleVersion.Policy(file: file, closeAfter: 1),
            ] {
                var kept = version
                kept.policy = policy
                #expect(try RuleVersion(record: kept.record) == kept)
                #expect(kept.seal != version.seal)
            }
        }
        let record = index.versions[1].record
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<400 {
            var bytes = record
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            default: bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
            }
            guard bytes != record else { continue }
            #expect(throws: VersionFault.self) { try RuleVersion(record: bytes) }
        }
    }

    @Test("a record with a name that leaves its folder is refused even where its seal is right")
    func namesInRecords() throws {
        var version = try Self.history([("2026-03-02T02:00", nil)]).versions[0]
        for name in [
            "../a.json", "/etc/a.json", "x/../a.json", "a//b.json", "a.txt", ".a.json", "a\\b.json", "a\u{202E}.json",
        ] {
            version.files[0].name = name
            #expect(throws: VersionFault.self) { try RuleVersion(record: version.record) }
            #expect(RuleFileName.fault(of: name) != nil)
        }
        #expect(RuleFileName.fault(of: "合规/引流 2.json") == nil)
        #expect(RuleFileName.fault(of: String(repeating: "a/", count: 9) + "b.json") != nil)
        #expect(RuleFileName.fault(of: String(repeating: "长", count: 60) + ".json") != nil)
        #expect(RuleFileName.collision(among: ["a.json", "b/A.json"]) == nil)
        #expect(RuleFileName.collision(among: ["A.json", "a.json"]) != nil)
        #expect(RuleFileName.collision(among: ["caf\u{E9}.json", "cafe\u{301}.json"]) != nil)
    }

    @Test("a version comes into force at the next midnight, the first one stands for all days before")
    func inForce() throws {
        let index = try Self.history([("2026-03-02T02:00", nil), ("2026-03-05T15:59", nil)])
        #expect(
            index.versions.map(\.effectiveFrom.utcText) == ["2026-03-02T16:00:00.000Z", "2026-03-05T16:00:00.000Z"])
        #expect(number(index, "2020-01-01T00:00") == "1 追溯")
        #expect(number(index, "2026-03-02T15:59") == "1 追溯")
        #expect(number(index, "2026-03-02T16:00") == "1")
        #expect(number(index, "2026-03-05T15:59") == "1")
        #expect(number(index, "2026-03-05T16:00") == "2")
        #expect(try RuleVersionIndex([]).inForce(at: Self.instant("2026-03-05T16:00")) == nil)
    }

    @Test("an emergency version counts at once and replaces what waits for midnight")
    func emergencies() throws {
        let index = try Self.history([
            ("2026-03-02T02:00", nil), ("2026-03-04T02:00", nil), ("2026-03-04T03:00", "误判"), ("2026-03-06T02:00", nil),
        ])
        #expect(number(index, "2026-03-04T02:59") == "1")
        #expect(number(index, "2026-03-04T03:00") == "3")
        #expect(number(index, "2026-03-04T16:00") == "3")
        #expect(number(index, "2026-03-06T16:00") == "4")
        #expect(index.versions.map { index.isReplaced($0) } == [false, true, false, false])
        let day = index.inForce(on: CalendarDay(year: 2026, month: 3, day: 4), in: .chinaStandard)
        #expect(day.map(\.1.version.number) == [1, 3])
        #expect(day.map(\.from.utcText) == ["2026-03-03T16:00:00.000Z", "2026-03-04T03:00:00.000Z"])
        // Two on one day: the later one is what comes at midnight.
        let twice = try Self.history([("2026-03-02T02:00", nil), ("2026-03-04T02:00", nil), ("2026-03-04T03:00", nil)])
        #expect(number(twice, "2026-03-04T16:00") == "3" && twice.isReplaced(twice.versions[1]))
    }

    @Test("which version is in force is the same as by trying them all")
    func inForceByTrying() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<40 {
            var time = Self.instant("2026-03-01T00:00")
            var steps: [(String, String?)] = []
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                time = time.advanced(by: 60_000 * Int64.random(in: 1...2000, using: &generator))
                steps.append((String(time.utcText.prefix(16)), Bool.random(using: &generator) ? "急" : nil))
            }
            let index = try Self.history(steps)
            for _ in 0..<60 {
                let probe = Self.instant("2026-03-01T00:00").advanced(
                    by: 60_000 * Int64.random(in: -2000...18_000, using: &generator))
                let expected = index.versions.last { $0.effectiveFrom <= probe }
                let found = index.inForce(at: probe)
                #expect(found?.version == expected ?? index.versions[0])
                #expect(found?.isRetroactive == (expected == nil))
            }
        }
    }

    @Test("the same content is not published twice, unless an emergency brings it forward")
    func unchangedContent() throws {
        let index = try Self.history([("2026-03-02T02:00", nil)])
        let files = Self.files("词0")
        func publish(_ time: String, _ reason: String?, files: [SourceFile] = files) throws
            -> RuleVersionIndex.Publication
        {
            try index.publication(
                of: files, rules: loadRules(files: files).rules, author: "a", note: "n", at: Self.instant(time),
                zone: .chinaStandard, emergencyReason: reason)
        }
        #expect(try publish("2026-03-02T03:00", nil) == .unchanged(index.versions[0]))
        #expect(try publish("2026-03-02T03:00", nil, files: files.reversed()) == .unchanged(index.versions[0]))
        guard case .new(let forward) = try publish("2026-03-02T03:00", "急") else {
            Issue.record("an emergency was not published")
            return
        }
        #expect(forward.number == 2 && forward.digest == index.versions[0].digest)
        #expect(try publish("2026-03-03T03:00", "急") == .unchanged(index.versions[0]))
        // A clock that went back would change what is in force on days that are over.
        #expect(throws: VersionFault.self) { try publish("2026-03-02T01:00", nil, files: Self.files("别的")) }
    }

    @Test("gaps, repeats and altered predecessors break the chain")
    func chains() throws {
        let versions = try Self.history([
            ("2026-03-02T02:00", nil), ("2026-03-03T02:00", nil), ("2026-03-04T02:00", nil),
        ])
        .versions
        #expect(try RuleVersionIndex(versions.reversed()).versions == versions)
        #expect(throws: VersionFault.self) { try RuleVersionIndex([versions[0], versions[2]]) }
        #expect(throws: VersionFault.self) { try RuleVersionIndex([versions[1]]) }
        #expect(throws: VersionFault.self) { try RuleVersionIndex(versions + [versions[2]]) }
        // Altered and sealed again: the next version knows the seal it followed.
        var altered = versions
        altered[0].note = "别的说明"
        #expect(throws: VersionFault.self) { try RuleVersionIndex(altered) }
        altered = versions
        altered[2].effectiveFrom = altered[2].publishedAt
        #expect(throws: VersionFault.self) { try RuleVersionIndex(altered) }
    }

    @Test("files that were edited, lost or added are named")
    func fileFaults() throws {
        let version = try Self.history([("2026-03-02T02:00", nil)]).versions[0]
        let files = Self.files("词0")
        #expect(version.fault(ofFiles: files) == nil)
        #expect(version.fault(ofFiles: files.reversed()) == nil)
        let edited = [files[0], source("[ ]", path: "b.json")]
        #expect(version.fault(ofFiles: edited)?.file == "rules/b.json")
        #expect(version.fault(ofFiles: [files[0]])?.file == "rules/b.json")
        #expect(version.fault(ofFiles: files + [source("[]", path: "c.json")])?.file == "rules/c.json")
    }

    @Test("names and contents cannot be shifted into each other")
    func contentDigests() {
        let one = RuleVersion.contentDigest([source("bc", path: "a")])
        #expect(one != RuleVersion.contentDigest([source("c", path: "ab")]))
        #expect(one != RuleVersion.contentDigest([source("bc", path: "a"), source("", path: "")]))
        #expect(RuleVersion.digest(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("rules with too few examples cannot be published, those of lists included")
    func tooFewExamples() {
        let text = #"{"id":"a","name":"名","polarity":"negative","when":{"message":{"keywords":["甲乙"]}}}"#
        let rules = loadRules(files: [source(text, path: "l.ndjson"), Self.files("词")[0]]).rules
        #expect(publicationFaults(rules).map(\.code) == ["too-few-examples"])
        #expect(publicationFaults(rules).allSatisfy { $0.severity == .error && $0.place.path == "l.ndjson" })
    }
}
