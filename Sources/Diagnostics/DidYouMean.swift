/// The word of `candidates` that `word` was probably meant to be, nil where none is near.
///
/// Near is: the same but for case, `-` and `_`; else at most two edits away (a swap of neighbours
/// is one) and fewer than half of the letters. The first of equally near ones wins.
public func didYouMean(_ word: String, among candidates: [String]) -> String? {
    guard !word.isEmpty, word.utf8.count <= 64 else { return nil }
    let plain = plainForm(word)
    if let same = candidates.first(where: { plainForm($0) == plain }) { return same }
    let letters = Array(word.lowercased().unicodeScalars)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
        let other = Array(candidate.lowercased().unicodeScalars)
        guard abs(other.count - letters.count) <= 2 else { continue }
        let distance = editDistance(letters, other)
        guard distance <= 2, distance * 2 < max(letters.count, other.count) else { continue }
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
}

private func plainForm(_ word: String) -> String {
    String(word.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" && $0 != " " })
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in b.indices {
            row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
            }
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
