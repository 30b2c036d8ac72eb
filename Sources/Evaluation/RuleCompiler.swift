import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Turns rules into their executable form.
public struct RuleCompiler {
    private let table: FoldTable
    private var patterns = PatternSet()
    private var leaves: [TextLeaf] = []
    private var nodes: [Node] = []
    private var leafNumbers: [LeafKey: Int] = [:]
    private var textSenders: [TextLevel: UInt8] = [:]
    private var classes: [(unit: UnitKind, source: ExposureSource)] = []
    private var classNumbers: [UnitKind: [ExposureSource: Int]] = [:]
    private var spanMatchers: [Pattern: SpanMatcher] = [:]
    private var placeOfAtom: [Int32: Place] = [:]
    private var diagnostics: [Diagnostic] = []
    /// By path, to find a place inside a regex behind the escapes of its string.
    private var sources: [String: SourceFile] = [:]

    private enum LeafKey: Hashable {
        case keywords(Keywords)
        case regex(String, String?, FoldLevel)
    }

    private init(table: FoldTable) {
        self.table = table
    }

    /// Compiles `rules`, or returns nil with the diagnostics that say why not.
    ///
    /// Errors are those of patterns; everything else was found when the files were read. Databases
    /// come from `cache` where it has them.
    ///
    /// - Parameter sources: the files of the rules, for exact places inside regexes.
    public static func compile(
        _ rules: [Rule], digest: String, policy: TimePolicy = TimePolicy(), table: FoldTable,
        cache: DiskCache, sources: [SourceFile] = []
    ) -> (rules: CompiledRules?, diagnostics: [Diagnostic]) {
        var compiler = RuleCompiler(table: table)
        for source in sources { compiler.sources[source.path] = source }
        let compiled = rules.map { compiler.compile($0) }
        if compiler.patterns.regexCount > PatternSet.regexLimit {
            compiler.diagnostics.append(
                Diagnostic(
                    .tooManyRegexes,
                    Phrase(
                        "the rules hold \(compiler.patterns.regexCount) different regexes; at most 1,000 are allowed",
                        "规则共有 \(compiler.patterns.regexCount) 个不同的正则，上限是 1000"),
                    at: rules.first?.place ?? Place(path: "")))
        }
        if compiler.diagnostics.contains(where: { $0.severity == .error }) {
            return (nil, compiler.diagnostics)
        }
        do throws(ScannerError) {
            let databases = try CompiledPatterns(compiler.patterns, cache: cache)
            return (compiler.assemble(compiled, digest: digest, policy: policy, databases), compiler.diagnostics)
        } catch {
            compiler.diagnostics.append(compiler.diagnostic(error, rules))
            return (nil, compiler.diagnostics)
        }
    }

    private func diagnostic(_ error: ScannerError, _ rules: [Rule]) -> Diagnostic {
        switch error {
        case .refused(let atom, let reason):
            Diagnostic(
                .costlyRegex,
                Phrase("the scanner cannot compile this pattern: \(reason)", "扫描引擎无法编译该正则：\(reason)"),
                help: Phrase("simplify the pattern, or split it into conditions", "请简化正则，或拆成多个条件"),
                at: placeOfAtom[atom] ?? rules.first?.place ?? Place(path: ""))
        case .failed(let reason):
            Diagnostic(
                .scannerFailed, Phrase("the scanner failed: \(reason)", "扫描引擎出错：\(reason)"),
                at: rules.first?.place ?? Place(path: ""))
        }
    }

    private func assemble(
        _ rules: [CompiledRule], digest: String, policy: TimePolicy, _ databases: CompiledPatterns
    ) -> CompiledRules {
        var leavesOfAtom = [[Int32]](repeating: [], count: patterns.count)
        for (number, leaf) in leaves.enumerated() {
            for atom in leaf.atoms { leavesOfAtom[Int(atom)].append(Int32(number)) }
        }
        return CompiledRules(
            digest: digest, policy: policy, table: table, acknowledgements: Acknowledgements(table: table),
            rules: rules, nodes: nodes, leaves: leaves, patterns: databases, leavesOfAtom: leavesOfAtom,
            textSenders: textSenders, exposureClasses: classes)
    }

    // MARK: Rules

    private mutating func compile(_ rule: Rule) -> CompiledRule {
        let root = compile(rule.when)
        let appliesTo = rule.appliesTo.map { compile($0) }
        let subject = subject(of: root)
        let source = exposures(of: subject)
        // Only a rule whose silence means "clean" may sleep until a candidate wakes it.
        let maySleep = rule.appliesTo == nil && (rule.polarity == .negative || source == .own)
        var required = maySleep ? requiredLeaves(root) : nil
        // A condition joined to the subject may hold candidates while the subject has exposures of its own.
        if source == .own, required != nil { required = sleepsAlone(subject) ? requiredLeaves(subject) : nil }
        let shares = required != nil && source != .own
        return CompiledRule(
            summary: RuleSummary(
                id: rule.id, name: rule.name, polarity: rule.polarity, category: rule.category,
                severity: rule.severity, unit: rule.unit, summary: rule.summary),
            root: root, appliesTo: appliesTo, exposures: source, requiredLeaves: required,
            exposureClass: shares ? classNumber(rule.unit, source) : -1,
            plain: shares ? plainLeaf(root) : nil,
            duty: rule.polarity == .positive ? duty(of: root, isRoot: true) : nil)
    }

