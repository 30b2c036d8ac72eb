import ArgumentParser

/// `mingjian live`: what happens in a shop, from its events.
struct LiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Works on the events of a shop. 实时事件",
        subcommands: [Inspect.self])
}
