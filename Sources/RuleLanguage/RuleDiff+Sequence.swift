/// Steps side by side: those of one name are entered, others are new or gone.
extension RuleWalk {
    mutating func sequence(_ path: String, _ old: StepSequence, _ new: StepSequence) {
        let names = Set(new.steps.map(\.name))
        for (place, step) in old.steps.enumerated() where !names.contains(step.name) {
            value("\(path).steps[\(place + 1)]", RuleText.step(step), nil)
        }
        var kept: [Int] = []
        for (place, step) in new.steps.enumerated() {
            let here = "\(path).steps[\(place + 1)]"
            guard let other = old.steps.firstIndex(where: { $0.name == step.name }) else {
                value(here, nil, RuleText.step(step))
                continue
            }
            kept.append(other)
            self.step(here, old.steps[other], step)
        }
        if zip(kept, kept.dropFirst()).contains(where: { $0 > $1 }) {
            // Of a procedure the order is the meaning.
            let before = kept.sorted().map { old.steps[$0].name }
            value("\(path).steps", .strings(before), .strings(kept.map { old.steps[$0].name }))
        }
    }

    private mutating func step(_ path: String, _ old: StepSequence.Step, _ new: StepSequence.Step) {
        condition(path, old.condition, new.condition)
        value("\(path).within.time", RuleText.duration(old.time), RuleText.duration(new.time))
        value("\(path).within.earliest", RuleText.duration(old.earliest), RuleText.duration(new.earliest))
        value("\(path).within.messages", old.messages.map(RuleText.number), new.messages.map(RuleText.number))
        value("\(path).optional", old.isOptional ? .bool(true) : nil, new.isOptional ? .bool(true) : nil)
        value("\(path).sameMessage", old.sharesMessage ? .bool(true) : nil, new.sharesMessage ? .bool(true) : nil)
    }
}
