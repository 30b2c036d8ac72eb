/// Sentences that break one rule, and near misses that only look like it.
enum PlantedSentences {
    static func hits(_ rule: PlantedRule) -> [String] {
        Sentences.list(hitText[rule] ?? "")
    }

    static func nearMisses(_ rule: PlantedRule) -> [String] {
        Sentences.list(nearMissText[rule] ?? "")
    }

    private static let hitText: [PlantedRule: String] = [
        .offPlatformContact: """
        亲，加我微信{wechat}，给您发实物视频
        平台上说不清楚，您加微信聊吧，{wechat}
        留个手机号，我私下给您便宜{amount}
        VX：{wechat}，走私下转账能省{amount}元
        扣扣{qq}，加一下，新款都在空间里
        您加v信 {wechat} 我拉您进老客户群
        """,
        .bribedReview: """
        五星好评带图，返现{amount}元，截图发我就行
        给个好评，红包{few}元马上转给您{emoji}
        晒图好评再送一份小礼物，别写是我们让写的
        好评返{amount}，追评再返{few}元
        把差评删了，我给您返红包{amount}元
        """,
        .directInsult: """
        你是不是脑子有病，字都不认识
        真是个白痴，跟你说了多少遍
        穷鬼买不起就别问
        滚吧，别来烦我
        神经病，爱告告去
        没见过你这么蠢的人
        """,
        .passiveRefusal: """
        爱买不买，随便你
        我也没办法，你自己看着办吧
        不想要就退，别跟我说
        处理不了，你爱找谁找谁
        就这样了，我帮不了你
        没空，你自己看详情
        """,
        .blamingOthers: """
        这不归我管，你去找快递
        快递弄坏的跟我们没关系，你找他们赔
        这是厂家的问题，你打厂家电话
        你去问平台吧，规则又不是我定的
        那是仓库的错，不关我的事
        """,
        .absolutePromise: """
        您放心，百分百不会坏，用一辈子都没问题
        保证{day}一定送到，绝对不会晚
        包您满意，无效全额赔{amount}倍
        我敢打包票，永久不掉色
        百分之百有货，绝对没问题的
        """,
        .absoluteClaim: """
        我们是全网最低价，您随便比
        这款{product}全国销量第一，最好的
        顶级{material}，国家级品质
        全网独家，绝无仅有的{product}
        """,
        .credentialRequest: """
        把收到的验证码发我一下，我帮您操作退款
        您的支付密码是多少，我这边登记下
        银行卡号和验证码一起发过来
        登录密码告诉我，我上号帮您改
        """,
        .threat: """
        你等着，我有你家地址
        再闹下去后果自负，走着瞧
        敢给差评你试试，我知道你住哪
        """,
        .refuseInvoice: """
        不开发票的，这个价格不含税
        开票要加{few}个点，自己考虑
        小店开不了发票，别问了
        """,
        .shippingPromise: """
        今天一定给您发出去
        保证24小时内发货，说到做到
        {day}肯定发，发不了我赔
        """,
    ]

    private static let nearMissText: [PlantedRule: String] = [
        .offPlatformContact: """
        请不要添加任何自称客服的微信，谨防受骗
        本店没有微信客服，有问题在这里说就好
        微信支付和银行卡都可以付款的
        """,
        .bribedReview: """
        好评是对我们最大的鼓励，感谢您的认可
        红包雨活动在首页，{day}开始
        """,
        .directInsult: """
        这款是滚筒的，桶身可以拆下来洗
        傻瓜式操作，按一下就行
        配的垃圾袋是加厚的
        """,
        .passiveRefusal: """
        要是没办法上门，可以约其他时间送
        颜色您随便挑，都是现货
        """,
        .blamingOthers: """
        我来帮您找快递核实，有消息就告诉您
        厂家那边我去沟通，您不用管
        """,
        .absolutePromise: """
        一般{few}天左右送到，以物流实际为准
        面料含棉百分之{number}
        """,
        .absoluteClaim: """
        第一次下单有新人券
        最近仓库比较忙
        """,
        .credentialRequest: """
        请不要把验证码告诉任何人，我们也不会问您要
        忘记密码可以在登录页自己找回
        """,
        .threat: "您的地址我核对一下，是{city}对吗",
        .refuseInvoice: "发票可以开的，普票专票都行",
        .shippingPromise: "预计{day}发出，以仓库实际为准",
    ]
}
