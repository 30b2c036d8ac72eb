/// Bytes that conditions share which mean the same, wherever they stand.
///
/// Different conditions never have the same. What is written in another order has another key.
public func conditionKey(_ condition: Condition) -> [UInt8] {
    var content = CanonicalBytes()
    content.add(condition)
    return content.bytes
}

/// Bytes that conditions on a text share which mean the same, wherever they stand.
public func conditionKey(_ condition: TextCondition) -> [UInt8] {
    var content = CanonicalBytes()
    content.add(condition)
    return content.bytes
}
