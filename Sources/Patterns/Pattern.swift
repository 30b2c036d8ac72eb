import ChineseText
import Diagnostics

/// A regular expression that was parsed, costed and folded, ready for both engines.
public struct Pattern: Sendable, Hashable {
    /// The level of the text it is matched against.
    public let level: TextLevel
    /// For RE2: leftmost-longest spans.
    let spanSource: String
    /// For the scanner: which messages match.
    let scanSource: String
    /// What every matching text contains: for each factor at least one of its literals, folded UTF-8.
    ///
    /// At most three factors and 256 literals, the most telling factor first. Empty: nothing useful is known.
    public let factors: [[[UInt8]]]
    /// Whether a text that holds a literal of the only factor matches, so that no closer look is needed.
    ///
    /// It says nothing about where: `您+` is the literal `您`, but its spans are longer.
    public let isLiteral: Bool

    /// Whether every match begins where the text does.
    public let isAnchored: Bool
    /// For a pattern that is tied to the beginning: the scalars one of which every text that it matches
    /// begins with, in ranges that ascend. Nil where it is not tied, or where they are very many.
    ///
    /// Such a pattern needs no scan: the first character says whether a text may match.
    public let firstScalars: [ClosedRange<UInt32>]?

    /// Reads `source`; throws why it is refused, with the place inside it.
    public init(_ source: String, level: TextLevel, table: FoldTable) throws(PatternProblem) {
        self.init(try PatternTree.read(source, level: level, table: table), level: level)
    }

    /// Of a tree that was costed and folded.
    init(_ tree: PatternTree, level: TextLevel) {
        self.level = level
        spanSource = PatternPrinter.print(tree)
        scanSource = PatternPrinter.print(PatternPrinter.existence(tree))
        let implied = PatternFactors(tree)
        factors = implied.factors.map(\.strings)
        isLiteral = implied.isLiteral
        isAnchored = tree.isAnchored
        firstScalars = tree.firstScalars
    }

    /// Of what was known of it before.
    init(
        level: TextLevel, spanSource: String, scanSource: String, factors: [[[UInt8]]], isLiteral: Bool,
        isAnchored: Bool, firstScalars: [ClosedRange<UInt32>]?
    ) {
        self.level = level
        self.spanSource = spanSource
        self.scanSource = scanSource
        self.factors = factors
        self.isLiteral = isLiteral
        self.isAnchored = isAnchored
        self.firstScalars = firstScalars
    }

    /// What it matches follows from these two.
    public static func == (a: Pattern, b: Pattern) -> Bool { a.level == b.level && a.spanSource == b.spanSource }

    /// As equality goes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(level)
        hasher.combine(spanSource)
    }
}

extension PatternTree {
    /// Parses, costs and folds; throws why a pattern is refused, with the place inside it.
    static func read(_ source: String, level: TextLevel, table: FoldTable) throws(PatternProblem) -> PatternTree {
        var parser = PatternParser(source)
        let parsed = try parser.parse()
        let length = source.utf8.count
        try PatternCost().check(parsed, length: length)
        let folded = PatternFolding(table: table, level: level).fold(parsed)
        try PatternCost().check(folded, length: length)
        if folded.matchesEmpty {
            throw PatternProblem(
                code: "empty-regex",
                message: Phrase("the pattern can match an empty text, and so every message", "这个正则能匹配空文本，因而匹配每条消息"),
                help: Phrase("make one part obligatory", "至少让一部分必须出现"), range: 0..<length)
        }
        if !folded.canMatch {
            throw PatternProblem(
                code: "empty-regex",
                message: Phrase("the pattern can never match", "这个正则永远不会匹配"), range: 0..<length)
        }
        return folded
    }
}
