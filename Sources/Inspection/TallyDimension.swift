import ConversationModel

extension TallyCounter {
    /// Counts of one (key, rule); `Int32` since a block or a run has fewer units than that.
    struct Cell: BitwiseCopyable {
        var hits: Int32 = 0
        var unitsHit: Int32 = 0
        var unitsApplicable: Int32 = 0
        var missed: Int32 = 0
        var notEvaluated: Int32 = 0

        var isZero: Bool { hits | unitsHit | unitsApplicable | missed | notEvaluated == 0 }

        @inline(__always)
        static func += (a: inout Cell, b: Cell) {
            a.hits &+= b.hits
            a.unitsHit &+= b.unitsHit
            a.unitsApplicable &+= b.unitsApplicable
            a.missed &+= b.missed
            a.notEvaluated &+= b.notEvaluated
        }
    }

    /// One kind of key: agents, or (group, day) cells.
    ///
    /// Rows of untouched keys are zero, so that clearing and merging walk only those that were touched.
    struct Dimension: ~Copyable {
        let denseCount: Int
        let classCount: Int
        /// One more than the highest key that was ever touched.
        private(set) var keyCount = 0
        private(set) var sparse = PairTable<Cell>()
        private var dense: UnsafeMutablePointer<Cell>
        private var classes: UnsafeMutablePointer<Int32>
        private var capacity = 0
        private var isTouched: UnsafeMutablePointer<Bool>
        /// Keys whose rows may hold counts, in the order of their first use.
        private var touched: UnsafeMutablePointer<Int32>
        private var touchedCount = 0
        private var lookedAt: UInt64 = 0

        init(denseCount: Int, classCount: Int) {
            self.denseCount = denseCount
            self.classCount = classCount
            dense = .allocate(capacity: 0)
            classes = .allocate(capacity: 0)
            isTouched = .allocate(capacity: 0)
            touched = .allocate(capacity: 0)
        }

        deinit {
            dense.deallocate()
            classes.deallocate()
            isTouched.deallocate()
            touched.deallocate()
        }

        mutating func removeAll() {
            for i in 0..<touchedCount {
                let key = Int(touched[i])
                isTouched[key] = false
                denseRow(key).update(repeating: Cell())
                classRow(key).update(repeating: 0)
            }
            touchedCount = 0
            sparse.removeAll()
        }

        /// Makes the key's rows ready to be counted in; every key is touched before anything is added to it.
        @inline(__always)
        mutating func touch(_ key: Int) {
            if key >= capacity || !isTouched[key] { begin(key) }
        }

        @inline(never)
        private mutating func begin(_ key: Int) {
            if key >= capacity { grow(key) }
            isTouched[key] = true
            touched[touchedCount] = Int32(key)
            touchedCount += 1
            keyCount = max(keyCount, key + 1)
        }

        private mutating func grow(_ key: Int) {
            let larger = max(key + 1, capacity * 2, 8)
            let used = capacity
            func grown<T>(_ old: UnsafeMutablePointer<T>, by width: Int, _ empty: T) -> UnsafeMutablePointer<T> {
                let new = UnsafeMutablePointer<T>.allocate(capacity: larger * width)
                new.moveInitialize(from: old, count: used * width)
                (new + used * width).initialize(repeating: empty, count: (larger - used) * width)
                old.deallocate()
                return new
            }
            dense = grown(dense, by: denseCount, Cell())
            classes = grown(classes, by: classCount, 0)
            isTouched = grown(isTouched, by: 1, false)
            touched = grown(touched, by: 1, 0)
            capacity = larger
        }

        /// Counts of the rules that have a row, by their dense index.
        @inline(__always)
        func denseRow(_ key: Int) -> UnsafeMutableBufferPointer<Cell> {
            UnsafeMutableBufferPointer(start: dense + key * denseCount, count: denseCount)
        }

        /// Units with an exposure, by class.
        @inline(__always)
        func classRow(_ key: Int) -> UnsafeMutableBufferPointer<Int32> {
            UnsafeMutableBufferPointer(start: classes + key * classCount, count: classCount)
        }

        @inline(__always)
        func countClass(_ number: Int, key: Int) {
            classes[key &* classCount &+ number] &+= 1
        }

        /// Where counts of the key and rule stand, for `add(_:at:isDense:)` before the next call.
        @inline(__always)
        mutating func place(key: Int, rule: Int32, dense index: Int32) -> Int {
            if index >= 0 { return key &* denseCount &+ Int(index) }
            return sparse.insert(PairKey.make(Int32(truncatingIfNeeded: key), rule), Cell()).position
        }

        @inline(__always)
        func add(_ cell: Cell, at place: Int, isDense: Bool) {
            if isDense { dense[place] += cell } else { sparse[place] += cell }
        }

        @inline(__always)
        mutating func add(key: Int, rule: Int32, dense index: Int32, _ cell: Cell) {
            let place = place(key: key, rule: rule, dense: index)
            add(cell, at: place, isDense: index >= 0)
        }

        /// Adds another's counts, its keys mapped to ours.
        mutating func merge(_ other: borrowing Dimension, key map: (Int) -> Int) {
            for i in 0..<other.touchedCount {
                let key = Int(other.touched[i])
                let mine = map(key)
                touch(mine)
                let (row, classRow) = (denseRow(mine), classRow(mine))
                let (otherRow, otherClasses) = (other.denseRow(key), other.classRow(key))
                for i in 0..<denseCount { row[i] += otherRow[i] }
                for i in 0..<classCount { classRow[i] &+= otherClasses[i] }
            }
            // A run's table is larger than the caches: looking ahead lets the memory answer for many at once.
            for i in 0..<other.sparse.count {
                let key = other.sparse.entry(i).key
                let mine = Int32(truncatingIfNeeded: map(Int(PairKey.first(key))))
                lookedAt ^= sparse.lookAhead(PairKey.make(mine, PairKey.second(key)))
            }
            for i in 0..<other.sparse.count {
                let entry = other.sparse.entry(i)
                let mine = map(Int(PairKey.first(entry.key)))
                touch(mine)
                add(key: mine, rule: PairKey.second(entry.key), dense: -1, entry.value)
            }
        }

        /// Whether anything was counted in the key's rows; its sparse counts stand apart.
        func hasRows(_ key: Int) -> Bool {
            guard isTouched[key] else { return false }
            return !denseRow(key).allSatisfy(\.isZero) || !classRow(key).allSatisfy { $0 == 0 }
        }
    }
}
