/// The messages of a condition near a match of another condition (`semantics.md` section 3, `scope`).
public struct Scope: Sendable, Hashable {
    /// Where the messages stand, seen from the anchor.
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        case after, before
        /// On both sides, each with the whole window.
        case around
    }

    /// Which matches of the anchor open a window.
    public enum Which: Sendable, Hashable {
        /// Every one; a message in several windows is one match.
        case each
        case first, last
        /// 1-based.
        case nth(Int)
    }

    public var anchor: Condition
    public var direction: Direction
    public var which: Which
    /// At most so many messages of the population of `find` from the anchor; nil: no limit.
    public var messages: Int?
    /// At most so many milliseconds from the anchor, inclusive; nil: no limit.
    public var time: Int64?
    /// Its matches inside the windows are those of the whole.
    public var find: Condition

    public init(
        anchor: Condition, direction: Direction, which: Which = .each, messages: Int? = nil,
        time: Int64? = nil, find: Condition
    ) {
        self.anchor = anchor
        self.direction = direction
        self.which = which
        self.messages = messages
        self.time = time
        self.find = find
    }
}
