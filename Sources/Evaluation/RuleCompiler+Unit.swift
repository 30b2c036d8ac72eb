import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

extension RuleCompiler {
    /// The number of a condition on the whole; equal ones are one.
    mutating func number(of unit: UnitCondition) -> Int32 {
        if let known = unitNumbers[unit] { return known }
        switch unit {
        case .fact(let fact):
            parts.facts.formUnion(FactKinds(fact.fact))
            parts.unitTests.append(.fact(FactTest(fact, table: table)))
        case .measure(let measure): parts.unitTests.append(.measure(measure))
        case .started(let moment): parts.unitTests.append(.started(moment))
        }
        let number = Int32(parts.unitTests.count - 1)
        unitNumbers[unit] = number
        return number
    }

    /// The number of a time at which messages must have been sent.
    mutating func number(of moment: Moment) -> Int32 {
        if let known = parts.moments.firstIndex(of: moment) { return Int32(known) }
        parts.moments.append(moment)
        return Int32(parts.moments.count - 1)
    }

    /// The child of an `all` whose matches count: the marked one, else the first positive one that is
    /// not of the whole unit, else the first positive one.
    static func subject(among children: [Condition]) -> Int {
        func isNegative(_ child: Condition) -> Bool { if case .not = child.kind { true } else { false } }
        func isOfWhole(_ child: Condition) -> Bool {
            switch child.kind {
            case .unit: true
            case .any(let parts): parts.allSatisfy(isOfWhole)
            case .all(let parts): parts.allSatisfy { isNegative($0) || isOfWhole($0) } && !parts.allSatisfy(isNegative)
            case .unless(let base, _): isOfWhole(base)
            default: false
            }
        }
        return children.firstIndex(where: \.isSubject)
            ?? children.firstIndex { !isNegative($0) && !isOfWhole($0) }
            ?? children.firstIndex { !isNegative($0) } ?? 0
    }

    func diagnostic(_ error: ScannerError, _ rules: [Rule]) -> Diagnostic {
        switch error {
        case .refused(let atom, let reason):
            Diagnostic(
                .costlyRegex,
                Phrase("the scanner cannot compile this pattern: \(reason)", "扫描引擎无法编译该正则：\(reason)"),
                help: Phrase("simplify the pattern, or split it into conditions", "请简化正则，或拆成多个条件"),
                at: placeOfAtom[atom] ?? rules.first?.place ?? Place(path: ""))
        case .failed(let reason):
            RuleCompiler.scannerFailed(reason, at: rules.first?.place ?? Place(path: ""))
        }
    }

    /// What is said of a failure that is none of the rules, the first of which stands at `place`.
    static func scannerFailed(_ reason: String, at place: Place) -> Diagnostic {
        Diagnostic(
            .scannerFailed, Phrase("the scanner failed: \(reason)", "扫描引擎出错：\(reason)"),
            help: Phrase(
                "nothing is wrong with the rules: give the process more memory, or use fewer rules",
                "规则本身没有问题：请给进程更多内存，或减少规则"),
            at: place)
    }
}
