import ConversationModel
import Foundation
import Synthesis
import Testing

/// Lines of a corpus as JSON objects, with the truth of each.
private func conversations(
    _ count: Int, seed: UInt64, options: CorpusOptions = CorpusOptions()
) throws -> [(line: [String: Any], truth: ConversationTruth)] {
    var generator = ConversationGenerator(seed: seed, options: options)
    return try (0..<count).map { _ in
        var bytes: [UInt8] = []
        generator.next(into: &bytes)
        #expect(bytes.last == UInt8(ascii: "\n"))
        #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        return (try #require(object as? [String: Any]), generator.truth)
    }
}

private func messages(_ line: [String: Any]) throws -> [[String: Any]] {
    try #require(line["messages"] as? [[String: Any]])
}

private func instant(_ message: [String: Any]) throws -> Int64 {
    if let number = message["time"] as? Int64 { return number }
    let text = try #require(message["time"] as? String)
    // "2026-03-01T10:10:15+08:00", read by hand: a formatter for each message takes seconds.
    let fields = text.split { "-T:+".contains($0) }.compactMap { Int64($0) }
    try #require(fields.count == 8 && text.hasSuffix("+08:00"))
    let day = try #require(CalendarDay(String(text.prefix(10))))
    let seconds = ((fields[3] - 8) * 60 + fields[4]) * 60 + fields[5]
    return (Int64(day.daysSince1970) * 86_400 + seconds) * 1000
}

private func text(_ message: [String: Any]) -> String {
    message["text"] as? String ?? ""
}

@Suite struct ConversationGeneratorTests {
    @Test func sameSeedGivesSameBytes() {
        var first = ConversationGenerator(seed: 42)
        var second = ConversationGenerator(seed: 42)
        var other = ConversationGenerator(seed: 43)
        var a: [UInt8] = []
        var b: [UInt8] = []
        var c: [UInt8] = []
        for _ in 0..<50 {
            first.next(into: &a)
            second.next(into: &b)
            other.next(into: &c)
        }
        #expect(a == b)
        #expect(a != c)
    }

    @Test func aConversationDoesNotDependOnThoseBeforeIt() {
        var whole = ConversationGenerator(seed: 5)
        var bytes: [UInt8] = []
        for _ in 0..<20 { whole.next(into: &bytes) }
        var last: [UInt8] = []
        whole.next(into: &last)
        var late = ConversationGenerator(seed: 5, firstIndex: 20)
        var alone: [UInt8] = []
        late.next(into: &alone)
        #expect(alone == last)
        #expect(late.truth == whole.truth)
    }

    @Test func linesAreCanonical() throws {
        let words = Set(Speaker.allCases.map(\.name))
        var ids: Set<String> = []
        for (line, truth) in try conversations(300, seed: 9) {
            let id = try #require(line["id"] as? String)
            #expect(ids.insert(id).inserted)
            #expect(truth.conversation == id)
            let all = try messages(line)
            #expect(all.count == truth.messages)
            var last = Int64.min
            for message in all {
                let time = try instant(message)
                #expect(time >= last)
                last = time
                let speaker = try #require(message["from"] as? String)
                #expect(words.contains(speaker))
                #expect((message["agent"] is String) == (speaker == "agent"))
            }
        }
    }

