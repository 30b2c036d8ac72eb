import ChineseText
import Testing

struct AccountEntityTests {
    @Test(
        "WeChat names are found behind their cues",
        arguments: [
            "加微信⟦abc12345⟧", "微信号:⟦abc_12345⟧", "微信号是：⟦zhangsan⟧", "我的微信 ⟦zhangsan⟧", "加我微信⟦zhangsan⟧", "VX：⟦abc12345⟧",
            "vx⟦abc12345⟧", "加vx ⟦abc12345⟧哈", "wx:⟦abc-12345⟧", "Ｖ信⟦abc12345⟧", "weixin ⟦abc12345⟧", "加V⟦abc12345⟧",
            "+v ⟦abc12345⟧",
            "加我 ⟦abc12345⟧", "加我vx⟦abc12345⟧", "⟦wxid_abc123def456⟧", "微信👉⟦abc12345⟧", "微信（⟦abc12345⟧）",
            "微信 ➕ ⟦abc12345⟧",
            "加微⟦abc12345⟧", "薇信⟦abc12345⟧", "v：⟦abc12345⟧", "WeChat: ⟦zhangsan⟧", "微信⟦abc12345⟧，QQ12345678",
            "加微信⟦abc12345⟧-",
            "微信为⟦abcdefghij1234567890⟧", "微信账号 ⟦lamp2025⟧", "微信帐号：⟦lamp2025⟧", "微信id：⟦lamp2025⟧", "微信ID ⟦lamp2025⟧",
            "微信名 ⟦lamp2025⟧", "微信联系⟦lamp2025⟧", "微信叫⟦zhangsan⟧", "微信搜⟦lamp2025⟧", "微信搜索：⟦lamp2025⟧", "微信账号⟦zhangsan⟧",
            "WeChat ID: ⟦zhangsan⟧",
        ])
    func wechatNamesAreFound(marked: String) {
        MarkedEntities(marked).expect(.wechatID, isProbable: false)
    }

    @Test(
        "what stands behind WeChat otherwise is no name",
        arguments: [
            "可以用微信支付吗", "官方微信公众号:jdhome123", "微信abc12", "微信 1abcdef", "微信13812345678", "微信iphone12能用吗", "微信 wechat",
            "微信小程序abc12345", "加我吧", "加我 please", "vxabcdef", "tvx:abc12345", "awx abc12345", "微信abcdefghij12345678901",
            "微信搜 tencent", "微信联系 please", "微信名片abc12345", "微信搜一搜abc12345", "加我账号abc12345",
            "微信http://abc12345.com", "微信abc12345@qq.com", "微信 abc12345.com", "微信付款，客服说可以的，型号abc12345", "用微信 scanner",
            "abc12345", "weixin.qq.com", "wx", "加v", "微", "加微信12345678", "https://wx.qq.com/vx:abc12345", "",
        ])
    func othersAreNoWechatNames(text: String) {
        MarkedEntities(text).expect(.wechatID)
    }

    @Test(
        "QQ numbers are found behind their cues",
        arguments: [
            "QQ⟦12345678⟧", "qq:⟦12345⟧", "我的qq号是⟦1063305431⟧", "ＱＱ：⟦１２３４５６７８⟧", "扣扣⟦12345678⟧", "扣扣号 ⟦12345678⟧",
            "加Q号⟦12345678⟧",
            "qq群⟦123456789⟧", "qq ⟦12345678901⟧", "抠抠⟦12345678⟧", "扣Q⟦12345678⟧", "qq👉⟦12345678⟧", "qq(⟦12345678⟧)",
            "qq⟦12345678⟧,",
            "QQ⟦12345678⟧ QQ⟦87654321⟧", "QQ账号⟦12345678⟧", "企鹅号⟦12345678⟧", "Q:⟦7788990⟧", "Q：⟦7788990⟧", "加Q⟦7788990⟧",
            "加我q ⟦7788990⟧",
            "球球⟦7788990⟧", "叩叩：⟦7788990⟧", "口口⟦7788990⟧", "蔻蔻号⟦7788990⟧", "Q群⟦7788990⟧", "q群：⟦7788990⟧",
        ])
    func qqNumbersAreFound(marked: String) {
        MarkedEntities(marked).expect(.qqNumber, isProbable: false)
    }

    @Test(
        "other numbers beside QQ are none",
        arguments: [
            "qq1234", "qq123456789012", "qq01234567", "aqq12345678", "12345678@qq.com", "qq12345678@qq.com",
            "qq音乐12345678",
            "qq 10000元", "qq币10000", "qq 100000块", "扣12345678", "折扣12345678", "12345678", "q12345678", "qq12345.6",
            "qq12345abc",
            "qq: 价格 12345678", "企鹅12345678", "毛球球10000个", "加q币10000", "加Q10辅酶12345", "faq:12345678", "进口口罩12345678",
            "qq", "扣扣", "http://qq.com/qq12345678", "",
        ])
    func othersAreNoQQNumbers(text: String) {
        MarkedEntities(text).expect(.qqNumber)
    }
}
