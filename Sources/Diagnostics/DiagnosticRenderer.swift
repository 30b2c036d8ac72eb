/// Prints diagnostics for a terminal, a log, an editor or a pull request.
///
/// The output depends on the set of diagnostics alone, not on the order in which they come.
public struct DiagnosticRenderer: Sendable {
    /// The forms of output; the names are those of the command line.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// As compilers print: place and message, the source line, a caret run, a help line.
        case full
        /// One line a diagnostic.
        case concise
        /// One JSON array.
        case json
        /// Workflow commands that GitHub shows beside the changed lines.
        case github
    }

    public var format: Format
    public var language: Language
    /// Whether `full` and `concise` use terminal colours.
    public var usesColor: Bool
    /// Columns that a source line may take before it is cut around the place.
    public var lineWidth: Int
    /// Terminal columns of a text without tabs and line ends.
    public var displayWidth: @Sendable (String) -> Int

    public init(
        format: Format = .full, language: Language = .english, usesColor: Bool = false,
        lineWidth: Int = 100, displayWidth: @escaping @Sendable (String) -> Int
    ) {
        self.format = format
        self.language = language
        self.usesColor = usesColor
        self.lineWidth = max(20, lineWidth)
        self.displayWidth = displayWidth
    }

    /// All of `diagnostics`, sorted, each form with its closing line end.
    ///
    /// Lines and columns come from `sources`, found by path; a diagnostic of a file that is not
    /// among them shows its path, and its record where it has one.
    public func render(_ diagnostics: [Diagnostic], sources: [SourceFile]) -> String {
        let sorted = diagnostics.sorted(by: Diagnostic.precedes)
        var locator = SourceLocator(sources: sources)
        switch format {
        case .json: return json(sorted, &locator)
        case .github: return sorted.map { github($0, locator.location(of: $0.place)) }.joined()
        case .concise: return sorted.map { head($0, locator.location(of: $0.place)) }.joined()
        case .full:
            return sorted.map { diagnostic in
                let location = locator.location(of: diagnostic.place)
                return full(diagnostic, location, locator.sources[diagnostic.place.path])
            }.joined()
        }
    }

    /// The closing line: `3 errors, 1 warning in 2 of 57 rule files`.
    ///
    /// - Parameter fileCount: files that were read, with diagnostics or without.
    public func summary(of diagnostics: [Diagnostic], fileCount: Int) -> String {
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        let files = Set(diagnostics.map(\.place.path)).count
        guard language == .english else {
            if diagnostics.isEmpty { return "\(fileCount) 个规则文件，没有问题\n" }
            return "\(fileCount) 个规则文件中 \(files) 个有问题：\(errors) 个错误，\(warnings) 个警告\n"
        }
        if diagnostics.isEmpty { return "no problems in \(counted(fileCount, "rule file"))\n" }
        var parts: [String] = []
        if errors > 0 { parts.append(counted(errors, "error")) }
        if warnings > 0 { parts.append(counted(warnings, "warning")) }
        return
            "\(parts.joined(separator: ", ")) in \(files) of \(counted(fileCount, "rule file"))\n"
    }

    /// `path:line:column: error[code]: message` and a line end.
    func head(_ diagnostic: Diagnostic, _ location: Location?) -> String {
        var place = visible(diagnostic.place.path)
        if let location {
            place += ":\(location.line):\(location.column)"
        } else if let record = diagnostic.place.record {
            place += ":\(record)"
        }
        let word: Phrase
        switch diagnostic.severity {
        case .error: word = Phrase("error", "错误")
        case .warning: word = Phrase("warning", "警告")
        }
        let label = "\(word.text(in: language))[\(diagnostic.code)]:"
        let message = visible(diagnostic.message.text(in: language))
        return "\(paint(place + ":", "1")) \(paint(label, color(diagnostic))) \(message)\n"
    }

    func color(_ diagnostic: Diagnostic) -> String {
        diagnostic.severity == .error ? "1;31" : "1;33"
    }

    /// `text` between a terminal's colour sequences, where colours are on.
    func paint(_ text: String, _ code: String) -> String {
        usesColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