    private func plainLeaf(_ node: Int) -> (population: PopulationTest, leaf: Int)? {
        guard case .message(let message) = nodes[node].kind, message.position == nil,
            case .leaf(let leaf) = message.text, !leaves[leaf].isInverted
        else { return nil }
        return (message.population, leaf)
    }

    private mutating func classNumber(_ unit: UnitKind, _ source: ExposureSource) -> Int {
        if let known = classNumbers[unit]?[source] { return known }
        let number = classes.count
        classes.append((unit, source))
        classNumbers[unit, default: [:]][source] = number
        return number
    }

    private func subject(of node: Int) -> Int {
        if case .all(let children, let subject) = nodes[node].kind { return self.subject(of: children[subject]) }
        return node
    }

    private func duty(of node: Int, isRoot: Bool) -> (node: Int, isRoot: Bool)? {
        switch nodes[node].kind {
        case .expectation(let expectation): expectation.plan.report == .met ? (node, isRoot) : nil
        case .all(let children, let subject): duty(of: children[subject], isRoot: false)
        default: nil
        }
    }

    /// Without a candidate, an expectation has no trigger: no obligation, not applicable.
    private func sleepsAlone(_ node: Int) -> Bool {
        if case .expectation = nodes[node].kind { return true }
        return false
    }

    private func exposures(of node: Int) -> ExposureSource {
        switch nodes[node].kind {
        case .message(let message): .populations([message.population])
        case .expectation, .silence: .own
        case .any(let children): union(children.map { exposures(of: $0) })
        case .all(let children, let subject): exposures(of: children[subject])
        case .count(let of, .atLeast): exposures(of: of)
        case .count(_, .atMost), .not: .lastAgent
        // An empty population exposes nobody.
        case .count: .own
        }
    }

    private func union(_ sources: [ExposureSource]) -> ExposureSource {
        var populations: [PopulationTest] = []
        for source in sources {
            guard case .populations(let more) = source else { return .own }
            for population in more where !populations.contains(population) { populations.append(population) }
        }
        return .populations(populations)
    }

    /// Leaves of which one needs a candidate for the node to be true or unknown; nil: none needed.
    private func requiredLeaves(_ node: Int) -> [Int]? {
        switch nodes[node].kind {
        case .message(let message): message.text.flatMap { requiredLeaves($0) }
        case .expectation(let expectation): requiredLeaves(expectation.after)
        case .silence: nil
        case .count(let of, let bound):
            switch bound {
            case .atLeast: requiredLeaves(of)
            case .share(let percent): percent > 0 ? requiredLeaves(of) : nil
            case .atMost, .every: nil
            }
        case .all(let children, _): children.lazy.compactMap { requiredLeaves($0) }.min { $0.count < $1.count }
        case .any(let children): union(children.map { requiredLeaves($0) })
        case .not: nil
        }
    }

    private func requiredLeaves(_ text: TextNode) -> [Int]? {
        switch text {
        case .leaf(let leaf): leaves[leaf].isInverted ? nil : [leaf]
        case .equals, .length, .not: nil
        case .all(let parts): parts.lazy.compactMap { requiredLeaves($0) }.min { $0.count < $1.count }
        case .any(let parts): union(parts.map { requiredLeaves($0) })
        }
    }

    private func union(_ sets: [[Int]?]) -> [Int]? {
        var result: [Int] = []
        for set in sets {
            guard let set else { return nil }
            result += set
        }
        return result
    }

    // MARK: Conditions

    private mutating func compile(_ condition: Condition) -> Int {
        let kind: Node.Kind
        switch condition.kind {
        case .message(let message):
            let population = PopulationTest(message.population)
            let text = message.text.map { compile($0, senders: population.senders) }
            kind = .message(MessageNode(population: population, position: message.position, text: text))
        case .expectation(let plan):
            let after = compile(plan.after)
            let expect = compile(plan.expect)
            kind = .expectation(
                ExpectationNode(
                    plan: plan, after: after, expect: expect,
                    answerPopulation: population(of: expect),
                    excuse: plan.excuse.map { compile($0.condition) }))
        case .silence(let silence): kind = .silence(silence)
        case .count(let count): kind = .count(of: compile(count.of), bound: count.bound)
        case .all(let children):
            let marked = children.firstIndex(where: \.isSubject)
            let positive = children.firstIndex { if case .not = $0.kind { false } else { true } }
            let numbers = children.map { compile($0) }
            kind = .all(numbers, subject: marked ?? positive ?? 0)
        case .any(let children): kind = .any(children.map { compile($0) })
        case .not(let child): kind = .not(compile(child))
        case .unless(let child, let exceptions):
            let first = compile(child)
            kind = .all([first] + exceptions.map { add(.not(compile($0))) }, subject: 0)
        }
        return add(kind)
    }

