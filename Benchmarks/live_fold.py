#!/usr/bin/env python3
"""The fold in memory: events a second on one core, and the bytes that a shop and a buyer take.

    Benchmarks/live_fold.py [--events 1000000] [--shops 50] [--runs 5] [--name live-fold]

Builds the probe (Tests/LiveProbe; LIVE_PROBE names one that is built). Its events are parsed before the clock starts. Every event must have
been applied, and all runs must end in the same state, digest for digest.
"""

import argparse
import tempfile
from pathlib import Path

from live import results
from live.events import events, line
from live.probe import probe

ROWS = [
    ("eventsPerSecond", "events folded a second of one core's time", 0),
    ("wallEventsPerSecond", "the same by the clock on the wall", 0),
    ("bytesPerBuyer", "resident memory, bytes a buyer with all his events", 0),
    ("megabytesPerShop", "resident memory, MB a shop", 2),
    ("countedShare", "what `ShopMonitor.memory` counts of it", 2),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("events", 1_000_000), ("shops", 50), ("runs", 5), ("seed", 1)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--name", help="the name of the result")
    parser.add_argument("--note", default="", help="a sentence for the result")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        with path.open("wb") as file:
            for event in events(options.shops, options.events, options.seed):
                event["received"] = event["time"]
                file.write(line(event) + b"\n")
        samples = [probe("fold", path) for _ in range(options.runs)]
    for sample in samples:
        if sample["applied"] != options.events or sample["digest"] != samples[0]["digest"]:
            raise SystemExit(f"not every event was applied, or two runs differ: {sample}")
        sample["eventsPerSecond"] = sample["events"] / sample["processorSeconds"]
        sample["wallEventsPerSecond"] = sample["events"] / sample["seconds"]
        sample["countedShare"] = sample.get("countedBytes", 0) / sample["bytes"]
        sample["bytesPerBuyer"] = sample["bytes"] / sample["buyers"]
        sample["megabytesPerShop"] = sample["bytes"] / sample["shops"] / 1e6
    one = samples[0]
    text = (f"{options.runs} runs of {options.events:,} events of one day, {one['shops']:,} shops, {one['buyers']:,} buyers "
            f"({options.events / one['buyers']:.1f} events each).\n\n{results.table(samples, ROWS)}")
    results.write(options.name, text, samples, note=options.note)


if __name__ == "__main__":
    main()
