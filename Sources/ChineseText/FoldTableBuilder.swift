import CICU

/// Asks ICU about every code point below U+30000 and packs the answers.
struct FoldTableBuilder {
    /// Simplifications that ICU's table lacks and customers do write.
    static let supplement: [(UInt32, UInt32)] = [
        (0x59B3, 0x4F60),  // 妳 你
        (0x7947, 0x53EA),  // 祇 只
        (0x8879, 0x53EA),  // 衹 只
        (0x5CEF, 0x5CF0),  // 峯 峰
        (0x6ED9, 0x6C47),  // 滙 汇
        (0x5641, 0x6076),  // 噁 恶
        (0x7260, 0x5B83),  // 牠 它
    ]

    /// ICU maps 苎 to 苧 and 苧 to 苎; one direction is kept, so that folding twice changes nothing.
    static let overrides: [(UInt32, UInt32)] = [(0x82CE, 0x82CE), (0x85B4, 0x82CE)]

    /// ICU's simplified form of each traditional code point, with the supplement.
    static func simplifications() -> [UInt32: UInt32] {
        var result: [UInt32: UInt32] = [:]
        guard let transliterator = mj_traditional_simplified_open() else { return result }
        defer { mj_transliterator_close(transliterator) }
        var sources = [UInt32](repeating: 0, count: 20_000)
        let count = mj_transliterator_sources(transliterator, &sources, Int32(sources.count))
        var buffer = [UInt16](repeating: 0, count: 8)
        for source in sources.prefix(Int(count)) {
            guard let scalar = Unicode.Scalar(source) else { continue }
            let units = Array(String(Character(scalar)).utf16)
            for (i, unit) in units.enumerated() { buffer[i] = unit }
            let length = mj_transliterate(transliterator, &buffer, Int32(units.count), 8)
            guard length > 0 else { continue }
            let text = String(decoding: buffer[..<Int(length)], as: UTF16.self).unicodeScalars
            if text.count == 1, let first = text.first, first.value != source {
                result[source] = first.value
            }
        }
        for (from, to) in supplement + overrides { result[from] = from == to ? nil : to }
        return result
    }

    func build() -> [UInt8] {
        let simplified = FoldTableBuilder.simplifications()
        var pool: [UInt8] = []
        var poolOffsets: [[UInt8]: Int] = [:]
        var blocks: [[UInt32]: UInt16] = [:]
        var index: [UInt16] = []
        var entries: [UInt32] = []
        let blockSize = 1 << FoldTable.blockShift
        var block = [UInt32](repeating: 0, count: blockSize)
        for start in stride(from: 0, to: Int(FoldTable.limit), by: blockSize) {
            for offset in 0..<blockSize {
                block[offset] = entry(
                    UInt32(start + offset), simplified: simplified, pool: &pool, offsets: &poolOffsets)
            }
            if let known = blocks[block] {
                index.append(known)
            } else {
                let number = UInt16(entries.count / blockSize)
                blocks[block] = number
                index.append(number)
                entries += block
            }
        }
        var bytes: [UInt8] = []
        func append(_ word: UInt32) {
            for shift in stride(from: 0, to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
            }
        }
        append(UInt32(FoldTable.formatVersion))
        append(UInt32(index.count))
        append(UInt32(entries.count))
        append(UInt32(pool.count))
        for number in index {
            bytes.append(UInt8(truncatingIfNeeded: number))
            bytes.append(UInt8(truncatingIfNeeded: number >> 8))
        }
        for entry in entries { append(entry) }
        return bytes + pool
    }

    private func entry(
        _ codePoint: UInt32, simplified: [UInt32: UInt32], pool: inout [UInt8],
        offsets: inout [[UInt8]: Int]
    ) -> UInt32 {
        func packed(_ kind: FoldTable.Kind, _ payload: UInt32 = 0) -> UInt32 {
            UInt32(kind.rawValue) << 24 | payload
        }
        // Surrogates never occur in UTF-8.
        guard let scalar = Unicode.Scalar(codePoint) else { return 0 }
        if mj_is_white_space(codePoint) != 0 { return packed(.space) }
        if mj_nfkc_casefold_keeps(codePoint) != 0, simplified[codePoint] == nil { return 0 }
        let folded = FoldTableBuilder.fold(scalar, simplified: simplified)
        if folded.isEmpty { return packed(.dropped) }
        if mj_nfkc_casefold_boundary_before(codePoint) == 0 { return packed(.joining) }
        let original = Array(scalar.utf8)
        if folded == original { return 0 }
        if folded == [0x20] { return packed(.space) }
        // What holds a space goes to the pool: there runs of spaces are looked for.
        if folded.count <= min(3, original.count), !folded.contains(0x20) {
            let payload = folded.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
            return UInt32(folded.count) << 24 | payload
        }
        if let known = offsets[folded] { return packed(.expansion, UInt32(known)) }
        let offset = pool.count
        offsets[folded] = offset
        pool.append(UInt8(folded.count))
        pool += folded
        return packed(.expansion, UInt32(offset))
    }

    /// T2S(NFKC_Casefold(scalar)) as UTF-8, white space inside it as U+0020.
    static func fold(_ scalar: Unicode.Scalar, simplified: [UInt32: UInt32]) -> [UInt8] {
        var target = [UInt16](repeating: 0, count: 64)
        let source = Array(scalar.utf16)
        let length = mj_nfkc_casefold(source, Int32(source.count), &target, Int32(target.count))
        guard length >= 0 else { return Array(scalar.utf8) }
        var bytes: [UInt8] = []
        var units = target[..<Int(length)].makeIterator()
        var decoder = UTF16()
        while case .scalarValue(let next) = decoder.decode(&units) {
            let mapped = simplified[next.value].flatMap { Unicode.Scalar($0) } ?? next
            if mj_is_white_space(mapped.value) != 0 {
                bytes.append(0x20)
            } else {
                bytes += mapped.utf8
            }
        }
        return bytes
    }
}
