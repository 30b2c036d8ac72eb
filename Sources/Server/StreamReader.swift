import Hummingbird
import NIOCore
import Synchronization

/// Where the reader of a stream is: the body of his request, which ends where he closes his side of the connection, and the channel,
/// which closes where he has gone.
struct StreamConnection: Sendable {
    let body: RequestBody
    let channel: any Channel
}

/// The reader of a stream, as far as his connection tells.
final class StreamReader: Sendable {
    private enum State { case reads, hasClosedHisSide, isProbed, isGone }

    private let state = Mutex(State.reads)

    /// Whether his connection is closed.
    var isGone: Bool { state.withLock { $0 == .isGone } }

    /// Whether he has closed his side of it since the last question. He may still read, or he may have gone: what is written now tells, for
    /// the machine of one who has gone says so.
    func needsProbe() -> Bool {
        state.withLock { state in
            guard state == .hasClosedHisSide else { return false }
            state = .isProbed
            return true
        }
    }

    func closeHisSide() { state.withLock { if $0 == .reads { $0 = .hasClosedHisSide } } }

    func leave() { state.withLock { $0 = .isGone } }
}

extension Response {
    /// Server-sent events that `write` writes until it returns, as it does soon after the reader has gone. `connection` is where the
    /// request came from; nil: nobody is looked at.
    static func stream(
        _ lease: StreamLease, on connection: StreamConnection?,
        write: @escaping @Sendable (inout any ResponseBodyWriter, StreamReader) async throws -> Void
    ) -> Response {
        var response = Response.bytes([], "text/event-stream")
        response.body = ResponseBody { writer in
            // Held by the body: given back when it was written, or never will be.
            let held = lease
            defer { held.end() }
            let reader = StreamReader()
            if let connection {
                connection.channel.closeFuture.whenComplete { _ in reader.leave() }
                try await connection.body.consumeWithInboundCloseHandler { _ in
                    try await write(&writer, reader)
                } onInboundClosed: {
                    reader.closeHisSide()
                }
            } else {
                try await write(&writer, reader)
            }
            try await writer.finish(nil)
        }
        return response
    }
}
