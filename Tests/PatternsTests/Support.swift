import ChineseText
import Patterns

let table = FoldTable()

/// A pattern at `level`, or the problem that refuses it.
func read(_ source: String, level: TextLevel = .exact) -> Result<Pattern, PatternProblem> {
    do throws(PatternProblem) {
        return .success(try Pattern(source, level: level, table: table))
    } catch {
        return .failure(error)
    }
}

/// The numbers of the patterns found in each message, all messages scanned as one joined block.
func scan(
    _ patterns: [Pattern], _ messages: [String], level: TextLevel = .exact
) throws -> [Set<Int>] {
    var set = PatternSet()
    let atoms = patterns.map { set.regex($0) }
    for atom in atoms { set.look(for: atom, in: .service) }
    let compiled = try CompiledPatterns(set, cache: DiskCache(directory: nil))
    let scanner = try Scanner(compiled)
    var bytes: [UInt8] = []
    var ends: [UInt32] = []
    for message in messages {
        bytes += Array(table.folded(message, level: level).utf8)
        ends.append(UInt32(bytes.count))
        bytes.append(0x0A)
    }
    var found = [Set<Int>](repeating: [], count: messages.count)
    scanner.reset()
    bytes.withUnsafeBufferPointer { bytes in
        ends.withUnsafeBufferPointer { scanner.scan(bytes, ends: $0, lane: Lane(level: level, side: .service)) }
    }
    for hit in scanner.found {
        for (number, atom) in atoms.enumerated() where atom == hit.atom {
            found[Int(hit.message)].insert(number)
        }
    }
    return found
}
