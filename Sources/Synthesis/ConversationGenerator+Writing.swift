import ConversationModel

/// The fixed bytes of a canonical line.
enum Skeleton {
    static let tail = Array("]}".utf8)
    static let time = Array("{\"time\":".utf8)
    static let identifier = Array(",\"id\":\"m".utf8)
    static let from: [[UInt8]] = Speaker.allCases.map { Array(",\"from\":\"\($0.name)\"".utf8) }
    static let agent = Array(",\"agent\":\"".utf8)
    static let automatic = Array(",\"auto\":true".utf8)
    static let text = Array(",\"text\":\"".utf8)
    static let textEnd = Array("\"}".utf8)
    static let image = Array(",\"kind\":\"image\",\"text\":\"\"}".utf8)
    static let transfer = Array(",\"kind\":\"transfer\",\"to\":\"".utf8)
    static let transferEnd = Array("\",\"cause\":\"manual\",\"text\":\"\"}".utf8)
    static let zone = Array("+08:00\"".utf8)
    static let comma = Array("，".utf8)
}

/// How a scene becomes bytes.
extension ConversationGenerator {
    mutating func writeHead(_ identifier: String, into buffer: inout [UInt8]) {
        func put(_ text: String) { buffer.append(contentsOf: text.utf8) }
        put("{\"id\":\"")
        put(identifier)
        put("\",\"shop\":\"")
        buffer.append(contentsOf: scene.shopName)
        put("\",\"group\":\"")
        let groups = scene.book.groups.ranges
        buffer.append(
            contentsOf: scene.book.arena[groups[(scene.shop + scene.agent) % groups.count]])
        put("\",\"buyer\":\"tb")
        writeLetters(3, into: &buffer)
        put("***")
        writeDigits(4, into: &buffer)
        put("\",\"agent\":\"")
        buffer.append(contentsOf: scene.agentName)
        buffer.append(UInt8(ascii: "\""))
        if stream.chance(200) {
            put(",\"orders\":[{\"id\":\"")
            writeDigits(18, into: &buffer)
            put("\",\"state\":\"paid\"}]")
        }
        put(",\"messages\":[")
    }

    /// Writes one message with a sentence of `table` and returns its index.
    ///
    /// In `filler` of a thousand cases a clause of small talk is added.
    @discardableResult
    mutating func say(
        _ table: SentenceTable, as speaker: Speaker, isAutomatic: Bool = false, filler: Int = 0,
        into buffer: inout [UInt8]
    ) -> Int {
        let message = openMessage(speaker, isAutomatic: isAutomatic, into: &buffer)
        buffer.append(contentsOf: Skeleton.text)
        let start = buffer.count
        write(table, into: &buffer)
        if stream.chance(filler) { writeFiller(into: &buffer) }
        let isAgent = speaker == .agent && !isAutomatic
        if isAgent {
            scene.lastAgentMessage = message
            if options.shape == .hits {
                let rule = stream.below(PlantedRule.spoken.count)
                buffer.append(contentsOf: Skeleton.comma)
                write(scene.book.planted[rule], into: &buffer)
                record(PlantedRule.spoken[rule], .hit, at: message)
            }
        }
        if options.shape == .folding || (isAgent && stream.chance(40)) {
            TextTransform.widen(&buffer, from: start, scratch: &scratch)
        }
        buffer.append(contentsOf: Skeleton.textEnd)
        return message
    }

    mutating func writeImage(into buffer: inout [UInt8]) {
        openMessage(.buyer, into: &buffer)
        buffer.append(contentsOf: Skeleton.image)
    }

    mutating func writeTransfer(to agent: Int, into buffer: inout [UInt8]) -> Int {
        let message = openMessage(.system, into: &buffer)
        buffer.append(contentsOf: Skeleton.transfer)
        buffer.append(contentsOf: agentName(agent))
        buffer.append(contentsOf: Skeleton.transferEnd)
        return message
    }

    @discardableResult
    private mutating func openMessage(
        _ speaker: Speaker, isAutomatic: Bool = false, into buffer: inout [UInt8]
    ) -> Int {
        let message = scene.count
        scene.count += 1
        if message > 0 { buffer.append(UInt8(ascii: ",")) }
        buffer.append(contentsOf: Skeleton.time)
        if scene.writesEpoch {
            Self.write(scene.time, width: 1, into: &buffer)
        } else {
            writeLocalTime(into: &buffer)
        }
        if scene.writesMessageIDs {
            buffer.append(contentsOf: Skeleton.identifier)
            Self.write(Int64(message), width: 4, into: &buffer)
            buffer.append(UInt8(ascii: "\""))
        }
        buffer.append(contentsOf: Skeleton.from[Int(speaker.rawValue)])
        if speaker == .agent {
            buffer.append(contentsOf: Skeleton.agent)
            buffer.append(contentsOf: scene.agentName)
            buffer.append(UInt8(ascii: "\""))
            if isAutomatic { buffer.append(contentsOf: Skeleton.automatic) }
        }
        return message
    }

    private func writeLocalTime(into buffer: inout [UInt8]) {
        let local = scene.time + 8 * 3_600_000
        let days = local / 86_400_000
        let second = Int(local % 86_400_000 / 1000)
        let (year, month, day) = CalendarDay(daysSince1970: Int32(truncatingIfNeeded: days)).civil
        func put(_ mark: Unicode.Scalar, _ field: Int) {
            buffer.append(UInt8(ascii: mark))
            buffer.append(0x30 + UInt8(truncatingIfNeeded: field / 10))
            buffer.append(0x30 + UInt8(truncatingIfNeeded: field % 10))
        }
        buffer.append(UInt8(ascii: "\""))
        Self.write(Int64(year), width: 4, into: &buffer)
        put("-", month)
        put("-", day)
        put("T", second / 3600)
        put(":", second / 60 % 60)
        put(":", second % 60)
        buffer.append(contentsOf: Skeleton.zone)
    }

