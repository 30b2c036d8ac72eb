import ChineseText
import Testing

struct DurationEntityTests {
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000

    static let durations: [(String, Int64)] = [
        ("⟦10分钟⟧内回复您", 10 * minute), ("⟦十分钟⟧", 10 * minute), ("⟦10 分钟⟧", 10 * minute), ("⟦10分⟧内", 10 * minute),
        ("⟦半小时⟧", 30 * minute), ("⟦半个小时⟧", 30 * minute), ("⟦半個鐘頭⟧", 30 * minute), ("⟦半分钟⟧", minute / 2),
        ("⟦半个月⟧", 15 * day),
        ("⟦半天⟧内", 12 * hour), ("⟦2小时⟧", 2 * hour), ("⟦两个小时⟧", 2 * hour), ("⟦俩小时⟧", 2 * hour), ("⟦2个钟⟧", 2 * hour),
        ("⟦1.5小时⟧", 90 * minute), ("⟦一个半小时⟧", 90 * minute), ("⟦1个半小时⟧", 90 * minute), ("⟦两小时半⟧", 150 * minute),
        ("⟦1小时30分钟⟧", 90 * minute), ("⟦1小时30分⟧", 90 * minute), ("⟦1小时零5分钟⟧", 65 * minute), ("⟦1天12小时⟧", 36 * hour),
        ("⟦1-2天⟧", 2 * day), ("⟦1~2天⟧", 2 * day), ("⟦1到2天⟧", 2 * day), ("⟦三到五天⟧", 5 * day), ("⟦两三天⟧", 3 * day),
        ("⟦三五天⟧", 5 * day),
        ("⟦一两天⟧", 2 * day), ("⟦二三十分钟⟧", 30 * minute), ("⟦1小时-2小时⟧", 2 * hour), ("⟦12小时 - 3天⟧", 3 * day),
        ("⟦半小时到1小时⟧", hour),
        ("⟦三天⟧", 3 * day), ("⟦3天⟧后", 3 * day), ("⟦3-5个工作日⟧", 5 * day), ("⟦1个自然日⟧", day), ("⟦15日⟧内", 15 * day),
        ("⟦一刻钟⟧", 15 * minute),
        ("⟦三刻钟⟧", 45 * minute), ("⟦24h⟧", day), ("⟦24H⟧内", day), ("⟦5min⟧", 5 * minute), ("⟦5 mins⟧", 5 * minute),
        ("⟦2 hours⟧", 2 * hour),
        ("⟦30秒⟧", 30_000), ("⟦60秒钟⟧", 60_000), ("⟦1周⟧左右", 7 * day), ("⟦两个星期⟧", 14 * day), ("⟦一个礼拜⟧", 7 * day),
        ("⟦3个月⟧", 90 * day),
        ("质保⟦一年⟧", 365 * day), ("⟦二十四小时⟧", day), ("⟦24小时⟧客服热线", day), ("⟦１０分钟⟧", 10 * minute), ("⟦7天⟧内", 7 * day),
        ("⟦72小时⟧内发货，⟦10天⟧到", 72 * hour), ("⟦1天⟧一次", day), ("过⟦5分钟⟧再来", 5 * minute), ("⟦100小时⟧", 100 * hour),
        ("保质期⟦18个月⟧", 540 * day), ("最长⟦三天⟧", 3 * day), ("质保⟦十年⟧", 3650 * day),
    ]

    @Test("lengths of time are found, with their value in milliseconds", arguments: durations)
    func durationsAreFound(marked: String, milliseconds: Int64) {
        MarkedEntities(marked).expect(.duration, isProbable: false)
        #expect(MarkedEntities(marked).found(.duration).first?.value == milliseconds)
    }

    @Test(
        "a length that says \"and some\" is probable",
        arguments: [("⟦2个多小时⟧", 2 * hour), ("⟦10多分钟⟧", 10 * minute), ("⟦半个多小时⟧", hour / 2), ("⟦一个多月⟧", 30 * day)])
    func vagueDurationsAreProbable(marked: String, milliseconds: Int64) {
        MarkedEntities(marked).expect(.duration, values: [milliseconds], isProbable: true)
    }

    @Test(
        "what names no number, a point in time or a policy is no length",
        arguments: [
            "一会儿", "稍等", "马上", "几分钟", "十几分钟", "几十分钟", "几个小时", "几天", "好几天", "今天", "每天", "第3天", "第二天", "每一天", "有一天",
            "这一天",
            "7天无理由", "七天无理由退换", "7天内无理由退货", "7天可以无理由", "12:30分", "5分好评", "3点", "两点钟", "3月5日", "3号", "3日", "2026年",
            "18年买的",
            "08年", "八十年代", "三年级", "12月", "3月", "等了半天", "大半天", "上半年", "p40天猫", "3天猫", "一个天津", "苹果5s", "6s", "3d", "5m",
            "10hz",
            "100ml", "1.2.3天",
            "12345678天", "双11", "5A景区", "iphone12", "周三天气", "2周年", "3周岁", "0天", "天", "小时", "半", "三两", "",
        ])
    func othersAreNoDurations(text: String) {
        MarkedEntities(text).expect(.duration)
    }
}
