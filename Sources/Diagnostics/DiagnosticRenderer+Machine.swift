extension DiagnosticRenderer {
    /// One array, one object a line, keys in a fixed order.
    func json(_ diagnostics: [Diagnostic], _ locator: inout SourceLocator) -> String {
        guard !diagnostics.isEmpty else { return "[]\n" }
        var lines: [String] = []
        for diagnostic in diagnostics {
            var fields = ["\"path\":\(JSONString.quoted(diagnostic.place.path))"]
            if let location = locator.location(of: diagnostic.place) {
                fields.append("\"line\":\(location.line),\"column\":\(location.column)")
                fields.append("\"endLine\":\(location.endLine),\"endColumn\":\(location.endColumn)")
            } else if let record = diagnostic.place.record {
                fields.append("\"line\":\(record)")
            }
            fields.append("\"severity\":\(JSONString.quoted(diagnostic.severity.rawValue))")
            fields.append("\"code\":\(JSONString.quoted(diagnostic.code))")
            fields.append("\"message\":\(JSONString.quoted(diagnostic.message.text(in: language)))")
            if let help = diagnostic.help {
                fields.append("\"help\":\(JSONString.quoted(help.text(in: language)))")
            }
            lines.append("{\(fields.joined(separator: ","))}")
        }
        return "[\n\(lines.joined(separator: ",\n"))\n]\n"
    }

    /// One workflow command; GitHub shows the help below the message.
    func github(_ diagnostic: Diagnostic, _ location: Location?) -> String {
        var properties = ["file=\(githubEscaped(diagnostic.place.path, isProperty: true))"]
        if let location {
            properties.append("line=\(location.line)")
            if location.endLine == location.line {
                properties.append("col=\(location.column)")
                properties.append("endColumn=\(max(location.column, location.endColumn - 1))")
            } else {
                properties.append("endLine=\(location.endLine)")
            }
        } else if let record = diagnostic.place.record {
            properties.append("line=\(record)")
        }
        properties.append("title=\(githubEscaped(diagnostic.code, isProperty: true))")
        var message = visible(diagnostic.message.text(in: language))
        if let help = diagnostic.help { message += "\n" + visible(help.text(in: language)) }
        return "::\(diagnostic.severity.rawValue) \(properties.joined(separator: ","))::"
            + "\(githubEscaped(message, isProperty: false))\n"
    }

    private func githubEscaped(_ text: String, isProperty: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            case ":" where isProperty: result += "%3A"
            case "," where isProperty: result += "%2C"
            // Messages are escaped already; paths keep what they are but for what a terminal would obey.
            default: result += isProperty ? visible(String(scalar)) : String(scalar)
            }
        }
        return result
    }
}
