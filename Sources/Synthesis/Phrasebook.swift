/// What a slot of a sentence is filled with.
enum Slot: String, Sendable, CaseIterable {
    case product, colour, size, city, courier, problem, day, material, name, shop, emoji
    case order, phone, amount, few, number, height, weight, wechat, qq, mail, link
    case newline = "nl"
}

/// One piece of a compiled sentence.
enum Piece: Sendable {
    /// Escaped bytes, a range of the phrasebook's arena.
    case literal(Range<Int>)
    case slot(Slot)
}

/// Strings in one arena of escaped bytes, picked by index.
struct WordTable: Sendable {
    private(set) var ranges: [Range<Int>] = []

    init(_ words: [String], arena: inout [UInt8]) {
        for word in words {
            let start = arena.count
            arena.append(contentsOf: TextTransform.escaped(word))
            ranges.append(start..<arena.count)
        }
    }
}

/// Sentences compiled once, so that writing one is copying bytes.
struct SentenceTable: Sendable {
    private(set) var sentences: [[Piece]] = []

    init(_ lines: [String], arena: inout [UInt8]) {
        for line in lines { sentences.append(Self.compiled(line, arena: &arena)) }
    }

    private static func compiled(_ line: String, arena: inout [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        for (index, part) in line.split(separator: "{", omittingEmptySubsequences: false)
            .enumerated()
        {
            var literal = part
            if index > 0, let close = part.firstIndex(of: "}") {
                guard let slot = Slot(rawValue: String(part[..<close])) else {
                    preconditionFailure("a sentence of the phrasebook has an unknown slot: \(line)")
                }
                pieces.append(.slot(slot))
                literal = part[part.index(after: close)...]
            }
            guard !literal.isEmpty else { continue }
            let start = arena.count
            arena.append(contentsOf: TextTransform.escaped(String(literal)))
            pieces.append(.literal(start..<arena.count))
        }
        return pieces
    }
}

/// All words and sentences in one script, simplified or traditional.
///
/// A class, because copying some forty arrays for each message is what writing would cost most.
final class Phrasebook: Sendable {
    static let simplified = Phrasebook(isTraditional: false)
    static let traditional = Phrasebook(isTraditional: true)

    let arena: [UInt8]
    let products, productTails, colours, sizes, cities, couriers, problems: WordTable
    let days, materials, nicknames, emoji, shops, shopTails, groups: WordTable
    let productLeads, fillerLeads, fillerThings, fillerDegrees, fillerRemarks: WordTable
    let fillerTimes, fillerPurposes: WordTable
    let firstQuestion, buyerTalk, agentTalk, waiting, opening, plainStart: SentenceTable
    let closing, buyerFarewell, automatic, assistant, system, probing: SentenceTable
    let followUp, waitApology, handoverNotice, handoverGreeting, handoverPlain: SentenceTable
    /// By the order of `PlantedRule.spoken`.
    let planted, nearMisses: [SentenceTable]

    init(isTraditional: Bool) {
        var arena: [UInt8] = []
        func script(_ items: [String]) -> [String] {
            isTraditional ? items.map(TraditionalScript.convert) : items
        }
        func words(_ items: [String]) -> WordTable { WordTable(script(items), arena: &arena) }
        func sentences(_ items: [String]) -> SentenceTable {
            SentenceTable(script(items), arena: &arena)
        }
        productLeads = words(Words.productLeads)
        products = words(Words.productNouns)
        productTails = words(Words.productTails)
        colours = words(Words.colours)
        sizes = words(Words.sizes)
        cities = words(Words.cities)
        couriers = words(Words.couriers)
        problems = words(Words.problems)
        days = words(Words.days)
        materials = words(Words.materials)
        nicknames = words(Words.nicknames)
        emoji = words(Words.emoji)
        shops = words(Words.shopLeads)
        shopTails = words(Words.shopTails)
        groups = words(Words.groups)
        fillerLeads = words(Words.fillerLeads)
        fillerThings = words(Words.fillerThings)
        fillerDegrees = words(Words.fillerDegrees)
        fillerRemarks = words(Words.fillerRemarks)
        fillerTimes = words(Words.fillerTimes)
        fillerPurposes = words(Words.fillerPurposes)
        firstQuestion = sentences(Sentences.firstQuestion)
        buyerTalk = sentences(Sentences.buyerTalk)
        agentTalk = sentences(Sentences.agentTalk)
        waiting = sentences(Sentences.waiting)
        opening = sentences(Sentences.opening)
        plainStart = sentences(Sentences.plainStart)
        closing = sentences(Sentences.closing)
        buyerFarewell = sentences(Sentences.buyerFarewell)
        automatic = sentences(Sentences.automatic)
        assistant = sentences(Sentences.assistant)
        system = sentences(Sentences.system)
        probing = sentences(Sentences.probing)
        followUp = sentences(Sentences.followUp)
        waitApology = sentences(Sentences.waitApology)
        handoverNotice = sentences(Sentences.handoverNotice)
        handoverGreeting = sentences(Sentences.handoverGreeting)
        handoverPlain = sentences(Sentences.handoverPlain)
        planted = PlantedRule.spoken.map { sentences(PlantedSentences.hits($0)) }
        nearMisses = PlantedRule.spoken.map { sentences(PlantedSentences.nearMisses($0)) }
        self.arena = arena
    }
}
