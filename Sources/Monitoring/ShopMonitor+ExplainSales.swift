import ConversationModel

extension ShopMonitor {
    /// M2 to M4 of the day up to `until`: payments, payers, and who might have become one.
    func explainSales(
        _ figure: Explanation.Figure, _ day: ShopCalendar.Day, until: Int64, _ result: inout Explanation
    ) {
        let question = SalesQuestion(figure)
        result.arithmetic = question.arithmetic
        if question.asksForOrders {
            result.areOrdersKnown =
                ordersKnownSince != .max && ordersKnownSince <= day.span.start - MonitorLimits.orderMemory
            if !result.areOrdersKnown { result.definedFrom = firstDayWithConversion }
        }
        for buyer in buyers {
            let facts = buyer.day(day.number) ?? BuyerDay(day: day.number)
            if question.asksForPayments { explainPayments(question, of: buyer, facts, day, until: until, &result) }
            guard question.asksForOrders, facts.spoke < until else { continue }
            let name = names.buyers.name(buyer.name)
            let spoke = id(message(of: buyer, facts))
            if let order = lastOrder(of: buyer, before: facts.spoke, now: until) {
                result.leaveOut(
                    name, .hasBought, [spoke], order: names.orders.name(order.order), at: order.placed)
            } else if !result.areOrdersKnown {
                result.leaveOut(name, .ordersUnknown, [spoke])
            } else if figure == .inquiring {
                result.terms.append(Explanation.Term(subject: name, events: [spoke]))
            } else {
                result.others.append(Explanation.Term(subject: name, events: [spoke]))
            }
        }
    }

    /// What a buyer paid on the day: each payment that counts, or the buyer once.
    private func explainPayments(
        _ question: SalesQuestion, of buyer: Buyer, _ facts: BuyerDay, _ day: ShopCalendar.Day, until: Int64,
        _ result: inout Explanation
    ) {
        let name = names.buyers.name(buyer.name)
        let isToday = { (time: Int64) in day.span.contains(time) && time < until }
        var guided: [PaymentRecord] = []
        for payment in buyer.payments where isToday(payment.time) {
            if facts.servedSince <= payment.time {
                guided.append(payment)
            } else {
                result.leaveOut(
                    name, facts.servedSince < until ? .paidBefore : .notServed, [ids.name(payment.id)])
            }
        }
        for order in buyer.orders where isToday(order.importedPaid) {
            result.leaveOut(name, .imported, [], order: names.orders.name(order.order), at: order.importedPaid)
        }
        let isByPeople = { (payment: PaymentRecord) in facts.humanServedSince <= payment.time }
        switch (question.lead, question.arithmetic) {
        case (nil, _): break
        case (.assistant?, .count) where guided.contains(where: isByPeople):
            // Whom people led in anything is theirs.
            result.leaveOut(name, .ledByPeople, guided.filter(isByPeople).map { ids.name($0.id) })
            return
        case (let lead?, _):
            let others = guided.filter { isByPeople($0) != (lead == .people) }
            guided.removeAll { isByPeople($0) != (lead == .people) }
            for payment in others {
                result.leaveOut(name, lead == .people ? .ledByAssistant : .ledByPeople, [ids.name(payment.id)])
            }
        }
        guard !guided.isEmpty else { return }
        // In one millisecond they stand as they came.
        guided.sort { $0.time != $1.time ? $0.time < $1.time : ids.isBefore($0.id, $1.id) }
        // Whoever had bought is left out once, by what he said.
        let isInquiring = result.areOrdersKnown && !buyer.hasBought(before: facts.spoke, now: until)
        if question.isOfInquiring, !isInquiring { return }
        let reply = question.lead == .people ? facts.humanReply : min(facts.humanReply, facts.assistantReply)
        let events = served(buyer, message(of: buyer, facts), self.reply(to: buyer, at: reply, question.lead))
        if question.arithmetic == .sum {
            for payment in guided {
                result.terms.append(
                    Explanation.Term(subject: name, value: payment.amount, events: events + [ids.name(payment.id)]))
            }
        } else {
            result.terms.append(Explanation.Term(subject: name, events: events + guided.map { ids.name($0.id) }))
        }
    }

    /// The last of the orders by which the buyer had bought.
    private func lastOrder(of buyer: Buyer, before time: Int64, now: Int64) -> OrderRecord? {
        buyer.orders.filter { $0.isBought(before: time, now: now) }.max { a, b in
            if a.placed != b.placed { return a.placed < b.placed }
            return names.orders.nameBytes(a.order).lexicographicallyPrecedes(names.orders.nameBytes(b.order))
        }
    }

    /// What the buyer said first on the day.
    private func message(of buyer: Buyer, _ facts: BuyerDay) -> EventRow? {
        buyer.rows.first { $0.code == .buyer && $0.time == facts.spoke && isContent($0) }
    }

    /// The reply at that time, by anybody or, where people led, by an agent.
    private func reply(to buyer: Buyer, at time: Int64, _ lead: Explanation.Lead?) -> EventRow? {
        buyer.rows.first {
            ($0.code == .agent || $0.code == .assistant && lead != .people) && $0.time == time
                && !$0.flags.contains(.automatic) && isContent($0)
        }
    }
}

/// What a figure about sales asks of each buyer.
private struct SalesQuestion {
    let arithmetic: Explanation.Arithmetic
    /// Whose sales; nil: all.
    var lead: Explanation.Lead?
    var asksForPayments = true
    /// Whether it depends on who had placed orders before.
    var asksForOrders = false
    /// Whether payers who had are none.
    var isOfInquiring = false

    init(_ figure: Explanation.Figure) {
        switch figure {
        case .guidedSales: arithmetic = .sum
        case .guidedSalesLed(let lead):
            arithmetic = .sum
            self.lead = lead
        case .guidedPayersLed(let lead):
            arithmetic = .count
            self.lead = lead
        case .conversion:
            arithmetic = .ratio
            asksForOrders = true
        case .strictConversion:
            arithmetic = .ratio
            asksForOrders = true
            isOfInquiring = true
        case .inquiring:
            arithmetic = .count
            asksForOrders = true
            asksForPayments = false
        default: arithmetic = .count
        }
    }
}
