import ConversationModel
import Diagnostics

/// Which column of a table holds what, as a small JSON file says it (`schema/mapping.schema.json`).
///
/// Everything is optional: columns that are not named are guessed by their headers.
public struct ColumnMapping: Hashable, Sendable {
    /// What a message can take from a table.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        case time, text, from, agent
        /// The account that sent the message, whoever it is.
        case sender
        case buyer, shop, conversation, id, kind, group
        case channel, category, tags
        /// Of the order that the row shows; the amount in the smallest unit of the currency.
        case orderID, orderState, orderAmount, orderCreatedAt, orderPaidAt, orderPhone, orderAddress

        /// The place in `allCases`.
        package var index: Int {
            switch self {
            case .time: 0
            case .text: 1
            case .from: 2
            case .agent: 3
            case .sender: 4
            case .buyer: 5
            case .shop: 6
            case .conversation: 7
            case .id: 8
            case .kind: 9
            case .group: 10
            case .channel: 11
            case .category: 12
            case .tags: 13
            case .orderID: 14
            case .orderState: 15
            case .orderAmount: 16
            case .orderCreatedAt: 17
            case .orderPaidAt: 18
            case .orderPhone: 19
            case .orderAddress: 20
            }
        }
    }

    /// Headers by field; several are joined with a space (日期 and 时间).
    public var columns: [Field: [String]] = [:]
    /// Attributes of the conversation: headers by the attribute's name.
    public var attributes: [String: String] = [:]
    /// What the cells of `from` mean, beside the words that are known anyway.
    public var speakers: [String: Speaker] = [:]
    /// Forms of times that are tried before the known ones.
    public var timeFormats: [String] = []
    /// The zone of local times; nil is the archive's.
    public var zone: String?
    /// One ASCII character; nil is detected.
    public var delimiter: UInt8?
    /// 1-based row of the headers; nil is searched among the first ten.
    public var headerRow: Int?

    public init() {}

    /// The mapping in the JSON file `bytes`, which is called `path` in errors.
    public init(json bytes: [UInt8], path: String) throws(ArchiveError) {
        let fields: [(key: String, value: JSONTree)]
        // Some editors put a mark before it.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        switch JSONTree.parse(bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes) {
        case .failure(let error):
            throw .invalidMapping(
                path: path,
                Phrase("no valid JSON in line \(error.line)", "第 \(error.line) 行不是合法的 JSON"))
        case .success(.object(let members)): fields = members
        case .success:
            throw .invalidMapping(path: path, Phrase("it is not an object", "它不是对象"))
        }
        var seen: Set<String> = []
        for (key, value) in fields {
            guard seen.insert(key).inserted else { throw .duplicate(key, path) }
            switch (key, value) {
            case ("$schema", .string), ("comment", .string): break
            case ("columns", .object(let members)):
                for (name, headers) in members {
                    guard let field = Field(rawValue: name) else { throw .unknown(name, path) }
                    guard columns[field] == nil else { throw .duplicate(name, path) }
                    columns[field] = try ColumnMapping.strings(headers, of: name, path: path)
                }
            case ("attributes", .object(let members)):
                guard members.count <= 64 else { throw .wrong(key, "at most 64 columns", path) }
                for (name, header) in members {
                    guard case .string(let header) = header, !name.isEmpty else {
                        throw .wrong("attributes", "a header for each name", path)
                    }
                    guard attributes[name] == nil else { throw .duplicate(name, path) }
                    attributes[name] = header
                }
            case ("speakers", .object(let members)):
                for (word, speaker) in members {
                    guard case .string(let name) = speaker, let known = Speaker(word: name) else {
                        throw .wrong("speakers.\(word)", "buyer, agent, assistant, system", path)
                    }
                    speakers[word] = known
                }
            case ("timeFormats", _):
                timeFormats = try ColumnMapping.strings(value, of: key, path: path)
                for format in timeFormats where TimeFormat(format) == nil {
                    throw .wrong("timeFormats", "yyyy, M, d, H, m, s, SSS", path)
                }
            case ("zone", .string(let name)): zone = name
            case ("delimiter", .string(let text)):
                guard text.utf8.count == 1, let byte = text.utf8.first, byte != 0x22, byte != 0x0A,
                    byte != 0x0D, byte < 0x80
                else { throw .wrong(key, "one character", path) }
                delimiter = byte
            case ("headerRow", .number(let digits)):
                guard let row = Int(digits), (1...1_000).contains(row) else {
                    throw .wrong(key, "1 – 1000", path)
                }
                headerRow = row
            case ("columns", _), ("speakers", _), ("attributes", _): throw .wrong(key, "an object", path)
            case ("zone", _), ("delimiter", _): throw .wrong(key, "a string", path)
            case ("headerRow", _): throw .wrong(key, "1 – 1000", path)
            default: throw .unknown(key, path)
            }
        }
    }

    private static func strings(
        _ value: JSONTree, of key: String, path: String
    ) throws(ArchiveError) -> [String] {
        if case .string(let text) = value { return [text] }
        guard case .array(let values) = value, !values.isEmpty, values.count <= 16 else {
            throw .wrong(key, "a string or a list of strings", path)
        }
        var result: [String] = []
        for value in values {
            guard case .string(let text) = value else {
                throw .wrong(key, "a string or a list of strings", path)
            }
            result.append(text)
        }
        return result
    }
}

