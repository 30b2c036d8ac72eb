import Synchronization

/// Which shops are known, and room for no more than are allowed: asked by many batches at once.
final class ShopRoom: Sendable {
    private struct State {
        var known: Set<String>
        /// Shops of batches that are being appended, with how many of these.
        var reserved: [String: Int] = [:]
    }

    private let limit: Int
    private let state: Mutex<State>

    init(_ known: [String], limit: Int) {
        self.limit = limit
        state = Mutex(State(known: Set(known)))
    }

    /// What became of a shop that a batch names.
    enum Admission { case known, reserved, refused }

    /// Reserves a place for a shop that is new; whoever got one gives it back by `settle`.
    func admit(_ shop: String) -> Admission {
        state.withLock { state in
            if state.known.contains(shop) { return .known }
            if let batches = state.reserved[shop] {
                state.reserved[shop] = batches + 1
                return .reserved
            }
            guard state.known.count + state.reserved.count < limit else { return .refused }
            state.reserved[shop] = 1
            return .reserved
        }
    }

    /// Gives a place back, which the shop keeps where an event of it is in the log.
    func settle(_ shop: String, isInLog: Bool) {
        state.withLock { state in
            let batches = (state.reserved[shop] ?? 1) - 1
            state.reserved[shop] = batches > 0 ? batches : nil
            if isInLog {
                state.known.insert(shop)
                state.reserved[shop] = nil
            }
        }
    }
}
