/// The words that sentences are filled with: our own lists, no copied data.
enum Words {
    static func list(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    }

    static let productLeads = list(
        """
        法兰绒 牛奶丝 防泼水 高腰 宽松 磨砂 北欧风 国潮 轻薄 加厚 静音 迷你 可折叠 全自动 手工 原木 无糖 低敏 磁吸 \
        双层 速干 亲肤 儿童 情侣 大容量 便捷式 四季款
        """)
    static let productNouns = list(
        """
        睡衣 卫衣 半身裙 冲锋衣 帆布鞋 棉拖 床垫 凉席 枕头 台灯 收纳箱 落地扇 加湿器 电热水壶 破壁机 空气炸锅 \
        洗衣凝珠 身体乳 防晒霜 口红 猫砂 狗粮 鱼缸 婴儿推车 积木 拼图 瑜伽垫 跑步机 鱼竿 帐篷 手机壳 数据线 平板支架 \
        路由器 投影仪 键盘 鼠标 行车记录仪 茶叶 藕粉 牛肉干 燕麦片 花生油 月饼
        """)
    static let productTails = list("标准款 加大款 Max版 2代 三件装 纪念版 家庭装 SE 新包装 试用装")
    static let colours = list(
        "豆沙色 雾蓝 燕麦色 松石绿 浅咖 炭黑 月光白 杏色 樱花粉 海军蓝 姜黄 豆绿 银灰 枣红 紫罗兰")
    static let sizes = list("XS码 S码 M码 L码 XXL 110cm 165/88A 40码 41码 1.8米床 2.5L 350ml 28寸 6.7英寸 三人份")
    static let cities = list(
        "合肥 南宁 哈尔滨 兰州 厦门 太原 贵阳 大连 温州 徐州 烟台 洛阳 桂林 海口 湛江 唐山 绵阳 赣州 泉州 保定")
    static let couriers = list("顺丰 中通 圆通 韵达 申通 极兔 德邦 京东物流 邮政")
    static let problems = list(
        """
        拉链卡住了 少了一颗螺丝 屏幕有亮点 一股胶水味 缝线歪了 按了没反应 充电发烫 瓶口漏液 颜色不对版 尺寸差了两厘米 \
        盒子压扁了 轮子有异响 掉毛严重 保质期只剩一个月 说明书缺页 底座不稳 遥控器失灵 杯盖盖不紧 花色发错了 起静电
        """)
    static let days = list("今天 明天 后天 这周五 周日之前 月底 晚上八点 中午 三天内 下周一 节后 24小时后")
    static let materials = list("桑蚕丝 莱赛尔 榉木 硅胶 高硼硅玻璃 316不锈钢 天然乳胶 竹纤维 羊羔绒 铝合金 玉米淀粉")
    static let nicknames = list(
        "小荷 阿泰 木槿 小满 青禾 南风 豆豆 阿宁 晴天 小鱼 团子 若水 阿树 冬冬 米多 小柚 清欢 阿柯 初一 可乐 茉莉 西米")
    static let emoji = list("😄 🌷 😅 👌 🙏 ❤️ 😢 😤 🎉 [笑脸] [抱拳] [爱心] ～ ~~ ！！ 👍🏻 🤗 😭 ^_^ 。。。")
    static let shopLeads = list("青柠 半夏 松果 云栖 鹿鸣 拾光 蓝鲸 暖阳 小满 知了 南山 橙子 海棠 星野 麦田 风信子 白露 石榴")
    static let shopTails = list("官方旗舰店 生活馆 专营店 数码店 母婴店 服饰店 食品店")
    static let groups = list("售前一组 售前二组 售前三组 售后一组 售后二组 大客户组 夜班组 直播组")

    // The parts of filler clauses: lead + thing + degree + remark, or time + purpose.
    static let fillerLeads = list("另外 顺便说下 对了 然后 还有就是 听朋友说 之前看 我记得 毕竟 其实 话说 主要是 看评论说")
    static let fillerThings = list(
        """
        面料 做工 尺寸 包装 说明书 配件 边角 手感 重量 厚度 口感 电池 接口 按键 内胆 底部 标签 吊牌 袖口 领口 鞋底 \
        线头 拎手 盖子 滤网 风量 噪音 灯光 容量 香味 成分 产地 批次 日期 支架 螺丝 轮子 靠背 坐垫 里衬 帽子 口袋 镜片 \
        表带 底座 电源线 遥控 喷头 刷头 刻度
        """)
    static let fillerDegrees = list("挺 比较 有点 特别 还算 不太 蛮 相当 稍微 越来越 没想到这么 确实")
    static let fillerRemarks = list(
        """
        软 硬 厚实 轻便 透气 结实 紧 松 滑 粗糙 细腻 顺手 耐看 省电 安静 明亮 清淡 甜 咸 酥脆 显白 显瘦 保暖 凉快 扎人 \
        占地方 好收纳 好清洗 好安装 费劲 讲究 精致 简单 普通 少见 复古 鲜艳 素净 合身 齐全 新鲜 稳当 晃 沉 皱 潮
        """)
    static let fillerTimes = list("周末 过几天 下个月 开学前 过年 中秋 搬家以后 出差之前 生日那天 双休日 早上 晚饭后 暑假")
    static let fillerPurposes = list(
        """
        要送给长辈 打算带去露营 放在办公室用 给孩子当礼物 准备换新的 家里来客人 想和同事拼着买 回老家要带上 要寄到学校 \
        放宿舍里 装修好了再用 给爸妈用 要拍照片 想再添一件 和邻居一起用 打算自己装 拿来当备用 要参加活动
        """)
}
