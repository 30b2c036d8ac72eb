/// The message is alike to one of some example sentences (`semantics.md` section 5, `similar`).
public struct SimilarCondition: Sendable, Hashable {
    public var texts: [String]
    /// In percent, 1...100: twice the shared pairs of neighbouring characters among the pairs of both.
    public var floor: Int

    public init(texts: [String], floor: Int = SimilarCondition.standardFloor) {
        self.texts = texts
        self.floor = floor
    }

    /// Where a rule does not say: about two thirds of a sentence in the same words.
    public static let standardFloor = 60
}
