import ConversationModel
import Diagnostics

/// The rules of one file and everything that is wrong with it.
///
/// A `.json` file holds one rule or a list of rules; a `.ndjson` or `.jsonl` file one rule a line,
/// where blank lines are skipped and a broken line does not cost the others.
public struct RuleFile: Sendable {
    public let source: SourceFile
    /// In the order of the file, those without an error.
    public let rules: [Rule]
    /// Sorted by place.
    public let diagnostics: [Diagnostic]

    /// Reads `source`. O(bytes).
    ///
    /// - Parameter overrides: values of parameters that replace the defaults.
    public init(_ source: SourceFile, overrides: [RuleID: [String: Parameter.Value]] = [:]) {
        let path = source.path.lowercased()
        let isList = path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl")
        var reading = Reading(
            source: source,
            decoder: RuleDecoder(
                path: source.path, overrides: overrides, asksForExamples: !isList))
        reading.read(isList: isList)
        self.source = source
        rules = reading.rules
        diagnostics = reading.allDiagnostics
    }

    /// The state of reading one file.
    private struct Reading {
        let source: SourceFile
        var decoder: RuleDecoder
        var rules: [Rule] = []
        var faults: [Diagnostic] = []

        mutating func read(isList: Bool) {
            let limit = isList ? RuleLimits.listFileBytes : RuleLimits.fileBytes
            if source.bytes.count > limit {
                fail(
                    JSONFault(
                        code: .limit,
                        message: Phrase(
                            "the file has \(source.bytes.count) bytes; at most \(limit)",
                            "文件有 \(source.bytes.count) 字节，最多 \(limit)"),
                        range: SourceRange(0, 0)))
            } else if let fault = JSONReader.firstFault(inUTF8: source.bytes) {
                fail(fault)
            } else if isList {
                readLines()
            } else {
                readDocument()
            }
        }

        private mutating func readDocument() {
            do throws(JSONFault) {
                var reader = JSONReader(source.bytes)
                let value = try reader.document()
                guard case .array(let elements) = value.content else {
                    decode(value)
                    return
                }
                if elements.isEmpty {
                    fail(
                        JSONFault(
                            code: .emptyList,
                            message: Phrase("a list without rules", "规则列表是空的"),
                            range: value.range))
                }
                for element in elements { decode(element) }
            } catch {
                fail(error)
            }
        }

        private mutating func readLines() {
            var start = 0
            let bytes = source.bytes
            while start < bytes.count {
                var end = start
                var isBlank = true
                while end < bytes.count, bytes[end] != 0x0A {
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
}
