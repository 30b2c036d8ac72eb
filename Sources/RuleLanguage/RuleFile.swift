import ConversationModel
import Diagnostics

/// The rules of one file and everything that is wrong with it.
///
/// A `.json` file holds one rule or a list of rules; a `.ndjson` or `.jsonl` file one rule a line,
/// where blank lines are skipped and a broken line does not cost the others. In a `.json` file named
/// conditions and word lists may stand where a rule may; the rules of the file may use them. So may schemes
/// and a formula of scores, which are read where all rules are known.
public struct RuleFile: Sendable {
    public let source: SourceFile
    /// In the order of the file, those without an error.
    public let rules: [Rule]
    /// Sorted by place.
    public let diagnostics: [Diagnostic]

    /// Reads `source`. O(bytes + what is put in for names).
    ///
    /// - Parameter overrides: values of parameters that replace the defaults.
    public init(_ source: SourceFile, overrides: [RuleID: [String: Parameter.Value]] = [:]) {
        var readings = [RuleFileReading(source, overrides: overrides)]
        readings.read()
        self.source = source
        rules = readings[0].rules
        diagnostics = readings[0].allDiagnostics
    }
}

/// The state of reading one file: first its JSON, then the names that it defines, then its rules.
struct RuleFileReading {
    let source: SourceFile
    var decoder: RuleDecoder
    private(set) var rules: [Rule] = []
    private var faults: [Diagnostic] = []
    private let isList: Bool
    /// Rules and blocks of names, in the order of the file.
    private var entries: [JSONValue] = []
    private var schemeBlocks: [JSONValue] = []
    private var scoringBlocks: [JSONValue] = []
    private var isRefused = false

    init(_ source: SourceFile, overrides: [RuleID: [String: Parameter.Value]]) {
        let path = source.path.lowercased()
        isList = path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl")
        self.source = source
        decoder = RuleDecoder(path: source.path, overrides: overrides, asksForExamples: !isList)
    }

    /// The definitions of the file; `file` is its number in the run.
    mutating func definitions(file: Int) -> [SharedDefinition] {
        open()
        schemeBlocks = entries.filter(RuleDecoder.isSchemes)
        entries.removeAll(where: RuleDecoder.isSchemes)
        scoringBlocks = entries.filter(RuleDecoder.isScoring)
        entries.removeAll(where: RuleDecoder.isScoring)
        let blocks = entries.filter(RuleDecoder.isShared)
        entries.removeAll(where: RuleDecoder.isShared)
        return blocks.flatMap { decoder.sharedDefinitions($0, file: file) }
    }

    /// Decodes the rules. Lists of rules are large: their lines are not all kept in memory.
    mutating func readRules() {
        if isList, !isRefused { readLines() }
        for entry in entries { decode(entry) }
        entries = []
    }

    /// Decodes the schemes of the file, which choose from `rules`.
    mutating func schemes(_ rules: [RuleID: Rule]) -> [Scheme] {
        schemeBlocks.flatMap { decoder.schemes($0, rules: rules) }
    }

    /// The formulas of scores in the file, with the places of those that are sound.
    mutating func scoring(_ rules: [RuleID: Rule]) -> [(formula: ScoreFormula, place: Place)] {
        scoringBlocks.compactMap { block in
            decoder.scoring(block, rules: rules).map { ($0, Place(path: source.path, range: block.range)) }
        }
    }

    /// Whether something in the file is no JSON, or no rules.
    var hasFaults: Bool { !faults.isEmpty }

    /// Whether there are schemes or formulas in the file, which need the rules of all files.
    var needsRules: Bool { !schemeBlocks.isEmpty || !scoringBlocks.isEmpty }

    private mutating func open() {
        let limit = isList ? RuleLimits.listFileBytes : RuleLimits.fileBytes
        var fault: JSONFault?
        if source.bytes.count > limit {
            fault = JSONFault(
                code: .limit,
                message: Phrase(
                    "the file has \(source.bytes.count) bytes; at most \(limit)",
                    "文件有 \(source.bytes.count) 字节，最多 \(limit)"),
                range: SourceRange(0, 0))
        } else {
            fault = JSONReader.firstFault(inUTF8: source.bytes)
        }
        if let fault {
            fail(fault)
            isRefused = true
        } else if !isList {
            readDocument()
        }
    }

    private mutating func readDocument() {
        do throws(JSONFault) {
            var reader = JSONReader(source.bytes)
            let value = try reader.document()
            guard case .array(let elements) = value.content else {
                entries = [value]
                return
            }
            if elements.isEmpty {
                fail(
                    JSONFault(
                        code: .emptyList, message: Phrase("a list without rules", "规则列表是空的"),
                        range: value.range))
            }
            entries = elements
        } catch {
            fail(error)
        }
    }

    private mutating func readLines() {
        let pieces = source.bytes.piecesOfLines(ofBytes: 1 << 16)
        let reading = self
        let readings = readSideBySide(pieces.count) { number in
            reading.sound { $0.readLines(pieces[number]) }
        }
        guard let readings, adopt(readings) else { return readLines(0..<source.bytes.count) }
    }

    /// What `work` comes to on a copy of this state; nil where it finds something wrong.
    func sound(_ work: (inout RuleFileReading) -> Void) -> SoundReading? {
        var copy = self
        work(&copy)
        guard copy.faults.count == faults.count, copy.decoder.diagnostics.count == decoder.diagnostics.count else {
            return nil
        }
        return SoundReading(
            rules: Array(copy.rules.dropFirst(rules.count)), used: copy.decoder.names.used,
            splicedBytes: copy.decoder.names.splicedBytes - decoder.names.splicedBytes)
    }

    /// Takes over what was read of all that this file still holds; false: it would be too much.
    mutating func adopt(_ readings: [SoundReading]) -> Bool {
        guard decoder.names.take(readings) else { return false }
        for reading in readings { rules += reading.rules }
        entries = []
        return true
    }

    private mutating func readLines(_ range: Range<Int>) {
        var start = range.lowerBound
        let bytes = source.bytes
        while start < range.upperBound {
            var end = start
            var isBlank = true
            while end < range.upperBound, bytes[end] != 0x0A {
                if bytes[end] != 0x20, bytes[end] != 0x09, bytes[end] != 0x0D {
                    isBlank = false
                }
                end += 1
            }
            if !isBlank, faults.count < RuleLimits.diagnosticsPerFile {
                do throws(JSONFault) {
                    var reader = JSONReader(bytes, range: start..<end)
                    decode(try reader.document())
                } catch {
                    fail(error)
                }
            }
            start = end + 1
        }
    }

    private mutating func decode(_ value: JSONValue) {
        if let rule = decoder.rule(from: value) { rules.append(rule) }
    }

    private mutating func fail(_ fault: JSONFault) {
        faults.append(fault.diagnostic(path: source.path))
    }

    /// Sorted, with a note where some were left out.
    var allDiagnostics: [Diagnostic] {
        let limit = RuleLimits.diagnosticsPerFile
        let all = (faults + decoder.diagnostics).sorted(by: Diagnostic.precedes)
        guard decoder.isFull || faults.count >= limit else { return all }
        let end = source.bytes.count
        return all + [
            Diagnostic(
                .limit, severity: .warning,
                Phrase(
                    "more than \(limit) problems in this file; the rest is not shown",
                    "这个文件的问题超过 \(limit) 个，其余不再列出"),
                at: Place(path: source.path, range: SourceRange(end, end)))
        ]
    }
}
