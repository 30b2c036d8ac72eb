extension HTMLReport {
    /// The page's style sheet.
    ///
    /// `styleDigest` must be the digest of this text: the page's policy admits nothing else, and a test
    /// compares them.
    static let style: StaticString = #"""

        :root{color-scheme:light dark;--bg:#f4f5f3;--surface:#fff;--sunken:#f7f8f6;--ink:#1c2321;--soft:#5a6662;--line:#e2e6e3;
        --accent:#1d5a91;--tint:#e8f0f8;--c3:#b3261e;--c2:#a9530b;--c1:#7d6410;--c0:#5b6872;--good:#1c7a52;
        --b3:#c43d31;--b2:#dd8b3d;--b1:#dcbc4e;--b0:#aab6bd;--bgood:#3d9d78;--flat:#9db3c8;--mark:#ffe39a;--mark-ink:#3d2c00;--weak:#fff4d6;
        --buyer:#eef1ef;--agent:#dfeaf6;--bot:#ecebf5;--shadow:0 1px 2px rgba(20,40,35,.06),0 4px 14px rgba(20,40,35,.05);--nav:46px}
        @media (prefers-color-scheme:dark){:root{--bg:#111514;--surface:#191e1d;--sunken:#1e2423;--ink:#e6ebe8;--soft:#9caaa5;
        --line:#2c3432;--accent:#8bbcec;--tint:#1b2d40;--c3:#ff9288;--c2:#f0ad72;--c1:#dfc873;--c0:#a5b2ba;--good:#74cfa5;
        --b3:#d95b50;--b2:#cf8440;--b1:#b99c3b;--b0:#6d7a81;--bgood:#3f9674;--flat:#56708a;--mark:#6b5311;--mark-ink:#fff1c4;--weak:#37301a;
        --buyer:#262d2b;--agent:#1d3247;--bot:#2a2a3e;--shadow:none}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scrollbar-gutter:stable;scroll-padding-top:calc(var(--nav) + 12px)}
        body{margin:0;background:var(--bg);color:var(--ink);font:14px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",
        "Noto Sans CJK SC","Noto Sans SC",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere;line-break:strict;text-autospace:normal}
        h1,h2,h3,p,dl,dd,ol,ul,figure,table{margin:0;padding:0}
        ol,ul{list-style:none}
        a{color:var(--accent);text-decoration:none}
        a:hover{text-decoration:underline}
        button,input,select{font:inherit;color:inherit}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
        .wrap{max-width:1280px;margin:0 auto;padding:0 24px}
        .soft{color:var(--soft)}
        .sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip{position:absolute;left:-999px;top:8px;z-index:9;background:var(--surface);padding:8px 14px}
        .skip:focus{left:8px}
        .top{background:var(--surface);border-top:3px solid var(--accent)}
        .top .wrap{display:flex;align-items:center;gap:16px;padding-top:20px;padding-bottom:16px}
        .seal{flex:none;width:46px;height:46px;border-radius:11px;background:#1d4b7a;color:#fff;display:grid;place-items:center;
        font:600 25px/1 "Songti SC","Noto Serif CJK SC","Noto Serif SC",SimSun,serif}
        .names{min-width:0;flex:1}
        .brand{color:var(--soft);font-size:12.5px;letter-spacing:.06em}
        h1{font-size:21px;line-height:1.35;font-weight:650;unicode-bidi:isolate}h1 span{display:inline-block}
        .facts{display:flex;gap:28px;flex:none}
        .facts dt,.coverage dt{color:var(--soft);font-size:12px}
        .facts dd{font-weight:550;white-space:nowrap}
        .tabs{position:sticky;top:0;z-index:5;background:var(--surface);border-bottom:1px solid var(--line)}
        .tabs .wrap{display:flex;gap:4px;overflow-x:auto;scrollbar-width:none}
        .tabs a{flex:none;padding:0 14px;line-height:45px;color:var(--soft);border-bottom:2px solid transparent;font-weight:550}
        .tabs a:hover{color:var(--ink);text-decoration:none}
        .tabs a:focus-visible{outline-offset:-3px}
        .tabs a[aria-current]{color:var(--accent);border-color:var(--accent)}
        .tabs .n{margin-left:6px;font-size:11.5px;padding:1px 7px;border-radius:9px;background:var(--sunken);color:var(--soft);font-weight:500}
        main.wrap{padding-top:16px;padding-bottom:40px;min-height:60vh}
        .js .tab[hidden]{display:none}
        .tab{margin-bottom:28px}
        .notice{background:var(--weak);border:1px solid var(--b1);border-radius:10px;padding:10px 14px;margin-bottom:16px}
        code,kbd{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        code{background:var(--sunken);border:1px solid var(--line);padding:0 5px;border-radius:4px}
        .basis{display:flex;flex-wrap:wrap;gap:4px 22px;color:var(--soft);font-size:13px;margin-bottom:14px}
        .basis b{color:var(--ink);font-weight:600}
        .basis .warn::before,.coverage .warn dt::before{content:"";display:inline-block;width:7px;height:7px;border-radius:50%;
        background:var(--b2);margin-right:7px;vertical-align:1px}
        .cards{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;margin-bottom:12px}
        .card,.panel,.sheet,.filters,.list,.pane>article{background:var(--surface);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow)}
        .card{padding:13px 16px 12px;display:flex;flex-direction:column;min-width:0}
        .card .name{font-size:13px;color:var(--soft)}
        .card .value{font-size:27px;line-height:1.3;font-weight:640;letter-spacing:-.01em;overflow-wrap:normal}
        .card .detail{font-size:12px;color:var(--soft)}
        .card:has(a){padding:0}.card a{display:flex;flex-direction:column;padding:13px 16px 12px;color:inherit;border-radius:11px;height:100%}
        .card a:hover{text-decoration:none;background:var(--sunken)}
        .card.s3 .value{color:var(--c3)}.card.s2 .value{color:var(--c2)}
        .card.good .value{color:var(--good)}
        .panels{display:grid;grid-template-columns:repeat(3,1fr);gap:12px}
        .panel{padding:14px 18px 16px;min-width:0}
        .panel.two{grid-column:span 2}
        .panel.wide{grid-column:1/-1}
        figcaption{display:flex;justify-content:space-between;align-items:baseline;gap:12px}figcaption .soft{font-size:12px}
        h3{font-size:14.5px;font-weight:620}
        .panel h3{margin-bottom:10px}
        .empty{color:var(--soft);padding:26px 16px;text-align:center}.empty button{margin-top:12px}
        svg .s3,.dot.s3{fill:var(--b3);background:var(--b3)}
        svg .s2,.dot.s2{fill:var(--b2);background:var(--b2)}
        svg .s1,.dot.s1{fill:var(--b1);background:var(--b1)}
        svg .s0,.dot.s0{fill:var(--b0);background:var(--b0)}
        svg .good{fill:var(--bgood)}svg .flat{fill:var(--flat)}
        .dot{display:inline-block;width:9px;height:9px;border-radius:3px;margin-right:7px}
        .chart{display:grid;grid-template-columns:auto minmax(0,1fr);column-gap:8px;margin-top:8px}
        .ticks{display:flex;flex-direction:column;justify-content:space-between;margin:-8px 0;font-size:11px;line-height:16px;color:var(--soft);text-align:right}
        .plot{height:176px;border-bottom:1px solid var(--line);
        background:linear-gradient(var(--line),var(--line)) 0 0/100% 1px no-repeat,linear-gradient(var(--line),var(--line)) 0 50%/100% 1px no-repeat}
        .plot svg{display:block;width:100%;height:100%}
        .plot .hover{fill:transparent}
        .plot g:hover .hover{fill:var(--sunken)}
        .axis{grid-column:2;display:flex;font-size:11.5px;color:var(--soft);padding-top:4px;height:22px}
        .axis span{flex:1;min-width:0;display:flex;justify-content:center;white-space:nowrap}
        .legend{display:flex;gap:16px;font-size:12px;color:var(--soft);padding-top:6px}
        .stack{width:100%;height:14px;border-radius:7px;display:block;margin:8px 0 10px;background:var(--sunken)}
        .mini{width:100%;border-collapse:collapse}
        .mini th,.mini td{padding:7px 0;border-top:1px solid var(--line);font-weight:500;text-align:right}
        .mini tr:first-child>*{border-top:0}
        .mini th{text-align:left}
        .mini td{width:30%}
        .bars{display:grid;gap:8px}
        .bars li{display:grid;grid-template-columns:minmax(0,10em) 1fr 4.2em;gap:12px;align-items:center}
        .nm{display:block;max-width:15em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}
        a.nm,.data .num a{color:inherit;text-decoration:underline;text-decoration-color:color-mix(in srgb,currentColor 28%,transparent);text-underline-offset:3px}
        a.nm:hover,.data .num a:hover{color:var(--accent);text-decoration-color:currentColor}
        .bars a.nm{text-decoration-color:transparent}
        .bars .num{text-align:right;font-weight:550}
        .bar{display:block;width:100%;height:8px;border-radius:4px;background:var(--sunken)}
        .coverage{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:10px 28px}
        .coverage dd{unicode-bidi:isolate}
        .sheet{margin-bottom:16px;overflow:clip}
        .sheet-head{display:flex;align-items:center;justify-content:space-between;gap:12px;padding:10px 16px}
        .find,.filters input,.filters select{border:1px solid var(--line);background:var(--surface);border-radius:8px;padding:5px 10px;min-height:34px;width:100%;min-width:0}
        .find{max-width:220px}.sheet.none .scroll::after{content:"没有符合的行";display:block;padding:18px;text-align:center;color:var(--soft)}
        .data{width:100%;border-collapse:separate;border-spacing:0}
        .data th,.data td{padding:7px 11px;text-align:left;border-top:1px solid var(--line);vertical-align:middle}
        .data tr>:first-child{padding-left:16px}
        .data tr>:last-child{padding-right:16px}
        .data thead th{position:sticky;top:var(--nav);z-index:2;background:var(--sunken);color:var(--soft);font-size:12.5px;font-weight:550;border-bottom:1px solid var(--line);white-space:nowrap}
        .data tbody tr:first-child>*{border-top:0}
        .data tbody th{font-weight:600}
        .data tbody tr:hover>*{background:var(--sunken)}
        .data small{display:block;color:var(--soft);font-weight:400;font-size:12px}
        .data .num{text-align:right;white-space:nowrap}
        .data td{white-space:nowrap}
        .data .zero{color:var(--soft)}
        .data td.s3{color:var(--c3);font-weight:600}.data td.s2{color:var(--c2);font-weight:600}.data td.s1{color:var(--c1)}
        .data .rate{width:112px;min-width:100px}
        .rate .bar{height:4px;margin-top:3px}
        .rate sup{color:var(--soft);line-height:0;margin-right:-7px}
        th button{all:unset;cursor:pointer}
        th button:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
        th button::after{content:"";display:inline-block;width:0;margin-left:4px;border:4px solid transparent;vertical-align:2px;opacity:.35;border-bottom-color:currentColor;transform:translateY(-2px)}
        th[aria-sort] button{color:var(--ink)}
        th[aria-sort] button::after{opacity:1}
        th[aria-sort=descending] button::after{transform:translateY(2px) rotate(180deg)}
        .rest{padding:10px 16px;color:var(--soft);border-top:1px solid var(--line);font-size:12.5px}
        .tag,.badge{display:inline-block;font-size:12px;line-height:19px;padding:0 7px;border-radius:5px;white-space:nowrap;font-weight:550;background:var(--sunken);border:1px solid var(--line)}
        .tag.s3{color:var(--c3);border-color:color-mix(in srgb,var(--c3) 35%,transparent);background:color-mix(in srgb,var(--c3) 8%,transparent)}
        .tag.s2{color:var(--c2);border-color:color-mix(in srgb,var(--c2) 35%,transparent);background:color-mix(in srgb,var(--c2) 8%,transparent)}
        .tag.s1{color:var(--c1);border-color:color-mix(in srgb,var(--c1) 35%,transparent);background:color-mix(in srgb,var(--c1) 8%,transparent)}
        .tag.s0{color:var(--c0)}
        .tag.good{color:var(--good);border-color:color-mix(in srgb,var(--good) 30%,transparent);background:color-mix(in srgb,var(--good) 7%,transparent)}
        .filters{margin:0;display:grid;grid-template-columns:1.9fr 1.25fr repeat(5,1fr) 1.25fr auto;gap:10px;padding:12px 14px;align-items:end}
        .filters label span{display:block;font-size:12px;color:var(--soft)}
        .filters button,.pager button,.act button,.empty button{border:1px solid var(--line);background:var(--surface);border-radius:8px;min-height:34px;padding:0 12px;cursor:pointer}
        .filters button:hover,.pager button:hover:enabled,.act button:hover,.empty button:hover{border-color:var(--accent);color:var(--accent)}
        #f-more{display:none}
        button:disabled{opacity:.45;cursor:default}
        .status{display:flex;justify-content:space-between;gap:12px;color:var(--soft);font-size:13px;padding:10px 2px}
        kbd{background:var(--surface);border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 5px;margin-left:8px}
        .split{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:14px;align-items:start}
        .list{overflow:clip}
        .list>li+li{border-top:1px solid var(--line)}
        .list:empty{display:none}
        .item{all:unset;display:block;box-sizing:border-box;width:100%;padding:10px 16px 11px;cursor:pointer;border-left:3px solid transparent}
        .item:hover{background:var(--sunken)}
        .item[aria-expanded=true]{background:var(--tint);border-left-color:var(--accent)}
        .item:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
        .item .a,.item .c{display:flex;gap:8px;align-items:center}
        .item .a b{font-weight:620;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}
        .item time{margin-left:auto;color:var(--soft);font-size:12.5px;white-space:nowrap}
        .item .b{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;margin:3px 0;unicode-bidi:isolate}
        .item .c{color:var(--soft);font-size:12.5px;overflow:hidden}
        .item .c span{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;unicode-bidi:isolate}
        mark{background:var(--mark);color:var(--mark-ink);border-radius:3px;padding:0 2px;box-decoration-break:clone;-webkit-box-decoration-break:clone}
        mark.whole{background:var(--weak);color:inherit;box-shadow:inset 0 -2px 0 var(--b1)}
        .pager{display:flex;justify-content:center;align-items:center;gap:12px;padding:14px 0}
        .pager:empty{display:none}
        .pane{position:sticky;top:calc(var(--nav) + 12px);max-height:calc(100vh - var(--nav) - 24px);overflow:auto;border-radius:12px}
        .pane .hint{color:var(--soft);text-align:center;padding:90px 20px;border:1px dashed var(--line);border-radius:12px}
        article header{padding:0 18px 12px;border-bottom:1px solid var(--line)}
        article .t{display:flex;flex-wrap:wrap;gap:6px 8px;align-items:center;position:sticky;top:0;z-index:1;background:var(--surface);padding:11px 18px 8px;border-radius:12px 12px 0 0}
        article h3{font-size:16.5px;unicode-bidi:isolate}
        article .why{color:var(--soft)}
        article .why strong{color:var(--c2);font-weight:600}
        article dl{display:flex;flex-wrap:wrap;gap:3px 20px;margin-top:9px;font-size:13px}
        article dl div{min-width:0;display:flex;gap:7px}
        article dt{color:var(--soft);flex:none}
        article dd{unicode-bidi:isolate}
        article .gap dd{font-weight:640;color:var(--c2)}
        .act{display:flex;flex-wrap:wrap;gap:6px;margin-left:auto}
        .act button,.empty button{font-size:13px;min-height:30px;padding:0 10px}
        .act .next{display:flex;gap:6px}
        .chat{padding:14px 18px 18px;display:flex;flex-direction:column;gap:10px}
        .chat li{max-width:84%}
        .chat .who{font-size:12px;color:var(--soft);display:flex;flex-wrap:wrap;gap:3px 8px;align-items:center;margin-bottom:3px;unicode-bidi:isolate}
        .chat .say{display:inline-block;padding:7px 12px;border-radius:4px 14px 14px 14px;background:var(--buyer);white-space:pre-wrap;unicode-bidi:isolate;text-align:start;max-width:100%}
        .chat .right{align-self:flex-end;text-align:right}
        .chat .right .who{justify-content:flex-end}
        .chat .right .say{background:var(--agent);border-radius:14px 4px 14px 14px}
        .chat .bot .say{background:var(--bot)}
        .chat .mid{align-self:center;text-align:center;font-size:12.5px;color:var(--soft);max-width:92%}
        .chat .mid .say{background:none;padding:0 6px;border-radius:4px}
        .chat .cut{align-self:stretch;max-width:none;display:flex;gap:12px;align-items:center;color:var(--soft);font-size:12.5px}
        .chat .cut::before,.chat .cut::after{content:"";flex:1;border-top:1px dashed var(--line)}
        .chat .mid .who{justify-content:center;margin:0}
        .chat .wait{align-self:center;font-size:12px;color:var(--soft)}
        .chat .ev .say{box-shadow:0 0 0 1.5px var(--b2)}
        .badge{font-size:11px;line-height:16px;padding:0 5px;color:var(--soft)}
        .badge.e{color:var(--c2);border-color:color-mix(in srgb,var(--c2) 40%,transparent)}
        .media{color:var(--soft)}
        footer.wrap{color:var(--soft);font-size:12.5px;padding-top:4px;padding-bottom:36px}
        @media (max-width:1100px){.filters{grid-template-columns:repeat(4,1fr)}.q{grid-column:span 4}.cards{grid-template-columns:repeat(3,1fr)}}
        @media (max-width:1023px){.split{display:block}.pane:empty,.pane .hint{display:none}.pane{position:static;max-height:none}
        .list .pane>article{border:0;border-top:1px solid var(--line);border-radius:0;box-shadow:none}article .t{position:static}.act .next{display:none}}
        @media (max-width:900px){.panels{grid-template-columns:1fr}.panel.two{grid-column:auto}.facts{display:none}
        .scroll{overflow:auto;max-height:78vh}.data thead th{top:0}
        .data tr>:first-child{position:sticky;left:0;z-index:1;background:var(--surface);min-width:6.5em;max-width:9.5em;border-right:1px solid var(--line)}
        .data thead th:first-child{z-index:3;background:var(--sunken)}.keys{display:none}.nm{max-width:9em}}
        @media (max-width:600px){body{font-size:15px}.wrap{padding:0 14px}.top .wrap{padding-top:14px;padding-bottom:12px;gap:12px}h1{font-size:18px}
        .seal{width:40px;height:40px;font-size:22px}.cards{grid-template-columns:repeat(2,1fr);gap:10px}.card .value{font-size:24px}
        .panel{padding:12px 14px 14px}.plot{height:150px}.bars li{grid-template-columns:minmax(0,7em) 1fr 3.8em;gap:9px}
        .filters{grid-template-columns:repeat(2,1fr);padding:12px}#f-more{grid-column:span 2}.filters.open #f-more{grid-column:auto}.q{grid-column:span 2}#f-more{display:block}.filters:not(.open) label:nth-of-type(n+4),.filters:not(.open) #f-reset{display:none}.filters button,.filters select,.filters input,.find{min-height:40px}
        .chat{padding:12px}.chat li{max-width:92%}.item{padding:11px 13px}article dl{font-size:14px}article header{padding:0 13px 12px}article .t{padding:12px 13px 6px}.data th,.data td{padding:8px 10px}
        .coverage{grid-template-columns:1fr}}
        @media print{:root{--bg:#fff;--surface:#fff;--sunken:#f5f5f5;--ink:#000;--soft:#444;--line:#ccc;--shadow:none;--mark:#ffe39a;--mark-ink:#000;
        --c3:#b3261e;--c2:#a9530b;--c1:#7d6410;--c0:#5b6872;--good:#1c7a52;--buyer:#f1f1f1;--agent:#e4edf6;--bot:#ececf4;--accent:#1d5a91;--tint:#eee}
        body{font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}.wrap{max-width:none;padding:0}
        .tabs,.filters,.find,.pager,.act,.keys,.skip,.pane .hint,footer{display:none}.js .tab[hidden]{display:block}.js #tab-findings[hidden]{display:none}.facts{display:flex}
        .sr{position:static;width:auto;height:auto;clip-path:none;font-size:15px;margin:10px 0 6px}.split{display:block}
        .pane{position:static;max-height:none;overflow:visible}.data thead th{position:static}.data thead{display:table-header-group}th button{display:contents}th button::after{display:none}.scroll{overflow:visible;max-height:none}
        .card,.panel,.sheet,.list>li,.chat li{break-inside:avoid}.sheet{overflow:visible;break-inside:auto}tr{break-inside:avoid}
        .data th,.data td{padding:3px 6px}.cards{grid-template-columns:repeat(6,1fr)}.card .value{font-size:18px}.sheet-head a{display:none}article .t{position:static}
        a.nm,.data .num a{text-decoration:none}}
        html:not(.js) :is(.filters,.status,.find,.split){display:none}
        html:not(.js) .sr{position:static;width:auto;height:auto;clip-path:none;font-size:19px;margin:20px 0 10px}

        """#

    /// SHA-256 of `style`, in Base64.
    static let styleDigest: StaticString = "LtP3CgdUT+UZVW42ARHXXYc2vzLO/noDLE3y6Z6iwq0="
}
