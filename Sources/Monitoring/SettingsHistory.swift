import ConversationModel

/// The alarm settings of a shop or of one of its groups (M20); alarms themselves are not raised here.
public struct AlarmSettings: Hashable, Sendable {
    /// The master switch; nil: nobody has said.
    public var areOn: Bool?
    public var thresholds: [SettingsChange.Threshold] = []
    public var receivers: [String] = []
    /// Who changed one of these last, where that was said, and when that was.
    public var author: String?
    public var changed: Instant
}

/// A change of settings.
struct SettingsRow: HistoryRow, Equatable, Sendable {
    var time: Int64
    var id: Int32
    /// Whose alarms it is about: the number of a group, or the absent one for the shop.
    var group: Int32
    /// Without the group.
    var change: SettingsChange
}

/// A shop's settings at one moment.
struct SettingsState: HistoryState, Equatable, Sendable {
    var isAssistantOn: Bool?
    var assistantMode: SettingsChange.AssistantMode?
    var entries: [SettingsChange.Entry] = []
    /// By the number of the group; the shop's own by the absent one.
    var alarms: [Int32: AlarmSettings] = [:]

    mutating func take(_ row: SettingsRow) {
        let change = row.change
        isAssistantOn = change.isAssistantOn ?? isAssistantOn
        assistantMode = change.assistantMode ?? assistantMode
        entries = change.entries ?? entries
        guard change.areAlarmsOn != nil || change.thresholds != nil || change.receivers != nil else { return }
        var scope = alarms[row.group] ?? AlarmSettings(changed: Instant(milliseconds: row.time))
        scope.areOn = change.areAlarmsOn ?? scope.areOn
        scope.thresholds = change.thresholds ?? scope.thresholds
        scope.receivers = change.receivers ?? scope.receivers
        scope.author = change.author
        scope.changed = Instant(milliseconds: row.time)
        alarms[row.group] = scope
    }
}

/// The changes of a shop's settings within the horizon, in their order, and how they were before them.
struct SettingsHistory: History, Equatable, Sendable {
    var base = SettingsState()
    var rows: [SettingsRow] = []
}

extension ShopMonitor {
    /// False where there are too many changes, or groups.
    mutating func insert(_ change: SettingsChange, time: Int64, id: Int32) -> Bool {
        guard settings.rows.count < MonitorLimits.settingsChanges else { return false }
        var row = SettingsRow(time: time, id: id, group: EventRow.none, change: change)
        row.change.group = nil
        if let name = change.group {
            guard let group = names.groups.number(of: name, limit: MonitorLimits.names) else { return false }
            row.group = group
        }
        let index =
            settings.rows.lastIndex { $0.time < time || $0.time == time && ids.isBefore($0.id, id) }
            .map { $0 + 1 } ?? 0
        settings.rows.insert(row, at: index)
        return true
    }
}
