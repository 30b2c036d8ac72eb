import ConversationModel
import ServiceLifecycle

/// What a server does beside answering: ticks of silent shops, snapshots, retention.
public struct LiveUpkeep: Service {
    private let pipeline: LivePipeline
    private let now: @Sendable () -> Instant

    /// For a pipeline that nobody else keeps up; `now` is the clock.
    public init(_ pipeline: LivePipeline, now: @escaping @Sendable () -> Instant) {
        self.pipeline = pipeline
        self.now = now
    }

    /// Runs until the server stops, or the log does.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while pipeline.failure == nil {
                try await Task.sleep(for: .seconds(30))
                _ = try await pipeline.tick(now: now())
                try await pipeline.maintain(now: now())
            }
        }
        // A log that has stopped is told by /readyz; a server that ends would take the figures with it.
        try? await gracefulShutdown()
    }
}
