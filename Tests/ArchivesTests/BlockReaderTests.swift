import Archives
import Foundation
import Testing

@Suite struct BlockReaderTests {
    private let conversation = "{\"id\":\"d\",\"messages\":[{\"from\":\"buyer\",\"text\":\"在吗\"}]}\n"

    /// The blocks' lines by source, and what ended them.
    private func blocks(_ inputs: [ArchiveInput]) throws -> (lines: [Int: String], error: ArchiveError?) {
        let reader = BlockReader(try openArchive(inputs), target: 1 << 20)
        let block = ArchiveBlock()
        var lines: [Int: String] = [:]
        do throws(ArchiveError) {
            while try reader.next(block) {
                lines[block.source, default: ""] += String(decoding: block.lines, as: UTF8.self)
            }
            return (lines, nil)
        } catch {
            return (lines, error)
        }
    }

    @Test func anEarlierFileSmallerThanABlockIsGivenOutBeforeALaterOneBreaksOff() throws {
        let directory = try TemporaryDirectory()
        let first = try directory.write("a.ndjson", conversation)
        let second = try directory.write("b.csv", "account,group\nx,y\n")
        let (lines, error) = try blocks([first, second])
        #expect(lines == [0: conversation])
        #expect(error != nil)
    }

    @Test func whatStandsBeforeATornPlaceIsGivenOut() throws {
        let directory = try TemporaryDirectory()
        let whole = (0..<5_000).map { conversation.replacingOccurrences(of: "\"d\"", with: "\"\($0)\"") }.joined()
        let packed = gzip(Array(whole.utf8))
        let torn = try directory.write("a.ndjson.gz", Array(packed.prefix(packed.count / 2)))
        let (lines, error) = try blocks([torn])
        #expect(error != nil)
        #expect(whole.hasPrefix(lines[0, default: ""]))
        #expect(lines[0, default: ""].utf8.count > whole.utf8.count / 4)
    }
}
