#!/usr/bin/env python3
"""Measures the closer looks at candidates of regexes: RE2 against the automata over scalars, answers compared first.

    Benchmarks/closer_looks.py ARCHIVE.ndjson                        builds the probe, runs it, prints medians
    Benchmarks/closer_looks.py ARCHIVE.ndjson --name closer-looks    and writes Results/closer-looks.json and .md

ARCHIVE holds a conversation a line. REGEX_PROBE names a probe that is built already.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def probe() -> Path:
    named = os.environ.get("REGEX_PROBE")
    if named:
        return Path(named)
    build = ["swift", "build", "-c", "release", "--package-path", str(HERE.parent), "--product", "regex-probe"]
    subprocess.run(build, check=True, stdout=sys.stderr)
    return HERE.parent / ".build/release/regex-probe"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("archive")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--name", help="the name of the result")
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as texts:
        written = 0
        with open(options.archive, encoding="utf-8") as archive:
            for line in archive:
                for message in json.loads(line)["messages"]:
                    if message.get("text") and written < options.messages:
                        texts.write(message["text"].replace("\n", " ") + "\n")
                        written += 1
                if written >= options.messages:
                    break
        texts.flush()
        command = [str(probe()), str(HERE.parent / "Rules"), texts.name, str(options.runs)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    samples = found["samples"]
    ratios = [sample["re2Seconds"] / sample["automataSeconds"] for sample in samples]
    lines = ["| | median | min–max |", "|---|---:|---:|"]
    for words, values in [
        ("RE2, ns a look", [sample["re2Seconds"] / found["looks"] * 1e9 for sample in samples]),
        ("automata, ns a look", [sample["automataSeconds"] / found["looks"] * 1e9 for sample in samples]),
        ("RE2 / automata", ratios),
    ]:
        lines.append(f"| {words} | {statistics.median(values):.2f} | {min(values):.2f}–{max(values):.2f} |")
    table = "\n".join(lines)
    print(table)
    if options.name:
        cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                    if line.startswith("model name")), platform.machine())
        git = ["git", "-C", str(HERE), "rev-parse", "--short=12", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True).stdout.strip()
        line = f"Benchmarks/closer_looks.py ARCHIVE --runs {options.runs} --name {options.name}"
        machine = f"{cpu}, {os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"
        value = {"command": line, "machine": machine, "commit": commit, **found}
        (HERE / f"Results/{options.name}.json").write_text(json.dumps(value, indent=1) + "\n")
        (HERE / f"Results/{options.name}.md").write_text(
            f"# {options.name}\n\n`{line}`\n\n{machine}; at {commit}. ARCHIVE is the speed corpus of the main case.\n\n"
            f"{found['looks']:,} looks of {found['regexes']} regexes of `Rules/` at {found['messages']:,} messages, those that hold "
            f"what the scanner looks for; {found['matches']:,} match. One thread; the time of the automata holds their making. All answers were equal in "
            f"each run. Raw samples: [{options.name}.json]({options.name}.json).\n\n{table}\n")


main()
