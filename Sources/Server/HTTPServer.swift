import ConversationModel
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Serves a pipeline until SIGTERM or SIGINT; requests that are being answered are ended first.
///
/// The log stays open: closing it is the caller's. At most 1,024 connections at once.
public func serve(
    _ pipeline: LivePipeline, host: String, port: Int, zone: Zone, tokens: AccessTokens,
    now: @escaping @Sendable () -> Instant
) async throws {
    var logger = Logger(label: "mingjian", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .notice
    let application = Application(
        responder: HTTPInterface(pipeline, zone: zone, tokens: tokens, now: now),
        // Who opens a connection and sends nothing, or half of a head, is not waited for.
        server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
        configuration: ApplicationConfiguration(
            address: .hostname(host, port: port),
            availableConnectionsDelegate: MaximumAvailableConnections(1024)),
        services: [LiveUpkeep(pipeline, now: now)], logger: logger)
    logger.notice("serving", metadata: ["host": "\(host)", "port": "\(port)"])
    try await application.runService()
}
