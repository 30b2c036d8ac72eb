import ConversationModel

extension SnapshotWriter {
    mutating func text(_ text: String) { raw(text.utf8) }

    mutating func optional<Value>(_ value: Value?, _ write: (inout SnapshotWriter, Value) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }

    private mutating func entries(_ entries: [SettingsChange.Entry]) {
        list(entries) {
            $0.text($1.id)
            $0.text($1.title)
        }
    }

    private mutating func thresholds(_ thresholds: [SettingsChange.Threshold]) {
        list(thresholds) {
            $0.text($1.item.rawValue)
            $0.optional($1.value) { $0.integer($1) }
            $0.optional($1.leastCount) { $0.integer($1) }
        }
    }

    mutating func settings(_ settings: SettingsHistory) {
        optional(settings.base.isAssistantOn) { $0.flag($1) }
        optional(settings.base.assistantMode) { $0.text($1.rawValue) }
        entries(settings.base.entries)
        list(settings.base.alarms.sorted { $0.key < $1.key }) { writer, scope in
            writer.integer(scope.key)
            writer.optional(scope.value.areOn) { $0.flag($1) }
            writer.thresholds(scope.value.thresholds)
            writer.list(scope.value.receivers) { $0.text($1) }
            writer.optional(scope.value.author) { $0.text($1) }
            writer.integer(scope.value.changed.milliseconds)
        }
        list(settings.rows) { writer, row in
            for value in [row.time, Int64(row.id), Int64(row.group)] { writer.integer(value) }
            writer.optional(row.change.isAssistantOn) { $0.flag($1) }
            writer.optional(row.change.assistantMode) { $0.text($1.rawValue) }
            writer.optional(row.change.entries) { $0.entries($1) }
            writer.optional(row.change.areAlarmsOn) { $0.flag($1) }
            writer.optional(row.change.thresholds) { $0.thresholds($1) }
            writer.optional(row.change.receivers) { $0.list($1) { $0.text($1) } }
            writer.optional(row.change.author) { $0.text($1) }
        }
    }

    mutating func dispatch(_ history: DispatchHistory) {
        optional(history.base) { writer, state in
            writer.text(state.command)
            writer.step(.commanded(state.action, by: state.author))
            writer.integer(state.commanded.milliseconds)
            switch state.outcome {
            case .waiting: writer.flag(false)
            case .acknowledged:
                writer.flag(true)
                writer.step(.acknowledged)
            case .failed(let reason):
                writer.flag(true)
                writer.step(.failed(reason: reason))
            }
            writer.integer(state.answered?.milliseconds ?? 0)
        }
        list(history.rows) {
            $0.integer($1.time)
            $0.integer($1.id)
            $0.text($1.command)
            $0.step($1.kind)
        }
    }

    private mutating func step(_ kind: DispatchStep.Kind) {
        let (code, texts): (UInt64, [String]) =
            switch kind {
            case .commanded(.suspend, let by): (0, [by])
            case .commanded(.resume, let by): (1, [by])
            case .commanded(.move(let group), let by): (2, [by, group])
            case .acknowledged: (3, [])
            case .failed(let reason): (4, [reason])
            }
        unsigned(code)
        for text in texts { self.text(text) }
    }
}

extension SnapshotReader {
    mutating func text() throws(SnapshotError) -> String { String(decoding: try raw(), as: UTF8.self) }

    mutating func optional<Value>(
        _ read: (inout SnapshotReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value? {
        try flag() ? try read(&self) : nil
    }

    private mutating func word<Word: RawRepresentable>(
        _ type: Word.Type
    ) throws(SnapshotError) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try text()) else { throw .damaged }
        return word
    }

    private mutating func entries() throws(SnapshotError) -> [SettingsChange.Entry] {
        try list { reader throws(SnapshotError) in
            SettingsChange.Entry(id: try reader.text(), title: try reader.text())
        }
    }

    private mutating func thresholds() throws(SnapshotError) -> [SettingsChange.Threshold] {
        try list { reader throws(SnapshotError) in
            SettingsChange.Threshold(
                item: try reader.word(SettingsChange.ThresholdItem.self),
                value: try reader.optional { reader throws(SnapshotError) in try reader.integer() },
                leastCount: try reader.optional { reader throws(SnapshotError) in try reader.integer() })
        }
    }

