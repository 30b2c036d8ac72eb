"""Compares Mingjian with other engines and with itself. See README.md beside this file."""

import argparse
import os
import sys
from pathlib import Path

from bench.cases import Bench, Disagreement
from bench.engines import PEERS
from bench.measure import Failed
from bench.results import Results
from bench.workspace import HERE, Workspace

CASES = ["check", "main", "shipped", "keywords", "unfavourable", "start", "memory"]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("--case", action="append", choices=CASES, help="default: all")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 500], metavar="MB")
    parser.add_argument("--memory-sizes", type=int, nargs="+", default=[100, 500], metavar="MB",
                        help="5000 shows that memory stays flat and takes 5 GB of disk")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--name", default="latest", help="of the files in Results/")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    binary = Path(os.environ.get("MINGJIAN_BIN", HERE.parent / ".build/release/mingjian")).resolve()
    if not binary.is_file():
        print("error: no release binary; run `make build` or set MINGJIAN_BIN", file=sys.stderr)
        return 2
    work = Path(os.environ.get("MINGJIAN_BENCH_WORK", HERE / ".work")).resolve()
    space = Workspace(binary, work)
    bench = Bench(space, Results(space, chosen.name, sys.argv[1:]), chosen.runs, chosen.peers)
    cases = chosen.case or CASES
    try:
        if "check" in cases or "main" in cases:
            bench.check()
        for megabytes in chosen.sizes:
            if "main" in cases:
                bench.main(megabytes)
            if "shipped" in cases:
                bench.shipped(megabytes)
        if "keywords" in cases:
            bench.keywords(chosen.sizes[0])
        if "unfavourable" in cases:
            bench.unfavourable(chosen.sizes[0])
        if "start" in cases:
            bench.start()
        if "memory" in cases:
            bench.memory(chosen.memory_sizes)
    except (Disagreement, Failed) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
