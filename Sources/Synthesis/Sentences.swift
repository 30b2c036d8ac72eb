/// The sentences of ordinary talk, one a line; `{…}` is filled from `Words` or with numbers.
enum Sentences {
    static func list(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    static let firstQuestion = list(
        """
        在不在{emoji}
        你好，想问下{product}还有没有{colour}的
        有人吗？{product}什么时候能到货
        您好 我前天买的{product}{problem}，这个怎么弄{emoji}
        请问{product}适合{number}平米的房间吗
        老板，{colour}{size}现在拍哪天能发
        我想咨询一下售后
        hi，这个{product}是{material}的吗
        订单{order}怎么还显示待揽收
        亲 在吗 想买两件{product}送人
        你们家{product}和实体店卖的一样吗
        买之前先问一句，{size}会不会偏小
        """)

    static let buyerTalk = list(
        """
        那{size}的呢
        {colour}有实拍图吗
        能看下细节不{emoji}
        我{day}要用，来得及吗
        发到{city}要几天呀
        能指定{courier}吗，别的快递我们这边不送上门
        还是有点贵，{amount}能拿下吗
        我领了{amount}的券怎么用不了
        收到了，可是{problem}{emoji}
        拍了照片发你了
        就是这个问题，{problem}，用了不到{few}天
        我要换{colour}的
        地址填错了，改成{city}市解放路{number}号可以吗
        电话是{phone}
        订单号{order}
        订单尾号{number}的那个
        这款和{product}有什么不一样
        {material}会不会缩水
        洗的时候要注意什么
        可以机洗吗
        有没有赠品呀{emoji}
        能开票吗，抬头是公司的
        好的
        嗯嗯
        哦哦 明白了
        行吧
        ？？
        你先帮我看看
        我等你消息
        上次客服说{day}就能发，怎么还没动静
        物流停在{city}{few}天了
        那我再想想
        帮我备注一下，发货前验一验
        要是不合适可以退吧
        邮费谁来承担
        身高{height}体重{weight}穿哪个码
        家里宝宝{few}个月能用吗
        配件丢了能单买吗
        客服说的"当天发"是真的吗
        图一是我收到的，图二是你们详情页的，{colour}差太多了
        我买{few}件有优惠吗
        保修期多久，坏了寄哪里
        ok
        嗯，那就要{colour}{size}吧
        昨天刚买今天就降了{amount}，能补吗
        {product}装起来难不难，需要自己打孔吗
        着急用，麻烦快点{emoji}
        同事推荐我来的，说你们家{product}不错
        我看{link}这个链接里还有套餐
        声音有点大，正常吗
        没收到短信啊
        """)

    static let agentTalk = list(
        """
        亲，{product}的{colour}目前仓库还有{number}件，拍下后{day}安排打包{emoji}
        这边看到您订单{order}已经出库，承运的是{courier}，运单稍后会同步到订单页面
        {problem}的话，麻烦您对着问题的位置拍两张清晰一点的照片，我给您登记处理
        您平时穿多大的呢？{height}/{weight}这个身材一般选中间那个码就合适
        这款用的是{material}，常温水轻柔洗涤，平铺晾干就可以
        券已经放到您的账户里了，满{amount}可用，结算页会自己减{emoji}
        可以的，给您备注好了：{colour}、{size}、{few}件，发{city}
        退货地址会在审核通过后自动发给您，寄回时请附上一张纸条写明订单号
        换货的话是我们收到旧件以后再寄新的，来回运费由店铺出
        电子发票在确认收货以后开具，抬头和税号发我一下，会寄到{mail}
        {courier}那边反馈说{city}下大雨，派送要晚{few}天，请您谅解
        给您申请到了{amount}元补偿，{day}会退到原支付方式
        说明书第{few}页有安装步骤，也可以扫盒子里的视频教程
        {product}质保{few}个月，非人为损坏都可以免费换新的配件
        这个价格已经是活动价了，{day}之后会恢复，您可以先加到购物车
        我帮您催一下仓库，有结果第一时间告诉您
        已经帮您登记了，编号{order}，专员会在{day}给您回电
        首次使用前请先空转{few}分钟，有轻微气味是正常的，通风后就会散
        两款的区别主要是容量和功率，日常家用选标准款就够了
        好的亲
        收到，这就给您改地址
        嗯嗯，在看了
        亲亲，麻烦您提供下订单编号或者收件人手机尾号{emoji}
        适合的，{few}个月以上的宝宝就可以使用，边角都做了圆弧处理
        签收前建议先验货，外箱破损可以当面拒收，我们补寄
        目前是按下单顺序发，您的排在今天第二批
        您看到的"预售"是指{day}统一发出，现货的链接是 {link}
        尺寸是手工测量的，有一到两厘米的出入属于正常范围哦
        您可以搭配我们家的{product}一起用，很多顾客是成套带走的
        查到了，包裹昨晚到了{city}分拨中心，预计{day}派送，请保持电话畅通
        价保是可以申请的，在订单详情里点"价格保护"，系统审核通过就退差额
        色差可能是灯光造成的，{colour}实物会比图片稍深一点点
        这批是{few}月份生产的，日期很新鲜，您放心
        给您发了安装视频，按里面的步骤拧紧底座的{few}颗螺丝就不晃了
        您这个情况可以选择退款不退货，或者我们补发一个新的给您，您看哪种方便
        支持的，签收后{few}天内不影响二次销售都可以退换
        您的收货信息我核对一下：{city}市人民路{number}号，电话{phone}，对吗？
        明白您的意思，换成{colour}的话差价{amount}元，我这边给您改
        {problem}确实影响使用，这件事由我们负责到底
        仓库回复了，{product}要{day}才能补到货，您愿意等吗？还是给您换个颜色
        积分可以抵扣的，{number}积分抵{few}元{emoji}
        儿童款和成人款用的是同一种{material}，只是尺码不同
        您按这三步来：{nl}1. 打开订单{nl}2. 点申请售后{nl}3. 选择换货，原因写"{problem}"就好
        """)

    static let waiting = list(
        """
        请稍等，我看一下库存
        您稍等片刻，我去问下仓库
        我帮您查一查物流，一会儿回复您
        稍等哈，正在核实订单{order}
        好的，我跟主管确认下，请等{few}分钟
        """)

    static let opening = list(
        """
        您好，欢迎光临{shop}，我是{name}，很高兴为您服务{emoji}
        亲，您好呀，这里是{shop}，请问有什么可以帮到您
        您好，在的，请问想了解哪一款呢
        您好{emoji}很高兴为您服务，请说
        亲亲您好，欢迎来到{shop}，有什么需要帮忙的吗
        您好，我是本店客服{name}，请问有什么可以为您效劳
        hello，您好，欢迎光临，{name}为您服务
        晚上好，欢迎光临{shop}，请问有什么可以帮您
        """)

    static let plainStart = list(
        """
        什么事
        说
        有货
        拍就行
        看详情页的尺码表
        订单号发一下
        """)

    static let closing = list(
        """
        感谢您的咨询，祝您生活愉快，再见{emoji}
        不客气的，有问题随时联系我们，祝您购物愉快
        好的，感谢支持{shop}，祝您天天开心，期待您再次光临
        那就不打扰您了，祝您一切顺利，再见
        谢谢亲的理解，祝您和家人身体健康，欢迎下次光临{emoji}
        很高兴为您服务，祝您有愉快的一天，再见
        """)

    static let buyerFarewell = list(
        """
        好的，谢谢{emoji}
        没有了，谢谢
        嗯嗯，先这样
        行，我先拍了
        ok 谢啦
        知道了，拜拜
        """)

    static let automatic = list(
        """
        客服正在火速赶来，排队中的前面还有{few}位，请先把问题留下{emoji}
        【自动回复】营业时间为9:00至23:00，留言我们会逐条处理
        本店满{amount}包邮，{day}前下单当天打包，人工客服马上就到
        自动回复：查物流请回复1，退换货请回复2，发票请回复3
        """)

    static let assistant = list(
        """
        我是智能助手小问，请点选您要办理的业务：①查物流 ②改地址 ③退换货 ④转人工
        猜您想问：{product}怎么选尺码？{product}多久发货？
        为您找到相关商品：{product} {link}
        您的问题小问还在学习，正在为您接入人工，请稍候{emoji}
        """)

    static let system = list(
        """
        买家正在浏览商品《{product}》
        订单{order}状态更新：商家已发货
        平台提醒：交易请在平台内完成，不要相信任何私下转账的要求
        买家已评分
        """)

    static let probing = list(
        """
        您看{colour}的可以吗？可以的话我给您备注
        这两款您更喜欢哪一款呢
        给您推荐的{product}您看下链接 {link}，合适吗
        您方便把照片发我一下吗
        """)

    static let followUp = list(
        """
        亲，还在吗？{product}考虑得怎么样了
        您好，请问刚才的问题还有需要帮忙的吗，还在吗
        亲亲还在线吗，有不清楚的可以接着问我哦{emoji}
        在吗亲，照片您要是不方便现在拍，晚点发也行的
        """)

    static let waitApology = list(
        """
        不好意思，让您久等了，刚才去核对库存了
        抱歉抱歉，咨询的人太多，让您久等了{emoji}
        非常抱歉回复晚了，您的问题我看到了
        久等了亲，{product}我给您问清楚了
        """)

    static let handoverNotice = list(
        """
        这个问题需要售后同事处理，我帮您转接过去，请不要离开
        我这边权限不够，马上为您转接专员，稍等哦
        """)

    static let handoverGreeting = list(
        """
        您好，我是接手的客服{name}，前面的聊天我已经看过了，您的{problem}由我来跟进
        亲，您好，{name}继续为您服务，刚才说到的订单{order}我来处理
        """)

    static let handoverPlain = list(
        """
        什么情况
        订单号
        你要退还是换
        """)
}
