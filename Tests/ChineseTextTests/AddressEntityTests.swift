import ChineseText
import Testing

struct AddressEntityTests {
    static let hosts: [(String, String)] = [
        ("⟦https://item.taobao.com/item.htm?id=1&a=2⟧", "item.taobao.com"), ("看⟦http://a.cn⟧吧", "a.cn"),
        ("⟦http://item.jd.com:8080/1.html#x⟧，谢谢", "item.jd.com"), ("1.⟦https://item.jd.com/1.html⟧ 2", "item.jd.com"),
        ("⟦HTTPS://Item.Taobao.COM/X⟧", "item.taobao.com"), ("网址www。⟦www.baidu.com⟧。", "www.baidu.com"),
        ("⟦www.shop123.com/a/b⟧？", "www.shop123.com"), ("打开⟦item.taobao.com/xx⟧看", "item.taobao.com"),
        ("⟦m.tb.cn/h.5abcd?tk=XyZ⟧ 复制", "m.tb.cn"), ("⟦b23.tv/abc⟧", "b23.tv"), ("⟦t.me/joinchat⟧", "t.me"),
        ("⟦abc123.cc⟧", "abc123.cc"), ("⟦dwz.cn/abc⟧，快看", "dwz.cn"), ("(⟦https://a.com/x⟧)", "a.com"),
        ("⟦http://taobao.com@evil.cc/x⟧", "evil.cc"), ("⟦http://u:p@evil.cc:81/⟧", "evil.cc"),
        ("⟦http://taobao.com⟧\\@evil.cc", "taobao.com"), ("⟦weixin://dl/business⟧", "dl"),
        ("⟦http://192.168.1.1/x⟧", "192.168.1.1"), ("⟦ｈｔｔｐ://ａ.ｃｏｍ/ｘ⟧", "a.com"),
        ("⟦http://a.com/x⟧，13812345678", "a.com"),
        ("⟦http://a.com/~b/c⟧~", "a.com"), ("⟦http://a.com/x⟧…", "a.com"), ("⟦jd.com⟧...", "jd.com"),
        ("⟦v.douyin.com/iAbC/⟧", "v.douyin.com"), ("⟦my_shop.taobao.com⟧", "my_shop.taobao.com"),
        ("【⟦https://a.cn/b⟧】", "a.cn"), ("⟦bit.ly/x⟧", "bit.ly"), ("⟦my.lamp.gg⟧", "my.lamp.gg"),
        ("⟦lamp2025.pw⟧", "lamp2025.pw"), ("⟦lamp2025.asia⟧，便宜", "lamp2025.asia"), ("⟦a.to/x⟧", "a.to"),
        ("⟦lamp2025.中国⟧", "lamp2025.中国"), ("看⟦www.lamp.公司/x⟧", "www.lamp.公司"), ("⟦lamp.网络⟧。", "lamp.网络"),
    ]

    /// Browsers go to all of a host, whatever its letters; prose behind a link is none of it.
    static let foreignHosts: [(String, String)] = [
        ("⟦https://taobao.com.例子.cn/a⟧", "taobao.com.例子.cn"), ("⟦https://taobao.com@例子.cn/⟧", "例子.cn"),
        ("⟦https://taobao.com-例子.cn⟧", "taobao.com-例子.cn"), ("⟦https://taobao.comé.cn/⟧", "taobao.comé.cn"),
        ("⟦https://例子.cn⟧", "例子.cn"), ("⟦http://é.com⟧", "é.com"), ("⟦https://例子.中国⟧请看", "例子.中国"),
        ("⟦https://taobao.com.中国/x⟧", "taobao.com.中国"), ("⟦https://taobao.com.例a.例子.cn⟧", "taobao.com.例a.例子.cn"),
        ("⟦https://taobao.com.例子.163.com⟧", "taobao.com.例子.163.com"), ("⟦https://例子.taobao.com@a.cc⟧", "a.cc"),
        ("⟦https://taobao.com例子@a.cc/⟧", "a.cc"), ("⟦https://例子.taobao.com⟧", "例子.taobao.com"),
        ("⟦https://taobao.com⟧请点击", "taobao.com"), ("⟦https://taobao.com⟧请点击.谢谢", "taobao.com"),
        ("⟦https://taobao.com⟧.请点击", "taobao.com"), ("⟦https://taobao.com⟧-官网", "taobao.com"),
        ("⟦https://taobao.com⟧-满99.9减10", "taobao.com"), ("⟦https://taobao.com⟧@店小二", "taobao.com"),
        ("⟦http://a.com⟧和⟦www.b.com⟧", "a.com"), ("⟦https://taobao.com/⟧例子.cn", "taobao.com"),
    ]

