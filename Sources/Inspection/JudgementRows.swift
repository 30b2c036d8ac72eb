import ConversationModel
import Evaluation

/// The rows of an evaluator's last judgement, borrowed: reading them retains nothing.
struct JudgementRows {
    let parts: UnsafeBufferPointer<Judgement.Part>
    let units: UnsafeBufferPointer<Judgement.Unit>
    let ruleUnits: UnsafeBufferPointer<Judgement.RuleUnit>
    let classUnits: UnsafeBufferPointer<Judgement.ClassUnit>
    let exposures: UnsafeBufferPointer<Judgement.Exposure>
    let findings: UnsafeBufferPointer<Judgement.FindingRecord>
    let evidence: UnsafeBufferPointer<Judgement.EvidenceRecord>
    let spans: UnsafeBufferPointer<Span>
    let procedures: UnsafeBufferPointer<Judgement.ProcedureRecord>
}

extension Evaluator {
    /// Lends the rows of the last judgement; `body` must not judge.
    @inline(__always)
    func withRows(_ body: (JudgementRows) -> Void) {
        judgement.parts.withUnsafeBufferPointer { parts in
            judgement.units.withUnsafeBufferPointer { units in
                judgement.ruleUnits.withUnsafeBufferPointer { ruleUnits in
                    judgement.classUnits.withUnsafeBufferPointer { classUnits in
                        judgement.procedures.withUnsafeBufferPointer { procedures in
                            withFindings { exposures, findings, evidence, spans in
                                body(
                                    JudgementRows(
                                        parts: parts, units: units, ruleUnits: ruleUnits, classUnits: classUnits,
                                        exposures: exposures, findings: findings, evidence: evidence, spans: spans,
                                        procedures: procedures))
                            }
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private func withFindings(
        _ body: (
            UnsafeBufferPointer<Judgement.Exposure>, UnsafeBufferPointer<Judgement.FindingRecord>,
            UnsafeBufferPointer<Judgement.EvidenceRecord>, UnsafeBufferPointer<Span>
        ) -> Void
    ) {
        judgement.exposures.withUnsafeBufferPointer { exposures in
            judgement.findings.withUnsafeBufferPointer { findings in
                judgement.evidence.withUnsafeBufferPointer { evidence in
                    judgement.spans.withUnsafeBufferPointer { spans in body(exposures, findings, evidence, spans) }
                }
            }
        }
    }
}

extension JudgementRows {
    /// Where the rows of a part stand among some that ascend by their parts, as all do. O(log *n*): a record may have
    /// hundreds of thousands of parts.
    func range<Rows: RandomAccessCollection>(
        of part: Int, in rows: Rows, _ partOf: (Rows.Element) -> Int32
    ) -> Range<Int> where Rows.Index == Int {
        func first(notBefore part: Int) -> Int { rows.partitioningIndex { Int(partOf($0)) >= part } }
        return first(notBefore: part)..<first(notBefore: part + 1)
    }

    /// The rows with the outcomes of one part; units and findings keep their places.
    func ofPart(_ part: Int) -> JudgementRows {
        if parts.count == 1 { return self }
        func stretch<Row>(_ rows: UnsafeBufferPointer<Row>, _ unit: (Row) -> Int32) -> UnsafeBufferPointer<Row> {
            UnsafeBufferPointer(rebasing: rows[range(of: part, in: rows) { units[Int(unit($0))].part }])
        }
        return JudgementRows(
            parts: parts, units: units, ruleUnits: stretch(ruleUnits, \.unit), classUnits: stretch(classUnits, \.unit),
            exposures: exposures, findings: findings, evidence: evidence, spans: spans,
            procedures: stretch(procedures, \.unit))
    }
}
