import NIOCore

/// Closes a connection whose peer does not read: something waits to be written, and nothing of it goes for so long.
final class StalledWrites: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = Any
    typealias OutboundOut = Any

    private let limit: TimeAmount
    private var waiting = 0
    /// Writes that were done so far.
    private var done: UInt64 = 0
    private var watch: Scheduled<Void>?

    init(limit: TimeAmount) { self.limit = limit }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let written = promise ?? context.eventLoop.makePromise()
        waiting += 1
        if watch == nil { look(NIOLoopBound(context, eventLoop: context.eventLoop)) }
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            this.value.waiting -= 1
            this.value.done += 1
        }
        context.write(data, promise: written)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
    }

    /// Looks again after the limit whether anything has gone.
    private func look(_ context: NIOLoopBound<ChannelHandlerContext>) {
        let (before, loop) = (done, context.value.eventLoop)
        let this = NIOLoopBound(self, eventLoop: loop)
        watch = loop.scheduleTask(in: limit) {
            let handler = this.value
            handler.watch = nil
            guard handler.waiting > 0 else { return }
            if handler.done == before { return context.value.close(promise: nil) }
            handler.look(context)
        }
    }
}
