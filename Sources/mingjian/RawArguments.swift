import Archives
import Foundation

/// The arguments as the system gave them: names of files are bytes, and text has lost those that are not UTF-8.
enum RawArguments {
    /// Arguments that are not UTF-8, by the text that they became, in their order.
    private static let unreadable: [String: [[UInt8]]] = {
        var found: [String: [[UInt8]]] = [:]
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            let text = String(decoding: bytes, as: UTF8.self)
            if !text.utf8.elementsEqual(bytes) { found[text, default: []].append(bytes) }
        }
        return found
    }()

    /// The paths that `texts`, parsed from the arguments in their order, stood for.
    static func paths(_ texts: [String]) -> [ArchivePath] {
        var seen: [String: Int] = [:]
        return texts.map { text in
            guard let forms = unreadable[text] else { return ArchivePath(text) }
            let place = seen[text, default: 0]
            seen[text] = place + 1
            return ArchivePath(bytes: forms[min(place, forms.count - 1)])
        }
    }
}
