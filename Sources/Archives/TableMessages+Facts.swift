import ConversationModel
import Diagnostics

/// What the columns of a row say of its conversation beside the message.
extension TableMessages {
    static let factFields: [ColumnMapping.Field] = [
        .channel, .category, .tags, .orderID, .orderState, .orderAmount, .orderCreatedAt, .orderPaidAt,
        .orderPhone, .orderAddress,
    ]

    /// Writes the facts of the row as the fields of a message line; what is empty is not known.
    func writeFacts() {
        for field in [ColumnMapping.Field.channel, .category] {
            if let value = value(field), !value.isEmpty { append(field.rawValue, value) }
        }
        if let tags = value(.tags), !tags.isEmpty {
            line.append(contentsOf: "\"tags\":[".utf8)
            // Commas of either width, semicolons, bars: what sheets put between tags.
            let text = String(decoding: tags, as: UTF8.self)
            for tag in text.split(whereSeparator: { ",，;；、|".contains($0) }) {
                JSONString.append(trimmed(ArraySlice(Array(tag.utf8))), to: &line)
                line.append(0x2C)
            }
            endList(0x5D)
        }
        writeAttributes()
        writeOrder()
    }

    private func writeAttributes() {
        let known = columns.attributes.filter { !cell($0.column).isEmpty }
        guard !known.isEmpty else { return }
        line.append(contentsOf: "\"attributes\":{".utf8)
        for (name, column) in known {
            JSONString.append(name.utf8, to: &line)
            line.append(0x3A)
            let value = cell(column)
            if TableMessages.isNumber(value) {
                line.append(contentsOf: value)
            } else {
                JSONString.append(value, to: &line)
            }
            line.append(0x2C)
        }
        endList(0x7D)
    }

    private func writeOrder() {
        let start = line.count
        line.append(contentsOf: "\"orders\":[{".utf8)
        let empty = line.count
        for (field, key) in [
            (ColumnMapping.Field.orderID, "id"), (.orderState, "state"), (.orderPhone, "phone"),
            (.orderAddress, "address"),
        ] {
            if let value = value(field), !value.isEmpty { append(key, value) }
        }
        if let amount = value(.orderAmount), TableMessages.isNumber(amount), !amount.contains(0x2E) {
            line.append(contentsOf: "\"amount\":".utf8)
            line.append(contentsOf: amount)
            line.append(0x2C)
        }
        for (field, key) in [(ColumnMapping.Field.orderCreatedAt, "createdAt"), (.orderPaidAt, "paidAt")] {
            if let value = value(field), case .time(let instant) = times.read(value) {
                appendTime(instant, key: key)
            }
        }
        if line.count == empty {
            line.removeSubrange(start...)
        } else {
            line[line.count - 1] = 0x7D
            line.append(contentsOf: [0x5D, 0x2C])
        }
    }

    private func cell(_ column: Int) -> ArraySlice<UInt8> { unwrapped(row[column], isText: false) }

    /// Puts the closing bracket in the place of the last comma.
    private func endList(_ bracket: UInt8) {
        if line.last == 0x2C { line[line.count - 1] = bracket } else { line.append(bracket) }
        line.append(0x2C)
    }

    /// Digits as JSON takes them: no zeros before, at most one point with digits behind it.
    static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        var digits = bytes
        if digits.first == 0x2D { digits = digits.dropFirst() }
        let parts = digits.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), digits.count <= 18,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } })
        else { return false }
        return parts[0].count == 1 || parts[0].first != 0x30
    }
}
