import ConversationModel

extension HTMLReport {
    /// The frame that the page's script fills: filters, list, the opened finding.
    func findingsSection(of report: Report, _ page: inout HTMLText) {
        page.raw(
            """
            <section id="findings" class="tab" aria-labelledby="h-findings">
            <h2 id="h-findings" class="sr">判定结果</h2>
            <p id="f-note" class="notice" role="alert" hidden></p>
            <noscript><p class="notice">判定结果的筛选与上下文需要 JavaScript；各表不受影响。</p></noscript>
            <div class="filters" role="search" aria-label="筛选判定结果">
            <label class="q"><span>搜索聊天、会话、买家、客服</span><input id="f-text" type="search" placeholder="例如：加微信" \
            autocomplete="off" aria-keyshortcuts="/"></label>
            <label><span>结果</span><select id="f-outcome"></select></label>
            <label><span>规则</span><select id="f-rule"></select></label>
            <label><span>级别</span><select id="f-severity"></select></label>
            <label><span>客服</span><select id="f-agent"></select></label>
            <label><span>分组</span><select id="f-group"></select></label>
            <label><span>日期</span><select id="f-day"></select></label>
            <label><span>排序</span><select id="f-sort"></select></label>
            <button id="f-reset" type="button">清除</button>
            <button id="f-more" type="button" aria-expanded="false">更多筛选</button>
            </div>
            <div class="status"><p id="f-count" role="status" data-all="
            """)
        page.plain(report.cases.count + report.casesLeftOut)
        page.raw(
            """
            "></p>
            <p class="keys" aria-hidden="true"><kbd>J</kbd> 下一条 <kbd>K</kbd> 上一条 <kbd>/</kbd> 搜索</p></div>
            <div class="split">
            <div><ol id="list" class="list"></ol><div id="pager" class="pager"></div></div>
            <div id="pane" class="pane" role="region" aria-label="聊天上下文"></div>
            </div>
            </section>

            """)
    }
}
