/// Writes our own sentences in traditional characters, character by character.
///
/// Both strings list the same characters in the same order; they hold what the words and sentences
/// of this target use and nothing more, as ICU's Simplified-Traditional maps single characters.
enum TraditionalScript {
    private static let simplified = """
        专业东丝丢两严个丰临为么乐习书买于云产亲仅仓仪们价优会体侣偿儿兰关兴内写军冲况净凉减几则\
        刚删别办务动励劲劳区单卖占卫厂压厘厦参双发叠叶号后吗听员响喷团围国图圆坏垫声壳壶处备复够\
        头妈婴学宁宝实审宽对尔层属帐带帮干库应开异张归当录态愿户扫扰护担拧拨择损换据揽数无旧时显\
        晒机权条来极枣柠标树栖样榉樱欢欧毕气沟没泼浅测浏涤淀温湿滚满滤滨灯灵点烟烦烫热爱状独猫现\
        电畅皱盖盘着码确礼离种积称税稳穷签简粮紧红纤约级纪纳纸线组细经绒结给绝统继续维绵绿编缝缩\
        网罗联肤胆胶脑脸腻舍舰艳节范荐莱营蓝虑蚕蛮补衬装见规视览计订认让议记讲论证评识诉试话询详\
        说请谁谅谢谨负责账货质购贵费赔赛赠赣赶车转轮软轻较辈边达过运还这进连适选递遥邮邻钟钢铝银\
        铺链销锅锈锋错键镜长门问间闹队阳际随难雾静韵页顶顺顾预领频颗题颜额风饭饰饼馆馈马验骗骤鱼\
        鲜鲸鸣麦黄齐
        """
    private static let traditional = """
        專業東絲丟兩嚴個豐臨為麼樂習書買於雲產親僅倉儀們價優會體侶償兒蘭關興內寫軍衝況淨涼減幾則\
        剛刪別辦務動勵勁勞區單賣佔衛廠壓釐廈參雙發疊葉號後嗎聽員響噴團圍國圖圓壞墊聲殼壺處備復夠\
        頭媽嬰學寧寶實審寬對爾層屬帳帶幫乾庫應開異張歸當錄態願戶掃擾護擔擰撥擇損換據攬數無舊時顯\
        曬機權條來極棗檸標樹棲樣櫸櫻歡歐畢氣溝沒潑淺測瀏滌澱溫濕滾滿濾濱燈靈點煙煩燙熱愛狀獨貓現\
        電暢皺蓋盤著碼確禮離種積稱稅穩窮簽簡糧緊紅纖約級紀納紙線組細經絨結給絕統繼續維綿綠編縫縮\
        網羅聯膚膽膠腦臉膩捨艦艷節範薦萊營藍慮蠶蠻補襯裝見規視覽計訂認讓議記講論證評識訴試話詢詳\
        說請誰諒謝謹負責賬貨質購貴費賠賽贈贛趕車轉輪軟輕較輩邊達過運還這進連適選遞遙郵鄰鐘鋼鋁銀\
        鋪鏈銷鍋鏽鋒錯鍵鏡長門問間鬧隊陽際隨難霧靜韻頁頂順顧預領頻顆題顏額風飯飾餅館饋馬驗騙驟魚\
        鮮鯨鳴麥黃齊
        """

    private static let table = Dictionary(
        zip(simplified.unicodeScalars, traditional.unicodeScalars), uniquingKeysWith: { a, _ in a })

    /// `text` with every simplified character it knows in its traditional form.
    static func convert(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(table[scalar] ?? scalar) }
        return String(result)
    }
}
