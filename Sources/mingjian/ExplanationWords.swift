import Diagnostics
import Monitoring
import Server

extension FigureName {
    /// What supervisors call it.
    var phrase: Phrase {
        switch self {
        case .served: Phrase("buyers served", "累计接待")
        case .guidedSales: Phrase("guided sales", "引导销售额")
        case .guidedSalesByPeople: Phrase("guided sales, led by people", "引导销售额（人工）")
        case .guidedSalesByAssistant: Phrase("guided sales, by the assistant alone", "引导销售额（仅助手）")
        case .guidedPayers: Phrase("guided payers", "引导付款人数")
        case .guidedPayersByPeople: Phrase("guided payers, led by people", "引导付款人数（人工）")
        case .guidedPayersByAssistant: Phrase("guided payers, by the assistant alone", "引导付款人数（仅助手）")
        case .inquiring: Phrase("inquiring buyers", "询单人数")
        case .conversion: Phrase("conversion: guided payers ÷ inquiring buyers", "转化率：引导付款人数 ÷ 询单人数")
        case .strictConversion:
            Phrase("strict conversion: payers among the inquiring ÷ inquiring buyers", "严格转化率：询单买家中的付款人数 ÷ 询单人数")
        case .lateEvents: Phrase("late events of the day", "当日迟到事件")
        case .response: Phrase("mean response time of the last slot", "上一时段平均响应")
        case .answers: Phrase("mean over all answers of the last slot", "上一时段全部回复的平均响应")
        case .uncounted: Phrase("answers of the last slot that count in no mean", "上一时段未计入平均的回复")
        case .afterHours: Phrase("answers of the last slot to waits that began out of hours", "上一时段留言回复")
        case .transferred: Phrase("handed on unanswered in the last slot", "上一时段转出未回")
        case .closedUnanswered: Phrase("closed unanswered in the last slot", "上一时段关闭未回")
        case .buyerWaits: Phrase("buyers' own waits that ended in the last slot", "上一时段结束的买家等待")
        case .openBuyerWaits: Phrase("buyers' own waits that have not ended", "未结束的买家等待")
        case .pending: Phrase("pending conversations", "待回复")
        case .pendingPerAgent: Phrase("pending per agent online", "人均待回复：待回复 ÷ 在线客服")
        case .readUnanswered: Phrase("read and not answered", "已读未回")
        case .leftPending: Phrase("agents offline with something pending", "下班未清的客服")
        case .online: Phrase("agents online", "在线客服")
        case .suspended: Phrase("agents suspended", "挂起客服")
        case .queued: Phrase("conversations in the queue", "排队")
        case .pooled: Phrase("conversations in the pool", "离线池")
        case .unassigned: Phrase("waiting conversations that nobody has", "未分配")
        case .consulted: Phrase("buyers who spoke to the assistant in the last slot", "上一时段助手咨询人数")
        case .handed: Phrase("buyers handed from the assistant to people in the last slot", "上一时段助手转交人数")
        case .handOverRate: Phrase("hand-over rate: handed ÷ consulted", "转人工率：转交人数 ÷ 咨询人数")
        case .clicks: Phrase("clicks on first questions in the last half hour", "上半小时首问语点击")
        }
    }
}

extension Explanation.LeftOut.Reason {
    /// Why it was not counted.
    var phrase: Phrase {
        switch self {
        case .automatic: Phrase("an automatic message is no answer", "自动消息不算回复")
        case .noOpenWait: Phrase("nothing was waiting for an answer then", "当时没有等待回复的消息")
        case .noContent: Phrase("a recall or a notice is no message", "撤回或通知不算消息")
        case .noClock:
            Phrase(
                "only the assistant's time lay before it: since when the agent owed it is not known",
                "此前是助手在接待，无法确定客服从何时开始欠回复")
        case .outsideHours: Phrase("outside the hours that are counted", "不在统计的时间内")
        case .noReply: Phrase("spoke, and was not answered on that day", "当天说过话，没有得到回复")
        case .onlyAutomatic: Phrase("got nothing but automatic messages", "只收到自动消息")
        case .notSpoken: Phrase("was written to, but did not speak on that day", "客服发过消息，买家当天没有说话")
        case .notServed: Phrase("paid without having been served that day", "付款，但当天没有被接待")
        case .paidBefore: Phrase("paid before being served", "先付款，后被接待")
        case .imported: Phrase("an imported payment is counted for nobody", "导入的历史付款不计入")
        case .ledByPeople: Phrase("an agent had replied by then: led by people", "付款前有客服回复，属人工引导")
        case .ledByAssistant: Phrase("only the assistant had replied by then", "付款前只有助手回复，属助手引导")
        case .hasBought: Phrase("had placed an order in the 21 days before", "此前 21 天内下过单，不是询单买家")
        case .ordersUnknown: Phrase("whether he had bought before is not known", "此前 21 天的订单未齐，不知是否买过")
        case .notToAssistant: Phrase("spoke while the assistant did not have the conversation", "说话时不由助手接待")
        case .assistantMessage:
            Phrase("the assistant's messages end no wait by this policy", "按当前口径，助手的消息不结束等待")
        case .read: Phrase("read, and by this policy pending no more", "已读，按当前口径不再算待回复")
        case .unread: Phrase("not read yet", "还没有读")
        case .closed: Phrase("the conversation is closed", "会话已关闭（含长时间无人说话）")
        case .offline: Phrase("offline", "不在线")
        case .online: Phrase("online", "在线")
        }
    }
}

extension Explanation.Undefined {
    /// Why there is no value.
    var phrase: Phrase {
        switch self {
        case .beforeFirstEvent: Phrase("nothing of the shop is known from before then", "店铺此前还没有任何记录")
        case .ordersUnknown: Phrase("not all orders of the 21 days before are known", "此前 21 天的订单未齐")
        case .nobodyInquiring: Phrase("there was no inquiring buyer", "没有询单买家")
        case .noAnswer: Phrase("nothing was answered in the slot", "本时段无回复")
        case .noWaitEnded: Phrase("no wait of a buyer ended in the slot", "本时段没有结束的买家等待")
        case .nobodyOnline: Phrase("nobody is online", "无人在线")
        case .nobodyConsulted: Phrase("nobody spoke to the assistant in the slot", "本时段没有人咨询助手")
        }
    }
}
