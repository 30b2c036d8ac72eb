"""A seeded working day of shops as events: dictionaries of schema/event.schema.json, ascending by time.

Agents with groups and presence, an assistant that answers first and hands over, buyers who ask, wait, order and pay,
clicks on entries. Made for speed and for SQL beside it: no event is late, none comes twice, one zone, no opening hours.
"""

import json
import random
import time

ZONE_SECONDS = 8 * 3600
QUESTIONS = ["请问这件什么时候发货？", "可以便宜一点吗", "尺码怎么选呢，我身高一米七", "这个有现货吗", "颜色和图片一样吗"]
ANSWERS = ["亲，今天下单今天就发哦", "您好，已经是活动价了", "建议您选 L 码，宽松一些", "有现货的，放心拍", "实物拍摄，基本一致"]
ENTRIES = ["发货时间", "退换货", "优惠券", "尺码表"]


def day_start(days_ago=1, now=None):
    """Midnight in Asia/Shanghai of an earlier day, in milliseconds."""
    local = int(now if now is not None else time.time()) + ZONE_SECONDS
    return (local // 86400 - days_ago) * 86400_000 - ZONE_SECONDS * 1000


class Shop:
    """One shop: `event(t)` is what happens next."""

    def __init__(self, number, seed, agents=8):
        self.name = f"店{number:03d}"
        self.random = random.Random(seed * 1_000_003 + number)
        self.agents = [f"客服{i:02d}" for i in range(agents)]
        self.visits = []
        self.buyers = 0
        self.orders = 0
        self.sent = 0
        self.first = self.opening()

    def opening(self):
        yield {"type": "settings-changed", "assistant": {"on": True, "mode": "assistant-first"}}
        for index, agent in enumerate(self.agents):
            yield {"type": "agent-group-changed", "agent": agent, "group": ["售前组", "售后组"][index % 2]}
            yield {"type": "agent-online", "agent": agent}

    def event(self, t):
        body = next(self.first, None)
        if body is None:
            body = self.step()
        self.sent += 1
        return {"id": f"{self.sent}", "shop": self.name, "time": t, **body}

    def step(self):
        draw = self.random.random()
        if draw < 0.01:
            return {"type": "entry-clicked", "entry": self.random.choice(ENTRIES)}
        if draw < 0.012:
            kind = self.random.choice(["agent-suspended", "agent-resumed", "agent-offline", "agent-online"])
            return {"type": kind, "agent": self.random.choice(self.agents)}
        if len(self.visits) < 4 or draw < 0.08 and len(self.visits) < 60:
            return self.begin()
        index = self.random.randrange(len(self.visits))
        visit = self.visits[index]
        body = next(visit, None)
        if body is not None:
            return body
        self.visits[index] = self.visits[-1]
        self.visits.pop()
        return self.step()

    def begin(self):
        # A fifth comes again.
        if self.buyers > 20 and self.random.random() < 0.2:
            buyer = self.random.randrange(self.buyers)
        else:
            buyer = self.buyers
            self.buyers += 1
        visit = self.visit(f"买家{buyer}", f"会话{self.sent}")
        self.visits.append(visit)
        return next(visit)

    def visit(self, buyer, conversation):
        draw = self.random.random
        who = {"conversation": conversation, "buyer": buyer}

        def ask(needs=True):
            return {"type": "message", **who, "from": "buyer", "needsAnswer": needs,
                    "text": self.random.choice(QUESTIONS) if needs else "好的"}

        agent = self.random.choice(self.agents)
        yield {"type": "conversation-opened", **who, "to": {"assistant": True}}
        yield ask()
        yield {"type": "message", **who, "from": "assistant", "text": self.random.choice(ANSWERS)}
        if draw() < 0.3:
            if draw() < 0.5:
                yield {"type": "conversation-closed", **who}
            return
        yield ask()
        target = {"agent": agent} if draw() < 0.8 else {"group": "售前组"}
        yield {"type": "conversation-handed-over", **who, "from": {"assistant": True}, "to": target}
        for _ in range(self.random.randrange(1, 5)):
            if draw() < 0.7:
                yield ask()
            if draw() < 0.2:
                yield {"type": "conversation-read", **who, "agent": agent}
            if draw() < 0.85:
                yield {"type": "message", **who, "from": "agent", "agent": agent,
                       "text": self.random.choice(ANSWERS)}
            if draw() < 0.1:
                other = self.random.choice(self.agents)
                if other != agent:
                    yield {"type": "conversation-handed-over", **who, "from": {"agent": agent},
                           "to": {"agent": other}}
                    agent = other
        if draw() < 0.4:
            self.orders += 1
            order = f"单{self.orders}"
            yield {"type": "order-placed", "order": order, "buyer": buyer}
            if draw() < 0.8:
                yield {"type": "order-paid", "order": order, "buyer": buyer,
                       "amount": self.random.randrange(100, 100_000)}
            else:
                yield {"type": "order-closed", "order": order, "buyer": buyer, "paid": False}
        if draw() < 0.5:
            yield ask(needs=False)
        if draw() < 0.6:
            yield {"type": "conversation-closed", **who}


def step(shops, count):
    """Milliseconds from an event of a shop to its next: 1.8 s, or what fits into ten hours."""
    return min(1800, 36_000_000 * shops // count)


def end(shops, count, start=None):
    """When all have happened."""
    start = day_start() if start is None else start
    return start + 9 * 3600_000 + count * step(shops, count) // shops + 1


def events(shops, count, seed=1, agents=8, start=None):
    """`count` events of `shops` shops (at most 1,800), taken in turn, from 9 o'clock of a day on."""
    start = (day_start() if start is None else start) + 9 * 3600_000
    all_shops = [Shop(number, seed, agents) for number in range(shops)]
    pause = step(shops, count)
    for index in range(count):
        yield all_shops[index % shops].event(start + index * pause // shops)


def line(event):
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
