import ConversationModel

/// How large a corpus is to be, and of which seed.
public struct CorpusPlan: Sendable, Hashable {
    /// Names the series of conversations.
    public var seed: UInt64
    /// Conversations to write at most.
    public var conversations: Int?
    /// Stops after the conversation that reaches this many bytes.
    public var bytes: Int?
    /// What the conversations are spread over.
    public var options: CorpusOptions

    /// A plan; without a limit it is one of 1,000 conversations.
    public init(
        seed: UInt64, conversations: Int? = nil, bytes: Int? = nil,
        options: CorpusOptions = CorpusOptions()
    ) {
        self.seed = seed
        self.conversations = conversations ?? (bytes == nil ? 1_000 : nil)
        self.bytes = bytes
        self.options = options
    }
}

/// What was written.
public struct CorpusSize: Sendable, Hashable {
    /// Lines of the archive.
    public var conversations = 0
    /// Messages of all lines.
    public var messages = 0
    /// Bytes of the archive, without the truth.
    public var bytes = 0
    /// Facts of the truth, near misses included.
    public var facts = 0

    /// Nothing yet.
    public init() {}
}

/// Writes the corpus of `plan` and the truth about it, in blocks of about a megabyte of whole lines.
///
/// `archive` gets canonical NDJSON, a conversation a line; `truth` gets a line a conversation, in the
/// same order: `{"conversation":…,"messages":…,"findings":[{"rule":…,"outcome":"hit|missed",
/// "message":…,"delay":…}],"nearMisses":[…]}`. Same plan, same bytes. Memory does not grow with size.
public func writeCorpus<Failure: Error>(
    _ plan: CorpusPlan, archive: ([UInt8]) throws(Failure) -> Void,
    truth: ([UInt8]) throws(Failure) -> Void
) throws(Failure) -> CorpusSize {
    let blockBytes = 1 << 20
    var generator = ConversationGenerator(seed: plan.seed, options: plan.options)
    var size = CorpusSize()
    var lines: [UInt8] = []
    var facts: [UInt8] = []
    lines.reserveCapacity(blockBytes + (blockBytes >> 4))
    while size.conversations < plan.conversations ?? .max, size.bytes < plan.bytes ?? .max {
        let before = lines.count
        generator.next(into: &lines)
        generator.truth.appendLine(to: &facts)
        size.conversations += 1
        size.messages += generator.truth.messages
        size.bytes += lines.count - before
        size.facts += generator.truth.facts.count
        guard lines.count >= blockBytes else { continue }
        try archive(lines)
        try truth(facts)
        lines.removeAll(keepingCapacity: true)
        facts.removeAll(keepingCapacity: true)
    }
    if !lines.isEmpty {
        try archive(lines)
        try truth(facts)
    }
    return size
}
