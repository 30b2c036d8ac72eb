import Archives
import ConversationModel
import Testing

@Suite struct TimeReaderTests {
    private let reader = TimeReader(zone: .chinaStandard)

    private func read(_ text: String) -> TimeReader.Outcome { reader.read(ArraySlice(text.utf8)) }

    @Test(arguments: [
        "2024/6/18 9:05:03", "2024-06-18 09:05:03", "2024年6月18日 09:05:03", "2024年06月18日9时05分03秒",
        "2024.6.18 09:05:03", "2024-06-18T09:05:03+08:00", "2024-06-18T01:05:03Z",
        "2024-06-18T01:05:03.000Z", "1718672703000", " 2024/6/18  9:05:03 ", "2024/6/18 上午9:05:03",
        "2024/6/18 9:05:03 AM", "2024-06-18 09：05：03", "2024-06-17T21:05:03-0400",
    ])
    func oneMomentIsReadInManyForms(_ text: String) {
        #expect(read(text) == .time(Instant(milliseconds: 1_718_672_703_000)))
    }

    @Test func partsThatAreNotWrittenAreZero() throws {
        #expect(read("2024/6/18 9:05") == .time(Instant(milliseconds: 1_718_672_700_000)))
        #expect(read("2024/6/18") == .time(Instant(milliseconds: 1_718_640_000_000)))
        #expect(
            read("2024-06-18 09:05:03.123") == .time(Instant(milliseconds: 1_718_672_703_123)))
        #expect(
            read("2024-06-18 09:05:03.1239") == .time(Instant(milliseconds: 1_718_672_703_123)))
        #expect(
            read("2024/6/18 下午9:05") == .time(Instant(milliseconds: 1_718_715_900_000)))
        #expect(read("") == .absent)
        #expect(read(" \u{3000}") == .absent)
    }

    @Test func integersBelowElevenDigitsLookLikeSeconds() {
        #expect(read("1718672703") == .bad(.timeInSeconds))
        #expect(read("99999999999") == .bad(.timeInSeconds))
        #expect(read("100000000000") == .time(Instant(milliseconds: 100_000_000_000)))
        #expect(read("999999999999999999999999") == .bad(.badTime))
    }

    @Test func aClockWithoutItsMarksIsNoNumberOfMilliseconds() throws {
        for text in ["20260301080503", "202603010805", "19991231235960"] {
            #expect(read(text) == .bad(.badTime), "\(text)")
        }
        // No time of the calendar.
        #expect(read("20261301080503") == .time(Instant(milliseconds: 20_261_301_080_503)))
        let format = try #require(TimeFormat("yyyyMMddHHmmss"))
        let reader = TimeReader(zone: .chinaStandard, formats: [format])
        #expect(reader.read(ArraySlice("20240618090503".utf8)) == .time(Instant(milliseconds: 1_718_672_703_000)))
    }

    @Test(arguments: [
        "2024-02-30 10:00", "2024-13-01 10:00", "2024-06-18 24:00", "09:05:03", "昨天 9:05",
        "45461.378",
        "2024-06-18T", "2024-06-18 09:05:03 +99:00", "2024-06-18 9", "-1718672703000",
        "2024/6/18 9:05:03 x", "0000-01-01", "下午9:05",
    ])
    func whatIsNoTimeIsBad(_ text: String) {
        #expect(read(text) == .bad(.badTime))
    }

    @Test func formatsOfAMappingComeFirst() throws {
        let format = try #require(TimeFormat("dd/MM/yyyy HH:mm"))
        let reader = TimeReader(zone: .chinaStandard, formats: [format])
        #expect(
            reader.read(ArraySlice("18/06/2024 09:05".utf8))
                == .time(Instant(milliseconds: 1_718_672_700_000)))
        let compact = try #require(TimeFormat("yyyyMMddHHmmssSSS"))
        #expect(
            TimeReader(zone: .chinaStandard, formats: [compact])
                .read(ArraySlice("20240618090503123".utf8))
                == .time(Instant(milliseconds: 1_718_672_703_123)))
        #expect(TimeFormat("HH:mm") == nil)
    }
}
