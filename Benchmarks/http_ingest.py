#!/usr/bin/env python3
"""Events a second over HTTP: batches of 500, each answered when it is synced, over some connections.

    Benchmarks/http_ingest.py [--batches 200] [--connections 4] [--runs 3] [--directory DIR] [--name http-ingest]

Starts `mingjian serve` (MINGJIAN_BIN, else .build/release/mingjian) on a log of its own in DIR (a real disk, or the
figure says nothing). Each connection brings the events of shops of its own, in their order, as a source does; with
`--disordered` every connection brings events of all shops, so that events of a buyer overtake each other. Requests are made
before the clock starts. Afterwards every event is asked back: the counters of all shops must say that each was applied.
"""

import argparse
import json
import os
import threading
import time
from urllib.parse import quote

from live import results
from live.events import events, line
from live.server import Connection, Server, post

SIZE = 500
ROWS = [
    ("eventsPerSecond", "events taken and synced a second", 0),
    ("medianMilliseconds", "wait of a batch for its answer, median, ms", 1),
    ("p99Milliseconds", "the same, 99th percentile, ms", 1),
    ("serverMicroseconds", "processor time of the server, µs an event", 2),
    ("clientShare", "processors that the client took, of all", 3),
    ("foldedSeconds", "from the last answer to figures that count all, s", 3),
]


def requests(options):
    """The requests of each connection."""
    count = options.connections * options.batches * SIZE
    lines = [[] for _ in range(options.connections)]
    for index, event in enumerate(events(options.shops, count, options.seed)):
        shop = index % options.shops
        lines[(index if options.disordered else shop) % options.connections].append(line(event))
    return [[post(mine[i:i + SIZE]) for i in range(0, len(mine), SIZE)] for mine in lines]


def run(options, batches):
    server = Server(options.directory)
    try:
        waits, taken = [], []

        def send(mine):
            with Connection(server.port) as connection:
                for request in mine:
                    start = time.perf_counter()
                    answer = connection.send(request)
                    waits.append(time.perf_counter() - start)
                    taken.append(json.loads(answer)["taken"])

        threads = [threading.Thread(target=send, args=(mine,)) for mine in batches]
        cpu, own, start = server.cpu(), time.process_time(), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds, own = time.perf_counter() - start, time.process_time() - own
        with Connection(server.port) as connection:
            start = time.perf_counter()
            shops = connection.get("/api/v1/shops")["shops"]
            folded = time.perf_counter() - start
            cpu = server.cpu() - cpu
            sources = [connection.get(f"/api/v1/shops/{quote(shop)}/sources")["source"] for shop in shops]
        count = sum(taken)
        applied = sum(source["counters"]["applied"] for source in sources)
        if count != options.connections * options.batches * SIZE or applied != count:
            raise SystemExit(f"{count} events were taken and {applied} are in the figures")
        waits.sort()
        return {
            "events": count, "eventsPerSecond": count / seconds, "medianMilliseconds": waits[len(waits) // 2] * 1000,
            "p99Milliseconds": waits[len(waits) * 99 // 100] * 1000, "serverMicroseconds": cpu / count * 1e6,
            "clientShare": own / seconds / os.cpu_count(), "foldedSeconds": folded,
        }
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("batches", 200), ("connections", 4), ("runs", 3), ("shops", 40), ("seed", 1)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--disordered", action="store_true")
    parser.add_argument("--directory", default=".")
    parser.add_argument("--name", help="the name of the result")
    parser.add_argument("--note", default="", help="a sentence for the result")
    options = parser.parse_args()
    batches = requests(options)
    samples = [run(options, batches) for _ in range(options.runs)]
    size = sum(map(len, batches[0])) / len(batches[0]) / SIZE
    text = (f"{options.runs} runs of {samples[0]['events']:,} events of {options.shops} shops over {options.connections} "
            f"connections, {SIZE} a request, {size:.0f} bytes each; client, server and log on the same machine.\n\n"
            f"{results.table(samples, ROWS)}")
    results.write(options.name, text, samples, note=options.note)


if __name__ == "__main__":
    main()
