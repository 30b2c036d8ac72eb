import NIOCore
import NIOHTTP1

/// Closes a connection on which nothing whole comes or goes: bytes of a head that trickle in keep the idle time-out from
/// ending it, and 1,024 such connections would be all there are.
///
/// Stands behind the decoder, so that what it reads and writes are heads and parts of bodies. The first head must come
/// within 10 s, whatever follows within 90 s of what was before. Behind what is no HTTP nothing can come any more: the connection is
/// left open for a second, so that the answer to it is read, and closed then, whoever holds it.
final class HeadDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias InboundOut = Any
    typealias OutboundIn = Any
    typealias OutboundOut = Any

    private var deadline: Scheduled<Void>?
    /// What came is no HTTP.
    private var isOver = false

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        start(context, in: .seconds(90))
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        start(context, in: .seconds(90))
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError {
            isOver = true
            start(context)
        }
        context.fireErrorCaught(error)
    }

    private func start(_ context: ChannelHandlerContext, in amount: TimeAmount = .seconds(10)) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: isOver ? .seconds(1) : amount) { channel.close(promise: nil) }
    }
}
