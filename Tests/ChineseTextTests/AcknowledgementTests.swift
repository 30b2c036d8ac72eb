import ChineseText
import TestSupport
import Testing

struct AcknowledgementTests {
    static let table = FoldTable()
    static let acknowledgements = Acknowledgements(table: table)

    @Test(
        "thanks, nods and lone emoji ask for nothing",
        arguments: [
            "好的", "好的，谢谢", "好的~", "谢谢！", "謝謝", "嗯嗯", "OK", "ｏｋ", "ok的", "👌", "👍🏻", "[微笑]", "[玫瑰][玫瑰]",
            "好的👌", "。。。", "～", "收到", "知道了", " 好 的 ", "", "   ", "Thank you", "好的[微笑]",
            "[微笑][微笑][玫瑰][玫瑰][呲牙][强]", "好的［憨笑］", "好的、谢谢…", "﹇憨笑﹈",
        ])
    func acknowledgementsAskForNothing(text: String) {
        #expect(!Self.acknowledgements.needsAnswer(text))
    }

    @Test(
        "questions, requests and a lone question mark ask for an answer",
        arguments: [
            "在吗", "？", "??", "好的，那什么时候发货", "谢谢，还有一个问题", "1", "L码", "不可以", "不好", "好看吗", "123456", "hi",
            "好的好的好的好的我知道了那就这样吧但是能不能便宜点", "[图片]？", "[商品]", "退", "謝謝妳把錢退",
        ])
    func questionsAskForAnAnswer(text: String) {
        #expect(Self.acknowledgements.needsAnswer(text))
    }

    @Test("every phrase of the standard list is one, decorated too", arguments: Acknowledgements.standard)
    func standardPhrasesAreAcknowledgements(phrase: String) {
        for text in [phrase, phrase + "~", "  \(phrase)。", "\(phrase)😀", phrase.uppercased()] {
            #expect(!Self.acknowledgements.needsAnswer(text), "\(text)")
        }
    }

    @Test("one look at a text's Han says what the whole way says")
    func theShortWayIsTheLongWay() {
        let pieces = [
            "好", "的", "谢", "謝", "了", "知", "道", "退", "貨", "[", "]", "［", "微笑", "图片", " ", "~", "。", "…", "、", "?",
            "ok", "3", "😀", "㑇", "龥", "㊗", "é", ",",
        ]
        // A list with a long phrase of Latin letters and each Han of the pieces asks the long way alone.
        let strangers = "退貨微笑图片龥㊗"
        let slow = Acknowledgements(
            table: Self.table, phrases: Acknowledgements.standard + [strangers + String(repeating: "x", count: 400)])
        var random = SeededGenerator(seed: 21)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            #expect(Self.acknowledgements.needsAnswer(text) == slow.needsAnswer(text), "\(text)")
        }
    }

    @Test("phrases can be replaced")
    func phrasesCanBeReplaced() {
        let none = Acknowledgements(table: Self.table, phrases: [])
        #expect(none.needsAnswer("好的"))
        #expect(!none.needsAnswer("😀"))
    }
}
