import Testing

@testable import Reports

/// Tables of the terminal.
struct TextTableTests {
    private static func lines(_ name: String, width: Int) -> [String] {
        var table = TextTable(
            columns: [.init(title: "客服", alignment: .left), .init(title: "命中", alignment: .right)],
            displayWidth: { $0.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) } })
        table.rows = [[.init(text: name), .init(text: "3")]]
        return table.lines(width: width, colour: false)
    }

    @Test func ofAnAgentsNameTheShopIsCut() {
        #expect(Self.lines("云杉家居旗舰店:小禾", width: 40)[2] == "云杉家居旗舰店:小禾     3")
        #expect(Self.lines("云杉家居旗舰店:小禾", width: 18)[2] == "云杉家…:小禾     3")
    }

    @Test func namesWithoutAShopAndLongOnesOfAgentsAreCutAtTheirEnd() {
        #expect(Self.lines("云杉家居旗舰店客服", width: 18)[2].hasPrefix("云杉家居旗…"))
        #expect(Self.lines("店:小禾小禾小禾小禾小禾", width: 18)[2].hasPrefix("店:小禾小"))
    }

    @Test func noLineIsWiderThanTheTerminal() {
        for width in 17...60 {
            for line in Self.lines("云杉家居旗舰店:小禾", width: width) {
                #expect(line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) } <= width)
            }
        }
    }
}
