extension RandomAccessCollection {
    /// The first place whose element belongs to the second part; `endIndex` where none does. O(log n).
    ///
    /// No element of the first part may follow one of the second: so it is in whatever ascends. The name is that of Swift Algorithms.
    @inlinable
    package func partitioningIndex(where belongsInSecondPart: (Element) throws -> Bool) rethrows -> Index {
        var low = startIndex
        var left = count
        while left > 0 {
            let half = left / 2
            let middle = index(low, offsetBy: half)
            if try belongsInSecondPart(self[middle]) {
                left = half
            } else {
                low = index(after: middle)
                left -= half + 1
            }
        }
        return low
    }
}
