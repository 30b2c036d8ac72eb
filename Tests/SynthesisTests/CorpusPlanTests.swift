import Foundation
import Synthesis
import Testing

/// Ends a run from within a sink.
private struct DiskFull: Error {}

@Suite struct CorpusPlanTests {
    private func written(_ plan: CorpusPlan) -> (archive: [UInt8], truth: [UInt8], size: CorpusSize) {
        var archive: [UInt8] = []
        var truth: [UInt8] = []
        let size = writeCorpus(plan, archive: { archive += $0 }, truth: { truth += $0 })
        return (archive, truth, size)
    }

    @Test func countsWhatItWrites() {
        let (archive, truth, size) = written(CorpusPlan(seed: 7, conversations: 700))
        #expect(size.conversations == 700)
        #expect(size.bytes == archive.count)
        #expect(archive.split(separator: UInt8(ascii: "\n")).count == 700)
        #expect(truth.split(separator: UInt8(ascii: "\n")).count == 700)
    }

    @Test func aSmallerCorpusIsThePrefixOfALarger() {
        let small = written(CorpusPlan(seed: 7, conversations: 40)).archive
        let large = written(CorpusPlan(seed: 7, conversations: 900)).archive
        #expect(large.starts(with: small))
    }

    @Test func stopsAtTheBytesAskedFor() {
        let (archive, _, size) = written(CorpusPlan(seed: 7, bytes: 2_000_000))
        #expect(archive.count >= 2_000_000)
        #expect(archive.count < 2_020_000)
        let mean = Double(size.bytes) / Double(size.conversations)
        // The size that the published figures rest on.
        #expect((2_400...2_900).contains(mean))
        #expect((17.5...20.5).contains(Double(size.messages) / Double(size.conversations)))
    }

    @Test func nothingIsWrittenForNothing() {
        #expect(written(CorpusPlan(seed: 7, conversations: 0)).archive.isEmpty)
        #expect(written(CorpusPlan(seed: 7, bytes: 0)).size == CorpusSize())
    }

    @Test func truthIsJSON() throws {
        let truth = written(CorpusPlan(seed: 8, conversations: 200)).truth
        for line in truth.split(separator: UInt8(ascii: "\n")) {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            #expect(object["conversation"] is String)
            for finding in try #require(object["findings"] as? [[String: Any]]) {
                let rule = try #require(finding["rule"] as? String)
                #expect(PlantedRule(rawValue: rule) != nil)
                #expect(["hit", "missed"].contains(finding["outcome"] as? String))
            }
        }
    }

    @Test func theErrorOfASinkEndsTheRun() {
        let plan = CorpusPlan(seed: 7, conversations: 10)
        #expect(throws: DiskFull.self) {
            try writeCorpus(
                plan, archive: { (_: [UInt8]) throws(DiskFull) in throw DiskFull() },
                truth: { (_: [UInt8]) throws(DiskFull) in })
        }
    }
}
