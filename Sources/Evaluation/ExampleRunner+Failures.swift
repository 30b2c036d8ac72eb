import ConversationModel
import Diagnostics
import RuleLanguage

extension ExampleRunner {
    /// What a rule said of one unit of the example.
    private struct UnitOutcome {
        var outcome: Outcome
        var reasons: UnknownReasons
    }

    /// Why the conversation that was judged last does not keep its promise; nil where it does.
    func failure(of trial: Trial, _ row: ConversationRow) -> Diagnostic? {
        let outcomes = outcomes(of: trial.rule)
        let hits = outcomes.count { $0.outcome == .hit }
        let undecided = outcomes.first { $0.outcome == .notEvaluated }
        switch trial.promise {
        case .hit:
            if hits == 0 {
                return undecided.map { undecidedDiagnostic(trial, $0.reasons) } ?? missed(trial, row)
            }
            guard trial.variant == nil, let marks = trial.example.marks else { return nil }
            return wrongSpans(trial, row, expected: marks)
        case .clean:
            if hits > 0 { return hitDiagnostic(trial, row) }
            return undecided.map { undecidedDiagnostic(trial, $0.reasons) }
        case .notApplicable:
            if hits > 0 { return hitDiagnostic(trial, row) }
            if let undecided { return undecidedDiagnostic(trial, undecided.reasons) }
            return outcomes.contains { $0.outcome == .clean } ? applicable(trial) : nil
        }
    }

    /// What a kept promise of the conversation that was judged last does not show; nil where it shows it.
    ///
    /// Only of rules with `appliesTo`: where there is no duty, or nobody spoke, an example is clean in plain words.
    func warning(of trial: Trial, _ row: ConversationRow) -> Diagnostic? {
        guard trial.promise == .clean, trial.variant == nil, rules[trial.rule].appliesTo != nil else { return nil }
        let outcomes = outcomes(of: trial.rule)
        guard !outcomes.isEmpty, outcomes.allSatisfy({ $0.outcome == .notApplicable }) else { return nil }
        if meetsAppliesTo(trial, row) {
            let reason = evaluator.reason(rules[trial.rule], of: row)
            return Diagnostic(
                .exampleNotApplicable, severity: .warning,
                Phrase(
                    "the example of 'clean' is not judged, though it meets 'appliesTo': \(reason.english)",
                    "“clean” 的示例满足 appliesTo，但没有可判定的内容：\(reason.chinese)"),
                help: Phrase(
                    "move it to \"notApplicable\", or let it have what 'when' judges, such as the trigger of a duty",
                    "请移到 \"notApplicable\"，或写上 when 要判定的内容，例如义务的触发"),
                at: trial.example.place)
        }
        return Diagnostic(
            .exampleNotApplicable, severity: .warning,
            Phrase(
                "the example of 'clean' is not judged at all: the rule does not apply to it",
                "“clean” 的示例不适用该规则，没有参与判定"),
            help: Phrase(
                "move it to \"notApplicable\", or let it meet 'appliesTo'", "请移到 \"notApplicable\"，或让它满足 appliesTo"),
            at: trial.example.place)
    }

    /// Whether the conversation that was judged last keeps its promise: `failure` without its words.
    func isKept(_ trial: Trial, _ row: ConversationRow) -> Bool {
        let outcomes = outcomes(of: trial.rule).map(\.outcome)
        switch trial.promise {
        case .hit:
            guard outcomes.contains(.hit) else { return false }
            guard trial.variant == nil, let marks = trial.example.marks else { return true }
            return spans(of: trial.rule, row) == marks
        case .clean: return !outcomes.contains(.hit) && !outcomes.contains(.notEvaluated)
        case .notApplicable: return outcomes.allSatisfy { $0 == .notApplicable }
        }
    }

    /// Whether the rule hits the conversation that was judged last.
    func isHit(_ rule: Int) -> Bool { outcomes(of: rule).contains { $0.outcome == .hit } }

    /// The rule's outcome on each of its units, in their order; units that it slept through as well.
    private func outcomes(of rule: Int) -> [UnitOutcome] {
        let judgement = evaluator.judgement
        let isStay = rules[rule].unit == .stay
        let exposureClass = Int32(evaluator.rules.classOfRule[rule])
        return judgement.units.indices.compactMap { number in
            guard (judgement.units[number].agent != OwnerNumber.none) == isStay else { return nil }
            if let found = judgement.ruleUnits.first(where: {
                $0.rule == rule && $0.unit == number
            }) {
                return UnitOutcome(outcome: found.outcome, reasons: found.reasons)
            }
            let isExposed = judgement.classUnits.contains {
                $0.exposureClass == exposureClass && $0.unit == number && !$0.exposures.isEmpty
            }
            return UnitOutcome(outcome: isExposed ? .clean : .notApplicable, reasons: [])
        }
    }

