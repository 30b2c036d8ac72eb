import Foundation

/// How the memory of the process grows.
enum HeapGrowth {
    /// Asks the system for 16 MiB at a time where the C library is glibc, which asks for 128 KiB otherwise: reading tens of
    /// thousands of rules takes a tenth less time, and what is never used costs nothing.
    static func inLargeSteps() {
        // glibc's `mallopt` is in none of its Swift modules; elsewhere there is none.
        guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
        _ = mallopt(topPad, 16 << 20)
    }

    /// `M_TOP_PAD` of malloc.h.
    private static let topPad: Int32 = -2
}