extension ArchiveError {
    fileprivate static func unknown(_ key: String, _ path: String) -> ArchiveError {
        let key = printable(Array(key.utf8))
        return .invalidMapping(path: path, Phrase("unknown field '\(key)'", "未知字段“\(key)”"))
    }

    fileprivate static func duplicate(_ key: String, _ path: String) -> ArchiveError {
        let key = printable(Array(key.utf8))
        return .invalidMapping(path: path, Phrase("'\(key)' stands twice", "“\(key)”重复"))
    }

    fileprivate static func wrong(_ key: String, _ takes: String, _ path: String) -> ArchiveError {
        let key = printable(Array(key.utf8))
        return .invalidMapping(path: path, Phrase("'\(key)' takes \(takes)", "“\(key)”应为 \(takes)"))
    }
}

extension Speaker {
    /// The speaker that a word of an archive or of a table names, nil if it is none we know.
    package init?(word: String) {
        switch word.lowercased() {
        case "buyer", "customer", "user", "client", "visitor", "客户", "买家", "顾客", "用户", "访客",
            "消费者", "会员":
            self = .buyer
        case "agent", "seller", "waiter", "staff", "service", "客服", "卖家", "商家", "坐席",
            "人工客服", "人工", "店铺客服":
            self = .agent
        case "assistant", "bot", "robot", "机器人", "智能客服", "服务助手", "店小蜜", "助手":
            self = .assistant
        case "system", "系统", "系统消息", "系统提示": self = .system
        default: return nil
        }
    }
}

