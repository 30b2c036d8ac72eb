#!/usr/bin/env python3
"""End to end beside PostgreSQL: events of 50 shops, the figures M1 to M15 of every shop after each 10,000 events.

    Benchmarks/live_postgres.py [--events 1000000] [--shops 50] [--every 10000] [--runs 1] [--name live-postgres]

Needs Debian's package `postgresql` (apt-get install postgresql); started by this script, on a socket of a temporary folder,
as user postgres where this one is root. Both sides keep events durably (synced before the answer), one after the other on the
same machine. mingjian is asked over HTTP, 500 events a request and a shop a question; PostgreSQL gets 10,000 events a COPY, and one
transaction of SQL for the figures of all shops. Every figure of every refresh is compared before a time is told.
"""

import argparse
import json
import threading
import time

from live import results
from live.events import day_start, events, line
from live.postgres import Postgres, row
from live.server import Connection, Server, post

SLOT, HALF = 3 * 60_000, 30 * 60_000
ROWS = [
    ("ours", "mingjian: events a second, with all refreshes", 0),
    ("ourIngest", "of it taking events in, s", 2),
    ("ourRefresh", "of it refreshes, s", 2),
    ("theirs", "PostgreSQL: events a second, with all refreshes", 0),
    ("theirCopy", "of it COPY, s", 2),
    ("theirRefresh", "of it refreshes, s", 2),
    ("copyAlone", "PostgreSQL: COPY alone into the same table, events a second", 0),
    ("ratio", "times as many events a second, end to end", 1),
    ("ourProcessor", "mingjian: processor time, s", 1),
    ("theirProcessor", "PostgreSQL: processor time, s", 1),
]


def instants(day, at):
    slot, half = (at - day) // SLOT * SLOT + day, (at - day) // HALF * HALF + day
    return {"day": day, "at": at, "slot": slot - SLOT, "slot_end": slot, "half": half - HALF, "half_end": half}


def ours(answer):
    """The figures of an answer, named as those of `theirs`."""
    today, assistant = answer["today"], answer["assistant"]
    return {
        "day": [today["served"], today["guidedSales"], today["guidedSalesByPeople"], today["guidedPayers"],
                today["guidedPayersByPeople"], today["inquiring"]],
        "response": [answer["meanResponse"]["milliseconds"], answer["meanResponse"]["agents"]],
        "shop": [answer["pending"]["count"], answer["online"], answer["suspended"]],
        "assistant": [assistant["consulted"], assistant["handed"]],
        "clicks": {click["entry"]: click["clicks"] for click in assistant["clicks"]},
        "groups": {group["group"]: [group["online"], group["suspended"], group["pending"]["count"]]
                   for group in answer["groups"] if group["group"]},
        "agents": {agent["agent"]: [
            agent["isOnline"], agent["isSuspended"], agent["pending"]["count"], agent["servedToday"],
            agent["response"]["answers"]["sum"], agent["response"]["answers"]["count"]]
            for agent in answer["agents"]},
    }


def theirs(lines, shops):
    result = {shop: {"day": [0] * 6, "response": [None, 0], "shop": [0, 0, 0], "assistant": [0, 0], "clicks": {},
                     "groups": {}, "agents": {}} for shop in shops}
    for text in lines:
        what, shop, *fields = text.split("\t")
        figures = result[shop]
        if what in ("day", "response"):
            figures[what] = [int(field) for field in fields]
        elif what == "agent":
            name, online, suspended, *numbers = fields
            values = [online == "t", suspended == "t", *map(int, numbers)]
            if any(values):
                figures["agents"][name] = values
            figures["shop"] = [a + b for a, b in zip(figures["shop"], [values[2], values[0], values[1]])]
        elif what == "group":
            figures["groups"][fields[0]] = [int(field) for field in fields[1:]]
        elif what == "clicks":
            figures["clicks"][fields[0]] = int(fields[1])
        else:
            figures["assistant"][what == "handed"] = int(fields[0])
    return result


def in_parallel(connections, work):
    """Calls `work(number, connection)` for each connection at once."""
    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_ours(options, steps, shops):
    server = Server(options.directory)
    try:
        connections = [Connection(server.port) for _ in range(options.connections)]
        spent, answers = [0.0, 0.0], []
        for requests, at in steps:
            start = time.perf_counter()
            in_parallel(connections, lambda n, c: [c.send(request) for request in requests[n]])
            middle = time.perf_counter()
            answer = {}

            def ask(number, connection, at=at, answer=answer):
                for shop in shops[number::len(connections)]:
                    answer[shop] = connection.figures(shop, at)
            in_parallel(connections, ask)
            spent[0] += middle - start
            spent[1] += time.perf_counter() - middle
            answers.append(answer)
        return spent, answers, server.cpu()
    finally:
        server.stop()


