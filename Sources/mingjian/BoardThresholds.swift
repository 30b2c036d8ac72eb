import ConversationModel
import Diagnostics
import Monitoring

/// How far a figure is from what is usual.
enum FigureLevel: Int, Comparable {
    case normal, warning, alarm

    /// What stands behind the figure, in colour or not: nothing depends on colour alone.
    var sign: String { String(repeating: "!", count: rawValue) }

    static func < (a: FigureLevel, b: FigureLevel) -> Bool { a.rawValue < b.rawValue }
}

/// From where on figures of the board are marked.
///
/// Of each item: what an option says; else, where the shop or the group has alarms that are on, what these say, and nothing else; else what
/// is usual.
struct BoardThresholds {
    /// From which values on, in the units of `SettingsChange.ThresholdItem`; nil: never.
    struct Bounds: Equatable {
        var warning: Int64?
        var alarm: Int64?
        /// A rate of fewer cases is not marked.
        var leastCount: Int64 = 0
    }

    typealias Item = SettingsChange.ThresholdItem

    /// Answers are due within three minutes on most platforms; what a group has pending depends on its size.
    static let usual: [Item: Bounds] = [
        .meanResponse: Bounds(warning: 40_000, alarm: 100_000),
        .longestWait: Bounds(warning: 100_000, alarm: 180_000),
        .pendingPerAgent: Bounds(warning: 5_000, alarm: 10_000),
        .agentPending: Bounds(warning: 5, alarm: 10),
        .activeOnline: Bounds(warning: 1, alarm: 0),
        .handOverRate: Bounds(warning: 500, alarm: 800, leastCount: 10),
    ]

    private var options: [Item: Bounds] = [:]

    /// Options like `longest-wait=100,180`: the item, from where on a warning and an alarm; either may be left out, and `off` is neither.
    /// Times in seconds, rates in percent.
    init(_ texts: [String] = []) throws {
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let item = Item(rawValue: String(parts[0])) else {
                let items = Item.allCases.map(\.rawValue).joined(separator: ", ")
                throw BoardThresholds.failure(
                    text, Phrase("ITEM=WARNING,ALARM with one of \(items)", "写法是 项目=提醒,告警，项目为 \(items)"))
            }
            guard let bounds = BoardThresholds.bounds(parts[1], item) else {
                throw BoardThresholds.failure(
                    text,
                    Phrase(
                        "WARNING,ALARM are numbers of at most three decimals, the warning first; either may be left out, or both: off",
                        "提醒,告警 为至多三位小数的数，提醒在前；可以省略其一，都不要写 off"))
            }
            options[item] = bounds
        }
    }

    private static func failure(_ text: String, _ phrase: Phrase) -> CommandFailure {
        CommandFailure.misuse(
            "--threshold '\(visible(text))': \(phrase.english)", "--threshold “\(visible(text))”：\(phrase.chinese)")
    }

    private static func bounds(_ text: Substring, _ item: Item) -> Bounds? {
        if text == "off" { return Bounds() }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
        var bounds = Bounds(leastCount: usual[item]?.leastCount ?? 0)
        for (part, path) in zip(parts, [\Bounds.warning, \Bounds.alarm]) where !part.isEmpty {
            guard let value = number(part, item) else { return nil }
            bounds[keyPath: path] = value
        }
        if let warning = bounds.warning, let alarm = bounds.alarm {
            guard item == .activeOnline ? alarm <= warning : warning <= alarm else { return nil }
        }
        return bounds
    }

    /// A number as people write it, in the item's unit.
    private static func number(_ text: Substring, _ item: Item) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? parts[1] : ""
        guard !parts[0].isEmpty, (parts.count == 1) == decimals.isEmpty, parts[0].count <= 9, decimals.count <= 3,
            (parts[0] + decimals).allSatisfy({ $0.isASCII && $0.isNumber }),
            let thousandths = Int64(parts[0] + decimals + String(repeating: "0", count: 3 - decimals.count))
        else { return nil }
        switch item {
        case .meanResponse, .longestWait, .pendingPerAgent: return thousandths
        // Percent are tens of thousandths.
        case .handOverRate: return thousandths / 100
        case .pending, .agentPending, .activeOnline: return thousandths % 1000 == 0 ? thousandths / 1000 : nil
        }
    }

    /// How a figure is marked. `settings` are those of its group, or of the shop; `count` is what a rate is of. What is undefined is not.
    func level(_ item: Item, _ value: Int64?, _ settings: AlarmSettings?, count: Int64 = .max) -> FigureLevel {
        guard let value, let bounds = bounds(item, settings), count >= bounds.leastCount else { return .normal }
        func isBeyond(_ bound: Int64?) -> Bool {
            guard let bound else { return false }
            return item == .activeOnline ? value <= bound : value >= bound
        }
        return isBeyond(bounds.alarm) ? .alarm : isBeyond(bounds.warning) ? .warning : .normal
    }

    private func bounds(_ item: Item, _ settings: AlarmSettings?) -> Bounds? {
        if let option = options[item] { return option }
        guard let settings, settings.areOn == true, !settings.thresholds.isEmpty else {
            return BoardThresholds.usual[item]
        }
        return settings.thresholds.first { $0.item == item }.map {
            Bounds(warning: nil, alarm: $0.value, leastCount: $0.leastCount ?? 0)
        }
    }
}
