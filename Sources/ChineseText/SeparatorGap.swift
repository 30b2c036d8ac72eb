/// Counts the separators between two characters as a reader sees them.
///
/// A run of white space is one, as in folded text; so is an emoji with its skin tone, a flag of two
/// letters, and emoji joined into one. What is invisible counts for nothing.
struct SeparatorGap {
    private enum State {
        case other, space, emoji, joined, flag
    }

    /// Separators since the last character.
    private(set) var count = 0
    private var state = State.other

    /// Takes note of anything but a character or a line end.
    mutating func see(_ kind: SkeletonTable.Kind) {
        switch kind {
        case .joiner:
            if state == .emoji { state = .joined }
        case .space:
            if state != .space { count += 1 }
            state = .space
        case .separator:
            count += 1
            state = .other
        case .emoji, .heart:
            if state != .joined { count += 1 }
            state = .emoji
        case .modifier:
            if state != .emoji { count += 1 }
            state = .emoji
        case .regional:
            if state == .flag {
                state = .other
            } else {
                count += 1
                state = .flag
            }
        case .own, .scalar, .gone, .lineEnd, .sequence: break
        }
    }
}