    /// Whether the rule applies to a unit of the conversation that was judged last. Explaining judges anew.
    private func meetsAppliesTo(_ trial: Trial, _ row: ConversationRow) -> Bool {
        evaluator.explain(rules[trial.rule], of: row).contains { $0.appliesTo?.truth == .isTrue }
    }

    // MARK: Diagnostics

    private func missed(_ trial: Trial, _ row: ConversationRow) -> Diagnostic {
        let advice = missedReport(of: trial) ?? timePolicy(for: trial)
        // Explaining judges anew.
        let reason = evaluator.reason(rules[trial.rule], of: row)
        if rules[trial.rule].appliesTo != nil, !meetsAppliesTo(trial, row) {
            return Diagnostic(
                .exampleMissed,
                Phrase(
                    "\(name(trial).english) does not hit: the rule does not apply to it, 'appliesTo': \(reason.english)",
                    "\(name(trial).chinese)没有命中：不适用该规则，appliesTo：\(reason.chinese)"),
                help: help(
                    trial,
                    advice
                        ?? Phrase(
                            "let it meet 'appliesTo', or move it to \"notApplicable\"",
                            "请让它满足 appliesTo，或移到 \"notApplicable\"")),
                at: trial.example.place)
        }
        return Diagnostic(
            .exampleMissed,
            Phrase(
                "\(name(trial).english) does not hit: \(reason.english)",
                "\(name(trial).chinese)没有命中：\(reason.chinese)"),
            help: help(
                trial, advice ?? Phrase("widen the rule, or move the example", "请放宽规则，或移动示例")),
            at: trial.example.place)
    }

    private func hitDiagnostic(_ trial: Trial, _ row: ConversationRow) -> Diagnostic {
        let shown = shown(trial, row)
        let list = trial.promise == .clean ? "clean" : "notApplicable"
        return Diagnostic(
            .exampleHit,
            Phrase(
                "\(name(trial).english) of '\(list)' hits: \(shown)",
                "“\(list)” 的\(name(trial).chinese)命中了：\(shown)"),
            help: help(
                trial,
                missedReport(of: trial) ?? openingHours(for: trial)
                    ?? Phrase(
                        "narrow the rule ('allow', 'unless', 'except'), or move the example",
                        "请用 allow、unless 或 except 收窄规则，或移动示例")),
            at: trial.example.place)
    }

    private func applicable(_ trial: Trial) -> Diagnostic {
        Diagnostic(
            .exampleApplicable,
            Phrase(
                "\(name(trial).english) of 'notApplicable' is judged, and clean",
                "“notApplicable” 的\(name(trial).chinese)适用该规则，结论是未命中"),
            help: help(
                trial,
                Phrase(
                    "narrow 'appliesTo', or move the example to 'clean'",
                    "请收窄 appliesTo，或把示例移到 clean")),
            at: trial.example.place)
    }

    private func undecidedDiagnostic(_ trial: Trial, _ reasons: UnknownReasons) -> Diagnostic {
        let names = reasons.names.joined(separator: ", ")
        let advice =
            reasons.contains(.noFact)
            ? Phrase(
                "state what is known before its messages: {\"facts\": { … }}",
                "请在示例的消息之前写明已知的事实：{\"facts\": { … }}")
            : Phrase("let the example go on, or end it with 'close'", "请把示例写完整，或用 close 结束")
        return Diagnostic(
            .exampleUndecided,
            Phrase(
                "\(name(trial).english) cannot be decided: \(names)",
                "\(name(trial).chinese)无法判定：\(names)"),
            help: help(trial, advice),
            at: trial.example.place)
    }

    private func wrongSpans(
        _ trial: Trial, _ row: ConversationRow, expected: [Int: [Span]]
    ) -> Diagnostic? {
        let found = spans(of: trial.rule, row)
        guard found != expected else { return nil }
        let (wanted, shown) = (
            marked(trial.conversation, expected), marked(trial.conversation, found)
        )
        return Diagnostic(
            .exampleSpans,
            Phrase(
                "the example hits, but marks \(shown) instead of \(wanted)",
                "示例命中了，但命中片段是 \(shown)，而不是 \(wanted)"),
            help: Phrase("mark exactly what the rule matches", "请标出规则实际命中的片段"),
            at: trial.example.place)
    }

    /// United spans of the rule's hits by message.
    private func spans(of rule: Int, _ row: ConversationRow) -> [Int: [Span]] {
        var found: [Int: [Span]] = [:]
        for (index, record) in evaluator.judgement.findings.enumerated()
        where record.rule == rule && record.outcome == .hit {
            for evidence in evaluator.finding(index, conversation: row).evidence
            where !evidence.spans.isEmpty {
                found[evidence.message, default: []] += evidence.spans
            }
        }
        return found.mapValues { Span.union($0) }
    }

