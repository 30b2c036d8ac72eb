import ConversationModel

extension JSONReport {
    /// How far conversations came in each procedure.
    func procedures(_ tally: Tally, _ writer: inout JSONWriter) {
        writer.key("procedures")
        writer.array { writer in
            for funnel in tally.funnels {
                writer.object { writer in
                    writer.key("agents")
                    writer.array { writer in for row in funnel.byAgent { self.row(row, &writer) } }
                    writer.key("groups")
                    writer.array { writer in for row in funnel.byGroup { self.row(row, &writer) } }
                    writer.key("rule")
                    writer.value(tally.rules[funnel.rule].id.value)
                    writer.key("steps")
                    writer.array { writer in for name in tally.steps(of: funnel) { writer.value(name) } }
                    writer.key("total")
                    self.row(funnel.total, &writer)
                }
            }
        }
    }

    private func row(_ row: Funnel.Row, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("applicable")
            writer.value(row.applicable)
            writer.key("asked")
            writer.array { writer in for count in row.asked { writer.value(count) } }
            writer.key("completed")
            writer.value(row.completed)
            writer.key("key")
            writer.value(row.key)
            let kinds = Divergence.Kind.allCases.enumerated().sorted { $0.element.rawValue < $1.element.rawValue }
            for (place, kind) in kinds {
                writer.key(kind.rawValue)
                writer.array { writer in for counts in row.diverged { writer.value(counts[place]) } }
            }
            writer.key("reached")
            writer.array { writer in for count in row.reached { writer.value(count) } }
        }
    }
}
