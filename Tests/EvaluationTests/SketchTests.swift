import ConversationModel
import TestSupport
import Testing

@testable import Evaluation

/// Sketches never say no where messages are alike.
struct SketchTests {
    @Test(arguments: 1...20)
    func sketchesNeverRejectMessagesThatAreAlike(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("亲您好的这边帮查一下退款ab12。")
        let likeness = LikenessTable()
        var alike = 0
        var rejected = 0
        for _ in 0..<400 {
            var first = (0..<Int(random.next() % 60)).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
            let one = Array(String(first).utf8)
            for _ in 0..<Int(random.next() % 8) where !first.isEmpty {
                first[Int(random.next() % UInt64(first.count))] = letters[Int(random.next() % UInt64(letters.count))]
            }
            if random.next() % 4 == 0 { first.shuffle(using: &random) }
            let other = Array(String(first).utf8)
            let percent = 1 + Int(random.next() % 100)
            one.withUnsafeBufferPointer { one in
                other.withUnsafeBufferPointer { other in
                    likeness.load(one)
                    let isAlike = likeness.isAlike(other, percent: percent).isAlike
                    let mayBe = Sketch(one).mayBeAlike(Sketch(other), percent: percent)
                    if isAlike {
                        alike += 1
                        #expect(mayBe, "seed \(seed), \(percent) %")
                    } else if !mayBe {
                        rejected += 1
                    }
                }
            }
        }
        #expect(alike > 50 && rejected > 20, "seed \(seed): \(alike) alike, \(rejected) rejected")
    }
}
