import RuleLanguage

/// The schemes of two rule sets side by side: a group has one of either, and is judged by both in one pass.
public struct SchemePairs: Sendable {
    /// A scheme for each pair that some group has; empty where neither side has schemes.
    public let table: SchemeTable
    private let pairs: [String: Pair]

    /// What a group has; nil on a side without schemes, whose rules count as they are.
    public struct Pair: Sendable, Hashable {
        public var old: Scheme?
        public var new: Scheme?
    }

    /// nil where there are more pairs than schemes may count (`SchemeTable.limit`).
    public init?(old: SchemeTable, new: SchemeTable) {
        if old.isEmpty, new.isEmpty {
            table = SchemeTable([])
            pairs = [:]
            return
        }
        func pair(of group: String?) -> Pair {
            func scheme(_ table: SchemeTable) -> Scheme? {
                table.isEmpty ? nil : table.schemes[group.map { table.scheme(of: $0).place } ?? table.fallback]
            }
            return Pair(old: scheme(old), new: scheme(new))
        }
        var groups: [String: [String]] = [:]
        var pairs: [String: Pair] = [:]
        let other = pair(of: nil)
        pairs[other.id] = other
        var named: Set<String> = []
        for group in (old.schemes + new.schemes).flatMap(\.groups) where named.insert(group).inserted {
            let own = pair(of: group)
            pairs[own.id] = own
            groups[own.id, default: []].append(group)
        }
        guard pairs.count <= SchemeTable.limit else { return nil }
        self.pairs = pairs
        table = SchemeTable(
            pairs.keys.sorted().compactMap { id in
                pairs[id].map {
                    Scheme(id: id, name: $0.name, groups: groups[id] ?? [], isDefault: id == other.id)
                }
            })
    }

    /// What a scheme of `table` stands for.
    public subscript(scheme: Scheme?) -> Pair {
        scheme.flatMap { pairs[$0.id] } ?? Pair()
    }
}

extension SchemePairs.Pair {
    /// One word where both sides have the scheme, else both; unique among pairs.
    fileprivate var id: String { joined(old?.id ?? SchemeTable.allRules, new?.id ?? SchemeTable.allRules) }

    fileprivate var name: String { joined(old?.name ?? "全部规则", new?.name ?? "全部规则") }

    private func joined(_ old: String, _ new: String) -> String { old == new ? old : "\(old) → \(new)" }
}
