import ConversationModel

/// Makes conversations of Chinese e-commerce service with the truth about each of them.
///
/// Conversation `i` of a seed is the same whatever came before it, so a corpus of any size begins
/// with the same lines, and parts of it can be made apart.
public struct ConversationGenerator: Sendable {
    /// What the conversations are spread over; the same for all of them.
    public let options: CorpusOptions
    private let seed: UInt64
    private var index: UInt64
    /// What is true of the last conversation; empty before the first.
    public private(set) var truth = ConversationTruth(conversation: "")
    var stream: SeededStream
    var scene = Scene()
    var scratch: [UInt8] = []

    /// A generator whose first conversation is number `firstIndex` of the series of `seed`.
    public init(seed: UInt64, options: CorpusOptions = CorpusOptions(), firstIndex: UInt64 = 0) {
        self.seed = seed
        self.options = options
        index = firstIndex
        stream = SeededStream(seed: seed)
    }

    /// Appends the next conversation as one canonical NDJSON line and sets `truth`.
    public mutating func next(into buffer: inout [UInt8]) {
        stream = SeededStream(seed: seed, index: index)
        scene = Scene()
        truth = ConversationTruth(conversation: identifier(index))
        index &+= 1
        chooseScene()
        let start = buffer.count
        writeHead(truth.conversation, into: &buffer)
        tellStory(into: &buffer)
        buffer.append(contentsOf: Skeleton.tail)
        if options.shape == .escaped {
            TextTransform.escapeBeyondASCII(&buffer, from: start, scratch: &scratch)
        }
        buffer.append(UInt8(ascii: "\n"))
        truth.messages = scene.count
    }

    mutating func record(
        _ rule: PlantedRule, _ outcome: PlantedFact.Outcome, at message: Int, delay: Int64? = nil
    ) {
        truth.facts.append(
            PlantedFact(rule: rule, outcome: outcome, message: message, delay: delay))
    }

    private func identifier(_ index: UInt64) -> String {
        let digits = String(index)
        let zeros = String(repeating: "0", count: max(0, 9 - digits.count))
        return "g\(seed)-\(zeros)\(digits)"
    }

    private mutating func chooseScene() {
        let shop = stream.below(options.shops)
        let staff = max(1, options.agents / options.shops)
        scene.shop = shop
        scene.staff = staff
        scene.agent = stream.below(staff)
        scene.isTraditional = options.shape == .folding || shop % 9 == 4
        scene.shopName = shopName()
        scene.agentName = agentName(scene.agent)
        scene.writesEpoch = shop % 2 == 1
        scene.writesMessageIDs = shop % 5 == 2
        let day = Int64(options.firstDay.daysSince1970) + Int64(stream.below(options.days))
        // Between 7:00 and 23:30 of Beijing time: 23:00 UTC of the day before is 7:00.
        let second = Int64(stream.below(16 * 3600 + 1800)) - 3600
        scene.time = (day * 86_400 + second) * 1000
    }
}

/// The state of the conversation that is being written.
struct Scene {
    var shop = 0
    /// Agents of the shop.
    var staff = 1
    /// The agent in charge, in 0..<staff.
    var agent = 0
    /// The names of the shop and of the agent in charge, as bytes.
    var shopName: [UInt8] = []
    var agentName: [UInt8] = []
    var isTraditional = false
    var writesEpoch = false
    var writesMessageIDs = false
    /// Milliseconds since 1970 of the last message.
    var time: Int64 = 0
    /// Messages written.
    var count = 0
    var lastAgentMessage = 0
    var wasHandedOver = false

    var book: Phrasebook { isTraditional ? Phrasebook.traditional : Phrasebook.simplified }
}
