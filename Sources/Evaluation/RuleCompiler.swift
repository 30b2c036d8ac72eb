import ChineseText
import ConversationModel
import Diagnostics
import Patterns
import RuleLanguage

/// Turns rules into their executable form.
public struct RuleCompiler {
    let table: FoldTable
    let cache: DiskCache
    var patterns: PatternSet
    var parts = CompiledRules.Parts()
    var leafNumbers: [LeafKey: Int] = [:]
    private var nodeNumbers: [Node.Kind: Int] = [:]
    private var populationNumbers: [PopulationTest: Int] = [:]
    private var repeatsNumbers: [RepeatsKey: Int32] = [:]
    var unitNumbers: [UnitCondition: Int32] = [:]
    private var classNumbers: [UnitKind: [ExposureSource: Int]] = [:]
    var regexes: PreparedRegexes
    var placeOfAtom: [Int32: Place] = [:]
    var diagnostics: [Diagnostic] = []
    /// Leaves of which a regex or a keyword is refused.
    var refused: Set<Int> = []
    /// By path, to find a place inside a regex behind the escapes of its string.
    var sources: [String: SourceFile] = [:]

    enum LeafKey: Hashable {
        /// What its matches depend on.
        case keywords(ByteKey)
        case regex(String, String?, FoldLevel)
        case equals(EqualsCondition)
        case entity(EntityCondition)
        case similar(SimilarCondition)
    }

    private struct RepeatsKey: Hashable {
        let plan: Repeats
        let population: Int
    }

    private init(_ rules: [Rule], table: FoldTable, cache: DiskCache, skeletons: SkeletonTable?) {
        self.table = table
        self.cache = cache
        let lookups = rules.map(\.lookups)
        patterns = PatternSet(expecting: lookups.reduce(0) { $0 + $1.phrases })
        (regexes, parts.skeletons) = RuleCompiler.prepared(lookups, table, cache, skeletons)
    }

    /// Compiles `rules`, or returns nil with the diagnostics that say why not.
    ///
    /// Errors are those of patterns; everything else was found when the files were read. Databases
    /// come from `cache` where it has them; so does the table of skeletons where it is not given.
    ///
    /// - Parameters:
    ///   - digest: of `rules`; asked for last, so that it may be worked out meanwhile.
    ///   - sources: the files of the rules, for exact places inside regexes.
    ///   - loose: regexes of no rule, which are checked and not compiled.
    ///   - sets: how many rule sets these are together; each may hold as many regexes as one alone.
    ///   - letGo: takes what is left of compiling, which takes long to free where rules are many; may free it later.
    public static func compile(
        _ rules: [Rule], digest: @autoclosure () -> String, policy: TimePolicy = TimePolicy(), table: FoldTable,
        cache: DiskCache, sources: [SourceFile] = [], loose: [RegexCondition] = [], sets: Int = 1,
        skeletons: SkeletonTable? = nil, letGo: (Any) -> Void = { _ in }
    ) -> (rules: CompiledRules?, diagnostics: [Diagnostic]) {
        var compiler = RuleCompiler(rules, table: table, cache: cache, skeletons: skeletons)
        defer { letGo(compiler) }
        for source in sources { compiler.sources[source.path] = source }
        for rule in rules { compiler.compile(rule) }
        for regex in loose { compiler.check(regex) }
        let regexes = compiler.parts.leaves.count { if case .regex = $0.kind { true } else { false } }
        if regexes > PatternSet.regexLimit * sets {
            compiler.diagnostics.append(
                Diagnostic(
                    .tooManyRegexes,
                    Phrase(
                        "the rules hold \(regexes) different regexes; at most \(PatternSet.regexLimit * sets) are allowed",
                        "规则共有 \(regexes) 个不同的正则，上限是 \(PatternSet.regexLimit * sets)"),
                    at: rules.first?.place ?? Place(path: "")))
        }
        if compiler.diagnostics.contains(where: { $0.severity == .error }) {
            return (nil, compiler.diagnostics)
        }
        do throws(ScannerError) {
            let databases = try CompiledPatterns(compiler.patterns, cache: cache)
            return (
                CompiledRules(compiler.parts, digest: digest(), policy: policy, table: table, patterns: databases),
                compiler.diagnostics
            )
        } catch {
            compiler.diagnostics.append(compiler.diagnostic(error, rules))
            return (nil, compiler.diagnostics)
        }
    }

    // MARK: Rules