    private mutating func write(_ table: SentenceTable, into buffer: inout [UInt8]) {
        let book = scene.book
        for piece in table.sentences[stream.below(table.sentences.count)] {
            switch piece {
            case .literal(let range): buffer.append(contentsOf: book.arena[range])
            case .slot(let slot): fill(slot, from: book, into: &buffer)
            }
        }
    }

    private mutating func fill(
        _ slot: Slot, from book: Phrasebook, into buffer: inout [UInt8]
    ) {
        switch slot {
        case .product: writeProduct(from: book, into: &buffer)
        case .colour: write(book.colours, of: book, into: &buffer)
        case .size: write(book.sizes, of: book, into: &buffer)
        case .city: write(book.cities, of: book, into: &buffer)
        case .courier: write(book.couriers, of: book, into: &buffer)
        case .problem: write(book.problems, of: book, into: &buffer)
        case .day: write(book.days, of: book, into: &buffer)
        case .material: write(book.materials, of: book, into: &buffer)
        case .name: write(book.nicknames, of: book, into: &buffer)
        case .shop: buffer.append(contentsOf: scene.shopName)
        case .emoji: if stream.chance(500) { write(book.emoji, of: book, into: &buffer) }
        case .order: writeDigits(18, into: &buffer)
        case .phone: writePhone(into: &buffer)
        case .amount: writeNumber(1...500, into: &buffer)
        case .few: writeNumber(2...30, into: &buffer)
        case .number: writeNumber(1...999, into: &buffer)
        case .height: writeNumber(150...190, into: &buffer)
        case .weight: writeNumber(85...190, into: &buffer)
        case .wechat: writeLetters(9, into: &buffer)
        case .qq: writeDigits(stream.within(8...10), into: &buffer)
        case .mail:
            writeLetters(7, into: &buffer)
            buffer.append(contentsOf: "@163.com".utf8)
        case .link:
            buffer.append(contentsOf: "https://shop.example.com/goods?id=".utf8)
            writeDigits(12, into: &buffer)
        case .newline:
            buffer.append(UInt8(ascii: "\\"))
            buffer.append(UInt8(ascii: "n"))
        }
    }

    private mutating func write(
        _ table: WordTable, of book: Phrasebook, into buffer: inout [UInt8]
    ) {
        buffer.append(contentsOf: book.arena[table.ranges[stream.below(table.ranges.count)]])
    }

    private mutating func writeProduct(from book: Phrasebook, into buffer: inout [UInt8]) {
        write(book.productLeads, of: book, into: &buffer)
        write(book.products, of: book, into: &buffer)
        if stream.chance(400) { write(book.productTails, of: book, into: &buffer) }
    }

    private mutating func writeFiller(into buffer: inout [UInt8]) {
        let book = scene.book
        buffer.append(contentsOf: Skeleton.comma)
        if stream.chance(400) {
            write(book.fillerTimes, of: book, into: &buffer)
            write(book.fillerPurposes, of: book, into: &buffer)
            return
        }
        if stream.chance(500) { write(book.fillerLeads, of: book, into: &buffer) }
        write(book.fillerThings, of: book, into: &buffer)
        write(book.fillerDegrees, of: book, into: &buffer)
        write(book.fillerRemarks, of: book, into: &buffer)
    }

    func shopName() -> [UInt8] {
        let book = scene.book
        let leads = book.shops.ranges
        let tails = book.shopTails.ranges
        let round = scene.shop / (leads.count * tails.count)
        var name = Array(book.arena[leads[scene.shop % leads.count]])
        name += book.arena[tails[scene.shop / leads.count % tails.count]]
        if round > 0 { Self.write(Int64(round), width: 1, into: &name) }
        return name
    }

    /// The account of an agent of the scene's shop: `shop:nickname`.
    func agentName(_ agent: Int) -> [UInt8] {
        let names = scene.book.nicknames.ranges
        var name = scene.shopName
        name.append(UInt8(ascii: ":"))
        name += scene.book.arena[names[(agent + scene.shop * 5) % names.count]]
        if agent >= names.count { Self.write(Int64(agent / names.count), width: 1, into: &name) }
        return name
    }

    private mutating func writePhone(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: "1".utf8)
        writeNumber(30...99, into: &buffer)
        // Most sources mask the middle; what they let through is there to be found.
        if stream.chance(950) {
            buffer.append(contentsOf: "****".utf8)
        } else {
            writeDigits(4, into: &buffer)
        }
        writeDigits(4, into: &buffer)
    }

    private mutating func writeNumber(_ range: ClosedRange<Int>, into buffer: inout [UInt8]) {
        Self.write(Int64(stream.within(range)), width: 1, into: &buffer)
    }

    private mutating func writeDigits(_ count: Int, into buffer: inout [UInt8]) {
        var random = stream.next()
        for position in 0..<count {
            let digit = UInt8(truncatingIfNeeded: random % 10)
            random /= 10
            buffer.append(0x30 + (position == 0 && digit == 0 ? 8 : digit))
        }
    }

    private mutating func writeLetters(_ count: Int, into buffer: inout [UInt8]) {
        var random = stream.next()
        for _ in 0..<count {
            buffer.append(0x61 + UInt8(truncatingIfNeeded: random % 26))
            random /= 26
        }
    }

    /// Writes a number that is not negative with at least `width` digits.
    private static func write(_ number: Int64, width: Int, into buffer: inout [UInt8]) {
        let start = buffer.count
        var rest = number
        repeat {
            buffer.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0 || buffer.count - start < width
        buffer[start...].reverse()
    }
}
