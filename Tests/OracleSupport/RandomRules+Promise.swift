import RuleLanguage

extension RandomRules {
    /// What conversations promise now and then.
    static let promises = [
        "30秒", "3分钟", "1分钟30秒", "10分钟", "1小时", "马上", "请稍等", "３分钟",
        "今天18点前", "今晚八点前", "明天上午10点前", "明天中午前", "今天内", "下班前", "上午10点05分前", "明早９：５０前",
    ]

    /// Makes some limits promised ones, and caps some waits.
    func addPromise(to expectation: inout Expectation, _ draw: inout Draw) {
        if draw.chance(40) {
            expectation.time = nil
            let words = [Promise.Word("马上", limit: 30_000), Promise.Word("稍等", limit: 180_000)]
            expectation.promise = Promise(words: draw.chance(60) ? draw.some(of: words, atMost: 2) : [])
            if draw.chance(20) {
                expectation.excuse = Expectation.Excuse(
                    condition: Condition(
                        .message(
                            MessageCondition(
                                population: Population(speakers: [.agent]),
                                text: TextCondition(.keywords(Keywords(phrases: ["稍等"])))))))
            }
        }
        if draw.chance(40) { expectation.cap = draw.one(of: Limits.all) }
    }
}
