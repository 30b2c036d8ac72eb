extension HTMLReport {
    /// The page's script: filters, the list, the opened finding, sorting of tables.
    ///
    /// `scriptDigest` must be the digest of this text: the page's policy admits nothing else, and a test
    /// compares them.
    static let script: StaticString = #"""

        'use strict';
        (() => {
        const $ = id => document.getElementById(id);
        // What turns the direction of writing would turn evidence around: a mark stands there.
        const shownText = text => String(text).replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
        const el = (tag, cls, text) => {
          const node = document.createElement(tag);
          if (cls) node.className = cls;
          if (text !== undefined && text !== null) node.textContent = shownText(text);
          return node;
        };
        document.documentElement.classList.add('js');

        // Two lines a finding, after the line of the rules; the context is parsed when it is wanted.
        const lines = $('data').textContent.trim().split('\n');
        const rules = JSON.parse(lines[0]);
        const KEYS = ['id', 'rule', 'missed', 'agent', 'group', 'day', 'time', 'gap', 'partial', 'conversation',
          'shop', 'buyer', 'messages', 'snippet', 'kind', 'overdue', 'divergence', 'version', 'exempt'];
        const items = [];
        for (let i = 1; i + 1 < lines.length; i += 2) {
          const row = JSON.parse(lines[i]);
          const item = { line: i + 1, number: items.length };
          KEYS.forEach((key, k) => { item[key] = row[k]; });
          const rule = rules[item.rule] || ['', '未知规则', 0, 0, '', ''];
          item.ruleID = rule[0]; item.name = rule[1]; item.positive = rule[2] === 1;
          item.severity = rule[3]; item.summary = rule[5];
          item.found = item.missed ? 'missed' : item.positive ? 'met' : 'negative';
          // What is exempt stands apart: no number of the tables counts it.
          item.outcome = item.exempt ? 'exempt' : item.found;
          item.attention = item.outcome === 'negative' || item.outcome === 'missed';
          items.push(item);
        }
        const contextOf = item => JSON.parse(lines[item.line]);

        const SEVERITY = ['提示', '一般', '严重', '致命'];
        const OUTCOME = { negative: '命中', missed: '未达成', met: '达成' };
        const KIND = { image: '图片', video: '视频', audio: '语音', card: '卡片', link: '链接', file: '文件',
          recall: '撤回', transfer: '转接', event: '事件', other: '其他' };
        const LABEL = new Map(Object.entries(
          { match: '证据', trigger: '触发', answer: '应答', excuse: '请稍等', earlier: '前文', later: '后文', context: '相关' }));
        const grouped = n => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
        // Times come as local milliseconds of the shop's zone, so the UTC accessors show its clock.
        const stamp = ms => (ms === null || Math.abs(ms) > 8e15) ? null : new Date(ms).toISOString();
        const clock = ms => { const s = stamp(ms); return s ? s.slice(11, 19) : ''; };
        const shortTime = ms => { const s = stamp(ms); return s ? s.slice(5, 10) + ' ' + s.slice(11, 16) : ''; };
        const duration = ms => {
          const sign = ms < 0 ? '-' : '';
          ms = Math.abs(ms);
          if (ms < 60000) return sign + (ms / 1000).toFixed(ms % 1000 ? 1 : 0) + ' 秒';
          const s = Math.floor(ms / 1000), h = Math.floor(s / 3600), d = Math.floor(h / 24);
          if (d) return sign + d + ' 天' + (h % 24 ? ' ' + h % 24 + ' 小时' : '');
          if (h) return sign + h + ' 小时' + (Math.floor(s / 60) % 60 ? ' ' + Math.floor(s / 60) % 60 + ' 分' : '');
          return sign + Math.floor(s / 60) + ' 分' + (s % 60 ? ' ' + s % 60 + ' 秒' : '');
        };
        // How long it took, or how long nothing came.
        const gapOf = item => (item.overdue ? '超过 ' : '间隔 ') + duration(item.gap);
        // Both sides of a search: widths and case do not matter, nor what cannot be seen.
        const folded = text => text.normalize('NFKC').replace(/\p{Cf}/gu, '').toLowerCase();
        const wordsOf = text => folded(text).split(/\s+/).filter(Boolean);

        // ---- text with marks -------------------------------------------------------------------------
        const plainOf = pieces => typeof pieces === 'string' ? pieces : pieces.slice(2).join('');
        const fill = (node, pieces, whole, quiet) => {
          if (typeof pieces === 'string') {
            node.append(whole && pieces ? el('mark', 'whole', pieces) : shownText(pieces));
            return node;
          }
          const left = n => quiet ? '…' : '［省略 ' + grouped(n) + ' 字］';
          if (pieces[0]) node.append(left(pieces[0]));
          const marked = pieces.length > 3;
          for (let i = 2; i < pieces.length; i++) {
            if (!pieces[i]) continue;
            if (i % 2) node.append(el('mark', '', pieces[i]));
            else node.append(!marked && whole ? el('mark', 'whole', pieces[i]) : shownText(pieces[i]));
          }
          if (pieces[1]) node.append(left(pieces[1]));
          return node;
        };

        // ---- filters -----------------------------------------------------------------------------------
        const FIELDS = ['outcome', 'severity', 'rule', 'agent', 'group', 'day', 'sort'];
        const PAGE = 50;
        let shown = [], page = 0, current = null, haystack = null;
        const option = (select, value, name, count) => {
          const node = el('option', '', count === undefined ? name : name + ' ' + grouped(count));
          node.value = value;
          node.dataset.name = name;
          select.append(node);
        };
        const fillSelect = (id, key, name) => {
          const counts = new Map();
          for (const item of items) counts.set(item[key], (counts.get(item[key]) || 0) + 1);
          const select = $('f-' + id);
          option(select, '', '全部');
          const sorted = [...counts].sort((a, b) => id === 'day' ? (a[0] < b[0] ? -1 : 1) : b[1] - a[1]);
          for (const [value, count] of sorted) option(select, value, name(value), count);
        };
        const tally = { attention: 0, negative: 0, missed: 0, met: 0, exempt: 0 };
        for (const item of items) { tally[item.outcome]++; if (item.attention) tally.attention++; }
        const outcomes = $('f-outcome');
        option(outcomes, 'attention', '需关注', tally.attention);
        option(outcomes, 'negative', '负面命中', tally.negative);
        option(outcomes, 'missed', '未达成', tally.missed);
        option(outcomes, 'met', '达成', tally.met);
        if (tally.exempt) option(outcomes, 'exempt', '豁免', tally.exempt);
        option(outcomes, '', '全部', items.length);
        option($('f-severity'), '', '全部');
        for (let s = 3; s >= 0; s--) option($('f-severity'), String(s), SEVERITY[s]);
        const nameOf = new Map(rules.map(rule => [rule[0], rule[1]]));
        fillSelect('rule', 'ruleID', id => nameOf.get(id) || id);
        fillSelect('agent', 'agent', name => name);
        fillSelect('group', 'group', name => name);
        fillSelect('day', 'day', day => day || '日期未知');
        option($('f-sort'), 'severity', '最严重在前');
        option($('f-sort'), 'newest', '最新在前');
        option($('f-sort'), 'oldest', '最早在前');
        const initial = tally.attention ? 'attention' : '';
        const reset = () => {
          $('f-text').value = '';
          for (const name of FIELDS) $('f-' + name).selectedIndex = 0;
          outcomes.value = initial;
        };
        reset();

        const searchable = () => haystack || (haystack = items.map(item => {
          const said = contextOf(item).map(m => plainOf(m[6])).join('\n');
          return [said, item.name, item.agent, item.group, item.conversation, item.buyer || '', item.shop || '', item.id]
            .join('\n');
        }).map(folded));
        const apply = keep => {
          const want = {};
          for (const name of FIELDS) want[name] = $('f-' + name).value;
          const words = wordsOf($('f-text').value);
          const hay = words.length ? searchable() : null;
          shown = items.filter(item =>
            (!want.outcome || (want.outcome === 'attention' ? item.attention : item.outcome === want.outcome)) &&
            (!want.severity || item.severity === +want.severity) && (!want.rule || item.ruleID === want.rule) &&
            (!want.agent || item.agent === want.agent) && (!want.group || item.group === want.group) &&
            (!$('f-day').selectedIndex || item.day === want.day) &&
            (!hay || words.every(word => hay[item.number].includes(word))));
          const newest = (a, b) => (b.time ?? -Infinity) - (a.time ?? -Infinity) || a.number - b.number;
          const rank = item => item.severity + (item.outcome === 'negative' ? 8 : item.outcome === 'missed' ? 4 : 0);
          if (want.sort === 'severity') shown.sort((a, b) => rank(b) - rank(a) || newest(a, b) || 0);
          else if (want.sort === 'newest') shown.sort((a, b) => newest(a, b) || 0);
          else shown.sort((a, b) => newest(b, a) || 0);
          page = 0;
          if (!keep) current = null;
          $('f-note').hidden = true;
          render();
        };

        // ---- list --------------------------------------------------------------------------------------
        const wide = matchMedia('(min-width: 1024px)');
        const pane = $('pane'), list = $('list'), split = pane.parentNode;
        const outcomeTag = item => el('span', 'tag ' + (item.found === 'met' ? 'good' : 's' + item.severity),
          item.found === 'negative' ? SEVERITY[item.severity] : OUTCOME[item.found]);
        const rowOf = item => {
          const li = el('li');
          const button = el('button', 'item');
          button.type = 'button';
          button.id = 'b-' + item.number;
          button.setAttribute('aria-expanded', 'false');
          const a = el('span', 'a');
          const time = el('time', '', shortTime(item.time));
          a.append(outcomeTag(item), el('b', '', item.name), time);
          const b = el('span', 'b');
          if (item.kind) b.append(el('span', 'media', '［' + (KIND[item.kind] || item.kind) + '］'));
          fill(b, item.snippet, false, true);
          const c = el('span', 'c');
          if (item.exempt) c.append(el('span', 'tag s0', '豁免'));
          c.append(el('span', '', item.agent), el('span', '', item.group));
          if (item.gap !== null) c.append(el('span', '', gapOf(item)));
          c.append(el('span', '', item.conversation));
          button.append(a, b, c);
          button.addEventListener('click', () => current === item && !wide.matches ? close() : open(item));
          li.append(button);
          return li;
        };
        // What the list shows, in words: on a small screen most filters are folded away.
        const all = +$('f-count').dataset.all;
        const describe = () => {
          const chosen = [];
          for (const name of ['agent', 'group', 'day', 'rule', 'severity']) {
            const select = $('f-' + name);
            if (select.selectedIndex > 0) chosen.push(select.selectedOptions[0].dataset.name);
          }
          if ($('f-text').value.trim()) chosen.push('“' + $('f-text').value.trim() + '”');
          const name = outcomes.selectedOptions[0].dataset.name;
          let text = chosen.concat(name).join(' · ') + '：' + grouped(shown.length) + ' 条';
          if (!chosen.length && outcomes.value === 'attention') {
            text += '（负面命中 ' + grouped(tally.negative) + ' + 未达成 ' + grouped(tally.missed) + '），另有达成 ' + grouped(tally.met) + ' 条';
          }
          if (all > items.length) text += '；本页收录 ' + grouped(items.length) + ' 条，全部 ' + grouped(all) + ' 条';
          $('f-count').textContent = text;
          const hidden = ['severity', 'agent', 'group', 'day'].filter(field => $('f-' + field).selectedIndex > 0).length;
          const more = $('f-more');
          more.textContent = more.getAttribute('aria-expanded') === 'true' ? '收起' : hidden ? '更多筛选（' + hidden + '）' : '更多筛选';
        };
        const nothing = () => {
          const li = el('li', 'empty');
          if (!items.length) { li.append(el('p', '', '没有判定结果：没有规则命中，也没有未达成')); return li; }
          li.append(el('p', '', '没有符合条件的判定结果'));
          if (all > items.length) li.append(el('p', 'soft', '本页只收录了一部分，其余请用 --format ndjson 导出'));
          li.append(action('清除筛选', () => { reset(); apply(); if (wide.matches) $('f-text').focus(); }));
          return li;
        };
        const render = () => {
          const pages = Math.max(1, Math.ceil(shown.length / PAGE));
          page = Math.min(page, pages - 1);
          split.append(pane);
          pane.replaceChildren();
          list.replaceChildren(...shown.slice(page * PAGE, page * PAGE + PAGE).map(rowOf));
          describe();
          const pager = $('pager');
          pager.replaceChildren();
          if (pages > 1) {
            const go = (text, target) => {
              const button = el('button', '', text);
              button.type = 'button';
              button.disabled = target < 0 || target >= pages;
              button.addEventListener('click', () => { page = target; current = null; render(); scrollTo(0, 0); });
              return button;
            };
            pager.append(go('上一页', page - 1), el('span', 'soft', (page + 1) + ' / ' + pages + ' 页'), go('下一页', page + 1));
          }
          if (current && shown.indexOf(current) >= page * PAGE && shown.indexOf(current) < page * PAGE + PAGE) place(false);
          else if (shown.length) pane.append(el('p', 'hint', '选择左侧一条判定结果，查看聊天上下文'));
          if (!shown.length) list.append(nothing());
        };

        // ---- one finding -------------------------------------------------------------------------------
        const field = (dl, name, value, cls) => {
          if (value === null || value === undefined || value === '') return;
          const div = el('div', cls);
          div.append(el('dt', '', name), el('dd', '', value));
          dl.append(div);
        };
        const copy = (button, text) => {
          const done = () => { const old = button.textContent; button.textContent = '已复制'; setTimeout(() => { button.textContent = old; }, 1200); };
          const byHand = () => {
            const area = el('textarea');
            area.value = text;
            document.body.append(area);
            area.select();
            document.execCommand('copy');
            area.remove();
            done();
          };
          if (navigator.clipboard && isSecureContext) navigator.clipboard.writeText(text).then(done, byHand);
          else byHand();
        };
        const action = (text, run, label) => {
          const button = el('button', '', text);
          button.type = 'button';
          if (label) button.setAttribute('aria-label', label);
          button.addEventListener('click', () => run(button));
          return button;
        };
        const detail = item => {
          const article = el('article');
          article.setAttribute('aria-label', item.name);
          const header = el('header');
          const title = el('div', 't');
          title.append(el('h3', '', item.name), outcomeTag(item));
          if (item.found !== 'negative') title.append(el('span', 'tag s0', SEVERITY[item.severity]));
          if (item.partial) title.append(el('span', 'tag s0', '部分条件未判定'));
          if (item.exempt) title.append(el('span', 'tag s0', '豁免'));
          const why = el('p', 'why');
          if (item.missed) why.append(el('strong', '', '未达成：'));
          why.append(item.summary || item.ruleID);
          const dl = el('dl');
          if (item.divergence) field(dl, '偏离', item.divergence);
          if (item.exempt) field(dl, '豁免', item.exempt + '（不计入评分与比率）');
          field(dl, '客服', item.agent);
          field(dl, '分组', item.group);
          if (item.gap !== null) field(dl, item.overdue ? '超过' : '间隔', duration(item.gap), item.found === 'met' ? '' : 'gap');
          field(dl, '日期', item.day || '未知');
          field(dl, '买家', item.buyer);
          field(dl, '店铺', item.shop);
          field(dl, '会话', item.conversation);
          field(dl, '规则编号', item.ruleID);
          if (item.version) field(dl, '规则版本', '第 ' + item.version + ' 版');
          const act = el('div', 'act');
          const next = el('span', 'next');
          next.append(action('↑', () => step(-1), '上一条（K）'), action('↓', () => step(1), '下一条（J）'));
          act.append(action('复制编号', b => copy(b, item.id)),
            action('复制链接', b => copy(b, location.href.split('#')[0] + '#f-' + item.id)), next);
          title.append(act);
          header.append(why, dl);
          article.append(title, header, chat(item));
          return article;
        };
        const chat = item => {
          const ol = el('ol', 'chat');
          const cut = n => { if (n > 0) ol.append(el('li', 'cut', '… 省略 ' + grouped(n) + ' 条')); };
          let last = -1, lastTime = null, lastDay = '';
          for (const [index, time, speaker, agent, kind, auto, pieces, labels] of contextOf(item)) {
            cut(index - last - 1);
            const day = (stamp(time) || '').slice(0, 10);
            if (day && day !== lastDay) { ol.append(el('li', 'mid', day)); lastDay = day; }
            else if (time !== null && lastTime !== null && index === last + 1 && time - lastTime >= 60000) {
              ol.append(el('li', 'wait', duration(time - lastTime) + '后'));
            }
            last = index;
            if (time !== null) lastTime = time;
            const li = el('li', ['', 'right', 'right bot', 'mid'][speaker]);
            if (labels.length) li.classList.add('ev');
            const who = el('div', 'who');
            const name = speaker === 0 ? '买家' : speaker === 1 ? agent || '客服（未知）' : speaker === 2 ? '服务助手' : '';
            if (name) who.append(el('span', '', name));
            who.append(el('time', '', clock(time)));
            if (auto) who.append(el('span', 'badge', '自动'));
            for (const label of new Set(labels)) who.append(el('span', 'badge e', LABEL.get(label) || label));
            const say = el('div', 'say');
            say.dir = 'auto';
            if (kind && (speaker !== 3 || !plainOf(pieces))) say.append(el('span', 'media', '［' + (KIND[kind] || kind) + '］'));
            fill(say, pieces, labels.length > 0, false);
            li.append(who, say);
            ol.append(li);
          }
          cut(item.messages - last - 1);
          return ol;
        };
        const place = scroll => {
          for (const button of list.querySelectorAll('.item[aria-expanded=true]')) button.setAttribute('aria-expanded', 'false');
          const button = $('b-' + current.number);
          if (!button) return;
          button.setAttribute('aria-expanded', 'true');
          pane.replaceChildren(detail(current));
          pane.scrollTop = 0;
          if (wide.matches) split.append(pane); else button.after(pane);
          if (scroll) button.scrollIntoView({ block: wide.matches ? 'nearest' : 'start' });
          const mark = pane.querySelector('.ev');
          fit();
          if (wide.matches && mark) {
            const below = mark.offsetTop + mark.offsetHeight - pane.clientHeight;
            if (below > 0) pane.scrollTop = below + 24;
          }
        };
        // The pane ends where the window ends, however far the page is scrolled.
        const fit = () => {
          const top = Math.max(split.getBoundingClientRect().top, 58);
          pane.style.maxHeight = wide.matches ? Math.max(320, innerHeight - top - 12) + 'px' : '';
        };
        addEventListener('scroll', fit, { passive: true });
        addEventListener('resize', fit, { passive: true });
        const remember = hash => { try { history.replaceState(null, '', hash); } catch { /* a page without history */ } };
        const open = item => {
          current = item;
          const at = Math.floor(shown.indexOf(item) / PAGE);
          if (at !== page || !$('b-' + item.number)) { page = Math.max(0, at); render(); }
          place(true);
          remember('#f-' + item.id);
        };
        const close = () => { current = null; remember('#findings'); split.append(pane); pane.replaceChildren();
          for (const button of list.querySelectorAll('.item')) button.setAttribute('aria-expanded', 'false'); };
        const step = by => {
          if (!shown.length) return;
          const at = current ? shown.indexOf(current) + by : by > 0 ? page * PAGE : -1;
          if (shown[at]) { open(shown[at]); $('b-' + shown[at].number).focus({ preventScroll: true }); }
        };

        // ---- parts of the page ---------------------------------------------------------------------------
        // Sections give up the names that the address has, or the browser would scroll to them.
        const tabs = [...document.querySelectorAll('.tab')];
        for (const tab of tabs) { tab.dataset.name = tab.id; tab.id = 'tab-' + tab.id; }
        const isShown = name => !$('tab-' + name).hidden;
        const links = [...document.querySelectorAll('.tabs a')];
        // Each part keeps its place for those who come back to it; the list begins at its top.
        let part = '';
        const places = {};
        const show = id => {
          if (part !== id) places[part] = scrollY;
          const place = part === id || id === 'findings' ? 0 : places[id] || 0;
          part = id;
          for (const tab of tabs) tab.hidden = tab.dataset.name !== id;
          for (const link of links) {
            if (link.hash === '#' + id) { link.setAttribute('aria-current', 'page'); link.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
            else link.removeAttribute('aria-current');
          }
          scrollTo(0, place);
        };
        const route = () => {
          const name = location.hash.slice(1);
          if (name === 'main') return;
          if (name.startsWith('f-')) {
            const item = items.find(candidate => 'f-' + candidate.id === name);
            show('findings');
            if (!item) {
              $('f-note').textContent = '本页没有链接所指的判定结果 ' + name.slice(2, 42)
                + (all > items.length ? '：本页只收录了一部分' : '：它可能属于另一份报告，或规则与数据已经改变');
              $('f-note').hidden = false;
              return;
            }
            if (!shown.includes(item)) { reset(); outcomes.value = item.attention ? initial : ''; apply(); }
            open(item);
            return;
          }
          show(tabs.some(tab => tab.dataset.name === name) ? name : 'overview');
        };
        addEventListener('hashchange', route);
        if ('scrollRestoration' in history) history.scrollRestoration = 'manual';
        document.addEventListener('click', event => {
          const link = event.target.closest('a[href="#findings"]');
          if (!link || link.closest('.tabs')) return;
          reset();
          const data = link.dataset;
          outcomes.value = data.outcome === 'hit' ? '' : data.outcome || '';
          for (const name of ['rule', 'severity', 'agent', 'group', 'day']) {
            if (data[name] === undefined) continue;
            const select = $('f-' + name);
            if (name === 'day' && data.day === '日期未知') {
              // Its value is that of “全部”, which stands first.
              select.selectedIndex = [...select.options].findIndex(node => node.dataset.name === data.day);
            } else {
              select.value = data[name];
            }
            // The kept findings may have none of it.
            if (select.selectedIndex < 0) { option(select, data[name], name === 'rule' ? nameOf.get(data[name]) || data[name] : data[name], 0); select.value = data[name]; }
          }
          if (data.outcome === 'hit') {
            const rule = rules.find(candidate => candidate[0] === data.rule);
            outcomes.value = rule && rule[2] ? 'met' : 'negative';
          }
          apply();
        });
        let timer = 0;
        $('f-text').addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(() => apply(), 180); });
        for (const name of FIELDS) $('f-' + name).addEventListener('change', () => apply());
        $('f-reset').addEventListener('click', () => { reset(); apply(); });
        $('f-more').addEventListener('click', event => {
          const isOpen = event.target.closest('.filters').classList.toggle('open');
          event.target.setAttribute('aria-expanded', isOpen);
          describe();
        });
        wide.addEventListener('change', () => { if (current) place(false); });
        document.addEventListener('keydown', event => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
          if (event.key === 'Escape' && typing) { event.target.blur(); return; }
          if (typing) return;
          const key = event.key.toLowerCase();
          if (key === 'j' || key === 'k') { if (isShown('findings')) { event.preventDefault(); step(key === 'j' ? 1 : -1); } }
          else if (event.key === '/') { event.preventDefault(); if (!isShown('findings')) { remember('#findings'); route(); } $('f-text').focus(); }
          else if (event.key === 'Escape' && current && !wide.matches) close();
        });

        // ---- tables ------------------------------------------------------------------------------------
        const collator = new Intl.Collator('zh-CN', { numeric: true });
        for (const sheet of document.querySelectorAll('.sheet')) {
          const body = sheet.querySelector('tbody');
          sheet.querySelectorAll('thead th').forEach((th, column) => {
            const button = el('button', '', th.textContent);
            button.type = 'button';
            th.replaceChildren(button);
            button.addEventListener('click', () => {
              const down = th.getAttribute('aria-sort') ? th.getAttribute('aria-sort') === 'ascending' : th.classList.contains('num');
              for (const other of sheet.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
              th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
              const value = tr => { const cell = tr.cells[column]; return cell.dataset.v !== undefined ? +cell.dataset.v : cell.textContent; };
              const keyed = [...body.rows].map(tr => [value(tr), tr]);
              keyed.sort((a, b) => (typeof a[0] === 'number' ? a[0] - b[0] : collator.compare(a[0], b[0])) * (down ? -1 : 1));
              body.append(...keyed.map(pair => pair[1]));
            });
          });
          sheet.querySelector('.find')?.addEventListener('input', event => {
            const words = wordsOf(event.target.value);
            let left = 0;
            for (const tr of body.rows) {
              const text = words.length ? folded([...tr.cells].map(cell => cell.textContent).join(' ')) : '';
              tr.hidden = !words.every(word => text.includes(word));
              if (!tr.hidden) left++;
            }
            sheet.classList.toggle('none', !left);
          });
        }

        apply();
        route();
        })();

        """#

    /// SHA-256 of `script`, in Base64.
    static let scriptDigest: StaticString = "7zm8NmeNPba9h8PqS55Ii0mBF+ZzDfO5cfvh8WCysuM="
}
