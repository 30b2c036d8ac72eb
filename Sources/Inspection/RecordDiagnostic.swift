import Archives
import Diagnostics

/// What is said of a bad record by its reason.
enum RecordDiagnostic {
    static func phrase(_ reason: String) -> Phrase? {
        if reason == "duplicate-conversation" {
            return Phrase(
                "a conversation with this shop and id was read before (--allow-duplicates keeps both)",
                "已读到过相同店铺和编号的会话（--allow-duplicates 会都保留）")
        }
        return RecordIssue(rawValue: reason)?.phrase
    }
}
