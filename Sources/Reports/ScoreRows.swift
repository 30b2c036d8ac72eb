import ConversationModel

/// The scores of a report as rows, worst mean first; the same for every renderer.
package struct ScoreRows {
    /// One agent, group or day.
    package struct Row {
        package var name: String
        package var sum: Scores.Sum
    }

    package let agents: [Row]
    package let groups: [Row]
    /// In the order of the days.
    package let days: [Row]

    package init(_ scores: Scores) {
        agents = ScoreRows.worstFirst(scores.byAgent)
        groups = ScoreRows.worstFirst(scores.byGroup)
        days = scores.byDay.map { Row(name: $0.key, sum: $0.value) }.sorted {
            $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }
    }

    private static func worstFirst(_ sums: [String: Scores.Sum]) -> [Row] {
        sums.map { Row(name: $0.key, sum: $0.value) }.sorted { a, b in
            // Means are compared as fractions: a.points / a.stays < b.points / b.stays.
            let (left, right) = (a.sum.points * b.sum.stays, b.sum.points * a.sum.stays)
            return left != right ? left < right : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
    }
}

extension Scores.Sum {
    /// `92.5`, with `*` where there are few stays; `–` without any.
    package var meanText: String {
        guard let tenths = meanTenths else { return "–" }
        return "\(tenths / 10).\(tenths % 10)" + (stays < Scores.smallNumber ? "*" : "")
    }
}
