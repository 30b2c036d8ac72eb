"""Results as JSON with all samples, and as a Markdown page that people read."""

import json
import os
import platform
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from bench.measure import Sample
from bench.workspace import HERE, Workspace


def machine(space: Workspace) -> dict:
    """What the figures depend on, without names or folders of the machine."""
    cpu = platform.processor() or platform.machine()
    flags: list[str] = []
    try:
        text = Path("/proc/cpuinfo").read_text()
        cpu = next(line.split(":", 1)[1].strip() for line in text.splitlines()
                   if line.startswith("model name"))
        known = next(line for line in text.splitlines() if line.startswith("flags")).split()
        flags = [flag for flag in ("avx2", "avx512bw", "avx512_vbmi") if flag in known]
    except (OSError, StopIteration):
        pass
    return {
        "cpu": cpu, "flags": flags, "processors": os.cpu_count(), "system": platform.system(),
        "kernel": platform.release().split("-")[0], "python": platform.python_version(),
        "peers": {name: metadata.version(name)
                  for name in ("polars", "duckdb", "orjson", "hyperscan")},
        "mingjian": output_of([str(space.binary), "--version"]),
        "commit": output_of(["git", "-C", str(HERE), "rev-parse", "--short=12", "HEAD"]),
        "isModified": bool(output_of(
            ["git", "-C", str(HERE), "status", "--porcelain", "--", "../Sources"])),
    }


def output_of(command: list[str]) -> str:
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except OSError:
        return ""
    return result.stdout.strip()


def median(samples: list[Sample], value: str = "wall") -> float:
    return statistics.median(getattr(sample, value) for sample in samples)


class Results:
    """Collects tables and samples and writes `Results/<name>.json` and `.md`."""

    def __init__(self, space: Workspace, name: str, arguments: list[str]) -> None:
        self.space = space
        self.name = name
        self.value: dict = {
            "command": " ".join(["Benchmarks/run.sh", *arguments]),
            "corpus": space.source, "machine": machine(space), "cases": [],
        }
        self.page: list[str] = []

    def add(self, case: str, title: str, entries: list[dict], notes: list[str]) -> None:
        """Adds a case: `entries` have a name, a command, samples, and figures for the table."""
        self.value["cases"].append(
            {"case": case, "title": title, "notes": notes, "entries": [
                {**entry, "command": self.space.shown(entry["command"]),
                 "samples": [sample.as_json() for sample in entry["samples"]]}
                for entry in entries]})
        lines = [f"## {title}", "", *(table(entries) + [""] if entries else []),
                 *[f"- {note}" for note in notes], ""]
        self.page += lines
        print("\n".join(lines), flush=True)
        self.write()

    def write(self) -> None:
        folder = HERE / "Results"
        folder.mkdir(exist_ok=True)
        text = json.dumps(self.value, ensure_ascii=False, indent=1)
        (folder / f"{self.name}.json").write_text(text + "\n", "utf-8")
        about = self.value["machine"]
        head = [
            f"# {self.name}", "", f"`{self.value['command']}`", "",
            f"{about['cpu']}, {about['processors']} processors, {about['system']} "
            f"{about['kernel']}; mingjian {about['mingjian']} at {about['commit']}"
            + (" with changes" if about["isModified"] else "") + "; "
            + ", ".join(f"{name} {version}" for name, version in about["peers"].items())
            + f", Python {about['python']}. Corpus: {self.value['corpus']}.", "",
            "Whole processes, warm page cache, engines in turn (A B A B); medians, with the fastest "
            "and the slowest run. MB = 10^6 bytes of the archive. Raw samples: "
            f"[{self.name}.json]({self.name}.json).", ""]
        (folder / f"{self.name}.md").write_text("\n".join(head + self.page), "utf-8")


def table(entries: list[dict]) -> list[str]:
    rows = ["| | median s | min–max s | MB/s | peak MiB | hits | ratio |",
            "|---|---:|---:|---:|---:|---:|---:|"]
    for entry in entries:
        walls = [sample.wall for sample in entry["samples"]]
        if not walls:
            rows.append(f"| {entry['name']} | – | – | – | – | {entry.get('hits', '')} | |")
            continue
        middle = median(entry["samples"])
        speed = f"{entry['bytes'] / 1e6 / middle:.0f}" if entry.get("bytes") else ""
        hits = entry.get("hits")
        ratio = entry.get("ratio")
        rows.append(
            f"| {entry['name']} | {middle:.3f} | {min(walls):.3f}–{max(walls):.3f} | {speed} | "
            f"{max(s.peak_mib for s in entry['samples']):.0f} | "
            f"{'' if hits is None else format(hits, ',')} | "
            f"{'' if ratio is None else format(ratio, '.2f')} |")
    return rows


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
