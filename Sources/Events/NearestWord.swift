/// The word of `candidates` that `word` was probably meant to be: the same but for case, `-` and `_`, or one
/// edit away in a word of four letters or more.
func nearestWord(_ word: String, among candidates: [String]) -> String? {
    guard (1...40).contains(word.utf8.count) else { return nil }
    let letters = plain(word)
    if let same = candidates.first(where: { plain($0) == letters }) { return same }
    return letters.count < 4 ? nil : candidates.first { isOneEdit(letters, plain($0)) }
}

private func plain(_ word: String) -> [Unicode.Scalar] {
    word.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" }
}

/// Whether one insertion, removal, replacement or swap of neighbours leads from one to the other.
private func isOneEdit(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    guard abs(a.count - b.count) <= 1 else { return false }
    let start = zip(a, b).prefix { $0 == $1 }.count
    let end = zip(a.dropFirst(start).reversed(), b.dropFirst(start).reversed()).prefix { $0 == $1 }.count
    let (first, second) = (a.dropFirst(start).dropLast(end), b.dropFirst(start).dropLast(end))
    if first.count <= 1, second.count <= 1 { return true }
    return first.count == 2 && second.count == 2 && first.reversed().elementsEqual(second)
}
