import CSimdJSON
import ConversationModel

/// Reads events from lines of JSON (`schema/event.schema.json`). One per thread.
///
/// Whatever stands in a line costs no other line: each is an event or a refusal.
public final class EventReader {
    /// What a line is.
    public enum Record: Hashable, Sendable {
        case event(Event)
        case refused(EventRefusal)
    }

    /// The most bytes that a line may have.
    public static let lineLimitBytes = Int(MJ_TREE_BYTES)

    /// How many bytes a UTF-8 byte order mark takes at the beginning of a file or a body of events: 3, or 0 where there is none.
    ///
    /// Whoever reads the beginning passes over them; anywhere else they are no JSON.
    public static func byteOrderMark(in bytes: some Collection<UInt8>) -> Int {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Bytes that are parsed at once: lines longer than what one event may have are refused anyway.
    private static let blockBytes = 1 << 20

    private let parser: OpaquePointer?
    private var buffer: [UInt8] = []
    /// Whether receipts that lines say count before the one that is stamped.
    private var keepsReceipts = false

    public init() {
        parser = mj_tree_parser_new()
    }

    deinit {
        mj_tree_parser_free(parser)
    }

    /// The lines of `bytes` in their order, blank ones left out.
    ///
    /// With `received`, that instant is stamped on every event, whatever the line says; without, each line
    /// must say it.
    public func read(_ bytes: [UInt8], received: Instant? = nil) -> [Record] {
        var records: [Record] = []
        bytes.withUnsafeBufferPointer { all in
            read(all, received: received) { records.append($0) }
        }
        return records
    }

    /// The same for a part of memory, one record after the other. With `keepsReceipts`, `received` is stamped only on those that do
    /// not say theirs.
    public func read(
        _ bytes: UnsafeBufferPointer<UInt8>, received: Instant? = nil, keepsReceipts: Bool = false,
        each: (Record) -> Void
    ) {
        self.keepsReceipts = keepsReceipts
        var start = 0
        var lines = 0
        while start < bytes.count {
            var end = min(bytes.count, start + EventReader.blockBytes)
            if end < bytes.count {
                // Up to the last line end; a line that is longer than a block is taken whole.
                if let last = bytes[start..<end].lastIndex(of: 0x0A) {
                    end = last + 1
                } else {
                    end = bytes[end...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
                }
            }
            lines += parse(UnsafeBufferPointer(rebasing: bytes[start..<end]), lines, received, each)
            start = end
        }
    }

    /// Returns how many lines the block has.
    private func parse(
        _ block: UnsafeBufferPointer<UInt8>, _ before: Int, _ received: Instant?, _ each: (Record) -> Void
    ) -> Int {
        let padded = block.count + Int(MJ_PADDING)
        if buffer.count < padded { buffer = [UInt8](repeating: 0, count: max(padded, EventReader.blockBytes)) }
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, let source = block.baseAddress else { return 0 }
            base.update(from: source, count: block.count)
            (base + block.count).update(repeating: 0, count: Int(MJ_PADDING))
            var trees = mj_trees()
            guard let parser, mj_parse_trees(parser, base, block.count, &trees) == 0 else {
                each(.refused(EventRefusal(.outOfMemory, line: before + 1)))
                return 0
            }
            for tree in UnsafeBufferPointer(start: trees.trees, count: trees.count) {
                each(record(tree, trees.nodes, received, line: before + Int(tree.number) + 1))
            }
            return trees.line_count
        }
    }

    private func record(
        _ tree: mj_tree, _ nodes: UnsafePointer<mj_node>?, _ received: Instant?, line: Int
    ) -> Record {
        guard tree.reason == 0, let nodes else {
            return .refused(EventRefusal(EventReader.code(ofReason: tree.reason), line: line))
        }
        do throws(EventRefusal) {
            return .event(try event(tree, nodes, received, isTelling: false))
        } catch {
            guard error.code == .unknownField || error.code == .duplicateField else {
                return .refused(error.at(line))
            }
        }
        // Once more, for the name that was probably meant.
        do throws(EventRefusal) {
            return .event(try event(tree, nodes, received, isTelling: true))
        } catch { return .refused(error.at(line)) }
    }

    private func event(
        _ tree: mj_tree, _ nodes: UnsafePointer<mj_node>, _ received: Instant?, isTelling: Bool
    ) throws(EventRefusal) -> Event {
        var fields = EventFields(nodes: nodes, object: Int(tree.first_node), path: "", isTelling: isTelling)
        return try fields.event(received: received, isFallback: keepsReceipts)
    }

    private static func code(ofReason reason: UInt32) -> EventRefusal.Code {
        switch Int(reason) {
        case Int(MJ_INVALID_UTF8): .invalidUTF8
        case Int(MJ_NOT_AN_OBJECT): .notAnObject
        case Int(MJ_TOO_DEEP): .tooDeep
        case Int(MJ_TOO_LARGE): .tooLarge
        default: .invalidJSON
        }
    }
}
