"""Results: a table on the terminal, and with a name a page and its samples in Benchmarks/Results."""

import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

from live.server import ROOT, binary

RESULTS = ROOT / "Benchmarks/Results"


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def machine():
    rows = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((row.split(":", 1)[1].strip() for row in rows if row.startswith("model name")), platform.machine())
    return f"{cpu}, {os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"


def table(samples, rows):
    """Medians with their ranges; `rows` are (key, words, digits)."""
    lines = ["| | median | min–max |", "|---|---:|---:|"]
    for key, words, digits in rows:
        values = [sample[key] for sample in samples if key in sample]
        if values:
            lines.append(f"| {words} | {statistics.median(values):,.{digits}f} "
                         f"| {min(values):,.{digits}f}–{max(values):,.{digits}f} |")
    return "\n".join(lines)


def write(name, text, samples, versions=(), note=""):
    """Writes `Results/<name>.md` and `.json`; without a name, prints only."""
    print(text)
    if not name:
        return
    command = f"Benchmarks/{Path(sys.argv[0]).name} {shlex.join(sys.argv[1:])}".rstrip()
    versions = [f"mingjian {output_of(binary(), '--version')}", f"Python {platform.python_version()}", *versions]
    commit = output_of("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
    load = f"load average {os.getloadavg()[0]:.1f}"
    value = {"command": command, "machine": machine(), "versions": versions, "commit": commit, "load": load,
             "note": note, "samples": samples}
    RESULTS.joinpath(f"{name}.json").write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    about = f"{machine()}; {', '.join(versions)}; at {commit}; {load}. {note}".rstrip()
    RESULTS.joinpath(f"{name}.md").write_text(
        f"# {name}\n\n`{command}`\n\n{about}\n\n{text}\n\nRaw samples: [{name}.json]({name}.json).\n")
