#!/usr/bin/env python3
"""Measures what the shipped rules of evasion and of time cost: all of `Rules/` beside the same rules without them.

    Benchmarks/rule_kinds.py                                20,000 conversations, prints the ratios
    Benchmarks/rule_kinds.py --archive corpus-500.ndjson --name rule-kinds

A rule of evasion folds at level evasion; a rule of time says a duration, in its conditions or as the default of a
parameter. Windows of messages are none. What names a rule that is left out (veto, repeats, caps of a family without
rules) is left out of the scoring, nothing else. MINGJIAN_BIN names the binary, else .build/release/mingjian. Before a
time is taken, the rules that stay must find the same as they do among all, finding by finding; one difference ends
the run.
"""

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import run, warm

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BINARY = os.environ.get("MINGJIAN_BIN") or str(ROOT / ".build/release/mingjian")
DURATION = re.compile(r"\d+(\.\d+)?(ms|s|m|h|d)")
# What a rule says, not what it means.
DESCRIBED = {"examples", "name", "summary", "description", "advice"}


def words(value: object):
    """All strings of a rule's meaning."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in DESCRIBED:
                yield from words(part)
    elif isinstance(value, list):
        for part in value:
            yield from words(part)
    elif isinstance(value, str):
        yield value


def kinds(rule: dict) -> set[str]:
    said = list(words(rule))
    found = {"evasion"} if "evasion" in said else set()
    return found | ({"time"} if any(DURATION.fullmatch(word) for word in said) else set())


def without(left_out: set[str], folder: Path) -> int:
    """A copy of `Rules/` without the rules of these kinds; how many are left out."""
    shutil.copytree(ROOT / "Rules", folder)
    gone: set[str] = set()
    families: set[str] = set()
    for path in sorted(folder.glob("*/*.json")):
        rule = json.loads(path.read_text())
        if path.parent.name == "shared":
            continue
        if kinds(rule) & left_out:
            gone.add(rule["id"])
            path.unlink()
        else:
            families.add(rule.get("family", ""))
    file = folder / "shared/scoring.json"
    value = json.loads(file.read_text())
    scoring = value["scoring"]
    scoring["veto"] = [rule for rule in scoring["veto"] if rule not in gone]
    scoring["repeats"] = {rule: most for rule, most in scoring["repeats"].items() if rule not in gone}
    scoring["familyCaps"] = {family: cap for family, cap in scoring["familyCaps"].items() if family in families}
    file.write_text(json.dumps(value, ensure_ascii=False))
    return len(gone)


def findings(archive: Path, rules: Path, output: Path) -> dict[str, set[tuple[str, str]]]:
    """Per rule the findings of an inspection, by conversation and id."""
    run([BINARY, "inspect", str(archive), "--rules", str(rules), "--format", "ndjson", "-q"], output)
    result: dict[str, set[tuple[str, str]]] = {}
    with open(output, "rb") as lines:
        for line in lines:
            one = json.loads(line)
            result.setdefault(one["rule"], set()).add((one["conversation"], one["id"]))
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--archive", type=Path, help="what is timed, in place of an archive that is made")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--note", default="", help="a sentence for the result")
    parser.add_argument("--name", help="the name of the result")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        output = folder / "out"
        made = folder / "made.ndjson"
        generate = [BINARY, "corpus", "generate", "--conversations", "20000", "--seed", "1"]
        subprocess.run([*generate, "--out", str(made)], check=True, stdout=subprocess.DEVNULL)
        sets = [("all of `Rules/`", ROOT / "Rules")]
        for label, left_out in [("without evasion", {"evasion"}), ("without time", {"time"}),
                                ("without either", {"evasion", "time"})]:
            rules = folder / label.replace(" ", "-")
            count = without(left_out, rules)
            sets.append((f"{label} ({count} rules fewer)", rules))
        every = findings(made, ROOT / "Rules", output)
        checked = 0
        for label, rules in sets[1:]:
            own = findings(made, rules, output)
            for rule, found in own.items():
                if found != every.get(rule):
                    raise SystemExit(f"{label}: {rule} finds something else than among all rules")
            # A rule that finds nothing here may find nothing there.
            stay = {json.loads(path.read_text()).get("id") for path in rules.glob("*/*.json")}
            if missing := {rule for rule in every if rule in stay} - set(own):
                raise SystemExit(f"{label}: {missing} find nothing")
            checked += sum(map(len, own.values()))
        print(f"checked: {checked:,} findings", flush=True)
        archive = options.archive or made
        warm(archive)
        size = archive.stat().st_size
        samples: dict[str, list] = {label: [] for label, _ in sets}
        for _ in range(options.runs):
            for label, rules in sets:
                command = [BINARY, "inspect", str(archive), "--rules", str(rules), "--format", "json", "-q"]
                samples[label].append(run(command, output))
    base = statistics.median(sample.wall for sample in samples[sets[0][0]])
    rows = ["| | s, median | min–max | MB/s | all over it: speed | CPU s |", "|---|---:|---:|---:|---:|---:|"]
    for label, _ in sets:
        walls = [sample.wall for sample in samples[label]]
        median = statistics.median(walls)
        used = statistics.median(sample.user + sample.system for sample in samples[label])
        rows.append(f"| {label} | {median:.2f} | {min(walls):.2f}–{max(walls):.2f} | {size / 1e6 / median:.0f} "
                    f"| {median / base:.2f} | {used:.2f} |")
    table = "\n".join(rows)
    print(table)
    if not options.name:
        return
    cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    git = ["git", "-C", str(HERE), "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip()
    shown = ["ARCHIVE" if options.archive and word == str(options.archive) else word for word in sys.argv[1:]]
    line = "Benchmarks/rule_kinds.py " + shlex.join(shown)
    machine = f"{cpu}, {os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"
    value = {"command": line, "machine": machine, "commit": commit, "note": options.note, "bytes": size, "checked": checked,
             "samples": {label: [sample.as_json() for sample in list_] for label, list_ in samples.items()}}
    (HERE / f"Results/{options.name}.json").write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    page = f"# {options.name}\n\n`{line}`\n\n{machine}; at {commit}. {options.note}\n\n"
    page += (f"{size / 1e6:,.0f} MB; whole processes, {options.runs} runs in turn, page cache and caches of compiled rules "
             f"warm. Checked before on 20,000 conversations: {checked:,} findings of the rules that stay are those they "
             f"have among all. Raw samples: [{options.name}.json]({options.name}.json).\n\n{table}\n")
    (HERE / f"Results/{options.name}.md").write_text(page)


main()
