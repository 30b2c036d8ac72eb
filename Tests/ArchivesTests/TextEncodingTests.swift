import Archives
import TestSupport
import Testing

@Suite struct TextEncodingTests {
    // 您好 and 在吗 in GB18030, and 😀 in its form of four bytes.
    static let hello: [UInt8] = [0xC4, 0xFA, 0xBA, 0xC3]
    static let there: [UInt8] = [0xD4, 0xDA, 0xC2, 0xF0]
    static let smile: [UInt8] = [0x94, 0x39, 0xFC, 0x36]

    @Test func marksDecideFirst() {
        func detected(_ bytes: [UInt8]) -> TextEncoding { .detected(in: bytes, isWhole: true) }
        #expect(detected([0xEF, 0xBB, 0xBF] + Self.hello) == .utf8)
        #expect(detected(utf16("{}", isBigEndian: false)) == .utf16LittleEndian)
        #expect(detected(utf16("{}", isBigEndian: true)) == .utf16BigEndian)
        #expect(detected(utf16("{}", isBigEndian: false, hasMark: false)) == .utf16LittleEndian)
        #expect(detected(utf16("{}", isBigEndian: true, hasMark: false)) == .utf16BigEndian)
        // 一, 开 and 最 have a zero on the other side.
        let rows = String(repeating: "1001,客户,第一次开票，最快多久？\r\n", count: 40)
        #expect(detected(utf16("会话ID,角色,内容\r\n" + rows, isBigEndian: false, hasMark: false)) == .utf16LittleEndian)
        #expect(detected(utf16("会话ID,角色,内容\r\n" + rows, isBigEndian: true, hasMark: false)) == .utf16BigEndian)
        #expect(detected([]) == .utf8)
    }

    @Test func oneBadLineInAThousandIsStillUTF8() {
        let line = Array("{\"text\":\"您好\"}\n".utf8)
        let bad: [UInt8] = [0x22, 0xFF, 0x22, 0x0A]
        let tolerated = (0..<999).flatMap { _ in line } + bad
        #expect(TextEncoding.detected(in: tolerated, isWhole: true) == .utf8)
        // More bad lines, but no GB18030 either: UTF-8, whose bad lines are counted later.
        let broken = (0..<9).flatMap { _ in line } + bad
        #expect(TextEncoding.detected(in: broken, isWhole: true) == .utf8)
    }

    @Test func gb18030IsTakenWhereItHasNoFault() {
        let line: [UInt8] = [0x22] + Self.hello + Self.smile + [0x22, 0x0A]
        let whole = line + line
        #expect(TextEncoding.detected(in: whole, isWhole: true) == .gb18030)
        // The head ends anywhere, in the middle of a character too.
        for cut in line.count + 1..<whole.count {
            #expect(TextEncoding.detected(in: Array(whole[..<cut]), isWhole: false) == .gb18030)
        }
        for cut in 2..<9 {
            let head = Array(line[..<cut])
            let detected = TextEncoding.detected(in: head, isWhole: false)
            #expect(detected == .gb18030 || cut < 3)
        }
    }

    @Test("a torn character makes no archive GB18030, and half a character or a damaged byte does not hide that one is")
    func faults() {
        let torn =
            Array("{\"text\":\"您好\"}\n{\"text\":\"在吗".utf8) + [0xE5, 0x9C] + Array("\",\"agent\":\"小禾\"}\n".utf8)
        #expect(TextEncoding.detected(in: torn, isWhole: true) == .utf8)
        let line: [UInt8] = [0x22] + Self.hello + Self.there + [0x22, 0x0A]
        let whole = (0..<40).flatMap { _ in line }
        for cut in whole.count - 12..<whole.count {
            #expect(TextEncoding.detected(in: Array(whole[..<cut]), isWhole: true) == .gb18030, "\(cut)")
        }
        var damaged = whole
        damaged[line.count * 7 + 3] = 0xFF
        #expect(TextEncoding.detected(in: damaged, isWhole: true) == .gb18030)
    }

    @Test func namesOfEncodingsAreKnown() throws {
        #expect(try TextEncoding(name: "GBK") == .gb18030)
        #expect(try TextEncoding(name: "UTF8") == .utf8)
        #expect(throws: ArchiveError.unknownEncoding("latin1")) {
            try TextEncoding(name: "latin1")
        }
    }

    @Test(arguments: [1, 2, 3, 5, 1 << 16])
    func conversionDoesNotDependOnTheSizeOfReads(_ size: Int) throws {
        let sample = String(repeating: "您好😀, a\n在吗\n", count: 3_000)
        for isBigEndian in [false, true] {
            let encoded = utf16(sample, isBigEndian: isBigEndian)
            let stream = try TranscodingStream(
                MemoryStream(encoded, largestRead: size),
                from: isBigEndian ? .utf16BigEndian : .utf16LittleEndian, name: "a")
            #expect(text(try contents(stream, by: max(7, size))) == sample)
            #expect(stream.replacements == 0)
        }
        let piece = Self.hello + Self.smile + Array(", a\n".utf8) + Self.there + [0x0A]
        let gb = [[UInt8]](repeating: piece, count: 3_000).flatMap { $0 }
        let stream = try TranscodingStream(
            MemoryStream(gb, largestRead: size), from: .gb18030, name: "a")
        #expect(text(try contents(stream, by: size)) == sample)
    }

    @Test(arguments: [1, 4, 1 << 16])
    func badBytesAreReplacedAndReportedWithTheirLine(_ size: Int) throws {
        let bytes: [UInt8] = Self.hello + [0xFF, 0x0A] + Self.there + [0x0A, 0x81, 0x0A] + [0xC4]
        let stream = try TranscodingStream(
            MemoryStream(bytes, largestRead: size), from: .gb18030, name: "a")
        var lines: [Int] = []
        stream.onReplacement = { lines.append($0) }
        #expect(text(try contents(stream)) == "您好\u{FFFD}\n在吗\n\u{FFFD}\n\u{FFFD}")
        #expect(lines == [1, 3, 4])
        #expect(stream.replacements == 3)
    }

    @Test func halfOfAPairAndOddBytesAreReplaced() throws {
        let bytes = utf16("a", isBigEndian: false) + [0x3D, 0xD8, 0x62, 0x00, 0x63]
        let stream = try TranscodingStream(
            MemoryStream(bytes), from: .utf16LittleEndian, name: "a")
        #expect(text(try contents(stream)) == "a\u{FFFD}b\u{FFFD}")
        #expect(stream.replacements == 2)
    }

    @Test func randomBytesAlwaysEndInValidUTF8() throws {
        var random = SeededGenerator(seed: 21)
        for round in 0..<200 {
            let count = Int.random(in: 0..<300, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            for encoding in [TextEncoding.gb18030, .utf16LittleEndian, .utf16BigEndian] {
                let whole = try contents(
                    TranscodingStream(MemoryStream(bytes), from: encoding, name: "a"))
                let pieces = try contents(
                    TranscodingStream(
                        MemoryStream(bytes, largestRead: 1), from: encoding, name: "a"), by: 3)
                #expect(whole == pieces, "seed 21, round \(round), \(encoding)")
                #expect(String(validating: whole, as: UTF8.self) != nil)
            }
        }
    }
}