def run_theirs(options, steps, day):
    database = Postgres(options.directory)
    try:
        spent, answers, cpu = [0.0, 0.0], [], database.cpu()
        for number, (rows, at) in enumerate(steps):
            start = time.perf_counter()
            database.copy(rows)
            # Statistics as the table grows; autovacuum would come too late.
            if number in (0, 1, 3, 7, 15, 31, 63):
                database.ask("ANALYZE events;")
            middle = time.perf_counter()
            answers.append(database.figures(instants(day, at)))
            spent[0] += middle - start
            spent[1] += time.perf_counter() - middle
        cpu = database.cpu() - cpu
        database.ask("TRUNCATE events;")
        start = time.perf_counter()
        for rows, _ in steps:
            database.copy(rows)
        return spent, answers, cpu, time.perf_counter() - start, database.version
    finally:
        database.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("events", 1_000_000), ("shops", 50), ("every", 10_000), ("runs", 1), ("seed", 1),
                        ("connections", 4)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--directory", default=None, help="where both sides keep their files")
    parser.add_argument("--name", help="the name of the result")
    parser.add_argument("--note", default="", help="a sentence for the result")
    options = parser.parse_args()
    day = day_start()
    made = list(events(options.shops, options.events, options.seed, start=day))
    # All orders before are known: there were none.
    for event in made[:options.shops]:
        event.clear()
    for index, event in enumerate(made[:options.shops]):
        event.update(id="0", shop=f"店{index:03d}", time=day + 9 * 3600_000 + index, type="orders-imported",
                     since=day - 40 * 86_400_000)
    shops = sorted({event["shop"] for event in made})
    place = {shop: number % options.connections for number, shop in enumerate(shops)}
    our_steps, their_steps = [], []
    for start in range(0, len(made), options.every):
        part = made[start:start + options.every]
        lines = [[] for _ in range(options.connections)]
        for event in part:
            lines[place[event["shop"]]].append(line(event))
        at = part[-1]["time"] + 1
        our_steps.append(([[post(mine[i:i + 500]) for i in range(0, len(mine), 500)] for mine in lines], at))
        their_steps.append(([row(event) for event in part], at))
    samples = []
    for _ in range(options.runs):
        our_time, our_answers, our_cpu = run_ours(options, our_steps, shops)
        their_time, their_answers, their_cpu, alone, version = run_theirs(options, their_steps, day)
        for number, (mine, other) in enumerate(zip(our_answers, their_answers)):
            other = theirs(other, shops)
            for shop in shops:
                figures = ours(mine[shop])
                if figures != other[shop]:
                    for key in figures:
                        if figures[key] != other[shop][key]:
                            print(f"refresh {number}, {shop}, {key}:\n{json.dumps(figures[key], ensure_ascii=False)}\n"
                                  f"{json.dumps(other[shop][key], ensure_ascii=False)}")
                    raise SystemExit("the answers differ; no time is told")
        sample = {
            "ours": len(made) / sum(our_time), "ourIngest": our_time[0], "ourRefresh": our_time[1],
            "theirs": len(made) / sum(their_time), "theirCopy": their_time[0], "theirRefresh": their_time[1],
            "copyAlone": len(made) / alone, "ourProcessor": our_cpu, "theirProcessor": their_cpu,
        }
        sample["ratio"] = sample["ours"] / sample["theirs"]
        samples.append(sample)
    text = (
        f"{options.runs} run(s) of {len(made):,} events of {options.shops} shops, {len(our_steps)} refreshes, each M1–M15 of every "
        f"shop. The same: every figure of every refresh, {len(our_steps) * len(shops):,} shops' figures. What SQL leaves out: M5 "
        "(yesterday), M16, the oldest waits, 已读未回, late, doubled and future events and their marks, what silence closes, opening hours, "
        f"explanations, other policies.\n\n{results.table(samples, ROWS)}")
    results.write(options.name, text, samples, [f"PostgreSQL {version}"], options.note)


if __name__ == "__main__":
    main()
