import NIOCore
import NIOHTTP1

/// What a server has to know of the heads of requests and the library keeps to itself: whether one lacks a host that must have
/// one, after which the connection ends, and whether somebody waits for a word before he sends a body, which is given here; and
/// what is no request at all is answered here.
///
/// Stands right behind the decoder, where versions can still be seen.
final class RequestHeads: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The event by which an answerer says that it reads the body now.
    struct BodyWanted: Sendable {}

    /// Heads that came, and answers that were given: where several requests come at once, the one at hand is told by its number.
    private var (read, answered) = (0, 0)
    /// The number of the newest request, where it waits for a word.
    private var waiting: Int?
    /// What answers that are still to come say of the connection, by the number of the request: that it ends with them, or to requests
    /// before HTTP/1.1 that it does not.
    private var words: [Int: String] = [:]

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else {
            // It did not wait.
            waiting = nil
            return context.fireChannelRead(data)
        }
        let isOld = head.version.major < 1 || head.version.major == 1 && head.version.minor < 1
        let expected = head.headers[canonicalForm: "expect"]
        waiting = !isOld && expected.contains { $0.lowercased() == "100-continue" } ? read : nil
        let wishes = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        if wishes.contains("close") || isOld && !wishes.contains("keep-alive") {
            // The library takes nothing else for it.
            head.headers.replaceOrAdd(name: "connection", value: "close")
            words[read] = "close"
        } else if isOld {
            words[read] = "keep-alive"
        }
        read += 1
        // Before HTTP/1.1 a host could be left out: an empty one stands for it, none for one that is missing.
        if isOld, !head.headers.contains(name: "host") { head.headers.add(name: "host", value: "") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// Whether what came is no HTTP, and was answered.
    private var isOver = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Here and now, where nobody waits for an answer: whoever answers else may be busy.
        if error is HTTPParserError, read == answered, !isOver {
            isOver = true
            let headers = HTTPHeaders([("Connection", "close"), ("Content-Length", "0")])
            let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // The library would answer it, too.
        if isOver { return promise?.succeed() ?? () }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard let word = words.removeValue(forKey: answered) else { break }
            head.headers.replaceOrAdd(name: "Connection", value: word)
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end: answered += 1
        default: break
        }
        context.write(data, promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if waiting == answered {
            waiting = nil
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
        promise?.succeed()
    }

    /// Puts one behind the decoder of the pipeline that it is put into: heads are changed on their way to where the library
    /// takes handlers.
    final class Installer: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = Any

        func handlerAdded(context: ChannelHandlerContext) {
            do {
                let pipeline = context.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                try pipeline.addHandler(RequestHeads(), position: .after(decoder))
            } catch {
                // Never served without.
                context.fireErrorCaught(error)
                context.close(promise: nil)
            }
        }
    }
}
