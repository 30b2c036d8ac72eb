import ConversationModel

extension JSONReport {
    /// What each exemption took out of scores and rates, by owner.
    func exemptions(_ notes: [Coverage.ExemptionNote], _ writer: inout JSONWriter) {
        writer.array { writer in
            for note in notes {
                writer.object { writer in
                    writer.key("author")
                    writer.value(note.author)
                    writer.key("findings")
                    writer.value(note.findings)
                    writer.key("missed")
                    writer.value(note.missed)
                    writer.key("negativeHits")
                    writer.value(note.negativeHits)
                    writer.key("owner")
                    writer.value(note.owner)
                    writer.key("reason")
                    writer.value(note.reason)
                    writer.key("stays")
                    writer.value(note.stays)
                }
            }
        }
    }
}
