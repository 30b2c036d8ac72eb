#!/usr/bin/env python3
"""What a backtest costs over one inspection: a draft of Rules/ in which one rule is changed, whole processes in turn.

    Benchmarks/backtest.py [--binary PATH] [--megabytes 30] [--runs 5] [--json FILE]

The draft has another default of one parameter (the limit of `opening`), so that one rule judges differently. A first
run of each fills the caches and is left out. Times are wall clock, and of the processors (user and system).
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def timed(command, output):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with open(output, "wb") as sink:
        subprocess.run(command, check=True, stdout=sink, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": round(wall, 3), "cpu": round(cpu, 3), "load": round(os.getloadavg()[0], 2)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--binary", default=os.environ.get("MINGJIAN_BIN", str(ROOT / ".build/release/mingjian")))
    options.add_argument("--megabytes", type=int, default=30)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--json")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive, draft, output = (f"{folder}/{name}" for name in ("archive.ndjson", "draft", "output"))
        subprocess.run(
            [options.binary, "corpus", "generate", "--megabytes", str(options.megabytes), "--seed", "1"]
            + ["--out", archive, "--truth", f"{folder}/truth.ndjson"], check=True, stderr=subprocess.DEVNULL)
        shutil.copytree(ROOT / "Rules", draft)
        rule = Path(draft) / "greeting/opening.json"
        text = rule.read_text(encoding="utf-8")
        changed = text.replace('"default": "30s"', '"default": "40s"', 1)
        assert changed != text
        rule.write_text(changed, encoding="utf-8")
        rules = str(ROOT / "Rules")
        commands = {
            "inspect": [options.binary, "inspect", archive, "--rules", rules, "--format", "json", "-q"],
            "backtest": [options.binary, "rules", "backtest", "--draft", draft, "--against", rules, archive]
            + ["--format", "json", "-q"],
        }
        samples = {name: [] for name in commands}
        for run in range(options.runs + 1):
            for name, command in commands.items():
                sample = timed(command, output)
                if run > 0:
                    samples[name].append(sample)
    medians = {
        name: {key: statistics.median(sample[key] for sample in entries) for key in ("wall", "cpu")}
        for name, entries in samples.items()
    }
    for name, entries in samples.items():
        wall = sorted(sample["wall"] for sample in entries)
        cpu = sorted(sample["cpu"] for sample in entries)
        print(f"{name}: wall {medians[name]['wall']:.2f} s ({wall[0]:.2f}–{wall[-1]:.2f}), "
              f"processors {medians[name]['cpu']:.2f} s ({cpu[0]:.2f}–{cpu[-1]:.2f})")
    ratios = {key: round(medians["backtest"][key] / medians["inspect"][key], 2) for key in ("wall", "cpu")}
    print(f"ratio: wall {ratios['wall']}, processors {ratios['cpu']}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as sink:
            json.dump({"megabytes": options.megabytes, "samples": samples, "medians": medians, "ratios": ratios}, sink, indent=1)
            sink.write("\n")


if __name__ == "__main__":
    main()
