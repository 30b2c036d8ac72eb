import Foundation
import Testing

/// How well the shipped rules do on conversations labelled by hand, held by floors.
///
/// `MINGJIAN_FLOORS=show` prints the tables, with the mistakes on the open half;
/// `MINGJIAN_FLOORS=record` measures anew, writes `floors.json` and fails, so that nobody lowers a
/// floor by accident. The frozen half is only ever measured: no rule is tuned on it.
struct LabelledFloorTests {
    /// Percent; by half, then by rule.
    typealias Floors = [String: [String: Floor]]

    struct Floor: Codable, Equatable {
        var precision: Int
        var recall: Int
    }

    /// Percentage points that a floor lies under what was measured.
    static let margin = 2

    static let path = root + "/Tests/RuleTests/floors.json"
    static let mode = ProcessInfo.processInfo.environment["MINGJIAN_FLOORS"]

    @Test(arguments: ["open", "frozen"])
    func rulesStayAboveTheirFloors(_ half: String) throws {
        let corpus = try LabelledCorpus(half: half)
        if Self.mode == "show" {
            print("\(half)\n" + corpus.table(showsMistakes: half == "open"))
        }
        if Self.mode == "record" { return }
        let floors = try JSONDecoder().decode(
            Floors.self, from: Data(contentsOf: URL(fileURLWithPath: Self.path)))
        let expected = try #require(floors[half])
        #expect(
            Set(expected.keys) == Set(corpus.scores.keys), "every labelled rule has a floor")
        for (rule, floor) in expected {
            guard let score = corpus.scores[rule] else { continue }
            #expect(score.precision >= floor.precision, "\(half): precision of \(rule)")
            #expect(score.recall >= floor.recall, "\(half): recall of \(rule)")
        }
    }

    @Test func floorsAreRecordedOnlyOnRequest() throws {
        guard Self.mode == "record" else {
            #expect(FileManager.default.fileExists(atPath: Self.path))
            return
        }
        var floors: Floors = [:]
        for half in ["open", "frozen"] {
            floors[half] = try LabelledCorpus(half: half).scores.mapValues {
                Floor(
                    precision: max(0, $0.precision - Self.margin),
                    recall: max(0, $0.recall - Self.margin))
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(floors) + Data([0x0A])).write(to: URL(fileURLWithPath: Self.path))
        Issue.record("recorded floors.json; run again without MINGJIAN_FLOORS")
    }
}
