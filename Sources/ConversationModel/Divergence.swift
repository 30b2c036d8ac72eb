/// The first step of a sequence that could not be taken, and what happened in its place.
public struct Divergence: Hashable, Sendable, Codable {
    /// How a step was missed.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// It did not come before the end.
        case missing
        /// Its time or its number of messages ran out.
        case late
        /// It came only before a step that it should have followed.
        case outOfOrder = "out-of-order"
    }

    /// From 1.
    public var step: Int
    public var name: String
    public var kind: Kind
    /// Index of the message that was out of order, else of the step taken last; nil where none was.
    public var message: Int?

    public init(step: Int, name: String, kind: Kind, message: Int?) {
        self.step = step
        self.name = name
        self.kind = kind
        self.message = message
    }
}
