"""What is run: mingjian in its output formats, and the peers."""

import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench import measure
from bench.workspace import HERE, Workspace

sys.path.insert(0, str(HERE / "peers"))
from common import digest  # noqa: E402

PEERS = {
    "polars": ("peers/polars_peer.py", []),
    "duckdb": ("peers/duckdb_peer.py", []),
    "hyperscan-1": ("peers/hyperscan_peer.py", ["--processes", "1"]),
    "hyperscan-2": ("peers/hyperscan_peer.py", ["--processes", "2"]),
    "re": ("peers/re_peer.py", []),
}
# Megabytes beyond which a peer takes minutes; it is left out there.
LIMITS = {"duckdb": 100, "re": 20}


@dataclass
class Answer:
    """The hits of each rule, by its number, and what the engine says of itself."""

    counts: dict[int, int]
    details: dict = field(default_factory=dict)

    @property
    def hits(self) -> int:
        return sum(self.counts.values())

    @property
    def digest(self) -> str:
        return digest(self.counts)


@dataclass
class Engine:
    """A command with a name; `numbers` maps the rule ids of mingjian to the numbers of lists."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] | None = None
    format: str | None = None

    def run(self, output: Path) -> measure.Sample:
        # 1: a finding at or over --fail-on, which is no failure here.
        return measure.run(self.command, output, self.environment, statuses=(0, 1))

    def answer(self, output: Path) -> Answer:
        if self.format is None:
            return peer_answer(output)
        return mingjian_answer(output, self.format, self.numbers)


def peer(name: str, archive: Path, keywords: Path, regexes: Path) -> Engine:
    script, options = PEERS[name]
    return Engine(
        name, [sys.executable, str(HERE / script), str(archive), str(keywords), str(regexes),
               *options])


def oracle(fold: str, archive: Path, keywords: Path, regexes: Path) -> Engine:
    return Engine(
        f"oracle-{fold}",
        [sys.executable, str(HERE / "oracle/naive.py"), str(archive), str(keywords), str(regexes),
         "--fold", fold])


def mingjian(
    space: Workspace, archive: Path, rules: Path, output_format: str, label: str = "",
    numbers: dict[str, int] | None = None, cache: Path | None = None,
) -> Engine:
    name = f"mingjian {label} {output_format}".replace("  ", " ")
    return Engine(
        name,
        [str(space.binary), "inspect", str(archive), "--rules", str(rules), "--format",
         output_format],
        {"MINGJIAN_CACHE_DIR": str(cache or space.cache("warm"))}, numbers, output_format)


def peer_answer(output: Path) -> Answer:
    value = json.loads(output.read_text("utf-8"))
    counts = {int(rule): count for rule, count in value.pop("counts").items()}
    return Answer(counts, value)


def mingjian_answer(output: Path, output_format: str, numbers: dict[str, int] | None) -> Answer:
    """Hits by rule; without `numbers` the rules are numbered in the order of their ids."""
    hits: Counter = Counter()
    if output_format == "ndjson":
        with open(output, encoding="utf-8") as lines:
            for line in lines:
                finding = json.loads(line)
                if finding.get("outcome") == "hit":
                    hits[finding["rule"]] += 1
    elif output_format == "json":
        with open(output, encoding="utf-8") as file:
            report = json.load(file)
        for row in report["total"]["rows"]:
            for rule in row["rules"]:
                hits[rule["rule"]] += rule["hits"]
    else:
        raise ValueError(f"no hits by rule in the format {output_format}")
    if numbers is None:
        # One form names rules without a hit, the other does not: they must not shift the numbers.
        found = sorted(rule for rule, count in hits.items() if count)
        return Answer({number: hits[rule] for number, rule in enumerate(found)})
    unknown = sorted(set(hits) - set(numbers))
    if unknown:
        raise measure.Failed(f"rules that are in no list: {', '.join(unknown[:5])}")
    return Answer({numbers[rule]: count for rule, count in hits.items() if count})


def processors() -> int:
    return os.cpu_count() or 1