    @Test func truthPointsAtMessagesOfTheRightSpeaker() throws {
        var seen: Set<PlantedRule> = []
        for (line, truth) in try conversations(1_500, seed: 11) {
            let all = try messages(line)
            for fact in truth.facts {
                seen.insert(fact.rule)
                let message = try #require(
                    all.indices.contains(fact.message) ? all[fact.message] : nil)
                let speaker = message["from"] as? String
                switch fact.rule {
                case .slowFirstReply, .slowReply, .longWaitNoApology, .unansweredAtClose:
                    #expect(speaker == "buyer", "\(fact)")
                case .transferUnannounced:
                    #expect(message["kind"] as? String == "transfer", "\(fact)")
                case .opening where fact.outcome == .missed:
                    #expect(speaker == "buyer", "\(fact)")
                case .handoverGreeting where fact.outcome == .missed:
                    #expect(message["kind"] as? String == "transfer", "\(fact)")
                default:
                    #expect(speaker == "agent", "\(fact)")
                    #expect(message["auto"] == nil, "\(fact)")
                }
            }
        }
        #expect(seen == Set(PlantedRule.allCases))
    }

    /// The truth about waits agrees with the product's own definition of a wait.
    @Test func truthOfWaitsAgreesWithWaitTracker() throws {
        for (line, truth) in try conversations(500, seed: 13) {
            var tracker = WaitTracker()
            var opener = 0
            var slow: Set<Int> = []
            for (index, message) in try messages(line).enumerated() {
                let time = Instant(milliseconds: try instant(message))
                let name = message["from"] as? String
                let speaker = try #require(Speaker.allCases.first { $0.name == name })
                let kind = message["kind"] as? String ?? "text"
                let since = tracker.openSince
                // A farewell needs no answer; the generator ends with it and never waits on it.
                tracker.observe(
                    speaker: speaker, isAutomatic: message["auto"] as? Bool ?? false,
                    kind: kind == "transfer" ? .transfer : .text, needsAnswer: true, at: time)
                if since == nil, tracker.openSince != nil { opener = index }
                if let since, tracker.openSince == nil,
                    time.milliseconds - since.milliseconds > 180_000
                {
                    slow.insert(opener)
                }
            }
            let planted = Set(truth.facts.filter { $0.rule == .slowReply }.map(\.message))
            #expect(planted == slow, "\(truth.conversation)")
        }
    }

    @Test func openingsSayHowLateTheyWere() throws {
        var outcomes: Set<PlantedFact.Outcome> = []
        for (line, truth) in try conversations(200, seed: 17) {
            let all = try messages(line)
            let facts = truth.facts.filter { $0.rule == .opening }
            #expect(facts.count == 1)
            for fact in facts {
                outcomes.insert(fact.outcome)
                guard fact.outcome == .hit, let delay = fact.delay else { continue }
                #expect(delay <= 30_000)
                let buyer = try #require(all.first { $0["from"] as? String == "buyer" })
                #expect(try instant(all[fact.message]) - instant(buyer) == delay)
            }
        }
        #expect(outcomes == [.hit, .missed])
    }

    @Test func foldingShapeLeavesNoASCIIDigitOrLetter() throws {
        let options = CorpusOptions(shape: .folding)
        for (line, _) in try conversations(100, seed: 3, options: options) {
            for message in try messages(line) {
                let plain = text(message).unicodeScalars.filter {
                    $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0)
                }
                #expect(plain.isEmpty, "\(text(message))")
            }
        }
    }

    @Test func escapedShapeSaysTheSameInASCII() throws {
        let plain = try conversations(50, seed: 3)
        let options = CorpusOptions(shape: .escaped)
        var generator = ConversationGenerator(seed: 3, options: options)
        for (line, truth) in plain {
            var bytes: [UInt8] = []
            generator.next(into: &bytes)
            #expect(bytes.allSatisfy { $0 < 0x80 })
            #expect(generator.truth == truth)
            let object = try JSONSerialization.jsonObject(with: Data(bytes))
            #expect(object as? NSDictionary == line as NSDictionary)
        }
    }

    @Test func hitsShapePlantsInEveryMessageOfAnAgent() throws {
        let options = CorpusOptions(shape: .hits)
        for (line, truth) in try conversations(50, seed: 3, options: options) {
            let planted = Set(
                truth.facts.filter { PlantedRule.allCases.prefix(11).contains($0.rule) }
                    .map(\.message))
            for (index, message) in try messages(line).enumerated()
            where message["from"] as? String == "agent" && message["auto"] == nil {
                #expect(planted.contains(index))
            }
        }
    }

    @Test func endlessShapeIsOneLongConversation() throws {
        let options = CorpusOptions(shape: .endless, messages: 5_000)
        let (line, truth) = try #require(try conversations(1, seed: 1, options: options).first)
        let all = try messages(line)
        #expect(all.count == truth.messages)
        #expect((5_000...5_010).contains(all.count))
        for (a, b) in zip(all, all.dropFirst()) {
            // A silence of 30 minutes would close it.
            #expect(try instant(b) - instant(a) < 30 * 60_000)
        }
    }

    @Test(arguments: [0, -5, 1, 10_000_000])
    func oddOptionsAreBroughtIntoRange(_ number: Int) throws {
        let options = CorpusOptions(shops: number, agents: number, days: number)
        #expect(try conversations(5, seed: 1, options: options).count == 5)
    }
}
