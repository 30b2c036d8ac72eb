/// Which waits count, and how long they are: the policy's part of the definition of a wait.
extension TimePolicy {
    /// Whether a wait counts. Of one that has no answer only the start can lie in the hours.
    public func waitCounts(from start: Instant, to answer: Instant?) -> Bool {
        guard let assessment = waits.assessment else { return true }
        func lies(_ instant: Instant) -> Bool { isInside(assessment.hours, at: instant) }
        switch assessment.by {
        case .start: return lies(start)
        case .answer: return lies(answer ?? start)
        case .both: return lies(start) && lies(answer ?? start)
        }
    }

    /// The length in milliseconds of a wait that counts: all its time or its open time, at most the cap.
    public func waitLength(from start: Instant, to answer: Instant) -> Int64 {
        min(uncappedWaitLength(from: start, to: answer), waits.cap ?? .max)
    }

    /// The same without the cap, for shares of answers within a time.
    public func uncappedWaitLength(from start: Instant, to answer: Instant) -> Int64 {
        waits.countsOpenHours ? openTime(from: start, to: answer) : answer.milliseconds - start.milliseconds
    }

    /// The first open instant that is not before `instant`; itself where the shop is always open, or
    /// opens at no time of the next 400 days.
    public func opening(from instant: Instant) -> Instant {
        isOpen(at: instant) ? instant : max(instant, addingOpenTime(0, to: instant))
    }
}
