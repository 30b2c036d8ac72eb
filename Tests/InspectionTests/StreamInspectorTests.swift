import Archives
import Foundation
import Inspection
import Testing

struct StreamInspectorTests {
    @Test("one line comes out for each line in, in order")
    func oneLineComesOutForEachLineIn() throws {
        let lines = [
            #"{"id":"a","messages":[{"from":"agent","agent":"小美","text":"加微信"}]}"#, "", "nonsense",
            #"{"id":"b","messages":[]}"#, #"{"messages":[]}"#, #"{"id":"c","messages":[{"from":"agent","text":"5元"}]}"#,
        ]
        let directory = try TemporaryDirectory()
        let input = try directory.write("lines.ndjson", Array(lines.joined(separator: "\n").utf8))
        let inspector = try StreamInspector(
            try #require(SomeRules.compiled), engine: "test-1", defaultShop: "", isStrict: false)
        let reader = BlockReader(try openArchive([input]), isLive: true)
        let block = ArchiveBlock()
        var output: [UInt8] = []
        while try reader.next(block) { output += try inspector.results(block) }
        let results = try output.split(separator: 0x0A).map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        }
        #expect(results.map { $0["id"] as? String } == ["a", nil, nil, "b", nil, "c"])
        #expect(results.map { $0["status"] as? String } == ["ok", "bad_input", "bad_input", "ok", "bad_input", "ok"])
        #expect(results.map { ($0["findings"] as? [Any])?.count } == [1, 0, 0, 0, 0, 1])
        #expect(inspector.allLines == 6 && inspector.badLines == 3)
    }
}
