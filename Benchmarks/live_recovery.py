#!/usr/bin/env python3
"""Recovery: from the start of `mingjian serve` on a log to the first answer, after a kill, seconds a million events behind the snapshot.

    Benchmarks/live_recovery.py [--events 1000000] [--shops 50] [--runs 5] [--directory DIR] [--name live-recovery]

Fills a log over HTTP, kills the server (SIGKILL), removes the snapshots, so that all events lie behind them, and starts it again. The figures
of all shops must be the same after each start. The log's bytes are in the page cache.
"""

import argparse
import shutil
import signal
import tempfile
import time
from pathlib import Path

from live import results
from live.events import end, events, line
from live.server import Connection, Server, post

ROWS = [
    ("secondsPerMillion", "to the first answer, s a million events", 2),
    ("processorSecondsPerMillion", "processor time, s a million events", 2),
    ("emptySeconds", "beside it: the same on an empty log, s", 3),
    ("snapshotSeconds", "the same with a snapshot at the end, s", 2),
]


def figures(server, shops, at):
    with Connection(server.port) as connection:
        answers = {shop: connection.figures(shop, at) for shop in shops}
    for answer in answers.values():
        # Whether a day is settled is said as of the watermark, which ticks move.
        answer.pop("sequence")
        answer.pop("watermark")
    return answers


def started(**options):
    begin = time.perf_counter()
    server = Server(**options)
    return server, time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("events", 1_000_000), ("shops", 50), ("runs", 5), ("seed", 1)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--directory", default=".")
    parser.add_argument("--name", help="the name of the result")
    parser.add_argument("--note", default="", help="a sentence for the result")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="live-recovery-", dir=options.directory)
    try:
        log = folder + "/log"
        server, _ = started(log=log)
        at = end(options.shops, options.events)
        with Connection(server.port) as connection:
            lines = []
            for event in events(options.shops, options.events, options.seed):
                lines.append(line(event))
                if len(lines) == 5000:
                    connection.send(post(lines))
                    lines = []
            if lines:
                connection.send(post(lines))
            shops = connection.get("/api/v1/shops")["shops"]
        expected = figures(server, shops, at)
        server.stop(signal.SIGKILL)
        samples = []
        for _ in range(options.runs):
            for path in Path(log).glob("*.snapshot"):
                path.unlink()
            server, seconds = started(log=log)
            cpu = server.cpu()
            same = figures(server, shops, at) == expected
            server.stop(signal.SIGKILL)
            if not same:
                raise SystemExit("the figures are others than before")
            empty, none = started(directory=folder)
            empty.stop()
            samples.append({"secondsPerMillion": seconds / options.events * 1e6, "emptySeconds": none,
                            "processorSecondsPerMillion": cpu / options.events * 1e6})
        # Ended in good order, it leaves a snapshot of all.
        server, _ = started(log=log)
        server.stop()
        for sample in samples:
            server, sample["snapshotSeconds"] = started(log=log)
            same = figures(server, shops, at) == expected
            server.stop(signal.SIGKILL)
            if not same:
                raise SystemExit("the figures are others than before")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = f"{options.runs} runs; {options.events:,} events of {options.shops} shops.\n\n{results.table(samples, ROWS)}"
    results.write(options.name, text, samples, note=options.note)


if __name__ == "__main__":
    main()
