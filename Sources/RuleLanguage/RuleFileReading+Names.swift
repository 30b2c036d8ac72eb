import Diagnostics

/// Everything that files define, and who defines it.
struct SharedDefinitions {
    /// In the order of the files; the first of each name.
    var conditions: [SharedDefinition] = []
    var lists: [SharedDefinition] = []
    /// What each definition names.
    var uses: [SharedDefinition.Kind: [String: NameUses]] = [:]
}

extension [RuleFileReading] {
    /// Reads the files: their JSON, then the names that they define, then their rules.
    ///
    /// - Parameter namesOnly: how many files, from the first, are read for their names alone.
    /// - Returns: what the files define, and what of it rules use.
    @discardableResult
    mutating func read(namesOnly: Int = 0) -> (defined: SharedDefinitions, used: NameUses) {
        var names = SharedNames()
        var defined = collect(&names)
        resolve(&defined, &names)
        if !readSound(indices.dropFirst(namesOnly), &names) {
            for index in indices.dropFirst(namesOnly) {
                lend(&names, to: index) { $0.readRules() }
            }
        }
        return (defined, names.used)
    }

    /// Reads the rules of files side by side; false, and nothing is read, where something in them is wrong.
    private mutating func readSound(_ numbers: Range<Int>, _ names: inout SharedNames) -> Bool {
        let files = self
        let known = names
        let readings = readSideBySide(numbers.count) { number in
            var file = files[numbers.lowerBound + number]
            file.decoder.names = known
            return file.sound { $0.readRules() }
        }
        guard let readings, names.take(readings) else { return false }
        for (index, reading) in zip(numbers, readings) {
            lend(&names, to: index) { file in
                // Counted above.
                _ = file.adopt([SoundReading(rules: reading.rules, used: NameUses(), splicedBytes: 0)])
            }
        }
        return true
    }

    /// Has `work` done by a file that knows `names`, without a copy of them.
    private mutating func lend<Result>(
        _ names: inout SharedNames, to index: Int, _ work: (inout RuleFileReading) -> Result
    ) -> Result {
        swap(&names, &self[index].decoder.names)
        defer { swap(&names, &self[index].decoder.names) }
        return work(&self[index])
    }

    private mutating func collect(_ names: inout SharedNames) -> SharedDefinitions {
        var defined = SharedDefinitions()
        var first: [SharedDefinition.Kind: [String: SharedDefinition]] = [:]
        for index in indices {
            for definition in self[index].definitions(file: index) {
                if let earlier = first[definition.kind]?[definition.name] {
                    diagnoseDuplicate(definition, of: earlier)
                    continue
                }
                first[definition.kind, default: [:]][definition.name] = definition
                switch definition.kind {
                case .condition:
                    defined.conditions.append(definition)
                    names.declared.conditions.insert(definition.name)
                case .list:
                    defined.lists.append(definition)
                    names.declared.lists.insert(definition.name)
                }
            }
        }
        names.conditionNames = names.declared.conditions.sorted()
        names.listNames = names.declared.lists.sorted()
        return defined
    }

    private mutating func diagnoseDuplicate(
        _ definition: SharedDefinition, of earlier: SharedDefinition
    ) {
        let source = self[earlier.file].source
        let line = source.lineNumber(of: earlier.member.keyRange.start)
        let there = "\(source.path):\(line)"
        let title = definition.kind.title
        self[definition.file].decoder.diagnose(
            .duplicateName, definition.member.keyRange,
            Phrase(
                "\(title.english) '\(definition.name)' is already defined at \(there)",
                "\(title.chinese) “\(definition.name)” 已在 \(there) 定义"),
            help: Phrase("give one of them another name", "请给其中一个换个名称"))
    }

    // MARK: Decoding

    /// Word lists first: conditions name them, and they name no conditions.
    private mutating func resolve(_ defined: inout SharedDefinitions, _ names: inout SharedNames) {
        let lists = DefinitionOrder(defined.lists)
        diagnose(lists, defined.lists)
        for number in lists.unresolved {
            names.lists[defined.lists[number].name] = WordList(isBroken: true)
        }
        for number in lists.order {
            let definition = defined.lists[number]
            let (list, uses) = lend(&names, to: definition.file) {
                ($0.decoder.wordList(definition), $0.decoder.uses)
            }
            names.lists[definition.name] = list
            defined.uses[.list, default: [:]][definition.name] = uses
        }
        let conditions = DefinitionOrder(defined.conditions)
        diagnose(conditions, defined.conditions)
        for number in conditions.unresolved {
            names.conditions[defined.conditions[number].name] = NamedCondition()
        }
        for number in conditions.order {
            let definition = defined.conditions[number]
            let (condition, uses) = lend(&names, to: definition.file) {
                ($0.decoder.namedCondition(definition), $0.decoder.uses)
            }
            names.conditions[definition.name] = condition
            defined.uses[.condition, default: [:]][definition.name] = uses
        }
    }

    private mutating func diagnose(_ order: DefinitionOrder, _ definitions: [SharedDefinition]) {
        for cycle in order.cycles {
            guard let first = cycle.first else { continue }
            let definition = definitions[first]
            let next = definitions[cycle.count > 1 ? cycle[1] : first].name
            let range =
                definition.references.first { $0.name == next }?.range ?? definition.member.keyRange
            var chain = (cycle + [first]).map { definitions[$0].name }
            if chain.count > 10 { chain = chain.prefix(8) + ["…", definition.name] }
            let shown = chain.joined(separator: " → ")
            let title = definition.kind.title
            self[definition.file].decoder.diagnose(
                .cyclicName, range,
                Phrase(
                    "\(title.english) '\(definition.name)' contains itself: \(shown)",
                    "\(title.chinese) “\(definition.name)” 包含了自己：\(shown)"),
                help: Phrase("break the chain at one of them", "请在其中一处断开"))
        }
    }
}
