import Archives
import ConversationModel
import Foundation
import Inspection
import Testing

struct JSONTestSuiteTests {
    static let folder = ProcessInfo.processInfo.environment["MINGJIAN_SHARED"]
        .map { $0 + "/suites/JSONTestSuite" }

    /// The suite's files by what is to become of them: `y`, `n` or `i`.
    static func files(_ kind: String) throws -> [(name: String, bytes: [UInt8])] {
        let base = try #require(folder)
        let names = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".json") && ($0 as NSString).lastPathComponent.hasPrefix(kind + "_") }
            .sorted().map { ($0, Array(try Data(contentsOf: URL(fileURLWithPath: base + "/" + $0)))) }
    }

    /// Reasons by record, by the stream: one result a line, whatever the line is.
    private func results(_ bytes: [UInt8], isStrict: Bool) throws -> [(status: String, reason: String)] {
        let directory = try TemporaryDirectory()
        let rules = try #require(SomeRules.compiled)
        let inspector = try StreamInspector(rules, engine: "e", defaultShop: "", isStrict: isStrict)
        var options = ArchiveOptions()
        options.encoding = .utf8
        let first = Array(#"{"id":"first","messages":[]}"#.utf8) + [0x0A]
        let input = try directory.write("a.ndjson", first + bytes)
        let reader = BlockReader(try openArchive([input], options: options))
        let block = ArchiveBlock()
        var output: [UInt8] = []
        while try reader.next(block) { output += try inspector.results(block) }
        return try output.split(separator: 0x0A).dropFirst().map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            return (object["status"] as? String ?? "", object["reason"] as? String ?? "")
        }
    }

    @Test("no document that is JSON is said not to be", .enabled(if: folder != nil))
    func validDocumentsAreValid() throws {
        let files = try Self.files("y")
        #expect(files.count > 90)
        for (name, bytes) in files where !bytes.contains(0x0A) {
            for isStrict in [false, true] {
                let results = try results(bytes, isStrict: isStrict)
                #expect(results.count == 1, "\(name)")
                #expect(
                    results.allSatisfy { $0.reason != "invalid-json" && $0.reason != "invalid-utf8" },
                    "\(name) \(results)")
            }
        }
    }

    @Test(
        "what is not JSON is bad in a field that nobody reads, too, where checks are strict",
        .enabled(if: folder != nil))
    func invalidDocumentsAreBad() throws {
        let files = try Self.files("n")
        #expect(files.count > 180)
        for (name, bytes) in files where !bytes.contains(0x0A) {
            for wrapped in [false, true] {
                // Some of them complete an object when something is put around them.
                if wrapped, name.contains("structure_") || name.contains("_trailing") || name.contains("multidigit") {
                    continue
                }
                let line = wrapped ? Array(#"{"id":"x","messages":[],"more":"#.utf8) + bytes + [0x7D] : bytes
                for result in try results(line, isStrict: true) {
                    #expect(result.status == "bad_input", "\(name) \(result)")
                }
            }
        }
    }

    @Test("documents that may be either are answered line by line", .enabled(if: folder != nil))
    func undecidedDocumentsAreAnswered() throws {
        for (name, bytes) in try Self.files("i") where !bytes.contains(0x0A) {
            #expect(try results(bytes, isStrict: true).count <= 1, "\(name)")
        }
    }
}
