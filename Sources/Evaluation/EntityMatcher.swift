import ChineseText
import RuleLanguage

/// Finds entities of some kinds in a folded text.
final class EntityMatcher: Sendable {
    private let kinds: [EntityKind]
    private let domains: [[UInt8]]
    /// Phrases in which what is found does not count, folded.
    private let allow: [[UInt8]]
    private let includesProbable: Bool
    private let finder = EntityFinder()
    /// What disguises are seen through by; nil where the condition does not ask for it.
    private let skeletons: SkeletonTable?

    /// `skeletons` is used where the condition's level is `evasion`.
    init(_ condition: EntityCondition, table: FoldTable, skeletons: SkeletonTable?) {
        self.skeletons = condition.fold == .evasion ? skeletons : nil
        kinds = condition.kinds.compactMap { EntityKind(rawValue: $0.rawValue) }
        domains = condition.allowedDomains.map { Array($0.utf8) }
        allow = condition.allow.map { Array(table.folded($0).utf8) }.filter { !$0.isEmpty }
        includesProbable = condition.includesProbable
    }

    /// Whether one is there. Nothing is allocated where none can be.
    func holds(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        kinds.contains { kind in
            finder.entities(of: kind, in: text).contains { counts($0, in: text) }
        } || disguised(in: text).contains { counts($0, in: text) }
    }

    private func disguised(in text: UnsafeBufferPointer<UInt8>) -> [Entity] {
        skeletons.map { finder.disguised(kinds, in: text, table: $0) } ?? []
    }

    /// Where they are, sorted, or nil where there is none.
    func spans(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>]? {
        var found: [Range<Int>] = []
        for kind in kinds {
            for entity in finder.entities(of: kind, in: text) where counts(entity, in: text) {
                found.append(entity.range)
            }
        }
        for entity in disguised(in: text) where counts(entity, in: text) { found.append(entity.range) }
        return found.isEmpty ? nil : found.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }

    private func counts(_ entity: Entity, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if entity.isProbable, !includesProbable { return false }
        if !allow.isEmpty, shield(of: entity.range, in: text) != nil { return false }
        guard !domains.isEmpty, let host = finder.urlHost(entity, in: text) else { return true }
        let name = text[host]
        return !domains.contains { domain in
            guard name.suffix(domain.count).elementsEqual(domain) else { return false }
            return name.count == domain.count || name[name.endIndex - domain.count - 1] == UInt8(ascii: ".")
        }
    }
    /// Where an allow-phrase stands that covers a range; nil: nowhere.
    private func shield(of range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for phrase in allow where phrase.count >= range.count {
            let first = max(0, range.upperBound - phrase.count)
            let last = min(range.lowerBound, text.count - phrase.count)
            guard first <= last else { continue }
            for start in first...last where text[start..<start + phrase.count].elementsEqual(phrase) {
                return start..<start + phrase.count
            }
        }
        return nil
    }

    /// What would count but for an allow-phrase, with the phrase that covers it.
    func shielded(in text: UnsafeBufferPointer<UInt8>) -> [(entity: Range<Int>, by: Range<Int>)] {
        if allow.isEmpty { return [] }
        let found = kinds.flatMap { finder.entities(of: $0, in: text) } + disguised(in: text)
        return found.compactMap { entity in
            if entity.isProbable, !includesProbable { return nil }
            return shield(of: entity.range, in: text).map { (entity.range, $0) }
        }
    }
}
