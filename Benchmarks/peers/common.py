"""What all peers share: their arguments, the definition of a hit, and how they answer.

A hit is one (rule, message) pair: an agent's message that is not automatic and whose text holds the
keyword, or a match of the regular expression. How often it stands in the message does not matter.
Rules are numbered: first the keywords in the order of their file, then the regular expressions.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter


def lines(path: str) -> list[str]:
    with open(path, encoding="utf-8") as file:
        return [line for line in file.read().split("\n") if line]


def arguments(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("archive")
    parser.add_argument("keywords")
    parser.add_argument("regexes")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--fold", choices=["exact", "folded"], default="exact")
    return parser.parse_args()


def digest(counts: dict[int, int]) -> str:
    """A digest of the hits of each rule, the same for all engines."""
    text = "".join(f"{rule} {count}\n" for rule, count in sorted(counts.items()) if count)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Stopwatch:
    """Seconds by stage, from the end of the imports on."""

    def __init__(self) -> None:
        self.start = self.last = time.perf_counter()
        self.stages: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.stages[stage] = round(now - self.last, 4)
        self.last = now

    def total(self) -> float:
        return round(time.perf_counter() - self.start, 4)


def answer(engine: str, version: str, hits: Counter, watch: Stopwatch) -> None:
    """Prints the answer as one line of JSON; `hits` counts (agent, rule) pairs."""
    rules: Counter = Counter()
    for (_, rule), count in hits.items():
        rules[rule] += count
    json.dump(
        {
            "engine": engine,
            "version": version,
            "hits": sum(rules.values()),
            "digest": digest(rules),
            "agents": len({agent for (agent, _), count in hits.items() if count}),
            "counts": {str(rule): count for rule, count in sorted(rules.items()) if count},
            "stages": watch.stages,
            "seconds": watch.total(),
        },
        sys.stdout,
    )
    print()
