import Foundation
import Testing

/// `mingjian live inspect` on events that are written beside the archive of the same conversations.
@Suite(.enabled(if: Command.isBuilt))
struct LiveInspectTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func write(_ name: String, _ lines: [String]) throws -> String {
        let path = directory.path + "/" + name
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func json(_ object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }

    private func objects(_ outcome: Command.Outcome) throws -> [[String: Any]] {
        try outcome.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func inspect(_ arguments: [String], environment: [String: String] = [:]) throws -> Command.Outcome {
        try Command.run(["live", "inspect"] + arguments, in: directory, environment: environment)
    }

    private static let start = 1_772_413_200_000

    /// The conversations of the demo corpus with what events can say, as an archive and as events.
    private func demo() throws -> (archive: String, events: String) {
        let text = try String(contentsOfFile: Command.root + "/Corpora/demo/conversations.ndjson", encoding: .utf8)
        var archive: [String] = []
        var events: [String] = []
        for (number, line) in text.split(separator: "\n").enumerated() {
            let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let name = try #require(record["id"] as? String)
            var messages: [[String: Any]] = []
            for (place, old) in (record["messages"] as? [[String: Any]] ?? []).enumerated() {
                let speaker = old["from"] as? String ?? ""
                let kind = old["kind"] as? String ?? "text"
                guard kind != "transfer", kind != "event", speaker != "agent" || old["agent"] != nil else { continue }
                // Times of our own: one second and more apart, conversations side by side.
                let time = Self.start + number * 40_000 + place * 17_000
                var message: [String: Any] = [
                    "id": "\(name)-\(place)", "time": time, "from": speaker, "text": old["text"] as? String ?? "",
                ]
                if kind != "text" { message["kind"] = kind }
                if speaker == "agent" { message["agent"] = old["agent"] }
                messages.append(message)
                message["shop"] = record["shop"]
                message["buyer"] = "buyer \(number)"
                message["conversation"] = name
                message["type"] = "message"
                // Some are received late.
                message["received"] = time + (place % 3 == 1 ? 200_000 : 0)
                events.append(try json(message))
            }
            archive.append(
                try json([
                    "id": name, "shop": record["shop"] ?? "", "buyer": "buyer \(number)", "messages": messages,
                ]))
        }
        return (try write("archive.ndjson", archive), try write("events.ndjson", events))
    }

    @Test("the net is what inspect finds in the same conversations")
    func netIsWhatInspectFinds() throws {
        let (archive, events) = try demo()
        let batch = try Command.run(
            ["inspect", archive, "--rules", "Rules", "--format", "ndjson", "--quiet"], in: directory)
        #expect(batch.code == 0, "\(batch.errors)")
        let net = try inspect([events, "--rules", "Rules", "--net"])
        #expect(net.code == 0 && net.errors.isEmpty, "\(net.errors)")
        // Of the previous conversation events know nothing, and groups are not known before the end.
        let expected = try objects(batch).filter { $0["rule"] as? String != "re-greeting-next-visit" }.map { finding in
            var finding = finding
            finding["group"] = nil
            return try json(finding)
        }
        let found = try objects(net).map { try json($0) }
        #expect(expected.count > 50 && Set(found) == Set(expected) && found.count == Set(found).count)
        for line in Set(found).symmetricDifference(expected).sorted().prefix(6) { Issue.record("\(line)") }

        // The changes come to the same.
        let changes = try inspect([events, "--rules", "Rules"])
        var standing: [String: String] = [:]
        for change in try objects(changes) {
            let id = try #require(change["id"] as? String)
            standing[id] = change["change"] as? String == "assert" ? change["rule"] as? String : nil
        }
        #expect(Set(standing.keys) == Set(try objects(net).compactMap { $0["id"] as? String }))
    }

    @Test("bad lines are named with file and line and decide the exit code; rules and options are checked first")
    func exitCodes() throws {
        let good =
            #"{"id":"1","shop":"s","time":1772413200000,"received":1772413200000,"type":"message","conversation":"c","buyer":"b","from":"agent","agent":"a","text":"加微信"}"#
        let rule = try write(
            "rule.json",
            [
                #"{"id":"contact","name":"引流","polarity":"negative","severity":"major","when":{"message":{"from":"agent","keywords":["微信"]}},"examples":{"hit":[[{"agent":"加微信"}]],"clean":[[{"agent":"您好"}]]}}"#
            ])
        let files = try write("events.ndjson", [good, "nonsense"])
        let bad = try inspect([files, "--rules", rule])
        #expect(bad.code == 65 && bad.lines.count == 1, "\(bad.errors)")
        #expect(bad.errors.contains("events.ndjson:2:") && bad.errors.contains("[not-an-object]"), "\(bad.errors)")
        let chinese = try inspect([files, "--rules", rule, "--max-bad", "50"], environment: ["LANG": "zh_CN.UTF-8"])
        #expect(chinese.code == 0 && chinese.errors.contains("不是 JSON 对象"), "\(chinese.errors)")
        #expect(try inspect([files, "--rules", rule, "--speed", "0"]).code == 64)
        #expect(try inspect([files, "--rules", rule, "--lateness", "-1"]).code == 64)
        #expect(try inspect([files, "--rules", directory.path + "/none"]).code == 66)
        #expect(try inspect([directory.path + "/none.ndjson", "--rules", rule]).code == 74)
    }

    @Test("time passes as fast as it is asked to, deadlines among it")
    func speed() throws {
        let events = try write(
            "events.ndjson",
            (0..<3).map {
                #"{"id":"\#($0)","shop":"s","time":\#(Self.start + $0 * 60_000),"received":\#(Self.start + $0 * 60_000),"type":"message","conversation":"c\#($0)","buyer":"b","from":"buyer","text":"在吗"}"#
            })
        let start = Date()
        let slow = try inspect([events, "--rules", "Rules", "--speed", "240"])
        // Two minutes at 240 times their speed.
        #expect(Date().timeIntervalSince(start) >= 0.5)
        let fast = try inspect([events, "--rules", "Rules"])
        #expect(slow.code == 0 && !slow.lines.isEmpty)
        let ids = try [slow, fast].map { try objects($0).compactMap { $0["id"] as? String } }
        #expect(ids[0] == ids[1])
    }
}
