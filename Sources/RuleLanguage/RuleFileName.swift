import Diagnostics

/// What the files of a version may be called.
///
/// A name comes from a folder that somebody else wrote, and becomes a path below a store: it must
/// stay there, on every file system, and must not collide with another one on any.
public enum RuleFileName {
    /// Folders in folders.
    public static let depth = 8
    /// UTF-8 bytes of one component, and of the whole name.
    public static let componentBytes = 120
    public static let bytes = 400
    /// Files of one version.
    public static let files = 2000

    /// Why `name` is no name of a rule file of a version; nil where it is one.
    public static func fault(of name: String) -> Phrase? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if name.utf8.count > bytes || parts.count > depth
            || parts.contains(where: { $0.utf8.count > componentBytes })
        {
            return Phrase(
                "longer than \(bytes) bytes, deeper than \(depth) folders or a part of it longer than \(componentBytes) bytes",
                "文件名超过 \(bytes) 字节、目录超过 \(depth) 层，或其中一段超过 \(componentBytes) 字节")
        }
        if parts.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) {
            return Phrase("a part of the name is empty or begins with '.'", "文件名中有空段或以 “.” 开头的段")
        }
        if name.unicodeScalars.contains(where: isRefused) || visible(name) != name {
            return Phrase(
                "the name holds a control or invisible character or one of \\ : * ? \" < > |",
                "文件名含有控制字符、不可见字符或 \\ : * ? \" < > | 之一")
        }
        if ![".json", ".ndjson", ".jsonl"].contains(where: { name.hasSuffix($0) }) {
            return Phrase(
                "a rule file is named .json, .ndjson or .jsonl", "规则文件名须以 .json、.ndjson 或 .jsonl 结尾")
        }
        return nil
    }

    /// The first two of `names` that some file system takes for one (case, composed accents).
    public static func collision(among names: [String]) -> (String, String)? {
        var known: [String: String] = [:]
        for name in names {
            // Equality of strings is that of canonically equivalent texts.
            if let other = known.updateValue(name, forKey: name.lowercased()) { return (other, name) }
        }
        return nil
    }

    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\\", ":", "*", "?", "\"", "<", ">", "|", "\u{FFFD}": true
        default: false
        }
    }
}