    private mutating func compile(_ rule: Rule) {
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
        parts.summaries.append(
            RuleSummary(
                id: rule.id, name: rule.name, polarity: rule.polarity, category: rule.category,
                severity: rule.severity, unit: rule.unit, summary: rule.summary, score: rule.score,
                family: rule.family, steps: steps(of: subject)))
        parts.requiredLeaves.append(required)
        parts.rules.append(
            CompiledRule(
                root: root, appliesTo: appliesTo, isPositive: rule.polarity == .positive,
                isOfStays: rule.unit == .stay, exposures: source, isExposedByBranches: hasBranches(root),
                exposureClass: shares ? classNumber(rule.unit, source) : -1,
                plain: shares ? plainRule(root) : nil,
                duty: rule.polarity == .positive ? duty(of: root, isRoot: true) : nil,
                procedure: procedure(subject)))
    }

    private func plainRule(_ node: Int) -> CompiledRule.PlainRule? {
        guard case .message(let message) = parts.nodes[node].kind, message.position == nil, message.repeats < 0,
            message.moment < 0, !message.hasStrangersPhone,
            case .leaf(let leaf) = message.text, !parts.leaves[leaf].isInverted,
            !parts.leaves[leaf].atoms.isEmpty
        else { return nil }
        return CompiledRule.PlainRule(
            population: message.population, populationNumber: message.populationNumber, leaf: leaf)
    }

    private mutating func classNumber(_ unit: UnitKind, _ source: ExposureSource) -> Int {
        if let known = classNumbers[unit]?[source] { return known }
        let number = parts.exposureClasses.count
        parts.exposureClasses.append(ExposureClass(unit: unit, source: source))
        classNumbers[unit, default: [:]][source] = number
        return number
    }

    private func subject(of node: Int) -> Int {
        if case .all(let children, let subject) = parts.nodes[node].kind { return self.subject(of: children[subject]) }
        return node
    }

    /// The names of a procedure's steps.
    private func steps(of node: Int) -> [String] {
        guard case .sequence(let steps) = parts.nodes[node].kind else { return [] }
        return steps.map { parts.stepNames[Int($0.name)] }
    }

    private func procedure(_ node: Int) -> Int {
        if case .sequence = parts.nodes[node].kind { return node }
        return -1
    }

    private func duty(of node: Int, isRoot: Bool) -> CompiledRule.Duty? {
        switch parts.nodes[node].kind {
        case .expectation(let expectation):
            expectation.timing.report == .met ? CompiledRule.Duty(node: node, isRoot: isRoot) : nil
        case .sequence: CompiledRule.Duty(node: node, isRoot: isRoot)
        case .all(let children, let subject): duty(of: children[subject], isRoot: false)
        default: nil
        }
    }

    /// Without a candidate, an expectation has no trigger: no obligation, not applicable.
    private func sleepsAlone(_ node: Int) -> Bool {
        if case .expectation = parts.nodes[node].kind { return true }
        return false
    }

    private func exposures(of node: Int) -> ExposureSource {
        switch parts.nodes[node].kind {
        case .message(let message): .populations(parts.memory.list([message.populationNumber]))
        case .expectation, .silence, .gap, .sequence: .own
        case .any(let children): union(children.map { exposures(of: $0) })
        case .all(let children, let subject): exposures(of: children[subject])
        case .count(let of, .atLeast), .distinct(let of, .atLeast): exposures(of: of)
        case .scope(let scope): exposures(of: scope.find)
        case .unit(let number): parts.unitTests[Int(number)].isOftenVoid ? .own : .lastAgent
        case .count(_, .atMost), .distinct, .not: .lastAgent
        // An empty population exposes nobody.
        case .count: .own
        }
    }

    /// Whether the exposures of a node are those of the branches of an `any`.
    private func hasBranches(_ node: Int) -> Bool {
        switch parts.nodes[node].kind {
        case .any: true
        case .all(let children, let subject): hasBranches(children[subject])
        case .count(let of, .atLeast), .distinct(let of, .atLeast): hasBranches(of)
        case .scope(let scope): hasBranches(scope.find)
        case .message, .expectation, .silence, .gap, .sequence, .unit, .count, .distinct, .not: false
        }
    }

    private func union(_ sources: [ExposureSource]) -> ExposureSource {
        var numbers: [Int] = []
        for source in sources {
            guard case .populations(let more) = source else { return .own }
            for number in more where !numbers.contains(number) { numbers.append(number) }
        }
        return .populations(parts.memory.list(numbers))
    }