    @Test("the host of a link goes on in letters of any script", arguments: foreignHosts)
    func hostsGoOnInAnyScript(marked: String, host: String) throws {
        try linksAreFound(marked: marked, host: host)
    }

    @Test("links are found with their hosts", arguments: hosts)
    func linksAreFound(marked: String, host: String) throws {
        let text = MarkedEntities(marked)
        text.expect(.url, isProbable: false)
        let link = try #require(text.found(.url).first)
        let range = text.bytes.withUnsafeBufferPointer { EntityFinder().urlHost(link, in: $0) }
        #expect(text.text(try #require(range)) == host)
    }

    @Test(
        "two links are two",
        arguments: ["⟦http://a.com⟧,⟦http://b.com/x⟧", "⟦a.com/1⟧ ⟦b.com/2⟧", "⟦http://a.com/x⟧和⟦www.b.com⟧"])
    func twoLinksAreTwo(marked: String) {
        MarkedEntities(marked).expect(.url)
    }

    @Test(
        "files, versions, addresses and slips of punctuation are no links",
        arguments: [
            "a.jpg", "图片1.png", "readme.md", "1.2.3", "v2.10", "3.5元", "12.com3", "abc@qq.com", "john.cn@qq.com",
            "http://",
            "http:///x", "http://。", "好的.没有", "node.js", "asp.net", "ok.me加我", "iphone.pro", "ok...com", "www.", "www",
            "a.b.c", "请看.中国", "xl.中国", "产地lamp.中国制造", "365.公司", "http://例子", "file.name", "ok.gg", "going.to", "说.cn区",
            "http", "https:", "://", "http//a", "1://a.b", "no.1", "e.g.", "",
        ])
    func othersAreNoLinks(text: String) {
        MarkedEntities(text).expect(.url)
    }

    @Test("only a link has a host")
    func onlyLinksHaveHosts() {
        let bytes = Array("a.com".utf8)
        bytes.withUnsafeBufferPointer {
            #expect(EntityFinder().urlHost(Entity(kind: .phone, range: 0..<5), in: $0) == nil)
            #expect(EntityFinder().urlHost(Entity(kind: .url, range: 0..<50), in: $0) == nil)
            #expect(EntityFinder().urlHost(Entity(kind: .url, range: 0..<5), in: $0) == 0..<5)
        }
    }

    @Test(
        "mail addresses are found",
        arguments: [
            "⟦abc@qq.com⟧", "邮箱⟦abc@qq.com⟧是我的", "⟦a.b-c_d+e@mail.example.com.cn⟧", "发到⟦12345@163.com⟧。",
            "⟦ABC＠QQ.COM⟧",
            "⟦a@b.cn⟧,⟦c@d.cn⟧", "-⟦abc@qq.com⟧", "⟦john.cn@qq.com⟧", "(⟦x1@gmail.com⟧)", "⟦abc@qq.com⟧.",
            "邮箱:⟦abc@qq.com⟧;",
            "⟦a%b@foxmail.com⟧", "⟦abc@qq.con⟧", "..⟦abc@qq.com⟧/x", "a@⟦b@c.com⟧",
        ])
    func mailAddressesAreFound(marked: String) {
        MarkedEntities(marked).expect(.email, isProbable: false)
    }

    @Test(
        "what only holds an @ is no mail address",
        arguments: [
            "@张三 在吗", "abc@", "@qq.com", "abc@qq", "abc@@qq.com", "abc@.com", "abc@qq..com", "logo@2x.png",
            "abc.@qq.com",
            "abc@-qq.com", "abc@1.2.3", "abc@qq.c0m", "张@三.com", "a @ b.com", "abc#qq.com", "",
            String(repeating: "a", count: 65) + "@qq.com",
        ])
    func othersAreNoMailAddresses(text: String) {
        MarkedEntities(text).expect(.email)
    }
}
