/// Keywords as a quality team keeps them, one a line; made for measuring.
public struct KeywordList: Sendable, Hashable {
    /// How the keywords relate to a generated corpus.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Words of the trade and compounds of them; one in six or so occurs in the corpus.
        case mixed
        /// Ten that occur, then only ones that never do: lists of any length have the same hits.
        case sameHits = "same-hits"
        /// Short words that are in almost every message, then thousands of rarer ones.
        case common
    }

    /// The keywords, none of them twice.
    public let words: [String]

    /// The first `count` keywords of a seeded list, all different; at most 10,000.
    ///
    /// A shorter list of the same kind and seed is the beginning of a longer one.
    public init(kind: Kind = .mixed, count: Int, seed: UInt64 = 1) {
        let wanted = min(max(count, 0), 10_000)
        var stream = SeededStream(seed: seed)
        let all =
            switch kind {
            case .mixed: Self.mixed(&stream)
            case .sameHits: Self.sameHits(&stream)
            case .common: Self.common(&stream)
            }
        words = Array(all.prefix(wanted))
    }

    static let heads = Words.list(
        """
        微信 私下 转账 红包 返现 好评 差评 五星 评价 截图 验证码 密码 银行卡 手机号 电话 地址 退款 退货 换货 补发 运费 \
        差价 发票 税点 投诉 举报 平台 客服 主管 仓库 快递 物流 包裹 签收 拒收 库存 现货 预售 定金 尾款 优惠券 满减 赠品 \
        质保 保修 维修 配件 安装 说明书 尺码 颜色 材质 气味 色差 破损 漏发 错发 延误 承诺 保证 绝对 最低价 正品 假货
        """)
    static let links = Words.list("可以 不能 已经 还没 马上 必须 自己 一定 麻烦 帮您")
    static let tails = Words.list(
        """
        处理 登记 核实 联系 发我 给您 不了 算了 拒绝 取消 承担 赔偿 补偿 申请 提交 审核 失败 成功 超时 完成 修改 删除 \
        关闭 打开 查询 跟进 催促 安排 确认 解释 隐瞒 推脱 到账 退回 寄回 更换
        """)
    /// Characters that no sentence and no word of the corpus has.
    static let strange = Words.list("鑫 淼 垚 犇 焱 骉 矗 姝 倩 雯 婷 琪 璐 瑶")

    private static func mixed(_ stream: inout SeededStream) -> [String] {
        let compounds = stream.shuffled(
            heads.flatMap { head in
                links.flatMap { link in tails.map { head + link + $0 } }
                    + tails.map { head + $0 }
            })
        // What breaks a rule and names of products: as rare in the corpus as real keywords are.
        let broken = PlantedRule.spoken.flatMap {
            SentenceStock.literals(of: PlantedSentences.hits($0))
        }
        let products = Words.productLeads.flatMap { lead in Words.productNouns.map { lead + $0 } }
        let occurring = stream.shuffled(
            pieces(of: broken, lengths: 3...6, step: 1) + products)
        var result = Array(heads.prefix(14))
        var index = 0
        while result.count < 12_000, index < compounds.count {
            result.append(compounds[index])
            if index % 6 == 0, index / 6 < occurring.count { result.append(occurring[index / 6]) }
            index += 1
        }
        return unique(result)
    }

    private static func sameHits(_ stream: inout SeededStream) -> [String] {
        let living = ["微信", "红包", "验证码", "退款", "不归我管", "差评", "祝您", "久等了", "发票", "随便"]
        let silent = stream.shuffled(
            heads.flatMap { head in
                strange.flatMap { odd in tails.prefix(12).map { head + odd + $0 } }
            })
        return living + silent
    }

    /// Words of two characters from the sentences, the most frequent first, then longer ones.
    private static func common(_ stream: inout SeededStream) -> [String] {
        let pairs = pieces(of: SentenceStock.literals, lengths: 2...2, step: 2)
        let products = Words.productLeads.flatMap { lead in Words.productNouns.map { lead + $0 } }
        let remarks = Words.fillerThings.flatMap { thing in
            Words.fillerDegrees.flatMap { degree in
                Words.fillerRemarks.map { thing + degree + $0 }
            }
        }
        return unique(pairs + stream.shuffled(products) + stream.shuffled(remarks))
    }

    /// Pieces of the texts that are all Han, most frequent first, ties by bytes.
    private static func pieces(
        of texts: [String], lengths: ClosedRange<Int>, step: Int
    ) -> [String] {
        var counts: [String: Int] = [:]
        for text in texts {
            let characters = Array(text)
            for length in lengths where characters.count >= length {
                for start in stride(from: 0, through: characters.count - length, by: step) {
                    let piece = characters[start..<(start + length)]
                    guard piece.allSatisfy(isHan) else { continue }
                    counts[String(piece), default: 0] += 1
                }
            }
        }
        return counts.sorted { a, b in
            guard a.value == b.value else { return a.value > b.value }
            return a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
        }.map(\.key)
    }

    private static func isHan(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { ("\u{4E00}"..."\u{9FFF}").contains($0) }
    }

    private static func unique(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }
}

/// The text of the corpus without its slots.
enum SentenceStock {
    static let literals: [String] = {
        let planted = PlantedRule.spoken.flatMap {
            PlantedSentences.hits($0) + PlantedSentences.nearMisses($0)
        }
        let talk = [
            Sentences.firstQuestion, Sentences.buyerTalk, Sentences.agentTalk, Sentences.waiting,
            Sentences.opening, Sentences.closing, Sentences.automatic, Sentences.probing,
            Sentences.followUp, Sentences.waitApology, Sentences.handoverNotice,
            Sentences.handoverGreeting, planted,
        ]
        let words = [
            Words.productLeads, Words.productNouns, Words.problems, Words.materials,
            Words.fillerThings, Words.fillerRemarks, Words.fillerPurposes,
        ]
        return talk.flatMap(literals(of:)) + words.joined()
    }()

    /// What stands between the slots of the sentences.
    static func literals(of sentences: [String]) -> [String] {
        sentences.joined(separator: "{nl}").split(separator: "{").map { part in
            guard let close = part.firstIndex(of: "}") else { return String(part) }
            return String(part[part.index(after: close)...])
        }
    }
}
