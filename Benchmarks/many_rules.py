#!/usr/bin/env python3
"""Measures starts with many rules and long lists: compiled cold and from the cache, checked, tested.

    Benchmarks/many_rules.py                                 10,000 rules with 50,000 words
    Benchmarks/many_rules.py --larger --name many-rules      and larger lists, until they take a minute

MINGJIAN_BIN names the binary, else .build/release/mingjian. Rules are made from a seed: words of three to five common
characters, each rule with two hits and two clean examples. Before a time is taken, the rules must find in one conversation
exactly the words that were put there. A start is an inspection of one conversation, with an empty folder of caches or
with the one that the run before filled.
"""

import argparse
import json
import os
import platform
import random
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Failed, run

HERE = Path(__file__).resolve().parent
BINARY = os.environ.get("MINGJIAN_BIN") or str(HERE.parent / ".build/release/mingjian")
# 1,200 common characters that no table folds into others.
CHARACTERS = [chr(code) for code in range(0x4E00, 0x9FA5) if chr(code).encode("gb2312", "ignore")][:1200]
FILLER = "您好在吗谢谢"


def words(count: int, seed: int) -> list[str]:
    """Different words, none of which is part of another one of a rule's examples by construction of the check."""
    draw = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(draw.choices(CHARACTERS, k=draw.choice([3, 3, 4, 5])))] = None
    return list(found)


def make(folder: Path, rules: int, per_rule: int) -> list[list[str]]:
    """One file of rules, and a conversation that holds a word of every hundredth."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "rules").mkdir(parents=True)
    every = words(rules * per_rule, seed=7)
    lists = [every[i * per_rule:(i + 1) * per_rule] for i in range(rules)]
    for start in range(0, rules, 10_000):
        # A file of rules holds at most 16 MiB.
        with open(folder / f"rules/rules-{start}.ndjson", "w") as file:
            for number, own in enumerate(lists[start:start + 10_000], start):
                rule = {
                    "id": f"list-{number}", "name": f"词表{number}", "polarity": "negative",
                    "when": {"message": {"from": "agent", "keywords": own}},
                    "examples": {"hit": [f"请⟦{own[0]}⟧吗", f"您⟦{own[-1]}⟧呢"], "clean": ["在的亲", "稍等一下"]}}
                file.write(json.dumps(rule, ensure_ascii=False) + "\n")
    messages = [{"from": "agent", "agent": "a", "text": FILLER + own[0] + FILLER} for own in lists[::100]]
    (folder / "one.ndjson").write_text(json.dumps({"id": "c", "messages": messages}, ensure_ascii=False) + "\n")
    return lists


def check(folder: Path, lists: list[list[str]], cache: dict[str, str]) -> None:
    """The answer: each message hits every rule of which a word stands in it, and no other."""
    output = folder / "out"
    run(inspect(folder), output, cache)
    found = {(one["rule"], one["message"]) for one in map(json.loads, output.read_text().splitlines())}
    owner = {word: f"list-{number}" for number, own in enumerate(lists) for word in own}
    expected = set()
    for message, own in enumerate(lists[::100]):
        text = FILLER + own[0] + FILLER
        for start in range(len(text)):
            for length in (3, 4, 5):
                if (rule := owner.get(text[start:start + length])) and start + length <= len(text):
                    expected.add((rule, message))
    if found != expected:
        raise SystemExit(f"{len(found)} hits, {len(expected)} expected; {sorted(found ^ expected)[:5]}")


def inspect(folder: Path) -> list[str]:
    return [BINARY, "inspect", str(folder / "one.ndjson"), "--rules", str(folder / "rules"), "--format", "ndjson", "-q"]


def measure(folder: Path, rules: int, per_rule: int, runs: int, is_tested: bool) -> dict:
    """Seconds and memory of a set of rules."""
    lists = make(folder, rules, per_rule)
    output = folder / "out"
    samples: dict[str, list] = {"cold": [], "cached": []}
    for _ in range(runs):
        caches = folder / "cache"
        shutil.rmtree(caches, ignore_errors=True)
        environment = {"MINGJIAN_CACHE_DIR": str(caches)}
        if not samples["cold"]:
            check(folder, lists, environment)
            shutil.rmtree(caches, ignore_errors=True)
        samples["cold"].append(run(inspect(folder), output, environment))
        samples["cached"].append(run(inspect(folder), output, environment))
        if is_tested:
            for name in ("check", "test"):
                command = [BINARY, "rules", name, str(folder / "rules")]
                samples.setdefault(name, []).append(run(command, output, environment))
    size = sum(path.stat().st_size for path in (folder / "cache").rglob("*") if path.is_file())
    return {"rules": rules, "words": rules * per_rule, "cacheBytes": size,
            "samples": {name: [one.as_json() for one in list_] for name, list_ in samples.items()}}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--larger", action="store_true", help="and larger lists")
    parser.add_argument("--note", default="", help="a sentence for the result")
    parser.add_argument("--name", help="the name of the result")
    options = parser.parse_args()
    cases = [(10_000, 5)]
    if options.larger:
        cases += [(20_000, 5), (40_000, 5), (100_000, 5), (10, 5_000), (50, 10_000)]
    rows = ["| rules | words | cold, s (CPU) | cached, s (CPU) | check, s (CPU) | test, s (CPU) | peak MiB, cold | cache, MB |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|"]
    results = []
    with tempfile.TemporaryDirectory() as name:
        for rules, per_rule in cases:
            runs = options.runs if (rules, per_rule) == cases[0] else 1
            try:
                one = measure(Path(name) / "made", rules, per_rule, runs, is_tested=rules <= 20_000)
            except Failed as failure:
                rows.append(f"| {rules:,} | {rules * per_rule:,} | refused: {str(failure).splitlines()[-1]} | | | | | |")
                print(rows[-1], flush=True)
                continue
            results.append(one)

            def median(part: str) -> str:
                list_ = one["samples"].get(part)
                if not list_:
                    return "–"
                wall = statistics.median(sample["wall"] for sample in list_)
                return f"{wall:.2f} ({statistics.median(sample['user'] + sample['system'] for sample in list_):.2f})"

            peak = max(sample["peak_mib"] for sample in one["samples"]["cold"])
            parts = " | ".join(median(part) for part in ("cold", "cached", "check", "test"))
            rows.append(
                f"| {rules:,} | {rules * per_rule:,} | {parts} | {peak:.0f} | {one['cacheBytes'] / 1e6:.0f} |")
            print(rows[-1], flush=True)
    table = "\n".join(rows)
    print(table)
    if not options.name:
        return
    cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    git = ["git", "-C", str(HERE), "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip()
    line = "Benchmarks/many_rules.py " + shlex.join(sys.argv[1:])
    machine = f"{cpu}, {os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"
    value = {"command": line, "machine": machine, "commit": commit, "note": options.note, "results": results}
    (HERE / f"Results/{options.name}.json").write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    page = f"# {options.name}\n\n`{line}`\n\n{machine}; at {commit}. {options.note}\n\n"
    page += ("Starts: one conversation is inspected, whole processes. Hits were compared with those expected before. "
             f"Medians of {options.runs} for the first row, single runs for the others. "
             f"Raw samples: [{options.name}.json]({options.name}.json).\n\n{table}\n")
    (HERE / f"Results/{options.name}.md").write_text(page)


main()
