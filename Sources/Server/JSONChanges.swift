extension ResponseJSON {
    /// What is other in this object than in `older`: its members that differ, whole, and of a list of named entries
    /// (objects whose first member is a text, unique in the list) those that differ or are new.
    ///
    /// What has no difference that can be told so (an entry or a member is gone, no object) is nil.
    func changes(since older: ResponseJSON) -> ResponseJSON? {
        guard case .object(let members) = self, case .object(let before) = older,
            members.map(\.name) == before.map(\.name)
        else { return nil }
        var changed: [Member] = []
        for (member, old) in zip(members, before) where member.value != old.value {
            guard let entries = member.value.namedEntries, let oldEntries = old.value.namedEntries else {
                changed.append(member)
                continue
            }
            guard oldEntries.keys.allSatisfy({ entries[$0] != nil }) else { return nil }
            guard case .list(let list) = member.value else { return nil }
            let new = list.filter { entry in entry.entryName.flatMap { oldEntries[$0] } != entry }
            changed.append(Member(name: member.name, value: .list(new)))
        }
        return .object(changed)
    }

    /// The entries of a list by their names, or nil where it is no list of them.
    private var namedEntries: [String: ResponseJSON]? {
        guard case .list(let entries) = self else { return nil }
        var named: [String: ResponseJSON] = [:]
        for entry in entries {
            guard let name = entry.entryName, named.updateValue(entry, forKey: name) == nil else { return nil }
        }
        return named
    }

    private var entryName: String? {
        guard case .object(let members) = self, case .text(let name)? = members.first?.value else { return nil }
        return name
    }
}
