import ConversationModel

/// How archives are read.
public struct ArchiveOptions: Sendable {
    /// Nil is detected, for each input by itself.
    public var encoding: TextEncoding?
    public var mapping = ColumnMapping()
    /// The zone of local times.
    public var zone = Zone.chinaStandard
    /// Zones that a mapping may name, beside UTC, Asia/Shanghai and `zone`.
    public var zones: @Sendable (String) -> Zone? = { _ in nil }
    /// Given: messages with a buyer and without a conversation are logs and cut. Nil: they are bad.
    public var cutting: CutPolicy?
    /// The messages of one conversation are neighbours: grouped while they are read, nothing spilled.
    public var isSorted = false
    /// A message id may stand twice in a conversation.
    public var allowsDuplicates = false
    /// Scalars that nobody reads are checked too.
    public var isStrict = false
    /// Bytes of one record, and of one conversation line that is made of messages.
    public var largestRecord = 16 << 20
    /// Where messages go that do not fit in memory.
    public var spillDirectory = ArchivePath("/tmp")
    /// Nil is told from each input's first lines.
    public var shape: ArchiveShape?
    /// False: shape and encoding are told from what the first read gives, for a live pipe.
    public var waitsForHead = true
    /// What ends reading from outside, with the error `interrupted`.
    public var interruption = Interruption.never

    public init() {}

    /// The zone of the mapping, or the archive's.
    package func tableZone() throws(ArchiveError) -> Zone {
        guard let name = mapping.zone, name != zone.name else { return zone }
        if let known = zones(name) { return known }
        switch name {
        case "Asia/Shanghai": return .chinaStandard
        case "UTC": return .fixed(name: "UTC", offset: 0)
        default: throw .unknownZone(printable(Array(name.utf8)))
        }
    }
}
