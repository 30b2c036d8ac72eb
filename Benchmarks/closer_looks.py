#!/usr/bin/env python3
"""Measures the closer looks at candidates of regexes: RE2 against the automata over scalars, answers compared first.

    Benchmarks/closer_looks.py ARCHIVE.ndjson                        builds the probe, runs it, prints medians
    Benchmarks/closer_looks.py ARCHIVE.ndjson --name closer-looks    and writes Results/closer-looks.json and .md

ARCHIVE holds a conversation a line. REGEX_PROBE names a probe that is built already.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from live.results import RESULTS, ROOT, machine, output_of, table

ROWS = [
    ("re2Nanoseconds", "RE2, ns a look", 0),
    ("automataNanoseconds", "automata, ns a look", 0),
    ("ratio", "RE2 / automata", 2),
]


def probe() -> Path:
    named = os.environ.get("REGEX_PROBE")
    if named:
        return Path(named)
    build = ["swift", "build", "-c", "release", "--package-path", str(ROOT), "--product", "regex-probe"]
    subprocess.run(build, check=True, stdout=sys.stderr)
    return ROOT / ".build/release/regex-probe"


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
        command = [str(probe()), str(ROOT / "Rules"), texts.name, str(options.runs)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for sample in found["samples"]:
        sample["ratio"] = sample["re2Seconds"] / sample["automataSeconds"]
        sample["re2Nanoseconds"] = sample["re2Seconds"] / found["looks"] * 1e9
        sample["automataNanoseconds"] = sample["automataSeconds"] / found["looks"] * 1e9
    text = table(found["samples"], ROWS)
    print(text)
    if options.name:
        commit = output_of("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
        line = f"Benchmarks/closer_looks.py ARCHIVE --runs {options.runs} --name {options.name}"
        value = {"command": line, "machine": machine(), "commit": commit, **found}
        RESULTS.joinpath(f"{options.name}.json").write_text(json.dumps(value, indent=1) + "\n")
        RESULTS.joinpath(f"{options.name}.md").write_text(
            f"# {options.name}\n\n`{line}`\n\n{machine()}; at {commit}. ARCHIVE is the speed corpus of the main case.\n\n"
            f"{found['looks']:,} looks of {found['regexes']} regexes of `Rules/` at {found['messages']:,} messages, those that hold "
            f"what the scanner looks for; {found['matches']:,} match. One thread; the time of the automata holds their making. All answers were equal in "
            f"each run. Raw samples: [{options.name}.json]({options.name}.json).\n\n{text}\n")


main()