    private mutating func texts() throws(SnapshotError) -> [String] {
        try list { reader throws(SnapshotError) in try reader.text() }
    }

    private mutating func optionalFlag() throws(SnapshotError) -> Bool? {
        try optional { reader throws(SnapshotError) in try reader.flag() }
    }

    private mutating func optionalMode() throws(SnapshotError) -> SettingsChange.AssistantMode? {
        try optional { reader throws(SnapshotError) in try reader.word(SettingsChange.AssistantMode.self) }
    }

    private mutating func optionalText() throws(SnapshotError) -> String? {
        try optional { reader throws(SnapshotError) in try reader.text() }
    }

    mutating func settings(_ bounds: SnapshotBounds) throws(SnapshotError) -> SettingsHistory {
        var history = SettingsHistory()
        history.base.isAssistantOn = try optionalFlag()
        history.base.assistantMode = try optionalMode()
        history.base.entries = try entries()
        let scopes = try list { reader throws(SnapshotError) -> (Int32, AlarmSettings) in
            let group = try reader.number(below: bounds.groups)
            let areOn = try reader.optionalFlag()
            let thresholds = try reader.thresholds()
            let receivers = try reader.texts()
            let author = try reader.optionalText()
            return (
                group,
                AlarmSettings(
                    areOn: areOn, thresholds: thresholds, receivers: receivers, author: author,
                    changed: Instant(milliseconds: try reader.integer()))
            )
        }
        for (group, alarms) in scopes { history.base.alarms[group] = alarms }
        guard history.base.alarms.count == scopes.count else { throw .damaged }
        history.rows = try list { reader throws(SnapshotError) in
            let time = try reader.integer()
            let id = try reader.index(below: bounds.ids)
            let group = try reader.number(below: bounds.groups)
            var change = SettingsChange(
                isAssistantOn: try reader.optionalFlag(), assistantMode: try reader.optionalMode())
            change.entries = try reader.optional { reader throws(SnapshotError) in try reader.entries() }
            change.areAlarmsOn = try reader.optionalFlag()
            change.thresholds = try reader.optional { reader throws(SnapshotError) in try reader.thresholds() }
            change.receivers = try reader.optional { reader throws(SnapshotError) in try reader.texts() }
            change.author = try reader.optionalText()
            return SettingsRow(time: time, id: id, group: group, change: change)
        }
        return history
    }

    mutating func dispatch(_ bounds: SnapshotBounds) throws(SnapshotError) -> DispatchHistory {
        var history = DispatchHistory()
        history.base = try optional { reader throws(SnapshotError) in
            let command = try reader.text()
            guard case .commanded(let action, let author) = try reader.step() else { throw .damaged }
            let commanded = Instant(milliseconds: try reader.integer())
            var state = DispatchState(command: command, action: action, author: author, commanded: commanded)
            switch try reader.optional({ reader throws(SnapshotError) in try reader.step() }) {
            case nil: break
            case .acknowledged?: state.outcome = .acknowledged
            case .failed(let reason)?: state.outcome = .failed(reason: reason)
            case .commanded?: throw .damaged
            }
            let answered = Instant(milliseconds: try reader.integer())
            if state.outcome != .waiting { state.answered = answered }
            return state
        }
        history.rows = try list { reader throws(SnapshotError) in
            DispatchRow(
                time: try reader.integer(), id: try reader.number(below: bounds.ids), command: try reader.text(),
                kind: try reader.step())
        }
        return history
    }

    private mutating func step() throws(SnapshotError) -> DispatchStep.Kind {
        switch try unsigned() {
        case 0: return .commanded(.suspend, by: try text())
        case 1: return .commanded(.resume, by: try text())
        case 2:
            let author = try text()
            return .commanded(.move(toGroup: try text()), by: author)
        case 3: return .acknowledged
        case 4: return .failed(reason: try text())
        default: throw .damaged
        }
    }
}
