import ArgumentParser

/// The command `mingjian`.
@main
struct Mingjian: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mingjian",
        abstract: "Inspects customer-service conversations by rules, exactly and fast.",
        version: "0.1.0")
}
