import ConversationModel
import Diagnostics
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
/// The log stays open: closing it is the caller's. `rules` run behind the pipeline meanwhile; `clock` as of `HTTPInterface`. At most 1,024 connections at once.
public func serve(
    _ pipeline: LivePipeline, host: String, port: Int, zone: Zone, tokens: AccessTokens, rules: LiveRules? = nil,
    clock: ToldClock? = nil, now: @escaping @Sendable () -> Instant
) async throws {
    var logger = Logger(label: "mingjian", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .notice
    let log = logger
    var services: [any Service] = [LiveUpkeep(pipeline, now: now)]
    if let rules {
        services.append(
            LiveRulesService(rules, pipeline, now: now) { reason in
                log.error("the rules have stopped and are tried again", metadata: ["reason": "\(visible(reason))"])
            })
    }
    let application = Application(
        responder: HTTPInterface(pipeline, zone: zone, tokens: tokens, rules: rules, clock: clock, now: now),
        server: .bounded,
        configuration: ApplicationConfiguration(
            address: .hostname(host, port: port),
            availableConnectionsDelegate: MaximumAvailableConnections(1024)),
        services: services,
        onServerRunning: { channel in
            let port = channel.localAddress?.port ?? port
            log.notice("serving", metadata: ["host": "\(visible(host))", "port": "\(port)"])
        }, logger: logger)
    do {
        try await application.runService()
    } catch let error as IOError {
        throw ServeFailure(reason: String(cString: strerror(error.errnoCode)))
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 whose connections are bounded: who opens one and sends nothing, or half of a head, is not waited for; nor who does
    /// not read.
    static let bounded = HTTPServerBuilder.checked(
        [HeadDeadline(), StalledWrites(limit: .seconds(30))], idleTimeout: .seconds(60))

    /// HTTP/1.1 whose heads are looked at, for whose connections anybody may be waited for.
    static func checked(
        _ others: @autoclosure @escaping @Sendable () -> [any RemovableChannelHandler] = [],
        idleTimeout: TimeAmount? = nil
    ) -> HTTPServerBuilder {
        .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [RequestHeads.Installer()] + others(), idleTimeout: idleTimeout))
    }
}

/// Why the server could not listen.
public struct ServeFailure: Error, CustomStringConvertible {
    let reason: String

    /// What the system said.
    public var description: String { reason }
}
