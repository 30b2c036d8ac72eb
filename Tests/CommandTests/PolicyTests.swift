import Foundation
import Testing

/// `--policy`: a file, a preset, and what is wrong with one.
@Suite(.enabled(if: Command.isBuilt))
struct PolicyTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func rule() throws -> String {
        try directory.write(
            "rule.json",
            """
            {"id":"slow","name":"慢","polarity":"negative","when":{"measure":{"of":"longest-response","over":"10m"}}}
            """)
    }

    /// A wait of twenty minutes at ten in the morning.
    private func archive() throws -> String {
        try directory.write(
            "a.ndjson",
            """
            {"id":"a","buyer":"x","messages":[{"time":"2026-03-02T10:00:00+08:00","from":"buyer","text":"发货了吗"},\
            {"time":"2026-03-02T10:20:00+08:00","from":"agent","agent":"甲","text":"发了"}]}
            """)
    }

    private func inspect(_ more: [String]) throws -> Command.Outcome {
        try Command.run(
            ["inspect", try archive(), "--rules", try rule(), "--format", "ndjson"] + more, in: directory)
    }

    @Test("a preset caps waits, and a file does what it says")
    func aPolicyDecidesHowLongAWaitIs() throws {
        #expect(try inspect([]).lines.count == 1)
        #expect(try inspect(["--policy", "jd"]).lines.count == 1)
        // Ten minutes are the cap there.
        #expect(try inspect(["--policy", "taobao"]).lines.isEmpty)
        let file = try directory.write("p.json", #"{"waits": {"cap": "11m"}}"#)
        #expect(try inspect(["--policy", file]).lines.count == 1)
    }

    @Test("buyers that a policy leaves out are not inspected")
    func buyersAreLeftOut() throws {
        let file = try directory.write("p.json", #"{"leaveOut": {"buyers": ["x"]}}"#)
        #expect(try inspect(["--policy", file]).lines.isEmpty)
    }

    @Test("a policy with a mistake is no policy: exit 66 with the place, and where there is none")
    func aBrokenPolicyIsSaid() throws {
        let file = try directory.write("p.json", #"{"waits": {"cup": "10m"}}"#)
        let broken = try inspect(["--policy", file])
        #expect(broken.code == 66 && broken.output.isEmpty)
        #expect(broken.errors.contains("p.json:1:12: error[unknown-field]") && broken.errors.contains("cap"))
        #expect(try inspect(["--policy", "tmall"]).code == 66)
    }

    @Test("what a policy is warned of is said once, however often a command reads it")
    func aWarningIsSaidOnce() throws {
        let file = try directory.write(
            "p.json",
            #"{"hours": [{"from": "09:00", "to": "23:00"}, {"from": "10:00", "to": "18:00", "on": ["sat", "sun"]}]}"#)
        let found = try Command.run(
            [
                "explain", try archive(), "--rules", try rule(), "--rule", "slow", "--conversation", "a", "--policy",
                file,
            ], in: directory)
        #expect(found.code == 0)
        #expect(found.errors.components(separatedBy: "warning[unreachable-branch]").count == 2)
    }
}