    // MARK: Words

    private func name(_ trial: Trial) -> Phrase {
        switch trial.variant {
        case nil: Phrase("the example", "示例")
        case .emoji: Phrase("the example behind an emoji", "前面加表情的示例")
        case .fullWidth: Phrase("the example in full width", "全角写法的示例")
        case .traditional: Phrase("the example in traditional characters", "繁体写法的示例")
        case .zeroWidth: Phrase("the example with zero-width characters", "夹有零宽字符的示例")
        }
    }

    private func help(_ trial: Trial, _ help: Phrase) -> Phrase {
        guard let variant = trial.variant?.rawValue else { return help }
        return Phrase(
            "\(help.english); \"withoutVariants\": [\"\(variant)\"] leaves this variant out",
            "\(help.chinese)；\"withoutVariants\": [\"\(variant)\"] 可不测这种写法")
    }

    /// A negative rule that reports those who answered is most likely one that forgot to say otherwise.
    private func missedReport(of trial: Trial) -> Phrase? {
        let rule = rules[trial.rule]
        guard rule.polarity == .negative, rule.when.reportsMetDuty else { return nil }
        return Phrase(
            "a duty reports who met it: did you leave out \"report\": \"missed\"?",
            "时限要求默认报告做到的（met）：是否漏了 \"report\": \"missed\"？")
    }

    /// A rule of opening hours that is tried without any.
    private func openingHours(for trial: Trial) -> Phrase? {
        guard rules[trial.rule].asksForHours, evaluator.rules.policy.openHours.isEmpty else { return nil }
        return Phrase(
            "the rule asks for opening hours, and without a time policy every hour is open: give one with --policy",
            "规则要看营业时间，而没有时间策略就随时都算营业：请用 --policy 给出")
    }

    /// What the time policy lacks for the example: hours, or a conversation as long as the duty.
    private func timePolicy(for trial: Trial) -> Phrase? {
        if let hours = openingHours(for: trial) { return hours }
        let closeAfter = evaluator.rules.policy.closeAfter
        guard rules[trial.rule].when.hasDuty(beyond: closeAfter),
            outcomes(of: trial.rule).allSatisfy({ $0.outcome == .notApplicable })
        else { return nil }
        return Phrase(
            "a duty that ends after its conversation is void, and silence of \(DurationText.text(closeAfter)) ends it: "
                + "give a longer --close-after, or let the example say when it closes: {\"close\": \"2h\"}",
            "会话结束时还没有到时限的义务不计，而沉默 \(DurationText.text(closeAfter)) 会话就结束："
                + "请用 --close-after 延长，或在示例里写明何时结束：{\"close\": \"2h\"}")
    }

    /// What was hit: the spans where there are any, else the messages as a whole, by their numbers.
    private func shown(_ trial: Trial, _ row: ConversationRow) -> String {
        let spans = spans(of: trial.rule, row)
        guard spans.isEmpty else { return marked(trial.conversation, spans) }
        var messages: Set<Int> = []
        for (index, record) in evaluator.judgement.findings.enumerated()
        where record.rule == trial.rule && record.outcome == .hit {
            let finding = evaluator.finding(index, conversation: row)
            if let anchor = finding.anchor ?? finding.evidence.first?.message { messages.insert(anchor) }
        }
        let known = messages.sorted().filter { trial.conversation.messages.indices.contains($0) }
        if known.isEmpty { return marked(trial.conversation, [:]) }
        return known.prefix(3).map { "#\($0) " + quoted(trial.conversation, $0) }.joined(separator: " ")
            + (known.count > 3 ? " …" : "")
    }

    /// The messages that have spans, with ⟦ ⟧ around them; those without any where none has.
    private func marked(_ conversation: Conversation, _ spans: [Int: [Span]]) -> String {
        if spans.isEmpty { return conversation.messages.count == 1 ? quoted(conversation, 0) : "…" }
        return spans.keys.sorted().map { index in
            guard conversation.messages.indices.contains(index) else { return "" }
            let bytes = Array(conversation.messages[index].text.utf8)
            var text = ""
            var from = 0
            for span in spans[index] ?? [] where span.start >= from && span.end <= bytes.count {
                text += String(decoding: bytes[from..<span.start], as: UTF8.self)
                text += "⟦" + String(decoding: bytes[span.start..<span.end], as: UTF8.self) + "⟧"
                from = span.end
            }
            text += String(decoding: bytes[from...], as: UTF8.self)
            return "“\(text)”"
        }.joined(separator: " ")
    }

    private func quoted(_ conversation: Conversation, _ index: Int) -> String {
        "“\(conversation.messages[index].text)”"
    }
}
