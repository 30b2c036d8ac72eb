import ConversationModel

/// The plot: who says what, and after how long.
extension ConversationGenerator {
    mutating func tellStory(into buffer: inout [UInt8]) {
        let target = options.messages ?? stream.within(9...23)
        start(into: &buffer)
        while scene.count < target {
            round(into: &buffer)
            if !scene.wasHandedOver, scene.staff > 1, stream.chance(12) { handOver(into: &buffer) }
        }
        end(into: &buffer)
    }

    /// Moves the clock on by a random number of seconds; sources with milliseconds get some.
    private mutating func pause(_ seconds: ClosedRange<Int>) {
        scene.time += Int64(stream.within(seconds)) * 1000
        if scene.writesEpoch { scene.time += Int64(stream.below(900)) }
    }

    private mutating func start(into buffer: inout [UInt8]) {
        let book = scene.book
        if stream.chance(300) {
            say(book.assistant, as: .assistant, into: &buffer)
            pause(2...15)
        }
        let question = say(book.firstQuestion, as: .buyer, filler: 300, into: &buffer)
        let asked = scene.time
        if stream.chance(220) {
            pause(1...2)
            say(book.automatic, as: .agent, isAutomatic: true, into: &buffer)
        }
        if stream.chance(250) {
            pause(2...7)
            say(book.buyerTalk, as: .buyer, filler: 400, into: &buffer)
        }
        let manner = stream.below(100)
        let slowness = manner < 88 ? 3...17 : manner < 96 ? 35...160 : 190...900
        pause(slowness)
        let greets = !(78..<88).contains(manner)
        let answer = say(greets ? book.opening : book.plainStart, as: .agent, into: &buffer)
        let delay = scene.time - asked
        if greets, delay <= 30_000 {
            record(.opening, .hit, at: answer, delay: delay)
        } else {
            record(.opening, .missed, at: question, delay: greets ? delay : nil)
        }
        if delay > 30_000 { record(.slowFirstReply, .hit, at: question, delay: delay) }
        if delay > 180_000 {
            record(.slowReply, .hit, at: question, delay: delay)
            record(.longWaitNoApology, .hit, at: question, delay: delay)
        }
    }

    /// One question of the buyer and the answer to it.
    private mutating func round(into buffer: inout [UInt8]) {
        let book = scene.book
        pause(4...70)
        let question = say(book.buyerTalk, as: .buyer, filler: 450, into: &buffer)
        let asked = scene.time
        if stream.chance(350) {
            pause(3...22)
            say(book.buyerTalk, as: .buyer, filler: 450, into: &buffer)
        }
        if stream.chance(60) {
            pause(2...15)
            writeImage(into: &buffer)
        }
        if stream.chance(70) {
            pause(0...2)
            say(book.system, as: .system, into: &buffer)
        }
        let isSlow = stream.chance(12)
        pause(isSlow ? 190...1500 : 4...50)
        if isSlow { answerLate(question: question, asked: asked, into: &buffer) }
        answer(into: &buffer)
        while stream.chance(330) {
            pause(3...25)
            answer(into: &buffer)
        }
        if stream.chance(20) { fallSilent(into: &buffer) }
    }

    private mutating func answerLate(
        question: Int, asked: Int64, into buffer: inout [UInt8]
    ) {
        let delay = scene.time - asked
        record(.slowReply, .hit, at: question, delay: delay)
        guard stream.chance(500) else {
            record(.longWaitNoApology, .hit, at: question, delay: delay)
            return
        }
        let apology = say(scene.book.waitApology, as: .agent, into: &buffer)
        record(.apologyAfterWait, .hit, at: apology, delay: delay)
        pause(2...9)
    }

    /// One message of the agent: useful, asking for patience, or planted.
    private mutating func answer(into buffer: inout [UInt8]) {
        let book = scene.book
        let choice = stream.below(1000)
        let rule = stream.below(PlantedRule.spoken.count)
        switch choice {
        case 0..<18 where options.shape != .hits:
            let message = say(book.planted[rule], as: .agent, into: &buffer)
            record(PlantedRule.spoken[rule], .hit, at: message)
        case 18..<34 where options.shape != .hits:
            let message = say(book.nearMisses[rule], as: .agent, into: &buffer)
            record(PlantedRule.spoken[rule], .clean, at: message)
        case 34..<64:
            say(book.waiting, as: .agent, into: &buffer)
            pause(15...100)
            say(book.agentTalk, as: .agent, filler: 450, into: &buffer)
        default:
            say(book.agentTalk, as: .agent, filler: 450, into: &buffer)
        }
    }

    /// The agent asks, the buyer says nothing for a while, and the agent may ask again.
    private mutating func fallSilent(into buffer: inout [UInt8]) {
        let book = scene.book
        pause(5...20)
        let question = say(book.probing, as: .agent, into: &buffer)
        if stream.chance(600) {
            let asked = scene.time
            pause(200...580)
            let message = say(book.followUp, as: .agent, into: &buffer)
            record(.followUpAfterSilence, .hit, at: message, delay: scene.time - asked)
        } else {
            pause(660...1500)
            record(.followUpAfterSilence, .missed, at: question)
        }
    }

    private mutating func handOver(into buffer: inout [UInt8]) {
        let book = scene.book
        scene.wasHandedOver = true
        pause(5...30)
        let isAnnounced = stream.chance(700)
        if isAnnounced {
            say(book.handoverNotice, as: .agent, into: &buffer)
            pause(2...10)
        }
        let next = (scene.agent + 1 + stream.below(scene.staff - 1)) % scene.staff
        let transfer = writeTransfer(to: next, into: &buffer)
        if !isAnnounced { record(.transferUnannounced, .hit, at: transfer) }
        scene.agent = next
        scene.agentName = agentName(next)
        pause(5...40)
        if stream.chance(800) {
            let message = say(book.handoverGreeting, as: .agent, into: &buffer)
            record(.handoverGreeting, .hit, at: message)
        } else {
            say(book.handoverPlain, as: .agent, into: &buffer)
            record(.handoverGreeting, .missed, at: transfer)
        }
    }

    private mutating func end(into buffer: inout [UInt8]) {
        let book = scene.book
        let manner = stream.below(100)
        if manner < 3 {
            pause(10...90)
            let message = say(book.firstQuestion, as: .buyer, into: &buffer)
            record(.unansweredAtClose, .hit, at: message)
            return
        }
        if manner < 80 {
            pause(5...60)
            say(book.buyerFarewell, as: .buyer, into: &buffer)
        }
        if manner < 65 {
            pause(3...40)
            let message = say(book.closing, as: .agent, into: &buffer)
            record(.closing, .hit, at: message)
        } else {
            record(.closing, .missed, at: scene.lastAgentMessage)
        }
    }
}
