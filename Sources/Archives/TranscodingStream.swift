import CICU

/// Text of another encoding as UTF-8, without its byte-order mark.
///
/// Bytes that mean nothing become U+FFFD, each counted and reported with its line: nothing is lost
/// in silence.
public final class TranscodingStream: ByteStream {
    /// How many U+FFFD were put in.
    public private(set) var replacements = 0
    /// Called with the 1-based line of each replacement.
    package var onReplacement: ((Int) -> Void)?

    private let source: any ByteStream
    private let name: String
    private let converter: OpaquePointer
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    private var inputRange = 0..<0
    private var outputRange = 0..<0
    private var sourceIsAtEnd = false
    private var isDone = false
    private var isAtStart = true
    private var lines = 0

    /// Converts `source`, which is called `name` in errors.
    public init(
        _ source: any ByteStream, from encoding: TextEncoding, name: String
    ) throws(ArchiveError) {
        guard let converter = mj_converter_open(encoding.rawValue) else {
            input.deallocate()
            output.deallocate()
            throw .unknownEncoding(encoding.rawValue)
        }
        self.source = source
        self.name = name
        self.converter = converter
    }

    deinit {
        mj_converter_close(converter)
        input.deallocate()
        output.deallocate()
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard buffer.count > 0 else { return 0 }
        while outputRange.isEmpty, !isDone { try convert() }
        let count = min(buffer.count, outputRange.count)
        guard count > 0 else { return 0 }
        let piece = outputRange.lowerBound..<outputRange.lowerBound + count
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: output[piece]))
        outputRange = piece.upperBound..<outputRange.upperBound
        return count
    }

    private func convert() throws(ArchiveError) {
        if inputRange.isEmpty, !sourceIsAtEnd {
            let count = try source.read(into: input)
            inputRange = 0..<count
            sourceIsAtEnd = count == 0
        }
        guard let inputStart = input.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let outputStart = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return }
        var from: UnsafePointer<UInt8>? = UnsafePointer(inputStart + inputRange.lowerBound)
        let inputEnd = UnsafePointer(inputStart + inputRange.upperBound)
        var to: UnsafeMutablePointer<UInt8>? = outputStart
        var counted = 0
        conversion: while true {
            let status = mj_convert(
                converter, &from, inputEnd, sourceIsAtEnd ? 1 : 0, &to, outputStart + output.count)
            let produced = to.map { $0 - outputStart } ?? 0
            for offset in counted..<produced where outputStart[offset] == 0x0A { lines += 1 }
            counted = produced
            switch Int(status) {
            case MJ_CONVERT_REPLACED:
                replacements += 1
                onReplacement?(lines + 1)
            case MJ_CONVERT_FULL: break conversion
            case MJ_CONVERT_MORE:
                isDone = sourceIsAtEnd
                break conversion
            default: throw .unknownEncoding(name)
            }
        }
        let consumed = from.map { $0 - UnsafePointer(inputStart) } ?? inputRange.upperBound
        inputRange = consumed..<inputRange.upperBound
        outputRange = 0..<counted
        if isAtStart, counted >= 3 {
            isAtStart = false
            if outputStart[0] == 0xEF, outputStart[1] == 0xBB, outputStart[2] == 0xBF {
                outputRange = 3..<counted
            }
        } else if isAtStart, counted > 0 {
            // A mark is one character, and a character is never cut: this is something else.
            isAtStart = false
        }
    }
}
