import Dispatch
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import Server

/// What a server answered: the status, the headers, the body as it came without its framing.
struct PlainResponse {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let body: ByteBuffer
}

/// An HTTP/1.1 client of one socket a request, which shares no code with the server.
///
/// Hummingbird's own test client draws in a TLS library, minutes of every clean build.
struct PlainClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let port: Int

    /// Runs the interface on a free port of the loopback address while the body runs; with `isBounded` its connections have deadlines, as
    /// those of the command.
    static func serving<Interface: HTTPResponder>(
        _ interface: Interface, isBounded: Bool = false,
        _ body: @escaping @Sendable (PlainClient) async throws -> Void
    ) async throws where Interface.Context == HTTPInterface.Context {
        let (ports, opened) = AsyncStream<Int>.makeStream()
        let application = Application(
            responder: interface, server: isBounded ? .bounded : .checked(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in opened.yield(channel.localAddress?.port ?? 0) })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [application], logger: Logger(label: "test")))
        async let running: Void = group.run()
        for await port in ports {
            let result: Result<Void, any Error>
            do { result = .success(try await body(PlainClient(port: port))) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await running
            return try result.get()
        }
    }

    /// One request and its whole answer, which must come within two minutes: other tests may have the processors.
    func execute(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer()
    ) async throws -> PlainResponse {
        var head = "\(method.rawValue) \(uri) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        head += "Content-Length: \(body.readableBytes)\r\n"
        for field in headers { head += "\(field.name.rawName): \(field.value)\r\n" }
        let answer = try await send(Array((head + "\r\n").utf8) + Array(body.readableBytesView))
        return try Self.response(answer, hasBody: method != .head)
    }

    /// Sends bytes and gives what comes until the server closes.
    func send(_ bytes: [UInt8]) async throws -> [UInt8] {
        try await talk { connection in
            try connection.send(bytes)
            return try connection.receiveAll()
        }
    }

    /// Opens a connection, which is closed afterwards, for a talk of several turns.
    func talk<Result: Sendable>(_ body: @escaping @Sendable (PlainConnection) throws -> Result) async throws -> Result {
        // A blocked call must not hold a thread that the server's tasks wait for.
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Swift.Result {
                        let descriptor = try open()
                        defer { close(descriptor) }
                        return try body(PlainConnection(descriptor: descriptor))
                    })
            }
        }
    }

    /// A connection, which waits two minutes at most; the caller's to close.
    func open() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket") }
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        let opened = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard opened == 0 else {
            close(descriptor)
            throw Failure(description: "port \(port) is closed")
        }
        return descriptor
    }

    private static func response(_ bytes: [UInt8], hasBody: Bool) throws -> PlainResponse {
        guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else {
            throw Failure(description: "no answer in \(bytes.count) bytes")
        }
        var lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let status = lines.removeFirst().split(separator: " ", maxSplits: 2)
        guard status.count >= 2, status[0] == "HTTP/1.1", let code = Int(status[1]) else {
            throw Failure(description: "no status line: \(status)")
        }
        var headers = HTTPFields()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else {
                throw Failure(description: "no header: \(line)")
            }
            headers.append(HTTPField(name: name, value: parts[1].trimmingCharacters(in: .whitespaces)))
        }
        var body = bytes[end.upperBound...]
        if headers[.transferEncoding] == "chunked" { body = try chunks(body)[...] }
        if hasBody, let length = headers[.contentLength], Int(length) != body.count {
            throw Failure(description: "\(body.count) bytes of \(length)")
        }
        return PlainResponse(status: .init(code: code), headers: headers, body: ByteBuffer(bytes: body))
    }

    private static func chunks(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        var (rest, body) = (bytes, [UInt8]())
        while let line = rest.firstIndex(of: UInt8(ascii: "\r")) {
            guard let length = Int(String(decoding: rest[..<line], as: UTF8.self), radix: 16) else { break }
            if length == 0 { return body }
            let start = line + 2
            guard start + length + 2 <= rest.endIndex else { break }
            body += rest[start..<start + length]
            rest = rest[(start + length + 2)...]
        }
        throw Failure(description: "a chunk that is cut")
    }
}

/// A connection to a server, byte by byte.
struct PlainConnection {
    let descriptor: Int32

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // A server may answer, and close, before it has read a body that it refuses.
            guard count > 0 else { break }
            sent += count
        }
    }

    /// What comes up to a text and with it, or until the server closes.
    func receive(until text: String) throws -> [UInt8] {
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while !String(decoding: answer.suffix(text.utf8.count), as: UTF8.self).hasSuffix(text),
            recv(descriptor, &byte, 1, 0) == 1
        {
            answer.append(byte)
        }
        return answer
    }

    /// What comes until the server closes.
    func receiveAll() throws -> [UInt8] {
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &part, part.count, 0)
            guard count > 0 else { break }
            answer += part[..<count]
        }
        return answer
    }
}
