import ConversationModel
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Serves a pipeline until SIGTERM or SIGINT; requests that are being answered are ended first.
///
/// The log stays open: closing it is the caller's. `rules` run behind the pipeline meanwhile. At most 1,024 connections at once.
public func serve(
    _ pipeline: LivePipeline, host: String, port: Int, zone: Zone, tokens: AccessTokens, rules: LiveRules? = nil,
    now: @escaping @Sendable () -> Instant
) async throws {
    var logger = Logger(label: "mingjian", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .notice
    let log = logger
    var services: [any Service] = [LiveUpkeep(pipeline, now: now)]
    if let rules {
        services.append(
            LiveRulesService(rules, pipeline, now: now) { reason in
                log.error("the rules have stopped and are tried again", metadata: ["reason": "\(reason)"])
            })
    }
    let application = Application(
        responder: HTTPInterface(pipeline, zone: zone, tokens: tokens, rules: rules, now: now),
        // Who opens a connection and sends nothing, or half of a head, is not waited for; nor who does not read.
        server: .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [HeadDeadline(), StalledWrites(limit: .seconds(30))],
                idleTimeout: .seconds(60))),
        configuration: ApplicationConfiguration(
            address: .hostname(host, port: port),
            availableConnectionsDelegate: MaximumAvailableConnections(1024)),
        services: services,
        onServerRunning: { channel in
            log.notice("serving", metadata: ["host": "\(host)", "port": "\(channel.localAddress?.port ?? port)"])
        }, logger: logger)
    do {
        try await application.runService()
    } catch let error as IOError {
        throw ServeFailure(reason: String(cString: strerror(error.errnoCode)))
    }
}

/// Why the server could not listen.
public struct ServeFailure: Error, CustomStringConvertible {
    let reason: String

    /// What the system said.
    public var description: String { reason }
}

/// Closes a connection on which nothing whole comes or goes: bytes of a head that trickle in keep the idle time-out from
/// ending it, and 1,024 such connections would be all there are.
///
/// Stands behind the decoder, so that what it reads and writes are heads and parts of bodies. The first head must come
/// within 10 s, whatever follows within 90 s of what was before.
private final class HeadDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias InboundOut = Any
    typealias OutboundIn = Any
    typealias OutboundOut = Any

    private var deadline: Scheduled<Void>?

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

    private func start(_ context: ChannelHandlerContext, in amount: TimeAmount = .seconds(10)) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: amount) { channel.close(promise: nil) }
    }
}
