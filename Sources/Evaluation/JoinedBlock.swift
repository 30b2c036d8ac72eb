import ChineseText
import ConversationModel

/// The folded messages of a block at one level, joined by line feeds.
final class JoinedBlock {
    /// Line feeds behind the last message: one version of the scanner loses matches that end a block.
    private static let padding = 128

    private var buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
    private var capacity = 1 << 16
    private var used = 0
    private var endOf = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    private var startOf = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    private var messageCapacity = 64
    private var messageCount = 0

    /// What is scanned; valid until the next `fill`.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: buffer, count: used) }
    /// Where each message ends, before its line feed; valid until the next `fill`.
    var ends: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: endOf, count: messageCount) }

    deinit {
        buffer.deallocate()
        endOf.deallocate()
        startOf.deallocate()
    }

    /// The folded text of a message.
    @inline(__always)
    func text(_ message: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: buffer + Int(startOf[message]), count: Int(endOf[message] - startOf[message]))
    }

    /// Folds the texts of messages whose sender is among `senders`; others are empty.
    func fill(
        _ table: MessageTable, senders: UInt8, level: TextLevel, fold: FoldTable, skeletons: SkeletonTable?
    ) {
        used = 0
        messageCount = table.count
        if messageCapacity < messageCount {
            endOf.deallocate()
            startOf.deallocate()
            messageCapacity = max(messageCount, messageCapacity * 2)
            endOf = .allocate(capacity: messageCapacity)
            startOf = .allocate(capacity: messageCapacity)
        }
        for i in 0..<messageCount {
            let sender = table.speakers[i] &* 2 &+ (table.automatic[i] ? 1 : 0)
            startOf[i] = UInt32(truncatingIfNeeded: used)
            if senders >> sender & 1 != 0 {
                let text = table.texts[i]
                // One byte is the separator's.
                if capacity - used <= text.count + 1 { grow(text.count * 2 + 64) }
                while true {
                    let room = capacity - used - 1
                    let written =
                        level == .evasion
                        ? skeletons?.write(text, into: buffer + used, capacity: room)
                        : fold.write(text, level: level, into: buffer + used, capacity: room)
                    if let length = written {
                        used += length
                        break
                    }
                    grow(text.count * 4 + 4096)
                }
            } else if capacity - used <= 1 {
                grow(4096)
            }
            endOf[i] = UInt32(truncatingIfNeeded: used)
            buffer[used] = 0x0A
            used += 1
        }
        if messageCount > 0 {
            if capacity - used < JoinedBlock.padding { grow(JoinedBlock.padding) }
            (buffer + used).update(repeating: 0x0A, count: JoinedBlock.padding)
            used += JoinedBlock.padding
        }
    }

    private func grow(_ more: Int) {
        let larger = max(capacity * 2, used + more)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        new.update(from: buffer, count: used)
        buffer.deallocate()
        buffer = new
        capacity = larger
    }
}
