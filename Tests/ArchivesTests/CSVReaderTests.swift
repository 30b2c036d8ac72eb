import Archives
import Foundation
import TestSupport
import Testing

@Suite struct CSVReaderTests {
    private func rows(
        _ bytes: [UInt8], delimiter: UInt8? = nil, by size: Int = .max, largest: Int = 16 << 20
    ) throws -> [(fields: [String], issue: RecordIssue?, number: Int)] {
        let reader = try CSVReader(
            MemoryStream(bytes, largestRead: size), delimiter: delimiter, largestRecord: largest)
        var row = CSVRow()
        var result: [(fields: [String], issue: RecordIssue?, number: Int)] = []
        while try reader.next(&row) {
            result.append(((0..<row.count).map { row.text($0) }, row.issue, row.number))
        }
        return result
    }

    private func fields(_ text: String, delimiter: UInt8? = nil) throws -> [[String]] {
        try rows(Array(text.utf8), delimiter: delimiter).map(\.fields)
    }

    @Test func rowsEndInEveryWayThatIsUsual() throws {
        let wanted = [["a", "b"], ["1", ""], ["", "2"]]
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "1,", ",2"].joined(separator: end)
            #expect(try fields(text) == wanted)
            #expect(try fields(text + end) == wanted)
            #expect(try fields("\u{FEFF}" + text) == wanted)
        }
    }

    @Test func quotesHoldSeparatorsLineEndsAndQuotes() throws {
        #expect(
            try fields("a,\"b,\r\n\"\"c\"\"\",\"\"\n5\" disk,x\n") == [
                ["a", "b,\r\n\"c\"", ""], ["5\" disk", "x"],
            ])
    }

    @Test func separatorsAreDetected() throws {
        #expect(
            try fields("时间;内容\n1;a,b\n2;c,d,e\n") == [
                ["时间", "内容"], ["1", "a,b"], ["2", "c,d,e"],
            ])
        #expect(try fields("a\tb\n1,2,3\t4\n")[1] == ["1,2,3", "4"])
        #expect(try fields("\"a;b\",c\n")[0] == ["a;b", "c"])
        #expect(try fields("alone\n") == [["alone"]])
    }

    @Test func textAfterAClosingQuoteIsBad() throws {
        let rows = try rows(Array("\"a\"b,c\nd,e\n".utf8))
        #expect(rows.map(\.issue) == [.textAfterQuote, nil])
        #expect(rows[1].fields == ["d", "e"])
    }

    @Test func aQuoteThatNeverClosesEndsAtTheLimit() throws {
        let open = "a,b\n1,\"never\n"
        let rest = String(repeating: "2,3\n", count: 2_000)
        let whole = try rows(Array((open + rest).utf8))
        #expect(whole.map(\.issue) == [nil, .unclosedQuote])
        let limited = try rows(Array((open + rest).utf8), by: 100, largest: 1_000)
        #expect(limited[1].issue == .unclosedQuote)
        #expect(limited.count > 1_000)
        #expect(limited.dropFirst(2).allSatisfy { $0.fields == ["2", "3"] && $0.issue == nil })
        #expect(limited.map(\.number) == Array(1...limited.count))
    }

    @Test func recordsBeyondTheLimitAreGivenUp() throws {
        let long = String(repeating: "x", count: 300_000)
        let rows = try rows(Array("a,b\n1,\(long)\n2,y\n".utf8), by: 1_000, largest: 1_000)
        #expect(rows.map(\.issue) == [nil, .tooLarge, nil])
        #expect(rows[2].fields == ["2", "y"])
    }

    @Test("a row of more fields than there may be is given up, and takes no memory", arguments: [1_000, Int.max])
    func fieldsAreBounded(size: Int) throws {
        let most = CSVReader.fieldLimit
        let widest = String(repeating: ",", count: most - 1)
        let wider = String(repeating: ",", count: most * 40)
        let rows = try rows(Array("a,b\n\(widest)\n\(wider)\n2,y\n".utf8), delimiter: 0x2C, by: size)
        #expect(rows.map(\.issue) == [nil, nil, .tooLarge, nil])
        #expect(rows[1].fields.count == most && rows[2].fields.count <= 1 && rows[3].fields == ["2", "y"])
    }

    @Test func writtenRowsAreReadBackWhateverTheSizeOfReads() throws {
        var random = SeededGenerator(seed: 31)
        let alphabet = ["a", "\"", ",", "\n", "\r\n", "您", "😀", " ", ";", "\t"]
        for round in 0..<150 {
            let width = Int.random(in: 1...4, using: &random)
            let table = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                (0..<width).map { _ in
                    (0..<Int.random(in: 0...5, using: &random))
                        .map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
                }
            }
            let text = table.map { row in
                row.map { "\"" + $0.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }
                    .joined(separator: ",")
            }.joined(separator: "\n")
            for size in [1, 2, 1 << 20] {
                let read = try rows(Array(text.utf8), delimiter: 0x2C, by: size)
                #expect(read.map(\.fields) == table, "seed 31, round \(round)")
            }
        }
    }

    @Test func randomBytesGiveTheSameRowsInEveryPiece() throws {
        var random = SeededGenerator(seed: 32)
        let alphabet = Array("\",\r\na;".utf8)
        for round in 0..<300 {
            let bytes = (0..<Int.random(in: 0...60, using: &random))
                .map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let whole = try rows(bytes)
            let pieces = try rows(bytes, by: 1)
            #expect(whole.map(\.fields) == pieces.map(\.fields), "seed 32, round \(round)")
            #expect(whole.map(\.issue) == pieces.map(\.issue))
        }
    }

    @Test(.enabled(if: sharedFolder != nil)) func theSpectrumOfTablesIsRead() throws {
        let folder = try #require(sharedFolder) + "/suites/csv-spectrum"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/csvs")
        #expect(names.count >= 12)
        for name in names {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/csvs/" + name))
            let wantedPath =
                folder + "/json/" + name.replacingOccurrences(of: ".csv", with: ".json")
            let json = try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(fileURLWithPath: wantedPath)))
            let list = json as? [[String: String]] ?? (json as? [String: String]).map { [$0] }
            let wanted = try #require(list)
            for size in [1, 1 << 20] {
                let rows = try rows(Array(data), by: size).map(\.fields)
                let header = try #require(rows.first)
                let read = rows.dropFirst().map { row in
                    Dictionary(uniqueKeysWithValues: zip(header, row))
                }
                // The two files of this case give different numbers.
                if name == "location_coordinates.csv" {
                    let column = "Location Coordinates"
                    #expect(read.map { $0[column] } == wanted.map { $0[column] })
                    continue
                }
                #expect(Array(read) == wanted, "\(name)")
            }
        }
    }
}
