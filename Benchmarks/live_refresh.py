#!/usr/bin/env python3
"""All figures (M1–M15) of many shops at an instant: 1,000 shops with 50 agents each.

    Benchmarks/live_refresh.py [--shops 1000] [--agents 50] [--events 2000000] [--runs 3] [--name live-refresh]

Each run folds the events and asks for the figures of all shops 20 times, on one core. The same figures must come each time.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from live import results
from live.events import day_start, end, events, line
from live.probe import probe

ROWS = [
    ("medianMilliseconds", "a refresh of all shops, median of 20, ms", 1),
    ("slowestMilliseconds", "the slowest of 20, ms", 1),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("shops", 1000), ("agents", 50), ("events", 2_000_000), ("runs", 3), ("seed", 1)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--name", help="the name of the result")
    parser.add_argument("--note", default="", help="a sentence for the result")
    options = parser.parse_args()
    day = day_start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        with path.open("wb") as file:
            for event in events(options.shops, options.events, options.seed, agents=options.agents, start=day):
                event["received"] = event["time"]
                file.write(line(event) + b"\n")
        at = end(options.shops, options.events, day)
        samples = [probe("refresh", path, at) for _ in range(options.runs)]
    for sample in samples:
        same = all(sample[key] == samples[0][key] for key in ("digest", "figures", "agents", "served"))
        if sample["shops"] != options.shops or not same or sample["agents"] < options.shops * options.agents * 0.9:
            raise SystemExit(f"not the figures that were asked for: {sample}")
        sample["medianMilliseconds"] = statistics.median(sample["milliseconds"])
        sample["slowestMilliseconds"] = max(sample["milliseconds"])
    one = samples[0]
    text = (f"{options.runs} runs; {one['shops']:,} shops, {options.events:,} events, {one['agents']:,} agents shown, "
            f"{one['served']:,} buyers served today; one core.\n\n{results.table(samples, ROWS)}")
    results.write(options.name, text, samples, note=options.note)


if __name__ == "__main__":
    main()
