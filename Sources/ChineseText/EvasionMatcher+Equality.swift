extension EvasionMatcher {
    /// Whether both find the same in every text: keywords that differ in case, in separators, in
    /// look-alikes only.
    ///
    /// Such keywords have the same skeleton; those of one skeleton need not be such.
    public func findsTheSame(as other: EvasionMatcher) -> Bool {
        spellings == other.spellings && homophones == other.homophones
            && isWordAtStart == other.isWordAtStart && isWordAtEnd == other.isWordAtEnd
    }
}
