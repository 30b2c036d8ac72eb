import ConversationModel

/// A text cut into plain and marked pieces, and cut down where it is long.
struct MarkedText {
    /// Plain and marked in turn, beginning with plain; pieces may be empty.
    private(set) var pieces: [String] = []
    /// Unicode scalars left out at either end.
    private(set) var leftOutBefore = 0
    private(set) var leftOutAfter = 0

    /// Keeps at most `limit` bytes of `text`, beginning at most `lead` bytes before the first mark.
    ///
    /// Marks may come in any state: they are clamped to the text and widened to whole scalars.
    init(_ text: String, marks: [Span], limit: Int, lead: Int) {
        let bytes = Array(text.utf8)
        func floor(_ offset: Int) -> Int {
            var offset = min(max(0, offset), bytes.count)
            while offset > 0, offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
            return offset
        }
        func ceiling(_ offset: Int) -> Int {
            var offset = min(max(0, offset), bytes.count)
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            return offset
        }
        let widened = marks.filter { $0.start < $0.end }
            .map { Span(floor($0.start), ceiling($0.end)) }
            .filter { $0.start < $0.end }
        let spans = Span.union(widened)

        var start = 0
        var end = bytes.count
        if bytes.count > limit {
            start = floor(min((spans.first?.start ?? 0) - lead, bytes.count - limit))
            end = floor(start + limit)
            leftOutBefore = scalars(bytes[..<start])
            leftOutAfter = scalars(bytes[end...])
        }
        var cursor = start
        for span in spans where span.end > start && span.start < end {
            let from = max(span.start, cursor)
            let to = min(span.end, end)
            pieces.append(String(decoding: bytes[cursor..<from], as: UTF8.self))
            pieces.append(String(decoding: bytes[from..<to], as: UTF8.self))
            cursor = to
        }
        pieces.append(String(decoding: bytes[cursor..<end], as: UTF8.self))
    }
}

private func scalars(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
}