/// A mapping laid over the header of one table.
package struct BoundColumns: Sendable {
    /// Indices of columns by field.
    package let columns: [ColumnMapping.Field: [Int]]
    /// Index of the column by the attribute's name, in the order of names.
    package let attributes: [(name: String, column: Int)]
    /// Headers as they stand.
    package let header: [String]

    /// What a table cannot do without and this one lacks; empty when it can be read.
    package var missing: [String] {
        var missing: [String] = []
        if columns[.text] == nil { missing.append("text") }
        if columns[.from] == nil, columns[.sender] == nil { missing.append("from") }
        if columns[.conversation] == nil, columns[.buyer] == nil {
            missing.append("conversation")
        }
        return missing
    }

    /// Headers that `mapping` names and the table has not.
    package let unknownHeaders: [String]

    package init(_ mapping: ColumnMapping, header: [String]) {
        self.header = header
        let normal = header.map(BoundColumns.normalized)
        var taken: Set<Int> = []
        var columns: [ColumnMapping.Field: [Int]] = [:]
        var unknown: [String] = []
        for field in ColumnMapping.Field.allCases {
            guard let names = mapping.columns[field] else { continue }
            var indices: [Int] = []
            for name in names {
                if let index = header.firstIndex(of: name)
                    ?? normal.firstIndex(of: BoundColumns.normalized(name))
                {
                    indices.append(index)
                    taken.insert(index)
                } else {
                    unknown.append(name)
                }
            }
            if !indices.isEmpty { columns[field] = indices }
        }
        var attributes: [(name: String, column: Int)] = []
        for (name, wanted) in mapping.attributes.sorted(by: { $0.key < $1.key }) {
            if let index = header.firstIndex(of: wanted) ?? normal.firstIndex(of: BoundColumns.normalized(wanted)) {
                attributes.append((name, index))
            } else {
                unknown.append(wanted)
            }
        }
        self.attributes = attributes
        for (field, names) in BoundColumns.known where mapping.columns[field] == nil {
            for name in names {
                if let index = normal.firstIndex(of: name), !taken.contains(index) {
                    columns[field] = [index]
                    taken.insert(index)
                    break
                }
            }
        }
        // A date and a time of day in two columns.
        if mapping.columns[.time] == nil, let time = columns[.time],
            let date = normal.firstIndex(where: { ["日期", "date", "发送日期"].contains($0) }),
            !taken.contains(date)
        {
            columns[.time] = [date] + time
        }
        self.columns = columns
        unknownHeaders = unknown
    }

    private static func normalized(_ header: String) -> String {
        let dropped: Set<Character> = [
            " ", "_", "-", "\u{3000}", "\u{FEFF}", "\t", "\n", "\r", "\r\n",
        ]
        return String(header.lowercased().filter { !dropped.contains($0) })
    }

    // In the order in which columns are taken; the surest names first.
    private static let known: [(ColumnMapping.Field, [String])] = [
        (
            .conversation,
            """
            会话id 会话编号 会话号 对话id 对话编号 conversationid conversation sessionid session sid
            dialogid dialogueid chatid 会话
            """
        ),
        (.id, "消息id 消息编号 messageid msgid uuid mid id"),
        (.kind, "消息类型 内容类型 类型 kind messagetype msgtype contenttype type"),
        (
            .from,
            """
            账号类型 发送方类型 发送者类型 发送人类型 角色 发送方 身份 说话方 from role sendertype speaker
            """
        ),
        (.sender, "发送账号 发送者 发送人 发送者昵称 sender sendername senderid"),
        (.text, "发送内容 消息内容 聊天内容 聊天记录 内容 消息 文本 text content message msg body"),
        (
            .time,
            """
            发送时间 消息时间 聊天时间 时间 日期时间 time timestamp sendtime senttime createdtime
            createtime createdat msgtime datetime sentat
            """
        ),
        (
            .buyer,
            """
            客户名 客户 买家 买家昵称 买家账号 买家id 客户昵称 客户id 顾客 访客 用户 用户id
            buyer buyernick buyerid customer customerid customername userid user
            """
        ),
        (
            .agent,
            """
            客服 客服账号 客服昵称 客服名 客服名称 客服id 坐席 接待客服 agent agentid agentname waiter staff
            """
        ),
        (.shop, "店铺 店铺名 店铺名称 店铺id shop shopid shopname store storeid"),
        (.group, "客服组 客服分组 分组 组别 技能组 group skill team"),
        (.channel, "渠道 来源渠道 channel"),
        (.category, "商品类目 类目 category"),
        (.tags, "标签 会话标签 客户标签 tags"),
        (.orderID, "订单号 订单编号 订单id orderid orderno ordernumber"),
        (.orderState, "订单状态 交易状态 orderstate orderstatus"),
        (.orderCreatedAt, "下单时间 订单创建时间 ordercreatedat"),
        (.orderPaidAt, "付款时间 支付时间 orderpaidat paidat"),
    ].map { (field: ColumnMapping.Field, names: String) in
        (field, names.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
