/// A change of an agent's presence or group.
public struct AgentChange: Hashable, Sendable {
    /// What changed.
    public enum Kind: Hashable, Sendable {
        case online
        /// Gets no new buyers (挂起); still counts as online.
        case suspended
        case resumed
        case offline
        case groupChanged(to: String)
    }

    public var agent: String
    public var kind: Kind

    public init(agent: String, kind: Kind) {
        self.agent = agent
        self.kind = kind
    }
}

/// A step of a command that a supervisor gave for one agent.
public struct DispatchStep: Hashable, Sendable {
    /// What the agent is to do.
    public enum Action: Hashable, Sendable {
        case suspend
        case resume
        case move(toGroup: String)
    }

    /// Which step it is.
    public enum Kind: Hashable, Sendable {
        /// `by` is the account that gave the command.
        case commanded(Action, by: String)
        case acknowledged
        case failed(reason: String)
    }

    /// The command's name, the same in all its steps.
    public var command: String
    public var agent: String
    public var kind: Kind

    public init(command: String, agent: String, kind: Kind) {
        self.command = command
        self.agent = agent
        self.kind = kind
    }
}
