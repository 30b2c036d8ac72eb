import ConversationModel

extension JSONReport {
    /// The member `scores`: sums, so that every mean can be checked.
    func scores(_ scores: Scores, _ writer: inout JSONWriter) {
        writer.key("scores")
        writer.object { writer in
            writer.key("agents")
            writer.array { writer in
                for name in scores.byAgent.keys.sorted() { agent(name, scores, &writer) }
            }
            writer.key("days")
            sums(scores.byDay, &writer)
            writer.key("groups")
            sums(scores.byGroup, &writer)
            writer.key("total")
            writer.object { sum(scores.total, &$0) }
            writer.key("vetoes")
            writer.array { writer in
                for veto in scores.vetoes {
                    writer.object { writer in
                        writer.key("agent")
                        writer.value(veto.agent)
                        writer.key("conversation")
                        writer.value(veto.conversation)
                        writer.key("day")
                        writer.value(veto.day)
                        writer.key("rule")
                        writer.value(veto.rule)
                    }
                }
            }
        }
    }

    private func agent(_ name: String, _ scores: Scores, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("adjustments")
            writer.value(scores.adjustments[name] ?? 0)
            writer.key("days")
            sums(scores.byAgentDay[name] ?? [:], &writer)
            writer.key("name")
            writer.value(name)
            writer.key("rules")
            writer.array { writer in
                let rules = scores.rules[name] ?? [:]
                for id in rules.keys.sorted() {
                    writer.object { writer in
                        writer.key("points")
                        writer.value(rules[id]?.points ?? 0)
                        writer.key("rule")
                        writer.value(id)
                        writer.key("stays")
                        writer.value(rules[id]?.stays ?? 0)
                    }
                }
            }
            sum(scores.byAgent[name] ?? Scores.Sum(), &writer, "sum")
        }
    }

    private func sums(_ sums: [String: Scores.Sum], _ writer: inout JSONWriter) {
        writer.array { writer in
            for name in sums.keys.sorted() {
                writer.object { writer in
                    writer.key("name")
                    writer.value(name)
                    sum(sums[name] ?? Scores.Sum(), &writer, "sum")
                }
            }
        }
    }

    private func sum(_ sum: Scores.Sum, _ writer: inout JSONWriter, _ key: String) {
        writer.key(key)
        writer.object { self.sum(sum, &$0) }
    }

    /// The members of one sum.
    func sum(_ sum: Scores.Sum, _ writer: inout JSONWriter) {
        writer.key("points")
        writer.value(sum.points)
        writer.key("stays")
        writer.value(sum.stays)
        writer.key("vetoed")
        writer.value(sum.vetoed)
    }
}