    /// Leaves of which one needs a candidate for the node to be true or unknown; nil: none needed.
    private func requiredLeaves(_ node: Int) -> [Int]? {
        switch parts.nodes[node].kind {
        case .message(let message): message.text.flatMap { requiredLeaves($0) }
        case .expectation(let expectation): requiredLeaves(expectation.after)
        case .silence, .gap, .sequence, .unit: nil
        case .distinct(let of, .atLeast): requiredLeaves(of)
        case .distinct: nil
        case .count(let of, let bound):
            switch bound {
            case .atLeast: requiredLeaves(of)
            case .share(let percent): percent > 0 ? requiredLeaves(of) : nil
            case .atMost, .every: nil
            }
        case .scope(let scope):
            [scope.anchor, scope.find].lazy.compactMap { requiredLeaves($0) }.min { $0.count < $1.count }
        case .all(let children, _): children.lazy.compactMap { requiredLeaves($0) }.min { $0.count < $1.count }
        case .any(let children): union(children.map { requiredLeaves($0) })
        case .not: nil
        }
    }

    private func requiredLeaves(_ text: TextNode) -> [Int]? {
        switch text {
        case .leaf(let leaf):
            parts.leaves[leaf].isInverted || !parts.leaves[leaf].hasCandidates ? nil : [leaf]
        case .length, .not: nil
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
        switch condition.kind {
        case .message(let message):
            let population = PopulationTest(message.population)
            let text = message.text.map { compile($0, senders: population.senders) }
            if message.hasStrangersPhone { parts.facts.insert(.orders) }
            return add(
                .message(
                    MessageNode(
                        population: population, populationNumber: number(of: population),
                        position: message.position, text: text,
                        repeats: message.repeats.map { number(of: $0, message.population) } ?? -1,
                        moment: message.sent.map { number(of: $0) } ?? -1,
                        hasStrangersPhone: message.hasStrangersPhone)), isPure: true)
        case .expectation(let plan):
            let node = ExpectationNode(
                timing: ExpectationTiming(plan, promise: number(of: plan.promise)), after: compile(plan.after),
                expect: compile(plan.expect),
                excuse: plan.excuse.map { compile($0.condition) })
            return add(.expectation(parts.memory.keep(node)), isPure: false)
        case .silence(let silence): return add(.silence(silence), isPure: false)
        case .gap(let gap): return add(.gap(GapPlan(gap)), isPure: false)
        case .sequence(let sequence): return compile(sequence)
        case .count(let count):
            let of = compile(count.of)
            let kind: Node.Kind =
                count.isDistinct ? .distinct(of: of, bound: count.bound) : .count(of: of, bound: count.bound)
            return add(kind, isPure: isPure(of))
        case .scope(let scope):
            let node = ScopeNode(plan: ScopePlan(scope), anchor: compile(scope.anchor), find: compile(scope.find))
            return add(.scope(parts.memory.keep(node)), isPure: isPure(node.anchor) && isPure(node.find))
        case .all(let children):
            let numbers = children.map { compile($0) }
            return add(
                .all(parts.memory.list(numbers), subject: RuleCompiler.subject(among: children)),
                isPure: numbers.allSatisfy { isPure($0) })
        case .any(let children):
            let numbers = children.map { compile($0) }
            return add(.any(parts.memory.list(numbers)), isPure: numbers.allSatisfy { isPure($0) })
        case .unit(let unit): return add(.unit(number(of: unit)), isPure: true)
        case .not(let child): return negation(of: child)
        case .unless(let child, let exceptions):
            let numbers = [compile(child)] + exceptions.map { negation(of: $0) }
            return add(
                .all(parts.memory.list(numbers), subject: 0), isPure: numbers.allSatisfy { isPure($0) })
        }
    }

    private mutating func compile(_ sequence: StepSequence) -> Int {
        let steps = sequence.steps.map { step in
            parts.stepNames.append(step.name)
            let name = Int32(parts.stepNames.count - 1)
            return StepNode(
                node: compile(step.condition), name: name, earliest: step.earliest, time: step.time,
                messages: step.messages, isOptional: step.isOptional, sharesMessage: step.sharesMessage)
        }
        return add(.sequence(parts.memory.keep(steps)), isPure: false)
    }

    private mutating func negation(of condition: Condition) -> Int {
        let child = compile(condition)
        return add(.not(child), isPure: isPure(child))
    }

    private func isPure(_ node: Int) -> Bool { parts.nodes[node].isPure }

    /// The node's number: equal ones are one, but those with obligations, each of which has its own.
    private mutating func add(_ kind: Node.Kind, isPure: Bool) -> Int {
        if isPure, let known = nodeNumbers[kind] { return known }
        parts.nodes.append(Node(kind: kind, isPure: isPure))
        let number = parts.nodes.count - 1
        if isPure { nodeNumbers[kind] = number }
        return number
    }

    private mutating func number(of population: PopulationTest) -> Int {
        if let known = populationNumbers[population] { return known }
        parts.populations.append(population)
        populationNumbers[population] = parts.populations.count - 1
        return parts.populations.count - 1
    }

    private mutating func number(of plan: Repeats, _ population: Population) -> Int32 {
        let compared = PopulationTest(RepeatsTest.compared(plan, for: population))
        // Both the messages and those before them must have been folded.
        parts.textSenders[.folded, default: 0] |= compared.senders | PopulationTest(population).senders
        let key = RepeatsKey(plan: plan, population: number(of: compared))
        if let known = repeatsNumbers[key] { return known }
        parts.repeats.append(
            RepeatsTest(plan, population: compared, populationNumber: key.population, table: table))
        repeatsNumbers[key] = Int32(parts.repeats.count - 1)
        return Int32(parts.repeats.count - 1)
    }

    private mutating func number(of promise: Promise?) -> Int32 {
        guard let promise else { return -1 }
        parts.promises.append(PromiseTest(promise, table: table))
        return Int32(parts.promises.count - 1)
    }

    private mutating func compile(_ text: TextCondition, senders: UInt8) -> TextNode {
        func note(_ level: TextLevel) { parts.textSenders[level, default: 0] |= senders }
        switch text.kind {
        case .keywords(let keywords):
            note(TextLevel(keywords.fold))
            return .leaf(look(for: leaf(keywords), senders))
        case .regex(let regex):
            note(TextLevel(regex.fold))
            return .leaf(look(for: leaf(regex), senders))
        case .equals(let condition):
            note(TextLevel(condition.fold))
            let level = condition.fold == .exact ? TextLevel.exact : .folded
            if condition.texts.contains(where: { table.folded($0, level: level).isEmpty }) {
                diagnostics.append(
                    Diagnostic(
                        .badValue,
                        Phrase(
                            "nothing of one of these texts is left once it is folded: every empty message would be it",
                            "其中一句折叠后什么也不剩：每条空消息都会等于它"),
                        help: Phrase("remove it", "请删掉它"), at: text.place))
            }
            return .leaf(look(for: leaf(condition), senders))
        case .entity(let condition):
            note(.folded)
            return .leaf(leaf(condition))
        case .similar(let condition):
            note(.folded)
            return .leaf(leaf(condition))
        case .length(let minimum, let maximum):
            note(.folded)
            return .length(minimum: minimum ?? 0, maximum: maximum ?? .max)
        case .all(let parts), .any(let parts):
            if parts.count == 1 { return compile(parts[0], senders: senders) }
            let compiled = parts.map { compile($0, senders: senders) }
            if case .all = text.kind { return .all(texts(compiled)) }
            return .any(texts(compiled))
        case .not(let part): return negation(of: part, senders: senders)
        case .unless(let part, let exceptions):
            let compiled =
                [compile(part, senders: senders)] + exceptions.map { negation(of: $0, senders: senders) }
            return .all(texts(compiled))
        }
    }

    private mutating func negation(of text: TextCondition, senders: UInt8) -> TextNode {
        let inner = compile(text, senders: senders)
        return .not(texts([inner]))
    }

    /// Has the scanner look for a leaf in the messages of these senders.
    private mutating func look(for leaf: Int, _ senders: UInt8) -> Int {
        for side in Lane.Side.allCases where side.senders & senders != 0 {
            for atom in parts.leaves[leaf].atoms.joined() { patterns.look(for: atom, in: side) }
        }
        return leaf
    }

    private mutating func leaf(_ regex: RegexCondition) -> Int {
        let key = LeafKey.regex(regex.pattern, regex.except, regex.fold)
        if let known = leafNumbers[key] {
            // What is wrong with it is wrong wherever it stands.
            if refused.contains(known) { check(regex) }
            return known
        }
        let before = diagnostics.count
        let (found, except) = check(regex)
        if diagnostics.count > before { refused.insert(parts.leaves.count) }
        guard let (pattern, spans) = found else { return add(RuleCompiler.nothing, key: key) }
        let atoms = atoms(of: pattern, at: regex.patternPlace)
        let isScanned = pattern.factors.isEmpty && !pattern.isAnchored || pattern.isLiteral
        return add(
            TextLeaf(
                kind: .regex(
                    RegexMatcher(pattern: pattern, spans: spans, except: except?.spans, isScanned: isScanned)),
                level: pattern.level, atoms: atoms, needsVerification: !isScanned || except != nil,
                isInverted: false),
            key: key)
    }

    /// Stands for a leaf that was refused: the diagnostics keep it from ever being run.
    private static let nothing = TextLeaf(
        kind: .keywords(KeywordMatcher()), level: .folded, atoms: [],
        needsVerification: false, isInverted: false)

    mutating func add(_ leaf: TextLeaf, key: LeafKey) -> Int {
        parts.leaves.append(leaf)
        leafNumbers[key] = parts.leaves.count - 1
        return parts.leaves.count - 1
    }
}
