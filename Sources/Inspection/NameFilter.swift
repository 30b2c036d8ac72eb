/// Which names of a filter are wanted, by their numbers: each name is looked at once.
struct NameFilter {
    private let wanted: Set<String>
    private var known: [Bool?] = []

    init(_ wanted: Set<String>) {
        self.wanted = wanted
    }

    /// No names: everything passes.
    var isOff: Bool { wanted.isEmpty }

    /// Whether the name with this number, which `name` gives, is wanted.
    mutating func takes(_ number: Int32, name: (Int32) -> String) -> Bool {
        let index = Int(number)
        if index >= known.count { known.append(contentsOf: repeatElement(nil, count: index + 1 - known.count)) }
        if let answer = known[index] { return answer }
        let answer = wanted.contains(name(number))
        known[index] = answer
        return answer
    }
}
