import ConversationModel
import EventLog
import HTTPTypes
import Hummingbird
import Monitoring
import NIOCore
import ServiceLifecycle
import Synchronization

extension HTTPInterface {
    /// Server-sent events: `snapshot` at once, `changes` at each refresh at which something has changed, a comment at
    /// the others. Ids are positions of the log; who comes back with one gets a new snapshot.
    ///
    /// `connection` is where the request came from; nil: nobody is looked at.
    func stream(_ shop: String, on connection: StreamConnection? = nil) async throws -> Response {
        guard await pipeline.shop(shop) != nil else { throw HTTPProblem.noShop }
        let (pipeline, json, now, options) = (pipeline, json, now, options)
        let lease = try streamLease()
        return .stream(lease, on: connection) { writer, reader in
            var last: (figures: ShopFigures, value: ResponseJSON)?
            var pause = 0
            while !Task.isCancelled, !Task.isShuttingDownGracefully, !reader.isGone {
                if pause == 0 {
                    pause = options.refreshSeconds * 4
                    let sequence = await pipeline.position.index
                    let figures = try await pipeline.figures(of: shop, at: now())
                    guard let figures else { break }
                    // The instant alone is no change.
                    var same = figures
                    if let before = last?.figures {
                        same.asOf = before.asOf
                        same.today.until = before.today.until
                        same.yesterdayUntilThisTime.until = before.yesterdayUntilThisTime.until
                    }
                    var text = Array(": \(now().milliseconds)\n\n".utf8)
                    if same != last?.figures {
                        let value = json.value(figures, shop: shop, sequence: sequence)
                        let changes = last.flatMap { value.changes(since: $0.value) }
                        text = Array("event: \(changes == nil ? "snapshot" : "changes")\nid: \(sequence)\ndata: ".utf8)
                        text += (changes ?? value).bytes
                        text += Array("\n\n".utf8)
                        last = (figures, value)
                    }
                    try await writer.write(ByteBuffer(bytes: text))
                }
                if reader.needsProbe() { try await writer.write(ByteBuffer(string: ":\n\n")) }
                pause -= 1
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// A place among the streams, where there is one.
    func streamLease() throws(HTTPProblem) -> StreamLease {
        let isFree = state.counts.withLock { counts in
            guard counts.streams < options.streams else { return false }
            counts.streams += 1
            return true
        }
        if isFree { return StreamLease(state) }
        throw HTTPProblem(
            "too-many-streams", .serviceUnavailable, "\(options.streams) streams are open",
            field: HTTPField(name: .retryAfter, value: "30"))
    }
}

/// A place among the streams, given back once.
final class StreamLease: Sendable {
    private let state: ServerState
    private let isOver = Mutex(false)

    init(_ state: ServerState) { self.state = state }

    func end() {
        let wasOver = isOver.withLock { isOver in
            defer { isOver = true }
            return isOver
        }
        if !wasOver { state.counts.withLock { $0.streams -= 1 } }
    }

    deinit { end() }
}
