import Foundation
import Testing

@testable import RuleLanguage

/// The schema for editors says what the decoder takes; where they name keys, they name the same.
@Suite struct RuleSchemaTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("schema/rule.schema.json").path

    private func member(_ value: JSONValue?, _ key: String) -> JSONValue? {
        guard case .object(let members)? = value?.content else { return nil }
        return members.first { $0.key == key }?.value
    }

    private func properties(_ definition: String) throws -> Set<String> {
        let schema = try JSONReader.read(try bytes(at: Self.path))
        let properties = member(member(member(schema, "$defs"), definition), "properties")
        guard case .object(let members)? = properties?.content else { return [] }
        return Set(members.map(\.key))
    }

    @Test func namesTheKeysOfTheDecoder() throws {
        let condition = RuleDecoder.operators + RuleDecoder.expectationKeys + ["unless", "subject"]
        #expect(try properties("rule") == Set(RuleDecoder.ruleKeys))
        #expect(try properties("condition") == Set(condition))
        #expect(
            try properties("message") == Set(RuleDecoder.messageKeys + RuleDecoder.textKeys))
        #expect(try properties("textCondition") == Set(RuleDecoder.textKeys))
        #expect(try properties("schemes") == Set(RuleDecoder.schemeFileKeys))
        #expect(try properties("scheme") == Set(RuleDecoder.schemeKeys))
        #expect(try properties("scoringFile") == Set(RuleDecoder.scoringFileKeys))
        #expect(try properties("scoring") == Set(RuleDecoder.scoringKeys))
        #expect(try properties("shared") == Set(RuleDecoder.sharedKeys))
        #expect(try properties("exampleMessage").union(["close", "facts"]) == Set(RuleDecoder.exampleKeys))
    }

    @Test func explainsEveryDefinitionInChinese() throws {
        let schema = try JSONReader.read(try bytes(at: Self.path))
        guard case .object(let definitions)? = member(schema, "$defs")?.content else {
            Issue.record("no definitions")
            return
        }
        for definition in definitions {
            guard case .string(let text)? = member(definition.value, "description")?.content,
                case .string? = member(definition.value, "title")?.content
            else {
                Issue.record("\(definition.key) has no title or description")
                continue
            }
            let hasHan = text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
            #expect(hasHan, "\(definition.key)")
        }
    }

    /// Whatever the goldens show only warnings for is a rule.
    @Test func loadsTheGoldensThatHaveNoError() throws {
        var loaded = 0
        for name in DiagnosticGoldenTests.names {
            let path = DiagnosticGoldenTests.folder + "/" + name
            let printed = String(decoding: try bytes(at: path + ".out.txt"), as: UTF8.self)
            let content = String(decoding: try bytes(at: path + ".in.json"), as: UTF8.self)
            guard !printed.contains("error[") else { continue }
            #expect(loadRules(files: [source(content)]).rules.isEmpty == false, "\(name)")
            loaded += 1
        }
        #expect(loaded > 3)
    }
}