    private mutating func add(_ kind: Node.Kind) -> Int {
        nodes.append(Node(kind: kind))
        return nodes.count - 1
    }

    private func population(of node: Int) -> PopulationTest {
        switch nodes[node].kind {
        case .message(let message): message.population
        case .expectation(let inner): population(of: inner.expect)
        case .count(let of, _): population(of: of)
        case .all(let children, let subject): population(of: children[subject])
        case .any(let children): children.first.map { population(of: $0) } ?? PopulationTest(Population())
        case .not(let child): population(of: child)
        case .silence(let silence): PopulationTest(Population(speakers: [silence.of]))
        }
    }

    private mutating func compile(_ text: TextCondition, senders: UInt8) -> TextNode {
        func note(_ level: TextLevel) { textSenders[level, default: 0] |= senders }
        switch text.kind {
        case .keywords(let keywords):
            note(TextLevel(keywords.fold))
            return .leaf(leaf(keywords))
        case .regex(let regex):
            note(TextLevel(regex.fold))
            return .leaf(leaf(regex, place: text.place))
        case .equals(let condition):
            note(TextLevel(condition.fold))
            return .equals(EqualsMatcher(condition, table: table))
        case .length(let minimum, let maximum):
            note(.folded)
            return .length(minimum: minimum ?? 0, maximum: maximum ?? .max)
        case .all(let parts), .any(let parts):
            if parts.count == 1 { return compile(parts[0], senders: senders) }
            let compiled = parts.map { compile($0, senders: senders) }
            if case .all = text.kind { return .all(compiled) }
            return .any(compiled)
        case .not(let part): return .not(compile(part, senders: senders))
        case .unless(let part, let exceptions):
            return .all(
                [compile(part, senders: senders)]
                    + exceptions.map { .not(compile($0, senders: senders)) })
        }
    }

    private mutating func leaf(_ keywords: Keywords) -> Int {
        var key = keywords
        key.places = []
        if let known = leafNumbers[.keywords(key)] { return known }
        let level = TextLevel(keywords.fold)
        let matcher = KeywordMatcher(keywords, table: table)
        let atoms = matcher.phrases.map { patterns.literal($0.bytes, level: level) }
        return add(
            TextLeaf(
                kind: .keywords(matcher), level: level, atoms: atoms,
                needsVerification: !matcher.isPlain, isInverted: keywords.quantity == .none),
            key: .keywords(key))
    }

    private mutating func leaf(_ regex: RegexCondition, place: Place) -> Int {
        let key = LeafKey.regex(regex.pattern, regex.except, regex.fold)
        if let known = leafNumbers[key] { return known }
        let exceptPlace = regex.exceptPlace ?? regex.patternPlace
        // Both are read before either is given up: one run shows all problems.
        let pattern = pattern(regex.pattern, regex.fold, at: regex.patternPlace)
        let except = regex.except.flatMap { self.pattern($0, regex.fold, at: exceptPlace) }
        guard let pattern, let spans = matcher(pattern, at: regex.patternPlace) else {
            return add(RuleCompiler.nothing, key: key)
        }
        let atom = patterns.regex(pattern)
        placeOfAtom[atom] = placeOfAtom[atom] ?? regex.patternPlace
        return add(
            TextLeaf(
                kind: .regex(
                    RegexMatcher(
                        pattern: pattern, spans: spans,
                        except: except.flatMap { matcher($0, at: exceptPlace) })),
                level: pattern.level, atoms: [atom], needsVerification: except != nil, isInverted: false),
            key: key)
    }

    /// Stands for a leaf that was refused: the diagnostics keep it from ever being run.
    private static let nothing = TextLeaf(
        kind: .keywords(KeywordMatcher()), level: .folded, atoms: [],
        needsVerification: false, isInverted: false)

    private mutating func add(_ leaf: TextLeaf, key: LeafKey) -> Int {
        leaves.append(leaf)
        leafNumbers[key] = leaves.count - 1
        return leaves.count - 1
    }

    private mutating func matcher(_ pattern: Pattern, at place: Place) -> SpanMatcher? {
        if let known = spanMatchers[pattern] { return known }
        guard let matcher = SpanMatcher(pattern) else {
            diagnostics.append(
                Diagnostic(
                    .costlyRegex,
                    Phrase("this pattern takes too much memory", "该正则占用的内存太多"),
                    help: Phrase(
                        "simplify the pattern, or split it into conditions", "请简化正则，或拆成多个条件"),
                    at: place))
            return nil
        }
        spanMatchers[pattern] = matcher
        return matcher
    }

    private mutating func pattern(_ source: String, _ fold: FoldLevel, at place: Place) -> Pattern? {
        do throws(PatternProblem) {
            return try Pattern(source, level: TextLevel(fold), table: table)
        } catch {
            // An empty range still shows one character.
            let end = max(error.range.upperBound, error.range.lowerBound + 1)
            let place =
                sources[place.path].map {
                    RuleLanguage.place(
                        of: error.range.lowerBound..<end, inStringAt: place, source: $0)
                } ?? place
            diagnostics.append(Diagnostic(error.code, error.message, help: error.help, at: place))
            return nil
        }
    }
}
