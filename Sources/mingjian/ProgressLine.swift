import Diagnostics
import Dispatch
import Foundation
import Inspection

/// One line on the terminal that says how far a run is, redrawn at most ten times a second.
final class ProgressLine {
    private let total: Int?
    private let started = DispatchTime.now()
    private var drawn: DispatchTime?

    /// Nil where standard error is no terminal.
    init?(total: Int?) {
        guard Surroundings.isTerminal(STDERR_FILENO) else { return nil }
        self.total = total
    }

    func show(_ progress: InspectionProgress) {
        let now = DispatchTime.now()
        if let drawn, now.uptimeNanoseconds - drawn.uptimeNanoseconds < 100_000_000 { return }
        // Nothing for runs that are over before anybody looks.
        guard now.uptimeNanoseconds - started.uptimeNanoseconds > 300_000_000 else { return }
        drawn = now
        let seconds = Double(now.uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
        let rate = Double(progress.bytesRead) / seconds
        var line = ""
        if let total, total > 0 {
            let share = min(1, Double(progress.bytesRead) / Double(total))
            let filled = Int(share * 24)
            line += "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled) + "] "
            line += "\(Int(share * 100)) %  "
        }
        let (conversations, findings) = (progress.conversations, progress.findings)
        line += "\(size(Double(progress.bytesRead)))  \(size(rate))/s  "
        line += Phrase(
            "\(conversations) conversations  \(findings) findings", "\(conversations) 会话  \(findings) 判定"
        ).text(in: Surroundings.language)
        if let total, rate > 0 {
            let left = Int((Double(max(0, total - progress.bytesRead)) / rate).rounded(.up))
            line += "  " + Phrase("\(left) s left", "剩余 \(left) s").text(in: Surroundings.language)
        }
        note("\r\u{1B}[K" + line)
    }

    func clear() {
        if drawn != nil { note("\r\u{1B}[K") }
    }

    private func size(_ bytes: Double) -> String {
        bytes >= 1e9 ? String(format: "%.1f GB", bytes / 1e9) : String(format: "%.0f MB", bytes / 1e6)
    }
}
