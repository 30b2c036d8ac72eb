/// What a supervisor or the platform changed; nil and absent things stay as they were.
public struct SettingsChange: Hashable, Sendable {
    /// Who comes first where the assistant is on.
    public enum AssistantMode: String, Hashable, Sendable, CaseIterable {
        /// 人工优先
        case humanFirst = "human-first"
        /// 助手优先
        case assistantFirst = "assistant-first"
    }

    /// A first question (首问语) that buyers can click.
    public struct Entry: Hashable, Sendable {
        public var id: String
        public var title: String

        public init(id: String, title: String) {
            self.id = id
            self.title = title
        }
    }

    /// What can have a threshold.
    public enum ThresholdItem: String, Hashable, Sendable, CaseIterable {
        /// Mean response of the shop's agents, or of an agent of the group, in milliseconds: at least.
        case meanResponse = "mean-response"
        /// Pending conversations for each agent online, in thousandths: at least.
        case pendingPerAgent = "pending-per-agent"
        /// Pending conversations of the group: at least.
        case pending
        /// Pending conversations of an agent of the group: at least.
        case agentPending = "agent-pending"
        /// The oldest open wait, in milliseconds: at least.
        case longestWait = "longest-wait"
        /// Agents online and not suspended: at most.
        case activeOnline = "active-online"
        /// Hand-overs by the assistant for each buyer who spoke to it, in thousandths: at least.
        case handOverRate = "hand-over-rate"
    }

    /// A threshold; without a value the item never alarms.
    public struct Threshold: Hashable, Sendable {
        public var item: ThresholdItem
        public var value: Int64?
        /// A rate of fewer cases does not alarm.
        public var leastCount: Int64?

        public init(item: ThresholdItem, value: Int64?, leastCount: Int64? = nil) {
            self.item = item
            self.value = value
            self.leastCount = leastCount
        }
    }

    public var isAssistantOn: Bool?
    public var assistantMode: AssistantMode?
    /// All entries, in their order.
    public var entries: [Entry]?
    /// The group whose alarms the rest is about; nil: the shop's own.
    public var group: String?
    public var areAlarmsOn: Bool?
    /// All thresholds of the scope.
    public var thresholds: [Threshold]?
    /// All receivers of the scope: at most 10 accounts.
    public var receivers: [String]?
    /// The account that changed it.
    public var author: String?

    public init(
        isAssistantOn: Bool? = nil, assistantMode: AssistantMode? = nil, entries: [Entry]? = nil,
        group: String? = nil, areAlarmsOn: Bool? = nil, thresholds: [Threshold]? = nil,
        receivers: [String]? = nil, author: String? = nil
    ) {
        self.isAssistantOn = isAssistantOn
        self.assistantMode = assistantMode
        self.entries = entries
        self.group = group
        self.areAlarmsOn = areAlarmsOn
        self.thresholds = thresholds
        self.receivers = receivers
        self.author = author
    }
}
