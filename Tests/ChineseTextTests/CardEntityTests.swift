import ChineseText
import Testing

struct CardEntityTests {
    @Test(
        "bank cards that pass Luhn are found",
        arguments: [
            "⟦4111111111111111⟧", "卡号⟦4111111111111111⟧。", "⟦6217001234567890122⟧", "⟦622700123456789019⟧",
            "⟦62220212345678903⟧",
            "⟦4111 1111 1111 1111⟧", "⟦4111-1111-1111-1111⟧", "⟦6217 0012 3456 7890 122⟧", "⟦6227-0012-3456-7890-19⟧",
            "⟦４１１１１１１１１１１１１１１１⟧", "卡⟦4111111111111111⟧,⟦6222021234567894⟧", "转到⟦6222021234567894⟧工行",
            "⟦4111 1111 1111 1111⟧ 2件",
            "card⟦4111111111111111⟧", "尾数1111,⟦4111111111111111⟧",
        ])
    func bankCardsAreFound(marked: String) {
        MarkedEntities(marked).expect(.bankCard, isProbable: false)
    }

    @Test(
        "masked bank cards are probable",
        arguments: [
            "⟦6222********1234⟧", "⟦622202*********1234⟧", "⟦************1111⟧", "⟦6222 **** **** 1234⟧",
            "⟦**** **** **** 1234⟧",
            "卡号⟦***************1234⟧。",
        ])
    func maskedCardsAreProbable(marked: String) {
        MarkedEntities(marked).expect(.bankCard, isProbable: true)
    }

    @Test(
        "other long numbers are no bank cards",
        arguments: [
            "4111111111111112", "411111111111111", "41111111111111111111", "4111 1111 1111 1112", "4111 1111 1111 111",
            "4111  1111",
            "4111-1111-1111-1111a", "11010519900307421X", "11010519491231002X", "110105199003074210",
            "订单号4111111111111111",
            "运单号：4111 1111 1111 1111", "0.4111111111111111", "4111111111111111abc", "4111,1111,1111,1111",
            "****************",
            "商品编号6222021234567890128", "货号：4111 1111 1111 1111", "商品ID 4111111111111111", "8888888888888888",
            "0000000000000000", "8888 8888 8888 8888", "****1234", "1111", "**** **** **** ****",
            "110105********1234", "https://a.cn/?id=4111111111111111", "",
        ])
    func othersAreNoBankCards(text: String) {
        MarkedEntities(text).expect(.bankCard)
    }

    @Test(
        "identity cards are found by their check digit",
        arguments: [
            "⟦11010519491231002X⟧", "身份证⟦11010519491231002x⟧。", "⟦110105199003074210⟧", "我的是⟦440308199901010012⟧号",
            "⟦51010719881231001X⟧",
            "⟦１１０１０５１９４９１２３１００２Ｘ⟧", "⟦330106199511112348⟧,⟦370102200002291234⟧", "ID⟦440308199901010012⟧",
            "张三 ⟦440308199901010012⟧ 男",
            "⟦110105 19491231 002X⟧", "证件⟦110105-19491231-002x⟧。", "⟦440308 19990101 0012⟧ 男", "(⟦440308199901010012⟧)",
            "⟦440308199901010012⟧，电话13812345678", "⟦310115200101010021⟧",
        ])
    func identityCardsAreFound(marked: String) {
        MarkedEntities(marked).expect(.identityCard, isProbable: false)
    }

    @Test(
        "identity cards of the old form, and masked ones, are probable",
        arguments: [
            "⟦110105491231002⟧", "旧证⟦440308990101001⟧的", "⟦110105**********2X⟧", "⟦110105********1234⟧",
            "⟦1****************2⟧",
        ])
    func oldAndMaskedCardsAreProbable(marked: String) {
        MarkedEntities(marked).expect(.identityCard, isProbable: true)
    }

    @Test(
        "what fails the check digit, the birthday or the province is no identity card",
        arguments: [
            "110105194912310021", "11010519491231003X", "110105199013074214", "990105199003074214", "1101051949123100",
            "11010519491231002",
            "11010519491231002XX", "1101051949123100211", "110105491331002", "990105491231002", "11010549123100",
            "4111111111111111",
            "订单号440308199901010012", "110105*****", "******************", "12345678901234567x", "440308199901010012a",
            "110105 19491231 0021", "110105 19491331 002X", "110105 19491231 002Xa", "110105 19491231 00212",
            "订单号110105 19491231 002X", "x", "",
            "http://a.cn/440308199901010012",
        ])
    func othersAreNoIdentityCards(text: String) {
        MarkedEntities(text).expect(.identityCard)
    }

    /// The check digits are right, the days are not: 29 February of years that are no leap years.
    @Test(
        "a birthday that no calendar has makes no identity card", arguments: ["11010519000229001", "11010519490229001"])
    func impossibleBirthdaysAreNone(digits: String) {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(weights, digits).reduce(0) { $0 + $1.0 * ($1.1.wholeNumberValue ?? 0) }
        let check = Array("10x98765432")[sum % 11]
        MarkedEntities("\(digits)\(check)").expect(.identityCard)
        MarkedEntities("110105490229001").expect(.identityCard)
    }

    @Test(
        "order numbers are found by their length or their cue, and are probable",
        arguments: [
            "⟦202603011234567⟧", "帮我查⟦3456789012345678902⟧", "订单号：⟦94616518559⟧", "订单号是⟦123456⟧吗",
            "单号⟦SF1234567890123⟧", "运单号 ⟦YT1234567890123⟧",
            "快递单号：⟦773012345678901⟧", "订单编号:⟦2026030112345⟧", "订单⟦94616518559⟧什么时候发", "订单(⟦94616518559⟧)",
            "订单号 ⟦4111111111111111⟧",
            "订单号：⟦8****⟧", "订单（⟦8****0⟧）", "⟦12345678901234567890⟧", "订单号⟦440308199901010012⟧", "退款编号 ⟦12345678⟧",
            "⟦202603011234567⟧，⟦202603011234568⟧",
        ])
    func orderNumbersAreFound(marked: String) {
        MarkedEntities(marked).expect(.orderNumber, isProbable: true)
    }

    @Test(
        "cards, phones, prices and short numbers are no order numbers",
        arguments: [
            "4111111111111111", "11010519491231002X", "440308199901010012", "110105491231002", "12345678901234",
            "123456789012345678902",
            "008613812345678", "13812345678", "订单号12345", "订单30分钟", "下单13812345678", "订单电话13812345678",
            "abc202603011234567", "202603011234567abc",
            "0.123456789012345678", "订单号abcdef123456", "https://a.cn/202603011234567", "商品编号100012043978",
            "202603011234567****", "单", "",
        ])
    func othersAreNoOrderNumbers(text: String) {
        MarkedEntities(text).expect(.orderNumber)
    }

    @Test("what masking leaves of a number is still seen, as probable")
    func maskedDataIsSeen() {
        for (plain, kind) in [
            ("13812345678", EntityKind.phone), ("11010519491231002x", .identityCard), ("4111111111111111", .bankCard),
            ("6217001234567890122", .bankCard),
        ] {
            let masked = PersonalData.masked("好\(plain)。")
            MarkedEntities("好⟦\(masked.dropFirst().dropLast())⟧。").expect(kind, isProbable: true)
        }
    }
}
