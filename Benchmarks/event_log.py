#!/usr/bin/env python3
"""Measures the event log: durable appends in batches, and opening and reading the log again.

    Benchmarks/event_log.py                         builds the probe, runs it, prints medians
    Benchmarks/event_log.py --name event-log        and writes Results/event-log.json and .md

EVENT_LOG_PROBE names a probe that is built already. The log is written below --directory, which decides
what a sync costs; every run begins a log of its own and removes it.
"""

import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROWS = [
    ("eventsPerSecond", "events appended and synced a second", 0),
    ("waitMedianMilliseconds", "wait of a batch for its acknowledgement, median, ms", 1),
    ("wait99Milliseconds", "the same, 99th percentile, ms", 1),
    ("openSecondsPerMillion", "opening (checksums, table of ids), s a million events", 2),
    ("readSecondsPerMillion", "reading all entries, s a million events", 2),
    ("syncMilliseconds", "beside it: one write of a batch's bytes and fdatasync, ms", 2),
]


def probe() -> Path:
    named = os.environ.get("EVENT_LOG_PROBE")
    if named:
        return Path(named)
    build = ["swift", "build", "-c", "release", "--package-path", str(HERE.parent), "--product", "event-log-probe"]
    subprocess.run(build, check=True, stdout=sys.stderr)
    return HERE.parent / ".build/release/event-log-probe"


def sync_milliseconds(folder: str, size: int) -> float:
    """What the disk does without us: the median of 200 appends of `size` bytes, each synced."""
    path = Path(folder) / "plain"
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    times = []
    for _ in range(200):
        begin = time.perf_counter()
        os.write(file, b"a" * size)
        os.fdatasync(file)
        times.append(time.perf_counter() - begin)
    os.close(file)
    path.unlink()
    return statistics.median(times) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, value in [("runs", 5), ("records", 1_000_000), ("batch", 500), ("appenders", 4), ("bytes", 300)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--directory", default=None, help="where the logs are written; default: the temporary folder")
    parser.add_argument("--note", default="", help="a sentence for the result: how the probe was built, what else ran")
    parser.add_argument("--name", help="the name of the result")
    options = parser.parse_args()
    binary = probe()
    samples = []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(dir=options.directory) as folder:
            arguments = [options.records, options.batch, options.appenders, options.bytes]
            command = [str(binary), "measure", folder + "/log", *map(str, arguments)]
            sample = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            sample["syncMilliseconds"] = sync_milliseconds(folder, options.batch * (options.bytes + 60))
            samples.append(sample)
    lines = ["| | median | min–max |", "|---|---:|---:|"]
    for key, words, digits in ROWS:
        values = [sample[key] for sample in samples]
        lines.append(
            f"| {words} | {statistics.median(values):,.{digits}f} "
            f"| {min(values):,.{digits}f}–{max(values):,.{digits}f} |")
    table = "\n".join(lines)
    print(table)
    if options.name:
        cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                    if line.startswith("model name")), platform.machine())
        git = ["git", "-C", str(HERE), "rev-parse", "--short=12", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True).stdout.strip()
        shown = [part for part in sys.argv[1:]]
        if options.directory:
            shown[shown.index(options.directory)] = "DIRECTORY"
        line = "Benchmarks/event_log.py " + shlex.join(shown)
        machine = f"{cpu}, {os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"
        value = {"command": line, "machine": machine, "commit": commit, "note": options.note, "samples": samples}
        (HERE / f"Results/{options.name}.json").write_text(json.dumps(value, indent=1) + "\n")
        page = f"# {options.name}\n\n`{line}`\n\n{machine}; at {commit}. {options.note}\n\n"
        page += (f"{options.runs} runs of {options.records:,} events, {options.appenders} appenders with batches of "
                 f"{options.batch}, payloads of {options.bytes} bytes; acknowledged after `fdatasync`. "
                 f"Raw samples: [{options.name}.json]({options.name}.json).\n\n{table}\n")
        (HERE / f"Results/{options.name}.md").write_text(page)


main()
