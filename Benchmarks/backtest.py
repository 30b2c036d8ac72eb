#!/usr/bin/env python3
"""Measures `rules backtest` over one inspection of the same archive, and checks its answer first.

    Benchmarks/backtest.py                                   20,000 conversations, prints the ratio
    Benchmarks/backtest.py --conversations 720000 --name backtest

MINGJIAN_BIN names the binary, else .build/release/mingjian. The archive and the rules are made below --directory and
removed. Drafts are the shipped rules with one rule changed, with ten, by a word of every eighth conversation (补发), and with
ten by the commonest of all (好的), which makes the draft itself slower: an inspection by each is timed beside. Before a time is taken, hits gained and lost of
every rule must be the differences between the findings of two inspections, and with --changed-only the same; one
difference ends the run.
"""

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.measure import run, warm

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BINARY = os.environ.get("MINGJIAN_BIN") or str(ROOT / ".build/release/mingjian")


def add(word: str, file: Path) -> None:
    """Adds a word to the first list of keywords of a rule."""
    text = file.read_text()
    place = text.find('"keywords": [')
    if place < 0:
        raise SystemExit(f"{file}: no list of keywords")
    place += len('"keywords": [')
    file.write_text(text[:place] + f'"{word}", ' + text[place:])


def drafts(folder: Path) -> list[tuple[str, Path]]:
    """The shipped rules with one rule changed and with ten, by an ordinary word and by a common one."""
    result = []
    lists = [path for path in sorted((ROOT / "Rules").glob("*/*.json"))
             if path.parent.name != "shared" and '"keywords": [' in path.read_text()]
    drafts = [("one rule changed", 1, "好的"), ("ten rules changed", 10, "补发"), ("ten changed by 好的", 10, "好的")]
    for number, (label, count, word) in enumerate(drafts):
        draft = folder / f"draft-{number}"
        shutil.copytree(ROOT / "Rules", draft)
        for path in lists[:: max(1, len(lists) // count)][:count]:
            add(word, draft / path.relative_to(ROOT / "Rules"))
        result.append((label, draft))
    return result


def findings(archive: Path, rules: Path, output: Path) -> dict[tuple[str, str], set[str]]:
    """Per rule and outcome the findings of an inspection, by conversation and id."""
    run([BINARY, "inspect", str(archive), "--rules", str(rules), "--format", "ndjson", "-q"], output)
    result: dict[tuple[str, str], set[str]] = {}
    with open(output, "rb") as lines:
        for line in lines:
            one = json.loads(line)
            result.setdefault((one["rule"], one["outcome"]), set()).add(one["conversation"] + " " + one["id"])
    return result


def backtest(archive: Path, draft: Path, *more: str) -> list[str]:
    return [BINARY, "rules", "backtest", "--draft", str(draft), "--against", str(ROOT / "Rules"), str(archive),
            "--format", "json", "-q", *more]


def check(archive: Path, draft: Path, output: Path) -> Counter:
    """Compares a backtest with two inspections; what was gained and lost in all."""
    old = findings(archive, ROOT / "Rules", output)
    new = findings(archive, draft, output)
    run(backtest(archive, draft), output)
    told: dict[tuple[str, str], dict[str, int]] = {}
    for rule in json.loads(output.read_bytes())["rules"]:
        for outcome, member in [("hit", "hits"), ("missed", "missed")]:
            told[rule["id"], outcome] = {key: rule[member][key] for key in ("old", "new", "gained", "lost")}
    sums = Counter()
    for key in sorted(set(old) | set(new) | set(told)):
        before, after = old.get(key, set()), new.get(key, set())
        expected = {"old": len(before), "new": len(after), "gained": len(after - before), "lost": len(before - after)}
        if told.get(key, dict.fromkeys(expected, 0)) != expected:
            raise SystemExit(f"{key}: the backtest says {told.get(key)}, two inspections {expected}")
        sums.update(expected)
    if sums["gained"] == 0:
        raise SystemExit("the draft gains nothing: this would measure nothing")
    run(backtest(archive, draft, "--changed-only"), output)
    for rule in json.loads(output.read_bytes())["rules"]:
        if rule["status"] in ("unchanged", "described"):
            continue
        for outcome, member in [("hit", "hits"), ("missed", "missed")]:
            counts = {key: rule[member][key] for key in ("old", "new", "gained", "lost")}
            if counts != told[rule["id"], outcome]:
                raise SystemExit(f"{rule['id']}: by itself {counts}, among all rules {told[rule['id'], outcome]}")
    return sums


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--checked", type=int, default=20_000, help="conversations of the archive that is checked")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--directory", default=None, help="where archives are made; default: the temporary folder")
    parser.add_argument("--note", default="", help="a sentence for the result")
    parser.add_argument("--name", help="the name of the result")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        folder = Path(name)
        output = folder / "out"

        def made(conversations: int) -> Path:
            archive = folder / f"{conversations}.ndjson"
            if not archive.exists():
                generate = [BINARY, "corpus", "generate", "--conversations", str(conversations), "--seed", "1"]
                subprocess.run([*generate, "--out", str(archive)], check=True, stdout=subprocess.DEVNULL)
            return archive

        sides = drafts(folder)
        checked = made(options.checked)
        found = {label: check(checked, draft, output) for label, draft in sides}
        for label, sums in found.items():
            print(f"checked, {label}: {dict(sums)}", flush=True)
        archive = made(options.conversations)
        warm(archive)
        size = archive.stat().st_size
        def inspect(rules: Path) -> list[str]:
            return [BINARY, "inspect", str(archive), "--rules", str(rules), "--format", "json", "-q"]

        commands = [("inspection", inspect(ROOT / "Rules"))]
        for label, draft in sides:
            commands.append((f"inspection by the draft, {label}", inspect(draft)))
            commands.append((label, backtest(archive, draft)))
            commands.append((f"{label}, `--changed-only`", backtest(archive, draft, "--changed-only")))
        samples: dict[str, list] = {label: [] for label, _ in commands}
        # The check has filled the caches of compiled rules.
        for _ in range(options.runs):
            for label, command in commands:
                samples[label].append(run(command, output))
    base = statistics.median(sample.wall for sample in samples["inspection"])
    used = statistics.median(sample.user + sample.system for sample in samples["inspection"])
    rows = ["| | s, median | min–max | over one inspection | over one by the draft | CPU over one inspection | peak MiB |",
            "|---|---:|---:|---:|---:|---:|---:|"]
    own = base
    for label, _ in commands:
        walls = [sample.wall for sample in samples[label]]
        cpu = statistics.median(sample.user + sample.system for sample in samples[label])
        if label.startswith("inspection"):
            own = statistics.median(walls)
        rows.append(
            f"| {label} | {statistics.median(walls):.2f} | {min(walls):.2f}–{max(walls):.2f} "
            f"| {statistics.median(walls) / base:.2f} × | {statistics.median(walls) / own:.2f} × | {cpu / used:.2f} × "
            f"| {max(sample.peak_mib for sample in samples[label]):.0f} |")
    table = "\n".join(rows)
    print(table)
    if not options.name:
        return
    cpu_name = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                     if line.startswith("model name")), platform.machine())
    git = ["git", "-C", str(HERE), "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip()
    shown = sys.argv[1:]
    if options.directory:
        shown[shown.index(options.directory)] = "DIRECTORY"
    line = "Benchmarks/backtest.py " + shlex.join(shown)
    machine = f"{cpu_name}, {os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"
    value = {
        "command": line, "machine": machine, "commit": commit, "note": options.note, "bytes": size,
        "checked": {label: dict(sums) for label, sums in found.items()},
        "samples": {label: [sample.as_json() for sample in list_] for label, list_ in samples.items()}}
    (HERE / f"Results/{options.name}.json").write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    page = f"# {options.name}\n\n`{line}`\n\n{machine}; at {commit}. {options.note}\n\n"
    page += (f"{options.conversations:,} conversations ({size / 1e6:,.0f} MB), the rules of `Rules/`; whole processes, "
             f"{options.runs} runs in turn, caches of compiled rules warm. Checked before on {options.checked:,} "
             "conversations: gained and lost of every rule are the differences of two inspections ("
             + "; ".join(f"{label}: {sums['gained']:,} gained, {sums['lost']:,} lost" for label, sums in found.items())
             + f"). Raw samples: [{options.name}.json]({options.name}.json).\n\n{table}\n")
    (HERE / f"Results/{options.name}.md").write_text(page)


main()
